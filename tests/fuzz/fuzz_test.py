"""Runs each fuzz target over its corpus and some mutations, always the same ones for one count."""
import os
import subprocess

import harness
from harness import BUILD, ROOT, test


def fuzz(name, iterations):
    directory = harness.tmp()
    done = subprocess.run([f"{BUILD}/tests/fuzz/{name}_fuzz", os.path.join(ROOT, "tests/fuzz/corpus", name), str(iterations)],
                          cwd=directory, capture_output=True, text=True, env=dict(os.environ, FUZZ_KEEP="1"))
    if done.returncode == 0:
        return
    with open(os.path.join(directory, "crash-input"), "rb") as f:
        data = f.read()
    raise AssertionError(f"{name}: exit {done.returncode}\n{data[:2000]!r}\n{done.stderr[-3000:]}")


@test(covers=["config: binary"])
def any_bytes_as_a_configuration():
    fuzz("config", harness.scaled(50000))


@test(covers=["config: executable args"])
def any_bytes_as_a_literal():
    fuzz("literal", harness.scaled(200000))


@test(covers=["fault 31"])
def any_bytes_as_a_request():
    fuzz("guard", harness.scaled(200000))


@test()
def any_bytes_as_json():
    fuzz("json", harness.scaled(200000))


@test()
def any_bytes_as_a_ring_entry():
    fuzz("entry", harness.scaled(200000))


@test()
def any_bytes_as_a_row():
    fuzz("row", harness.scaled(50000))


@test()
def any_bytes_as_a_query():
    fuzz("query", harness.scaled(200000))


@test(covers=["receivers: mutated pickles"])
def any_bytes_as_a_pickle():
    fuzz("pickle", harness.scaled(200000))


@test(covers=["receivers: malformed syslog"])
def any_bytes_as_a_syslog_message():
    fuzz("syslog", harness.scaled(50000))


@test(covers=["receivers: malformed form"])
def any_bytes_as_a_form():
    fuzz("form", harness.scaled(50000))


@test(covers=["receivers: malformed JSON line"])
def any_bytes_as_a_line_of_json():
    fuzz("json_line", harness.scaled(50000))


if __name__ == "__main__":
    harness.main()
