"""MemoryHandler and QueueHandler in a real service: conservation under load and reconfiguration, what a kill takes and
what recovery says of it, full queues, hung targets, stop."""
import os
import re
import time

import harness
import oracle
from harness import Service, scaled, test, weir, wait_until

# Whoever waits for a target waits as long as a busy machine may take: here nothing may be dropped.
PATIENT = "overflow=block\nstall_timeout=60s"
FILE = {"class": "FileHandler", "formatter": "f"}


def config(handlers, attached, weir_section="", level="DEBUG"):
    text = "[weir]\nlog_root={dir}\n%s\n[loggers]\nkeys=root\n[logger_root]\nlevel=%s\nhandlers=%s\n[handlers]\nkeys=%s\n" % (weir_section, level, attached, ",".join(handlers))
    for name, keys in handlers.items():
        text += "[handler_%s]\n" % name + "".join("%s=%s\n" % pair for pair in keys.items())
    return text + "[formatters]\nkeys=f\n[formatter_f]\nformat=%(message)s\n"


def memory(capacity, target="o", **more):
    return {"class": "handlers.MemoryHandler", "args": "(%d, 60)" % capacity, "target": target, **more}


def queued(handlers="o", kwargs="{}", **more):
    return {"class": "handlers.QueueHandler", "handlers": handlers, "kwargs": kwargs, **more}


def file(name, **more):
    return {**FILE, "args": "('%s',)" % name, **more}


def counts(s, name):
    return next(h for h in s.status()["handlers"] if h["name"] == name and h["current"])


def records_of(s, name):
    return oracle.read(line for line in s.lines(name) if oracle.LINE.search(line))


@test(covers=["promise 1"], quick=True)
def conservation_holds_for_both_and_for_what_is_behind_them():
    handlers = {"m": memory(1000), "q": queued("p"), "o": file("o.log"), "p": file("p.log"), "d": file("d.log")}
    with Service(config(handlers, "m,q,d", PATIENT)) as s:
        s.run("threads 2 0 2")
        wait_until(lambda: counts(s, "d")["delivered"] > scaled(200000), 60, "some load")
        for _ in range(20):
            oracle.check_law(s.status(), settled=False)
        s.run("halt")
        assert s.run("flush 60000").startswith("ok"), "all of it, also what is kept"
        status = s.status()
        oracle.check_law(status)
        given = {h["name"]: h["given"] for h in status["handlers"] if h["current"]}
        assert given["m"] == given["o"] == given["q"] == given["p"] == given["d"], given
        for name in ("o.log", "p.log", "d.log"):
            records = records_of(s, name)
            oracle.check_complete(oracle.accepted(s.path("page")), records, beyond=0)
            oracle.check_order(name, records)
        assert s.stop() == 0


def push_in_turns(s, *configs):
    """While it logs; then all that was logged comes to its end."""
    for i in range(scaled(200)):
        s.write_config(configs[i % len(configs)])
        s.weir("push", s.config_path, check=0)
    s.run("halt")
    assert s.run("flush 60000").startswith("ok")
    oracle.check_law(s.status())


@test(quick=True)
def under_reconfiguration_nothing_is_lost_doubled_or_out_of_order():
    first = config({"m": memory(50), "q": queued("p"), "o": file("o.log"), "p": file("p.log")}, "m,q", PATIENT)
    second = config({"m": memory(70), "q": queued("p,x"), "o": file("o.log"), "p": file("p.log"), "x": file("x.log")}, "q,m", PATIENT)
    third = config({"o": file("o.log"), "p": file("p.log"), "q": queued("p")}, "o,q", PATIENT)
    with Service(first) as s:
        s.run("threads 2 0 20")
        push_in_turns(s, second, third, first)
        for name in ("o.log", "p.log"):
            records = records_of(s, name)
            oracle.check_complete(oracle.accepted(s.path("page")), records, beyond=0)
            oracle.check_order(name, records)
        assert s.stop() == 0


