"""Cases that go through real Python and through `weir log --jsonl --escape none`: standard output, standard error,
every file and every payload that came over a network, byte for byte.

A case is data: files, the first of which is the configuration; the lines of its script; the environment; receivers.
A receiver is named by its kind, `{tcp}`, `{udp}`, `{unix}`, `{unixgram}`, `{http}`, `{smtp}`, wherever a file says so: that
becomes its port or path, the same for both sides, and what it got is compared like a file.
"""
import concurrent.futures
import dataclasses
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile

import harness
from mail_server import MailServer
from receivers import Datagrams, Streams, http_answer

ORACLE = os.path.join(harness.ROOT, "tests/support/python_oracle.py")
WORKERS = 4
FIXED = {"created": 1700000000.123456, "relativeCreated": 12345.678, "thread": 140737351223104, "threadName": "T-1", "process": 42,
         "processName": "P", "pathname": "/a/b/mod.py", "lineno": 17, "func": "go"}


@dataclasses.dataclass
class Case:
    name: str
    config: object                       # the text, or a dict: dictConfig as JSON
    lines: list = ()
    files: dict = dataclasses.field(default_factory=dict)     # name: text, bytes, or (text, time of the last change)
    covers: tuple = ()                   # of coverage.py's rows, beyond those seen in config and lines
    zone: str = "Europe/Berlin"
    env: dict = dataclasses.field(default_factory=dict)
    same: tuple = ()                     # (pattern, replacement): what the clock or the process says, in all that came
    ignore: tuple = ()                   # what is not compared here; docs/python-differences.md says why
    whole: tuple = ()                    # payloads that are compared put together
    weir_config: object = None           # where Weir needs a key that Python has not
    python: str = ""                     # statements that the oracle executes first: what a file cannot say

    def text(self, of=None):
        config = self.config if of is None else of
        return json.dumps(config, ensure_ascii=False, indent=1) if isinstance(config, dict) else config


def ini(loggers, handlers, formatters, **sections):
    """loggers {name: (qualname, level, handlers, propagate)}; handlers, formatters {name: keys}; sections: more of them."""
    text = "[loggers]\nkeys=%s\n\n[handlers]\nkeys=%s\n\n[formatters]\nkeys=%s\n" % (
        ",".join(loggers), ",".join(handlers), ",".join(formatters))
    for name, (qualname, level, keys, propagate) in loggers.items():
        text += "\n[logger_%s]\nhandlers=%s\n" % (name, keys)
        text += "" if level is None else "level=%s\n" % level
        text += "" if name == "root" else "qualname=%s\n" % qualname
        text += "" if propagate is None else "propagate=%s\n" % propagate
    for kind, group in (("handler", handlers), ("formatter", formatters)):
        for name, keys in group.items():
            text += "\n[%s_%s]\n" % (kind, name) + "".join("%s=%s\n" % pair for pair in keys.items())
    return text


OUT = {"class": "StreamHandler", "args": "(sys.stdout,)", "formatter": "f"}
ERR = {"class": "StreamHandler", "args": "()", "formatter": "f"}


def one(handler, form="%(levelname)s:%(name)s:%(message)s", level="NOTSET", **formatter):
    """One handler at the root; a text stands for its class and arguments: "FileHandler('x.log',)"."""
    if isinstance(handler, str):
        name, _, args = handler.partition("(")
        handler = {"class": name, "args": "(" + args}
    handler = {"formatter": "f", **handler}
    return ini({"root": ("", level, "h", None)}, {"h": handler}, {"f": {"format": form, **formatter}})


def simple(form, level="NOTSET", **formatter):
    return one(OUT, form, level, **formatter)


def record(logger, level, msg, *args, **more):
    return {"logger": logger, "level": level, "msg": msg, **({"args": list(args)} if args else {}), **FIXED, **more}


def op(operation, **more):
    return {"op": operation, **more}


class Receivers:
    """Those that the files name."""
    MAKE = {"tcp": lambda place: Streams(), "udp": lambda place: Datagrams(), "unix": Streams, "unixgram": Datagrams,
            "http": lambda place: Streams(answer=http_answer()), "smtp": lambda place: MailServer(),
            "smtp_login": lambda place: MailServer(auth=True)}

    def __init__(self, text, place):
        self.of, self.names = {}, {}
        for kind in sorted(set(re.findall(r"\{(%s)\}" % "|".join(self.MAKE), text))):
            path = os.path.join(place, kind)
            self.of[kind] = self.MAKE[kind](path)
            self.names["{%s}" % kind] = path if kind.startswith("unix") else str(self.of[kind].port)

    def fill(self, text):
        for name, value in self.names.items():
            text = text.replace(name, value)
        return text

    def take(self):
        return {"network " + kind: receiver.take() for kind, receiver in self.of.items()}

    def close(self):
        for receiver in self.of.values():
            receiver.close()


