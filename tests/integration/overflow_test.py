"""A queue that is full, under each policy: the drops are counted exactly, and one record at the end of each run
tells of them."""
import os
import signal
import subprocess

import faults
import harness
import oracle
from harness import Service, scaled, test, wait_until

# Small, so that it is full soon: 16 KiB of ring, 64 KiB of chunks.
SMALL = "queue = 16KiB\nqueue_total = 64KiB\n"


def fifo_service(policy, more="", line="%(message)s"):
    service = Service(None, start=False)
    os.mkfifo(service.path("pipe"))
    body = faults.file("{dir}/pipe", more)
    service.write_config(faults.config({"pipe": body}, SMALL + policy, line=line))
    return service


def reader_of(service, stopped=True):
    reader = subprocess.Popen(["cat", service.path("pipe")], stdout=open(service.path("read"), "wb"))
    harness.cleanup(reader.wait)
    harness.cleanup(reader.kill)
    if stopped:
        reader.send_signal(signal.SIGSTOP)
    return reader


def check(service, dropped_for):
    """After the reader went on: every count agrees with what it has read."""
    pipe = faults.settle(service, "pipe")
    dropped = sum(pipe["dropped"].values())
    found = lambda: faults.producers(service.lines("read"))
    wait_until(lambda: len(found()) >= pipe["delivered"], 10, "the reader")
    faults.check_once("the FIFO", found(), pipe["delivered"])
    if dropped_for is None:
        assert dropped == 0, pipe
    else:
        assert pipe["dropped"][dropped_for] == dropped > 0, pipe
    wait_until(lambda: faults.told(service.lines("read")).get("pipe", 0) == dropped, 10,
               "the drops to be told: %d" % dropped)
    oracle.check_law(service.status())
    return pipe


def run_of_drops(policy, more="", dropped_for="overflow"):
    """While nobody reads, more is logged than fits; then the reader goes on. One run, one record of it."""
    with fifo_service(policy, more) as service:
        reader = reader_of(service)
        service.start()
        service.run("threads 1 8000 20") # so slowly that the caller's own ring does not fill
        service.run("wait")
        wait_until(lambda: service.status()["law"]["in_rings"] == 0, 10, "the rings to be read")
        dropped = faults.handler(service.status(), "pipe")["dropped"]
        assert dropped[dropped_for] > 0, dropped
        reader.send_signal(signal.SIGCONT)
        check(service, dropped_for)
        notices = [line for line in service.lines("read") if "dropped" in line]
        assert len(notices) == 1, notices
        assert service.stop() == 0


@test(covers=["fault 24"], quick=True)
def drop():
    run_of_drops("overflow = drop")


@test(covers=["fault 24"], quick=True)
def drop_on_one_handler():
    run_of_drops("overflow = block", "overflow = drop")


@test(covers=["fault 24"], quick=True)
def adaptive():
    run_of_drops("overflow = adaptive", dropped_for="stalled")


@test(covers=["fault 24"], quick=True)
def drop_low_keeps_warnings():
    """Below WARNING nothing waits; warnings wait for the reader as long as it moves."""
    with fifo_service("overflow = drop_low\nstall_timeout = 30s", line="%(levelname)s %(name)s %(message)s") as service:
        reader = reader_of(service)
        service.start()
        def dropping():  # in small steps, or the caller's own ring overflows before the handler's queue
            service.run("log host.low 20 200")
            return faults.handler(service.status(), "pipe")["dropped"]["overflow"] > 0
        wait_until(dropping, 10, "drops")
        reader.send_signal(signal.SIGCONT)
        for _ in range(50):
            service.run("log host.low 20 500")
            service.run("log host.high 30 100")
        service.run("log host.high 30 20000")
        service.run("flush 60000")
        warnings = lambda: sum(line.startswith("WARNING host.high") for line in service.lines("read"))
        wait_until(lambda: warnings() >= 25000, 10, "the warnings")
        assert warnings() == 25000
        oracle.check_law(service.status())
        assert service.stop() == 0


@test(covers=["fault 24", "promise 1"], quick=True)
def block_waits_and_drops_nothing():
    with fifo_service("overflow = block") as service:
        reader = reader_of(service)
        service.start()
        service.run("threads 2 20000")
        wait_until(lambda: faults.handler(service.status(), "pipe")["given"] > 100, 10, "records")
        reader.send_signal(signal.SIGCONT)
        service.run("wait")
        service.run("flush 60000")
        pipe = check(service, None)
        assert pipe["given"] >= 40000, pipe
        assert service.status()["law"]["dropped"]["stalled"] == 0
        oracle.check_complete(oracle.accepted(service.path("page")), faults.producers(service.lines("read")), beyond=0)
        assert service.stop() == 0


@test(covers=["fault 24", "fault 22", "promise 1"])
def a_reader_that_stops_and_goes_on():
    """Run after run: each drop is counted and told, none twice."""
    with fifo_service("overflow = adaptive\nstall_timeout = 50ms") as service:
        reader = reader_of(service, stopped=False)
        service.start()
        service.run("threads 2")
        for _ in range(max(3, scaled(100))):
            reader.send_signal(signal.SIGSTOP)
            wait_until(lambda: faults.target(service, "pipe")["stalled"], 10, "the FIFO to be found hung")
            reader.send_signal(signal.SIGCONT)
            wait_until(lambda: not faults.target(service, "pipe")["stalled"], 10, "the FIFO to go on")
        service.run("halt")
        check(service, "stalled")
        assert service.stop() == 0


@test(covers=["fault 24", "promise 1"], quick=True)
def a_ring_that_stays_full():
    """The caller's own ring: what found no room there is counted before routing."""
    with fifo_service("overflow = block") as service:
        service.write_config(faults.config({"pipe": faults.file("{dir}/pipe", "overflow = block")},
                                           SMALL + "overflow = drop"))
        reader = reader_of(service)
        service.start()
        service.run("threads 1 20000")
        service.run("wait")
        early = service.status()["law"]["dropped"]["stalled"]
        assert early > 0, service.status()["law"]
        reader.send_signal(signal.SIGCONT)
        service.run("flush 60000")
        wait_until(lambda: len(faults.producers(service.lines("read"))) >= 20000 - early, 10, "the reader")
        assert len(faults.producers(service.lines("read"))) == 20000 - early
        law = service.status()["law"]
        oracle.check_law(service.status())
        assert law["dropped"]["stalled"] == early, law
        assert service.stop() == 0


harness.main()
