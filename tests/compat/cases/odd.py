"""Odd records and odd combinations of handlers."""
from compared import Case, OUT, ini, one, op, record, simple

CASES = []


def add(name, config, lines, **more):
    CASES.append(Case("odd: " + name, config, lines, **more))


ALLF = "%(lineno)s|%(funcName)s|%(name)s|%(levelname)s|%(levelno)s|%(message)s|%(asctime)s|%(msecs)s|%(process)s|%(filename)s"
add("fields unknown", simple(ALLF), [record("a", 20, "m", other=5, exc_info=None)])
add("null attributes", simple("%(lineno)s|%(pathname)s|%(filename)s|%(module)s|%(threadName)s|%(exc_text)s"), [record("a", 20, "m", lineno=None, threadName=None, exc_text=None, stack_info=None)])
add("w, reconfigure w other name then back", one("FileHandler('o.log', 'w')"), [record("a", 20, "1"), op("reconfigure", path="o.ini"), record("", 20, "2"), op("reconfigure", path="c.ini"), record("", 20, "3")], files={"o.ini": one("FileHandler('p.log', 'w')")})
add("mem then a file", ini({"root": ("", "DEBUG", "m", None)}, {"m": {"class": "handlers.MemoryHandler", "args": "(100,)", "target": "o"}, "o": {"class": "FileHandler", "args": "('o.log', 'a')"}}, {}), [record("a", 20, "m%d" % i) for i in range(3)])
add("percent in style brace datefmt", simple("{asctime}", style="{", datefmt="{x} %H"), [record("a", 20, "m")])
add("deep propagation chain", ini({"root": ("", "DEBUG", "h", None), **{"l%d" % i: (".".join("abcdefgh"[:i]), "DEBUG", "h", None) for i in range(1, 8)}}, {"h": OUT}, {"f": {"format": "%(name)s %(message)s"}}), [record("a.b.c.d.e.f.g.h.i", 20, "m")])
add("reconfigure while memory", one({"class": "handlers.MemoryHandler", "args": "(2,)"}), [record("a", 20, "m")])
add("socket names", one("handlers.SocketHandler('127.0.0.1', {tcp})"), [record("a", 20, "m", extra={"a": "a", "m": "m", "T-1": "T-1"})])
for path in (None, 5, -1, 2 ** 40, 10 ** 30, 1.5, True, "", "/a/", "a.b.c", ".x"):
    add("a pathname that is %r" % (path,), ini({"root": ("", "DEBUG", "h,s", None)}, {"h": OUT, "s": {"class": "handlers.SocketHandler", "args": "('{unix}', None)"}}, {"f": {"format": "%(pathname)s|%(filename)s|%(module)s"}}), [record("a", 20, "m", pathname=path), record("a", 20, "m", pathname=path, filename="f.g")])
for name in (None, 5, "x", "", "/a/b.c", [1]):
    add("a module is that of the pathname, whatever the filename, %r" % (name,), simple("%(pathname)s|%(filename)s|%(module)s"), [record("a", 20, "m", filename=name)])
for msg in (5, None, True, 1.5, [1, "x"], {"a": 1}, 10 ** 30):
    add("a message that is %r" % (msg,), simple("%(msg)r|%(message)s"), [record("a", 20, msg), record("a", 20, msg, "too many")], same=((rb"(?m)^  .*\n", b""),))
ZONES = ("Nowhere/Town", "XYZ", ":XYZ", "AB", "123", "foo123", "CET-25", "CET-1:60", "../x", "/etc/passwd", ":", "<AB1-1", "EST5EDT", "<+03>-3", "FOO-5:30")
for zone in ZONES:
    add("TZ=" + zone, simple("%(asctime)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S %Z %z"), [record("a", 20, "m", created=created) for created in (0, 1700000000.5, 1720000000)], zone=zone)
for level in (2 ** 31, 2 ** 63 - 1, 10 ** 25, -2 ** 40, True, False):
    add("thresholds of %r" % level, simple("%(levelname)s %(message)s"), [op("set_level", logger="a", level=level)] + [record("a", l, "m") for l in (0, 1, 50)] + [op("disable", level=level)] + [record("b", l, "m") for l in (0, 1, 50)] + [op("disable", level="NOTSET")] + [record("b", 50, "m")])
add("args null, or holding null", simple("%(message)s"), [record("a", 20, "m %s", args=None), record("a", 20, "%s", args=[None]), record("a", 20, "%s", args=[[]]), record("a", 20, "%s", args=[{}])])
