"""rolling.py - what the tests of files that roll over share: a host whose log does, its files, what they hold."""
import os
import re

import faults
import oracle
from harness import OWN, SLOW, Service, weir


# logrotate as root asks for it where others may write to the directory; as a user it may not become root.
LOGROTATE_SU = " su root root\n" if os.geteuid() == 0 else ""


def service(kind, args, weir_section="", **more):
    """Not started; class and arguments behind the file's name. Its callers wait: nothing may be missing."""
    body = "class = handlers.%s\nargs = ('{dir}/logs/host.log', %s)" % (kind, args)
    made = Service(faults.config({"file": body}, "overflow = block\nservice = host\n" + weir_section), name=OWN, start=False, **more)
    os.mkdir(made.path("logs"))
    return made


def old_names(folder):
    return [n for n in os.listdir(folder) if n != "host.log"]


def files(service):
    """The old files, the oldest first, then the log itself."""
    found = old_names(service.path("logs"))
    found.sort(key=lambda n: (-int(n.rsplit(".", 1)[1]), n) if re.search(r"\.\d+$", n) else (0, n))
    return [service.path("logs/" + n) for n in found] + [service.path("logs/host.log")]


def read_all(service, backups=None):
    """What all files hold together, as pairs (thread, number): no torn line, each thread in its order."""
    paths = files(service)
    assert backups is None or len(paths) <= backups + 1, "%d old files, %d allowed: %r" % (len(paths) - 1, backups, paths)
    data = b""
    for path in paths:
        if os.path.exists(path):
            with open(path, "rb") as f:
                piece = f.read()
            assert not piece or piece.endswith(b"\n"), "%s ends with a torn line" % path
            data += piece
    found = oracle.read(line for line in data.decode().split("\n")[:-1] if oracle.LINE.search(line) or not oracle.OTHER.match(line))
    oracle.check_order("all files", found)
    return found


def recover(service):
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
    assert done.returncode in (0, 1), done.stderr
    oracle.check_report(done.stdout)
    return done.stdout


def play_until_killed(service, call, when, threads):
    """A session, killed at its when-th system call of that name. False: it came to its end before."""
    service.wrap = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "signal=none", "-e",
                    "inject=%s:signal=SIGKILL:when=%d" % (call, when)]
    try:
        service.start()
        for command in (threads, "wait", "flush 60000"):
            service.run(command)
        service.send("quit")
    except (AssertionError, BrokenPipeError):
        pass # it was killed
    service.process.stdin.close()
    return service.process.wait(60 * SLOW) != 0
