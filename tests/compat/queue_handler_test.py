"""QueueHandler and QueueListener against real Python: what goes through a queue, to whom, and what a record is then."""
import json
import os
import re
import subprocess
import sys

import harness
from compared import ERR, OUT, agree_on, ini, record
from harness import test, tmp, weir
from receivers import Streams

FORMATS = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "all": {"format": "%(asctime)s %(msecs)r %(levelname)s %(levelno)d %(name)s %(pathname)s %(lineno)d %(funcName)s %(threadName)s %(process)d|%(msg)s|%(args)s|%(exc_text)s|%(stack_info)s|%(message)s"},
           "q": {"format": "<%(asctime)s %(message)s>", "datefmt": "%H:%M"}, "brace": {"format": "{name}:{message:>10}", "style": "{"}}
LINES = [record(n, l, "m%d %%s" % i, "x") for i, (n, l) in enumerate((n, l) for l in (10, 20, 30, 40) for n in ("", "a", "a.b"))]
FLUSH = [{"op": "flush"}]


def stream(form="f", **more):
    return {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": form, **more}


def file(name, form="f", **more):
    return {"class": "logging.FileHandler", "filename": name, "formatter": form, **more}


def queued(handlers=("o",), **more):
    return {"class": "logging.handlers.QueueHandler", **({"handlers": list(handlers)} if handlers else {}), **more}


def config(handlers, root=("q",), **more):
    return json.dumps({"version": 1, "formatters": FORMATS, "filters": {"a": {"name": "a"}}, "handlers": handlers, "root": {"level": 1, "handlers": list(root)}, **more}, indent=1)


def agree(text, lines, more_files=()):
    agree_on(text, lines, more_files, python="import queue_oracle")


@test(covers=["python 30"], quick=True)
def records_come_out_in_order_at_every_handler():
    agree(config({"q": queued(["o", "f"]), "o": stream(), "f": file("f.log", "brace")}), LINES)
    agree(config({"q": queued(["o"], level="WARNING"), "o": stream()}), LINES)
    agree(config({"q": queued(["n", "o"]), "o": stream(), "n": {"class": "logging.NullHandler"}}), LINES)


@test(covers=["python 30"], quick=True)
def levels_of_the_handlers_are_asked_only_if_so_told():
    for respect in (True, False):
        agree(config({"q": queued(["o", "f"], respect_handler_level=respect), "o": stream(level="WARNING"), "f": file("f.log", level="CRITICAL")}), LINES)


@test(covers=["python 30"], quick=True)
def filters_before_and_behind_the_queue():
    agree(config({"q": queued(["o", "f"]), "o": stream(filters=["a"]), "f": file("f.log")}), LINES)
    agree(config({"q": queued(["o"], filters=["a"]), "o": stream()}), LINES)


@test(covers=["python 30"], quick=True)
def prepare_merges_the_message_and_clears_what_it_was_merged_from():
    lines = [record("a", 20, "plain"), record("a", 20, "%s and %d", "text", 7), record("a", 30, "%(k)s", {"k": 1}), record("a", 20, "100%%"), record("a", 20, "100%% %s", "x"),
             record("a", 40, "failed", exc_text="Traceback (most recent call last):\n  boom"), record("a", 40, "here %s", 1, stack_info="Stack (most recent call last):\n  here"),
             record("a", 40, "both", exc_text="Traceback\n  x", stack_info="Stack\n  y", extra={"ip": "::1"})]
    agree(config({"q": queued(), "o": stream("all")}), lines)
    agree(config({"q": queued(formatter="q"), "o": stream("all")}), lines)
    agree(config({"q": queued(formatter="q"), "o": stream("f"), "d": stream("f")}, root=("q",)), lines)


@test(covers=["python 30"], quick=True)
def the_original_record_goes_on_as_it_was():
    """Handlers of the logger behind the QueueHandler see args and exc_text (bpo-35726)."""
    lines = [record("a", 20, "%s and %d", "text", 7), record("a", 40, "failed", exc_text="Traceback\n  boom")]
    agree(config({"q": queued(["f"]), "f": file("f.log", "all"), "d": stream("all")}, root=("q", "d")), lines)
    agree(config({"q": queued(["f"]), "f": file("f.log", "all"), "d": stream("all")}, root=("d", "q")), lines)


@test(covers=["python 30"], quick=True)
def several_handlers_share_a_queue():
    handlers = {"q": queued(["o"], queue="shared"), "r": queued(None, queue="shared", level="ERROR"), "o": stream()}
    agree(config(handlers, root=("q", "r")), LINES)
    agree(config(handlers, root=("q",), loggers={"a": {"handlers": ["r"], "level": "DEBUG"}}), LINES)


@test(covers=["python 30"], quick=True)
def a_handler_behind_a_queue_and_before_none():
    """The same file by the queue and directly: both have all records, in their order."""
    place = tmp()
    with open(os.path.join(place, "c.json"), "w") as f:
        f.write(config({"q": queued(["o"]), "o": file("o.log")}, root=("q", "o")))
    lines = [record("a", 20, "n%d" % i) for i in range(2000)]
    weir("log", "-c", "c.json", "--jsonl", input="".join(json.dumps(l) + "\n" for l in lines), cwd=place, check=0)
    with open(os.path.join(place, "o.log")) as f:
        got = [int(line.split("n")[-1]) for line in f.read().splitlines()]
    assert len(got) == 4000 and sorted(got) == sorted(list(range(2000)) * 2)
    # Each of the two ways keeps its order: what is left of the first way's when seen once is the other's.
    seen, first, second = set(), [], []
    for n in got:
        (second if n in seen else first).append(n)
        seen.add(n)
    assert first == sorted(first) and second == sorted(second)


@test(covers=["python 30"], quick=True)
def a_reconfigure_empties_the_queue_to_its_own_handlers():
    again = config({"q": queued(["o"]), "o": stream("brace")})
    agree(config({"q": queued(["o", "f"]), "o": stream(), "f": file("f.log")}), LINES + FLUSH + [{"op": "reconfigure", "path": "again.json"}] + LINES, [("again.json", again)])


@test(covers=["python 30"], quick=True)
def a_queue_into_a_socket_sends_no_args():
    sent = []
    for command in ([sys.executable, os.path.join(harness.ROOT, "tests/support/queue_oracle.py"), "c.json"],
                    [os.path.join(harness.BUILD, "weir"), "log", "-c", "c.json", "--jsonl", "--escape=none"]):
        receiver, place = Streams(), tmp()
        with open(os.path.join(place, "c.json"), "w") as f:
            f.write(config({"q": queued(["s"]), "s": {"class": "logging.handlers.SocketHandler", "host": "127.0.0.1", "port": receiver.port}}))
        given = {"msecs": 123.0, "relativeCreated": 12345.678, "processName": "P"}
        lines = [dict(record("a", 20, "m %d", i, extra={"k": [1, None], "level": "x"}), **given) for i in range(4)]
        done = subprocess.run(command, input="".join(json.dumps(line) + "\n" for line in lines), text=True, cwd=place, capture_output=True, timeout=60, env=harness.full_env({"TZ": "Europe/Berlin"}))
        assert done.returncode == 0 and done.stderr == "", done
        sent.append(receiver.take())
    # Python's copy of the record has `message` set by prepare; SocketHandler takes it out again.
    assert sent[0] == sent[1], sent


@test(covers=["python 30"], quick=True)
def ini_form_and_what_is_refused():
    place = tmp()
    text = ini({"root": ("", "DEBUG", "q", None)}, {"q": {"class": "handlers.QueueHandler", "handlers": "o, p", "kwargs": "{'respect_handler_level': True, 'capacity': 5}"},
                                                        "o": OUT, "p": {**ERR, "level": "ERROR"}}, {"f": {"format": "%(message)s"}})
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(text)
    done = weir("log", "-c", "c.ini", "--jsonl", input="".join(json.dumps(l) + "\n" for l in LINES), cwd=place, check=0)
    assert done.stdout == "".join("m%d x\n" % i for i in range(12)) and done.stderr == "m9 x\nm10 x\nm11 x\n", done
    q = "{'respect_handler_level': True, 'capacity': 5}"
    for was, now, words in (("handlers=o, p", "handlers=o, x", r'\[handler_q\] handlers: unknown handler "x"'), ("handlers=o, p\n", "", 'nobody reads the queue'), (q, "{'capacity': -1}", "capacity is negative"),
                            (q, "{'queue': 'a/b'}", "queue is a name"), (q, "{'queue': {'()': 'os.system'}}", "no code in data"), (q, "{'listener': 'my.Listener'}", "no code in data"),
                            ("handlers=o, p", "handlers=q", r"in a ring: q \(line \d+\) -> q")):
        assert was in text, was
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(text.replace(was, now))
        done = weir("log", "-c", "c.ini", "--jsonl", input="", cwd=place, check=2)
        assert re.search(words, done.stderr), (words, done.stderr)
    two = config({"q": queued(["o"], queue="s"), "r": queued(["f"], queue="s"), "o": stream(), "f": file("f.log")})
    with open(os.path.join(place, "c.json"), "w") as f:
        f.write(two)
    done = weir("log", "-c", "c.json", "--jsonl", input="", cwd=place, check=2)
    assert 'named already, in handler "q"' in done.stderr and not os.path.exists(os.path.join(place, "f.log")), done


MEMORY = {"class": "logging.handlers.MemoryHandler", "capacity": 5, "target": "o"}


@test(covers=["python 30"], quick=True)
def a_queue_into_a_memory_handler():
    for more in ({}, {"capacity": 100}, {"capacity": 1}, {"capacity": 100, "flushLevel": 30}, {"filters": ["a"]}, {"level": "ERROR"}):
        agree(config({"q": queued(["m"]), "o": stream(), "m": {**MEMORY, **more}}), LINES)
    agree(config({"q": queued(["m", "f"], formatter="q"), "o": stream("all", filters=["a"], level="CRITICAL"), "m": MEMORY, "f": file("f.log")}), LINES)
    agree(config({"q": queued(["m"], respect_handler_level=True), "o": stream(level="CRITICAL"), "m": {**MEMORY, "level": "INFO"}}), LINES)
    # A buffer behind a buffer; one without a target.
    agree(config({"q": queued(["m"]), "o": stream(), "l": {**MEMORY, "capacity": 7}, "m": {**MEMORY, "target": "l", "capacity": 3}}), LINES)
    agree(config({"q": queued(["m", "o"]), "o": stream(), "m": {"class": "logging.handlers.MemoryHandler", "capacity": 5}}), LINES)


@test(covers=["python 30"], quick=True)
def a_reconfigure_empties_a_buffer_behind_a_queue():
    again = config({"q": queued(["m"]), "o": stream("brace"), "m": {**MEMORY, "capacity": 100}})
    agree(config({"q": queued(["m"]), "o": stream(), "m": {**MEMORY, "capacity": 100}}), LINES + [{"op": "reconfigure", "path": "again.json"}] + LINES, [("again.json", again)])


@test(covers=["python 30"], quick=True)
def a_queue_into_a_queue():
    agree(config({"r": queued(["o"]), "q": queued(["r", "f"]), "o": stream(), "f": file("f.log")}), LINES)
    agree(config({"r": queued(["o"], formatter="brace", level="CRITICAL"), "q": queued(["r"], formatter="q"), "o": stream("all")}), LINES)
    agree(config({"r": queued(["o"]), "q": queued(["r"], respect_handler_level=True), "o": stream(filters=["a"])}, root=("q",)), LINES)
    agree(config({"s": queued(["o"]), "r": queued(["s"]), "q": queued(["r"]), "o": stream()}), LINES)
    # A buffer between the two, and behind both.
    agree(config({"r": queued(["n"]), "q": queued(["m"]), "o": stream(), "m": {**MEMORY, "target": "r", "capacity": 4}, "n": MEMORY}), LINES)


@test(covers=["python 30"], quick=True)
def rings_through_queues_are_refused():
    place = tmp()
    for handlers, words in (({"q": queued(["r"]), "r": queued(["q"])}, "q (line"), ({"q": queued(["m"]), "m": {**MEMORY, "target": "q"}}, "m (line"),
                            ({"q": queued(["r"], queue="one"), "r": queued(None, queue="one")}, "r (line")):
        with open(os.path.join(place, "c.json"), "w") as f:
            f.write(config({**handlers, "o": stream()}))
        done = weir("log", "-c", "c.json", "--jsonl", input="", cwd=place, check=2)
        assert "in a ring: " in done.stderr and words in done.stderr, done


harness.main()
