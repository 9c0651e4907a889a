"""weir_stop with a target that hangs: it returns in time, and what could not be drained is delivered later: by a start in
the same process, or by `weir recover` when the process has ended. Nothing is lost, nothing doubled."""
import fcntl
import os
import shutil
import signal
import threading
import time

import harness
import oracle
from harness import BUILD, OWN, SLOW, Service, scaled, skip, test, wait_until, weir

CONFIG = """
[weir]
run_dir = {run}
overflow = POLICY
stop_timeout = 500ms
queue = 64KiB
[loggers]
keys = root
[handlers]
keys = file,slow
[formatters]
keys = line
[logger_root]
level = INFO
handlers = file,slow
[handler_file]
class = FileHandler
formatter = line
args = ('{dir}/host.log',)
[handler_slow]
class = FileHandler
formatter = line
args = ('{dir}/SLOW',)
[formatter_line]
format = %(message)s
"""


class Fifo:
    """One that is open for reading and not read, until it is."""

    def __init__(self, path):
        os.mkfifo(path)
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.fd, 1031, 4096) # F_SETPIPE_SZ: full after a page
        self.data = b""

    def read(self):
        while True:
            try:
                piece = os.read(self.fd, 65536)
            except BlockingIOError:
                return
            if not piece:
                return
            self.data += piece

    def records(self):
        lines = self.data.split(b"\n")
        assert lines[-1] == b"", "torn: %r" % lines[-1][:100]
        return oracle.read(line for line in (l.decode() for l in lines[:-1]) if oracle.LINE.search(line) or
                           not oracle.OTHER.match(line))


def begin(policy="adaptive", **more):
    folder = harness.tmp()
    fifo = Fifo(os.path.join(folder, "slow"))
    return Service(CONFIG.replace("POLICY", policy).replace("SLOW", "slow"), name=OWN, dir=folder, **more), fifo


def stop(service):
    began = time.monotonic()
    took = int(service.run("stop").split()[1])
    assert took < 1500 * SLOW and time.monotonic() - began < 2 * SLOW, "weir_stop took %d ms" % took


def recover_reading(service, fifo):
    """`weir recover` while somebody reads."""
    over = threading.Event()

    def read():
        while not over.wait(0.005):
            fifo.read()
        fifo.read()
    reader = threading.Thread(target=read)
    reader.start()
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
    over.set()
    reader.join()
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def check(service, fifo, counts, report, beyond=0):
    file = oracle.read_file(service.path("host.log"), report)
    slow = fifo.records()
    for name, found in (("host.log", file), ("slow", slow)):
        oracle.check_order(name, [r for r in found if r[0] != 63])
        oracle.check_complete(counts, found, beyond=beyond)
    assert not service.leftovers(), report


@test(covers=["fault 5", "fault 22", "promise 1"], quick=True)
def what_is_left_at_the_stop_is_recovered_after_the_end():
    service, fifo = begin()
    service.run("threads 2 700")
    service.run("wait")
    stop(service)
    assert service.stop() == 0, service.stderr()
    assert len(service.leftovers()) == 1
    report = recover_reading(service, fifo)
    oracle.check_report(report)
    check(service, fifo, oracle.accepted(service.path("page")), report)


@test(covers=["fault 5", "fault 22"])
def what_is_left_at_the_exit_is_recovered():
    """The same by exit, whose handler stops."""
    service, fifo = begin()
    service.run("threads 2 700")
    service.run("wait")
    service.send("exit 0")
    assert service.process.wait(10 * SLOW) == 0
    report = recover_reading(service, fifo)
    check(service, fifo, oracle.accepted(service.path("page")), report)


@test(covers=["fault 5", "fault 8"])
def what_does_not_fit_into_a_blocked_queue_stays_in_the_rings():
    service, fifo = begin("block")
    service.run("threads 2 0")

    def stands():
        before = oracle.accepted(service.path("page"))
        time.sleep(0.3)
        return before if before and before == oracle.accepted(service.path("page")) else None
    counts = wait_until(stands, 30, "the producers to wait")
    stop(service)
    service.run("halt")
    assert service.stop() == 0, service.stderr()
    report = recover_reading(service, fifo)
    oracle.check_report(report)
    for name, found in (("host.log", oracle.read_file(service.path("host.log"))), ("slow", fifo.records())):
        oracle.check_order(name, found)
        # The calls that waited were given up at the stop, and counted; or had found room just before.
        oracle.check_complete(counts, found, beyond=1)
    assert not service.leftovers(), report


