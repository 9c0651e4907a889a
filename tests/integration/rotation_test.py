"""Files that roll over, under load and kills: no line is lost, doubled or torn, and there are never more old files
than `backupCount`; what is written to a file that others rotate or remove."""
import os
import random
import shutil
import subprocess
import threading
import time

import faults
import harness
import oracle
import rolling
from harness import scaled, skip, test, wait_until

CALLS = ["write", "writev", "rename", "renameat", "unlinkat", "openat", "close", "newfstatat", "fstat", "futex"]


def check_whole_end(counts, found, may_miss=frozenset()):
    """Of each thread, what is left has no hole and reaches to its last accepted record."""
    for thread in {t for t, _ in found}:
        mine = [n for t, n in found if t == thread]
        holes = set(range(mine[0], counts[thread])) - set(mine) - {n for t, n in may_miss if t == thread}
        assert not holes, "thread %d: %d lost, first %r" % (thread, len(holes), sorted(holes)[:5])


def load(service, least):
    before = sum(oracle.accepted(service.path("page")).values()) if os.path.exists(service.path("page")) else 0
    service.run("threads 2 0 20")
    wait_until(lambda: sum(oracle.accepted(service.path("page")).values()) >= before + least, 60, "records")


def again_and_again(service, kills, records, backups):
    skipped = set()
    for i in range(kills):
        service.start()
        load(service, random.randrange(1, 2 * records))
        service.kill()
        skipped |= oracle.skip_one(service.path("page"))
        assert len(rolling.files(service)) <= backups + 1, rolling.files(service)
        if i % 2:
            rolling.recover(service)
            assert len(rolling.files(service)) <= backups + 1, rolling.files(service)
    rolling.recover(service)
    return {t: n for t, n in oracle.accepted(service.path("page")).items()}, skipped


@test(covers=["fault 1", "fault 19"], quick=True)
def by_size_killed_again_and_again():
    """About 10,000 rotations and 200 kills at scale 1."""
    kills = max(4, scaled(200))
    service = rolling.service("RotatingFileHandler", "'a', 1000, 5")
    counts, skipped = again_and_again(service, kills, 4500, 5)
    found = rolling.read_all(service, 5)
    assert len(rolling.files(service)) == 6 and len(found) > 100
    check_whole_end(counts, found, skipped)
    assert not service.leftovers()


@test(covers=["fault 1", "fault 19"], quick=True)
def by_size_killed_and_every_line_kept():
    kills = max(4, scaled(100))
    service = rolling.service("RotatingFileHandler", "'a', 10000, 1000")
    counts, skipped = again_and_again(service, kills, 6000, 1000)
    found = rolling.read_all(service, 1000)
    oracle.check_complete(counts, found, beyond=0, may_miss=skipped)
    assert len(rolling.files(service)) > 5


@test(covers=["fault 1", "fault 19"], quick=True)
def by_time_killed_again_and_again():
    kills = max(4, scaled(100))
    service = rolling.service("TimedRotatingFileHandler", "'S', 1, 1000")
    counts, skipped = again_and_again(service, kills, 6000, 1000)
    found = rolling.read_all(service, 1000)
    oracle.check_complete(counts, found, beyond=0, may_miss=skipped)
    limited = rolling.service("TimedRotatingFileHandler", "'S', 1, 2")
    counts, skipped = again_and_again(limited, kills, 6000, 2)
    check_whole_end(counts, rolling.read_all(limited, 2), skipped)


@test(covers=["fault 2", "fault 19"], quick=True)
def by_size_killed_at_each_system_call():
    faults.need_strace()
    rounds, killed = max(8, scaled(300)), 0
    for i in range(rounds):
        backups = 3 if i % 2 else 1000
        service = rolling.service("RotatingFileHandler", "'a', 200, %d" % backups)
        call = random.choice(CALLS + ["renameat", "renameat", "openat", "writev"])
        when = random.randrange(1, 100 if call == "renameat" else 30)
        killed += rolling.play_until_killed(service, call, when, "threads 2 400 20")
        try:
            rolling.recover(service)
            counts = oracle.accepted(service.path("page")) if os.path.exists(service.path("page")) else {}
            found = rolling.read_all(service, backups) if counts else []
            check_whole_end(counts, found)
            if backups == 1000:
                oracle.check_complete(counts, found)
            elif sum(counts.values()) > 200:
                assert len(rolling.files(service)) == backups + 1, rolling.files(service)
            assert not service.leftovers(), service.leftovers()
        except BaseException as why:
            raise AssertionError("killed at %s number %d" % (call, when)) from why
        harness.clean()
    assert killed * 4 >= rounds, "only %d of %d were killed" % (killed, rounds)


