"""Handlers that write to streams and files: modes, encodings, arguments in every form, several of them, rotation."""
import time

from compared import Case, ERR, OUT, ini, one, op, record, simple

CASES = []
DAY = 86400


def add(name, config, lines, **more):
    CASES.append(Case("files: " + name, config, lines, **more))


def lines(count, text="line %d", **more):
    return [record("r", 20, text, i, **more) for i in range(count)]


THREE = [record("a", 20, "one"), record("a.b", 30, "zwei ü 😀"), record("", 40, "two\nlines", exc_text="Traceback:\n  x")]
for args in ("()", "(sys.stdout,)", "(sys.stderr,)", "(None,)", "[sys.stdout]", "( sys.stdout , )", "sys.stdout,", "(sys.stdout\n  ,)"):
    add("StreamHandler " + args, one({"class": "StreamHandler", "args": args}), THREE)
for kwargs in ("{'stream': sys.stdout}", "{'stream': None}", "{}"):
    add("StreamHandler kwargs " + kwargs, one({"class": "StreamHandler", "kwargs": kwargs}), THREE)
for name in ("StreamHandler", "logging.StreamHandler"):
    add("class " + name, one({"class": name, "args": "(sys.stdout,)"}), THREE)
add("StreamHandler without args", one({"class": "StreamHandler"}), THREE)
add("two streams in turn", ini({"root": ("", "DEBUG", "o,e", None)}, {"o": OUT, "e": {**ERR, "level": "WARNING"}}, {"f": {"format": "%(levelname)s:%(message)s"}}), THREE * 3)
add("one stream of two handlers", ini({"root": ("", "DEBUG", "o,p", None)}, {"o": OUT, "p": {**OUT, "formatter": "g"}}, {"f": {"format": "1 %(message)s"}, "g": {"format": "2 %(message)s"}}), THREE * 3)
add("no formatter", one({"class": "StreamHandler", "args": "(sys.stdout,)", "formatter": ""}), THREE)
add("the last resort and a handler of stderr in turn", ini({"root": ("", "DEBUG", "", None), "e": ("e", "DEBUG", "e", "0")}, {"e": ERR}, {"f": {"format": "handler %(message)s"}}), [record(n, 40, "%d", i) for i in range(40) for n in ("e", "x")])
for args in ("('o.log',)", "('o.log', 'w')", "('o.log', 'a')", "('o.log', 'a', 'utf-8')", "('o.log', 'w', 'UTF-8', False)", "('./o.log', 'a', None, True)", "('sub/../o.log',)", "('o.log', 'w', 'utf8', 0, None)",
             "('o.log', 'a', None, False, 'strict')", "['o.log', 'w']", "('o' '.log',)", "('o'+'.log',)" if False else "(\"o.log\",)", "('o.log', 'x')" if False else "(r'o.log',)", "('ö 日.log',)", "('a b;c#d.log',)", "('o%%d.log',)", "'o.log',", "('o.log','wt')", "('o.log','at')"):
    add("FileHandler " + args, one({"class": "FileHandler", "args": args}), THREE, files={"o.log": "was there\n", "sub/x": ""})
for kwargs in ("{'filename': 'o.log'}", "{'filename': 'o.log', 'mode': 'w'}", "{'filename': 'o.log', 'encoding': 'utf-8', 'delay': True}", "{'delay': False, 'filename': 'o.log', 'errors': None}"):
    add("FileHandler kwargs " + kwargs, one({"class": "FileHandler", "kwargs": kwargs}), THREE, files={"o.log": "was there\n"})
