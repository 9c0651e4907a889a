"""The control operations, one at a time and against each other."""
from compared import Case, ERR, OUT, ini, one, op, record, simple

SHOWN = "%(levelno)s %(levelname)s %(name)s %(message)s"
BASE = ini({"root": ("", "INFO", "h", None), "a": ("a", "WARNING", "", None), "q": ("a.q", "DEBUG", "h", "0")}, {"h": OUT}, {"f": {"format": SHOWN}})
CASES = []


def add(name, lines, config=BASE, **more):
    CASES.append(Case("operations: " + name, config, lines, **more))


def at(names=("", "a", "a.b", "a.q", "z"), levels=(5, 10, 20, 30, 40, 50), text="m"):
    return [record(n, l, text) for n in names for l in levels]


for name in ("", "root", "a", "a.b", "a.q", "z", "a.b.c.d"):
    for level in ("DEBUG", "ERROR", "NOTSET", 0, 5, 35, -5, 1000):
        if level in ("DEBUG", "NOTSET", 35, -5) or name in ("", "a"):
            add("set_level %s of %s" % (level, name or "the root"), at() + [op("set_level", logger=name, level=level)] + at())
add("set_level again and again", sum(([op("set_level", logger="a", level=l)] + at(("a", "a.b")) for l in ("DEBUG", "ERROR", "WARN", "FATAL", 20, "NOTSET", "CRITICAL", 1)), []))
add("set_level NOTSET of the root lets all through", [op("set_level", logger="", level="NOTSET")] + at())
add("set_level of a name that is first used later", [op("set_level", logger="later.on", level="DEBUG")] + at(("later", "later.on", "later.on.x")))
for level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", 35, 45, 1000, 0, -1, "NOTSET"):
    add("disable %s" % level, [op("disable", level=level)] + at() + [op("disable", level="NOTSET")] + at())
add("disable twice, the last counts", [op("disable", level="CRITICAL"), op("disable", level="INFO")] + at() + [op("disable", level=0)] + at(levels=(-1, 0, 1, 20)))
add("disable over set_level", [op("set_level", logger="a", level="DEBUG"), op("disable", level="INFO")] + at() + [op("set_level", logger="a", level="NOTSET")] + at() + [op("disable", level="NOTSET")] + at())
add("disable below zero", [op("disable", level=-100), op("set_level", logger="", level=-50)] + at(("", "z"), (-200, -60, -50, -10, 0, 1, 10)))
add("disable holds over a reconfigure", [op("disable", level="WARNING"), op("reconfigure", path="o.ini")] + at(), files={"o.ini": simple("2 " + SHOWN, "DEBUG")})
add("set_level and a reconfigure without level", [op("set_level", logger="", level="DEBUG"), op("reconfigure", path="o.ini")] + at(), files={"o.ini": ini({"root": ("", None, "h", None)}, {"h": OUT}, {"f": {"format": SHOWN}})})
add("set_level of a child is undone by a reconfigure", [op("set_level", logger="a.b", level="CRITICAL"), op("set_level", logger="z", level="DEBUG"), op("reconfigure", path="o.ini")] + at(), files={"o.ini": BASE})
for level, name in ((35, "NOTICE"), (5, "TRACE"), (20, "Information"), (30, "INFO"), (40, "WARN"), (10, ""), (0, "ZERO"), (-5, "MINUS"), (25, "with blank"), (25, "ü"), (100000, "HUGE"), (50, "FATAL")):
    add("add_level_name %d %r" % (level, name), [op("add_level_name", level=level, name=name)] + at() + at(("",), (level, level + 1)) + at(("",), (("NOTICE", "TRACE")[:0])))
add("a name that was added is a level", [op("add_level_name", level=35, name="NOTICE"), record("", "NOTICE", "m"), op("set_level", logger="", level="NOTICE")] + at() + [op("disable", level="NOTICE")] + at())
add("a level named twice", [op("add_level_name", level=35, name="ONE"), op("add_level_name", level=35, name="TWO"), record("", "ONE", "m"), record("", "TWO", "m"), record("", 35, "m")])
add("a name moved to another level", [op("add_level_name", level=35, name="N"), op("add_level_name", level=45, name="N"), record("", "N", "m"), record("", 35, "m"), record("", 45, "m")])
add("INFO renamed", [op("add_level_name", level=20, name="note"), record("", 20, "m"), record("", "INFO", "m"), record("", "note", "m")])
add("INFO moved", [op("add_level_name", level=45, name="INFO"), record("", "INFO", "m"), record("", 20, "m"), record("", 45, "m")])
add("levelname is looked up when the record is made", [record("", 35, "m"), op("add_level_name", level=35, name="NOTICE"), record("", 35, "m"), op("add_level_name", level=35, name="OTHER"), record("", 35, "m")], covers=("python 21",))
FILE = one("FileHandler('o.log', 'w')", SHOWN)
add("flush", [record("", 20, "1"), op("flush"), record("", 20, "2"), op("flush"), op("flush")], FILE)
add("flush of many handlers", [record("", 20, "1"), op("flush"), record("", 40, "2")], ini({"root": ("", "DEBUG", "a,b,c", None)}, {"a": OUT, "b": ERR, "c": {"class": "FileHandler", "args": "('o.log',)"}}, {"f": {"format": SHOWN}}))
for number, where in enumerate(("stdout", "a file", "a rotating file")):
    add("flush between records, to " + where, sum(([record("", 30, "%d", i), op("flush")] for i in range(6)), []), (BASE, FILE, one("handlers.RotatingFileHandler('o.log', 'a', 30, 2)", SHOWN))[number])
    add("sleep between records, to " + where, sum(([record("", 30, "%d", i), op("sleep", ms=i)] for i in range(6)), []), (BASE, FILE, one("handlers.RotatingFileHandler('o.log', 'a', 30, 2)", SHOWN))[number])