@test(covers=["fault 18"], quick=True)
def logrotate_create_against_a_watched_file():
    if not shutil.which("logrotate"):
        skip("no logrotate")
    with rolling.service("WatchedFileHandler", "'a'") as service:
        with open(service.path("rotate.conf"), "w") as f:
            f.write('"%s/host.log" {\n%s rotate 1000\n create 0644\n nocompress\n missingok\n}\n' % (service.path("logs"), rolling.LOGROTATE_SU))
        os.chmod(service.path("logs"), 0o755)
        service.start()
        service.run("threads 2 0 100")
        for i in range(max(5, scaled(300))):
            wait_until(lambda: os.path.exists(service.path("logs/host.log")) and os.path.getsize(service.path("logs/host.log")) > 0, 20, "lines")
            done = subprocess.run(["logrotate", "-f", "-s", service.path("state"), service.path("rotate.conf")], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        service.run("halt")
        service.run("flush 60000")
        found = rolling.read_all(service, 1000)
        assert len(rolling.files(service)) > 5
        oracle.check_complete(oracle.accepted(service.path("page")), found)
        oracle.check_law(service.status())


@test(covers=["fault 17"], quick=True)
def a_directory_that_is_removed_and_made_anew():
    with rolling.service("WatchedFileHandler", "'a'") as service:
        service.start()
        service.run("threads 1 0 100")
        for i in range(max(3, scaled(50))):
            wait_until(lambda: os.path.exists(service.path("logs/host.log")) and os.path.getsize(service.path("logs/host.log")) > 0, 20, "lines")
            os.rename(service.path("logs"), service.path("gone%d" % i))
        wait_until(lambda: os.path.exists(service.path("logs/host.log")), 20, "the last one")
        service.run("halt")
        service.run("flush 60000")
        found = []
        for i in range(max(3, scaled(50))):
            found += oracle.read_file(service.path("gone%d/host.log" % i))
        found += oracle.read_file(service.path("logs/host.log"))
        oracle.check_complete(oracle.accepted(service.path("page")), found)


@test(covers=["fault 19"], quick=True)
def what_cannot_be_rolled_over_is_written_to_and_told():
    with rolling.service("RotatingFileHandler", "'a', 300, 2") as service:
        os.makedirs(service.path("logs/host.log.1/full"))
        os.makedirs(service.path("logs/host.log.2/full"))
        service.start()
        service.run("threads 1 200")
        service.run("wait")
        service.run("flush 60000")
        found = oracle.read_file(service.path("logs/host.log"))
        oracle.check_complete(oracle.accepted(service.path("page")), found)
        [handler] = service.status()["handlers"]
        assert handler["delivered"] >= 200 and not sum(handler["dropped"].values()), handler
        shutil.rmtree(service.path("logs/host.log.1"))
        shutil.rmtree(service.path("logs/host.log.2"))
        service.run("threads 1 400")
        service.run("wait")
        service.run("flush 60000")
        assert len(rolling.files(service)) == 3


@test(covers=["fault 17"], quick=True)
def moved_away_while_it_rolls():
    """Somebody removes old files all the time: what is written now is not touched by it."""
    with rolling.service("RotatingFileHandler", "'a', 500, 3") as service:
        service.start()
        stop = threading.Event()

        def remove():
            while not stop.is_set():
                for path in rolling.files(service)[:-1]:
                    try:
                        os.remove(path)
                    except FileNotFoundError:
                        pass
                time.sleep(0.001)
        thread = threading.Thread(target=remove)
        thread.start()
        service.run("threads 2 %d" % max(2000, scaled(50000)))
        service.run("wait")
        service.run("flush 60000")
        stop.set()
        thread.join()
        status = service.status()
        oracle.check_law(status)
        assert not sum(status["handlers"][0]["dropped"].values()), status["handlers"]


harness.main()
