"""A warm call makes no system call and does not call malloc: seccomp and a counting malloc say so."""
import json
import os
import signal
import subprocess

import harness
from harness import BUILD, SLOW, full_env, run_dir, scaled, skip, test, tmp

# All that `calls` in the probe writes, once more for the thread's first calls and the record that grows the ring.
EXTRA = 4 + 1


def probe(calls, *more):
    directory = tmp()
    done = subprocess.run([os.path.join(BUILD, "tests/support/warm_call_probe"), directory, run_dir(), str(calls), *more],
                          env=full_env(), stdout=subprocess.PIPE, timeout=300 * SLOW)
    return done, os.path.join(directory, "warm.log")


@test(covers=["must 5"], quick=True)
def a_million_warm_calls_without_system_call_or_malloc():
    if "tsan" in BUILD:
        skip("ThreadSanitizer's own code makes system calls")
    calls = scaled(1000000)
    done, log = probe(calls)
    assert done.returncode == 0, "exit status %d (%d: a system call)" % (done.returncode, -signal.SIGSYS)
    found = json.loads(done.stdout)
    assert found == {"calls": calls, "mallocs": 0}, found
    with open(log, "rb") as f:
        lines = sum(1 for line in f)
    assert lines == calls + EXTRA, (lines, calls + EXTRA)


@test(covers=["must 5"], quick=True)
def the_filter_bites():
    if "tsan" in BUILD:
        skip("ThreadSanitizer's own code makes system calls")
    done, _ = probe(1000, "control")
    assert done.returncode == -signal.SIGSYS, done.returncode


harness.main()
