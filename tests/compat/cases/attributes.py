"""dictConfig's "." key: attributes set on handlers, and on the formatters and filters that a factory makes."""
import sys

from compared import Case, op, record

CASES = []
FORMATS = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "t": {"format": "%(asctime)s %(message)s"}}
THREE = [record("a", 20, "one"), record("a.b", 30, "zwei ü 😀"), record("", 40, "two\nlines", exc_text="Traceback:\n  x")]
DATES = [record("a", 20, "m", created=created) for created in (0, 1700000000.123, 1700000000.9996, 1650000000, -1.5, 951782399.5, 1711846799.999, 4e9)]
DAY = 86400


def add(name, handler, lines=tuple(THREE), files=None, formatters=FORMATS, **more):
    config = {"version": 1, "formatters": formatters, "handlers": {"h": {"formatter": "f", **handler}}, "root": {"level": "DEBUG", "handlers": ["h"]}}
    CASES.append(Case("attributes: " + name, config, list(lines), files=files or {}, **more))


def formatter(name, attributes, lines=tuple(DATES), zone="Europe/Berlin", python="", **keys):
    """Through a factory: where Python looks at "."."""
    factory = {"()": "logging.Formatter", **({"fmt": "%(asctime)s %(message)s"} if "format" not in keys else {}), **keys, ".": attributes}
    add("formatter " + name, STREAM, lines, formatters={"f": factory}, zone=zone, python=python)


STREAM = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
FILE = {"class": "logging.FileHandler", "filename": "o.log"}
SIZE = {"class": "logging.handlers.RotatingFileHandler", "filename": "o.log", "maxBytes": 60, "backupCount": 3}
TIME = {"class": "logging.handlers.TimedRotatingFileHandler", "filename": "o.log", "when": "D", "backupCount": 3}
for terminator in ("", "\0", "\r\n", "\n\n", " | ", "é😀", "%s", "\n-- \n"):
    for handler in (STREAM, FILE, SIZE, {**FILE, "class": "logging.handlers.WatchedFileHandler"}):
        add("terminator %r of %s" % (terminator, handler["class"]), {**handler, ".": {"terminator": terminator}}, THREE * 3, {"o.log": "was there\n"})
for encoding in ("latin-1", "utf-16", "utf-16-le", "ascii"):
    add("terminator in " + encoding, {**FILE, "encoding": encoding, "errors": "replace", ".": {"terminator": "é\r\n"}})
add("terminator of standard error", {"class": "logging.StreamHandler", ".": {"terminator": "\0"}})
add("terminator of a factory", {"()": "logging.StreamHandler", "stream": "ext://sys.stdout", ".": {"terminator": ";"}})
add("terminator of a file by time", {**TIME, ".": {"terminator": "\0"}}, files={"o.log": ("began then\n", 1600000000)})
add("nothing in it", {**STREAM, ".": {}})
add("null", {**STREAM, ".": None})
add("what means nothing to Python", {**STREAM, ".": {"colour": "red", "note": [1, {"a": None}], "terminator": "$\n"}})
add("level", {**STREAM, "level": "ERROR", ".": {"level": 25}}, THREE * 2)
add("two handlers of one stream, each its terminator", {**STREAM, ".": {"terminator": "1\n"}})
CASES[-1].config["handlers"]["i"] = {**STREAM, "formatter": "t", ".": {"terminator": "2\0"}}
CASES[-1].config["root"]["handlers"] = ["h", "i"]
add("applied again", {**STREAM, ".": {"terminator": "1;"}}, THREE + [op("reconfigure", path="o.ini")] + THREE, {"o.ini": "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nhandlers=h\n[handler_h]\nclass=StreamHandler\nargs=(sys.stdout,)\n"})

add("maxBytes", {**SIZE, "maxBytes": 0, ".": {"maxBytes": 50}}, THREE * 5)
add("backupCount", {**SIZE, ".": {"backupCount": 1}}, THREE * 5)
add("maxBytes and backupCount", {**SIZE, ".": {"backupCount": 2, "maxBytes": 90}}, THREE * 5)
add("maxBytes 0", {**SIZE, ".": {"maxBytes": 0}}, THREE * 5)
for suffix in ("%Y%m%d", "%Y-%m-%d.log", "old", "%Y-%m-%d_%H", "%d.%m.%y-%A", "%Y"):
    add("suffix " + suffix, {**TIME, ".": {"suffix": suffix}}, files={"o.log": ("began then\n", 1600000000), **{"o.log.2019-01-0%d" % i: "old %d\n" % i for i in range(1, 6)}}, covers=("python 23",))
    add("suffix %s, at midnight" % suffix, {**TIME, "when": "midnight", "utc": True, "backupCount": 0, ".": {"suffix": suffix}}, files={"o.log": ("began then\n", 1600000000), "o.log.2020": "old\n", "o.log.old": "old\n"}, covers=("python 23",))
add("suffix and backupCount", {**TIME, ".": {"suffix": "%Y-%m-%d.txt", "backupCount": 2}}, files={"o.log": ("began then\n", 1600000000), **{"o.log.2019-01-0%d.txt" % i: "old %d\n" % i for i in range(1, 6)}})

PAIR = {"version": 1, "formatters": FORMATS, "handlers": {"o": {**STREAM, "formatter": "f"}}, "root": {"level": "DEBUG", "handlers": ["h"]}}
for attributes in ({"capacity": 2}, {"flushLevel": 20}, {"flushOnClose": False}, {"capacity": 3, "flushLevel": 50}, {"level": 30}):
    config = {**PAIR, "handlers": {**PAIR["handlers"], "h": {"class": "logging.handlers.MemoryHandler", "capacity": 5, "target": "o", ".": attributes}}}
    CASES.append(Case("attributes: of a MemoryHandler %s" % attributes, config, [record("a", level, "n %d", n) for n, level in enumerate((10, 20, 20, 30, 20, 10, 20, 40, 20, 20))]))