class Python:
    """The oracle, started once; a fork for each case."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, ORACLE, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, job):
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["exit"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def run_weir(job, escape="none"):
    with open(job["stdin"], "rb") as lines, open(job["stdout"], "wb") as out, open(job["stderr"], "wb") as err:
        return subprocess.run([os.path.join(harness.BUILD, "weir"), "log", "-c", job["config"], "--jsonl", "--escape=" + escape], cwd=job["cwd"],
                              stdin=lines, stdout=out, stderr=err, env=harness.full_env(job["env"]), timeout=60 * harness.SLOW).returncode


def write_file(place, name, content):
    text, *changed = content if isinstance(content, tuple) else (content,)
    path = os.path.join(place, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    if changed:
        os.utime(path, (changed[0], changed[0]))


def files_of(place):
    found = {}
    for folder, _, names in os.walk(place):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                found["file " + os.path.relpath(path, place)] = f.read()
    return found


def run_side(case, side, place, receivers, config):
    """side(job) -> exit status. Returns {what: what it was}."""
    cwd = os.path.join(place, "cwd")
    os.makedirs(cwd)
    write_file(cwd, "c.ini", receivers.fill(case.text(config)))
    for name, content in case.files.items():
        write_file(cwd, name, receivers.fill(content) if isinstance(content, str) else content)
    lines = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in case.lines)
    job = {"cwd": cwd, "config": "c.ini", "env": {"TZ": case.zone, **case.env}, "python": case.python,
           **{name: os.path.join(place, name) for name in ("stdin", "stdout", "stderr")}}
    write_file(place, "stdin", lines)
    found = {"exit": side(job)}
    for name in ("stdout", "stderr"):
        with open(job[name], "rb") as f:
            found[name] = f.read()
    found.update(files_of(cwd))
    found.update(receivers.take())
    return found


def normal(case, found):
    def change(value):
        if isinstance(value, bytes):
            for pattern, replacement in case.same:
                value = re.sub(pattern, replacement, value)
            return value
        if isinstance(value, (list, tuple)):
            return [change(one) for one in value]
        return value
    joined = {what: b"".join(value) if what in case.whole else value for what, value in found.items()}
    return {what: change(value) for what, value in joined.items() if what not in case.ignore}


def run_case(case, python):
    """(what Python did, what Weir did)."""
    place = tempfile.mkdtemp(prefix="weir-test-")
    texts = case.text() + "".join(content for content in case.files.values() if isinstance(content, str))
    receivers = Receivers(texts, place)
    try:
        theirs = run_side(case, python.run, os.path.join(place, "1"), receivers, None)
        ours = run_side(case, run_weir, os.path.join(place, "2"), receivers, case.weir_config)
    finally:
        receivers.close()
        shutil.rmtree(place, True)
    if case.weir_config is not None:
        theirs.pop("file c.ini"), ours.pop("file c.ini")
    return normal(case, theirs), normal(case, ours)


def differing(a, b):
    """The first places where two values differ, with what is around."""
    if isinstance(a, bytes) and isinstance(b, bytes):
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        begin = max(0, at - 60)
        return "at byte %d\n    python %r\n    weir   %r" % (at, a[begin:at + 300], b[begin:at + 300])
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        i = next(i for i, (x, y) in enumerate(zip(a, b)) if x != y)
        return "payload %d %s" % (i, differing(a[i], b[i]))
    return "\n    python %.1000r\n    weir   %.1000r" % (a, b)


def tell(case, theirs, ours):
    """Where they differ, in words; "" where they agree."""
    lines = ["  %s: %s" % (what, differing(theirs.get(what), ours.get(what)))
             for what in sorted(set(theirs) | set(ours)) if theirs.get(what) != ours.get(what)]
    return "case %s:\n%s" % (case.name, "\n".join(lines)) if lines else ""


def run_cases(cases):
    """[(case, theirs, difference in words)], in order."""
    pythons = queue.Queue()
    made = [Python() for _ in range(WORKERS)]
    for python in made:
        pythons.put(python)

    def run(case):
        python = pythons.get()
        try:
            theirs, ours = run_case(case, python)
            return case, theirs, tell(case, theirs, ours)
        except Exception as error:
            return case, {}, "case %s: %r" % (case.name, error)
        finally:
            pythons.put(python)
    try:
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(run, cases))
    finally:
        for python in made:
            python.close()


def run_both(config, lines, more_files=(), python=""):
    """One case; {what: (what Python did, what Weir did)} where they differ. more_files: (name, text), or (name, text,
    when it was changed)."""
    files = {name: (content, *changed) if changed else content for name, content, *changed in more_files}
    oracle = Python()
    try:
        theirs, ours = run_case(Case("", config, list(lines), files=files, python=python), oracle)
    finally:
        oracle.close()
    return {what: (theirs.get(what), ours.get(what)) for what in sorted(set(theirs) | set(ours)) if theirs.get(what) != ours.get(what)}


def agree_on(config, lines, more_files=(), python=""):
    different = run_both(config, lines, more_files, python)
    assert not different, "\n".join("%s:\n  python %r\n  weir   %r" % (what, *sides) for what, sides in different.items())


def agree(cases):
    wrong = [difference for _, _, difference in run_cases(cases) if difference]
    assert not wrong, "%d of %d differ:\n%s" % (len(wrong), len(cases), "\n".join(wrong[:20]))
