"""Loggers, level names, records, code at the call, adapters, stacklevel and lastResort by the C API, and by Python's
logging: the same scenes, the same bytes."""
import os
import re
import subprocess
import sys

import harness
from harness import ROOT, test, tmp

PROBE = os.path.join(harness.BUILD, "tests/support/logging_probe")
SCENES = os.path.join(ROOT, "tests/support/logging_scenes.py")

CONFIG = """[weir]
escape = none
[loggers]
keys=root
[handlers]
keys=out
[formatters]
keys=f
[logger_root]
level=DEBUG
handlers=out
[handler_out]
class=FileHandler
formatter=f
args=('out.log','w')
[formatter_f]
format=%s
"""
PLACE = "%(name)s|%(levelname)s|%(levelno)s|%(pathname)s|%(filename)s|%(module)s|%(lineno)s|%(funcName)s|%(message)s"
SHORT = "%(name)s|%(levelname)s|%(levelno)s|%(message)s"


def play(command, scene, config, **env):
    place = tmp()
    args = [scene]
    if config is not None:
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(config)
        args.append("c.ini")
    done = subprocess.run(command + args, cwd=place, capture_output=True, text=True, timeout=60 * harness.SLOW,
                          env=harness.full_env({"WEIR_SERVICE": harness.OWN, "XDG_RUNTIME_DIR": harness.run_dir(), **env}))
    assert done.returncode == 0, done
    log = ""
    if config is not None and "out.log" in config:
        with open(os.path.join(place, "out.log")) as f:
            log = f.read()
    return done.stdout, done.stderr, log


def both(scene, config=None, expected=None):
    """expected: lines of the log that are known, as a check of the check."""
    python = play([sys.executable, SCENES], scene, config)
    ours = play([PROBE], scene, config)
    assert python == ours, "%s:\nPython %r\nWeir   %r" % (scene, python, ours)
    if expected is not None:
        assert ours[2].splitlines() == expected, ours[2]
    return ours


@test(covers=["python: level names", "python: loggers"], quick=True)
def levels_and_loggers():
    assert "NOTICE" in both("levels")[0]
    assert "a.b PlaceHolder" in both("loggers")[0]


@test(covers=["python: loggers"], quick=True)
def disabled_at_run_time():
    both("disabled", CONFIG % SHORT, ["d.e|CRITICAL|50|a child is not disabled", "d|CRITICAL|50|seen again"])


@test(covers=["python: records"], quick=True)
def records_that_the_host_makes():
    _, _, log = both("records", CONFIG % (PLACE + "|%(ip)s"))
    assert log.splitlines()[0] == "r.s|INFO|20|/src/dir/file.c|file.c|file|12|function|hello you, 5|10.0.0.1", log
    assert len(log.splitlines()) == 4, log


@test(covers=["python: records"], quick=True)
def the_record_factory():
    out, _, log = both("factory", CONFIG % (SHORT + "|%(number)s|%(custom)s"))
    assert "KeyError Attempt to overwrite 'custom' in LogRecord" in out and len(log.splitlines()) == 4, (out, log)


@test(covers=["python: filters at the call"], quick=True)
def filters_at_the_call():
    both("filters", CONFIG % SHORT,
         ["x|INFO|20|with context 1", "x|INFO|20|a field of the call too",
          "x.y|INFO|20|a child has no filter of its parent's", "x|INFO|20|no harm", "x|LOUD|50|<changed 50%>",
          "x|LOUD|50|<made>", "x|INFO|20|the secret is out"])


@test(covers=["python: filters at the call"], quick=True)
def attributes_that_filters_set_are_seen():
    """The scene's first record has what the filter adds; one without would fail to format on both sides."""
    fields = CONFIG % (PLACE + "|%(ip)s|%(user)s")
    python, ours = play([sys.executable, SCENES], "filters", fields)[2], play([PROBE], "filters", fields)[2]

    def comparable(log):
        """Path, file, module and line of a call are each language's own, but where a filter set them."""
        lines = [line.split("|") for line in log.splitlines() if line.startswith("x|")]
        return [f if f[1] == "LOUD" and f[8] == "<made>" else f[:3] + f[7:] for f in lines]

    assert comparable(python) == comparable(ours), (python, ours)
    assert "x|LOUD|50|/other/place.c|place.c|" in ours and "|<made>|192.168.0.1|fred" in ours, ours


@test(covers=["python: filters at the call"], quick=True)
def a_filter_for_every_logger():
    out, _, log = play([PROBE], "everywhere", CONFIG % SHORT)
    assert out == "3\n" and len(log.splitlines()) == 5, (out, log)


@test(covers=["python: adapters"], quick=True)
def adapters():
    both("adapters", CONFIG % SHORT)


@test(covers=["python: adapters"], quick=True)
def the_fields_of_adapters():
    fields = (CONFIG % "x").replace("format=x\n", "class=weir.JSONFormatter\n")
    log = play([PROBE], "adapters", fields)[2]
    found = [re.search(r'"event":"(.*?)"(.*)}', line).groups() for line in log.splitlines()][:8]
    plain, merged = ',"ip":"adapter\'s","user":3', ',"ip":"call\'s","user":3,"more":"m"'
    call = ',"ip":"call\'s","more":"m"'
    assert found == [("hello 5", plain), ("fields", plain), ("hello 5", plain), ("fields", merged),
                     ("[conn7] hello 5", ""), ("[conn7] fields", call),
                     ("[conn7] hello 5", plain), ("[conn7] fields", ',"ip":"adapter\'s","more":"m","user":3')], found


