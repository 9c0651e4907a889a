"""Weir's `msg % args` and `%`-style formatter against the Python that runs this test."""
import random

from formatting import ZONES, compare, compare_formats, operation, python_format, words
from harness import main, test

SEED = 20261120


def python_percent(msg, args):
    try:
        return {"ok": msg % (tuple(args) if isinstance(args, list) else args)}
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        return {"error": words(error)}


def compare_percent(cases):
    compare([{"op": "percent", "msg": m, "args": a} for m, a in cases], [python_percent(m, a) for m, a in cases])


VALUES = [None, True, False, 0, 1, -1, 42, -42, 255, 10**18, -(2**63), 2**63, 10**40, -(10**40), 7**300, 0.0, -0.0, 1.0,
          1.5, -2.75, 1e16, 1e-7, 1e22, 1e300, 5e-324, 123456789.987, 0.1, 2.5, 1e15, 999999.5, "", "x", "text", "it's",
          'a "b"', "Grüße €", "😀", "a\nb\tc", "\u202e", "\x7f", [], [1, "a", None], {}, {"k": 1.5}, [[1.0], {"a": [True]}]]
TYPES = "rsadiuoxXeEfFgGc"


@test(quick=True)
def every_conversion_of_every_value():
    compare_percent([("<%" + c + ">", [v]) for c in TYPES for v in VALUES])


@test(quick=True)
def flags_widths_and_precisions():
    rng = random.Random(SEED)
    cases = []
    for _ in range(3000):
        flags = "".join(rng.choice("#0- +") for _ in range(rng.randrange(4)))
        width = rng.choice(["", "", "1", "5", "12", "30"])
        precision = rng.choice(["", "", ".", ".0", ".1", ".3", ".10", ".25"])
        length = rng.choice(["", "", "", "l", "h", "L"])
        cases.append(("[%" + flags + width + precision + length + rng.choice(TYPES) + "]", [rng.choice(VALUES)]))
    compare_percent(cases)


@test(quick=True)
def stars():
    values = [0, 5, -5, 12, True, "x", 1.5, None, 2**31, 2**64]
    cases = [(form, [a, b]) for form in ("[%*d]", "[%.*f]", "[%-*s]", "[%0*d]") for a in values[:8] for b in (42, -3.5, "s")]
    cases += [("[%*.*f]", [w, p, 3.14159]) for w in (-9, 0, 9) for p in (-2, 0, 3)]
    cases += [("[%.*f]", [v, 1]) for v in (2**31, -(2**31) - 1, 2**64)] + [("[%*d]", [2**64, 1])]
    compare_percent(cases)


@test(quick=True)
def mappings_and_counts():
    m = {"a": 1, "b": "two", "(x)": 3.5, "": "empty", "ü": "u"}
    formats = ["%(a)d", "%(a)s %(b)s", "%((x))s", "%()s", "%(missing)s", "%(a", "%(a)", "%(a)%", "%(a)*d", "%(a)s %s",
               "%s %(a)s", "%s", "%d", "%%", "%(ü)5s|", "%(a)-5d|", "%(a)05.1f", "none", "%(a)s%", "%(a)k", "%(b)c"]
    compare_percent([(f, m) for f in formats])
    compare_percent([(f, ["one"]) for f in formats])
    compare_percent([(f, a) for f in ("", "x", "%s", "%s %s", "%s %s %s", "%%", "%5%", "%") for a in ([], [1], [1, 2])])
    compare_percent([(f, {}) for f in ("%s", "x", "%(a)s", "%d")])
    compare_percent([(f, a) for f in ("%s", "%d", "%(a)s", "x") for a in (5, "text", None, 1.5)])


@test(quick=True)
def what_is_no_format():
    junk = ["%", "abc %", "%5", "%.", "%-", "%l", "%ll d", "%hhd", "%n", "%y", "%é", "%😀", "é %y", "%b", "%\n", "%5.3",
            "%(", "%()", "%.5.5d", "% d", "%+-#0 d", "%1$d", "%I", "%S", "%p", "%m"]
    compare_percent([(f, a) for f in junk for a in ([1], [], ["x"], [1, 2])])


