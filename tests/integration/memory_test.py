"""The Nth allocation fails, once or for good: while starting, pushing, logging, asking. No crash, no half-applied
configuration, and what could not be done is said; a warm log call allocates nothing."""
import http.client
import os
import random
import socket

import faults
import harness
import oracle
from faults import config, file
from harness import BUILD, SCALE, Service, UnixHTTP, push, scaled, test, wait_until

PROBE = os.path.join(BUILD, "tests/support/memory_probe")
ALL = config({"one": file("{dir}/one.log"), "history": faults.history("{dir}/history.db")}, level="INFO",
             admin="http = 127.0.0.1:0\nconfig_port = unix:{run}/port", weir="stop_timeout = 1s")
OTHER = ALL.replace("one.log", "two.log").replace("level = INFO", "level = DEBUG").replace("handler_one", "handler_two") \
    .replace("one,history", "two,history")


def starved(**more):
    return Service(None, program=PROBE, env=faults.preload("malloc_fail"), **more)


def points(last, least=12):
    """Every one at scale 1, else each first dozen and some at random, at least so many."""
    every = list(range(1, last + 1))
    count = max(least, int(len(every) * SCALE * (SCALE if SCALE < 1 else 1)))
    if count >= len(every):
        return every
    return sorted(set(every[:4]) | set(random.sample(every, count)))


def check_runs(service, name="one.log"):
    """All is as it should be, memory being there again."""
    assert int(service.run("log 100")) == 0, "warm calls have allocated"
    assert service.run("flush 20000") == "ok"
    lines = service.lines(name)
    assert any("record 99 with a text" in line for line in lines), lines[-3:]
    oracle.check_law(service.status())


def answers(service):
    """Does the admin side, over the local socket?"""
    try:
        return service.request("GET", "/healthz")[0] == 200
    except (http.client.HTTPException, OSError):
        return False


def check_started(service, answer, at):
    """Records are handled; and the admin side is there, or will be (it tries again), or its absence is told."""
    said = answer.split(" ", 2)[2] if answer.count(" ") > 1 else ""
    if "admin side" not in said:
        assert not said, at
        wait_until(lambda: answers(service), 10, "the admin side; " + at)
    for name in ("one.log", "history.db"):
        assert os.path.exists(service.path(name)), at


def allocations(service):
    """Of one start that succeeds."""
    service.run("fail 1000000 0")
    answer = service.run("start service.ini")
    assert answer.startswith("started"), answer
    return int(answer.split()[1])


def start_short(service, n, good, last):
    """A start whose nth allocation fails; at the end Weir runs by the configuration. False: without its admin side."""
    service.run("fail %d %d" % (n, good))
    answer = service.run("start service.ini")
    at = "allocation %d of %d, %s: %s" % (n, last, "for good" if good else "once", answer)
    if answer.startswith("refused"):
        assert len(answer.split(" ", 2)) == 3, "no reason: " + at
        # What is started instead, or nothing: the host goes on, and may start again.
        service.run("stop")
        answer = service.run("start service.ini")
        assert answer.startswith("started"), "%s; then: %s" % (at, answer)
    check_started(service, answer, at)
    return "admin side" not in answer


@test(covers=["fault 26", "promise 2"])
def starting_again():
    """Start after start in one process: nothing is left behind."""
    with starved() as service:
        service.write_config(ALL)
        allocations(service) # the first start makes what stays
        service.run("stop")
        last = allocations(service)
        check_runs(service)
        service.run("stop")
        for good in (0, 1):
            for n in points(last):
                start_short(service, n, good, last)
                if n % 7 == 0:
                    service.run("stop")
                    assert service.run("start service.ini").startswith("started")
                    check_runs(service)
                service.run("stop")
        assert service.stop() == 0
        assert not service.leftovers()


@test(covers=["fault 26", "promise 2"])
def starting_first():
    """The first start of a process makes more: names, zones, SQLite's own."""
    with starved() as service:
        service.write_config(ALL)
        last = allocations(service)
    for i in range(max(10, scaled(300))):
        with starved() as service:
            service.write_config(ALL)
            whole = start_short(service, random.randint(1, last), i % 2, last)
            if not whole:
                service.run("stop")
                assert service.run("start service.ini").startswith("started")
            check_runs(service)
            assert service.stop() == 0
            assert not service.leftovers()
        harness.clean()


def answer_to(service, text):
    """Of a push while memory is short: a connection that is closed is an answer, too."""
    try:
        return push(os.path.join(service.run_path, "port"), text)
    except (ConnectionError, BrokenPipeError):
        return ""


