"""Filters by name in a file, which Python's fileConfig ignores, against the same in real Python by dictConfig: on
loggers and handlers, and in both forms of Weir."""
import json
import os
import subprocess
import sys

import harness
from compared import ORACLE, OUT, ini, record
from harness import test
from probe import check

NAMES = ("", "a", "a.b", "a.b.c", "a.bb", "a.bb.c", "ab", "b.a.b", "c")
LINES = [record(n, level, "m %s", n or "root") for n in NAMES for level in (10, 20, 40)]


def outcome(command, config, lines):
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(config)
    done = subprocess.run(command, input="".join(json.dumps(l) + "\n" for l in lines), text=True, capture_output=True, cwd=place, env=harness.full_env({}))
    files = {name: open(os.path.join(place, name)).read() for name in os.listdir(place) if name != "c.ini"}
    return done.returncode, done.stdout, done.stderr, files


def compare(filters, loggers, handlers, lines=LINES):
    """filters {name: logger's name}; loggers {name: (level, handlers, filters, propagate)}; handlers {name: (file, level, filters)}."""
    text = ini({n.replace(".", "_") or "root": (n, level, ",".join(h), int(p)) for n, (level, h, _, p) in loggers.items()},
               {n: {"class": "FileHandler", "args": repr((f,)), "level": level, "formatter": "f", "filters": ",".join(fs)} for n, (f, level, fs) in handlers.items()},
               {"f": {"format": "%(levelname)s %(name)s %(message)s"}})
    for n, (_, _, fs, _) in loggers.items():
        header = "[logger_%s]\n" % (n.replace(".", "_") or "root")
        text = text.replace(header, header + "filters=%s\n" % ", ".join(fs))
    text += "[filters]\nkeys=%s\n" % ",".join(filters)
    text += "".join("[filter_%s]\n%s" % (n, "" if to is None else "args=(%r,)\n" % to) for n, to in filters.items())
    as_dict = {"version": 1, "formatters": {"f": {"format": "%(levelname)s %(name)s %(message)s"}},
               "filters": {n: {} if to is None else {"name": to} for n, to in filters.items()},
               "handlers": {n: {"class": "logging.FileHandler", "filename": f, "level": level, "formatter": "f", "filters": fs} for n, (f, level, fs) in handlers.items()},
               "loggers": {n: {"level": level, "handlers": h, "filters": fs, "propagate": p} for n, (level, h, fs, p) in loggers.items() if n},
               "root": {"level": loggers[""][0], "handlers": loggers[""][1], "filters": loggers[""][2]}}
    log = [os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"]
    python = outcome([sys.executable, ORACLE, "c.ini"], json.dumps(as_dict), lines)
    assert outcome(log, json.dumps(as_dict), lines) == python
    assert outcome(log, text, lines) == python, (text, python, outcome(log, text, lines))
    # And printed in the other form it is the same again.
    shown = check([text])[0]
    for form in (shown["ini"], shown["json"]):
        assert outcome(log, form, lines)[1:] == python[1:], form


@test(covers=["filters: by name"], quick=True)
def a_prefix_is_a_logger_and_its_children():
    for wanted in (None, "", "a", "a.b", "a.b.c", "b", "c", "root"):
        compare({"x": wanted}, {"": ("DEBUG", ["h", "all"], [], True)}, {"h": ("h.log", "NOTSET", ["x"]), "all": ("all.log", "INFO", [])})


@test(quick=True)
def on_loggers_only_the_record_of_that_logger_is_asked():
    handlers = {"h": ("h.log", "NOTSET", []), "g": ("g.log", "ERROR", ["c"])}
    compare({"ab": "a.b", "c": "c"}, {"": ("DEBUG", ["h"], ["c"], True), "a": ("INFO", ["g"], ["ab"], True), "a.b": ("NOTSET", ["g", "h"], ["ab", "ab"], True), "a.b.c": ("DEBUG", [], ["c"], False)}, handlers)


@test(quick=True)
def several_of_them_must_all_agree():
    compare({"a": "a", "ab": "a.b", "none": "zzz"}, {"": ("DEBUG", ["h", "i", "j"], [], True)}, {"h": ("h.log", "NOTSET", ["a", "ab"]), "i": ("i.log", "NOTSET", ["ab", "a"]), "j": ("j.log", "INFO", ["a", "none"])})


@test(quick=True)
def what_is_wrong_with_them_is_told_with_its_line():
    good = ini({"root": ("", "INFO", "h", None)}, {"h": {**OUT, "filters": "x"}}, {"f": {"format": "%(message)s"}}) + "[filters]\nkeys=x\n[filter_x]\nclass=logging.Filter\nargs=('a',)\n"
    assert check([good])[0]["accepted"]
    for old, new, words in (("filters=x", "filters=y", 'unknown filter "y"'), ("filters=x", "filters=x,,x", "an empty name"), ("keys=x", "keys=x,z", "no section [filter_z]"), ("class=logging.Filter", "class=logging.Fliter", "did you mean logging.Filter"),
                            ("class=logging.Filter", "class=os.system", "unknown class"), ("args=('a',)", "args=('a','b')", "at most 1 arguments"), ("args=('a',)", "args=(5,)", "name is int"), ("args=('a',)", "kwargs={'nam':'a'}", "did you mean name")):
        assert old in good
        shown = check([good.replace(old, new)])[0]
        line = good[:good.index(old)].count("\n") + 1
        problems = [p for p in shown["problems"] if words in p["message"]]
        assert not shown["accepted"] and problems and problems[0]["line"] == line, (new, shown["problems"])
    # Python ignores the keys, so a file that has them and no [filters] is still taken.
    ignored = check([good[:good.index("[filters]")]])[0]
    assert ignored["accepted"] and ignored["problems"][0]["warning"] and "ignored as in Python" in ignored["problems"][0]["message"], ignored


if __name__ == "__main__":
    harness.main()
