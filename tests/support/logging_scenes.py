#!/usr/bin/env python3
"""logging_scenes.py SCENE [CONFIG]: what tests/support/logging_probe.c plays with Weir, played with Python's
logging. It uses nothing of Weir. Where the two languages cannot say the same (C has no exception objects, a frame's
file is another file) the scene is the probe's alone."""
import logging
import logging.config
import sys


def out(text):
    print(text, flush=True)


def name_of(logger):
    return "None" if logger is None else logger.name


# ---- levels, loggers ----


def levels():
    logging.addLevelName(35, "NOTICE")
    logging.addLevelName(20, "NOTE")
    for number in (0, 10, 30, 35, 36, 50):
        out(logging.getLevelName(number))
    for name in ("WARN", "FATAL", "NOTICE", "INFO", "nosuch"):
        out(logging.getLevelName(name))
    for line in sorted("%s %d" % pair for pair in logging.getLevelNamesMapping().items()):
        out(line)


def show_logger(name):
    log = logging.getLogger(name)
    out("%s level %d effective %d disabled %d parent %s debug %d error %d" % (
        log.name, log.level, log.getEffectiveLevel(), log.disabled, name_of(log.parent),
        log.isEnabledFor(logging.DEBUG), log.isEnabledFor(logging.ERROR)))


def children(log):
    """getChildren of Python 3.12."""
    def depth(one):
        return 0 if one is logging.root else 1 + one.name.count(".")
    return [one for one in logging.root.manager.loggerDict.values()
            if isinstance(one, logging.Logger) and one.parent is log and depth(one) == 1 + depth(log)]


def loggers():
    class Telling(logging.Logger):
        def __init__(self, name):
            super().__init__(name)
            out("made " + name)

    before = logging.getLoggerClass()
    logging.setLoggerClass(Telling)
    logging.getLogger("a.b.c")
    logging.getLogger("a.b.c")
    logging.getLogger("a")
    logging.getLogger("a").getChild("x.y")
    out("class %d" % (logging.getLoggerClass() is Telling))
    logging.setLoggerClass(before)
    logging.getLogger("a").setLevel(logging.DEBUG)
    logging.getLogger("a.b.c").disabled = True
    for name in (None, "a", "a.b.c", "a.x.y"):
        show_logger(name)
    known = logging.root.manager.loggerDict
    for name in sorted(known):
        out("%s %s" % (name, "PlaceHolder" if isinstance(known[name], logging.PlaceHolder) else "Logger"))
    for name in sorted([one.name for one in children(logging.root)] + [one.name for one in children(logging.getLogger("a"))]):
        out(name + " Logger")
    logging.disable(logging.INFO)
    out("disable %d" % logging.root.manager.disable)
    for name in ("a",):
        show_logger(name)
    logging.disable(0)
    logging.getLogger("a.b.c").disabled = False
    show_logger("a.b.c")


# ---- records ----


def disabled():
    log, below = logging.getLogger("d"), logging.getLogger("d.e")
    log.disabled = True
    log.critical("not seen")
    below.critical("a child is not disabled")
    log.disabled = False
    log.critical("seen again")


def make(log, level, path, line, func, msg, *args, extra=None):
    return log.makeRecord(log.name, level, path, line, msg, args, None, func, extra)


def key_error(log, extra):
    try:
        make(log, 20, "f.c", 1, "f", "x", extra=extra)
    except KeyError as error:
        out("KeyError " + error.args[0])


def records():
    log = logging.getLogger("r.s")
    log.setLevel(logging.CRITICAL)
    record = make(log, logging.INFO, "/src/dir/file.c", 12, "function", "hello %s, %d", "you", 5, extra={"ip": "10.0.0.1"})
    log.handle(record)
    record.msg, record.args = "changed 100%", ()
    record.lineno = 99
    logging.getLogger("elsewhere").handle(record)
    log.disabled = True
    log.handle(record)
    logging.getLogger().handle(make(log, 35, "", 0, None, "no place", extra={"ip": "10.0.0.1"}))
    key_error(log, {"lineno": "x"})
    given = {"msg": "bare", "levelno": 40, "levelname": "ODD", "name": "other", "pathname": "/p/q.c", "ip": "-"}
    logging.getLogger("q").handle(logging.makeLogRecord(given))


