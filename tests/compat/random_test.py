"""Thousands of random formats, messages, attributes and dates in one process of each: every line a formatter's work of its
own, by reconfiguring in between. The seed is printed; WEIR_TEST_SEED sets it."""
import os
import random
import time

import harness
from compared import Case, agree, one, op, record
from harness import test

SEED = int(os.environ.get("WEIR_TEST_SEED", time.time_ns() % 10**9))
NAMES = ("name msg levelno levelname pathname filename module lineno funcName created msecs relativeCreated thread threadName process"
         " processName message asctime exc_text stack_info user n").split()
NUMERIC = "levelno lineno created msecs relativeCreated thread process".split()
TEXTS = ["", "x", "plain text", "it's", 'a "b"', "Grüße €", "😀", "a\nb\tc", "\x7f", "e\u0301", "日本語", "{}", "%s", "$x", "\u2028", "back\\slash", "\0"]
NUMBERS = [0, 1, -1, 42, 255, -7, 10**6, 2**31, 2**63, -(10**30), 0.0, -0.0, 1.5, -2.75, 1e16, 1e-7, 1e300, 5e-324, 0.1, float("inf"), float("nan"), True, False]
DATES = ["%H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%y", "%A %B", "%j %U %W %V", "%I %p", "%s", "%f", "%%", "%z %Z", "ü %c", "%G-%u", "%e %k %l"]
CREATED = [0, 1, -1.5, 1700000000.123, 1650000000, 1699999999.9999, 951782399.5, 1711846799.999, 1711846800, 1730005200.25, 4e9, 1e10, 0.0004]


def value(rng, depth=0):
    kind = rng.random()
    if kind < .4 or depth > 2:
        return rng.choice(TEXTS)
    if kind < .8:
        return rng.choice(NUMBERS)
    if kind < .85:
        return None
    if kind < .93:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(TEXTS): value(rng, depth + 1) for _ in range(rng.randrange(3))}


def conversion(rng):
    return "%" + "".join(rng.choice("#0- +") for _ in range(rng.randrange(3))) + rng.choice(["", "", "5", "12", "1"]) + rng.choice(["", "", ".0", ".2", ".10"]) + rng.choice("sssrrdddifgexXoacu")


def fitting(rng, how):
    """Mostly what the conversion takes."""
    kind = how[-1]
    if rng.random() < .07 or kind in "sra":
        return value(rng)
    if kind == "c":
        return rng.choice(["x", "é", "😀", 65, 8364])
    return rng.choice([n for n in NUMBERS if isinstance(n, int)] if kind in "xXo" else [n for n in NUMBERS if n == n and abs(n) < 10**20] if kind in "diu" else NUMBERS)


def message(rng):
    """(msg, args)"""
    count = rng.choice([0, 1, 1, 2, 3])
    if rng.random() < .15:
        keys = ["a", "b c", "ü"]
        return " ".join("%%(%s)%s" % (rng.choice(keys), conversion(rng)[1:]) for _ in range(2)), [{k: value(rng) for k in keys}]
    hows = [conversion(rng) for _ in range(count)]
    args = [fitting(rng, how) for how in hows] + ([5] if rng.random() < .03 else [])
    return "".join(rng.choice(["", " ", "text ", "%%", "é "]) + how for how in hows) + rng.choice(["", " end", "%%" if count else "%"]), args


def field(rng, style):
    name = rng.choice(NAMES)
    if style == "%":
        return "%%(%s)%s" % (name, rng.choice(["s", "s", "s", "10s", "-10s", ".3s", "r", "a"] + (["d", "05d", ".1f", "+d"] if name in NUMERIC else [])))
    if style == "{":
        return "{%s%s%s}" % (name, rng.choice(["", "", "!r", "!s", "!a"]), rng.choice(["", "", ":>12", ":<12", ":^9", ":*^20"] + ([":05", ":,", ":.3e", ":+"] if name in NUMERIC else [":.3"])))
    return rng.choice(["$%s", "${%s}"]) % name


def formatter(rng):
    style = rng.choice("%%%{$")
    form = "".join(rng.choice(["", " ", "|", "é ", {"%": "%%", "{": "{{}}", "$": "$$"}[style]]) + field(rng, style) for _ in range(rng.randrange(1, 6)))
    keys = {"style": style} if style != "%" or rng.random() < .2 else {}
    if rng.random() < .5:
        keys["datefmt"] = rng.choice(DATES)
    return form + {"%": "|%(message)s", "{": "|{message}", "$": "|$message"}[style], keys


def some_record(rng, place):
    """place: a name of its own, since a reconfigure disables all that were used before."""
    msg, args = message(rng)
    more = {"created": rng.choice(CREATED)}
    for name, choices in (("lineno", NUMBERS[:8]), ("func", TEXTS + [None]), ("pathname", ["/a/b.py", "x", "", "/é/ü.c"]), ("threadName", TEXTS), ("exc_text", [None, "T\n  x", "E\n"]), ("stack_info", [None, "Stack:\n  x"])):
        if rng.random() < .2:
            more[name] = rng.choice(choices)
    if rng.random() < .95:
        more["extra"] = {"user": value(rng), "n": rng.choice(NUMBERS)}
    return record(rng.choice(["", "", place, place + ".b", place + ".ü.名"]), rng.choice([10, 20, 30, 40, 50, 35]), msg, *args, **more)


def case(rng, number):
    def config():
        form, keys = formatter(rng)
        return one("FileHandler('o.log',)", form, **keys)
    files = {"f%d.ini" % i: config() for i in range(12)}
    lines = []
    for name in files:
        lines += [op("reconfigure", path=name)] + [some_record(rng, name) for _ in range(12)]
    return Case("random %d" % number, config(), lines, files=files, zone=rng.choice(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]), same=((rb"(?m)^  .*\n", b""),))


@test(quick=True)
def random_formats_and_records():
    print("        seed %d" % SEED)
    rng = random.Random(SEED)
    agree([case(rng, number) for number in range(max(8, harness.scaled(400)))])


harness.main()