@test(quick=True)
def a_buffer_is_kept_over_a_push_that_leaves_it_alone():
    handlers = {"m": memory(100), "o": file("o.log")}
    with Service(config(handlers, "m")) as s:
        s.run("threads 1 5")
        wait_until(lambda: counts(s, "m")["given"] >= 5, 10, "five records")
        s.run("halt")
        given = counts(s, "m")["given"]
        s.write_config(config({**handlers, "x": file("x.log")}, "m,x"))
        s.weir("push", s.config_path, check=0)
        n = counts(s, "m")
        assert n["pending"] >= given and n["delivered"] == 0 and s.lines("o.log") == [], n
        s.write_config(config({"m": memory(99), "o": file("o.log")}, "m"))
        s.weir("push", s.config_path, check=0)
        wait_until(lambda: len([l for l in s.lines("o.log") if oracle.LINE.search(l)]) == given, 10, "the flush of the handler that goes")
        assert s.stop() == 0


@test(covers=["promise 1"], quick=True)
def a_kill_takes_what_is_kept_and_recovery_says_how_much():
    s = Service(config({"m": memory(1000000), "o": file("o.log"), "d": file("d.log")}, "m,d"))
    s.run("threads 1 50")
    wait_until(lambda: len(s.lines("d.log")) >= 50, 10, "the other handler")
    wait_until(lambda: s.status()["law"]["in_rings"] == 0, 10, "the backend")
    kept = counts(s, "m")["pending"]
    assert kept >= 50
    s.kill()
    done = weir("recover", "-c", s.config_path, env=s.env, check=0, cwd=s.dir)
    assert re.search(r"handler m kept %d records for other handlers, which are lost" % kept, done.stdout), done.stdout
    assert re.search(r"buffered +%d" % kept, done.stdout), done.stdout
    assert [l for l in s.lines("o.log") if oracle.LINE.search(l)] == [] and not s.leftovers(), done.stdout
    again = weir("recover", "-c", s.config_path, env=s.env, cwd=s.dir)
    assert "kept" not in again.stdout


@test(covers=["promise 1"], quick=True)
def killed_at_any_moment_what_is_missing_behind_a_queue_is_what_recovery_names():
    """accepted = in the file + what was in the queue, by the words of `weir recover`; nothing twice."""
    for _ in range(scaled(50)):
        s = Service(config({"q": queued("o"), "o": file("o.log")}, "q", "overflow=block"))
        s.run("threads 2")
        wait_until(lambda: len(s.lines("o.log")) > 1000, 10, "some records")
        s.kill()
        done = weir("recover", "-c", s.config_path, env=s.env, check=0, cwd=s.dir)
        lost = sum(int(n) for n in re.findall(r"kept (\d+) records", done.stdout))
        records = records_of(s, "o.log")
        assert len(set(records)) == len(records), "doubled"
        accepted = sum(oracle.accepted(s.path("page")).values())
        missing = accepted - len(records)
        # The last record of each thread may be there without its call having returned; and the listener had handed on
        # a batch of 16 at most that it had not consumed.
        assert lost - 18 <= missing <= lost, (missing, lost, done.stdout)
        harness.clean()


@test(covers=["fault 24"], quick=True)
def a_queue_of_a_capacity_drops_by_the_policy_and_counts():
    for policy, reason in (("drop", "overflow"), ("adaptive", "stalled")):
        handlers = {"q": queued("o", "{'capacity': 10}", overflow=policy), "o": {**FILE, "args": "('fifo',)"}, "d": file("d.log")}
        place = harness.tmp()
        os.mkfifo(os.path.join(place, "fifo"))
        with Service(config(handlers, "q,d", "queue=16KiB\nstall_timeout=100ms"), dir=place) as s:
            s.run("threads 1 0 2")
            wait_until(lambda: counts(s, "q")["dropped"][reason] > 0 or counts(s, "o")["dropped"]["stalled"] > 0, 30, policy)
            s.run("halt")
            n = counts(s, "q")
            assert n["pending"] <= 10, n
            oracle.check_law(s.status(), settled=False)
            s.kill()


