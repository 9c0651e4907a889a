"""A name server that never answers: each handler with a peer by name has its writer wait and its records dropped and
counted; nobody else waits, and the end comes in time. In a network namespace whose name server takes every question
and says nothing for 10 s; /etc/hosts there is a file of the test's own."""
import ctypes
import os
import socket
import threading
import time

import faults
import harness
import oracle
from harness import SLOW, Service, scaled, test, wait_until

STALL_MS, STOP_MS = 250, 1000
NAME = "log.quiet.example"
NETWORK = ("ip link set lo up; ip link add quiet0 type veth peer name quiet1; ip addr add 10.9.9.1/24 dev quiet0; ip link set quiet0 up; "
           "ip link set quiet1 up; ip neigh add 10.9.9.2 lladdr 02:00:00:00:00:01 dev quiet0 nud permanent; "
           "mount --bind %(dir)s/resolv.conf /etc/resolv.conf; mount --bind %(dir)s/hosts /etc/hosts; mount --bind %(dir)s/nsswitch.conf /etc/nsswitch.conf")
PEERS = {
    "tcp": "class = handlers.SocketHandler\nargs = ('%s', 9020)",
    "udp": "class = handlers.DatagramHandler\nargs = ('%s', 9021)",
    "syslog": "class = handlers.SysLogHandler\nargs = (('%s', 9514),)",
    "syslogtcp": "class = handlers.SysLogHandler\nargs = (('%s', 9515), 'user', handlers.socket.SOCK_STREAM)",
    "http": "class = handlers.HTTPHandler\nargs = ('%s:9080', '/log')",
    "mail": "class = handlers.SMTPHandler\nargs = (('%s', 9025), 'a@b', ['c@d'], 'S')",
}


def quiet(timeout=10):
    """A host whose names are looked up at a mute server, with every handler that has a peer."""
    place = harness.tmp()
    for name, text in (("resolv.conf", "nameserver 10.9.9.2\noptions timeout:%d attempts:1\n" % timeout), ("hosts", "127.0.0.1 localhost\n"),
                       ("nsswitch.conf", "hosts: files dns\n")):
        with open(os.path.join(place, name), "w") as f:
            f.write(text)
    wrap = faults.in_mounts(NETWORK % {"dir": place})
    wrap.insert(1, "-n")
    handlers = {"good": faults.file("{dir}/good.log"), **{name: text % NAME for name, text in PEERS.items()}}
    service = Service(faults.config(handlers, "stop_timeout = %dms" % STOP_MS), wrap=wrap, start=False, dir=place)
    service.leaves_threads()  # a question to a name server cannot be taken back
    return service


def asks(service):
    """Names of its threads that look something up."""
    return service.threads().count("weir-lookup")


@test(covers=["fault 23", "py must 7", "promise 1"], quick=True)
def nobody_waits_for_a_mute_name_server():
    service = quiet()
    began = time.monotonic()
    service.start()
    assert time.monotonic() - began < 3 * SLOW, "weir_start waited for a name"
    # At full speed: what finds no room is dropped and counted, no call waits long.
    count = max(2000, scaled(100000))
    service.run("threads 2 %d" % count)
    service.run("wait")
    wait_until(lambda: asks(service) == len(PEERS), 10, "a question for each peer: %d" % asks(service))
    good = faults.settle(service, "good")
    status = service.status()
    oracle.check_law(status, settled=False)
    assert status["law"]["accepted"] == 2 * count and good["given"] == good["delivered"] == status["law"]["routed"], (status["law"], good)
    faults.check_once("good.log", faults.producers(service.lines("good.log")), good["delivered"])
    # At a speed that the rings can hold for a stall_timeout: the file gets all.
    early = status["law"]["dropped"]
    paced = count + max(1000, scaled(50000))
    service.run("threads 2 %d 50" % paced)
    service.run("wait")
    good = faults.settle(service, "good")
    assert service.status()["law"]["dropped"] == early, (service.status()["law"], early)
    found = {(t, n) for t, n in faults.producers(service.lines("good.log")) if n >= count}
    assert len(found) == 2 * (paced - count), "%d of %d reached the file" % (len(found), 2 * (paced - count))
    longest = oracle.longest_call_ns(service.path("page")) / 1e6
    assert longest <= STALL_MS + 150 * SLOW, "a call took %.0f ms" % longest
    # A push is answered at once; it waits for no name either.
    began = time.monotonic()
    with open(service.config_path) as f:
        service.api("POST", "/api/config", {"text": f.read() + "\n# pushed\n"})
    assert time.monotonic() - began < 3 * SLOW, "a push waited for a name"
    began = time.monotonic()
    service.run("flush %d" % (60000 * SLOW))
    assert time.monotonic() - began < 30 * SLOW
    status = service.status()
    oracle.check_law(status)
    for name in PEERS:
        handler = faults.handler(status, name)
        assert handler["delivered"] == 0 and sum(handler["dropped"].values()) == handler["given"] > 0, (name, handler)
    assert not any(good["dropped"].values()), good
    said = " ".join(t["trouble"] or "" for t in status["targets"])
    assert "the name %s is not found yet: no answer from the name server" % NAME in said or "not tried before a while" in said, status["targets"]
    service.run("threads 2 %d" % (paced + 1000)) # what is asked for at the end is given up
    service.run("wait")
    took = int(service.run("stop").split()[1])
    assert took <= STOP_MS + 200 + 400 * SLOW, "weir_stop took %d ms" % took
    assert service.stop() == 0


def inside(service, make):
    """What make() returns, called by a thread in the host's network."""
    answer = []

    def run():
        with open("/proc/%d/ns/net" % service.pid) as f:
            assert ctypes.CDLL(None, use_errno=True).setns(f.fileno(), 0x40000000) == 0, os.strerror(ctypes.get_errno())
        answer.append(make())
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answer[0]


def datagrams(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", port))
    s.settimeout(0.2)
    return s


@test(covers=["fault 23"])
def a_name_that_is_found_later():
    service = quiet(timeout=3)
    service.start()
    service.run("threads 1 100")
    service.run("wait")
    wait_until(lambda: asks(service) == len(PEERS), 10, "a question for each peer")
    receivers = [inside(service, lambda port=port: datagrams(port)) for port in (9021, 9514)]
    with open(service.path("hosts"), "a") as f:
        f.write("127.0.0.1 %s\n" % NAME)
    for receiver in receivers: # the open question ends first, then the file is read
        def came():
            service.run("say host 20 now")
            try:
                return b"now" in receiver.recv(65536)
            except TimeoutError:
                return None
        wait_until(came, 40, "a record by the name")
    for name in ("udp", "syslog"):
        wait_until(lambda: faults.handler(service.status(), name)["delivered"] > 0)
    assert service.stop() == 0


harness.main()
