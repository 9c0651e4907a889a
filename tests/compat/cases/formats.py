"""Formatters: every attribute in every style, widths, flags and conversions, defaults of the styles, what fails when a
record is formatted."""
from compared import Case, one, op, record, simple

NAMES = ("name msg levelno levelname pathname filename module exc_text stack_info lineno funcName created msecs relativeCreated"
         " thread threadName process processName message asctime").split()
HOW = ["s", "10s", "-10s|", ".3s", "10.2s", "r", "a", ".0s", "-30.5r|"]
NUMBERS = ["d", "5d", "-8d|", "08d", "+d", " d", "x", "X", "#x", "o", "#o", "i", "u", "e", "f", ".3f", "10.1f", "g", "#g", "+e", "G", "E", "F", "#.0f", "010.2f"]
NUMERIC = ("levelno", "lineno", "created", "msecs", "relativeCreated", "thread", "process")
RECORDS = [record("shop.cart", 20, "plain"), record("", "WARNING", "with %s and %d", "text", 7), record("ü.名", 35, "é 😀 e\u0301"),
           record("n", "CRITICAL", "last", exc_text="Traceback (most recent call last):\n  boom", stack_info="Stack:\n  here")]

CASES = []


def add(name, config, lines, **more):
    CASES.append(Case("formats: " + name, config, lines, **more))


for style, field in (("%", "%%(%s)s|"), ("{", "{%s}|"), ("$", "${%s}|")):
    add("all attributes, style " + style, simple("".join(field % name for name in NAMES if name not in ("exc_text", "stack_info")), style=style), RECORDS)
    add("each attribute alone, style " + style,
        one({"class": "StreamHandler", "args": "(sys.stdout,)"}, field % "message", style=style), RECORDS)
    add("no format, style " + style, simple("", style=style), RECORDS)
    add("dates, style " + style, simple(field % "asctime" + field % "message", style=style, datefmt="%d.%m.%Y %H:%M:%S"), RECORDS)
    add("literals, style " + style, simple({"%": "%% 100%%%% %(message)s", "{": "{{}} 100% $x {message}", "$": "$$ 100% {x} $message"}[style], style=style), RECORDS)
    add("extras, style " + style, simple(field % "ip" + field % "n" + field % "nested", style=style),
        [record("x", 20, "m", extra={"ip": "::1", "n": n, "nested": {"a": [1, None, True, "it's"], "b": (1.5)}}) for n in (7, None, 1e16, -0.0, "ü", True)])
for name in NAMES:
    add("percent %s as text" % name, simple("".join("%%(%s)%s " % (name, how) for how in HOW)), RECORDS)
for name in NUMERIC:
    numbers = [n for n in NUMBERS if name in ("levelno", "lineno", "thread", "process") or n[-1] not in "xXo"]
    add("percent %s as number" % name, simple("".join("%%(%s)%s " % (name, how) for how in numbers)), RECORDS)
    add("brace %s as number" % name, simple("".join("{%s:%s} " % (name, how) for how in ("12", "<12", "^+12", "012,", "_", ".3e", "12.1f", "%", "g", "n")), style="{"), RECORDS)
add("brace specs of text", simple("{message!r:>30} {message!a:.8} {message:*^20} {levelname:<10}{name:>10.4}|{funcName!s:6}", style="{"), RECORDS)
add("brace nested specs", simple("{message:>{lineno}}|{message:<{process}}", style="{"), RECORDS)
add("brace indices of extras", simple("{d[a]} {d[b][1]} {l[0]} {l} {d}", style="{"), [record("x", 20, "m", extra={"d": {"a": 1, "b": [1, "z"]}, "l": ["q"]})])
add("dollar names", simple("$levelname${name}$$message$message.$lineno", style="$"), RECORDS)
add("several fields twice", simple("%(asctime)s %(asctime)s %(message)s %(message)s %(levelname)s"), RECORDS)
add("wide characters are counted as code points", simple("%(message)10s|%(message)-10s|%(message).2s|%(name)6.1s|"),
    [record("日本", 20, m) for m in ("日本語", "e\u0301a", "😀😀😀", "\u202eabc", "a\tb", "\u0000x", "x\x7f\x80", "👨‍👩‍👧")])
add("messages of many lines", simple("%(levelname)s: %(message)s <"), [record("x", 20, m) for m in ("a\nb", "\n", "a\r\nb", "a\n\n", "\u2028", "\x0b\x0c", "\x1b[31m")])
add("trailing blanks and tabs in a format", simple("%(message)s\t|  x  "), RECORDS)
add("format with a line break", simple("%(levelname)s\n  %(message)s"), RECORDS)
