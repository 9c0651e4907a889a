"""Handlers, filters and formatters as C objects: a C host and real Python do the same script, and what they print,
answer and leave in files is the same byte for byte."""
import os
import subprocess
import sys

import harness
from edits import CONFIG, load
from harness import BUILD, ROOT, full_env, run_dir, scaled, test, tmp

HOST = os.path.join(BUILD, "tests/support/api_host")
ORACLE = os.path.join(ROOT, "tests/support/api_oracle.py")


def run(command, script, files):
    directory = tmp()
    for name, text in files.items():
        with open(os.path.join(directory, name), "w") as f:
            f.write(text)
    with open(os.path.join(directory, "script"), "w") as f:
        f.write(script)
    runtime = run_dir()
    env = full_env({"RUNTIME_DIRECTORY": runtime, "XDG_RUNTIME_DIR": runtime, "WEIR_SERVICE": harness.OWN})
    done = subprocess.run(command + ["script"], cwd=directory, env=env, capture_output=True, timeout=60 * harness.SLOW)
    left = {}
    for name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, name), "rb") as f:
            left[name] = f.read()
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    return {"stdout": done.stdout, "stderr": done.stderr, **left}


def lines(*operations):
    """Each operation is a string, its words separated by " | "."""
    return "".join("\t".join(o.split(" | ")) + "\n" for o in operations)


def same(*operations, files=None):
    """Answers that are errors begin with Python's words; Weir's may say more."""
    script = lines(*operations)
    theirs, ours = run([sys.executable, ORACLE], script, files or {}), run([HOST], script, files or {})
    mine, real = ours["results"].decode().split("\n"), theirs["results"].decode().split("\n")
    for at, (a, b) in enumerate(zip(mine, real)):
        if b.startswith("error: ") and b[7:] in a:
            mine[at] = b
    ours["results"] = "\n".join(mine).encode()
    # A handler opens its file when it is attached, Python's when it is made (docs/python-differences.md).
    theirs = {k: v for k, v in theirs.items() if v or k in ours}
    assert ours == theirs, "script:\n%s\nPython: %s\nWeir:   %s" % (
        script, {k: v for k, v in theirs.items() if ours.get(k) != v}, {k: v for k, v in ours.items() if theirs.get(k) != v})
    return ours


LOG = ["log | root | %d | root %d" % (n, n) for n in (10, 20, 30, 40)] + ["log | a.b | 30 | deep", "log | a | 20 | low"]

BASIC = [
    [],
    ["level=10"],
    ["level=20", "format=%(levelname)-8s|%(name)s|%(message)s"],
    ["level_name=INFO"],
    ["level=0"],
    ["filename=x.log"],
    ["filename=x.log", "filemode=w", "level=10"],
    ["filename=x.log", "filemode=a", "format=%(message)s"],
    ["filename=x.log", "encoding=utf-8", "errors=backslashreplace"],
    ["stream=stdout"],
    ["stream=stderr", "level=10"],
    ["style={", "level=20"],
    ["style=$", "level=20"],
    ["style={", "format={levelname:>10} {message}"],
    ["style=$", "format=$levelname/${name}/$message"],
    ["datefmt=<day>", "format=%(asctime)s %(message)s"],
    ["force=1", "level=10"],
    ["handlers=h,g", "format=%(name)s: %(message)s", "level=10"],
    ["handlers=h", "style={", "level=10"],
    # errors, with Python's words
    ["filename=x.log", "stream=stdout"],
    ["handlers=h", "filename=x.log"],
    ["handlers=h", "stream=stdout"],
    ["style=#"],
    ["level_name=LOUD"],
    ["format=%(message", "level=10"],
    ["format={message", "style={"],
]
MADE = ["handler | h | StreamHandler | {'stream': sys.stdout}", "handler | g | FileHandler | {'filename': 'g.log'}",
        "formatter | f | g: %(message)s | - | -", "setformatter | g | f"]


@test(covers=["api 1"], quick=True)
def basic_config_as_python():
    for options in BASIC:
        needs = MADE if any(o.startswith("handlers") for o in options) else []
        # An error leaves Python with a file made, or a handler attached: Weir changes nothing then.
        same(*needs, " | ".join(["basic"] + options), *LOG, files={"x.log": "before\n"}) \
            if not is_error(options) else refused(needs, options)


def is_error(options):
    return options in BASIC[19:]


