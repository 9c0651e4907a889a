"""The styles `{` and `$` of logging.Formatter against the Python that runs this test. covers: facts 17, 18"""
import logging
import random

from formatting import compare, compare_formats, operation, python_format
from harness import main, test

SEED = 20261121
VALUES = [None, True, False, 0, 1, -1, 42, -42, 255, 1234567, 10**18, -(2**63), 2**63, 10**40, -(10**40), 7**300, 0.0, -0.0, 1.0,
          1.5, -2.75, 1e16, 1e-7, 1e22, 1e300, 5e-324, 123456789.987, 0.1, 2.5, 1e15, 999999.5, 100.0, "", "x", "text", "it's",
          'a "b"', "Grüße €", "😀", "a\nb\tc", "\x7f", [], [1, "a", None], {}, {"k": 1.5, "1": 2}, [[1.0], {"a": [True]}]]


def braces(form, **given):
    return {**operation(form, **given), "style": "{"}


def dollars(form, **given):
    return {**operation(form, **given), "style": "$"}


def compare_loosely(operations):
    """As compare_formats; what is told at load has no class of exception in front, and may say what would be right."""
    expected = []
    for o in operations:
        e = python_format(o)
        error = e.get("error", "")
        if error.startswith("ValueError: invalid format"):
            e = {"error": error[len("ValueError: "):]}
            hint = {"{": " (write one like {message})", "$": " (write one like ${message})"}[o["style"]]
            e["error"] += hint if error.endswith("no fields") else ""
            e["error"] += " (write '$$', or a field like ${message})" if "bare" in error else ""
        expected.append(e)
    compare(operations, expected)


@test(quick=True)
def every_type_of_every_value():
    specs = ["", "s", "d", "b", "c", "e", "f", "g", "n", "o", "x", "%", "E", "F", "G", "N", "X", "S", "D", "B", "C", "O"]
    compare_loosely([braces("<{user:%s}>" % s if s else "<{user}>", user=v) for s in specs for v in VALUES])
    compare_loosely([braces("<{user!%s}>" % c, user=v) for c in "rsa" for v in VALUES])


@test(quick=True)
def random_specifications():
    rng = random.Random(SEED)
    operations = []
    for _ in range(6000):
        spec = rng.choice(["", "", "<", ">", "^", "=", "*<", "é^", "0>", "x=", "{>"])
        spec += rng.choice(["", "", "+", "-", " "]) + rng.choice(["", "", "#"]) + rng.choice(["", "", "0"])
        spec += rng.choice(["", "5", "12", "30", "1"]) + rng.choice(["", "", ",", "_"])
        spec += rng.choice(["", "", ".0", ".1", ".3", ".10", ".17"]) + rng.choice("sdbcefgnoxX%EFG" if rng.random() < .8 else [""])
        operations.append(braces("[{user%s:%s}]" % (rng.choice(["", "", "", "!r", "!s", "!a"]), spec), user=rng.choice(VALUES)))
    compare_loosely(operations)


@test(quick=True)
def fields_in_specifications():
    cases = [("{message:{w}}|", {"w": 12}), ("{message:>{w}.{p}}|", {"w": 12, "p": 3}), ("{lineno:0{w}}", {"w": 6}),
             ("{created:.{p}f}", {"p": 2}), ("{message:{w}}", {"w": "x"}), ("{message:{w}}", {"w": "*^30"}), ("{message:{nope}}", {}),
             ("{message:{w}}", {"w": None}), ("{user:{w}}", {"user": -0.01, "w": "z.1f"}), ("{user:{w}}", {"user": 5, "w": "z"}),
             ("{user:{w}}", {"user": "s", "w": "z"}), ("{user:{w}}", {"user": 5, "w": ",_"}), ("{user:{w}}", {"user": 5, "w": "99999999999999999999"})]
    compare_loosely([braces(f, **given) for f, given in cases])


