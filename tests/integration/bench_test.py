"""`make bench` runs and prints its table: every line at a soak's full count, here at a tenth. Figures never decide a
test; the table is printed, for whoever reads the log."""
import os
import re
import subprocess

import harness
from harness import skip, test

LINES = ["disabled call", "p50 / spdlog async's, numbers, 1", "p50 / spdlog async's, text, 2", "p99.9 / spdlog async's, text, 1",
         "end to end / spdlog sync's, 1", "end to end / spdlog sync's, 2", "idle CPU", "history / bare SQLite"]


@test(covers=["must 6"])
def the_bench_prints_its_table():
    if "san" in os.path.basename(harness.BUILD):
        skip("no figures under a sanitizer")
    env = {"WEIR_BENCH_ROUNDS": "5" if harness.SCALE == 1 else "1", "WEIR_BENCH_SCALE": str(harness.SCALE)}
    done = subprocess.run(["bash", "tests/bench/run.sh", harness.BUILD], cwd=harness.ROOT, capture_output=True, text=True,
                          env=harness.full_env(env), timeout=1400)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    bars = done.stdout[done.stdout.index("\nbars\n"):]
    print(bars)
    for line in LINES:
        assert re.search(re.escape(line) + r".* (met|missed by [\d.]+)", bars), (line, bars)


harness.main()
