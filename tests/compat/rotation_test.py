"""Rotating and watched files against real Python: names, contents, times. covers: facts 22, 23, 29"""
import json
import logging.handlers
import os
import random
import subprocess
import tempfile
import time
from datetime import time as day_time
from unittest import mock

import harness
from both import agree, ini, record
from harness import test

PROBE = os.path.join(harness.BUILD, "tests/support/roll_probe")
SEED = 20261122
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "CET-1CEST,M3.5.0,M10.5.0/3"]


def config(kind, args, line="%(message)s", level="NOTSET", **more):
    return ini({"root": ("", level, "h", None)}, {"h": {"class": kind, "args": args, "formatter": "f", **more}}, {"f": {"format": line}})


def lines(count, text="line %d", **more):
    return [record("r", 20, text, i, **more) for i in range(count)]


@test(quick=True)
def by_size():
    kind = "handlers.RotatingFileHandler"
    for args in ("('o.log', 'a', 100, 3)", "('o.log', 'a', 100, 1)", "('o.log', 'a', 100, 0)", "('o.log', 'a', 0, 3)", "('o.log',)",
                 "('o.log', 'w', 0, 3)", "('o.log', 'w', 100, 3)", "('./o.log', 'a', 5, 3)", "('o.log', 'a', 8, 20)", "('o.log', 'a', 1, 2, None, True)",
                 "('o.log', 'a', 2*50, 12, 'utf-8', False, 'strict')"):
        for there in ((), (("o.log", "was there\n"),), (("o.log", "x" * 300), ("o.log.1", "one\n"), ("o.log.3", "three\n"), ("o.log.7", "seven\n"))):
            agree(config(kind, args), lines(30), there)


@test(quick=True)
def by_size_counts_bytes_that_are_there_and_characters_that_come():
    for text in ("é%d", "日本語 %d", "😀%d", "%d\nsecond line é"):
        for most in (20, 21, 22, 23, 64):
            agree(config("logging.handlers.RotatingFileHandler", "('o.log', 'a', %d, 99)" % most), lines(25, text))
    agree(config("handlers.RotatingFileHandler", "('o.log', 'a', 120, 9)", "%(levelname)s:%(message)s"),
          [record("r", 40, "bad", exc_text="Traceback:\n  é"), record("r", 30, "x" * 500), record("r", 20, "")] * 5)


@test(quick=True)
def by_size_applied_again_and_shared():
    first = config("handlers.RotatingFileHandler", "('o.log', 'a', 90, 4)")
    other = config("handlers.RotatingFileHandler", "('o.log', 'a', 60, 2)", "2 %(message)s")
    agree(first, lines(20) + [{"op": "reconfigure", "path": "other.ini"}] + lines(20), [("other.ini", other)])
    plain = config("FileHandler", "('o.log', 'a')")
    agree(first, lines(7) + [{"op": "flush"}, {"op": "reconfigure", "path": "other.ini"}] + lines(7), [("other.ini", plain)])


DAY = 86400


@test(quick=True)
def by_time():
    old = [("o.log.2020-01-0%d" % i, "old %d\n" % i) for i in range(1, 7)] + [("o.log.2020-01-01.gz", "z"), ("o.log.2020-01-01x", "no"), ("p.log.2020-01-01", "no"),
                                                                            ("o.log.bak", "no"), ("o.2020-01-01.log", "no"), ("o.log.2020-01-01_03", "hour")]
    when = int(time.time()) // DAY * DAY - 5 * DAY + 1000
    for args in ("('o.log', 'D', 1, 3)", "('o.log', 'midnight', 1, 2)", "('o.log', 'MIDNIGHT', 2, 0, 'utf-8', False, True)", "('o.log', 'd', 3, 7)",
                 "('o.log', 'W%d', 1, 4)" % time.gmtime(when + DAY).tm_wday, "('o.log', 'H', 24, 1)", "('o.log', 'm', 1440, 2)", "('o.log', 's', 86400, 2)",
                 "('o.log', 'D', 30, 2)", "('o.log', 'midnight')", "('o.log', 'midnight', 1, 100)"):
        for there in ([("o.log", "began then\n", when)], [("o.log", "began then\n", when)] + old, old):
            agree(config("handlers.TimedRotatingFileHandler", args), lines(5), there)


