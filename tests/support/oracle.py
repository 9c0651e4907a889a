"""oracle.py - is every record that was accepted where it should be: once, whole, in order?

The test host logs "tT nN" and keeps in its page how many calls of each thread returned."""
import re
import sqlite3
import struct

THREADS = 64
LINE = re.compile(r"t(\d+) n(\d+)$")
# A line of Weir's own, or another logger's, with or without a date: whole, and no piece of a producer's.
OTHER = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )?((?!t\d*( n?)?$)[A-Za-z/'\"<].{4,}|\d+ records dropped .*)$")


def accepted(path):
    """{thread: records whose call had returned} from the host's page."""
    with open(path, "rb") as f:
        counts = struct.unpack("<%dQ" % (2 * THREADS), f.read(16 * THREADS).ljust(16 * THREADS, b"\0"))
    return {i: n for i, n in enumerate(counts[:THREADS]) if n}


def longest_call_ns(path):
    with open(path, "rb") as f:
        return max(struct.unpack("<%dQ" % (2 * THREADS), f.read(16 * THREADS))[THREADS:])


def read(lines):
    """[(thread, n)] of the lines that the host's producers made; any other line is torn or foreign."""
    found = []
    for line in lines:
        match = LINE.search(line)
        assert match, "a torn or foreign line: %r" % line[:200]
        found.append((int(match[1]), int(match[2])))
    return found


def read_file(path, report=""):
    """The producers' records of a text file, whose last line must be whole."""
    with open(path, "rb") as f:
        data = f.read()
    assert data.endswith(b"\n") or not data, "the last line is torn: %r\n%s" % (data[-100:], report)
    return read(line for line in data.decode().split("\n")[:-1] if LINE.search(line) or not OTHER.match(line))


def read_history(path):
    """The producers' records of a history, in the order of their ids."""
    database = sqlite3.connect(path)
    rows = database.execute("SELECT message FROM records JOIN sites ON records.site = sites.id JOIN loggers"
                            " ON sites.logger = loggers.id WHERE loggers.name LIKE 'host.%' ORDER BY records.id").fetchall()
    database.close()
    return read(row[0] for row in rows)


def check_order(name, records):
    last = {}
    for thread, n in records:
        assert n > last.get(thread, -1), "%s: thread %d: n%d after n%d" % (name, thread, n, last[thread])
        last[thread] = n


def check_complete(counts, records, beyond=1, may_miss=frozenset()):
    """Each of counts once. `beyond`: a call that had not returned may be there too (the killed ones).
    may_miss: {(thread, n)} that may be there or not."""
    seen = {}
    for thread, n in records:
        seen.setdefault(thread, []).append(n)
    for thread, count in counts.items():
        got = sorted(seen.get(thread, []))
        doubled = sorted(set(n for n, after in zip(got, got[1:]) if n == after))
        assert not doubled, "thread %d: %d records doubled, first %r" % (thread, len(doubled), doubled[:5])
        lost = {n for n in set(range(count)) - set(got) if (thread, n) not in may_miss}
        assert not lost, "thread %d: %d of %d lost, first %r" % (thread, len(lost), count, sorted(lost)[:5])
        assert len(got) <= count + beyond, "thread %d: %d records, only %d calls" % (thread, len(got), count)


def skip_one(path):
    """Sets each thread's count one further; returns what was passed over."""
    passed = set()
    with open(path, "r+b") as f:
        counts = list(struct.unpack("<%dQ" % THREADS, f.read(8 * THREADS)))
        for thread, n in enumerate(counts):
            if n > 0:
                passed.add((thread, n))
                counts[thread] = n + 1
        f.seek(0)
        f.write(struct.pack("<%dQ" % THREADS, *counts))
    return passed


def check_report(report):
    """Of `weir recover` after a kill: nothing is damaged, and where Weir alone writes nothing is in doubt."""
    for name in ("dropped", "unreadable", "doubtful"):
        match = re.search(r"^%s +(\d+)$" % name, report, re.M)
        assert match is None or match[1] == "0", report


def check_law(status, settled=True):
    """Conservation (promise 1) by the counters of /api/status. settled: after a flush nothing is on its way."""
    law = status["law"]
    assert law["accepted"] == law["routed"] + sum(law["dropped"].values()) + law["in_rings"], law
    assert not settled or law["in_rings"] == 0, law
    for handler in status["handlers"]:
        dropped = sum(handler["dropped"].values())
        assert handler["given"] == handler["delivered"] + dropped + handler["pending"], handler
        assert not settled or handler["pending"] == 0, handler
