"""A host that loads libweir.so by dlopen, and loads and unloads it again and again while its threads log: nothing of it
stays in the process but its text, and what was logged while it was loaded is there."""
import os
import re
import subprocess

import faults
import harness
import oracle
from harness import BUILD, OWN, SLOW, scaled, test

CONFIG = faults.config({"file": faults.file("{dir}/host.log"), "history": faults.history("{dir}/history.db")}, "overflow = block",
                       "http = 127.0.0.1:0\nconfig_port = 127.0.0.1:0")
# A page of stack or an allocator's arena more or less is no leak; one of a kilobyte a cycle is.
PAGES_BOUND = 256
# What glibc and SQLite keep for later grows for the first hundred cycles.
HEAP_BOUND = 128 * 1024


def has(line):
    match = re.match(r"threads (\d+) descriptors (\d+) mappings (\d+) pages (\d+) heap (\d+)$", line)
    assert match, line
    return dict(zip(("threads", "descriptors", "mappings", "pages", "heap"), map(int, match.groups())))


@test(covers=["must 7", "fault 8"])
def loaded_and_unloaded_under_load():
    folder, run = harness.tmp(), harness.run_dir()
    config = os.path.join(folder, "service.ini")
    with open(config, "w") as f:
        f.write(CONFIG.replace("{dir}", folder).replace("{run}", run))
    cycles, records = max(10, scaled(1000)), 5
    done = subprocess.run([os.path.join(BUILD, "tests/support/reload_probe"), os.path.join(BUILD, "libweir.so.0"), config,
                           str(cycles), str(records)], capture_output=True, text=True, cwd=folder, timeout=400 * SLOW,
                          env=harness.full_env({"WEIR_SERVICE": OWN, "RUNTIME_DIRECTORY": run}))
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    before, after = map(has, done.stdout.splitlines())
    for what, own in (("threads", 3), ("descriptors", 4), ("mappings", 0)): # 0 to 2, and the listing's
        assert before[what] == after[what], done.stdout
        if "tsan" not in BUILD: # it has a thread and mappings of its own
            assert after[what] == own, done.stdout
    if SLOW < 5: # sanitizers keep what is freed
        assert after["pages"] - before["pages"] <= PAGES_BOUND, done.stdout
        assert after["heap"] - before["heap"] <= HEAP_BOUND + 32 * cycles, done.stdout
    assert os.listdir(run) in ([], ["weir-%s.token" % OWN]), os.listdir(run)
    mine = [record for record in oracle.read(l for l in open(os.path.join(folder, "host.log")).read().split("\n")
                                             if oracle.LINE.search(l))]
    assert mine == [(0, n) for n in range(len(mine))] and len(mine) >= cycles * records


harness.main()