def refused(needs, options):
    script = lines(*needs, " | ".join(["basic"] + options), "list | root")
    theirs, ours = run([sys.executable, ORACLE], script, {}), run([HOST], script, {})
    at = len(needs)
    real, mine = theirs["results"].decode().split("\n")[at], ours["results"].decode().split("\n")[at]
    assert mine.startswith("error: ") and real[7:] in mine, (real, mine)
    assert ours["results"].decode().split("\n")[at + 1] == "0", "nothing was attached"


@test(covers=["api 1"])
def basic_config_twice():
    same("basic | level=20", "basic | level=10 | format=never", *LOG)
    same("basic | filename=x.log | level=20", "log | root | 20 | one", "basic | force=1 | stream=stdout | level=10", *LOG)
    same("handler | h | FileHandler | {'filename': 'h.log'}", "attach | root | h", "basic | level=10", *LOG)
    same("handler | h | FileHandler | {'filename': 'h.log'}", "attach | a | h", "basic | level=10", *LOG)
    same("basic | handlers=", "log | root | 30 | nobody", "list | root", "basic | stream=stdout", "log | root | 30 | you")
    same("handler | h | FileHandler | {'filename': 'h.log'}", "attach | root | h", "log | root | 30 | one",
         "basic | force=1 | level=10", "log | root | 10 | two", "attach | a | h", "log | a | 30 | three")
    same("level | root | 10", "level | a | 40", "basic", *LOG)


@test(covers=["api 1"])
def root_functions_configure():
    same("root | 20 | not shown", "root | 30 | shown", "list | root", "root | 50 | again")
    same("root | 10 | not shown", "log | root | 30 | by the handler that debug() made")
    same("handler | h | StreamHandler | {'stream': sys.stdout}", "attach | root | h", "root | 30 | to h", "list | root")
    same("level | root | 10", "root | 10 | ten", "root | 40 | forty")


@test(covers=["api 2"], quick=True)
def handlers_come_and_go():
    file = "handler | h | FileHandler | {'filename': 'h.log', 'mode': 'w'}"
    same(file, "attach | root | h", "log | a.b | 30 | one", "detach | root | h", "log | a.b | 30 | to lastResort",
         "attach | root | h", "log | a.b | 30 | three", "list | root", "has | a.b", "has | root")
    same(file, "attach | a | h", "attach | a.b | h", "log | a.b | 30 | twice", "attach | a | h", "log | a | 30 | once",
         "list | a", "detach | a.b | h", "log | a.b | 30 | once again")
    same(file, "attach | a | h", "log | a | 30 | x", "log | b | 30 | lastResort", "log | b | 20 | nothing")
    same(file, "handler | g | StreamHandler | -", "attach | a | h", "attach | root | g", "log | a.b | 40 | both",
         "propagate | a | 0", "log | a.b | 40 | h alone", "has | a.b", "has | a", "propagate | a | 1",
         "log | a.b | 40 | both again", "propagate | root | 0")
    same(file, "detach | a | h", "detach | root | h", "has | a", "has | root", "list | root", "propagate | x.y | 0", "has | x.y")
    same(file, "attach | root | h", "log | root | 30 | one", "close | h", "log | root | 30 | lastResort", "list | root")
    same(file, "attach | root | h", "log | root | 30 | one", "free | h", "log | root | 30 | two", "list | root")


@test(covers=["api 2"])
def levels_formatters_filters_change():
    made = ["handler | h | StreamHandler | {'stream': sys.stdout}", "attach | root | h", "level | root | 10"]
    same(*made, *LOG, "setlevel | h | 30", *LOG, "setlevel | h | 0", *LOG, "setlevel | h | 15", *LOG, "list | root")
    same(*made, "formatter | f | %(levelname)s %(message)s | - | -", "setformatter | h | f", *LOG,
         "formatter | g | {name}/{message} | - | {", "setformatter | h | g", *LOG,
         "formatter | d | $message $levelno | - | $", "setformatter | h | d", *LOG)
    same(*made, "filter | only | a.b", "addfilter | h | only", *LOG, "addfilter | h | only", "removefilter | h | only", *LOG,
         "removefilter | h | only")
    same(*made, "filter | only | a.b", "lfilter | a | only", *LOG, "lfilter | root | only", *LOG, "lunfilter | a | only", *LOG)
    same(*made, "filter | one | a", "filter | two | a.b", "addfilter | h | one", "addfilter | h | two", *LOG,
         "removefilter | h | two", *LOG)
    same("handler | h | FileHandler | {'filename': 'x.log'}", "setlevel | h | 40", "formatter | f | <%(message)s> | - | -",
         "setformatter | h | f", "filter | only | a", "addfilter | h | only", "attach | root | h", "log | a | 40 | yes",
         "log | b | 40 | no", "log | a | 30 | no", "list | root")
    same(*made, "stream | h | stderr", *LOG, "stream | h | stdout", *LOG)
    same(*made, "name | h | mine", "byname | mine", "byname | other", *LOG)
    same("formatter | f | %(nothing) | - | -", "formatter | f | %(message)s | - | #", "formatter | f | no fields | - | -",
         "formatter | f | {message | - | {", "formatter | f | $ | - | $", "formatter | f | %(message)s | - | -",
         "formatter | f | - | - | {")


