"""MemoryHandler and QueueHandler: records that are kept, or handed to a thread. Python's side of a QueueHandler's keys is
what dictConfig makes of them since 3.12 (queue_oracle.py), over 3.11's own classes."""
from compared import Case, OUT, ini, op, record

CASES = []
FORM = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "g": {"format": "<%(asctime)s|%(message)s>", "datefmt": "%H:%M"}}
MANY = [record(n, l, "m%d %%s" % i, i) for i, (n, l) in enumerate((n, l) for l in (10, 20, 30) for n in ("", "a", "a.b", "c"))]
ENDS = MANY + [record("x", 40, "e"), record("x", 10, "d", exc_text="T\n  x"), record("x", 50, "c")]


def memory(name, args="(3,)", lines=tuple(MANY), attached="m", order="om", out=OUT, level="NOTSET", more=None, files=None, **keys):
    kinds = {"m": {"class": "handlers.MemoryHandler", "args": args, "target": "o", **keys}, "o": out, **(more or {})}
    for key in [key for key, value in kinds["m"].items() if value is None]:
        del kinds["m"][key]
    CASES.append(Case("held: Memory " + name, ini({"root": ("", level, attached, None)}, {k: kinds[k] for k in list(order) + list(more or {})}, FORM), list(lines), files=files or {}, covers=("python 24",)))


D = {"d": {**OUT, "formatter": "g"}}
for capacity in (-1, 0, 1, 2, 3, 11, 12, 13, 1000):
    memory("capacity %d" % capacity, "(%d,)" % capacity, attached="m,d", more=D)
for level in ("WARNING", "ERROR", "DEBUG", "CRITICAL", "0", "1000", "logging.ERROR".replace("logging.", "")):
    memory("flush level %s %d" % (level, len(CASES)), "(100, %s)" % level, ENDS, attached="m,d", more=D)
memory("target's level is not asked", out={**OUT, "level": "CRITICAL"})
memory("own level", "(2,)", level="DEBUG", out={**OUT, "level": "ERROR"}, **{"formatter": "f"})
memory("flush", "(100,)", MANY[:5] + [op("flush")] + MANY[5:])
memory("target listed later", order="mo")
memory("to a file", "(4,)", ENDS, out={"class": "FileHandler", "args": "('o.log', 'a')", "formatter": "f"}, files={"o.log": "there\n"})
memory("to a rotating file", "(4,)", ENDS, out={"class": "handlers.RotatingFileHandler", "args": "('o.log', 'a', 60, 3)", "formatter": "f"})
memory("to a socket", "(4,)", ENDS, out={"class": "handlers.SocketHandler", "args": "('127.0.0.1', {tcp})"})
memory("also attached by itself", "(4,)", ENDS, attached="m,o")
memory("a reconfigure flushes", "(100,)", MANY[:5] + [op("reconfigure", path="o.ini")] + MANY[5:], files={"o.ini": ini({"root": ("", "DEBUG", "h", None)}, {"h": OUT}, {"f": {"format": "2 %(message)s"}})})
memory("flushOnClose False", "(100, ERROR, None, False)")
memory("target by kwargs", "(3,)", kwargs="{'flushLevel': CRITICAL}")
memory("records that cannot be formatted"[:0] + "levels renamed meanwhile", "(100,)", [record("a", 35, "1"), op("add_level_name", level=35, name="N"), record("a", 35, "2")])
memory("without a target", "(2,)", target=None, attached="m,d", more=D)

FORMATS = {**FORM, "all": {"format": "%(asctime)s %(msecs)r %(levelname)s %(levelno)d %(name)s %(pathname)s %(lineno)d %(funcName)s %(threadName)s %(process)d|%(msg)s|%(args)s|%(exc_text)s|%(stack_info)s|%(message)s"}}
STREAM = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}
FILE = {"class": "logging.FileHandler", "filename": "f.log", "formatter": "all"}
SPECIAL = [record("a", 20, "plain"), record("a", 20, "%s and %d", "text", 7), record("a", 30, "%(k)s", {"k": 1}), record("a", 20, "100%%"), record("a", 40, "failed", exc_text="Traceback:\n  boom"), record("a", 40, "here %s", 1, stack_info="Stack:\n  here", extra={"ip": "::1"})]


def queued(name, handlers, lines=tuple(MANY), root=("q",), **more):
    config = {"version": 1, "formatters": FORMATS, "filters": {"a": {"name": "a"}}, "handlers": handlers, "root": {"level": 1, "handlers": list(root)}, **more}
    CASES.append(Case("held: Queue " + name, config, list(lines), python="import queue_oracle", covers=("python 30",)))


def q(*handlers, **more):
    return {"class": "logging.handlers.QueueHandler", "handlers": list(handlers), **more}


queued("one handler", {"q": q("o"), "o": STREAM})
queued("two handlers", {"q": q("o", "f"), "o": STREAM, "f": FILE})
queued("levels are not asked", {"q": q("o"), "o": {**STREAM, "level": "CRITICAL"}})
queued("levels are asked", {"q": q("o", respect_handler_level=True), "o": {**STREAM, "level": "WARNING"}})
queued("its own level", {"q": q("o", level="WARNING"), "o": STREAM})
queued("filters", {"q": q("o", "f", filters=["a"]), "o": STREAM, "f": {**FILE, "filters": ["a"]}})
queued("what prepare leaves", {"q": q("o"), "o": {**STREAM, "formatter": "all"}}, SPECIAL)
queued("with a formatter of its own", {"q": q("o", formatter="g"), "o": {**STREAM, "formatter": "all"}}, SPECIAL)
queued("beside others", {"q": q("f"), "f": FILE, "d": {**STREAM, "formatter": "all"}}, SPECIAL, root=("q", "d"))
queued("behind others", {"q": q("f"), "f": FILE, "d": {**STREAM, "formatter": "all"}}, SPECIAL, root=("d", "q"))
queued("two of them", {"q": q("o"), "p": q("f"), "o": STREAM, "f": FILE}, root=("q", "p"))
queued("to a socket", {"q": q("s"), "s": {"class": "logging.handlers.SocketHandler", "host": "127.0.0.1", "port": 1}}, MANY[:2])
