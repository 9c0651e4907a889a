"""Pickles that receivers read: as Python reads them, and none that harms."""
import json
import os
import pickle
import random
import signal
import struct
import subprocess

import harness
import pickles
from harness import BUILD, SLOW, scaled, test, tmp

PROBE = os.path.join(BUILD, "tests/support/pickle_probe")


def decode(frames):
    data = b"".join(struct.pack("<I", len(f)) + f for f in frames)
    done = subprocess.run([PROBE, "print"], input=data, capture_output=True, timeout=120 * SLOW, check=True,
                          env=harness.full_env())
    results = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(results) == len(frames), (len(results), len(frames))
    return results


def attributes(value):
    return {"name": "a", "levelno": 20, "x": value}


@test(covers=["py must 4"], quick=True)
def real_pickles_of_all_protocols_are_what_python_reads():
    """Attributes are compared by their repr, the order of the dict included."""
    rng = random.Random(7)

    def some(depth):
        kind = rng.randrange(12 if depth < 5 else 8)
        if kind < 8:
            return rng.choice([None, True, False, rng.randrange(-300, 300), rng.randrange(-2 ** 33, 2 ** 33),
                               rng.randrange(-2 ** 90, 2 ** 90), -2 ** 63, 2 ** 63, -2 ** 63 - 1, 10 ** 400, -10 ** 300,
                               rng.random() * 10 ** rng.randrange(-20, 20), float("inf"), "", "text", "é\n'\"\\",
                               "日本\U0001f600", "x" * 300, "\x00\x7f\x80"])
        items = [some(depth + 1) for _ in range(rng.randrange(6))]
        if kind < 10:
            return items if kind == 8 else tuple(items)
        return {rng.choice(["k%d" % i, i, (i, "t")]): v for i, v in enumerate(items)}

    values = [attributes(some(0)) for _ in range(scaled(3000))]
    values += [attributes([some(4)] * 3) for _ in range(20)]  # the same object several times
    for protocol in range(6):
        for value, got in zip(values, decode([pickle.dumps(v, protocol) for v in values])):
            assert got == {"result": "record", "repr": repr(value), "why": ""}, (protocol, value, got)


@test(covers=["py must 4"], quick=True)
def what_would_be_made_by_a_class_is_a_text_and_the_rest_is_read():
    for protocol in range(6):
        value = dict(attributes(pickles.EXTRAS[3]["when"]), y=[pickles.EXTRAS[3]["uuid"], 1], after="end")
        got, = decode([pickle.dumps(value, protocol)])
        assert got["result"] == "record", got
        read = eval(got["repr"])
        assert read["x"] == "<datetime.datetime not read>" and read["after"] == "end", read
        maker = "copyreg._reconstructor" if protocol < 2 else "uuid.UUID"
        assert read["y"] == ["<%s not read>" % maker.replace("copyreg", "copy_reg" if protocol < 3 else "copyreg"), 1], read
    sets = decode([pickle.dumps(attributes(v), 5) for v in ({1}, set(), frozenset([2]), b"a'\n\xff", bytearray(b"x"))])
    assert [eval(r["repr"])["x"] for r in sets] == ["{1}", "set()", "frozenset({2})", repr(b"a'\n\xff"), "bytearray(b'x')"]


@test(covers=["py must 4", "receivers: bombs"], quick=True)
def how_deep():
    """Up to 64 what is deep prints as str() prints it; beyond, a text says so and the rest is read."""
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = [value, {"k": (2,)}]
        return value
    for depth in (3, 10, 11, 12, 13, 14, 30, 60, 61, 62, 63, 64, 65, 100):
        got, = decode([pickle.dumps(dict(attributes(nested(depth)), after=5), 2)])
        read = eval(got["repr"])
        levels = depth + 2  # the innermost dict and tuple
        if levels <= 63:
            assert str(read["x"]) == str(nested(depth)), (depth, read)
        if levels > 64:
            assert read["x"].startswith("<not read"), (depth, read)
        assert read["after"] == 5 and got["result"] == "record"


@test(covers=["py must 4", "receivers: code in a pickle", "receivers: bombs"], quick=True)
def attacks_come_to_nothing():
    directory = tmp()
    canary = os.path.join(directory, "canary")
    frames = pickles.attacks(canary)
    results = dict(zip(frames, decode(list(frames.values()))))
    assert not os.path.exists(canary)
    for name, got in results.items():
        kind = name.split("-")[0]
        if kind in ("system", "eval", "open", "exec"):
            assert got["result"] == "code" and "not read>" in got["repr"], (name, got)
        elif kind in ("field", "message"):
            read = eval(got["repr"])
            assert got["result"] == "record" and "not read>" in str(read), (name, got)
            assert kind == "message" or read["after"] == 7, (name, got)
    for name in ("inst", "obj", "build", "stack-global", "persid", "binpersid", "extension", "nested-call"):
        read = eval(results[name]["repr"])
        assert read["x"].endswith(" not read>") and read["msg"] == "attack", (name, results[name])
    for name in ("deep", "deep-tuples", "cycle", "laughs", "string-bomb", "none-list", "dict-keys"):
        got = results[name]
        assert got["result"] == "too much" or eval(got["repr"])["x"].startswith("<not read"), (name, got["result"])
    for name in ("memo", "memo-far", "attributes"):
        assert results[name]["result"] == "too much", (name, results[name])
    for name in ("marks", "length-8", "length-negative", "frame-beyond", "protocol-9", "empty", "stop"):
        assert results[name]["result"] in ("malformed", "too much"), (name, results[name])
    assert results["no-record"]["result"] == "no record"
    assert eval(results["same-keys"]["repr"])["x"] == {"k": 1}


def attack(count, *more):
    directory = tmp()
    pickles.write(directory, pickles.real() + list(pickles.attacks().values()))
    return subprocess.run([PROBE, "attack", directory, str(count), *more], capture_output=True, text=True,
                          timeout=600 * SLOW, env=harness.full_env())


@test(covers=["py must 4", "receivers: mutated pickles"], quick=True)
def a_million_hostile_pickles():
    """Real ones mutated, and programs of random opcodes: no system call but for memory, and of that never four times
    the frame, its own bytes included."""
    done = attack(scaled(1000000))
    assert done.returncode == 0, "exit status %d (%d: a system call)\n%s" % (done.returncode, -signal.SIGSYS, done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["tried"] >= scaled(1000000) and found["read"] > found["tried"] / 50, found
    assert found["worst"] < 4, found
    if not any(s in BUILD for s in ("asan", "tsan")):
        assert found["worst"] > 1, found  # it is measured


@test(covers=["py must 4"], quick=True)
def the_filter_of_that_test_bites():
    if "tsan" in BUILD:
        harness.skip("ThreadSanitizer's own code makes system calls")
    assert attack(1, "control").returncode == -signal.SIGSYS


if __name__ == "__main__":
    harness.main()
