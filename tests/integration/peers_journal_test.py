"""systemd-journald takes what NTEventLogHandler sends, and journalctl shows its fields; also what is too long for a
datagram, what has line breaks, and what would pass for a field of the journal's own."""
import json
import os
import subprocess

import faults
import harness
import oracle
import peers
from harness import BUILD, Service, scaled, test

OWN = {"PRIORITY": "3", "SYSLOG_IDENTIFIER": "kvd", "LOGGER": "a.b", "CODE_FILE": "/a/b/mod.py", "CODE_LINE": "17", "CODE_FUNC": "go",
       "TID": "4712", "THREAD_NAME": "T-1", "EVENT_ID": "1", "EVENT_CATEGORY": "0", "EVENT_TYPE": "1", "EVENT_LOG": "Application"}
HOSTILE = ["two\nlines", "PRIORITY=0\nMESSAGE=forged", "\nMESSAGE=forged\n", "a=b", "nul\x00in it", "ünï 日本 😀", "\x1b[31mred", "x" * 3000, "_PID=1"]


def config(journal):
    return faults.config({"j": "class = handlers.NTEventLogHandler\nargs = ('kvd',)\nkwargs = {'address': '%s'}" % journal.socket}, level="NOTSET")


def log(journal, records):
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(config(journal).replace("[weir]\nrun_dir = {run}\n", ""))
    fixed = {"logger": "a.b", "level": "ERROR", "msg": "%s", "pathname": "/a/b/mod.py", "lineno": 17, "func": "go", "thread": 4712, "threadName": "T-1"}
    lines = "".join(json.dumps({**fixed, **r}) + "\n" for r in records)
    done = subprocess.run([os.path.join(BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"], input=lines.encode(), cwd=place, capture_output=True,
                          timeout=60 * harness.SLOW, env=harness.full_env())
    assert done.returncode == 0 and done.stderr == b"", done


def value(v):
    """journalctl shows what is no text as numbers."""
    return bytes(v).decode("utf-8", "surrogateescape") if isinstance(v, list) and v and isinstance(v[0], int) else v


@test(covers=["py must 2 senders"], quick=True)
def fields_of_an_entry():
    journal = peers.Journald()
    log(journal, [{"args": ["plain"], "extra": {"user id": "bob", "n": 7, "_pid": "1", "message": "forged", "priority": 0, "ratio": 2.5}}])
    entry, = journal.entries("kvd", 1)
    assert entry["MESSAGE"] == "plain", entry
    for key, expected in {**OWN, "USER_ID": "bob", "N": "7", "PID": "1", "X_MESSAGE": "forged", "X_PRIORITY": "0", "RATIO": "2.5"}.items():
        assert entry.get(key) == expected, (key, expected, entry)
    # The journal's own, which no sender can set.
    assert entry["_COMM"] == "weir" and entry["_PID"] != "1" and entry["_TRANSPORT"] == "journal", entry


@test(covers=["py must 2 senders"], quick=True)
def one_entry_a_record_whatever_is_in_it():
    journal = peers.Journald()
    log(journal, [{"args": [text], "extra": {"blob": text}} for text in HOSTILE])
    entries = journal.entries("kvd", len(HOSTILE))
    assert len(entries) == len(HOSTILE), entries
    for entry, text in zip(entries, HOSTILE):
        assert value(entry["MESSAGE"]) == text and value(entry["BLOB"]) == text, (text, entry)
        assert {k: entry.get(k) for k in OWN} == OWN, entry


@test(covers=["py must 2 senders"], quick=True)
def what_is_too_long_for_a_datagram():
    journal = peers.Journald()
    log(journal, [{"args": ["long"], "extra": {"blob": "y" * 240000}}, {"args": ["z" * 200000 + "\nend"]}, {"args": ["short"]}])
    entries = journal.entries("kvd", 3)
    assert [len(value(e["MESSAGE"])) for e in entries] == [4, 200004, 5], [str(e)[:200] for e in entries]
    assert value(entries[0]["BLOB"]) == "y" * 240000


@test(covers=["py must 2 senders"], quick=True)
def priorities_and_a_service_under_load():
    journal = peers.Journald()
    count = max(200, scaled(4000)) # journald takes 10,000 in 30 s from one sender
    with Service(config(journal).replace("[weir]", "[weir]\noverflow = block")) as service:
        for level in (10, 20, 30, 40, 50):
            service.run("say host.level %d level %d" % (level, level))
        service.run("threads 2 %d" % count)
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        entries = journal.entries("kvd", 2 * count + 5)
        levels = [(e["MESSAGE"], e["PRIORITY"]) for e in entries if e["LOGGER"] == "host.level"]
        assert levels == [("level 10", "7"), ("level 20", "6"), ("level 30", "4"), ("level 40", "3"), ("level 50", "2")], levels
        others = [e for e in entries if e["LOGGER"].startswith("host.t")]
        assert all(e["CODE_FUNC"] == "produce" and e["CODE_FILE"].endswith("host.c") and e["_PID"] == str(service.pid) for e in others)
        found = oracle.read(e["MESSAGE"] for e in others)
        oracle.check_order("the journal", found)
        oracle.check_complete(oracle.accepted(service.path("page")), found, beyond=0)
        oracle.check_law(service.status())


@test(covers=["py must 2 senders"], quick=True)
def said_once_at_load():
    """Whoever knows the handler from Windows is told where its records go: by the check, and by a start."""
    handler = "class = handlers.NTEventLogHandler\nargs = ('kvd',)\nkwargs = {'address': '{dir}/none'}"
    with Service(faults.config({"file": faults.file("{dir}/host.log"), "one": handler, "two": handler})) as service:
        service.run("say host 20 first")
        service.run("flush 10000")
        assert [line for line in service.lines("host.log") if "writes to the journal" in line or line == "first"][1:] == ["first"]
        done = harness.weir("check", service.config_path, check=0)
        assert (done.stdout + done.stderr).count("warning: NTEventLogHandler writes to the journal") == 1, done


harness.main()