@test(quick=True)
def random_formats():
    rng = random.Random(SEED + 1)
    alphabet = "%%%%%sdrxofgc(a)*.05-+ #é$z"
    cases = []
    for _ in range(4000):
        form = "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 12)))
        args = [rng.choice(VALUES[:38]) for _ in range(rng.randrange(4))] if rng.random() < 0.7 else {"a": rng.choice(VALUES)}
        cases.append((form, args))
    compare_percent(cases)


@test(quick=True)
def attributes_with_flags():
    rng = random.Random(SEED + 2)
    names = ["name", "msg", "args", "levelname", "levelno", "pathname", "filename", "module", "exc_info", "exc_text", "stack_info",
             "lineno", "funcName", "created", "msecs", "relativeCreated", "thread", "threadName", "processName", "process",
             "message", "asctime", "user", "missing"]
    operations = [operation("%%(%s)%s|" % (name, how), user="root") for name in names for how in "sdrafxc"]
    for _ in range(800):
        flags = "".join(rng.choice("#0- +") for _ in range(rng.randrange(3)))
        how = flags + rng.choice(["", "4", "25"]) + rng.choice(["", ".2", ".0", ".30"]) + rng.choice("sssdrfxg")
        operations.append(operation("%%(%s)%s|%%(message)s" % (rng.choice(names[:-1]), how), user="ünï", msg="%s é", args=["x"]))
    compare_formats(operations)


@test(quick=True)
def times_zones_and_milliseconds():
    created = [0, 1, -1.5, 1650000000, 1700000000.123, 1679792399.999, 1679792400.0, 1698541200.5, 253402300800.25, 1e11,
               -62135596800.5, 1e17, 1e300, -1e18, 4102444800.999999, 0.9999999]
    datefmts = [None, "", "%d.%m.%Y %H:%M", "%c", "%A %j %U %W %y %I %p", "%z %Z", "%%", "%s", "%f", "%e|%k|%l|%C|%G|%V|%u|%D|%T"]
    compare_formats([operation("%(asctime)s|%(msecs)03d|%(created)f", d, z, created=c)
                     for c in created for d in datefmts for z in ZONES if not (abs(c) > 1e12 and d)])
    compare_formats([operation("%(asctime)s", created=1.5, msecs=m) for m in (5, 5.9, 1234, -3.0, "x", None, True)])


@test(quick=True)
def odd_attributes_print_as_python_prints_them():
    odd = [None, True, 5, 2**70, 1.5, "text", ["a", 1], {"k": None}]
    names = ["name", "levelname", "levelno", "pathname", "lineno", "funcName", "msecs", "relativeCreated", "thread", "threadName",
             "process", "processName", "exc_text", "stack_info"]
    compare_formats([operation("%%(%s)s %%(message)s" % n, **{n: v, "filename": "f", "module": "m"}) for n in names for v in odd])
    compare_formats([operation("%%(%s)s" % n, msg=v) for n in ("message", "msg") for v in odd])


@test(quick=True)
def exception_and_stack_text():
    texts = [None, "", "Traceback:\n  x", "ends\n", "\n"]
    compare_formats([operation("%(message)s" + tail, exc_text=e, stack_info=s) for tail in ("", "\n") for e in texts for s in texts])


@test(quick=True)
def formats_that_are_refused_or_fail():
    formats = ["", "abc", "%s", "%(message)", "%(message)s %", "%(message)s %d", "%(message)s %s", "%(a b)s",
               "%(nope)s", "%(nope)s %(message)s", "%(message)*s", "%(message)y", "%%(message)s", "%(message)S", "%(message)s%%",
               "%()s", "%(message)5%", "%(message).s", "%(message)ls", "%(message)-+5.2s|", "%(lineno)*d %(lineno)d"]
    operations = [operation(f) for f in formats]
    operations += [operation("%(message)s", msg=m, args=a) for m, a in (("%s %s", [1]), ("x", [1]), ("%d", ["a"]), ("%(k)s", [{"j": 1}]))]
    operations += [operation("%(levelname)s", msg="%d", args=["never printed, still merged"])]
    expected = []
    for o in operations:
        e = python_format(o)
        if e.get("error", "").startswith("ValueError: Invalid format"):
            e = {"error": e["error"][len("ValueError: "):] + " (write one like %(message)s)"}
        expected.append(e)
    compare(operations, expected)


main()
