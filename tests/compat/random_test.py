"""Thousands of random formats, messages, attributes and dates in one process of each: every line a formatter's work of its
own, by reconfiguring in between; then random configurations, with random operations on them. The seed is printed;
WEIR_TEST_SEED sets it."""
import os
import random
import time

import harness
from compared import Case, agree, ini, one, op, record
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


# ---- whole configurations, and what is done to them while they run ----

LOGGERS = ["a", "a.b", "a.b.c", "a.bb", "c", "c.d.e", "ü.x"]
LEVELS = [None, "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "NOTSET", "WARN", "FATAL"]


def chosen_handler(rng, number, names):
    """Keys of a handler in a file; what it writes to is its own, or a stream."""
    kind = rng.random()
    if kind < .3:
        keys = {"class": "StreamHandler", "args": rng.choice(["(sys.stdout,)", "(sys.stderr,)", "()"])}
    elif kind < .55:
        keys = {"class": "FileHandler", "args": "('f%d.log', '%s', 'utf-8', %s)" % (number, rng.choice("aw"), rng.choice([True, False]))}
    elif kind < .7:
        keys = {"class": "handlers.RotatingFileHandler", "args": "('r%d.log', 'a', %d, %d)" % (number, rng.choice([0, 30, 80]), rng.randrange(3))}
    elif kind < .8:
        keys = {"class": "handlers.WatchedFileHandler", "args": "('f%d.log',)" % number}
    elif kind < .85 or not names:
        keys = {"class": "NullHandler", "args": "()"}
    else:  # its target was made before it: at shutdown that one is closed after it
        keys = {"class": "handlers.MemoryHandler", "args": "(%d, %s)" % (rng.randrange(5), rng.choice(["ERROR", "10", "100"])), "target": rng.choice(names)}
    if rng.random() < .4:
        keys["level"] = rng.choice(LEVELS[1:])
    if rng.random() < .8:
        keys["formatter"] = rng.choice(["f", "g"])
    return keys


def configuration(rng, named):
    """named: these loggers always are, and others never. In Python a logger that a later configuration does not name
    keeps its handlers, closed, and its propagate: docs/python-differences.md."""
    handlers = {}
    for number in range(rng.randrange(1, 5)):
        handlers["h%d" % number] = chosen_handler(rng, number, [name for name, keys in handlers.items() if "target" not in keys])
    some = lambda: ",".join(rng.choice(list(handlers)) for _ in range(rng.choice([0, 1, 1, 2, 3])))
    loggers = {"root": ("", rng.choice(LEVELS), some(), None)}
    for name in named:
        loggers["l%d" % len(loggers)] = (name, rng.choice(LEVELS), some(), rng.choice([None, None, "0", "1"]))
    return ini(loggers, handlers, {"f": {"format": "%(levelname)s|%(name)s|%(message)s"}, "g": {"format": "{levelno:>3} {message!r}", "style": "{"}})


def step(rng, files):
    kind = rng.random()
    level = rng.choice([0, 5, 10, 20, 25, 30, 40, 50, 55, "INFO", "WARN", "ERROR", "NOTSET"])
    if kind < .8:
        return record(rng.choice(["", "root", "new", "a.x"] + LOGGERS), level, "%s %d", rng.choice(TEXTS), rng.randrange(100), **({"exc_text": "T\n  x"} if rng.random() < .1 else {}))
    if kind < .87:
        return op("set_level", logger=rng.choice(["", "new", "a.x"] + LOGGERS), level=level)
    if kind < .91:
        return op("disable", level=rng.choice([level, "NOTSET", "NOTSET"]))
    if kind < .94:
        return op("add_level_name", level=rng.choice([20, 25, 35, 50]), name=rng.choice(["NOTE", "HIGH", "INFO", "WARNING"]))
    return op("flush") if kind < .97 else op("reconfigure", path=rng.choice(files))


@test(quick=True)
def random_configurations_and_operations():
    print("        seed %d" % SEED)
    rng = random.Random(SEED)
    cases = []
    for number in range(max(40, harness.scaled(800))):
        named = rng.sample(LOGGERS, rng.randrange(5))
        files = {"r%d.ini" % i: configuration(rng, named) for i in range(2)}
        cases.append(Case("random configuration %d" % number, configuration(rng, named), [step(rng, ["c.ini", *files]) for _ in range(60)], files=files))
    agree(cases)


harness.main()
