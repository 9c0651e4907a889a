"""Doors of a forked child: its own local socket at once, the TCP ports when its parent has ended; levels
over the configuration go on. And the port that the host itself opens."""
import os
import socket

import faults
import harness
from harness import Service, push, test, wait_until

CONFIG = faults.config({"file": faults.file("{dir}/out.log")}, admin="http = 127.0.0.1:{http}\nconfig_port = 127.0.0.1:{port}")
NO_ADMIN = faults.config({"file": faults.file("{dir}/out.log")})


def needs_forks():
    if "tsan" in harness.BUILD:
        harness.skip("ThreadSanitizer cannot follow threads of a forked child (\"dup thread with used id\")")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    numbers = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return numbers


def states(service):
    return {l["name"]: l["state"] for l in service.status()["listeners"]}


@test(covers=["fault 6"], quick=True)
def a_child_that_goes_on():
    needs_forks()
    http, port = free_ports(2)
    service = Service(CONFIG.replace("{http}", str(http)).replace("{port}", str(port)))
    with open(service.config_path) as f:
        text = f.read()
    service.api("PUT", "/api/loggers/kept", {"level": "DEBUG"})
    service.api("PUT", "/api/loggers/ending", {"level": "DEBUG", "for": "3s"})
    assert push(port, text).startswith("ok generation 2")
    parent = service.pid
    service.pid = int(service.run("daemon").split()[1])
    harness.cleanup(lambda pid=service.pid: os.path.exists("/proc/%d" % pid) and os.kill(pid, 9))
    assert service.pid != parent
    wait_until(lambda: states(service) == {"http": "listening", "config port": "listening", "local socket": "listening"}, 10)
    over = service.status()["over"]
    assert any(line.startswith("kept DEBUG until reset") for line in over), over
    wait_until(lambda: len(service.status()["over"]) == 1, 10, "the level's end in the child")
    assert push(port, text).startswith("ok generation ")
    assert service.lines("out.log")[-1:] and any("the child goes on" in l for l in service.lines("out.log"))


@test(covers=["fault 6"], quick=True)
def children_that_log_and_end():
    """The parent's doors are not touched by what its children do."""
    needs_forks()
    http, port = free_ports(2)
    service = Service(CONFIG.replace("{http}", str(http)).replace("{port}", str(port)))
    for _ in range(20):
        assert service.run("fork 10") == "ok 0"
    with open(service.config_path) as f:
        assert push(port, f.read()) == "ok generation 2\n"
    assert set(states(service).values()) == {"listening"}
    assert [n for n in os.listdir(service.run_path) if n.endswith(".sock")] == ["weir-host-%d.sock" % service.pid]


@test(quick=True)
def the_hosts_own_port():
    service = Service(NO_ADMIN)
    number = int(service.run("listen 0"))
    assert number > 0
    with open(service.config_path) as f:
        text = f.read()
    assert push(number, text) == "ok generation 2\n"
    assert int(service.run("listen 0")) == -1, "it listens already"
    other = Service(NO_ADMIN, name="other")
    assert int(other.run("listen %d" % number)) == -1, "the port is taken"
    assert other.status()["generation"] == 1


harness.main()
