"""Edits by the host: what they leave alone, and what they cost the history of configurations."""
import json
import os
import subprocess

import harness
from edits import CONFIG, load
from harness import test

@test(covers=["filters: state over a change"], quick=True)
def an_edit_of_something_else_leaves_a_rate_limit_its_window():
    text = json.dumps({"version": 1, "formatters": {"m": {"format": "%(message)s"}}, "filters": {"few": {"()": "weir.RateLimitFilter", "rate": 2, "per": "1h"}},
                       "handlers": {"h": {"class": "logging.FileHandler", "filename": "h.log", "formatter": "m", "filters": ["few"]}}, "root": {"level": 10, "handlers": ["h"]}})
    more = ["handler | g%d | logging.FileHandler | {'filename': 'g.log'}", "attach | root | g%d", "log | root | 30 | same", "detach | root | g%d", "log | root | 30 | same", "free | g%d"]
    place = harness.tmp()
    operations = ("dict | " + text, *["log | root | 30 | same"] * 3, *[o % n if "%d" in o else o for n in range(5) for o in more])
    with open(os.path.join(place, "script"), "w") as f:
        f.writelines("\t".join(o.split(" | ")) + "\n" for o in operations)
    env = harness.full_env({"RUNTIME_DIRECTORY": harness.run_dir(), "WEIR_SERVICE": harness.OWN})
    subprocess.run([os.path.join(harness.BUILD, "tests/support/api_host"), "script"], cwd=place, env=env, check=True, timeout=60 * harness.SLOW)
    with open(os.path.join(place, "results")) as f:
        assert set(f.read().split("\n")[:-1]) == {"ok"}
    with open(os.path.join(place, "h.log")) as f:
        got = f.read().splitlines()
    assert got[:2] == ["same"] * 2 and "same" not in got[2:] and sum(int(line.split()[0]) for line in got[2:]) == 11, got


@test(covers=["api: edits and the history"], quick=True)
def edits_push_no_configuration_out_of_the_history():
    with load(start=False) as s:
        s.write_config(CONFIG)
        s.start()
        s.run("begin")
        for n in range(3):
            s.api("POST", "/api/config", {"text": CONFIG.replace("{dir}", s.dir) + "# %d\n" % n})
            assert s.run("edits 40") == "ok"
        history = s.api("GET", "/api/config/history")
        entries = history["entries"]
        assert [e["edits"] > 0 for e in entries] == [True, False] * 4, entries
        assert entries[0]["current"] and entries[0]["edits"] >= 40 and history["current"] == entries[0]["generation"], entries
        shown = s.weir("config", "history", check=0).stdout.splitlines()
        assert "(%d edits in a row)" % entries[0]["edits"] in shown[0] and "edits" not in shown[1], shown
        # Back to what was pushed first, to what the edits after it had made of it, and each edit is audited.
        for entry, words in ((entries[5], "# 0"), (entries[4], "FileHandler")):
            s.weir("config", "rollback", str(entry["generation"]), check=0)
            assert words in s.weir("config", "get", check=0).stdout, words
        assert len([a for a in s.status()["audit"] if a["way"] == "api"]) >= 18
        assert s.stop() == 0


harness.main()
