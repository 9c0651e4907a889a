"""api_oracle.py - what real Python does with a script of tests/support/api_host.c. Runs in a directory of its own:
python3 api_oracle.py SCRIPT."""
import json
import logging
import logging.config
import logging.handlers
import sys

objects = {}
results = open("results", "w")


def lg(name):
    return logging.getLogger(None if name == "root" else name)


def given(word):
    return None if word == "-" else word


def handler_class(name):
    for module in (logging, logging.handlers):
        if hasattr(module, name.split(".")[-1]):
            return getattr(module, name.split(".")[-1])


def basic(words):
    kw = dict(w.split("=", 1) for w in words)
    if "force" in kw:
        kw["force"] = bool(int(kw["force"]))
    if "level" in kw:
        kw["level"] = int(kw["level"])
    if "level_name" in kw:
        kw["level"] = kw.pop("level_name")
    if "stream" in kw:
        kw["stream"] = getattr(sys, kw["stream"])
    if "handlers" in kw:
        kw["handlers"] = [objects[n] for n in kw["handlers"].split(",") if n]
    logging.basicConfig(**kw)


class Buffering(logging.BufferingFormatter):
    def formatHeader(self, records):
        return "<head %d>" % len(records)

    def formatFooter(self, records):
        return "</%s>" % records[0].getMessage()


def said(text):
    return "%d %s" % (len(text), text)


def run(words):
    """None: nothing to say. Else the line of the answer."""
    op, w = words[0], words[1:]
    if op == "handler":
        kw = {} if w[2] == "-" else eval(w[2], {"sys": sys})
        objects[w[0]] = handler_class(w[1])(**kw)
    elif op == "formatter":
        objects[w[0]] = logging.Formatter(given(w[1]), given(w[2]), given(w[3]) or "%")
    elif op == "filter":
        objects[w[0]] = logging.Filter(w[1])
    elif op == "setformatter":
        objects[w[0]].setFormatter(objects[w[1]])
    elif op == "setlevel":
        objects[w[0]].setLevel(int(w[1]))
    elif op == "addfilter":
        objects[w[0]].addFilter(objects[w[1]])
    elif op == "removefilter":
        objects[w[0]].removeFilter(objects[w[1]])
    elif op == "attach":
        lg(w[0]).addHandler(objects[w[1]])
    elif op == "detach":
        lg(w[0]).removeHandler(objects[w[1]])
    elif op == "lfilter":
        lg(w[0]).addFilter(objects[w[1]])
    elif op == "lunfilter":
        lg(w[0]).removeFilter(objects[w[1]])
    elif op == "propagate":
        lg(w[0]).propagate = bool(int(w[1]))
    elif op == "level":
        lg(w[0]).setLevel(int(w[1]))
        return None
    elif op == "log":
        lg(w[0]).log(int(w[1]), "%s", w[2])
        return None
    elif op == "root":
        {10: logging.debug, 20: logging.info, 30: logging.warning, 40: logging.error,
         50: logging.critical}[int(w[0])]("%s", w[1])
        return None
    elif op == "has":
        return "%d %d" % (lg(w[0]).hasHandlers(), lg(w[0]).propagate)
    elif op == "list":
        handlers = lg(w[0]).handlers
        return "".join("level %d, " % h.level for h in handlers) + "%d" % len(handlers)
    elif op == "stream":
        objects[w[0]].setStream(getattr(sys, w[1]))
    elif op == "target":
        objects[w[0]].setTarget(objects.get(w[1]))
    elif op == "close":
        # Weir's close takes it off the loggers, too.
        for name in [None] + list(logging.root.manager.loggerDict):
            logging.getLogger(name).removeHandler(objects[w[0]])
        objects[w[0]].close()
    elif op == "flush":
        objects[w[0]].flush()
    elif op == "rollover":
        objects[w[0]].doRollover()
    elif op == "free":
        del objects[w[0]]
        return None
    elif op == "name":
        objects[w[0]].set_name(w[1])
    elif op == "byname":
        return "found" if w[0] in logging._handlers else "none"
    elif op == "config":
        logging.config.fileConfig(w[0], disable_existing_loggers=not int(w[1]),
                                  defaults=dict(x.split("=", 1) for x in w[2:]))
    elif op == "dict":
        logging.config.dictConfig(json.loads(w[0]))
    elif op == "basic":
        basic(w)
    elif op == "shutdown":
        logging.shutdown()
    elif op == "record":
        fields = {"name": w[1], "levelno": int(w[2]), "levelname": logging.getLevelName(int(w[2])), "msg": w[3],
                  "created": 1700000000.25, "msecs": 250.0, "exc_text": given(w[4])}
        objects[w[0]] = logging.makeLogRecord(fields)
    elif op in ("format", "hformat"):
        return said(objects[w[0]].format(objects[w[1]]))
    elif op == "formattime":
        return said(objects[w[0]].formatTime(objects[w[1]], given(w[2])))
    elif op == "formatstack":
        return said(objects[w[0]].formatStack(w[1]))
    elif op == "uses":
        return "%d" % objects[w[0]].usesTime()
    elif op in ("passes", "hpasses"):
        return "%d" % bool(objects[w[0]].filter(objects[w[1]]))
    elif op == "handle":
        objects[w[0]].handle(objects[w[1]])
    elif op == "emit":
        objects[w[0]].emit(objects[w[1]])
    elif op == "buffering":
        return said(Buffering(objects[w[0]]).format([objects[n] for n in w[1:]]))
    elif op in ("edit", "end"):
        return "ok" if op == "end" else None
    else:
        return "no operation " + op
    return "ok"


for line in open(sys.argv[1]):
    words = [x for x in line.rstrip("\n").split("\t") if x]
    if not words:
        continue
    try:
        answer = run(words)
    except Exception as e:
        answer = "error: %s" % e
    if answer is not None:
        print(answer, file=results)
results.close()
