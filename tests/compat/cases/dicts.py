"""dictConfig: the configuration as JSON, against logging.config.dictConfig."""
import json

from compared import Case, OUT, ini, op, record

FORMATS = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "brace": {"format": "{levelname:8}|{message}\n", "style": "{"},
           "dollar": {"format": "${name} 100%% $message", "style": "$", "datefmt": "%H"}, "bare": {}, "cls": {"class": "logging.Formatter", "format": "<%(message)s>"}}
STREAM = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}
LINES = [record(n, l, "m %s", "x") for n in ("", "a", "a.b", "a.bb", "a.b.c", "c") for l in (10, 20, 30, 40)]
CASES = []


def config(**more):
    return {"version": 1, "formatters": FORMATS, "handlers": {"h": STREAM}, "root": {"level": "DEBUG", "handlers": ["h"]}, **more}


def add(name, given, lines=tuple(LINES), **more):
    CASES.append(Case("dicts: " + name, given, list(lines), **more))


for form in list(FORMATS) + [None]:
    add("formatter %s" % form, config(handlers={"h": {**STREAM, "formatter": form}}))
for date in ("%H:%M", None, "%f %%"):
    add("datefmt %s" % date, config(formatters={"f": {"format": "%(asctime)s %(message)s", "datefmt": date}}))
add("handlers of every level", config(handlers={"h": {"class": "logging.StreamHandler", "level": "WARNING"}, "o": {**STREAM, "level": 20}, "n": {"class": "logging.NullHandler"}, "z": {**STREAM, "level": 35}}, root={"level": 5, "handlers": ["h", "o", "n", "z"]}))
add("FileHandler", config(handlers={"h": {"class": "logging.FileHandler", "filename": "50%.log", "mode": "w", "encoding": "utf-8", "formatter": "f"}}), files={"50%.log": "old\n"})
add("FileHandler, all arguments", config(handlers={"h": {"class": "logging.FileHandler", "filename": "o.log", "mode": "a", "encoding": "latin-1", "delay": True, "errors": "replace", "formatter": "f"}}), [record("a", 20, "é 日")])
add("RotatingFileHandler", config(handlers={"h": {"class": "logging.handlers.RotatingFileHandler", "filename": "r.log", "maxBytes": 60, "backupCount": 3, "formatter": "f"}}))
add("TimedRotatingFileHandler", config(handlers={"h": {"class": "logging.handlers.TimedRotatingFileHandler", "filename": "r.log", "when": "D", "interval": 1, "backupCount": 3, "utc": True, "formatter": "f"}}), files={"r.log": ("old\n", 1600000000)})
add("WatchedFileHandler", config(handlers={"h": {"class": "logging.handlers.WatchedFileHandler", "filename": "r.log", "formatter": "f"}}))
add("SocketHandler", config(handlers={"h": {"class": "logging.handlers.SocketHandler", "host": "{unix}", "port": None}}))
add("SysLogHandler", config(handlers={"h": {"class": "logging.handlers.SysLogHandler", "address": "{unixgram}", "facility": "local5", "formatter": "f"}}))
add("HTTPHandler", config(handlers={"h": {"class": "logging.handlers.HTTPHandler", "host": "127.0.0.1:{http}", "url": "/x", "method": "POST"}}))
add("loggers, levels, propagation", config(loggers={"a": {"level": "INFO", "handlers": ["h"]}, "a.b": {"level": "WARNING", "propagate": False, "handlers": ["h", "h"]}, "c": {"propagate": True}}))
add("loggers without keys", config(loggers={"a": {}, "a.b": {"level": 35, "handlers": []}}, root={"level": "ERROR", "handlers": ["h"]}))
for value in (True, False, 1, 0, None):
    add("propagate %r" % value, config(loggers={"a": {"propagate": value, "handlers": ["h"]}}))
add("a root without handlers", config(root={"level": "DEBUG"}))
add("levels as numbers", config(loggers={"a": {"level": 0}, "a.b": {"level": 25}, "c": {"level": 31}}))
add("filters of handlers", config(filters={"ab": {"name": "a.b"}, "all": {}, "c": {"name": "c"}}, handlers={"h": {**STREAM, "filters": ["ab"]}, "i": {**STREAM, "formatter": "cls", "filters": ["c", "all"]}}, root={"level": "DEBUG", "handlers": ["h", "i"]}))
add("filters of loggers", config(filters={"ab": {"name": "a.b"}}, loggers={"a.b": {"filters": ["ab"]}, "a": {"filters": ["ab"]}, "a.bb": {"filters": ["ab", "ab"]}}, root={"level": "DEBUG", "handlers": ["h"], "filters": ["ab"]}))
add("cfg:// names", config(shared={"level": "WARNING", "files": ["one.log", {"deep": "two.log"}]}, handlers={"h": {**STREAM, "level": "cfg://shared.level"}, "f": {"class": "logging.FileHandler", "filename": "cfg://shared.files[1].deep", "formatter": "f"}}, root={"level": "DEBUG", "handlers": ["h", "f"]}))
for stream in ("ext://sys.stdout", "ext://sys.stderr", None):
    add("stream %s" % stream, config(handlers={"h": {**STREAM, "stream": stream}}))
add("only a version", {"version": 1}, LINES)
add("handlers that nobody has", config(handlers={"h": STREAM, "f": {"class": "logging.FileHandler", "filename": "o.log"}}))
OTHER = ini({"root": ("", "DEBUG", "h", None), "a": ("a", "INFO", "", None)}, {"h": OUT}, {"f": {"format": "ini %(message)s"}})
AGAIN = json.dumps(config(loggers={"a.b": {"level": "ERROR"}}, disable_existing_loggers=False))
add("JSON, then INI", config(), LINES + [op("reconfigure", path="o.ini")] + LINES, files={"o.ini": OTHER}, covers=("python 16",))
add("INI, then JSON", OTHER, LINES + [op("reconfigure", path="o.json")] + LINES, files={"o.json": AGAIN}, covers=("python 16",))
add("JSON, then JSON that disables nothing", config(), LINES + [op("reconfigure", path="o.json")] + LINES, files={"o.json": AGAIN})
add("JSON, then JSON that disables", config(), LINES + [op("reconfigure", path="o.json")] + LINES, files={"o.json": json.dumps(config(loggers={"c": {"level": "ERROR"}}))}, covers=("python 5",))
for factory in ("logging.Formatter", "ext://logging.Formatter"):
    add("a formatter of " + factory, config(formatters={"f": {"()": factory, "fmt": "<%(name)s>"}}))
for level in (-5, 0, 1, 2 ** 31 - 1):
    add("level %d" % level, config(loggers={"a": {"level": level}}, handlers={"h": {**STREAM, "level": level}}), LINES + [record("a", level, "m"), record("a", level + 1 if level < 5 else 60, "m")])
for value in (None, 0, 1, True, False):
    add("disable_existing_loggers %r" % value, config(loggers={"a": {}}), LINES + [op("reconfigure", path="o.json")] + LINES, files={"o.json": json.dumps(config(disable_existing_loggers=value, loggers={"c": {}}))})
