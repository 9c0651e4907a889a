"""dictConfig as JSON: what is incremental, and what is wrong, told with its line. The rest: cases/dicts.py."""
import json
import os

import harness
from compared import OUT, agree_on as agree, ini, record
from harness import test

FORMATS = {"f": {"format": "%(levelname)s %(name)s %(message)s"}, "brace": {"format": "{levelname:8}|{message}\n", "style": "{"},
           "dollar": {"format": "${name} 100%% $message", "style": "$", "datefmt": "%H"}, "bare": {}, "cls": {"class": "logging.Formatter", "format": "<%(message)s>"}}
STREAM = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f"}


def config(**more):
    return json.dumps({"version": 1, "formatters": FORMATS, "handlers": {"h": STREAM}, "root": {"level": "DEBUG", "handlers": ["h"]}, **more}, indent=1)


LINES = [record(n, l, "m %s", "x") for n in ("", "a", "a.b", "a.bb", "a.b.c", "c") for l in (10, 20, 30, 40)]


@test(quick=True)
def propagate_stays_where_nothing_is_said_of_it():
    first = config(loggers={"a": {"level": "INFO", "handlers": ["h"], "propagate": False}, "a.b": {"propagate": True}, "c": {}})
    second = config(loggers={"a": {"level": "INFO", "handlers": ["h"]}, "a.b": {"handlers": ["h"]}, "c": {"propagate": False}, "d": {}})
    file = ini({"root": ("", "DEBUG", "h", None), "a": ("a", "INFO", "h", "0"), "c": ("c", None, "h", None)}, {"h": OUT}, {"f": {"format": "ini %(message)s"}})
    steps = lambda *names: [line for n in names for line in [{"op": "reconfigure", "path": n}] + LINES]
    files = [("2.json", second), ("f.ini", file)]
    agree(first, LINES + steps("2.json", "2.json"), files)
    agree(first, LINES + steps("f.ini", "2.json", "f.ini"), files)
    agree(file, LINES + steps("2.json"), files)


def incremental(**more):
    return json.dumps({"version": 1, "incremental": True, **more})


@test(covers=["config: dictConfig"], quick=True)
def incremental_changes_levels_and_propagate_only():
    loggers = {"a": {"level": "INFO", "handlers": ["h"]}, "a.b": {"level": "WARNING", "propagate": False, "handlers": ["h"]}}
    first = config(loggers=loggers, handlers={"h": STREAM, "f": {"class": "logging.FileHandler", "filename": "f.log", "mode": "w", "formatter": "f"}}, root={"level": "DEBUG", "handlers": ["h", "f"]})
    changes = [incremental(handlers={"h": {"level": "ERROR"}}), incremental(handlers={"h": {"level": 0}, "f": {"level": "WARNING", "class": "ignored"}}), incremental(loggers={"a": {"level": "ERROR"}, "new.one": {"level": 10}}),
               incremental(loggers={"a.b": {"propagate": True}, "a": {"propagate": False, "handlers": [], "filters": ["x"]}}), incremental(root={"level": "CRITICAL"}), incremental(loggers={"": {"level": "ERROR"}}, disable_existing_loggers=True),
               incremental(loggers={"a": {}, "c": {"level": None}}, formatters={"f": {"format": "other"}}, weir={"queue": "nonsense"}), incremental()]
    for change in changes:
        agree(first, LINES + [{"op": "reconfigure", "path": "i.json"}] + LINES, [("i.json", change)])
    # One after the other, and levels set in between stay where nothing is said of them.
    steps = []
    for i in range(len(changes)):
        steps += [{"op": "reconfigure", "path": "%d.json" % i}, {"op": "set_level", "logger": "c", "level": 10 * (i % 5)}] + LINES
    agree(first, LINES + steps, [("%d.json" % i, change) for i, change in enumerate(changes)])
    # What a configuration disabled is enabled where it is named, and stays disabled where not.
    other = ini({"root": ("", "DEBUG", "h", None)}, {"h": OUT}, {"f": {"format": "ini %(message)s"}})
    agree(other, LINES + [{"op": "reconfigure", "path": "other.ini"}] + LINES + [{"op": "reconfigure", "path": "i.json"}] + LINES,
          [("other.ini", other), ("i.json", incremental(loggers={"a": {"level": "INFO"}}))])
    # A whole one later is a whole one.
    agree(first, LINES + [{"op": "reconfigure", "path": "i.json"}, {"op": "reconfigure", "path": "other.ini"}] + LINES, [("i.json", changes[2]), ("other.ini", other)])