@test(quick=True)
def a_file_that_is_watched():
    for args in ("('o.log',)", "('o.log', 'w')", "('o.log', 'a', 'utf-8', False, None)"):
        agree(config("handlers.WatchedFileHandler", args), lines(5), [("o.log", "was there\n")])


def python_times(op):
    handler = logging.handlers.TimedRotatingFileHandler(
        os.path.join(op["dir"], "none.log"), op["when"], op["interval"], delay=True, utc=op["utc"],
        atTime=None if op["at"] < 0 else day_time(op["at"] // 3600, op["at"] // 60 % 60, op["at"] % 60))
    handler.rolloverAt = following = handler.computeRollover(op["from"])
    names = []
    handler.rotate = lambda source, target: names.append(target)
    with mock.patch("time.time", lambda: op["now"]):
        handler.doRollover()
    handler.close()
    return {"next": following, "after": handler.rolloverAt, "suffix": names[0].rsplit("none.log.", 1)[1]}


@test(quick=True)
def times_and_names_in_all_zones():
    rng = random.Random(SEED)
    before = os.environ.get("TZ")
    with tempfile.TemporaryDirectory() as place:
        for zone in ZONES:
            os.environ["TZ"] = zone
            time.tzset()
            operations = []
            for _ in range(1500):
                # Around changes of daylight saving time as often as elsewhere.
                begin = rng.choice([1679792400, 1698541200, 1678604400, 1699164000, 1696089600, rng.randrange(0, 2**31)]) + rng.randrange(-2 * DAY, 2 * DAY)
                operations.append({"when": rng.choice(["S", "M", "H", "D", "midnight", "W%d" % rng.randrange(7)]), "interval": rng.choice([1, 1, 2, 5]),
                                   "utc": rng.random() < .2, "at": rng.choice([-1, -1, 0, rng.randrange(DAY)]), "from": begin,
                                   "now": begin + rng.choice([0, 1, 3600, DAY, rng.randrange(40 * DAY)]), "dir": place})
            text = "".join(json.dumps(o) + "\n" for o in operations)
            done = subprocess.run([PROBE], input=text.encode(), stdout=subprocess.PIPE, check=True, env=harness.full_env({"TZ": zone}))
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            wrong = [(zone, o, p, a) for o, p, a in zip(operations, map(python_times, operations), answers) if p != a]
            assert not wrong, "%d differ, first: %r" % (len(wrong), wrong[0])
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


@test(quick=True)
def arguments_that_are_refused():
    for kind, args, words in (("RotatingFileHandler", "('o.log', 'a', -1)", "maxBytes"), ("TimedRotatingFileHandler", "('o.log', 'Q')", "Invalid rollover interval specified: Q"),
                              ("TimedRotatingFileHandler", "('o.log', 'W')", "You must specify a day for weekly rollover from 0 to 6 (0 is Monday): W"),
                              ("TimedRotatingFileHandler", "('o.log', 'W7')", "Invalid day specified for weekly rollover: W7"),
                              ("TimedRotatingFileHandler", "('o.log', 'D', 0)", "interval"), ("RotatingFileHandler", "('o.log', 'a', 1, -2)", "backupCount"),
                              ("RotatingFileHandler", "('o.log', 'rb')", "mode"), ("TimedRotatingFileHandler", "('o.log', atTime)", "atTime")):
        place = harness.tmp()
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(config("handlers." + kind, args))
        done = harness.weir("log", "-c", "c.ini", "--jsonl", input="", cwd=place, check=2)
        assert words in done.stderr, done.stderr
        assert os.listdir(place) == ["c.ini"]


harness.main()
