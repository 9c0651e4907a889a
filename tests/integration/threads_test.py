"""A host that treats its threads badly: cancelled in the middle of logging; a profiler's handler, an allocator
and a callback that log; a thousand threads at once, and thousands that live for one record."""
import os
import re

import faults
import harness
import oracle
from faults import config, file, handler
from harness import BUILD, Service, push, scaled, skip, test, wait_until

PROBE = os.path.join(BUILD, "tests/support/thread_probe")
EARLY = re.compile(r"(\d+) records? dropped before reaching a handler")
SANITIZED = "asan" in BUILD or "tsan" in BUILD


def probe(text, **more):
    return Service(text, program=PROBE, **more)


def memory_kib(service):
    with open("/proc/%d/status" % service.pid) as f:
        return int(next(line.split()[1] for line in f if line.startswith("VmRSS")))


def count(service, words, name="host.log"):
    return sum(words in line for line in service.lines(name))


def threads(service):
    """Their names, but of those that answer one request of ours and end."""
    return [name for name in service.threads() if name != "MHD-connection"]


def settled(service):
    service.run("flush 60000")
    status = service.status()
    oracle.check_law(status)
    return status


@test(covers=["fault 9", "promise 3"], quick=True)
def cancelled_while_they_log():
    with probe(config({"file": file("{dir}/host.log")})) as service:
        service.status()
        # A thread that has just begun has its creator's name; ThreadSanitizer's own keeps it.
        unnamed = 2 if "tsan" in BUILD else 1
        wait_until(lambda: threads(service).count("thread_probe") == unnamed, 5, "all threads to have their names")
        before = threads(service)
        returned, cut_short = map(int, service.run("cancel %d" % scaled(100000)).split())
        assert cut_short == 0, "%d threads were cancelled inside a call" % cut_short
        status = settled(service)
        dropped = sum(status["law"]["dropped"].values())
        assert count(service, "cancel ") == returned - dropped, (returned, dropped)
        wait_until(lambda: threads(service) == before, 5, "all threads to end: %r, %r" % (before, threads(service)))
        assert service.stop() == 0


@test(covers=["fault 9"], quick=True)
def cancelled_while_they_wait_for_room():
    """A hung target, small rings: the calls sleep, and are not cancelled there either."""
    with probe(None, start=False) as service:
        os.mkfifo(service.path("pipe"))
        service.write_config(config({"pipe": file("{dir}/pipe")},
                                    "queue = 16KiB\nqueue_total = 64KiB\nstall_timeout = 20ms\nstop_timeout = 100ms"))
        service.start()
        returned, cut_short = map(int, service.run("cancel %d" % max(40, scaled(2000))).split())
        assert cut_short == 0, "%d threads were cancelled inside a call" % cut_short
        law = service.status()["law"]
        assert law["accepted"] >= returned, (law, returned)
        oracle.check_law(service.status(), settled=False)
        assert service.stop() == 0


@test(covers=["fault 10", "promise 1"], quick=True)
def a_profilers_handler_logs():
    with probe(config({"file": file("{dir}/host.log")}, "overflow = block")) as service:
        returned, plain, taken, refused = map(int, service.run("profile %d" % max(500, scaled(10000))).split())
        assert plain > 50, "only %d signals" % plain
        status = settled(service)
        law = status["law"]
        reentries = law["dropped"]["reentry"]
        assert count(service, "work of a thread") == returned
        assert count(service, "from the handler") == plain - reentries, (plain, law)
        assert count(service, "safe") == taken, (taken, law)
        assert law["dropped"]["no_ring"] == refused, (refused, law)
        assert service.stop() == 0


@test(covers=["fault 10", "promise 1"], quick=True)
def re_entries_are_told():
    """Every run of drops leaves a record of its own, also where no handler was concerned."""
    with probe(config({"file": file("{dir}/host.log")})) as service:
        wait_until(lambda: service.run("profile 200") and settled(service)["law"]["dropped"]["reentry"], 30,
                   "a signal in the middle of a call")

        def told():
            found = [EARLY.search(line) for line in service.lines("host.log")]
            return sum(int(m[1]) for m in found if m) == sum(settled(service)["law"]["dropped"].values())
        wait_until(told, 10, "the drops to be told, each once")
        assert count(service, "inside another log call") > 0
        assert service.stop() == 0


@test(covers=["fault 11"], quick=True)
def an_allocator_that_logs():
    if SANITIZED:
        skip("a sanitizer owns the allocator")
    with probe(config({"file": file("{dir}/host.log")}, "overflow = block")) as service:
        made = int(service.run("allocator 200"))
        law = settled(service)["law"]
        assert count(service, "first call of a thread") == 200
        assert made > 200 and count(service, "from the allocator") == made - law["dropped"]["reentry"], (made, law)
        assert service.stop() == 0


@test(covers=["fault 11", "must 4"], quick=True)
def a_callback_that_logs_flushes_and_stops():
    """weir_listen's verify runs on a thread of Weir: with the queue of a hung target full it neither waits for
    itself nor ends Weir."""
    with probe(None, start=False) as service:
        os.mkfifo(service.path("pipe"))
        text = service.write_config(config({"pipe": file("{dir}/pipe"), "file": file("{dir}/host.log")},
                                           "queue = 16KiB\nqueue_total = 64KiB\nstop_timeout = 200ms"))
        service.start()
        port = int(service.run("listen"))
        for _ in range(3):
            answer = push(port, text)
            assert answer.startswith("ok generation"), answer
        assert count(service, "verify") > 0
        oracle.check_law(service.status(), settled=False)
        assert service.stop() == 0


@test(covers=["fault 25", "promise 1"], quick=True)
def a_thousand_threads():
    """More than queue_total has room for rings: the others share the spare one, and nothing is lost."""
    threads, records = 1000, 20
    with probe(config({"file": file("{dir}/host.log")}, "overflow = block\nqueue_total = 8MiB")) as service:
        before = memory_kib(service)
        service.run("many %d %d" % (threads, records))
        settled(service)
        assert count(service, "many ") == threads * records
        rings = service.status()["rings"]
        assert rings["bytes"] <= 8 * 1024 * 1024 and rings["total"] < threads, rings
        assert SANITIZED or memory_kib(service) - before < 64 * 1024, (before, memory_kib(service))
        # All have ended: their rings serve the next ones.
        service.run("many %d %d" % (threads, records))
        settled(service)
        assert count(service, "many ") == 2 * threads * records
        again = service.status()["rings"]
        assert again["bytes"] <= 8 * 1024 * 1024 and again["total"] <= rings["total"] + 1, (rings, again)
        assert service.stop() == 0


@test(covers=["fault 25", "promise 1"], quick=True)
def short_threads():
    total = max(2000, scaled(100000)) // 8 * 8
    with probe(config({"file": file("{dir}/host.log")}, "overflow = block")) as service:
        service.run("short 800")
        settled(service)
        first, before = service.status()["rings"], memory_kib(service)
        service.run("short %d" % total)
        status = settled(service)
        assert count(service, "short ") == 800 + total
        assert status["rings"]["total"] <= first["total"] + 64, (first, status["rings"])
        assert SANITIZED or memory_kib(service) - before < 16 * 1024, (before, memory_kib(service))
        assert service.stop() == 0


harness.main()