SYSLOG = {"class": "logging.handlers.SysLogHandler", "address": "{unixgram}"}
for attributes in ({"ident": "kvd: "}, {"append_nul": False}, {"ident": "ü[1]: ", "append_nul": False}, {"append_nul": 1}, {"append_nul": 0}, {"facility": "local3"}, {"facility": 19}):
    add("of a SysLogHandler %s" % attributes, {**SYSLOG, ".": attributes})
add("of a SysLogHandler over TCP", {"class": "logging.handlers.SysLogHandler", "address": ["127.0.0.1", "cfg://port"], "socktype": "cfg://kind", ".": {"ident": "x: ", "append_nul": False}}, whole=("network tcp",))
CASES[-1].config.update(port="{tcp}", kind=1)
CASES.pop()
for attributes in ({"closeOnError": True}, {"retryStart": 0.5, "retryMax": 10.0, "retryFactor": 1.5}, {"retryMax": 5}, {"level": 30}):
    add("of a SocketHandler %s" % attributes, {"class": "logging.handlers.SocketHandler", "host": "{unix}", "port": None, ".": attributes})
for attributes in ({"method": "POST"}, {"url": "/other?x=1"}, {"level": 25}):
    add("of an HTTPHandler %s" % attributes, {"class": "logging.handlers.HTTPHandler", "host": "127.0.0.1:{http}", "url": "/log", ".": attributes})

formatter("default_time_format", {"default_time_format": "%H:%M:%S %d.%m.%Y"})
formatter("default_time_format, empty", {"default_time_format": ""})
for form in (None, "", "%s.%03d", "%s|%d", "%s %s", "%s,%07.2f", "%s%%%3d", "ü%s %05.1f", "%-30s|%+d", "%r %a"):
    formatter("default_msec_format %r" % form, {"default_msec_format": form})
formatter("default_msec_format and datefmt", {"default_msec_format": "%s.%03d", "default_time_format": "%H"}, datefmt="%H:%M")
formatter("both, style {", {"default_msec_format": "%s.%03d", "default_time_format": "%Y-%m-%dT%H:%M:%S"}, fmt="{asctime:>30} {message}", style="{")
formatter("both, style $", {"default_msec_format": None, "default_time_format": "%c"}, fmt="${asctime} $message", style="$")
if sys.version_info >= (3, 11, 7):  # 3.11.2 loses the attributes where it takes "format" for "fmt"
    formatter("by the key format", {"default_msec_format": None}, format="%(asctime)s [%(message)s]")
formatter("msecs given", {"default_msec_format": "%s.%06.2f"}, [record("a", 20, "m", msecs=msecs) for msecs in (1.25, 999.999, 0, -3)])
formatter("what a format of one piece cannot take", {"default_msec_format": "%s"}, [record("a", 20, "m"), record("a", 20, "n")])
CASES[-1].same = ((rb"(?m)^  .*\n", b""),)
formatter("what means nothing to Python", {"colour": "red"})
add("a formatter of a class has none", STREAM, DATES, formatters={"f": {"class": "logging.Formatter", "format": "%(asctime)s %(message)s", ".": {"default_msec_format": None}}})
add("a formatter without class has none", STREAM, DATES, formatters={"f": {"format": "%(asctime)s %(message)s", ".": {"default_msec_format": None}}})
add("one asctime of two handlers", STREAM, DATES, formatters={"f": {"()": "logging.Formatter", "fmt": "%(asctime)s", ".": {"default_msec_format": None}}, "g": {"format": "%(message)s"}, "j": {"()": "logging.Formatter", "fmt": "%(asctime)s", ".": {"default_msec_format": "%s.%d"}}})
CASES[-1].config["handlers"].update(g={**STREAM, "formatter": "g"}, j={**STREAM, "formatter": "j"})
CASES[-1].config["root"]["handlers"] = ["h", "g", "j"]

# JSON cannot name a function, and Python 3.11 leaves "ext://" in attributes as text: what the oracle is told stands for it.
for zone in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"):
    for keys in ({}, {"datefmt": "%Y-%m-%dT%H:%M:%SZ"}, {"datefmt": "%c %Z %z %j"}, {"datefmt": "%s %G %V"}, {"fmt": "{asctime} {message}", "style": "{"}):
        formatter("converter in %s %s" % (zone, keys), {"converter": "ext://time.gmtime", **({"default_msec_format": "%s.%03dZ"} if not keys else {})}, zone=zone, python="logging.Formatter.__setattr__ = lambda self, name, value: "
                  "object.__setattr__(self, name, __import__('time').gmtime if value == 'ext://time.gmtime' else value)", **keys)
formatter("converter of local time", {"converter": "ext://time.localtime"}, python="logging.Formatter.__setattr__ = lambda self, name, value: object.__setattr__(self, name, __import__('time').localtime if name == 'converter' else value)")

for attributes in ({}, {"note": 1}):
    config = {"version": 1, "filters": {"x": {"()": "logging.Filter", "name": "a", ".": attributes}}, "handlers": {"h": {**STREAM, "filters": ["x"]}}, "root": {"level": "DEBUG", "handlers": ["h"]}}
    CASES.append(Case("attributes: of a filter %s" % attributes, config, THREE))
