"""Levels, the tree of loggers, propagation, the last resort."""
from compared import Case, ERR, OUT, ini, op, record, simple

SHOWN = {"f": {"format": "%(levelno)s %(levelname)s %(name)s %(message)s"}}
CASES = []


def add(name, config, lines, **more):
    CASES.append(Case("levels: " + name, config, lines, **more))


def at(levels, names=("", "root", "a", "a.b", "a.b.c", "a.bb", "c", "c.x")):
    return [record(n, l, "m") for n in names for l in levels]


LEVELS = (-5, 0, 1, 5, 10, 15, 20, 30, 35, 40, 50, 60, 2147483647, "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET")
TREE = {"root": ("", "WARNING", "h", None), "a": ("a", "DEBUG", "", None), "b": ("a.b", None, "h", "0"), "c": ("c", "ERROR", "h", "1")}
add("every level at every logger", ini(TREE, {"h": OUT}, SHOWN), at(LEVELS))
for level in ("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", "NOTSET"):
    add("root at " + level, simple("%(levelname)s %(message)s", level), at(LEVELS, ("", "x")))
    add("handler at " + level, ini({"root": ("", "NOTSET", "h", None)}, {"h": {**OUT, "level": level}}, SHOWN), at(LEVELS, ("", "x")))
add("no level keeps what there is", ini({"root": ("", None, "h", None), "a": ("a", None, "", None)}, {"h": OUT}, SHOWN), at((10, 20, 30), ("", "a")), covers=("python 4",))
add("a propagated record is not checked against an ancestor's level", ini({"root": ("", "CRITICAL", "h", None), "a": ("a", "ERROR", "e", None), "b": ("a.b", "DEBUG", "", None)},
    {"h": OUT, "e": {**ERR, "level": "INFO"}}, SHOWN), at((10, 20, 30), ("", "a", "a.b", "a.b.c")), covers=("python 1",))
add("level 0 and below never come out", simple("%(levelno)s %(message)s"), at((-1, 0, 1, "NOTSET"), ("", "a")) + [op("disable", level=-10)] + at((-20, -10, -1, 0, 1), ("", "a")), covers=("python 2",))
add("names that were added are valid in the next configuration", simple("%(levelname)s %(message)s"),
    [op("add_level_name", level=35, name="NOTICE"), op("reconfigure", path="o.ini")] + at((30, 35, 40), ("", "a")), files={"o.ini": simple("2 %(levelname)s %(message)s", "NOTICE")}, covers=("python 3",))
add("one handler on child and parent prints twice", ini({"root": ("", "DEBUG", "h", None), "a": ("a", None, "h", None), "b": ("a.b", None, "h", None)}, {"h": OUT}, SHOWN), at((20,), ("", "a", "a.b", "a.b.c")), covers=("python 7",))
add("twice in one list prints once", ini({"root": ("", "DEBUG", "h,h", None), "a": ("a", None, "h,h,h", "0")}, {"h": OUT}, SHOWN), at((20,), ("", "a")), covers=("python 7",))
add("two handlers in order", ini({"root": ("", "DEBUG", "h,g", None)}, {"g": {**OUT, "formatter": "g"}, "h": OUT}, {**SHOWN, "g": {"format": "second %(message)s"}}), at((20, 30), ("", "a")))
for text in ("0", "1", "00", "-1", " 1 ", "+1", "1_0", "0_0"):
    add("propagate " + repr(text), ini({"root": ("", "DEBUG", "h", None), "a": ("a", "DEBUG", "e", text)}, {"h": OUT, "e": ERR}, SHOWN), at((20,), ("a", "a.b")), covers=("python 9",))
NONE = ini({"root": ("", "DEBUG", "", None)}, {}, {})
add("the last resort", NONE, at((10, 20, 29, 30, 31, 40, "CRITICAL"), ("", "a", "a.b")), covers=("python 6",))
add("the last resort prints message, exception and stack", NONE, [record("a", 40, "bad %s", "x", exc_text="Traceback:\n  y", stack_info="Stack:\n  z"), record("a", 30, "é 😀"), record("a", 30, "a\nb")], covers=("python 6",))
add("a NullHandler is found", ini({"root": ("", "DEBUG", "n", None)}, {"n": {"class": "NullHandler", "args": "()"}}, {}), at((10, 30, 40), ("", "a")), covers=("python 6",))
add("a handler that is skipped by its level is found", ini({"root": ("", "DEBUG", "h", None)}, {"h": {**OUT, "level": "CRITICAL"}}, SHOWN), at((10, 30, 40, 50), ("", "a")), covers=("python 6",))
add("no propagation and no handler: the last resort", ini({"root": ("", "DEBUG", "h", None), "a": ("a", "DEBUG", "", "0")}, {"h": OUT}, SHOWN), at((10, 30, 40), ("a", "a.b")), covers=("python 6",))
add("odd names of loggers", ini({"root": ("", "INFO", "h", None), "x": ("x y", "DEBUG", "", None), "d": ("..x", "DEBUG", "", None), "u": ("ü.名", "ERROR", "", None), "r": ("root.a", "ERROR", "", None)}, {"h": OUT}, SHOWN),
    at((10, 20, 40), ("x y", "x y.z", "..x", ".", "..", "a..b", "a.", ".a", "ü.名", "ü.名.x", "ü", "root.a", "root.a.b", "root.b", "ROOT", " a", "a b.c", "-", "a/b", "x" * 200, ".".join("abcdefghij"))))
add("qualname root is a logger of its own", ini({"root": ("", "INFO", "h", None), "r": ("root", "DEBUG", "h", None)}, {"h": OUT}, SHOWN), at((10, 20, 40), ("", "root", "root.x")))
add("a parent is named after its child", ini({"root": ("", "ERROR", "h", None), "b": ("a.b.c", None, "", None), "a": ("a", "DEBUG", "", None)}, {"h": OUT}, SHOWN), at((10, 40), ("a", "a.b", "a.b.c", "a.b.c.d")))
add("two sections of one logger: the later counts", ini({"root": ("", "DEBUG", "h", None), "a": ("x", "ERROR", "h", None), "b": ("x", "INFO", "h", "0")}, {"h": OUT}, SHOWN), at((10, 20, 40), ("x", "x.y")))