@test(covers=["api 2"])
def several_edits_as_one():
    same("handler | h | FileHandler | {'filename': 'h.log'}", "handler | g | StreamHandler | {'stream': sys.stdout}", "edit",
         "attach | root | h", "attach | a | g", "setlevel | g | 40", "propagate | a | 0", "end", "log | a.b | 40 | g",
         "log | a | 30 | nobody", "log | root | 30 | h", "list | root", "list | a", "has | a.b")


@test(covers=["api 2"])
def rollover_by_hand():
    rolling = "handler | h | handlers.RotatingFileHandler | {'filename': 'r.log', 'backupCount': 2}"
    same(rolling, "attach | root | h", "log | root | 30 | one", "rollover | h", "log | root | 30 | two", "rollover | h",
         "log | root | 30 | three", "rollover | h", "rollover | h", "log | root | 30 | four", "flush | h")
    same("handler | h | handlers.RotatingFileHandler | {'filename': 'r.log', 'backupCount': 3, 'maxBytes': 30}",
         "attach | root | h", "log | root | 30 | one is short", "rollover | h", "log | root | 30 | two",
         "log | root | 30 | three is longer than that", "log | root | 30 | four", "flush | h")


@test(covers=["api 2"])
def a_configuration_replaces_what_was_attached():
    ini = """[loggers]
keys=root,k
[handlers]
keys=file
[formatters]
keys=line
[logger_root]
level=INFO
handlers=file
[logger_k]
level=ERROR
handlers=
qualname=k
[handler_file]
class=FileHandler
formatter=line
args=('c.log',)
[formatter_line]
format=%(levelname)s %(message)s
"""
    made = ["handler | h | FileHandler | {'filename': 'h.log'}", "attach | root | h", "log | root | 30 | h"]
    same(*made, "log | old | 30 | old", "config | c.ini | 0", "log | root | 20 | c", "log | old | 40 | disabled",
         "log | k | 30 | below", "log | k.x | 40 | reaches", "list | root", "attach | root | h", "log | root | 30 | both",
         "list | root", files={"c.ini": ini})
    same(*made, "log | old | 30 | old", "config | c.ini | 1", "log | old | 40 | enabled", files={"c.ini": ini})
    same("config | c.ini | 0", *LOG, *made, *LOG, "list | root", "detach | root | h", *LOG, files={"c.ini": ini})
    same(*made, 'dict | {"version": 1, "root": {"level": "INFO", "handlers": []}}', "log | root | 30 | lastResort", "list | root")


RECORDS = ["record | r | a.b | 30 | hello | -", "record | s | a | 10 | bye | Trace:", "record | t | ab | 50 | - | -"]


@test(covers=["api 2"], quick=True)
def formatters_and_filters_on_their_own():
    same(*RECORDS, "formatter | f | %(levelname)s:%(name)s:%(message)s | - | -", "format | f | r", "format | f | s", "uses | f",
         "formatter | g | {asctime} {message:>10} | %H:%M | {", "format | g | r", "uses | g",
         "formatter | d | $asctime $message | - | $", "format | d | r", "uses | d", "format | f | s", "formatter | n | - | - | -",
         "format | n | t", "uses | n", "formattime | f | r | -", "formattime | f | r | %Y", "formatstack | f | a stack",
         "formatter | x | %(message)d | - | -", "formatter | p | %(asctime)s | - | %", "uses | p", "format | p | s")
    same(*RECORDS, "formatter | f | %(message)s; | - | -", "buffering | f | r | s", "buffering | f | r", "buffering | f")
    same(*RECORDS, "filter | f | a", "passes | f | r", "passes | f | s", "passes | f | t", "filter | g | a.b", "passes | g | s")