def factory():
    count = 0
    plain = logging.getLogRecordFactory()

    def stamp(*args, **kwargs):
        nonlocal count
        count += 1
        record = plain(*args, **kwargs)
        record.number = count
        record.custom = record.levelname
        return record

    log = logging.getLogger("f")
    logging.setLogRecordFactory(stamp)
    out("factory %d" % (logging.getLogRecordFactory() is stamp))
    log.info("one %d", 1)
    log.error("two")
    log.handle(make(log, logging.INFO, "x.c", 1, "f", "made"))
    log.handle(logging.makeLogRecord({"msg": "given", "levelname": "INFO", "levelno": 20}))
    key_error(log, {"custom": "x"})
    logging.setLogRecordFactory(plain)
    out("factory %d" % (logging.getLogRecordFactory() is plain))


# ---- filters ----


def filters():
    def add_context(record):
        record.ip, record.user = "192.168.0.1", "fred"
        return True

    def drop_secrets(record):
        return "secret" not in record.getMessage()

    def change(record):
        record.msg, record.args = "<%s>" % record.getMessage(), ()
        record.levelno, record.levelname = logging.CRITICAL, "LOUD"
        record.pathname, record.filename, record.lineno = "/other/place.c", "place.c", 7
        return True

    log, below = logging.getLogger("x"), logging.getLogger("x.y")
    log.addFilter(add_context)
    log.addFilter(add_context)
    log.info("with context %d", 1)
    log.info("a field of the call %s", "too", extra={"ip": "call's"})
    below.info("a child has no filter of its parent's")
    log.addFilter(drop_secrets)
    log.info("the secret is %d", 42)
    log.info("no %s", "harm")
    log.addFilter(change)
    log.info("changed %d%%", 50)
    log.handle(make(log, logging.INFO, "m.c", 3, "f", "made"))
    there = change in log.filters
    log.removeFilter(change)
    out("removed %d" % (0 if there else -1))
    log.removeFilter(drop_secrets)
    log.removeFilter(add_context)
    out("removed %d" % (0 if add_context in log.filters else -1))
    log.info("the secret is out")


# ---- adapters ----


def adapters():
    class Merging(logging.LoggerAdapter):  # merge_extra of Python 3.13
        def process(self, msg, kwargs):
            kwargs["extra"] = {**self.extra, **kwargs.get("extra", {})}
            return msg, kwargs

    class Prefix(logging.LoggerAdapter):
        def process(self, msg, kwargs):
            return "[conn7] " + msg, kwargs

    class Both(logging.LoggerAdapter):
        def process(self, msg, kwargs):
            return super().process("[conn7] " + msg, kwargs)

    log = logging.getLogger("ad")
    extra = {"ip": "adapter's", "user": 3}
    every = [kind(log, extra) for kind in (logging.LoggerAdapter, Merging, Prefix, Both)]
    for one in every:
        one.info("hello %d", 5)
        one.warning("fields", extra={"ip": "call's", "more": "m"})
    every[0].debug("debug")
    every[0].warning("warning")
    every[0].error("error")
    every[0].critical("critical")
    every[0].log(35, "log")
    every[0].setLevel(logging.ERROR)
    every[2].warning("not seen")
    out("%d %d" % (every[2].isEnabledFor(logging.WARNING), every[2].getEffectiveLevel()))


# ---- the stack ----

line_of_call = 0


def inner(log, stacklevel):
    log.info("level %d", stacklevel, stacklevel=stacklevel)


def middle(log, stacklevel):
    inner(log, stacklevel)


def outer(log, stacklevel):
    global line_of_call
    line_of_call = sys._getframe().f_lineno + 1
    middle(log, stacklevel)


def stacklevel():
    log = logging.getLogger("st")
    for n in (1, 2, 3):
        outer(log, n)
    out(line_of_call)


# ---- what no handler takes ----


class Printing(logging.Handler):
    def emit(self, record):
        sys.stderr.write("! %s: %s\n" % (record.levelname, record.getMessage()))


def last_resort():
    log = logging.getLogger("lr")
    log.setLevel(logging.DEBUG)
    log.info("not seen")
    log.warning("bare %d", 1)
    out(logging.lastResort.level)
    logging.lastResort.setLevel(logging.INFO)
    log.info("seen %d", 2)
    logging.lastResort = Printing(logging.ERROR)
    out("%d 1" % logging.lastResort.level)
    log.warning("too low")
    log.error("handed to %s", "the host")
    log.addFilter(lambda record: "secret" not in record.getMessage())
    log.error("secret")
    log.handle(make(log, logging.ERROR, "m.c", 3, "f", "made"))
    logging.lastResort = None
    log.error("nobody takes it")
    log.error("nor this")


def silent():
    logging.raiseExceptions = False
    out(int(logging.raiseExceptions))
    logging.lastResort = None
    logging.getLogger("lr").error("nobody takes it, and nobody says so")


if len(sys.argv) > 2:
    logging.config.fileConfig(sys.argv[2])
globals()[sys.argv[1]]()
logging.shutdown()
