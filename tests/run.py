#!/usr/bin/env python3
"""Runs the suite: unit tests (Criterion), then the Python tests of integration, compat, web and fuzz, and
prints the table row -> test of tests/coverage.txt. Ends with "N passed, N failed, N skipped".

    tests/run.py [--build DIR] [--quick | --soak] [--only WORD]
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# A test file that takes longer than this many seconds hangs: the longest (a tenth of the kills, under a sanitizer) is far
# below; a soak's 1,000 kills may take an hour on a busy machine.
FILE_TIMEOUT = 1500
SOAK_FILE_TIMEOUT = 4 * 3600


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        self.proof = {}  # row -> [(test, status)]
        self.timings = []

    def add(self, name, status, covers=()):
        setattr(self, status, getattr(self, status) + 1)
        if status == "failed":
            self.failures.append(name)
        for row in covers:
            self.proof.setdefault(row, []).append((name, status))


def environment(options):
    env = dict(os.environ)
    env["WEIR_TEST_BUILD"] = os.path.abspath(options.build)
    env["WEIR_TEST_SCALE"] = "1" if options.soak else "0.01" if options.quick else "0.1"
    env["WEIR_TEST_QUICK"] = "1" if options.quick else "0"
    env["WEIR_TEST_FILE_TIMEOUT"] = str(SOAK_FILE_TIMEOUT if options.soak else FILE_TIMEOUT)
    env["PYTHONPATH"] = os.path.join(HERE, "support")
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    env.setdefault("TSAN_OPTIONS", "halt_on_error=0:exitcode=66:suppressions=" + os.path.join(HERE, "support/tsan.supp"))
    env.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    return env


def rows_of_source(path):
    """Unit tests name the rows they prove in comments: `covers: fault 24, R1`."""
    with open(path, encoding="utf-8") as f:
        return [row.strip() for line in re.findall(r"covers: ([^\n*]*)", f.read()) for row in line.split(",")]


def run_unit(binary, source, env, totals):
    begin = time.monotonic()
    done = subprocess.run([binary, "--jobs", "2", "--timeout", "120", "--color=never"], env=env, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=int(env["WEIR_TEST_FILE_TIMEOUT"]))
    found = re.search(r"Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)", done.stdout)
    name = os.path.relpath(source, HERE)
    if not found:
        totals.add(name, "failed")
        print("FAILED %s (exit %d)\n%s" % (name, done.returncode, done.stdout[-4000:]))
        return
    tested, passing = int(found[1]), int(found[2])
    bad = tested - passing if done.returncode == 0 else max(1, tested - passing)
    totals.passed += passing
    for _ in range(bad):
        totals.add(name, "failed")
    for row in rows_of_source(source):
        totals.proof.setdefault(row, []).append((name, "failed" if bad else "passed"))
    print("%-8s%-60s %3d tests %6.2f s" % ("FAILED" if bad else "passed", name, tested, time.monotonic() - begin), flush=True)
    if bad:
        print(done.stdout[-6000:])


def run_python(path, env, totals):
    name = os.path.relpath(path, HERE)
    print("-- " + name, flush=True)
    with tempfile.NamedTemporaryFile() as results:
        try:
            done = subprocess.run([sys.executable, path], env={**env, "WEIR_TEST_RESULTS": results.name},
                                  timeout=int(env["WEIR_TEST_FILE_TIMEOUT"]), cwd=os.path.dirname(HERE))
            status = done.returncode
        except subprocess.TimeoutExpired:
            status = "no end after %s s" % env["WEIR_TEST_FILE_TIMEOUT"]
        text = results.read()
    if not text:
        totals.add(name, "failed")
        print("FAILED %s: %s" % (name, status))
        return
    for row in json.loads(text):
        totals.add(name + ":" + row["name"], row["status"], row["covers"])
        totals.timings.append((row["seconds"], name + ":" + row["name"]))


def proof_of(tests):
    """The tests of a row in words; what did not pass is marked."""
    worst = {}
    for name, status in tests:
        if status != "passed" or name not in worst:
            worst[name] = status
    return ", ".join(name if status == "passed" else "%s (%s)" % (name, status) for name, status in sorted(worst.items()))


def print_coverage(totals):
    """The table row -> test. A row that no test names is a failure; so is, elsewhere, a test that failed."""
    totals.proof["must 8"] = [("run.py: this table", "passed")]
    with open(os.path.join(HERE, "coverage.txt"), encoding="utf-8") as f:
        rows = [line.split("|", 1) for line in f if line.strip() and not line.startswith("#")]
    print("\n%-10s %-62s %s" % ("row", "what", "proved by"))
    empty = 0
    known = set()
    for row, what in ((r.strip(), w.strip()) for r, w in rows):
        known.add(row)
        tests = totals.proof.get(row, [])
        empty += not tests
        print("%-10s %-62s %s" % (row, what[:62], proof_of(tests) or "EMPTY"))
    for row in sorted(set(totals.proof) - known):
        print("%-10s named by a test, not in tests/coverage.txt" % row)
    if empty:
        totals.add("coverage: %d empty rows" % empty, "failed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--only")
    options = parser.parse_args()
    env = environment(options)
    totals = Totals()
    begin = time.monotonic()
    for source in sorted(glob.glob(os.path.join(HERE, "unit/**/*_test.c"), recursive=True)):
        binary = os.path.join(options.build, "tests", os.path.relpath(source, HERE))[:-2]
        if not options.only or options.only in source:
            run_unit(binary, source, env, totals)
    for folder in ("compat", "integration", "web", "fuzz"):
        if options.quick and folder in ("web", "fuzz"):
            continue
        for path in sorted(glob.glob(os.path.join(HERE, folder, "*_test.py"))):
            if not options.only or options.only in path:
                run_python(path, env, totals)
    if not options.only and not options.quick:
        print_coverage(totals)
    for seconds, name in sorted(totals.timings, reverse=True)[:5]:
        print("slowest: %6.1f s %s" % (seconds, name))
    for name in totals.failures:
        print("FAILED: " + name)
    print("%.0f s" % (time.monotonic() - begin))
    print("%d passed, %d failed, %d skipped" % (totals.passed, totals.failed, totals.skipped))
    sys.exit(1 if totals.failed or not totals.passed else 0)


main()
