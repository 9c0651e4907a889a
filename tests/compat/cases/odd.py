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
add("args null, or holding null", simple("%(message)s"), [record("a", 20, "m %s", args=None), record("a", 20, "%s", args=[None]), record("a", 20, "%s", args=[[]]), record("a", 20, "%s", args=[{}])])
