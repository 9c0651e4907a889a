"""A target that answers write, fsync or close with an error, or writes less than it was given: nothing is told
delivered that may not be there, what was not confirmed is written again into a new file, no line is torn."""
import os
import subprocess

import faults
import harness
import oracle
from faults import config, file, handler
from harness import Service, scaled, test, wait_until

RECORDS = 2000


def traced(inject, fsync=False, path="host.log"):
    """A host whose system calls on that file fail as strace is told."""
    faults.need_strace()
    more = "kwargs = {'fsync': True}" if fsync else ""
    service = Service(config({"file": file("{dir}/" + path, more), "ok": file("{dir}/ok.log")}), start=False)
    open(service.path(path), "w").close()
    calls = inject.split(":")[0]
    service.wrap = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-P", service.path(path),
                    "-e", "trace=" + calls, "-e", "inject=" + inject]
    service.start()
    return service


def files(service, name="host.log"):
    """The file and what was set aside, the oldest first."""
    return sorted((n for n in os.listdir(service.dir) if n.startswith(name)), key=lambda n: (n == name, n))


def check(service, min_aside=0):
    h, ok = faults.settle(service, "file"), faults.settle(service, "ok")
    oracle.check_law(service.status())
    assert sum(h["dropped"].values()) == 0 and h["delivered"] == ok["delivered"], (h, ok)
    names = files(service)
    assert len(names) - 1 >= min_aside, names
    found = set()
    for name in names:
        lines = service.lines(name)
        found |= {(t, n) for t, n in oracle.read(line for line in lines if oracle.LINE.search(line))}
    lost = {(0, n) for n in range(RECORDS)} - found
    assert not lost, "%d lost, first %r, in %r" % (len(lost), sorted(lost)[:3], names)
    with open(service.path("host.log")) as f:
        data = f.read()
    assert data.endswith("\n") or not data
    faults.producers(data.split("\n")[:-1])
    assert service.stop() == 0


@test(covers=["fault 14", "promise 1"], quick=True)
def eio_on_write():
    """The second write fails, once. The file is set aside, its successor holds what was not confirmed."""
    with traced("writev,write,pwrite64:error=EIO:when=2") as service:
        service.run("threads 1 %d 20" % RECORDS)
        service.run("wait")
        service.run("flush 60000")
        wait_until(lambda: any("write error" in a for a in service.lines("ok.log")), 10, "the error to be told")
        check(service, min_aside=1)


@test(covers=["fault 14"], quick=True)
def eio_on_every_write_to_one_file():
    """The name is set aside at each try until the device is sound; strace knows the file by its name, so here it
    never is: the others go on, drops are counted, the stop is in time."""
    with traced("writev,write,pwrite64:error=EIO") as service:
        service.run("threads 1 %d 20" % RECORDS)
        service.run("wait")
        ok = faults.settle(service, "ok")
        h = handler(service.status(), "file")
        assert ok["delivered"] == RECORDS and h["given"] == h["delivered"] + h["pending"] + sum(h["dropped"].values()), h
        assert len(files(service)) <= 2 + 60, "a new file at each try: %d" % len(files(service))
        took = int(service.run("stop").split()[1])
        assert took < 5000 + 400 * harness.SLOW, took


@test(covers=["fault 14", "promise 1"], quick=True)
def eio_on_fsync():
    with traced("fsync,fdatasync:error=EIO:when=3", fsync=True) as service:
        service.run("threads 1 %d 20" % RECORDS)
        service.run("wait")
        service.run("flush 60000")
        check(service, min_aside=1)


@test(covers=["fault 12", "fault 14", "promise 1"], quick=True)
def disk_full_told_by_fsync():
    """Nothing is doubled: the file is cut back to what was sure."""
    with traced("fsync,fdatasync:error=ENOSPC:when=2..4", fsync=True) as service:
        service.run("threads 1 %d 20" % RECORDS)
        service.run("wait")
        service.run("flush 60000")
        oracle.check_order("host.log", faults.producers(service.lines("host.log")))
        assert files(service) == ["host.log"], files(service)
        check(service)


@test(covers=["fault 14"], quick=True)
def eio_on_close():
    """What a network file system says at the close only: told at the stop, there being no handler any more, on
    standard error."""
    with traced("close:error=EIO") as service:
        service.run("threads 1 %d" % RECORDS)
        service.run("wait")
        service.run("flush 60000")
        check(service)
        assert service.stderr().count("closing '%s' failed" % service.path("host.log")) == 1, service.stderr()


@test(covers=["fault 14"], quick=True)
def eio_on_close_after_a_push():
    """The same when a new configuration takes the target away: an error record."""
    with traced("close:error=EIO") as service:
        service.run("threads 1 %d" % RECORDS)
        service.run("wait")
        service.write_config(config({"ok": file("{dir}/ok.log")}))
        wait_until(lambda: any("host.log' failed" in line for line in service.lines("ok.log")), 10, "the error to be told")
        assert service.stop() == 0


@test(covers=["fault 15", "promise 1"], quick=True)
def one_byte_a_write():
    """Each write takes one byte, every third one is interrupted, every fifth would block."""
    text = config({"file": file("{dir}/host.log"), "out": "class = StreamHandler\nargs = (sys.stderr,)",
                   "history": faults.history("{dir}/history.db")}, "overflow = block\nstop_timeout = 60s")
    with Service(text, env=faults.preload("short_write")) as service:
        count = max(100, scaled(2000))
        service.run("threads 1 %d" % count)
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        oracle.check_law(service.status())
        for name in ("host.log", "stderr.txt"):
            found = faults.producers(service.lines(name))
            oracle.check_order(name, found)
            oracle.check_complete({0: count}, found, 0)
        oracle.check_complete({0: count}, oracle.read_history(service.path("history.db")), 0)
        assert service.stop() == 0


@test(covers=["fault 15", "promise 1"], quick=True)
def one_byte_a_write_into_a_pipe():
    text = config({"fifo": file("{dir}/pipe")}, "overflow = block\nstop_timeout = 60s")
    with Service(None, env=faults.preload("short_write"), start=False) as service:
        os.mkfifo(service.path("pipe"))
        reader = subprocess.Popen(["cat", service.path("pipe")], stdout=open(service.path("read"), "wb"))
        harness.cleanup(reader.wait)
        harness.cleanup(reader.kill)
        service.write_config(text)
        service.start()
        service.run("threads 1 100")
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        oracle.check_law(service.status())
        assert service.stop() == 0
        reader.wait(30)
        oracle.check_complete({0: 100}, faults.producers(service.lines("read")), 0)


harness.main()