add("flush before a reconfigure", [record("", 20, "1"), op("flush"), op("reconfigure", path="o.ini"), op("flush"), record("", 20, "2")], FILE, files={"o.ini": one("FileHandler('p.log', 'w')", SHOWN)})
add("sleep over a reconfigure", [record("", 20, "1"), op("sleep", ms=5), op("reconfigure", path="o.ini"), op("sleep", ms=5), record("", 20, "2")], FILE, files={"o.ini": one("FileHandler('p.log', 'w')", SHOWN)})
add("sleep", [record("", 20, "1"), op("sleep", ms=20), record("", 20, "2"), op("sleep", ms=0), op("sleep", ms=1.5), record("", 20, "3")])
OTHER = ini({"root": ("", "DEBUG", "h", None), "k": ("kept", "INFO", "", None), "u": ("up.on.it", "ERROR", "e", "0")}, {"h": OUT, "e": ERR}, {"f": {"format": "2 " + SHOWN}})
USED = at(("kept", "kept.child", "lost", "lost.child", "up", "up.on", "up.on.it", "up.on.it.x"))
add("reconfigure disables what is not named, used or configured", at() + USED + [op("reconfigure", path="o.ini")] + at() + USED + at(("new", "new.x")), files={"o.ini": OTHER}, covers=("python 5",))
add("reconfigure resets children", [op("set_level", logger="kept.child", level="CRITICAL"), op("set_level", logger="kept.child.x", level="DEBUG")] + USED + [op("reconfigure", path="o.ini")] + USED + at(("kept.child.x",)), files={"o.ini": OTHER}, covers=("python 5",))
add("an intermediate name is not disabled", [record("up.on.it", 40, "m")] + [op("reconfigure", path="o.ini")] + at(("up.on", "up")), files={"o.ini": OTHER}, covers=("python 5",))
add("reconfigure to and fro", at() + sum(([op("reconfigure", path=p)] + at() + USED for p in ("o.ini", "c.ini", "o.ini", "o.ini", "c.ini")), []), files={"o.ini": OTHER}, covers=("python 5",))
add("reconfigure with the same file", [record("", 20, "1"), op("reconfigure", path="c.ini"), record("", 20, "2"), record("z", 20, "3"), op("reconfigure", path="c.ini"), record("z", 20, "4")])
add("reconfigure with the same file, mode w", [record("", 20, "1"), op("reconfigure", path="c.ini"), record("", 20, "2")], FILE)
add("reconfigure with the same file, mode a", [record("", 20, "1"), op("reconfigure", path="c.ini"), record("", 20, "2")], one("FileHandler('o.log',)", SHOWN), files={"o.log": "there\n"})
for mode in ("w", "a"):
    add("reconfigure to another handler of the file, mode " + mode, [record("", 20, "1"), op("reconfigure", path="o.ini"), record("", 20, "2")], FILE, files={"o.ini": one("FileHandler('o.log', '%s')" % mode, "2 " + SHOWN)})
add("reconfigure while disabled names are set", [record("lost", 20, "1"), op("reconfigure", path="o.ini"), op("set_level", logger="lost", level="DEBUG"), record("lost", 50, "2"), op("reconfigure", path="p.ini"), record("lost", 50, "3")],
    files={"o.ini": OTHER, "p.ini": ini({"root": ("", "DEBUG", "h", None), "l": ("lost", None, "", None)}, {"h": OUT}, {"f": {"format": "3 " + SHOWN}})}, covers=("python 5",))
add("reconfigure in a folder", [op("reconfigure", path="sub/o.ini"), record("", 20, "1")], files={"sub/o.ini": one("FileHandler('sub/o.log',)", SHOWN)})
