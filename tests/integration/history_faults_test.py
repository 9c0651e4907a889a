"""The history's own troubles: its database locked by another process, damaged, its WAL gone, read by somebody for
long. The wait is bounded and in its own writer; what is damaged is set aside as .corrupt-TIME, said, and a new one
begun; the other handlers and the host do not notice."""
import os
import sqlite3
import time

import faults
import harness
import oracle
from faults import config, file, handler
from harness import Service, scaled, test, wait_until

TEXT = config({"history": faults.history("{dir}/history.db"), "file": file("{dir}/host.log")})


def more(service, count=500):
    service.run("threads 1 %d" % (max(oracle.accepted(service.path("page")).values(), default=0) + count))
    service.run("wait")


def aside(service):
    return [n for n in os.listdir(service.dir) if n.startswith("history.db.corrupt-") and not n.endswith(("-wal", "-shm"))]


def check_all(service, may_miss=frozenset()):
    oracle.check_law(service.status())
    found = oracle.read_history(service.path("history.db"))
    oracle.check_order("history", found)
    oracle.check_complete(oracle.accepted(service.path("page")), found, 0, may_miss)


@test(covers=["fault 20", "promise 1"], quick=True)
def locked_by_another():
    """BEGIN EXCLUSIVE for a minute (scaled): kept, told once, written within a second of the end."""
    with Service(TEXT) as service:
        more(service)
        service.run("flush 10000")
        other = sqlite3.connect(service.path("history.db"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        more(service)
        wait_until(lambda: faults.target(service, "history.db")["trouble"], 20, "the lock to be noticed")
        time.sleep(max(1, scaled(60)))
        one = faults.settle(service, "file", 10)
        assert one["delivered"] == one["given"]
        assert sum("locked" in line for line in service.lines("host.log")) == 1, service.lines("host.log")[-3:]
        other.execute("ROLLBACK")
        other.close()
        begin = time.monotonic()
        wait_until(lambda: handler(service.status(), "history")["pending"] == 0, 10, "the history to go on")
        assert time.monotonic() - begin < 1 + 0.5 * harness.SLOW
        check_all(service)
        assert service.stop() == 0


@test(covers=["fault 20"], quick=True)
def locked_at_the_stop():
    """weir_stop is in time, and the next start writes what waited."""
    with Service(TEXT.replace("[weir]", "[weir]\nstop_timeout = 500ms")) as service:
        more(service)
        service.run("flush 10000")
        other = sqlite3.connect(service.path("history.db"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        more(service)
        took = int(service.run("stop").split()[1])
        assert took < 500 + 500 * harness.SLOW, "weir_stop took %d ms" % took
        other.execute("ROLLBACK")
        other.close()
        service.run("start service.ini")
        more(service, 1)
        assert service.run("flush 20000") == "ok"
        check_all(service)
        assert service.stop() == 0


def damaged(damage, while_running):
    with Service(TEXT) as service:
        more(service, 3000)
        service.run("flush 10000")
        if not while_running:
            service.run("stop")
        damage(service)
        if not while_running:
            service.run("start service.ini")
        counted = max(oracle.accepted(service.path("page")).values())
        more(service, 500)
        service.run("flush 30000")
        wait_until(lambda: aside(service), 20, "the damaged one to be set aside; %r" % os.listdir(service.dir))
        status = service.status()
        oracle.check_law(status)
        wait_until(lambda: any("corrupt" in line for line in service.lines("host.log")), 10, "the damage to be told")
        found = oracle.read_history(service.path("history.db"))
        oracle.check_order("the new history", found)
        assert set(range(counted, counted + 500)) <= {n for _, n in found}, (counted, len(found))
        assert service.weir("query", "-n", "5", check=0).stdout
        assert service.stop() == 0


def flip_bytes(service):
    with open(service.path("history.db"), "r+b") as f:
        size = os.path.getsize(service.path("history.db"))
        for at in range(4096, size, 512):
            f.seek(at)
            f.write(b"\xa5" * 64)


@test(covers=["fault 20", "promise 1"], quick=True)
def bytes_flipped_while_it_did_not_run():
    damaged(flip_bytes, False)


@test(covers=["fault 20", "promise 2"], quick=True)
def a_file_that_is_no_history():
    """It may be anybody's: it is refused at the start, not set aside, and nothing in it changes."""
    with Service(TEXT, start=False) as service:
        with open(service.path("history.db"), "wb") as f:
            f.write(b"this is no database at all" * 1000)
        service.start()
        wait_until(lambda: "history.db" in service.stderr(), 5, "the refusal")
        with open(service.path("history.db"), "rb") as f:
            assert f.read() == b"this is no database at all" * 1000
        assert service.stop() == 0


@test(covers=["fault 20", "promise 1"], quick=True)
def its_wal_gone():
    """What was only in the WAL is gone with it; the service goes on, in a database that is sound."""
    with Service(TEXT) as service:
        more(service, 1000)
        service.run("flush 10000")
        for end in ("-wal", "-shm"):
            if os.path.exists(service.path("history.db" + end)):
                os.unlink(service.path("history.db" + end))
        more(service, 1000)
        assert service.run("flush 30000") == "ok"
        oracle.check_law(service.status())
        assert service.stop() == 0
        database = sqlite3.connect(service.path("history.db"))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()


@test(covers=["fault 20", "promise 1"], quick=True)
def the_database_deleted():
    with Service(TEXT) as service:
        more(service, 500)
        service.run("flush 10000")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(service.path("history.db" + end)):
                os.unlink(service.path("history.db" + end))
        more(service, 500)
        assert service.run("flush 30000") == "ok"
        wait_until(lambda: os.path.exists(service.path("history.db")), 10, "the history to be made anew")
        found = oracle.read_history(service.path("history.db"))
        assert {n for _, n in found} >= set(range(500, 1000)), len(found)
        oracle.check_law(service.status())
        assert service.stop() == 0


@test(covers=["fault 20", "promise 1"])
def a_long_reader():
    """Somebody keeps a transaction open: the WAL stays bounded, nothing waits."""
    with Service(TEXT) as service:
        more(service, 500)
        service.run("flush 10000")
        reader = sqlite3.connect(service.path("history.db"), isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM records").fetchone()
        for _ in range(5):
            more(service, scaled(200000))
            assert service.run("flush 60000") == "ok"
        size = lambda: os.path.getsize(service.path("history.db-wal"))
        wal = size()
        assert wal < 256 << 20, wal
        reader.execute("ROLLBACK")
        reader.close()
        for _ in range(5):
            more(service, scaled(200000))
            assert service.run("flush 60000") == "ok"
        # It is used from its beginning again (a small one, of few records, only once it has 16 MiB).
        assert size() <= max(wal * 1.5, 20 << 20), "%d bytes after the reader has gone, %d before" % (size(), wal)
        check_all(service)
        assert service.stop() == 0


harness.main()
