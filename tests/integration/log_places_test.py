"""What others do to log files and their directories: logrotate copies and cuts them, somebody deletes the directory,
the target of a rollover is a directory, a link, or may not be touched. Nothing is written where it should not be, what
can be written is, and the rest is told."""
import os
import re
import shutil
import subprocess
import time

import faults
import harness
import oracle
from harness import Service, scaled, test, wait_until
from rolling import LOGROTATE_SU

ROLLING = {"size": "class = handlers.RotatingFileHandler\nargs = ('{dir}/%s/host.log', 'a', 300, 2)",
           "time": "class = handlers.TimedRotatingFileHandler\nargs = ('{dir}/%s/host.log', 'D', 1, 2, None, False, True)"}
OLD = 1600000000 # 2020-09-13


def read(path):
    with open(path, "rb") as f:
        return f.read()


def whole_lines(data):
    return [line for line in data.decode(errors="replace").split("\n")[:-1] if oracle.LINE.fullmatch(line)]


# ---- logrotate with copytruncate ----

@test(covers=["fault 18", "py must 3", "py must 7"], quick=True)
def copytruncate_against_a_file():
    """It loses what is written between its copy and its cut, whoever writes; Weir's part is to append always, so that no
    hole of NULs is left, and to tell."""
    with Service(faults.config({"file": faults.file("{dir}/logs/host.log"), "told": faults.file("{dir}/told.log")}), start=False) as service:
        os.mkdir(service.path("logs"), 0o755)
        with open(service.path("rotate.conf"), "w") as f:
            f.write('"%s/host.log" {\n%s rotate 1000\n copytruncate\n nocompress\n}\n' % (service.path("logs"), LOGROTATE_SU))
        service.start()
        for fd in os.listdir("/proc/%d/fd" % service.pid):
            if os.path.realpath("/proc/%d/fd/%s" % (service.pid, fd)).endswith("host.log"):
                with open("/proc/%d/fdinfo/%s" % (service.pid, fd)) as f:
                    assert int(re.search(r"flags:\s+(\d+)", f.read())[1], 8) & os.O_APPEND, "not opened to append"
        service.run("threads 2 0 50")
        for i in range(max(5, scaled(200))):
            wait_until(lambda: os.path.getsize(service.path("logs/host.log")) > 0, 20, "lines")
            done = subprocess.run(["logrotate", "-f", "-s", service.path("state"), service.path("rotate.conf")], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        service.run("halt")
        assert service.run("flush 60000") == "ok"
        status = service.status()
        oracle.check_law(status)
        counts, found = oracle.accepted(service.path("page")), []
        names = sorted(os.listdir(service.path("logs")), key=lambda n: -int((n.rsplit(".", 1)[1:] or "0")[0].replace("log", "0")))
        assert len(names) > 5 and names[-1] == "host.log", names
        for name in names:
            data = read(service.path("logs/" + name))
            assert b"\0" not in data, "%s has a hole" % name
            found += oracle.read(whole_lines(data))
        oracle.check_order("all files", found)
        lost = sum(counts.values()) - len(found)
        assert not any(h for h in status["handlers"] if sum(h["dropped"].values())), status["handlers"]
        # The other file has all, and what was told.
        lines = service.lines("told.log")
        oracle.check_complete(counts, oracle.read(line for line in lines if oracle.LINE.search(line)), beyond=0)
        told = [line for line in lines if "was cut from" in line]
        assert told and "copytruncate" in told[0], lines[:3]
        assert not any("writes again" in line for line in lines)
        print("        %d of %d lines lost to %d cuts" % (lost, sum(counts.values()), len(names) - 1))


# ---- the directory goes ----

@test(covers=["fault 17", "py must 7"])
def a_directory_deleted_and_made_anew_ten_times_a_second():
    config = faults.config({"file": "class = handlers.WatchedFileHandler\nargs = ('{dir}/logs/host.log',)"})
    with Service(config, start=False) as service:
        os.mkdir(service.path("logs"))
        os.mkdir(service.path("kept"))
        service.start()
        service.run("threads 2 0 100")
        rounds = max(8, scaled(300))
        for i in range(rounds):
            due = time.monotonic() + 0.1
            wait_until(lambda: os.path.exists(service.path("logs/host.log")) and os.path.getsize(service.path("logs/host.log")) > 0, 20, "lines")
            os.rename(service.path("logs"), service.path("gone"))
            if i % 2:
                try:
                    os.mkdir(service.path("logs"))
                except FileExistsError:
                    pass # the handler was first
            os.link(service.path("gone/host.log"), service.path("kept/%d" % i))
            shutil.rmtree(service.path("gone"))
            time.sleep(max(0, due - time.monotonic()))
        wait_until(lambda: os.path.exists(service.path("logs/host.log")), 20, "the last one")
        service.run("halt")
        assert service.run("flush 60000") == "ok"
        found = []
        for path in [service.path("kept/%d" % i) for i in range(rounds)] + [service.path("logs/host.log")]:
            found += oracle.read_file(path)
        oracle.check_order("all files", found)
        oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)
        status = service.status()
        oracle.check_law(status)
        assert not sum(status["handlers"][0]["dropped"].values()), status["handlers"]