def in_force(service):
    """The configuration by its handlers: one or the other, never a part of both."""
    def ask():
        try:
            return service.status()
        except (http.client.HTTPException, ConnectionError):
            return None # a connection that came while memory was short
    status = wait_until(ask, 5, "an answer")
    current = sorted(h["name"] for h in status["handlers"] if h["current"])
    assert current in (["history", "one"], ["history", "two"]), current
    root = next(entry for entry in service.api("GET", "/api/loggers")["loggers"] if entry["name"] == "root")
    level = root["effective"] if "effective" in root else root["level"]
    assert str(level) in (("INFO", "20") if "one" in current else ("DEBUG", "10")), (current, root)
    return current[1]


@test(covers=["fault 26", "promise 2"])
def pushing():
    with starved() as service:
        first, second = service.write_config(ALL), None
        second = OTHER.replace("{dir}", service.dir).replace("{run}", service.run_path)
        assert service.run("start service.ini").startswith("started")
        wait_until(lambda: os.path.exists(os.path.join(service.run_path, "port")), 5, "the config port")
        service.run("fail 1000000 0")
        answer = answer_to(service, second)
        assert answer.startswith("ok generation"), answer
        last = int(service.run("calls"))
        now = "two"
        for good in (0, 1):
            for n in points(last):
                wanted = "one" if now == "two" else "two"
                service.run("fail %d %d" % (n, good))
                answer = answer_to(service, first if wanted == "one" else second)
                service.run("fail 0 0")
                at = "allocation %d of %d, %s: %r" % (n, last, "for good" if good else "once", answer)
                found = in_force(service)
                # One that was refused has changed nothing; one that was answered well is in force.
                assert not answer.startswith("ok") or found == wanted, at
                assert not answer.startswith("refused") or found == now, at
                now = found
        check_runs(service, now + ".log")
        assert service.stop() == 0


@test(covers=["fault 26"], quick=True)
def asking():
    """The API: an answer, an error, or a closed connection; afterwards all is well."""
    with starved() as service:
        service.write_config(ALL)
        assert service.run("start service.ini").startswith("started")
        service.run("log 200")
        service.run("flush 10000")
        for path in ("/api/records?limit=50", "/api/records?q=text", "/api/loggers", "/api/status", "/metrics", "/api/config"):
            service.run("fail 1000000 0")
            service.request("GET", path)
            last = int(service.run("calls"))
            for good in (0, 1):
                for n in points(last, 15):
                    service.run("fail %d %d" % (n, good))
                    try:
                        status, _ = service.request("GET", path)
                        assert status in (200, 400, 500, 503), (path, n, status)
                    except (http.client.HTTPException, ConnectionError, socket.timeout, ValueError) as why:
                        assert not isinstance(why, socket.timeout), "%s hangs, allocation %d" % (path, n)
                    finally:
                        service.run("fail 0 0")
            assert service.request("GET", path)[0] == 200, path
        check_runs(service)
        assert service.stop() == 0


@test(covers=["fault 26"], quick=True)
def connections_without_memory():
    """More of them than there are places, each closed by libmicrohttpd for want of memory: the places come back."""
    with starved() as service:
        service.write_config(ALL)
        assert service.run("start service.ini").startswith("started")
        service.socket_path()
        for at_once in (1, 40):
            service.run("fail 1 2")
            for _ in range(100 // at_once):
                some = [UnixHTTP(service.socket_path()) for _ in range(at_once)]
                for connection in some:
                    connection.connect()
                for connection in some:
                    connection.request("GET", "/healthz")
                for connection in some:
                    try:
                        connection.getresponse()
                        assert False, "an answer without memory: the test shows nothing"
                    except (http.client.HTTPException, ConnectionError):
                        connection.close()
            service.run("fail 0 0")
            assert service.request("GET", "/healthz")[0] == 200
        assert service.stop() == 0


@test(covers=["fault 26", "promise 1"], quick=True)
def logging():
    with starved() as service:
        service.write_config(ALL)
        assert service.run("start service.ini").startswith("started")
        assert int(service.run("log 1000")) == 0, "warm calls have allocated"
        for i in range(20):
            for good in (0, 1):
                service.run("fail %d %d" % (i + 1, good))
                service.run("first %d-%d" % (i, good))
        service.run("starved 1000")
        assert service.run("flush 20000") == "ok"
        status = service.status()
        oracle.check_law(status)
        assert status["law"]["accepted"] >= 1000 + 1000 + 80, status["law"]
        check_runs(service)
        assert service.stop() == 0


harness.main()
