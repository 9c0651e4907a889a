"""oracle.py - is every record that was accepted where it should be: once, whole, in order?

The test host logs "tT nN" and keeps in its page how many calls of each thread returned."""
import re
import struct

THREADS = 64
LINE = re.compile(r"t(\d+) n(\d+)$")


def accepted(path):
    """{thread: records whose call had returned} from the host's page."""
    with open(path, "rb") as f:
        counts = struct.unpack("<%dQ" % (2 * THREADS), f.read(16 * THREADS))
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


def check_order(name, records):
    last = {}
    for thread, n in records:
        assert n > last.get(thread, -1), "%s: thread %d: n%d after n%d" % (name, thread, n, last[thread])
        last[thread] = n


def check_complete(counts, records, beyond=1):
    """Each of counts once. `beyond`: a call that had not returned may be there too (the killed ones)."""
    seen = {}
    for thread, n in records:
        seen.setdefault(thread, []).append(n)
    for thread, count in counts.items():
        got = sorted(seen.get(thread, []))
        doubled = len(got) - len(set(got))
        assert doubled == 0, "thread %d: %d records doubled" % (thread, doubled)
        lost = set(range(count)) - set(got)
        assert not lost, "thread %d: %d of %d lost, first %r" % (thread, len(lost), count, sorted(lost)[:5])
        assert len(got) <= count + beyond, "thread %d: %d records, only %d calls" % (thread, len(got), count)