add("FileHandler args and kwargs", one({"class": "FileHandler", "args": "('o.log',)", "kwargs": "{'mode': 'w'}"}), THREE, files={"o.log": "was there\n"})
add("no line break at the end of what was there", one("FileHandler('o.log',)"), THREE, files={"o.log": "torn"})
add("a handler of no logger makes its file", ini({"root": ("", "DEBUG", "h", None)}, {"h": OUT, "w": {"class": "FileHandler", "args": "('w.log', 'w')"}, "a": {"class": "FileHandler", "args": "('a.log',)"}, "n": {"class": "FileHandler", "args": "('n.log', 'a')"}}, {"f": {"format": "%(message)s"}}), THREE, files={"w.log": "emptied", "a.log": "kept"}, covers=("python 8",))
add("a file with no record is made", one("FileHandler('o.log',)", level="CRITICAL"), THREE, covers=("python 8",))
add("mode w with no record empties", one("FileHandler('o.log', 'w')", level="CRITICAL"), THREE, files={"o.log": "there\n"})
add("two handlers of one file", ini({"root": ("", "DEBUG", "a,b", None)}, {"a": {"class": "FileHandler", "args": "('o.log',)", "formatter": "f"}, "b": {"class": "FileHandler", "args": "('./o.log', 'a')", "formatter": "g"}}, {"f": {"format": "1 %(message)s"}, "g": {"format": "2 %(message)s"}}), THREE * 5)
add("many files", ini({"root": ("", "DEBUG", ",".join("h%d" % i for i in range(30)), None)}, {"h%d" % i: {"class": "FileHandler", "args": "('%d.log',)" % i, "level": ("DEBUG", "WARNING", "ERROR")[i % 3]} for i in range(30)}, {}), THREE)
add("a long run of records", one("FileHandler('o.log', 'w')", "%(levelno)d %(message)s"), [record("l.%d" % (i % 7), 10 + i % 50, "n%06d %s", i, "x" * (i % 50)) for i in range(3000)])
for kind in ("handlers.WatchedFileHandler", "logging.handlers.WatchedFileHandler"):
    for args in ("('o.log',)", "('o.log', 'w')", "('o.log', 'a', 'utf-8', False, None)", "('o.log', 'a', 'utf-8', True)"):
        add("%s %s" % (kind, args), one({"class": kind, "args": args}), THREE, files={"o.log": "was there\n"}, covers=("python 29",))
R = "handlers.RotatingFileHandler"
for args in ("('o.log', 'a', 100, 3)", "('o.log', 'a', 100, 1)", "('o.log', 'a', 100, 0)", "('o.log', 'a', 0, 3)", "('o.log',)", "('o.log', 'w', 0, 3)", "('o.log', 'w', 100, 3)", "('./o.log', 'a', 5, 3)", "('o.log', 'a', 8, 20)",
             "('o.log', 'a', 1, 2, None, True)", "('o.log', 'a', 2*50, 12, 'utf-8', False, 'strict')", "('o.log', 'a', 10**2, 2)", "('o.log', 'a', 1e2, 2)" if False else "('o.log', 'a', 0x64, 2)"):
    for number, there in enumerate(({}, {"o.log": "was there\n"}, {"o.log": "x" * 300, "o.log.1": "one\n", "o.log.3": "three\n", "o.log.7": "seven\n"})):
        add("Rotating %s %d" % (args, number), one({"class": R, "args": args}, "%(message)s"), lines(30), files=there, covers=("python 22", "python 13"))
for text in ("é%d", "日本語 %d", "😀%d", "%d\nsecond line é"):
    for most in (20, 21, 22, 23, 64):
        add("Rotating counts %r at %d" % (text, most), one("logging.handlers.RotatingFileHandler('o.log', 'a', %d, 99)" % most, "%(message)s"), lines(25, text), covers=("python 22",))
