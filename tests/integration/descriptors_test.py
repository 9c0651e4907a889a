"""Descriptors used up, a port taken: said, tried again without spinning, and the service goes on."""
import os
import resource
import socket
import time

import faults
import harness
import oracle
from faults import config, file
from harness import Service, push, test, wait_until

FILE = {"file": file("{dir}/host.log")}


def listener(service, name):
    return next((entry for entry in service.status()["listeners"] if name in entry["name"]), None)


def cpu_seconds(service, seconds):
    """CPU time that the process takes while that long passes."""
    before, begin = int(service.run("clock")), time.monotonic()
    time.sleep(seconds)
    used = (int(service.run("clock")) - before) / 1e9
    return used, time.monotonic() - begin


@test(covers=["fault 27"], quick=True)
def descriptors_used_up():
    """No further connection can be taken, none spins; when there are descriptors again all doors are open."""
    text = config(FILE, admin="http = 127.0.0.1:0\nconfig_port = unix:{run}/port")
    with Service(text) as service:
        port = os.path.join(service.run_path, "port")
        address = listener(service, "http")["address"]
        host, number = address.rsplit("/", 1)[-1].rsplit(":", 1)
        used = max(int(n) for n in os.listdir("/proc/%d/fd" % service.pid)) + 1
        _, hard = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (used, hard))
        waiting = []
        for _ in range(40):
            try:
                s = socket.socket(socket.AF_UNIX)
                s.settimeout(1)
                s.connect(port)
                waiting.append(s)
                waiting.append(socket.create_connection((host.strip("[]"), int(number)), timeout=1))
            except OSError:
                pass
        service.run("threads 1 1000")
        service.run("wait")
        assert service.run("flush 10000") == "ok"
        cpu, wall = cpu_seconds(service, 1)
        assert cpu < 0.2 * wall, "%.2f s of CPU in %.2f s: the listeners spin" % (cpu, wall)
        oracle.check_complete({0: 1000}, faults.producers(service.lines("host.log")), 0)
        resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (hard, hard))
        for s in waiting:
            s.close()
        with open(service.config_path) as f:
            text = f.read()

        def pushed():
            try:
                return push(port, text).startswith("ok")
            except OSError:
                return False
        wait_until(pushed, 10, "the config port to take connections again")
        assert service.request("GET", "/api/status")[0] == 200
        assert service.stop() == 0


@test(covers=["fault 32"], quick=True)
def ports_that_are_taken():
    """A status line and a retry, not a failed start; each is bound when it is free."""
    taken = [socket.socket() for _ in range(2)]
    for s in taken:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 0))
        s.listen()
    http, port = (s.getsockname()[1] for s in taken)
    with Service(config(FILE, admin="http = 127.0.0.1:%d\nconfig_port = 127.0.0.1:%d" % (http, port))) as service:
        service.run("log host.a 20 10")
        for name in ("http", "config"):
            state = listener(service, name)["state"]
            assert not state.startswith("listening") and "taken" in state, state
        cpu, wall = cpu_seconds(service, 1)
        assert cpu < 0.2 * wall, "%.2f s of CPU in %.2f s" % (cpu, wall)
        for s in taken:
            s.close()
        for name in ("http", "config"):
            wait_until(lambda: listener(service, name)["state"].startswith("listening"), 15, name + " to be bound")
        with open(service.config_path) as f:
            assert push(port, f.read()).startswith("ok generation")
        assert service.stop() == 0


harness.main()