@test(covers=["python: stacklevel"], quick=True)
def stacklevel():
    def places(command):
        out, _, log = play(command, "stacklevel", CONFIG % "%(filename)s %(lineno)d %(funcName)s %(message)s")
        return int(out), [line.split(" ", 3) for line in log.splitlines()]

    for command, file in (([sys.executable, SCENES], "logging_scenes.py"), ([PROBE], "logging_probe.c")):
        line, found = places(command)
        assert [(f, n, m) for f, _, n, m in found] == [(file, "inner", "level 1"), (file, "middle", "level 2"),
                                                       (file, "outer", "level 3")], found
        assert int(found[2][1]) == line, (line, found)


@test(covers=["python: stack traces"], quick=True)
def stack_traces_name_function_file_and_line():
    log = play([PROBE], "stack", CONFIG % "%(message)s")[2]
    blocks = log.split("Stack (most recent call first):\n")
    assert [block.splitlines()[-1] if block else "" for block in blocks[:-1]] == [
        "it failed", "where am I", "through an adapter"], log
    for block, frames in zip(blocks[1:], (["fails", "stack", "main"], ["stack", "main"], ["adapter_fails", "stack", "main"])):
        for number, function in enumerate(frames):
            assert re.search(r"#%d %s at \S*logging_probe\.c:\d+ \(\S+logging_probe\)" % (number, function), block), log


OBJECTS = ([sys.executable, os.path.join(ROOT, "tests/support/objects_scenes.py")],
           [os.path.join(harness.BUILD, "tests/support/objects_probe")])


def same_objects(scene):
    python, ours = (play(command, scene, None, TZ="Europe/Berlin") for command in OBJECTS)
    assert python == ours, "%s:\nPython %r\nWeir   %r" % (scene, python, ours)
    return ours[0]


@test(covers=["python: objects"], quick=True)
def formatters_asked_by_the_host():
    assert "Traceback" in same_objects("formatters")
    assert "begin 3 one" in same_objects("buffering")


@test(covers=["python: objects"], quick=True)
def filters_and_handlers_asked_by_the_host():
    assert same_objects("filters") == "1 1\n1 1\n0 1\n0 1\n"
    same_objects("handlers")


@test(covers=["python: objects"], quick=True)
def attributes_of_formatters_and_handlers():
    assert "22:13 GMT" in same_objects("attributes")


@test(covers=["python: objects"], quick=True)
def the_target_of_a_memory_handler_is_set():
    """What has no target at the end is lost in Python, without a word; Weir says so on stderr."""
    python, ours = (play(command, "memory", None) for command in OBJECTS)
    assert python[0] == ours[0] == "kept so far\none\ntwo\nthree takes all along\nfour\nend\n", (python, ours)
    assert ours[1] == "handler api-1: 1 record dropped: stopped\n", ours


@test(covers=["python: objects"], quick=True)
def the_root_functions():
    """What follows an exception's message is each language's own."""
    python, ours = (play(command, "root", None)[1].splitlines() for command in OBJECTS)
    assert python[:3] == ours[:3] == ["Level 35:root:at 35", "WARNING:root:warning", "ERROR:root:it failed"], ours
    assert python[3].startswith("Traceback") and "fails" in ours[4], (python, ours)


@test(covers=["python: lastResort"], quick=True)
def last_resort():
    _, err, _ = both("last_resort")
    assert err.splitlines() == ["bare 1", "seen 2", "! ERROR: handed to the host", "! ERROR: made",
                                'No handlers could be found for logger "lr"'], err


BARE = "[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nlevel=DEBUG\nhandlers=\n"


@test(covers=["python: lastResort"], quick=True)
def last_resort_of_a_running_weir():
    def err(command):
        return [line for line in play(command, "last_resort", BARE)[1].splitlines()]

    assert err([PROBE]) == err([sys.executable, SCENES])


@test(covers=["python: raiseExceptions"], quick=True)
def silence():
    assert both("silent")[1] == ""


@test(covers=["python: raiseExceptions"], quick=True)
def errors_are_handed_to_the_host():
    out, _, log = play([PROBE], "errors", CONFIG % "%(message)s %(nosuch)s")
    assert re.fullmatch(r"out: .*nosuch.*: no such field\n", out), out
    assert "in silence" not in log and log.count("dropped") == 1, log


@test(covers=["python: listen"], quick=True)
def listening_and_no_more():
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(CONFIG % SHORT)
    probe = subprocess.Popen([PROBE, "listening", "c.ini"], cwd=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, bufsize=1, env=harness.full_env({"WEIR_SERVICE": harness.OWN,
                                                                         "XDG_RUNTIME_DIR": harness.run_dir()}))
    harness.cleanup(probe.kill)

    def say(line):
        probe.stdin.write(line + "\n")
        return int(probe.stdout.readline())

    port = int(probe.stdout.readline())
    assert say("level") == 10
    harness.push(port, CONFIG % SHORT)
    assert say("level") == 40, "what weir_listen's verify made of it"
    harness.push(port, "# refuse\n" + (CONFIG % SHORT).replace("DEBUG", "INFO"))
    assert say("level") == 40
    say("stop")
    try:
        harness.push(port, CONFIG % SHORT)
    except OSError:
        pass
    else:
        raise AssertionError("weir_stop_listening leaves the port open")
    probe.stdin.close()
    assert probe.wait(60 * harness.SLOW) == 0


harness.main()
