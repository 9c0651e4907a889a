"""One target hung (a FIFO that nobody reads, a stopped reader of a pipe or of the host's standard output): the
other handlers keep their rate, no log call waits longer than stall_timeout, what is dropped is counted
exactly, and weir_stop returns within stop_timeout."""
import os
import signal
import subprocess
import time

import faults
import harness
import oracle
from faults import config, file, handler
from harness import SCALE, Service, test, wait_until

STALL_MS = 250
STOP_MS = 1000
# What the scheduler of a loaded machine of two cores may add to a wait, and a sanitizer.
MARGIN_MS = 150 * harness.SLOW
WITH_STREAM = config({"good": file("{run}/good.log"), "out": "class = StreamHandler\nargs = (sys.stderr,)"},
                     "stop_timeout = %dms" % STOP_MS)
# Records of one chunk, which is delivered when it is written whole; a part of one may lie in the pipe.
CHUNK_RECORDS = 64 * 1024 // len("t0 n0\n")


def two(second, stop_ms=STOP_MS):
    return config({"good": file("{run}/good.log"), "other": file(second)}, "stop_timeout = %dms" % stop_ms)


def rate(service, seconds):
    """Records a second that reach the good file."""
    first, begin = handler(service.status(), "good")["delivered"], time.monotonic()
    time.sleep(seconds)
    return (handler(service.status(), "good")["delivered"] - first) / (time.monotonic() - begin)


def healthy_rate(seconds):
    with Service(two("/dev/null")) as service:
        service.run("threads 1")
        wait_until(lambda: handler(service.status(), "good")["delivered"] > 0)
        measured = rate(service, seconds)
        service.run("halt")
        return measured


def check_end(service, name="other", lines=None):
    """Counts are exact, the longest call is within bounds, the end comes in time."""
    service.run("halt")
    wait_until(lambda: service.status()["law"]["in_rings"] == 0, 30, "the rings to be read")
    good = faults.settle(service, "good")
    status = service.status()
    hung = handler(status, name)
    oracle.check_law(status, settled=False)
    accepted = sum(oracle.accepted(service.path("page")).values())
    lost_early = sum(status["law"]["dropped"].values())
    # The page counts calls that returned; those of them that found no room are in the law's drops.
    assert status["law"]["accepted"] >= accepted, (status["law"], accepted)
    assert good["given"] >= accepted - lost_early, (good, accepted, lost_early)
    assert sum(hung["dropped"].values()) > 0 and hung["given"] == good["given"], (hung, good)
    longest = oracle.longest_call_ns(service.path("page")) / 1e6
    assert longest <= STALL_MS + MARGIN_MS, "a call took %.0f ms" % longest
    took = int(service.run("stop").split()[1])
    assert took <= STOP_MS + 200 + 400 * harness.SLOW, "weir_stop took %d ms" % took
    found = faults.producers(read_lines(service))
    faults.check_once("good.log", found, good["delivered"])
    return hung


def read_lines(service):
    with open(os.path.join(service.run_path, "good.log")) as f:
        return f.read().split("\n")[:-1]


def fifo_rate(seconds):
    """The good file's rate while the FIFO hangs; its counts are checked too."""
    with Service(None, start=False) as service:
        os.mkfifo(service.path("pipe"))
        service.write_config(two("{dir}/pipe"))
        service.start()
        service.run("threads 1")
        wait_until(lambda: faults.target(service, "pipe")["stalled"], 30, "the FIFO to be found hung")
        measured = rate(service, seconds)
        check_end(service)
        return measured


@test(covers=["must 4", "fault 22", "promise 1"])
def others_keep_their_rate():
    seconds, tries = 0.5 + SCALE, 4
    for _ in range(tries):
        healthy, beside = faults.medians(lambda: healthy_rate(seconds), lambda: fifo_rate(seconds), 3)
        if beside >= 0.9 * healthy:
            return
    raise AssertionError("%.0f records a second beside a hung FIFO, %.0f beside /dev/null" % (beside, healthy))


@test(covers=["must 4", "fault 22", "promise 1"], quick=True)
def a_fifo_that_nobody_reads():
    fifo_rate(0.3)


@test(covers=["must 4", "fault 22", "promise 1"], quick=True)
def the_reader_of_a_fifo_is_stopped_and_goes_on():
    with Service(None, start=False) as service:
        os.mkfifo(service.path("pipe"))
        out = open(service.path("read"), "wb")
        reader = subprocess.Popen(["cat", service.path("pipe")], stdout=out)
        harness.cleanup(reader.wait)
        harness.cleanup(reader.kill)
        service.write_config(two("{dir}/pipe"))
        service.start()
        service.run("threads 2")
        wait_until(lambda: os.path.getsize(service.path("read")) > 100000)
        reader.send_signal(signal.SIGSTOP)
        wait_until(lambda: faults.target(service, "pipe")["stalled"], 30, "the reader to be found stopped")
        time.sleep(0.3)
        service.run("halt")
        reader.send_signal(signal.SIGCONT)
        hung, good = faults.settle(service, "other"), faults.settle(service, "good")
        wait_until(lambda: sum(faults.told(service.lines("read")).values()) == sum(hung["dropped"].values()), 10,
                   "the drops to be told: %r" % hung["dropped"])
        oracle.check_law(service.status())
        assert service.stop() == 0
        reader.wait(30)
        found = faults.producers(service.lines("read"))
        faults.check_once("the FIFO", found, hung["delivered"])
        faults.check_once("good.log", faults.producers(read_lines(service)), good["delivered"])
        longest = oracle.longest_call_ns(service.path("page")) / 1e6
        assert longest <= STALL_MS + MARGIN_MS, "a call took %.0f ms" % longest


class PipeHost(Service):
    """Its standard error is a pipe that the test reads, or does not."""

    def start(self, wait=True):
        self.read_end, write_end = os.pipe()
        self.process = subprocess.Popen([self.program, self.config_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=write_end, env=self.env, cwd=self.dir, bufsize=0)
        os.close(write_end)
        harness.cleanup(self.kill)
        self.wait_ready()

    def stderr(self):
        return "(a pipe)"


@test(covers=["must 4", "fault 22", "promise 1"], quick=True)
def nobody_reads_the_hosts_stderr():
    with PipeHost(WITH_STREAM) as service:
        service.run("threads 2")
        wait_until(lambda: faults.target(service, "stderr")["stalled"], 30, "stderr to be found hung")
        time.sleep(0.3)
        hung = check_end(service, "out")
        reader = faults.Reader(service.read_end)
        service.send("quit")
        service.process.wait(30 * harness.SLOW)
        reader.join(10)
        whole = faults.producers(reader.lines())
        faults.check_once("stderr", whole)
        assert hung["delivered"] <= len(whole) < hung["delivered"] + CHUNK_RECORDS, (len(whole), hung)


@test(covers=["must 4", "fault 22"], quick=True)
def stderr_is_read_again():
    with PipeHost(WITH_STREAM) as service:
        service.run("threads 2")
        wait_until(lambda: faults.target(service, "stderr")["stalled"], 30, "stderr to be found hung")
        reader = faults.Reader(service.read_end)
        wait_until(lambda: not faults.target(service, "stderr")["stalled"], 30, "stderr to go on")
        service.run("halt")
        out = faults.settle(service, "out")
        wait_until(lambda: sum(faults.told(reader.lines()).values()) == sum(out["dropped"].values()), 10,
                   "the drops to be told: %r" % out["dropped"])
        assert service.stop() == 0
        reader.join(10)
        faults.check_once("stderr", faults.producers(reader.lines()), out["delivered"])


harness.main()
