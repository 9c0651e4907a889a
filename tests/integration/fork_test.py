"""A host that forks: the child's records arrive by rings and a backend of its own, the parent loses nothing, and a
program that is started from the host inherits nothing of Weir's."""
import random
import re
import sqlite3

import faults
import harness
import oracle
from harness import BUILD, OWN, Service, push, scaled, skip, test, wait_until, weir

# A child writes all it has before it ends, however busy the machine is.
CONFIG = faults.file_and_history("service = host\nstop_timeout = 60s\nstall_timeout = 60s", "config_port = 127.0.0.1:0\nhttp = 127.0.0.1:0")


def need_threads_in_children():
    if "tsan" in BUILD:
        skip("ThreadSanitizer's runtime lets no forked child have threads")


@test(covers=["fault 6", "promise 1"])
def children_log_and_the_parent_loses_nothing():
    harness.need_children()
    with Service(CONFIG, name=OWN) as service:
        service.run("threads 8 0 200")
        rounds, every = max(1, scaled(40)), 10
        count = max(every, scaled(20000) // rounds // every * every)
        for _ in range(rounds):
            assert service.run("forks %d %d" % (count, every)) == "ok 0"
        service.run("halt")
        service.run("flush 60000")
        oracle.check_law(service.status())
        assert service.stop() == 0
        if service.leftovers(): # what a child logged to the history while its parent stood in SQLite
            weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir, check=0)
        counts = oracle.accepted(service.path("page"))
        for name, found in (("host.log", oracle.read_file(service.path("host.log"))),
                            ("history.db", oracle.read_history(service.path("history.db")))):
            ours = [record for record in found if record[0] != 63]
            oracle.check_order(name, ours)
            oracle.check_complete(counts, ours, beyond=0)
            # Each round's children begin to count at 0 again.
            children = sorted(n for thread, n in found if thread == 63)
            assert children == sorted(n for n in range(count // every) for _ in range(rounds)), name
        database = sqlite3.connect(service.path("history.db"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        assert not service.leftovers()


def described(line):
    match = re.match(r"threads (\d+), mappings (\d+)", line)
    assert match, line
    return int(match[1]), int(match[2])


@test(covers=["fault 6"], quick=True)
def a_child_begins_with_its_first_record():
    need_threads_in_children()
    with Service(CONFIG, name=OWN) as service:
        service.run("threads 2 1000")
        service.run("wait")
        service.send("child")
        before, after, stopped, end = [service.read_line() for _ in range(4)]
        assert end == "ok 0", end
        assert described(before) == (1, 0), before # not a thread, not a mapping of the parent's
        threads, mappings = described(after)
        assert threads > 1 and mappings > 0, after
        assert described(stopped) == (1, 0), stopped
        assert service.run("log host.parent 20 10") == "ok"
        assert service.stop() == 0
        lines = service.lines("host.log")
        assert sum("the child's first record" in line for line in lines) == 1
        assert sum(" message " in line for line in lines) == 10


@test(covers=["fault 6"])
def a_child_is_killed():
    """What it logged is recovered; what the parent logged is the parent's."""
    need_threads_in_children()
    for _ in range(max(2, scaled(50))):
        with Service(CONFIG, name=OWN) as service:
            service.run("threads 2")
            wait_until(lambda: sum(oracle.accepted(service.path("page")).values()) > random.randrange(1, 3000))
            service.run("orphan 500")
            service.run("halt")
            assert service.stop() == 0
            assert len(service.leftovers()) <= 1
            harness.weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
            counts = oracle.accepted(service.path("page"))
            for name, found in (("host.log", oracle.read_file(service.path("host.log"))),
                                ("history.db", oracle.read_history(service.path("history.db")))):
                ours = [record for record in found if record[0] != 63]
                oracle.check_complete(counts, ours, beyond=0)
                assert [n for thread, n in found if thread == 63] == list(range(500)), name
            assert not service.leftovers()
        harness.clean()


def config_port(service):
    def find():
        for listener in service.status()["listeners"]:
            if "config" in listener["name"] and listener["state"].startswith("listening"):
                return int(listener["address"].rsplit(":", 1)[1])
    return wait_until(find, 10, "the config port")


@test(covers=["fault 7"], quick=True)
def a_started_program_inherits_nothing():
    with Service(CONFIG, name=OWN) as service:
        port = config_port(service)
        other = service.write_config(CONFIG).replace("'{dir}", "'" + service.dir)
        service.run("threads 4 0 500")
        for i in range(max(10, scaled(400))):
            # Files, databases, sockets and queues are opened all the time.
            if i % 2:
                assert push(port, other.replace("host.log", "host%d.log" % (i % 5))).startswith("ok")
            else:
                service.status()
            service.send("spawn " + ("fork", "posix")[i // 2 % 2])
            listed = list(iter(service.read_line, "ok"))
            assert len(listed) >= 5, listed
            for line in listed[1:]:
                number, path = re.search(r" (\d+) -> (.*)", line).groups()
                assert int(number) <= 2 or re.fullmatch(r"/proc/\d+/fd", path), line
        service.run("halt")
        assert service.stop() == 0


harness.main()
