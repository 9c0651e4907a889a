"""When a file rolls over and what the old one is called, against real Python; arguments that are refused. Contents: cases/files.py."""
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
from compared import one
from harness import test

PROBE = os.path.join(harness.BUILD, "tests/support/roll_probe")
SEED = 20261122
DAY = 86400
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "CET-1CEST,M3.5.0,M10.5.0/3"]


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
            f.write(one({"class": "handlers." + kind, "args": args}))
        done = harness.weir("log", "-c", "c.ini", "--jsonl", input="", cwd=place, check=2)
        assert words in done.stderr, done.stderr
        assert os.listdir(place) == ["c.ini"]


harness.main()