@test(covers=["api 2"], quick=True)
def records_for_one_handler():
    made = ["handler | h | FileHandler | {'filename': 'h.log'}", "formatter | f | %(name)s %(message)s | - | -",
            "setformatter | h | f", "filter | only | a", "addfilter | h | only", "setlevel | h | 40"]
    same(*RECORDS, *made, "hpasses | h | r", "hpasses | h | t", "hformat | h | s", "handle | h | r", "handle | h | t",
         "emit | h | t", "emit | h | r", "flush | h")
    same(*RECORDS, *made, "attach | root | h", "log | a | 40 | by its logger", "handle | h | r", "log | a | 20 | not by it",
         "emit | h | t", "flush | h", "detach | root | h", "handle | h | r", "close | h")
    same(*RECORDS, "handler | g | StreamHandler | {'stream': sys.stdout}", "emit | g | r", "handle | g | t", "flush | g")


@test(covers=["api 2"])
def memory_handlers_have_targets():
    made = ["handler | m | handlers.MemoryHandler | {'capacity': 10, 'flushLevel': 40}",
            "handler | h | FileHandler | {'filename': 'h.log'}", "handler | g | StreamHandler | {'stream': sys.stdout}"]
    same(*made, "target | m | h", "attach | root | m", "log | a | 30 | kept", "flush | m", "log | a | 30 | kept too", "log | a | 40 | now")
    same(*made, "target | m | h", "attach | root | m", "log | a | 30 | one", "flush | m", "target | m | g", "log | a | 40 | two",
         "setlevel | h | 50", "target | m | h", "log | a | 40 | three", "flush | m", "list | root")
    same(*made, "attach | root | m", "target | m | h", "log | a | 30 | one", "edit", "setlevel | m | 20", "attach | b | g", "end",
         "flush | m", "log | b | 30 | two", "free | h", "log | b | 40 | three", "flush | m")
    got, _ = answers(*made, "target | m | m", "target | m | h", "attach | root | m", "byname | api-2", "free | h", "byname | api-2",
                     "target | m | g", "byname | api-2", "byname | api-3")
    assert "cannot be its own target" in got[3] and got[4:] == ["ok", "ok", "found", "found", "ok", "none", "found"], got


@test(covers=["api 2"])
def file_config_with_defaults():
    ini = """[loggers]
keys=root
[handlers]
keys=file
[formatters]
keys=line
[logger_root]
level=%(depth)s
handlers=file
[handler_file]
class=FileHandler
formatter=line
args=('%(where)s.log',)
[formatter_line]
format=%(levelname)s %(message)s
"""
    for before in ([], ["basic | level=10"]):
        same(*before, "config | c.ini | 0 | depth=INFO | where=here", *LOG, "config | c.ini | 1 | depth=ERROR | where=there", *LOG,
             files={"c.ini": ini})
    got, _ = answers("config | c.ini | 0", files={"c.ini": ini})
    assert got[0].startswith("error: ") and "%(depth)s" in got[0] and "%(where)s" in got[1], got


# ---- while others log --------------------------------------------------------------------

def check_order(lines, counts, what):
    """Every number of each thread once and in order."""
    seen = {0: 0, 1: 0}
    for line in lines:
        thread, number = line.split()
        t, n = int(thread[1:]), int(number[1:])
        assert n == seen[t], "%s: thread %d has %d where %d should be" % (what, t, n, seen[t])
        seen[t] = n + 1
    assert [seen[0], seen[1]] == counts, (what, seen, counts)


def no_doubles(lines, what):
    last = {}
    for line in lines:
        thread, number = line.split()[-2:]
        assert int(number[1:]) > last.get(thread, -1), "%s: %s again or out of order" % (what, line)
        last[thread] = int(number[1:])


# Where the machine gives the backend no time a caller waits, however long: nothing may be dropped here.
BLOCKING = """[weir]
overflow=block
stall_timeout=60s
[loggers]
keys=root
[handlers]
keys=
[formatters]
keys=
[logger_root]
level=INFO
handlers=
"""


