"""What `format_probe` and the Python that runs this make of the same formats; shared by tests/compat."""
import json
import logging
import os
import subprocess
import time

from harness import BUILD

PROBE = os.path.join(BUILD, "tests/support/format_probe")


def probe(operations):
    """One answer an operation."""
    lines = "".join(json.dumps(o) + "\n" for o in operations)
    done = subprocess.run([PROBE], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def words(error):
    return "%s: %s" % (type(error).__name__, error)


def compare(operations, expected):
    answers = probe(operations)
    assert len(answers) == len(operations), "the probe answered %d of %d" % (len(answers), len(operations))
    wrong = ["%s\n    Python: %s\n    Weir:   %s" % (json.dumps(o), json.dumps(e), json.dumps(a))
             for o, e, a in zip(operations, expected, answers) if a != e]
    assert not wrong, "%d of %d differ:\n%s" % (len(wrong), len(operations), "\n".join(wrong[:20]))


def python_format(op):
    os.environ["TZ"] = op["timezone"]
    time.tzset()
    record = logging.makeLogRecord({})
    given = dict(op["record"])
    created = float(given.setdefault("created", 1650000000.5))
    record.__dict__.update(name="root", msg="", pathname="", filename="", module="", funcName="", threadName="", levelname="Level 0",
                           processName="MainProcess", process=0, thread=0, lineno=0, levelno=0)
    if isinstance(given.get("levelno"), int):
        record.levelname = logging.getLevelName(given["levelno"])
    if isinstance(given.get("pathname"), str):
        record.filename = os.path.basename(given["pathname"])
        record.module = os.path.splitext(record.filename)[0]
    record.msecs = int((created - int(created)) * 1000) + 0.0
    record.relativeCreated = (created - 0) * 1000
    args = tuple(given.pop("args", ()))
    record.__dict__.update(given)
    record.created = created
    record.args = args[0] if len(args) == 1 and isinstance(args[0], dict) and args[0] else args
    record.exc_info = None
    record.__dict__.pop("taskName", None)
    try:
        return {"ok": logging.Formatter(op["format"], op["datefmt"], op["style"]).format(record)}
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, OSError) as error:
        return {"error": words(error)}


RECORD = {"name": "shop.cart", "levelno": 30, "levelname": "WARNING", "msg": "stock low", "args": [], "pathname": "/opt/shop/cart.py",
          "lineno": 88, "funcName": "refill", "created": 1650000000.5, "process": 310, "threadName": "MainThread", "thread": 77}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "CET-1CEST,M3.5.0,M10.5.0/3"]


def operation(form, datefmt=None, zone="UTC", **given):
    return {"op": "format", "format": form, "style": "%", "datefmt": datefmt, "timezone": zone, "record": dict(RECORD, **given)}


def compare_formats(operations):
    compare(operations, [python_format(o) for o in operations])