@test(quick=True)
def a_target_that_hangs_behind_a_queue_holds_the_queue_only():
    place = harness.tmp()
    os.mkfifo(os.path.join(place, "fifo"))
    handlers = {"q": queued("h,o"), "h": {**FILE, "args": "('fifo',)"}, "o": file("o.log"), "d": file("d.log")}
    with Service(config(handlers, "q,d", "queue=16KiB\nstall_timeout=100ms"), dir=place) as s:
        s.run("threads 2 %d" % scaled(200000))
        wait_until(lambda: counts(s, "h")["dropped"]["stalled"] > 0, 30, "the stall")
        s.run("halt")
        wait_until(lambda: counts(s, "q")["pending"] == 0, 30, "the listener goes on")
        wait_until(lambda: counts(s, "o")["pending"] == 0 and counts(s, "d")["pending"] == 0, 30, "the others")
        assert counts(s, "d")["dropped"]["stalled"] == 0
        oracle.check_law(s.status(), settled=False)
        began = time.monotonic()
        s.stop()
        assert time.monotonic() - began < 8 * harness.SLOW, "stop_timeout"


@test(quick=True)
def the_listener_has_a_thread_of_its_own():
    with Service(config({"q": queued("o", "{'queue': 'myq'}"), "o": file("o.log")}, "q")) as s:
        s.run("threads 1 3")
        names = s.threads()
        assert "weir-w-myq" in names and "weir-w-o.log" in names, names


@test(covers=["fault 6"], quick=True)
def a_forked_child_has_a_buffer_and_a_queue_of_its_own():
    harness.need_children()
    with Service(config({"m": memory(1000), "q": queued("p"), "o": file("o.log"), "p": file("p.log")}, "m,q", PATIENT)) as s:
        s.run("threads 2 0 200")
        for _ in range(5):
            assert s.run("forks 20 10") == "ok 0"
        s.run("halt")
        assert s.run("flush 60000").startswith("ok")
        oracle.check_law(s.status())
        assert s.stop() == 0
        for name in ("o.log", "p.log"):
            records = records_of(s, name)
            oracle.check_complete(oracle.accepted(s.path("page")), [r for r in records if r[0] != 63], beyond=0)
            assert sorted(n for t, n in records if t == 63) == [0] * 5 + [1] * 5, name


# ---- a queue that is read into a buffer, or into another queue ----

def chained():
    """q -> r -> n -> o, and q -> m -> p; the file d has all directly."""
    return {"q": queued("r,m"), "r": queued("n"), "n": memory(50), "m": memory(1000, "p"), "o": file("o.log"), "p": file("p.log"), "d": file("d.log")}


@test(covers=["promise 1", "queues: into buffers and queues"], quick=True)
def conservation_holds_for_a_chain():
    with Service(config(chained(), "q,d", PATIENT + "\nqueue=64KiB")) as s:
        s.run("threads 2 0 2")
        wait_until(lambda: counts(s, "d")["delivered"] > scaled(100000), 60, "some load")
        for _ in range(5):
            oracle.check_law(s.status(), settled=False)
            s.run("flush 60000")
        s.run("halt")
        assert s.run("flush 60000").startswith("ok"), "all of it, also what is kept"
        status = s.status()
        oracle.check_law(status)
        given = {h["name"]: h["given"] for h in status["handlers"] if h["current"]}
        assert len(set(given.values())) == 1, given
        for name in ("o.log", "p.log", "d.log"):
            records = records_of(s, name)
            oracle.check_complete(oracle.accepted(s.path("page")), records, beyond=0)
            oracle.check_order(name, records)
        assert s.stop() == 0