@test(covers=["api 3"])
def edits_under_load():
    edits = scaled(3000)
    with load(start=False) as s:
        s.write_config(BLOCKING)
        s.start()
        s.run("begin")
        s.run("threads")
        s.run("edits %d" % edits)
        counts = [int(n) for n in s.run("halt").split()]
        s.run("flush")
        law, handlers = s.status()["law"], {h["name"]: h for h in s.status()["handlers"]}
        assert min(counts) > 100, counts
        assert law["accepted"] == law["routed"] + sum(law["dropped"].values()) + law["in_rings"], law
        kept = handlers["api-1"]
        assert kept["given"] == kept["delivered"] + sum(kept["dropped"].values()) + kept["pending"], kept
        assert kept["delivered"] == sum(counts), (kept, counts)
        assert s.status()["generation"] >= edits * 0.7
        assert s.stop() == 0
        check_order(s.lines("keep.log"), counts, "keep.log")
        assert len(s.lines("second.log")) > 0
        no_doubles(s.lines("second.log"), "second.log")


@test(covers=["api 3"])
def edits_while_it_stops_and_starts():
    with load(start=False) as s:
        s.write_config(CONFIG.replace("[admin]\n", ""))
        s.start()
        edited, _ = (int(n) for n in s.run("storm %d" % scaled(100)).split())
        assert edited >= 5 * scaled(100), edited
        handlers = s.status()["handlers"]
        assert "file" in [h["name"] for h in handlers], handlers
        assert s.stop() == 0
        assert set(s.lines("storm0.log") + s.lines("storm1.log")) == {"while it is attached"}


@test(covers=["api 3"])
def a_forked_child_has_them_and_edits_its_own():
    if "tsan" in harness.BUILD:
        harness.skip("ThreadSanitizer's runtime lets no forked child have threads")
    with load(argument="-") as s:
        s.run("begin")
        assert s.run("fork") == "0"
        assert s.run("edits 10") == "ok"
        assert s.run("fork") == "0"
        assert s.stop() == 0
        assert s.lines("keep.log") == ["t0 n0"] * 2, "the second record is below the level that the child has set"
        assert s.lines("child.log") == ["t0 n1"] * 2


# ---- what is refused -----------------------------------------------------------------------

def answers(*operations, files=None):
    ours = run([HOST], lines(*operations), files or {})
    return ours["results"].decode().split("\n")[:-1], ours


@test(covers=["api 4"], quick=True)
def what_is_wrong_is_said():
    for operation, words in (
            ("handler | h | FilHandler | {'filename': 'x'}", "did you mean FileHandler?"),
            ("handler | h | FileHandler | -", "filename is missing"),
            ("handler | h | FileHandler | {'filname': 'x'}", "did you mean filename?"),
            ("handler | h | FileHandler | {'filename': 7}", "a path is wanted"),
            ("handler | h | FileHandler | ('x',)", "kwargs is a tuple where a dict should be"),
            ("handler | h | FileHandler | {'filename': open('x')}", "a call is not a literal"),
            ("handler | h | FileHandler | {'filename': 'x', 'level': 'INFO'}", "'level' is no argument here"),
            ("handler | h | FileHandler | {'filename': 'x', 'mode': 'q'}", "mode"),
            ("formatter | f | %(message)s | - | #", "Style must be one of"),
            ("basic | stream=x", "stdout"),
            ("config | missing.ini | 0", "No such file"),
            ("dict | {\"version\": 2}", "Unsupported version")):
        (answer, *_), ours = answers(operation)
        assert answer.startswith("error: ") and words in answer, (operation, answer)
        assert set(ours) == {"stdout", "stderr", "script", "results"}, ours.keys()


@test(covers=["api 4"], quick=True)
def what_is_refused_changes_nothing():
    good = ["handler | h | FileHandler | {'filename': 'h.log'}", "attach | root | h", "setlevel | h | 20", "level | root | 10"]
    bad = "handler | b | FileHandler | {'filename': 'no/such/dir/b.log'}"
    got, ours = answers(*good, bad, "attach | root | b", "list | root", "log | root | 20 | still", "attach | root | b", "flush | h",
                        files={})
    assert "no/such/dir" in got[4] and got[4].startswith("error: ") and got[5] == "level 20, 1" and got[6] == got[4], got
    assert ours["h.log"] == b"still\n", ours
    # Of several, all or nothing: by an edit that fails, and by the function that gives it up.
    for last in (["attach | root | b", "end"], ["fail"]):
        got, ours = answers(*good, bad, "log | root | 20 | one", "formatter | f | <%(message)s> | - | -", "edit", "setlevel | h | 50",
                            "setformatter | h | f", "name | h | other", "propagate | a | 0", "attach | a | h", *last, "list | root",
                            "list | a", "has | a", "byname | api-1", "byname | other", "log | root | 20 | two")
        assert got[-6].startswith("error: "), got
        assert got[-5:] == ["level 20, 1", "0", "1 1", "found", "none"], got
        assert ours["h.log"] == b"one\ntwo\n", ours["h.log"]


