"""A disk that fills and is freed, a file size limit, a file system that turns read-only: what waits is kept, one
notice a minute tells of it, writing goes on within a second of there being room again, and no line is torn."""
import os
import resource
import shutil
import subprocess
import time

import faults
import harness
import oracle
from faults import config, file, handler, inside
from harness import Service, scaled, test, wait_until

DISK = "mkdir -p disk; mount -t tmpfs -o size=1m none disk"
# Resumes within a second of room (the promise), and what a loaded machine adds.
RESUME_S = 1 + 0.5 * harness.SLOW


def start(text, script=DISK):
    # A name of its own: nothing that other services left is recovered here.
    service = Service(text, start=False, name="disk-%d" % os.getpid())
    service.wrap = faults.in_mounts("cd %s; %s" % (service.dir, script))
    service.start()
    return service


def fill(path):
    """Takes what room there is. Returns the descriptor's path."""
    with open(path, "wb", buffering=0) as f:
        try:
            while f.write(b"x" * 65536):
                pass
        except OSError:
            return


def disk_lines(service, name):
    with open(inside(service, "disk/" + name), newline="\n") as f:
        data = f.read()
    assert data.endswith("\n") or not data, "the last line is torn: %r" % data[-100:]
    return data.split("\n")[:-1]


def copy_out(service, name):
    """A database, as SQLite follows the link /proc/PID/root to our own root. Nothing is written meanwhile."""
    for end in ("", "-wal"):
        if os.path.exists(inside(service, "disk/" + name + end)):
            shutil.copy(inside(service, "disk/" + name + end), service.path("copy-" + name + end))
    return service.path("copy-" + name)


@test(covers=["fault 12", "promise 1"], quick=True)
def fill_and_free_again_and_again():
    text = config({"disk": file("{dir}/disk/host.log"), "ok": file("{dir}/ok.log")}, "overflow = adaptive")
    first = time.monotonic()
    with start(text) as service:
        for _ in range(max(2, scaled(100))):
            fill(inside(service, "disk/filler"))
            service.run("threads 1 %d" % (sum(oracle.accepted(service.path("page")).values()) + 2000))
            service.run("wait")
            wait_until(lambda: faults.target(service, "disk/host.log")["trouble"], 10, "the disk to be found full")
            os.unlink(inside(service, "disk/filler"))
            begin = time.monotonic()
            wait_until(lambda: handler(service.status(), "disk")["pending"] == 0, 10, "the disk to be written")
            took = time.monotonic() - begin
            assert took <= RESUME_S, "wrote again only after %.1f s" % took
            assert not faults.target(service, "disk/host.log")["trouble"]
        status = service.status()
        oracle.check_law(status)
        disk = handler(status, "disk")
        assert sum(disk["dropped"].values()) == 0 and disk["errors"] > 0, disk
        faults.check_once("the full disk", faults.producers(disk_lines(service, "host.log")), disk["delivered"])
        oracle.check_complete(oracle.accepted(service.path("page")), faults.producers(disk_lines(service, "host.log")), 0)
        assert service.stop() == 0
    notices = [line for line in service.lines("ok.log") if "No space left" in line]
    assert 1 <= len(notices) <= 1 + int((time.monotonic() - first) / 60), notices


@test(covers=["fault 12", "promise 1"], quick=True)
def the_host_goes_on_while_the_disk_stays_full():
    """More than the queue holds: the target is stalled, drops are counted, the others get all."""
    text = config({"disk": file("{dir}/disk/host.log"), "ok": file("{dir}/ok.log")}, "queue = 64KiB")
    with start(text) as service:
        fill(inside(service, "disk/filler"))
        service.run("threads 2 20000")
        service.run("wait")
        ok = faults.settle(service, "ok")
        disk = handler(service.status(), "disk")
        assert disk["dropped"]["stalled"] > 0 and disk["given"] == ok["given"] == ok["delivered"], (disk, ok)
        os.unlink(inside(service, "disk/filler"))
        disk = faults.settle(service, "disk")
        dropped = sum(disk["dropped"].values())
        wait_until(lambda: faults.told(disk_lines(service, "host.log")).get("disk") == dropped, 10, "the drops to be told")
        found = faults.producers(disk_lines(service, "host.log"))
        faults.check_once("the full disk", found, disk["delivered"])
        oracle.check_law(service.status())
        assert service.stop() == 0


@test(covers=["fault 12"], quick=True)
def stopped_while_the_disk_is_full_and_recovered():
    text = config({"disk": file("{dir}/disk/host.log")}, "stop_timeout = 100ms\noverflow = adaptive")
    with start(text) as service:
        fill(inside(service, "disk/filler"))
        service.run("threads 1 2000")
        service.run("wait")
        service.run("stop")
        os.unlink(inside(service, "disk/filler"))
        service.run("start service.ini")
        service.run("flush 60000")
        assert service.status()["recovery"]["processes"] == 1, service.status()["recovery"]
        found = faults.producers(disk_lines(service, "host.log"))
        oracle.check_order("the full disk", found)
        oracle.check_complete(oracle.accepted(service.path("page")), found, 0)
        assert service.stop() == 0
        assert not service.leftovers()