@test(quick=True)
def attributes_and_indices():
    values = {"list": [1, ["in", {"k": "deep"}]], "dict": {"a": 1, "b c": 2, "5": "text"}, "word": "Grüße", "number": 7, "real": 1.5, "none": None}
    forms = ["{list[0]}", "{list[1][0]}", "{list[1][1][k]}", "{list[5]}", "{list[x]}", "{dict[a]}", "{dict[b c]}", "{dict[none]}", "{dict[5]}",
             "{word[0]}", "{word[2]!r}", "{word[9]}", "{word[x]}", "{number[0]}", "{real[0]}", "{none[0]}", "{number.real}", "{number.imag}",
             "{number.numerator:03}", "{number.denominator}", "{real.real}", "{real.imag}", "{number.nope}", "{word.nope}", "{none.nope}",
             "{message[0]}{message[1]:>5}", "{args[0]}", "{args}", "{msg}", "{word[99999999999999999999]}", "{0}", "{0.x}{message}", "{}{message}",
             "{message}{5[0]}", "{99999999999999999999}{message}", "{asctime[0]}{asctime:>30.10}"]
    compare_loosely([braces(f, msg="%s!", args=["an arg"], **values) for f in forms])


@test(quick=True)
def what_is_refused_at_load():
    forms = ["", "none", "{", "}", "{{", "}}", "{message", "message}", "{message}}", "{{message}", "{{message}}", "{{{message}}}", "{message}{",
             "{message!}", "{message!x}", "{message!r", "{message!rr}", "{message!r:", "{message:", "{message:{", "{message:{}}", "{message:{w}",
             "{message:{w!r}}", "{message:yy}", "{message:5 }", "{message:<<<}", "{message:.}", "{message:.x}", "{message:{a}{b}}", "{a b}", "{a-b}",
             "{a.}", "{a[}", "{a[]}", "{a]}", "{a.b.c}", "{a[0}", "{a[0]b}", "{message[0}:}", "{mess{age}", "{}", "{!r}", "{:5}", "{é}", "{message:é<9}",
             "{message!é}", "{message:5\n}", "{message\n}", "{message:\n<5}", "{message:0{w}}", "{message:00{w}}", "{lineno:#0_x}", "{message:z}"]
    compare_loosely([braces(f) for f in forms])
    forms = ["", "none", "$", "$$", "$message", "${message}", "${message", "$5 $message", "$$5 $message", "$message$", "$messages", "${mes sage}",
             "$Message", "$message.x", "$_x$message", "${message}s$$", "$é $message", "${é} $message", "$messageé", "$$$message", "$$$$", "$nope"]
    compare_loosely([dollars(f) for f in forms])


@test(quick=True)
def random_formats():
    rng = random.Random(SEED + 1)
    for style, alphabet, make in (("{", ["{", "}", "{message}", "{lineno", ":", "!", "r", "5", ".", "[0]", "{user", ">", "0", "x", "é", " "], braces),
                                  ("$", ["$", "{", "}", "message", "user", "lineno", "$message", "${user}", "5", "_", "é", " "], dollars)):
        compare_loosely([make("".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 8))), user="ünï") for _ in range(3000)])


@test(quick=True)
def every_attribute_in_both_styles():
    names = ["name", "msg", "levelname", "levelno", "pathname", "filename", "module", "exc_info", "exc_text", "stack_info", "lineno", "funcName",
             "created", "msecs", "relativeCreated", "thread", "threadName", "processName", "process", "message", "asctime", "user", "missing"]
    given = {"user": "root", "msg": "%s é", "args": ["x"]}
    compare_loosely([braces("{%s}|{%s:>30}|{%s!r:.8}" % (n, n, n), **given) for n in names] + [dollars("$%s|${%s}x" % (n, n), **given) for n in names])
    compare_formats([braces("{message}", exc_text=e, stack_info=s) for e in (None, "Traceback:\n  x", "ends\n") for s in (None, "Stack:\n f")])
    compare_formats([braces("{levelname}", msg="%d", args=["never printed, still merged"]), dollars("$levelname", msg="%s %s", args=[1])])


@test(quick=True)
def without_a_format_each_style_has_its_own():
    for style in "%{$":
        assert logging.Formatter(None, None, style)._fmt
        compare_formats([{**operation(None), "style": style}])


main()
