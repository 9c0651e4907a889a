"""Ten thousand rotations (at scale 1), by size and by time, under load and with kills at random moments: no line is
lost, doubled or torn, and at no moment are there more old files than `backupCount`."""
import os
import random
import threading
import time

import faults
import harness
import oracle
import rolling
from harness import scaled, test, wait_until

PATIENT = "stop_timeout = 600s"
LINE_BYTES = len("t0 n1000\n")


class Watch(threading.Thread):
    """Looks at the directory all the time: never more than `most` old files."""

    def __init__(self, service, most):
        super().__init__(daemon=True)
        self.folder, self.most, self.wrong, self.looks = service.path("logs"), most, None, 0
        self.over = threading.Event()
        harness.cleanup(self.over.set)
        self.start()

    def run(self):
        while not self.over.is_set():
            before, now = None, self.names()
            # A directory that changes while it is read can show a file by both names: twice the same is true.
            while len(now) > self.most and before != now:
                before, now = now, self.names()
            if len(now) > self.most:
                self.wrong = now
            self.looks += 1
            self.over.wait(0.0005) # what it looks at needs the processor too

    def names(self):
        return sorted(rolling.old_names(self.folder))

    def check(self):
        assert self.wrong is None, "%d old files: %r" % (len(self.wrong), self.wrong[:5])


def cycle(service, watch, seen, skipped, limit, pause_us, enough):
    """A start, load (at most until each thread has made `limit` records) until enough() says so, a kill, and at times a recovery by the command; then all files are read.
    seen: what was found so far; what is left of it now must lie next to it."""
    service.start()
    service.run("threads 2 %d %d" % (limit, pause_us))
    wait_until(enough(), 60, "records")
    service.kill()
    skipped |= oracle.skip_one(service.path("page"))
    rolling.recover(service)
    found = rolling.read_all(service)
    for thread in (0, 1):
        mine = [n for t, n in found if t == thread]
        last = max((n for t, n in seen if t == thread), default=-1)
        if mine and last >= 0:
            assert mine[0] <= last + 1 or all((thread, n) in skipped for n in range(last + 1, mine[0])), \
                "thread %d: nothing between n%d and n%d" % (thread, last, mine[0])
    seen.update(found)
    watch.check()


def finish(service, seen, skipped):
    oracle.check_complete(oracle.accepted(service.path("page")), sorted(seen), beyond=0, may_miss=skipped)
    assert not service.leftovers()


def made(service):
    return sum(oracle.accepted(service.path("page")).values()) if os.path.exists(service.path("page")) else 0


@test(covers=["py must 3", "fault 1", "fault 19", "py must 7"])
def by_size():
    backups, most_bytes = 120, 200
    service = rolling.service("RotatingFileHandler", "'a', %d, %d" % (most_bytes, backups), PATIENT)
    watch, seen, skipped = Watch(service, backups), set(), set()
    rotations = kills = 0
    while rotations < scaled(10000) or kills < 10:
        # At most so many that the old files still have what the last process wrote last.
        first, more = made(service), random.randrange(1, 2000)

        def enough():
            return lambda: made(service) >= first + more
        cycle(service, watch, seen, skipped, first // 2 + 1010, 20, enough)
        rotations, kills = len(seen) * LINE_BYTES // most_bytes, kills + 1
    finish(service, seen, skipped)
    assert len(watch.names()) == backups or rotations < backups
    print("        %d rotations, %d kills, %d looks at the directory" % (rotations, kills, watch.looks))


RATE = 100


def hurried(backups):
    """A service whose clock runs a hundred times as fast."""
    env = {**faults.preload("wall_clock"), "WALL_CLOCK_RATE": str(RATE), "WALL_CLOCK_FROM": str(int(time.time()) - 1)}
    return rolling.service("TimedRotatingFileHandler", "'S', 1, %d" % backups, PATIENT, env=env)


@test(covers=["py must 3", "fault 1", "fault 19", "py must 7"])
def by_time():
    """Every second, of a clock that runs a hundred times as fast."""
    backups = 200
    service = hurried(backups)
    watch, seen, skipped = Watch(service, backups), set(), set()
    ever, kills = set(), 0
    while len(ever) < scaled(10000) or kills < 10:
        def enough():
            until = time.monotonic() + random.random() * 1.2
            return lambda: time.monotonic() > until and os.path.exists(service.path("page"))
        cycle(service, watch, seen, skipped, 0, 300, enough)
        ever |= set(watch.names())
        kills += 1
    finish(service, seen, skipped)
    assert len(watch.names()) == backups or len(ever) < backups
    print("        %d rotations, %d kills, %d looks at the directory" % (len(ever), kills, watch.looks))


CALLS = ["renameat", "renameat", "renameat", "unlinkat", "unlinkat", "openat", "writev", "close", "newfstatat", "getdents64", "fstat", "futex"]


@test(covers=["fault 2", "fault 19", "py must 7"])
def by_time_killed_at_each_system_call():
    faults.need_strace()
    rounds, killed = max(12, scaled(200)), 0
    for i in range(rounds):
        backups = 3 if i % 2 else 500
        service = hurried(backups)
        with open(service.path("logs/host.log"), "w") as f:
            f.write("what an older process wrote\n")
        os.utime(service.path("logs/host.log"), (1600000000, 1600000000))
        for day in range(4, 7):
            with open(service.path("logs/host.log.2020-09-0%d_10-00-00" % day), "w") as f:
                f.write("an old file\n")
        watch = Watch(service, backups)
        call, when = random.choice(CALLS), random.randrange(1, 25)
        killed += rolling.play_until_killed(service, call, when, "threads 2 400 200")
        try:
            rolling.recover(service)
            watch.check()
            counts = oracle.accepted(service.path("page")) if os.path.exists(service.path("page")) else {}
            found = rolling.read_all(service)
            if backups == 500:
                oracle.check_complete(counts, found)
                assert "what an older process wrote" in everything(service)
            for thread in {t for t, _ in found}:
                mine = [n for t, n in found if t == thread]
                assert set(range(mine[0], counts[thread])) <= set(mine), "thread %d has a hole" % thread
            assert not service.leftovers(), service.leftovers()
        except BaseException as why:
            raise AssertionError("killed at %s number %d" % (call, when)) from why
        harness.clean()
    assert killed * 4 >= rounds, "only %d of %d were killed" % (killed, rounds)


def everything(service):
    return "".join(open(path, errors="replace").read() for path in rolling.files(service))


harness.main()