add("Rotating with exceptions", one(R + "('o.log', 'a', 120, 9)"), [record("r", 40, "bad", exc_text="Traceback:\n  é"), record("r", 30, "x" * 500), record("r", 20, "")] * 5)
add("Rotating kwargs", one({"class": R, "args": "('o.log',)", "kwargs": "{'maxBytes': 64, 'backupCount': 2, 'encoding': 'utf-8'}"}, "%(message)s"), lines(20))
add("Rotating, one file of two loggers", ini({"root": ("", "DEBUG", "h", None), "r": ("r", "INFO", "h", None)}, {"h": {"class": R, "args": "('o.log', 'a', 50, 3)"}}, {}), lines(20))
add("Rotating applied again", one(R + "('o.log', 'a', 90, 4)", "%(message)s"), lines(20) + [op("reconfigure", path="o.ini")] + lines(20), files={"o.ini": one(R + "('o.log', 'a', 60, 2)", "2 %(message)s")})
add("Rotating, then a plain FileHandler", one(R + "('o.log', 'a', 90, 4)", "%(message)s"), lines(7) + [op("flush"), op("reconfigure", path="o.ini")] + lines(7), files={"o.ini": one("FileHandler('o.log', 'a')", "%(message)s")})
T = "handlers.TimedRotatingFileHandler"
NOW = int(time.time())
THEN = NOW // DAY * DAY - 5 * DAY + 1000
OLD = {"o.log.2020-01-0%d" % i: "old %d\n" % i for i in range(1, 7)}
OLD.update({"o.log.2020-01-01.gz": "z", "o.log.2020-01-01x": "no", "p.log.2020-01-01": "no", "o.log.bak": "no", "o.2020-01-01.log": "no", "o.log.2020-01-01_03": "hour", "o.log.2020-01-01_03-04": "minute", "o.log.2020-01-01_03-04-05": "second"})
for args in ("('o.log', 'D', 1, 3)", "('o.log', 'midnight', 1, 2)", "('o.log', 'MIDNIGHT', 2, 0, 'utf-8', False, True)", "('o.log', 'd', 3, 7)", "('o.log', 'W%d', 1, 4)" % time.gmtime(THEN + DAY).tm_wday, "('o.log', 'H', 24, 1)", "('o.log', 'm', 1440, 2)",
             "('o.log', 's', 86400, 2)", "('o.log', 'D', 30, 2)", "('o.log', 'midnight')", "('o.log', 'midnight', 1, 100)", "('o.log', 'H', 1, 1)", "('o.log', 'S', 7, 3)", "('o.log', 'M', 5, 3, None, True)", "('o.log',)"):
    for number, there in enumerate(({"o.log": ("began then\n", THEN)}, {"o.log": ("began then\n", THEN), **OLD}, OLD)):
        add("Timed %s %d" % (args, number), one({"class": T, "args": args}, "%(message)s"), lines(5), files=there, covers=("python 23",))
for zone in ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"):
    for when in ("midnight", "W0", "D", "H"):
        for back in (3, 200):
            add("Timed %s in %s, %d days ago" % (when, zone, back), one(T + "('o.log', '%s', 1, 3)" % when, "%(message)s"), lines(3), files={"o.log": ("then\n", NOW // DAY * DAY - back * DAY + 1234)}, zone=zone, covers=("python 23",))
add("Timed kwargs", one({"class": T, "args": "('o.log',)", "kwargs": "{'when': 'D', 'interval': 1, 'backupCount': 2, 'utc': True}"}, "%(message)s"), lines(3), files={"o.log": ("then\n", THEN)})
add("NullHandler", ini({"root": ("", "DEBUG", "n", None)}, {"n": {"class": "NullHandler", "args": "()"}}, {}), THREE)
add("NullHandler beside another", ini({"root": ("", "DEBUG", "n,h", None), "a": ("a", "DEBUG", "n", "0")}, {"n": {"class": "logging.NullHandler"}, "h": OUT}, {"f": {}}), THREE)
add("NullHandler with level and formatter", one({"class": "NullHandler", "args": "()", "level": "ERROR"}), THREE)
add("NullHandler at a logger that does not propagate", ini({"root": ("", "DEBUG", "h", None), "lib": ("lib", None, "n", "0")}, {"n": {"class": "NullHandler"}, "h": OUT}, {"f": {}}), [record("lib", 50, "m"), record("lib.x", 50, "m"), record("x", 50, "m")])
add("NullHandler without args, and reconfigured", one({"class": "NullHandler"}), THREE + [op("reconfigure", path="o.ini")] + THREE, files={"o.ini": simple("%(message)s")})
W = "('o.log', 'w', 'utf-8', True)"
for between in ([], [record("r", 20, "by the second")]):
    add("a delayed 'w' that gets %d records, then 'a' again" % len(between), one("FileHandler('o.log', 'a')"), THREE + [op("reconfigure", path="w.ini")] + between + [op("reconfigure", path="c.ini")] + [record("r", 20, "later")], files={"w.ini": one("FileHandler" + W)})
    add("a delayed 'w' that gets %d records, applied again" % len(between), one("FileHandler" + W), between + [op("reconfigure", path="c.ini")] * 2 + [record("r", 20, "later")], files={"o.log": "there\n"})
for first in ("FileHandler('o.log',)", "handlers.WatchedFileHandler('o.log',)", R + "('o.log', 'a', 0, 0)"):
    for second in ("FileHandler('o.log',)", "handlers.WatchedFileHandler('o.log',)", R + "('o.log', 'a', 0, 0)"):
        add("one file of %s, then of %s" % (first, second), one(first, "1 %(message)s"), lines(200) + [op("reconfigure", path="o.ini")] + lines(200), files={"o.ini": one(second, "2 %(message)s")})