@test(quick=True)
def what_an_incremental_one_may_not_say_changes_nothing():
    for change, words in ((incremental(handlers={"x": {"level": "INFO"}}), "No handler found"), (incremental(loggers={"a": {"level": "LOUD"}}), "unknown level"), (json.dumps({"version": 2, "incremental": True}), "Unsupported version"),
                          (incremental(loggers={"a": {"level": "20"}}), "unknown level"), (incremental(loggers=[1]), "an object is wanted"), (incremental(root={"level": 1.5}), "a level is")):
        place = harness.tmp()
        for name, text in (("c.json", config()), ("i.json", change)):
            with open(os.path.join(place, name), "w") as f:
                f.write(text)
        lines = "".join(json.dumps(line) + "\n" for line in [{"op": "reconfigure", "path": "i.json"}, record("a", 10, "still")])
        done = harness.weir("log", "-c", "c.json", "--jsonl", input=lines, cwd=place)
        assert words in done.stderr and done.stdout == "DEBUG a still\n", (change, done)


@test(covers=["config: dictConfig"], quick=True)
def factories_defaults_and_keys_that_python_ignores():
    agree(config(formatters={"f": {"()": "logging.Formatter", "fmt": "%(x)s %(message)s", "defaults": {"x": "é%"}}, "g": {"()": "logging.Formatter", "format": "{message} {y}", "style": "{", "validate": False, "defaults": {"y": 1.5}},
                             "d": {"()": "logging.Formatter", "fmt": "$message $x", "style": "$", "defaults": {"x": None, "message": "no"}}, "plain": {"format": "no fields", "validate": False}},
                 handlers={n: {**STREAM, "formatter": n} for n in ("f", "g", "d", "plain")}, root={"level": "DEBUG", "handlers": ["f", "g", "d", "plain"]}), LINES[:4] + [record("a", 20, "m", extra={"x": "own", "y": [1]})])
    agree(config(handlers={"h": {"()": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "f", "level": 15}}, filters={"x": {"()": "logging.Filter", "name": "a"}, "y": {"name": "a", "more": 1}},
                 root={"level": "DEBUG", "handlers": ["h"], "filters": []}, loggers={"a": {"filters": ["x", "y"]}}), LINES)
    agree(config(formatters={**FORMATS, "f": {**FORMATS["f"], "fmt": "ignored", "colour": "red"}}), LINES)


@test(quick=True)
def what_is_wrong_is_told_with_its_line():
    good = config(filters={"x": {"name": "a"}}, loggers={"a": {"level": "INFO", "handlers": ["h"], "filters": ["x"], "propagate": False}})
    cases = [('"version": 1', '"version": 2', "Unsupported version"), ('"version": 1', '"version": "1"', "Unsupported version"), ('"version": 1', '"versoin": 1', "doesn't specify a version"),
             ('"class": "logging.StreamHandler"', '"class": "SteamHandler"', "did you mean"),
             ('"class": "logging.StreamHandler"', '"()": "os.system"', "no code in data"), ("ext://sys.stdout", "ext://os.environ", "os.environ"), ("ext://sys.stdout", "ext://__import__('os')", "ext://"),
             ("ext://sys.stdout", "cfg://no.where", "cfg://"), ('"formatter": "f"', '"formatter": "ff"', "unknown formatter"), ('"level": "INFO"', '"level": "LOUD"', "unknown level"),
             ('"propagate": false', '"propagate": "maybe"', "propagate"), ('"stream": "ext', '"steam": "ext', "did you mean stream"),
             ('"style": "{"', '"style": "x"', "unknown style"), ('{levelname:8}', '{levelname:8', "invalid format"), ('"version": 1,', '"version": 1', "JSON")]
    for before, after, words in cases:
        assert good.count(before) >= 1, before
        bad = good.replace(before, after, 1)
        line = good[:good.index(before)].count("\n") + 1
        place = harness.tmp()
        with open(os.path.join(place, "c.json"), "w") as f:
            f.write(bad)
        done = harness.weir("log", "-c", "c.json", "--jsonl", input="", cwd=place, check=2)
        assert words in done.stderr, (after, done.stderr)
        wanted = {"versoin": 1, '"version": 1': line + 1 if words == "JSON" else line}.get(before, line) if "versoin" not in after else 1
        assert any(l.startswith("c.json:%d:" % n) for l in done.stderr.splitlines() for n in ({wanted, wanted + 1} if words in ("JSON", "no code in data") else {wanted})), (after, wanted, done.stderr)
        assert os.listdir(place) == ["c.json"]


harness.main()
