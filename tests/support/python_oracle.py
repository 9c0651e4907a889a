#!/usr/bin/env python3
"""python_oracle.py CONFIG: what real Python does with the lines that `weir log --jsonl` takes. The other
side of the comparison of tests/compat; it uses nothing of Weir."""
import json
import logging
import logging.config
import sys
import time

GIVEN = ("pathname", "lineno", "func", "created", "thread", "threadName", "process", "exc_text", "filename", "module",
         "msecs", "relativeCreated", "processName", "stack_info")


def level_of(value):
    return value if isinstance(value, int) else logging._nameToLevel[value]


def logger_of(name):
    return logging.getLogger() if name in ("", "root") else logging.getLogger(name)


def arguments(given):
    if not given:
        return ()
    if len(given) == 1 and isinstance(given[0], dict) and given[0]:
        return given[0]
    return tuple(given)


def emit(line):
    logger = logger_of(line["logger"])
    level = level_of(line["level"])
    if not logger.isEnabledFor(level):
        return
    record = logging.LogRecord(logger.name, level, line.get("pathname", "<stdin>"), line.get("lineno", 0),
                               line["msg"] if isinstance(line["msg"], str) else str(line["msg"]), (), None,
                               line.get("func"))
    record.args = arguments(line.get("args"))
    if "created" in line:
        created = float(line["created"])
        record.created = created
        record.msecs = float(int((created - int(created)) * 1000))
        record.relativeCreated = (created - logging._startTime) * 1000
    for name in GIVEN:
        if name in line and name != "created":
            setattr(record, "funcName" if name == "func" else name, line[name])
    for name, value in line.get("extra", {}).items():
        setattr(record, name, value)
    logger.handle(record)


def configure(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.lstrip().startswith("{"):
        logging.config.dictConfig(json.loads(text))
    else:
        logging.config.fileConfig(path, disable_existing_loggers=True, encoding="utf-8")


def control(line):
    op = line["op"]
    if op == "set_level":
        logger_of(line["logger"]).setLevel(level_of(line["level"]))
    elif op == "disable":
        logging.disable(level_of(line["level"]))
    elif op == "reconfigure":
        configure(line["path"])
    elif op == "add_level_name":
        logging.addLevelName(line["level"], line["name"])
    elif op == "sleep":
        time.sleep(line["ms"] / 1000)
    elif op == "flush":
        for reference in reversed(logging._handlerList):
            handler = reference()
            if handler is not None:
                handler.flush()


def main():
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", newline="\n")
    configure(sys.argv[1])
    for text in sys.stdin:
        if text.strip():
            line = json.loads(text)
            control(line) if "op" in line else emit(line)
    logging.shutdown()


main()
