"""One configuration and its records through `weir log --jsonl --escape none` and through real Python: stdout,
stderr and every file, byte for byte."""
import json
import os
import subprocess
import sys

import harness
from compared import ERR, OUT, ini  # noqa: F401: what the cases of these tests are written with, too
from harness import tmp

ORACLE = os.path.join(harness.ROOT, "tests/support/python_oracle.py")


FIXED = {"created": 1700000000.123456, "thread": 7, "threadName": "T-1", "process": 42, "pathname": "/a/b/mod.py",
         "lineno": 17, "func": "go"}


def record(logger, level, msg, *args, **more):
    return {"logger": logger, "level": level, "msg": msg, **({"args": list(args)} if args else {}), **FIXED, **more}


def run_both(config, lines, more_files=()):
    """more_files: (name, content), or (name, content, when it was changed). Runs both in directories of their own; returns {what: (python, weir)} where they differ."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    results = []
    for command in ([sys.executable, ORACLE, "c.ini"],
                    [os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"]):
        place = tmp()
        for name, content, *changed in (("c.ini", config), *more_files):
            with open(os.path.join(place, name), "w", encoding="utf-8", newline="") as f:
                f.write(content)
            if changed:
                os.utime(os.path.join(place, name), (changed[0], changed[0]))
        done = subprocess.run(command, input=text.encode(), capture_output=True, cwd=place, timeout=60 * harness.SLOW,
                              env=harness.full_env({"TZ": "Europe/Berlin"}))
        found = {"exit": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        for name in sorted(os.listdir(place)):
            with open(os.path.join(place, name), "rb") as f:
                found["file " + name] = f.read()
        results.append(found)
    python, ours = results
    return {what: (python.get(what), ours.get(what)) for what in sorted(set(python) | set(ours))
            if python.get(what) != ours.get(what)}


def agree(config, lines, more_files=()):
    different = run_both(config, lines, more_files)
    assert not different, "\n".join("%s:\n  python %r\n  weir   %r" % (w, p, o) for w, (p, o) in different.items())