@test(covers=["fault 12", "fault 20", "promise 1"], quick=True)
def a_history_on_a_full_disk():
    text = config({"history": faults.history("{dir}/disk/history.db"), "ok": file("{dir}/ok.log")})
    with start(text, DISK.replace("1m", "3m")) as service:
        service.run("threads 1 1000")
        service.run("wait")
        service.run("flush 60000")
        for _ in range(max(2, scaled(20))):
            fill(inside(service, "disk/filler"))
            service.run("threads 1 %d" % (sum(oracle.accepted(service.path("page")).values()) + 500))
            service.run("wait")
            wait_until(lambda: faults.target(service, "history.db")["trouble"], 10, "the disk to be found full")
            os.unlink(inside(service, "disk/filler"))
            begin = time.monotonic()
            wait_until(lambda: handler(service.status(), "history")["pending"] == 0, 10, "the history to be written")
            took = time.monotonic() - begin
            assert took <= RESUME_S, "wrote again only after %.1f s" % took
        oracle.check_law(service.status())
        found = oracle.read_history(copy_out(service, "history.db"))
        oracle.check_order("history", found)
        oracle.check_complete(oracle.accepted(service.path("page")), found, 0)
        assert service.stop() == 0


@test(covers=["fault 13", "promise 3"], quick=True)
def a_file_size_limit():
    """The limit is lifted later, from outside (prlimit); SIGXFSZ never reaches the host."""
    limit = 100000
    with Service(config({"file": file("{dir}/host.log")})) as service:
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        service.run("threads 1 30000 1")
        service.run("wait")
        wait_until(lambda: faults.target(service, "host.log")["trouble"], 10, "the limit to be met")
        assert "too large" in faults.target(service, "host.log")["trouble"], faults.target(service, "host.log")
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        one = faults.settle(service, "file")
        found = faults.producers(service.lines("host.log"))
        faults.check_once("host.log", found, one["delivered"])
        oracle.check_law(service.status())
        assert service.stop() == 0


@test(covers=["fault 13"], quick=True)
def a_file_size_limit_from_the_start():
    """Where not even the mappings can be made the service logs all the same."""

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, resource.RLIM_INFINITY))

    with Service(config({"file": file("{dir}/host.log")}), preexec=limited) as service:
        service.run("log host.a 20 100")
        service.run("flush 10000")
        assert len([a for a in service.lines("host.log") if a.startswith("message")]) == 100
        assert service.status()["no_tmpfs"], "status does not say why there are no mappings"
        assert service.stop() == 0


@test(covers=["fault 12"], quick=True)
def a_run_directory_without_room():
    """Better without what survives a kill than not at all."""
    with start(config({"file": file("{dir}/host.log")}).replace("{run}", "{dir}/disk"),
               DISK.replace("1m", "2m,mode=0700")) as service:
        service.run("log host.a 20 100")
        service.run("flush 10000")
        assert len([a for a in service.lines("host.log") if a.startswith("message")]) == 100
        assert "No space" in service.status()["no_tmpfs"], service.status()["no_tmpfs"]
        assert service.stop() == 0


@test(covers=["fault 16", "promise 1"], quick=True)
def a_file_system_turns_read_only():
    text = config({"disk": file("{dir}/disk/host.log"), "ok": file("{dir}/ok.log")})
    image = "mkdir -p disk; truncate -s 16M image; mkfs.ext4 -q -O ^has_journal image 2>/dev/null; mount -o loop image disk"
    try:
        service = start(text, image)
    except AssertionError as why:
        if "mount" in str(why) or "mkfs" in str(why) or "ended with" in str(why):
            harness.skip("no loop mounts here: %s" % str(why)[-200:])
        raise
    with service:
        service.run("threads 1 2000")
        service.run("wait")
        service.run("flush 10000")

        def remount(how):
            return subprocess.run(["nsenter", "-m", "-t", str(service.pid), "mount", "-o", "remount," + how,
                                   service.path("disk")], capture_output=True, text=True)

        done = remount("abort")
        assert done.returncode == 0, done.stderr
        service.run("threads 1 4000")
        service.run("wait")
        wait_until(lambda: faults.target(service, "disk/host.log")["trouble"], 10, "the disk to be found read-only")
        assert "ead-only" in faults.target(service, "disk/host.log")["trouble"], faults.target(service, "disk/host.log")
        ok = faults.settle(service, "ok")
        assert ok["given"] == ok["delivered"]
        assert any("ead-only" in line for line in service.lines("ok.log"))
        # A sound file system takes its place: what was kept goes there, without a push.
        subprocess.run(["nsenter", "-m", "-t", str(service.pid), "mount", "-t", "tmpfs", "none", service.path("disk")],
                       check=True)
        disk = faults.settle(service, "disk")
        assert sum(disk["dropped"].values()) == 0, disk
        found = faults.producers(disk_lines(service, "host.log"))
        assert found[-1] == (0, 3999) and len(found) >= 2000, (len(found), found[-1:])
        oracle.check_order("the new disk", found)
        assert service.stop() == 0


harness.main()
