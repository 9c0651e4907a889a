"""`make bench` runs and prints its table, here with one short row; figures never decide a test."""
import os
import subprocess

import harness
from harness import skip, test


@test(covers=["must 6"])
def the_bench_prints_its_table():
    for package in ("spdlog", "libglog", "liblog4cxx"):
        if subprocess.run(["pkg-config", "--exists", package]).returncode != 0:
            skip("Debian's %s is not installed (make deps-bench)" % package)
    if "san" in os.path.basename(harness.BUILD):
        skip("no figures under a sanitizer")
    done = subprocess.run(["bash", "tests/bench/run.sh", harness.BUILD], cwd=harness.ROOT, capture_output=True, text=True,
                          env=harness.full_env({"WEIR_BENCH_ONLY": "disabled", "WEIR_BENCH_ROUNDS": "1"}), timeout=400)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "disabled" in done.stdout and "weir" in done.stdout.lower() and "spdlog" in done.stdout, done.stdout[-2000:]


harness.main()