@test(covers=["fault 17", "py must 7"], quick=True)
def others_report_that_their_directory_is_gone():
    handlers = {"good": faults.file("{dir}/good.log"), "plain": faults.file("{dir}/plain/host.log"),
                **{name: text % name for name, text in ROLLING.items()}}
    with Service(faults.config(handlers, "stop_timeout = 500ms"), start=False) as service:
        places = ("plain", "size", "time")
        for name in places:
            os.mkdir(service.path(name))
        service.start()
        service.run("threads 1 100")
        service.run("wait")
        service.run("flush 10000")
        for name in places:
            shutil.rmtree(service.path(name))
        # The rolling file by size finds out when it is to roll over; the others at once.
        service.run("threads 2 1000 20")
        service.run("wait")

        def told(name):
            path = service.path(name + "/host.log")
            return any(path in line for line in service.lines("good.log")) and faults.target(service, name + "/host.log")["trouble"]
        for name in places:
            wait_until(lambda: told(name), 20, "a word on %s: %r" % (name, service.status()["targets"]))
        faults.settle(service, "good")
        oracle.check_complete(oracle.accepted(service.path("page")), faults.producers(service.lines("good.log")), beyond=0)
        # Made anew: who waits for a file goes on with what it kept.
        os.mkdir(service.path("size"))
        faults.settle(service, "size")
        assert os.path.exists(service.path("size/host.log"))
        # A word that it writes again may stand alone in the newest file.
        last = [line for name in ("host.log.1", "host.log") for line in whole_lines(read(service.path("size/" + name)))]
        assert last[-1] in ("t0 n999", "t1 n999"), last[-3:]
        oracle.check_law(service.status(), settled=False)
        assert int(service.run("stop").split()[1]) < 500 + 600 * harness.SLOW


# ---- where a rollover may not go ----

