"""MemoryHandler against real Python: when it hands its records over, to whom, and what becomes of the rest."""
import json
import os
import re
import subprocess

import harness
from compared import OUT, agree_on as agree, ini, record
from harness import test, tmp, weir
from receivers import Streams

FORM = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "g": {"format": "<%(asctime)s|%(message)s>", "datefmt": "%H:%M"}}
MANY = [record(n, l, "m%d %%s" % i, i) for i, (n, l) in enumerate((n, l) for l in (10, 20, 30) for n in ("", "a", "a.b", "c"))]
FLUSH = [{"op": "flush"}]


def memory(args="(3,)", target="o", **more):
    return {"class": "handlers.MemoryHandler", "args": args, **({"target": target} if target else {}), **more}


def config(m, attached="m", order="mo", out=OUT, level="NOTSET", **handlers):
    kinds = {"m": m, "o": out, **handlers}
    return ini({"root": ("", level, attached, None)}, {k: kinds[k] for k in list(order) + list(handlers)}, FORM)


@test(covers=["python 24"], quick=True)
def capacity_decides():
    for capacity in (-1, 0, 1, 2, 3, 5, 11, 12, 13, 1000):
        agree(config(memory("(%d,)" % capacity), attached="m,d", d={**OUT, "formatter": "g"}), MANY)


@test(covers=["python 24"], quick=True)
def flush_level_decides():
    for level in ("WARNING", "ERROR", "DEBUG", "CRITICAL", "0", "1000"):
        agree(config(memory("(100, %s)" % level), attached="m,d", d={**OUT, "formatter": "g"}), MANY + [record("x", 40, "e"), record("x", 10, "d"), record("x", 50, "c")])


@test(covers=["python 24"], quick=True)
def the_targets_level_is_not_asked_its_own_is():
    agree(config(memory(), out={**OUT, "level": "CRITICAL"}), MANY)
    agree(config(memory("(2,)", level="INFO"), out={**OUT, "level": "ERROR"}), MANY)
    agree(config(memory("(2,)", level="WARNING"), attached="m,o", out={**OUT, "level": "INFO"}), MANY)


@test(covers=["python 24"], quick=True)
def filters_of_both_are_asked():
    out = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f", "filters": ["ab"]}
    text = json.dumps({"version": 1, "formatters": FORM, "filters": {"ab": {"name": "a.b"}, "a": {"name": "a"}},
                       "handlers": {"o": out, "m": {"class": "logging.handlers.MemoryHandler", "capacity": 4, "target": "o", "filters": ["a"]}},
                       "root": {"level": 1, "handlers": ["m"]}})
    agree(text, MANY + FLUSH + MANY)


@test(covers=["python 24"], quick=True)
def flush_on_close_makes_no_difference():
    for flag in ("True", "False"):
        agree(config({"class": "handlers.MemoryHandler", "args": "(100,)", "kwargs": "{'flushOnClose': %s}" % flag, "target": "o"}), MANY)


@test(covers=["python 24"], quick=True)
def a_target_that_is_made_later_and_one_that_is_made_before():
    out = {"class": "FileHandler", "args": "('o.log', 'a')", "formatter": "f"}
    for order in ("mo", "om"):
        agree(config(memory("(5,)"), order=order, out=out), MANY)
        agree(config(memory("(500,)"), order=order, out=out, attached="m,o"), MANY + FLUSH + MANY)


@test(covers=["python 24"], quick=True)
def without_a_target_nothing_comes_out():
    agree(config(memory("(1,)", target=None)), MANY + FLUSH)
    agree(config(memory("(1,)", target="")), MANY + FLUSH)


@test(covers=["python 24"], quick=True)
def a_target_that_keeps_records_itself():
    for capacities in ((2, 3), (3, 2), (1, 1), (5, 100)):
        agree(config(memory("(%d,)" % capacities[0], target="n"), attached="m,d", d={**OUT, "formatter": "g"}, order="om",
                     n=memory("(%d, WARNING)" % capacities[1], target="o")), MANY[:11] + FLUSH + FLUSH)


@test(covers=["python 24"], quick=True)
def two_that_share_a_target_are_flushed_the_last_made_first():
    text = config(memory("(100,)"), attached="m,k", order="om", k=memory("(100, CRITICAL)", level="INFO"))
    agree(text, MANY)
    agree(text, MANY + FLUSH + MANY[:3])


@test(covers=["python 24"], quick=True)
def a_reconfigure_flushes():
    again = config(memory("(4,)"), out={**OUT, "formatter": "g"})
    for first in (config(memory("(5,)")), again):
        agree(first, MANY[:3] + [{"op": "reconfigure", "path": "again.ini"}] + MANY[:6], [("again.ini", again)])


@test(covers=["python 24"], quick=True)
def a_record_keeps_what_it_was():
    lines = [{"op": "add_level_name", "level": 20, "name": "BEFORE"}, record("a", 20, "x", exc_text="Traceback\n  boom", stack_info="Stack:\n  here"),
             record("a", 30, "%(k)s and %(ip)s", {"k": 1, "ip": "::1"}, extra={"ip": "10.0.0.1"}),
             {"op": "add_level_name", "level": 20, "name": "AFTER"}, record("a", 20, "y %d", 2, threadName="other", created=1600000000.5)]
    fields = "%(levelname)s %(asctime)s %(msecs)r %(threadName)s %(thread)d %(process)d %(module)s %(lineno)d %(funcName)s %(message)s"
    agree(ini({"root": ("", "NOTSET", "m", None)}, {"m": memory("(100,)"), "o": OUT}, {"f": {"format": fields}}), lines)