@test(covers=["queues: into buffers and queues"], quick=True)
def a_stop_brings_all_of_a_chain_home():
    for _ in range(5):
        with Service(config(chained(), "q,d", PATIENT)) as s:
            s.run("threads 2 0 2")
            wait_until(lambda: counts(s, "d")["delivered"] > 1000, 60, "some load")
            s.run("halt")
            assert s.stop() == 0
            for name in ("o.log", "p.log", "d.log"):
                records = records_of(s, name)
                oracle.check_complete(oracle.accepted(s.path("page")), records, beyond=0)
                oracle.check_order(name, records)


@test(covers=["queues: into buffers and queues"], quick=True)
def a_chain_under_reconfiguration_loses_and_doubles_nothing():
    first = config(chained(), "q,d", PATIENT)
    other = {**chained(), "n": memory(70), "q": queued("m,r"), "x": file("x.log")}
    second = config(other, "d,q,x", PATIENT)
    third = config({"q": queued("p"), "r": queued("q,o"), "o": file("o.log"), "p": file("p.log"), "d": file("d.log")}, "r,d", PATIENT)
    with Service(first) as s:
        s.run("threads 2 0 20")
        push_in_turns(s, second, third, first)
        for name in ("o.log", "p.log", "d.log"):
            oracle.check_complete(oracle.accepted(s.path("page")), records_of(s, name), beyond=0)
        assert s.stop() == 0


@test(covers=["queues: into buffers and queues"], quick=True)
def a_buffer_behind_a_queue_is_kept_over_a_push_that_leaves_it_alone():
    handlers = {"q": queued("m"), "m": memory(100), "o": file("o.log")}
    with Service(config(handlers, "q")) as s:
        s.run("threads 1 5")
        s.run("wait")
        wait_until(lambda: counts(s, "m")["given"] >= 5, 10, "five records")
        for n in range(3):
            s.write_config(config({**handlers, "x": file("x%d.log" % n)}, "q,x"))
            s.weir("push", s.config_path, check=0)
            s.run("say more 30 t0 n%d" % (5 + n))
        wait_until(lambda: counts(s, "m")["given"] >= 8, 10, "three more")
        # Longer than an older listener goes on after its last record.
        wait_until(lambda: counts(s, "q")["pending"] == 0, 10, "the queue")
        n = counts(s, "m")
        assert n["pending"] >= 8 and n["delivered"] == 0 and s.lines("o.log") == [], n
        s.write_config(config({**handlers, "m": memory(99)}, "q"))
        s.weir("push", s.config_path, check=0)
        # On a busy machine a buffer may be handed over in between; then what it held comes later (docs/decisions/0016).
        wait_until(lambda: sorted(records_of(s, "o.log")) == [(0, n) for n in range(8)], 10, "the flush of the handler that goes")
        assert s.stop() == 0


@test(covers=["promise 1", "queues: into buffers and queues"], quick=True)
def a_kill_takes_what_is_kept_behind_a_queue_and_recovery_says_how_much():
    s = Service(config({"q": queued("m"), "m": memory(1000000), "o": file("o.log")}, "q"))
    s.run("threads 1 50")
    s.run("wait")
    wait_until(lambda: counts(s, "m")["pending"] >= 50 and counts(s, "q")["pending"] == 0, 10, "the buffer")
    kept = counts(s, "m")["pending"]
    s.kill()
    done = weir("recover", "-c", s.config_path, env=s.env, check=0, cwd=s.dir)
    assert re.search(r"handler m kept %d records for other handlers, which are lost" % kept, done.stdout), done.stdout
    assert not s.leftovers()


@test(covers=["queues: into buffers and queues"], quick=True)
def a_buffer_behind_a_queue_and_on_a_logger_is_two_buffers_of_one_target():
    with Service(config({"q": queued("m"), "m": memory(10), "o": file("o.log")}, "q,m", PATIENT)) as s:
        s.run("threads 1 25")
        s.run("wait")
        assert s.run("flush 60000").startswith("ok")
        records = records_of(s, "o.log")
        assert sorted(records) == sorted([(0, n) for n in range(25)] * 2), records
        oracle.check_law(s.status())
        assert s.stop() == 0


harness.main()