def without_rights():
    """root may write everywhere: not with these taken away."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def rolling(kind, wrap=()):
    service = Service(faults.config({"file": ROLLING[kind] % "logs", "told": faults.file("{dir}/told.log")}), start=False, wrap=list(wrap))
    os.mkdir(service.path("logs"))
    with open(service.path("logs/host.log"), "w") as f:
        f.write("what was there\n" * 30)
    os.utime(service.path("logs/host.log"), (OLD, OLD))
    return service


def next_name(kind):
    return "host.log.1" if kind == "size" else "host.log.2020-09-13"


def some(service, more=200):
    before = max(oracle.accepted(service.path("page")).values(), default=0) if os.path.exists(service.path("page")) else 0
    service.run("threads 1 %d" % (before + more))
    service.run("wait")
    assert service.run("flush 30000") == "ok"


def all_in(service, name="logs/host.log"):
    found = oracle.read(whole_lines(read(service.path(name))))
    oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)
    [handler] = [h for h in service.status()["handlers"] if h["name"] == "file"]
    assert not sum(handler["dropped"].values()), handler
    wait_until(lambda: any("is not rolled over" in line or "cannot open" in line for line in service.lines("told.log")), 10,
               "a word on it: %r" % service.status()["targets"])


@test(covers=["fault 19", "py must 7"], quick=True)
def a_rollover_onto_a_directory():
    for kind in ROLLING:
        with rolling(kind) as service:
            os.makedirs(service.path("logs/%s/full" % next_name(kind)))
            os.makedirs(service.path("logs/host.log.2/full"))
            service.start()
            some(service)
            all_in(service)
            assert os.path.isdir(service.path("logs/%s/full" % next_name(kind)))


@test(covers=["fault 19", "py must 7"], quick=True)
def a_rollover_in_a_directory_that_may_not_be_written():
    for kind in ROLLING:
        with rolling(kind, without_rights()) as service:
            names = ["host.log"] + (["host.log.1", "host.log.2"] if kind == "size" else ["host.log.2020-09-11", "host.log.2020-09-12"])
            for name in names[1:]:
                with open(service.path("logs/" + name), "w") as f:
                    f.write("old\n")
            os.chmod(service.path("logs"), 0o555)
            service.start()
            some(service)
            all_in(service)
            assert sorted(os.listdir(service.path("logs"))) == names
            os.chmod(service.path("logs"), 0o755)
            if kind == "size":
                some(service, 600)
                assert sorted(os.listdir(service.path("logs"))) == names, "two old files, never three"
                assert b"old\n" not in read(service.path("logs/host.log.2"))


@test(covers=["fault 19", "py must 7"], quick=True)
def a_directory_that_may_not_even_be_entered():
    for kind in ROLLING:
        with rolling(kind, without_rights()) as service:
            service.start()
            os.chmod(service.path("logs"), 0o000)
            harness.cleanup(os.chmod, service.path("logs"), 0o755)
            some(service)
            os.chmod(service.path("logs"), 0o755)
            all_in(service)


@test(covers=["fault 19", "fault 12", "py must 7"], quick=True)
def the_old_file_is_renamed_and_no_new_one_can_be_made():
    """A file system without a free inode: lines go on into the renamed file, which is told; then into a new one."""
    for kind in ROLLING:
        with rolling(kind) as service:
            service.wrap = faults.in_mounts("cp -p {0}/host.log {0}/../was; mount -t tmpfs -o nr_inodes=3,size=1m none {0}; cp -p {0}/../was {0}/host.log; "
                                            "touch {0}/filler".format(service.path("logs")))
            service.start()
            inside = "/proc/%d/root%s/" % (service.pid, service.path("logs"))
            some(service)
            assert sorted(os.listdir(inside)) == ["filler", next_name(kind)], os.listdir(inside)
            found = oracle.read(whole_lines(read(inside + next_name(kind))))
            oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)
            wait_until(lambda: any("cannot open" in line for line in service.lines("told.log")), 10, "a word on it")
            os.remove(inside + "filler")
            some(service, 10)
            assert sorted(os.listdir(inside)) == ["host.log", next_name(kind)], os.listdir(inside)
            found += oracle.read(whole_lines(read(inside + "host.log")))
            oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)


@test(covers=["fault 19", "py must 7"], quick=True)
def a_rollover_over_links():
    for kind in ROLLING:
        with rolling(kind) as service:
            with open(service.path("victim"), "w") as f:
                f.write("not a log\n")
            os.symlink(service.path("victim"), service.path("logs/" + next_name(kind)))
            os.rename(service.path("logs/host.log"), service.path("real.log"))
            os.symlink(service.path("real.log"), service.path("logs/host.log"))
            service.start()
            some(service, 20)
            assert read(service.path("victim")) == b"not a log\n"
            assert os.path.islink(service.path("logs/" + next_name(kind))) and not os.path.islink(service.path("logs/host.log"))
            assert os.readlink(service.path("logs/" + next_name(kind))) == service.path("real.log"), "the link was renamed, as Python does"
            found = oracle.read(whole_lines(read(service.path("real.log")) + read(service.path("logs/host.log"))))
            oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)
            assert len(os.listdir(service.path("logs"))) == (3 if kind == "size" else 2) # the link moved on, or was replaced


@test(covers=["fault 19", "py must 7"], quick=True)
def the_log_of_that_very_time_is_not_replaced():
    """Python removes a file that has the name of the new old one; Weir only where that is no log of that time."""
    for changed, kept in ((OLD + 3600, True), (OLD - 3 * 86400, False)):
        with rolling("time") as service:
            name = service.path("logs/" + next_name("time"))
            with open(name, "w") as f:
                f.write("was there before\n")
            os.utime(name, (changed, changed))
            service.start()
            some(service, 20)
            assert (read(name) == b"was there before\n") == kept
            assert (b"what was there" in read(service.path("logs/host.log"))) == kept
            found = oracle.read(whole_lines(read(service.path("logs/host.log"))))
            oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)


harness.main()