@test(covers=["python 24"], quick=True)
def what_other_formatters_left_in_a_record_is_seen_by_the_target():
    """HTTPHandler and SocketHandler send `asctime` and `message` where a formatter has made them: here one that
    runs after the record was kept, and with a format of its own."""
    for attached in ("m,d", "d,m"):
        sent = []
        for command in (["python3", os.path.join(harness.ROOT, "tests/support/python_oracle.py"), "c.ini"],
                        [os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"]):
            receiver = Streams()
            place = tmp()
            with open(os.path.join(place, "c.ini"), "w") as f:
                f.write(config(memory("(2,)"), attached=attached, d={**OUT, "formatter": "g"},
                               out={"class": "handlers.SocketHandler", "args": "('127.0.0.1', %d)" % receiver.port}))
            given = {"msecs": 123.0, "relativeCreated": 12345.678, "processName": "P"}
            lines = [dict(record("a", 20, "m %d", i), **given) for i in range(4)]
            done = subprocess.run(command, input="".join(json.dumps(line) + "\n" for line in lines), text=True, cwd=place,
                                  capture_output=True, timeout=60, env=harness.full_env({"TZ": "Europe/Berlin"}))
            assert done.returncode == 0 and done.stderr == "", done
            sent.append((receiver.take(), done.stdout))
        assert sent[0] == sent[1], sent
        assert b"asctime" in b"".join(sent[0][0]), sent[0]


@test(covers=["python 24"], quick=True)
def refused_with_names_and_lines():
    place = tmp()

    def refused(text, *expected):
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(text)
        done = subprocess.run([os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"], input="", text=True, cwd=place, capture_output=True)
        assert done.returncode == 2 and done.stdout == "", done
        for words in expected:
            assert re.search(words, done.stderr), (words, done.stderr)
        assert os.listdir(place) == ["c.ini"], os.listdir(place)

    def line(text, key, nth=0):
        return [i + 1 for i, l in enumerate(text.split("\n")) if l.startswith(key)][nth]

    ring = config(memory(target="n"), n=memory(target="m"), order="om", out={"class": "FileHandler", "args": "('o.log',)"})
    refused(ring, r"c.ini:%d: \[handler_n\] target: .* ring: m \(line %d\) -> n \(line %d\) -> m\n"
            % (line(ring, "target", 1), line(ring, "[handler_m]"), line(ring, "[handler_n]")))
    own = config(memory(target="m"))
    refused(own, r"c.ini:%d: \[handler_m\] target: .* m \(line %d\) -> m" % (line(own, "target"), line(own, "[handler_m]")))
    refused(config(memory(target="q")), r"\[handler_m\] target: unknown handler \"q\"")
    refused(config(memory(target="", args="(1, 40, 'q')")), r"\[handler_m\] args: unknown handler \"q\"")
    refused(config(memory("()")), r"\[handler_m\] args: capacity is missing")
    refused(config(memory("(3, 'ERROR')")), r"\[handler_m\] args: flushLevel is str \(an integer is wanted\)")
    chain = {"m%d" % i: memory(target="m%d" % (i + 1)) for i in range(20)}
    refused(config(memory(target="m0"), m20=memory(), **chain), r"more than 16 handlers")


@test(covers=["python 24"], quick=True)
def a_target_in_args_and_one_of_dict_config():
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(config(memory("(2, ERROR, 'o')", target=None)))
    done = weir("log", "-c", "c.ini", "--jsonl", input="".join(json.dumps(l) + "\n" for l in MANY[:3]), cwd=place, check=0)
    assert done.stdout == "DEBUG root m0 0\nDEBUG a m1 1\nDEBUG a.b m2 2\n", done.stdout
    out = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}
    kept = {"class": "logging.handlers.MemoryHandler", "capacity": 3, "flushLevel": 30, "target": "o", "flushOnClose": False}
    agree(json.dumps({"version": 1, "formatters": FORM, "handlers": {"m": kept, "o": out}, "root": {"level": 1, "handlers": ["m"]}}), MANY)


@test(covers=["python 24"], quick=True)
def weir_loses_nothing_where_pythons_shutdown_does():
    """docs/python-differences.md: Python closes a target of mode 'w', or a second MemoryHandler, that was made
    after the first before that one is flushed, and what it hands over then is gone."""
    for text, name in ((config(memory("(100,)"), out={"class": "FileHandler", "args": "('o.log', 'w')", "formatter": "f"}), "o.log"),
                       (config(memory("(100,)", target="n"), out={"class": "FileHandler", "args": "('o.log', 'a')", "formatter": "f"}, n=memory("(100,)")), "o.log")):
        found = []
        for command in (["python3", os.path.join(harness.ROOT, "tests/support/python_oracle.py"), "c.ini"],
                        [os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"]):
            place = tmp()
            with open(os.path.join(place, "c.ini"), "w") as f:
                f.write(text)
            subprocess.run(command, input="".join(json.dumps(l) + "\n" for l in MANY[:3]), text=True, cwd=place, check=True)
            with open(os.path.join(place, name)) as f:
                found.append(f.read())
        assert found == ["", "DEBUG root m0 0\nDEBUG a m1 1\nDEBUG a.b m2 2\n"], found


harness.main()
