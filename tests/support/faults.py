"""faults.py - what the tests of bad targets and of a hostile system share: configurations of a few
handlers, the counters of one, private mounts, and the environment of a preloaded shim."""
import os
import re
import shutil
import statistics
import subprocess
import threading

import oracle
from harness import BUILD, ROOT, skip, wait_until

LOST = re.compile(r"handler (\S+): (\d+) records? dropped")


def config(handlers, weir="", admin="", level="INFO", line="%(message)s"):
    """handlers: {name: "class = …\\nargs = …" and more lines}. All are on the root."""
    text = "[weir]\nrun_dir = {run}\n%s\n" % weir
    if admin:
        text += "[admin]\n%s\n" % admin
    keys = ",".join(handlers)
    text += "[loggers]\nkeys = root\n[handlers]\nkeys = %s\n[formatters]\nkeys = line\n" % keys
    text += "[logger_root]\nlevel = %s\nhandlers = %s\n" % (level, keys)
    for name, body in handlers.items():
        text += "[handler_%s]\n%s\n" % (name, body)
        if "formatter" not in body:
            text += "formatter = line\n"
    return text + "[formatter_line]\nformat = %s\n" % line


def file(path, more=""):
    return "class = FileHandler\nargs = ('%s',)\n%s" % (path, more)


def history(path, kwargs="{}"):
    return "class = weir.HistoryHandler\nargs = ('%s',)\nkwargs = %s" % (path, kwargs)


def file_and_history(weir="", admin=""):
    """A host that writes host.log and history.db, and whose callers wait: nothing may be missing in either."""
    return config({"file": file("{dir}/host.log"), "history": history("{dir}/history.db")}, "overflow = block\n" + weir, admin,
                  line="%(asctime)s %(message)s")


def handler(status, name):
    return next(h for h in status["handlers"] if h["name"] == name)


def target(service, name):
    """The target whose name ends so."""
    return next(t for t in service.status()["targets"] if t["name"].endswith(name))


def told(lines):
    """{handler: records that its notices of drops name}"""
    sums = {}
    for line in lines:
        match = LOST.search(line)
        if match:
            sums[match[1]] = sums.get(match[1], 0) + int(match[2])
    return sums


def producers(lines):
    """The producers' records among lines; Weir's own must be whole."""
    for line in lines:
        assert oracle.LINE.search(line) or oracle.OTHER.match(line), "a torn line: %r" % line[:200]
    return oracle.read(line for line in lines if oracle.LINE.search(line))


def check_once(name, records, count=None):
    """In order, none doubled; count: so many."""
    oracle.check_order(name, records)
    assert count is None or len(records) == count, "%s: %d records, the counters say %d" % (name, len(records), count)


class Reader(threading.Thread):
    """Reads what a pipe or FIFO gives until its end; `data` is what came."""

    def __init__(self, fd):
        super().__init__(daemon=True)
        self.fd, self.data = fd, b""
        self.start()

    def run(self):
        while True:
            piece = os.read(self.fd, 65536)
            if not piece:
                return
            self.data += piece

    def lines(self):
        return self.data.decode(errors="surrogateescape").split("\n")[:-1]


def in_mounts(script):
    """Words that run a command in mounts of its own, made by the shell script; its files are seen from
    outside by way of /proc/PID/root."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        skip("mounts want root")
    return ["unshare", "-m", "sh", "-ec", "mount --make-rprivate /; %s; exec \"$@\"" % script, "sh"]


def inside(service, name):
    """Path of a file as the service sees it in its own mounts."""
    return "/proc/%d/root%s" % (service.pid, service.path(name))


def need_strace():
    if not shutil.which("strace"):
        skip("no strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        skip("strace may not trace here")


def preload(name):
    """The environment that preloads a shim of tests/support/shim."""
    if "tsan" in BUILD or "asan" in BUILD:
        skip("a sanitizer and a preloaded shim want the same calls")
    return {"LD_PRELOAD": os.path.join(BUILD, "tests/support/shim/%s.so" % name)}


def medians(first, second, rounds):
    """Measures both in turns; returns the two medians."""
    a, b = [], []
    for _ in range(rounds):
        a.append(first())
        b.append(second())
    return statistics.median(a), statistics.median(b)


def settle(service, name, seconds=30):
    """Waits until all that was logged before has come to an end at that handler; returns its counters. What is
    still in a ring is not yet given to it, so that nothing pending alone says nothing."""
    def idle():
        status = service.status()
        h = handler(status, name)
        return h if status["law"]["in_rings"] == 0 and h["pending"] == 0 else None
    return wait_until(idle, seconds, "%s to be written" % name)
