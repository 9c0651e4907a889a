"""The kill at each system call: of a host under load (its writers, its backend, its starting and stopping),
then of `weir recover` itself. After the last recovery every record whose call had returned is in the file and
in SQLite, once, no line torn.

strace counts the calls of each thread apart, so `when=N` is the Nth call of whichever thread gets there first."""
import collections
import os
import random
import re
import shutil
import subprocess

import faults
import harness
import oracle
from harness import BUILD, OWN, SLOW, Service, scaled, skip, test, weir

CONFIG = faults.file_and_history("service = host")
# What changes a file, a mapping, a name or another thread's sleep. Reads change nothing.
CALLS = ["write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "unlink", "unlinkat",
         "openat", "mkdir", "mkdirat", "rmdir", "fallocate", "mmap", "munmap", "madvise", "futex", "close", "fcntl",
         "clone3"]
COMMANDS = ["threads 2 1500", "wait", "threads 2 3000 50", "wait", "flush 60000", "quit"]


def need_strace():
    if not shutil.which("strace"):
        skip("no strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode != 0:
        skip("strace may not trace here")


def tracing(calls, out="/dev/null", inject=None):
    # Without --seccomp-bpf: under it strace 6.1 brings most signals too late or never.
    words = ["strace", "-f", "-qq", "-o", out, "-e", "trace=" + ",".join(calls), "-e", "signal=none"]
    return words + (["-e", "inject=%s:signal=SIGKILL:when=%d" % inject] if inject else [])


def play(service, wrap=()):
    """The whole life of a host, as far as it gets."""
    service.wrap = list(wrap)
    try:
        service.start()
        for command in COMMANDS[:-1]:
            service.run(command)
        service.send(COMMANDS[-1])
    except (AssertionError, BrokenPipeError):
        pass # it was killed
    service.process.stdin.close()
    return service.process.wait(60 * SLOW) != 0 # strace ends as its tracee did


def counted(path):
    """{call: the most that one thread made of it}"""
    counts = collections.Counter()
    with open(path, errors="replace") as f:
        for line in f:
            match = re.match(r"(\d+) +(\w+)\(", line)
            if match:
                counts[match[1], match[2]] += 1
    most = collections.Counter()
    for (_, call), n in counts.items():
        most[call] = max(most[call], n)
    return most


def points(most):
    """All (call, N): each call's first, then the others, each part in random order."""
    first = [(call, 1) for call in most]
    others = [(call, n) for call, m in most.items() for n in range(2, m + 1)]
    random.shuffle(first)
    random.shuffle(others)
    return first + others


def kill_at_points(most, goal, attempt):
    """attempt(point) until it has killed goal times. What is not killed made the call less often than what was
    traced: it is not tried beyond that again in this round."""
    assert most, "nothing was traced"
    killed = tried = 0
    while killed < goal:
        at_most = dict(most)
        for call, n in points(most):
            if killed == goal or n > at_most[call]:
                continue
            try:
                done = attempt((call, n))
            except BaseException as why:
                raise AssertionError("killed at %s number %d" % (call, n)) from why
            tried += 1
            killed += done
            if not done:
                at_most[call] = n - 1
            harness.clean()
        assert killed * 4 >= tried, "only %d of %d were killed" % (killed, tried)


def check(service, report):
    oracle.check_report(report)
    counts = oracle.accepted(service.path("page")) if os.path.exists(service.path("page")) else {}
    for name, read in (("host.log", oracle.read_file), ("history.db", oracle.read_history)):
        found = read(service.path(name)) if counts else [] # nothing was logged: it need not even be a database
        oracle.check_order(name, found)
        oracle.check_complete(counts, found)
    assert not service.leftovers(), "left behind: %r\n%s" % (service.leftovers(), report)


def recover(service):
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


@test(covers=["must 3", "fault 2", "promise 1"])
def host_killed_at_each_system_call():
    need_strace()
    with Service(CONFIG, name=OWN, start=False) as service:
        play(service, tracing(CALLS, service.path("trace")))
        most = counted(service.path("trace"))
        assert most["pwrite64"] > 10 and most["futex"] > 1, most
        check(service, "")
    def attempt(point):
        with Service(CONFIG, name=OWN, start=False) as service:
            killed = play(service, tracing([point[0]], inject=point))
            check(service, recover(service))
        return killed
    kill_at_points(most, scaled(1000), attempt)


def recover_traced(service, words):
    """Was it killed?"""
    done = subprocess.run(words + [os.path.join(BUILD, "weir"), "recover", "-c", service.config_path], env=service.env,
                          cwd=service.dir, capture_output=True, timeout=60 * SLOW)
    return done.returncode not in (0, 1)


def one_left():
    """A service that was killed with something in its queues and rings."""
    service = Service(CONFIG, name=OWN)
    service.run("threads 2")
    harness.wait_until(lambda: sum(oracle.accepted(service.path("page")).values()) >= 3000)
    service.kill()
    return service


@test(covers=["must 3", "fault 2"])
def recovery_killed_at_each_system_call():
    need_strace()
    service = one_left()
    recover_traced(service, tracing(CALLS, service.path("trace")))
    most = counted(service.path("trace"))
    check(service, "")
    def attempt(point):
        service = one_left()
        killed = recover_traced(service, tracing([point[0]], inject=point))
        check(service, recover(service))
        return killed
    kill_at_points(most, scaled(300), attempt)


harness.main()
