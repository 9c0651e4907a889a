"""Messages and their arguments: what `msg % args` makes of JSON's values, when it is done at all, and what fails."""
from compared import Case, record, simple

PLAIN = simple("%(message)s|")
BIG = 123456789012345678901234567890
CASES = []


def add(name, lines, config=PLAIN, **more):
    CASES.append(Case("messages: " + name, config, lines, **more))


def each(pairs):
    return [record("m", 20, message, *args) for message, args in pairs]


VALUES = [None, True, False, 0, -1, 42, 255, 2**31, -2**31, 2**63, -2**64, BIG, -BIG, 10**400, 0.0, -0.0, 1.0, 1.5, -2.75, 1e15, 1e16, 1e17, 123456789.123456789, 0.1, 1e-4,
          1e-5, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), "", "x", "it's", 'a "b"', "both ' and \"", "back\\slash", "tab\tnl\ncr\r",
          "nul\0", "\x7f\x80\x9f\xa0\xad", "é", "日本", "😀", "e\u0301", "\u200b\u2028\ufeff", "\ue000", "\U0010ffff", [], [1], [1, [2, [3, []]]], ["it's", 'q"'], {"k": {"n": [None, 1.0]}, "": "x"},
          [True, None, 1e16, "ü"]]
for how in ("%s", "%r", "%a", "%10.3s|%-8r|", "%.0s|"):
    add("every value with " + how, each((how, ["before", v][1:] if not isinstance(v, dict) else [v, ][:1]) if how.count("%") == 1 else (how, [v] * how.count("%")) for v in VALUES if not isinstance(v, dict)))
    add("in a list with " + how.replace("%", "", 0), each((how, [[v, v]] * how.count("%")) for v in VALUES))
NUMBERS = [v for v in VALUES if isinstance(v, (int, float)) and v == v and abs(v) != float("inf") and abs(v) < 10**100]
for how in ("%d", "%i", "%u", "%5d|%-5d|%05d|%+d|% d|%.3d|%+.5d|%-+8.4d|"):
    add("integers with " + how, each((how, [v] * how.count("%")) for v in NUMBERS))
for how in ("%e", "%E", "%f", "%F", "%g", "%G", "%.0f", "%.10f", "%.17g", "%#g", "%#.0f", "%#.0e", "%+e", "% f", "%010.2f", "%-12.3e|", "%+08.1f", "%.50f", "%.3g", "%#.3g"):
    add("floats with " + how, each((how, [v]) for v in VALUES if isinstance(v, (int, float)) and (v != v or abs(v) < 10**300 or isinstance(v, float))))
for how in ("%x", "%X", "%#x", "%#X", "%o", "%#o", "%08x", "%#010x", "%-8x|", "%+x", "%.6x", "%#.6o"):
    add("bases with " + how, each((how, [v]) for v in NUMBERS if isinstance(v, int)))
add("characters", each([("%c%c%c", ["x", 65, 0x1f600]), ("%5c|%-5c|", ["é", 8364]), ("%c", [0]), ("%c", [True])]))
add("percent signs", each([("100%", []), ("100%%", []), ("100%% %s", ["x"]), ("%%", ["x"][:0]), ("%%%s%%", ["x"]), ("%", []), ("%s", []), ("%(a)s", [])]))
add("stars", each([("%*d|", [5, 42]), ("%-*d|", [5, 42]), ("%.*f", [2, 3.14159]), ("%*.*f|", [9, 2, 3.14159]), ("%*s|", [-6, "x"]), ("%0*d", [6, -42]), ("%.*s", [2, "日本語"])]))
add("length modifiers", each([("%ld %hd %Ld", [1, 2, 3]), ("%hhd", [1]), ("%lld", [1]), ("%ls", ["x"])][:1] + [("%ls", ["x"])]))
MAPPING = {"user": "al", "n": 3, "f": 1.5, "none": None, "a b": "blank", "": "empty", "(x)": "parens", "list": [1, "a"], "ü": 1}
add("a mapping", each([("%(user)s %(n)d", [MAPPING]), ("%(f).3f|%(n)05d|%(user)-5s|", [MAPPING]), ("%(a b)s %()s %((x))s %(ü)s", [MAPPING]), ("%(list)r %(none)s", [MAPPING]),
                       ("%s", [MAPPING]), ("%r|", [MAPPING]), ("no fields", [MAPPING]), ("%(user)s %%", [MAPPING]), ("%(user)s twice %(user)r", [MAPPING])]))
add("an empty mapping is an argument", each([("%s", [{}]), ("%r %s", [{}, 1])]))
add("two mappings are arguments", each([("%s %s", [{"a": 1}, {"b": 2}]), ("%r|%r", [{"a": 1}, []])]))
add("a list as the only argument", each([("%s", [[1, 2]]), ("%s", [[]]), ("%r", [["a"]]), ("%s", [[[]]])]))
add("no arguments, an empty list, null", [record("m", 20, "100%% %s"), record("m", 20, "100%% %s", args=[]), record("m", 20, "%d %(x)s", args=[])])
add("messages that are no text", [record("m", 20, m) for m in (5, 1.0, 1e16, None, True, [1, "a"], {"k": "it's"}, BIG, -0.0, [], {}, float("nan"))])
add("messages that are no text, with arguments", [record("m", 20, ["%s", 1], "x"), record("m", 20, {"k": "%d"}, 5)])
add("empty and odd texts", [record("m", 20, m) for m in ("", " ", "\t", "\0", "a\0b", "\n", "\x1b[0m", "\u2028", "é" * 500, "x" * 60000, "😀" * 3000)])
add("very long arguments", [record("m", 20, "%s|%r|%.5s|%-60000s|", "x" * 50000, "é" * 1000, "long" * 100, "pad")])
add("many arguments", [record("m", 20, "%s " * 200, *range(200)), record("m", 20, " ".join("%d" for _ in range(50)), *range(50))])
add("deep arguments", [record("m", 20, "%s", eval("[" * 13 + "1" + "]" * 13))])
add("keys of dicts in repr", each([("%s %s", [{"é": "é", "a'b": 1, 'q"': 2, "\n": 3}, 1])]))
add("numbers as JSON writes them", ['{"logger":"m","level":20,"msg":"%%s %%s","args":[%s,0]}\n' % n
                                    for n in ("1E5", "1e5", "1.0", "1.50", "-0", "-0.0", "1e400", "-1e400", "1e-400", "100000000000000000000000", "1.0E+2", "0.1e1", "123456789012345680000.0", "NaN", "Infinity", "-Infinity")])
add("escapes as JSON writes them", ['{"logger":"m","level":20,"msg":"%s"}\n' % t
                                    for t in (r"\u00e9\u65e5", r"\ud83d\ude00", r"\/\b\f\n\r\t\"\\", r"\u0000", r"\u001b", "raw é 😀")])
add("keys given twice: the last wins", ['{"logger":"a","level":10,"msg":"one","logger":"b","level":20,"msg":"two"}\n', '{"logger":"a","level":20,"msg":"%(k)s","args":[{"k":1,"k":2}]}\n'], simple("%(name)s %(levelname)s %(message)s"))
add("blanks in the lines", ['  {"logger" : "a" ,\t"level":20, "msg":"x"}  \n', "\n", "   \n", '{"logger":"a","level":20,"msg":"no newline at the end"}'])