@test(covers=["api 4"])
def objects_of_a_file():
    ini = CONFIG.replace("[admin]\n", "").replace("{dir}/", "")
    got, ours = answers("config | c.ini | 1", "take | h | file", "list | root", "setlevel | h | 40", "list | root", "log | root | 30 | no",
                        "log | root | 40 | yes", "detach | root | h", "log | root | 40 | lastResort", "attach | k | h", "has | k",
                        "log | k | 40 | again", "name | h | renamed", "byname | file", "byname | renamed", "free | h", "log | k | 40 | and again",
                        files={"c.ini": ini})
    assert got == ["ok", "found", "level 0, 1", "ok", "level 40, 1", "ok", "ok", "1 1", "ok", "none", "found"], got
    assert ours["file.log"] == b"yes\nagain\nand again\n" and ours["stderr"] == b"lastResort\n", ours


@test(covers=["api 4"])
def names_and_owners():
    one, two = ("handler | %s | FileHandler | {'filename': '%s.log'}" % (n, n) for n in "xy")
    got, _ = answers(one, two, "name | x | mine", "name | y | mine", "attach | root | x", "attach | root | y", "name | y | other",
                     "attach | root | y", "name | y | mine", "name | y | a,b", "list | root")
    assert got[:5] == ["ok"] * 5 and "already" in got[5] and got[6:8] == ["ok", "ok"], got
    assert "another handler has the name" in got[8] and "no commas" in got[9] and got[10] == "level 0, level 0, 2", got
    # One that is freed while a logger has it stays; then it goes, and its name with it.
    got, ours = answers(one, "attach | root | x", "free | x", "log | root | 30 | one", "byname | api-1", "take | x | api-1", "detach | root | x",
                        "byname | api-1", "free | x", "byname | api-1")
    assert got == ["ok", "ok", "found", "found", "ok", "found", "none"], got
    assert ours["x.log"] == b"one\n"


@test(covers=["api 4"])
def before_start_and_after_stop():
    got, ours = answers("handler | h | FileHandler | {'filename': 'h.log'}", "setlevel | h | 30", "list | root", "has | root", "flush | h",
                        "shutdown", "attach | root | h", "shutdown", "setlevel | h | 20", "attach | root | h", "basic", "list | root")
    assert got[:3] == ["ok", "ok", "0"] and got[3] == "0 1" and got[4].startswith("error"), got
    assert got[5].startswith("error") and got[6] == "ok" and got[7] == "ok" and got[8] == "ok", got
    assert "does not run" in got[9] and "does not run" in got[10] and got[11] == "0", got


# ---- what is seen of it ------------------------------------------------------------------

@test(covers=["api 4"])
def edits_are_shown():
    with load(start=False) as s:
        s.write_config(CONFIG)
        s.start()
        s.run("begin")
        config = s.weir("config", "get", check=0).stdout
        assert "keep.log" in config and "file.log" in config, config
        audit = [a for a in s.status()["audit"] if a["way"] == "api"]
        assert audit and audit[0]["who"] == "weir_logger_add_handler", audit
        assert "api" in s.weir("config", "history", check=0).stdout
        loggers = {l["name"]: l for l in s.api("GET", "/api/loggers")["loggers"]}
        assert loggers["k"]["level"] in (40, "ERROR"), loggers["k"]
        assert loggers["root"]["handlers"] == ["file", "api-1"], loggers["root"]
        # What is shown can be pushed back; the objects are no part of it then, as after any push.
        with open(s.path("shown.json"), "w") as f:
            f.write(config)
        s.weir("push", s.path("shown.json"), check=0)
        assert s.run("edits 1") == "ok"
        loggers = {l["name"]: l for l in s.api("GET", "/api/loggers")["loggers"]}
        assert loggers["root"]["handlers"] == ["file", "api-1"] and loggers["host"]["handlers"] == ["api-2"], loggers
        s.run("end")
        assert s.stop() == 0


harness.main()
