#!/usr/bin/env python3
"""objects_scenes.py SCENE: what tests/support/objects_probe.c plays with Weir, played with Python's logging."""
import logging
import logging.handlers
import sys
import time


def out(text):
    print(text, flush=True)


def show(text):
    """The length is in bytes, as C counts."""
    out("%d %s" % (len(text.encode()), text))


def make(name, level, msg):
    record = logging.makeLogRecord({"name": name, "levelno": level, "msg": msg, "created": 1700000000.25, "msecs": 250.0,
                                    "ip": "::1"})
    record.levelname = logging.getLevelName(level)
    return record


def formatters():
    record = make("a.b", 35, "hello é")
    percent = logging.Formatter("%(name)-6s|%(levelname)s|%(message)s|%(ip)s")
    brace = logging.Formatter("{name:>6}|{levelno:05d}|{message}", style="{")
    dollar = logging.Formatter("$name|${levelname}|$asctime|$message", "%d.%m.%Y %H:%M", style="$")
    defaults = logging.Formatter("%(message)s %(user)s", defaults={"user": "nobody"})
    for formatter in (percent, brace, dollar, defaults):
        show(formatter.format(record))
        out("time %d" % formatter.usesTime())
    show(percent.formatTime(record))
    show(percent.formatTime(record, "%Y %f %%"))
    record.exc_text = "Traceback\n  line\nError: x"
    record.stack_info = "Stack\n  frame"
    show(percent.format(record))
    show(record.exc_text)
    show(percent.formatStack(record.stack_info))
    text = brace.format(record)
    out("%d %s" % (len(text.encode()), text[:4]))
    for args in (("no field",), ("%(message)s", None, "&")):
        try:
            logging.Formatter(*args)
        except ValueError:
            out("refused")


def buffering():
    class Whole(logging.BufferingFormatter):
        def formatHeader(self, records):
            return "begin %d %s\n" % (len(records), records[0].getMessage())

        def formatFooter(self, records):
            return "\nend %d %s" % (len(records), records[-1].getMessage())

    records = [make("a", 20, "one"), make("a", 20, "two"), make("b", 30, "three")]
    show(logging.BufferingFormatter().format(records))
    whole = Whole(logging.Formatter("<%(name)s %(message)s>"))
    show(whole.format(records))
    show(whole.format([]))


def filters():
    some, every = logging.Filter("A.B"), logging.Filter()
    for name in ("A.B", "A.B.C", "A.BB", "A"):
        record = make(name, 20, "m")
        out("%d %d" % (bool(some.filter(record)), bool(every.filter(record))))


def handlers():
    inside, outside = make("A.B.C", 20, "in"), make("X", 20, "out")
    handler = logging.StreamHandler(sys.stdout)
    only = logging.Filter("A")
    handler.set_name("mine")
    show(handler.get_name())
    show(handler.format(inside))
    out("formatter %d" % (handler.formatter is not None))
    line = logging.Formatter("%(name)s: %(message)s")
    handler.setFormatter(line)
    out("formatter %d" % (handler.formatter is line))
    handler.addFilter(only)
    show(handler.format(inside))
    out("%d %d" % (bool(handler.filter(inside)), bool(handler.filter(outside))))
    handler.removeFilter(only)
    out("%d" % bool(handler.filter(outside)))


def memory():
    log = logging.getLogger("kept")
    handler = logging.handlers.MemoryHandler(100, logging.ERROR)
    handler.setTarget(logging.StreamHandler(sys.stdout))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.info("one")
    log.info("two")
    out("kept so far")
    log.error("three takes all along")
    log.info("four")
    handler.flush()
    handler.setTarget(None)
    log.error("nobody takes it")
    out("end")
    log.removeHandler(handler)
    logging.shutdown()


def attributes():
    record = make("a", 20, "m")
    utc = logging.Formatter("%(asctime)s %(message)s")
    utc.converter, utc.default_time_format, utc.default_msec_format = time.gmtime, "%H:%M:%S", "%s.%03dZ"
    show(utc.format(record))
    show(utc.formatTime(record, "%H:%M %Z"))
    log = logging.getLogger("ended")
    log.setLevel(10)
    handler = logging.StreamHandler(sys.stdout)
    handler.terminator = " |\0\n"
    log.addHandler(handler)
    log.info("one")
    log.info("two")


def root():
    logging.info("not seen")
    logging.log(35, "at %d", 35)
    logging.warning("warning")
    try:
        raise RuntimeError
    except RuntimeError:
        logging.exception("it failed")
    logging.shutdown()


globals()[sys.argv[1]]()
