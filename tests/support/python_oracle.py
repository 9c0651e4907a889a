#!/usr/bin/env python3
"""What real Python does with the lines that `weir log --jsonl` takes: the other side of the comparison of
tests/compat. It uses nothing of Weir.

python_oracle.py CONFIG          reads the lines from standard input, as `weir log -c CONFIG --jsonl` does
python_oracle.py --serve         reads jobs, a JSON object a line {"cwd", "config", "stdin", "stdout", "stderr", "env", "python"}, does
                                 each in a process forked for it, and answers a line {"exit": N}: one start for many cases
"""
import json
import logging
import logging.config
import logging.handlers
import os
import sys
import time
import traceback

# Attributes by their own names; the rest of an operation is no attribute.
ATTRIBUTES = ("pathname", "lineno", "created", "thread", "threadName", "process", "exc_text", "filename", "module", "msecs",
              "relativeCreated", "processName", "stack_info")


def level_of(value):
    return value if isinstance(value, int) else logging._nameToLevel[value]


def logger_of(name):
    return logging.getLogger() if name in ("", "root") else logging.getLogger(name)


def emit(line):
    logger = logger_of(line["logger"])
    level = level_of(line["level"])
    if not logger.isEnabledFor(level):
        return
    message = line["msg"] if isinstance(line["msg"], str) else str(line["msg"])
    record = logging.LogRecord(logger.name, level, line.get("pathname", "<stdin>"), line.get("lineno", 0), message,
                               tuple(line.get("args") or ()), None, line.get("func"))
    if "created" in line:
        record.created = float(line["created"])
        record.msecs = float(int((record.created - int(record.created)) * 1000))
        record.relativeCreated = (record.created - logging._startTime) * 1000
    for name in ATTRIBUTES:
        if name in line and name != "created":
            setattr(record, name, line[name])
    record.__dict__.update(line.get("extra", {}))  # as Logger.makeRecord does
    logger.handle(record)


def configure(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.lstrip().startswith("{"):
        logging.config.dictConfig(json.loads(text))
    else:
        logging.config.fileConfig(path, disable_existing_loggers=True, encoding="utf-8")


def flush():
    """Every handler, the last made first."""
    for reference in reversed(logging._handlerList):
        handler = reference()
        if handler is not None:
            handler.acquire()
            try:
                handler.flush()
            finally:
                handler.release()


CONTROLS = {
    "set_level": lambda line: logger_of(line["logger"]).setLevel(level_of(line["level"])),
    "disable": lambda line: logging.disable(level_of(line["level"])),
    "reconfigure": lambda line: configure(line["path"]),
    "add_level_name": lambda line: logging.addLevelName(line["level"], line["name"]),
    "sleep": lambda line: time.sleep(line["ms"] / 1000),
    "flush": lambda line: flush(),
}


def run(path):
    configure(path)
    for text in sys.stdin:
        if text.strip():
            line = json.loads(text)
            CONTROLS[line["op"]](line) if "op" in line else emit(line)
    logging.shutdown()
    sys.stdout.flush()


def in_child(job):
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    time.tzset()
    for number, name, flags in ((0, "stdin", os.O_RDONLY), (1, "stdout", os.O_WRONLY | os.O_CREAT), (2, "stderr", os.O_WRONLY | os.O_CREAT)):
        fd = os.open(job[name], flags, 0o600)
        os.dup2(fd, number)
        os.close(fd)
    sys.stdin = open(0, encoding="utf-8", newline="\n", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", newline="\n", buffering=1, closefd=False)
    logging._startTime = time.time()
    try:
        exec(job["python"], {"logging": logging})
        run(job["config"])
        return 0
    except BaseException:
        traceback.print_exc()
        return 1


def serve():
    jobs, answers = sys.stdin, sys.stdout
    for text in jobs:
        child = os.fork()
        if child == 0:
            os._exit(in_child(json.loads(text)))
        answers.write(json.dumps({"exit": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}) + "\n")
        answers.flush()


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve()
    else:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", newline="\n")
        run(sys.argv[1])