@test(covers=["fault 5", "fault 8"])
def a_start_in_the_same_process_takes_up_what_its_stop_left():
    service, fifo = begin()
    service.run("threads 2 700")
    service.run("wait")
    stop(service)
    assert len(service.leftovers()) == 1
    assert service.run("start " + service.config_path) == "ok" # nobody reads yet: it waits again
    service.run("say host.after 20 t63 n0")
    stop(service)
    fcntl.fcntl(fifo.fd, 1031, 1 << 20)
    assert service.run("start " + service.config_path) == "ok"
    service.run("say host.after 20 t63 n1")
    service.run("flush 10000")
    oracle.check_law(service.status())
    assert service.stop() == 0, service.stderr()
    fifo.read()
    counts = oracle.accepted(service.path("page"))
    counts[63] = 2
    check(service, fifo, counts, "")


@test(covers=["fault 5", "fault 6", "fault 8"])
def a_thread_that_waits_for_a_flush_holds_up_nobody():
    """weir_flush(-1), and the target hangs: a fork does not wait for it, weir_stop and exit do not either."""
    service, fifo = begin()
    service.run("threads 2 700")
    service.run("wait")
    service.run("flusher")
    began = time.monotonic()
    if "tsan" not in BUILD: # its runtime lets no forked child have threads
        assert service.run("forks 3 5") == "ok 0", service.stderr()
    assert service.run("flush 100") == "timeout"
    assert time.monotonic() - began < 3 * SLOW
    stop(service)
    assert service.run("start " + service.config_path) == "ok"
    service.run("say host.after 20 t63 n0")
    service.run("flusher")
    service.send("exit 3")
    assert service.process.wait(5 * SLOW) == 3
    recover_reading(service, fifo)
    assert not service.leftovers()


@test(covers=["fault 5", "fault 8"])
def a_writer_that_stands_in_the_kernel_is_left_behind():
    """A disk that hangs: the thread cannot be joined. Its queue is left alone as long as the process lives, though
    Weir is started again in it, since the write may end at any time."""
    if not shutil.which("strace"):
        skip("no strace")
    for ends in (True, False): # does the write end while the process still lives?
        delay = 3 if ends else 8
        service = Service(CONFIG.replace("POLICY", "adaptive").replace("SLOW", "slow.log"), name=OWN, start=False,
                          wrap=["strace", "-f", "-qq", "-o", "/dev/null", "-P", "%slow%", "-e", "trace=writev",
                                "-e", "inject=writev:delay_enter=%ds:when=2" % delay])
        slow = service.path("slow.log")
        service.wrap[service.wrap.index("%slow%")] = slow
        service.leaves_threads()
        service.start()
        service.run("threads 1 10")
        service.run("wait")
        service.run("flush 10000")
        service.run("threads 2 500")
        service.run("wait")
        assert service.run("flush 300") == "timeout"
        stop(service)
        assert "hangs in a write to %s;" % slow in service.stderr(), service.stderr()
        assert service.run("start " + service.config_path) == "ok"
        assert service.status()["recovery"] is None, service.status()["recovery"]
        service.run("say host.after 20 t63 n0")
        if ends:
            wait_until(lambda: len(service.lines("slow.log")) >= 20, 10, "the write that was left")
            assert service.stop() == 0, service.stderr()
        else:
            os.kill(service.pid, signal.SIGKILL)
            service.process.wait(10 * SLOW)
        done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
        counts = oracle.accepted(service.path("page"))
        counts[63] = 1
        for name in ("host.log", "slow.log"):
            found = oracle.read_file(service.path(name), done.stdout)
            oracle.check_complete(counts, found, beyond=0)
        assert not service.leftovers(), done.stdout
        harness.clean()


harness.main()
