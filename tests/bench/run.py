"""Runs the peers in turns (A B A B ...), takes medians, prints each figure with its bar.

Absolute figures are this machine's; the bars are ratios between programs of one run."""
import argparse
import json
import os
import statistics
import subprocess
import sys

PEERS = ["weir", "spdlog_sync", "spdlog_async", "glog", "log4cxx"]
DISABLED_CALLS = 10_000_000
BURSTS = 500
RECORDS = {"weir": 2_000_000, "spdlog_sync": 2_000_000, "spdlog_async": 500_000, "glog": 200_000, "log4cxx": 400_000}
IDLE_SECONDS = 30
HISTORY_ROWS = 200_000
REDACTION = {"none": "", "2 keys": "redact_keys = password, token",
             "2 patterns": r"redact_patterns = password=\K\S+" + "\n    " + r"token=\K\S+"}


class Bench:
    def __init__(self, build, rounds, scale):
        self.out = os.path.join(build, "bench")
        self.build, self.rounds, self.scale = build, rounds, scale
        self.file = os.path.join(self.out, "records.log")
        self.bars = []

    def scaled(self, n):
        return max(1, int(n * self.scale))

    def run(self, peer, *args, keys=""):
        command = [os.path.join(self.out, peer), *map(str, args)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, env={**os.environ, "WEIR_BENCH_KEYS": keys})
        if done.returncode != 0:
            sys.exit("%s: exit status %d" % (" ".join(command), done.returncode))
        return json.loads(done.stdout)

    def in_turns(self, peers, *args, rounds=None):
        """{peer: {figure: median}}; args may be a function of the peer."""
        seen = {peer: [] for peer in peers}
        for _ in range(rounds or self.rounds):
            for peer in peers:
                seen[peer].append(self.run(peer, *(args[0](peer) if callable(args[0]) else args)))
        return {peer: {key: statistics.median(r[key] for r in runs) for key in runs[0]} for peer, runs in seen.items()}

    def bar(self, what, value, most, unit="", least=False):
        """A bar: value must be at most (or at least) so much."""
        met = value >= most if least else value <= most
        miss = "met" if met else "missed by %.2f%s" % (abs(value - most), unit)
        self.bars.append((what, "%.3f%s" % (value, unit), "%s %.3f%s" % (">=" if least else "<=", most, unit), miss))

    def disabled(self):
        found = self.in_turns(PEERS, "disabled", self.scaled(DISABLED_CALLS), rounds=min(self.rounds, 3))
        heading("disabled call, ns")
        for peer, figures in found.items():
            print("  %-14s %8.2f" % (peer, figures["disabled_ns"]))
        best = min(f["disabled_ns"] for p, f in found.items() if p != "weir")
        self.bar("disabled call, above the best peer", found["weir"]["disabled_ns"] - best, 0.5, " ns")

    def latency(self):
        for shape in ("numbers", "text"):
            for producers in (1, 2):
                self.latency_of(shape, producers)

    def latency_of(self, shape, producers):
        found = self.in_turns(PEERS, "latency", shape, producers, self.scaled(BURSTS), self.file)
        heading("enabled call, %s, %d producer%s, ns: p50 p99 p99.9" % (
            {"numbers": "2 ints and a double by %g", "text": "a 32-byte string"}[shape], producers,
            "s" if producers > 1 else ""))
        for peer, f in found.items():
            print("  %-14s %8.0f %9.0f %9.0f" % (peer, f["p50"], f["p99"], f["p999"]))
        peer = found["spdlog_async"]
        case = "%s, %d producer%s" % (shape, producers, "s" if producers > 1 else "")
        self.bar("p50 / spdlog async's, " + case, found["weir"]["p50"] / peer["p50"], 1 / 6)
        self.bar("p99.9 / spdlog async's, " + case, found["weir"]["p999"] / peer["p999"], 1 / 10)

    def rate(self):
        for producers in (1, 2):
            found = self.in_turns(PEERS, lambda peer: ("rate", producers, self.scaled(RECORDS[peer]), self.file))
            heading("end to end into a file, %d thread%s: records/s, CPU ns a record" % (
                producers, "s" if producers > 1 else ""))
            for peer, f in found.items():
                print("  %-14s %12s %9.0f" % (peer, "{:,.0f}".format(f["records_per_s"]), f["cpu_ns"]))
            ratio = found["weir"]["records_per_s"] / found["spdlog_sync"]["records_per_s"]
            self.bar("end to end / spdlog sync's, %d thread%s" % (producers, "s" if producers > 1 else ""), ratio, 1.5,
                     least=True)

    def redaction(self):
        """What hiding secrets costs the backend: no bar, peers do not have it. The messages have nothing to hide."""
        seen = {name: [] for name in REDACTION}
        for _ in range(self.rounds):
            for name, keys in REDACTION.items():
                seen[name].append(self.run("weir", "rate", 1, self.scaled(RECORDS["weir"]), self.file, keys=keys)["records_per_s"])
        heading("redaction, end to end into a file, 1 thread: records/s, of those without")
        plain = statistics.median(seen["none"])
        for name, rates in seen.items():
            print("  %-14s %12s %8.2f" % (name, "{:,.0f}".format(statistics.median(rates)), statistics.median(rates) / plain))

    def idle(self):
        seconds = self.scaled(IDLE_SECONDS)
        f = self.run("weir", "idle", seconds)
        heading("a quiet host, admin on, %d s: CPU %%, threads, resident KiB" % seconds)
        print("  %-14s %8.3f %5d %9d" % ("weir", f["idle_percent"], f["threads"], f["rss_kib"]))
        self.bar("idle CPU", f["idle_percent"], 0.5, "%")

    def history(self):
        bench = os.path.join(self.build, "tests/bench/history_bench")
        done = subprocess.run([bench, str(self.scaled(HISTORY_ROWS)), self.out], stdout=subprocess.PIPE, check=True)
        f = json.loads(done.stdout)
        weir, bare = f["weir_rows_per_s"], f["bare_sqlite_rows_per_s"]
        heading("history, same rows, indexes and full-text search: rows/s")
        print("  %-14s %12s\n  %-14s %12s" % ("weir", "{:,.0f}".format(weir), "bare SQLite", "{:,.0f}".format(bare)))
        self.bar("history / bare SQLite", weir / bare, 0.6, least=True)

    def table(self):
        heading("bars")
        for row in self.bars:
            print("  %-48s %12s %14s   %s" % row)


def heading(text):
    print("\n" + text, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of all counts: 0.1 shows that it runs, not how fast")
    parser.add_argument("--only", help="one of disabled latency rate redaction idle history; several with commas")
    options = parser.parse_args()
    bench = Bench(options.build, options.rounds, options.scale)
    for part in (options.only or "disabled,latency,rate,redaction,idle,history").split(","):
        getattr(bench, part)()
    bench.table()


main()
