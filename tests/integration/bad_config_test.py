"""Every line of "bad input" for configurations: `weir check` names the place and the fault, and the same text is
refused by port, page and command of a running service, in which nothing has changed by then."""
import os

import harness
from harness import Service, push, test, weir

GOOD = """[weir]
service = good
[admin]
config_port = unix:{run}/port
[loggers]
keys = root,a
[handlers]
keys = file
[formatters]
keys = line
[logger_root]
level = INFO
handlers = file
[logger_a]
qualname = a
level = WARNING
handlers =
[handler_file]
class = FileHandler
formatter = line
args = ('out.log',)
[formatter_line]
format = %(levelname)s %(name)s %(message)s
"""
LINES = GOOD.splitlines()


def line_of(text):
    """The number of the line in GOOD that begins like this."""
    return next(i for i, line in enumerate(LINES, 1) if line.startswith(text))


def change(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


HANDLER, ARGS = line_of("class = FileHandler"), line_of("args = ")
# row of tests/coverage.txt -> (text, line that must be named, words that must be said)
FAULTS = {
    "unknown class": (change("FileHandler", "FielHandler"), HANDLER, ["[handler_file] class", "FielHandler", "did you mean FileHandler"]),
    "unknown handler": (change("handlers = file\n", "handlers = file,flie\n"), line_of("handlers = file"),
                        ["[logger_root] handlers", "unknown handler", "flie"]),
    "unknown formatter": (change("formatter = line", "formatter = lime"), line_of("formatter = line"),
                          ["[handler_file] formatter", "lime", "did you mean line"]),
    "missing section": (change("[logger_a]", "[logger_other]"), line_of("keys = root"), ["[loggers] keys", "no section [logger_a]"]),
    "bad level": (change("level = INFO", "level = LOUD"), line_of("level = INFO"), ["[logger_root] level", "LOUD", "DEBUG"]),
    "unbalanced args": (change("('out.log',)", "('out.log',"), ARGS, ["[handler_file] args"]),
    "executable args": (change("('out.log',)", "(__import__('os').system('touch executed'),)"), ARGS, ["[handler_file] args"]),
    "unwritable path": (change("('out.log',)", "('/proc/nowhere/out.log',)"), ARGS, ["[handler_file] args", "/proc/nowhere"]),
    "duplicate section": (GOOD + "[handler_file]\nclass = NullHandler\n", len(LINES) + 1, ["[handler_file]", str(line_of("[handler_file]"))]),
    "duplicate key": (change("formatter = line\n", "formatter = line\nclass = NullHandler\n"), HANDLER + 2,
                      ["[handler_file] class", str(HANDLER)]),
    "10 MB file": (GOOD + "# padding\n" * (1024 * 1024), None, ["1048576"]),
    "NUL": (change("level = INFO", "level = IN\0FO"), line_of("level = INFO"), ["NUL"]),
    "binary": (bytes(range(128, 256)).decode("latin-1").encode("latin-1") * 40, 1, ["UTF-8"]),
}
# Long, and fine: nothing is cut.
LONG_NAME = "n" * 80
LONG = {
    "5,000-byte lines": change("%(levelname)s %(name)s", "%(levelname)s " + "x" * 5000),
    "80-byte section names": GOOD.replace("keys = root,a", "keys = root," + LONG_NAME).replace("[logger_a]", "[logger_%s]" % LONG_NAME),
}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def say(problem, row, name, line, words):
    start = "%s:%s" % (name, "" if line is None else "%d: " % line)
    hits = [one for one in problem.splitlines() if one.startswith(start)]
    assert any(all(word in one for word in words) for one in hits), "%s: expected %r with %r in\n%s" % (row, start, words, problem)
    assert len(problem) < 4000, row


@test(covers=["config: " + row for row in list(FAULTS) + list(LONG)], quick=True)
def check_names_each_fault():
    directory = harness.tmp()
    path = os.path.join(directory, "bad.ini")
    for row, (text, line, words) in FAULTS.items():
        with open(path, "wb") as f:
            f.write(as_bytes(text).replace(b"{run}", directory.encode()))
        done = weir("check", "bad.ini", cwd=directory, check=2)
        say(done.stderr, row, "bad.ini", line, words)
        assert done.stdout == "", row
        assert os.listdir(directory) == ["bad.ini"], row
    for row, text in LONG.items():
        with open(path, "w") as f:
            f.write(text.replace("{run}", directory))
        assert ": fine: 2 loggers" in weir("check", "bad.ini", cwd=directory, check=0).stdout, row


def state(service):
    """All that a refusal must leave alone."""
    config = service.api("GET", "/api/config")
    loggers = service.api("GET", "/api/loggers")["loggers"]
    descriptors = sorted(os.readlink("/proc/%d/fd/%s" % (service.pid, fd)) for fd in ("%d" % n for n in range(200))
                         if os.path.islink("/proc/%d/fd/%s" % (service.pid, fd)))
    return (config["generation"], config["text"], [(one["name"], one["level"]) for one in loggers if one["name"][:4] != "weir"],
            [d for d in descriptors if not d.startswith("socket:")],
            {name for name in os.listdir(service.dir) if name != "bad.ini"})


def unaffected(service, before, row):
    after = state(service)
    assert after == before, "%s changed\n%r\nto\n%r" % (row, before, after)


@test(covers=["config: " + row for row in FAULTS] + ["promise 2"], quick=True)
def pushed_it_is_refused_and_nothing_changes():
    with Service(GOOD, name="good") as service:
        service.run("say a 30 first")
        service.run("flush 5000")
        before = state(service)
        for row, (text, line, words) in FAULTS.items():
            data = as_bytes(text).replace(b"{run}", service.run_path.encode())
            with open(service.path("bad.ini"), "wb") as f:
                f.write(data)
            if row == "10 MB file":
                answer = over_port_in_pieces(service, data)
                assert answer == "" or answer.startswith("refused: 1 problems\n"), answer[:200]
                words = ["larger", "1048576"]
                said = service.weir("push", service.path("bad.ini"), check=2).stderr
                assert all(word in said for word in words), said
                unaffected(service, before, row)
                continue
            answer = push(service.run_path + "/port", data)
            assert answer.startswith("refused: "), "%s: %s" % (row, answer[:300])
            if row == "unwritable path":
                words = ["[handler_file]", "/proc/nowhere"]
            say(answer, row, "<port>", line, words)
            done = service.weir("push", service.path("bad.ini"), check=2)
            say(done.stderr, row, service.path("bad.ini"), line, words)
            unaffected(service, before, row)
        service.run("say a 30 last")
        service.run("flush 5000")
        lines = [one for one in service.lines("out.log") if " weir" not in one]
        assert lines == ["WARNING a first", "WARNING a last"], lines


def over_port_in_pieces(service, data):
    """The length is refused before the text has come: what is still being sent meets a closed connection."""
    try:
        return push(service.run_path + "/port", data)
    except (BrokenPipeError, ConnectionResetError):
        return ""


@test(covers=["config: " + row for row in LONG], quick=True)
def long_lines_and_names_work():
    with Service(GOOD, name="good") as service:
        for row, text in LONG.items():
            answer = push(service.run_path + "/port", text.replace("{run}", service.run_path))
            assert answer.startswith("ok generation "), "%s: %s" % (row, answer)
            service.run("say a 30 long")
            service.run("flush 5000")
            assert service.lines("out.log")[-1].endswith("long")
        assert "x" * 5000 in "".join(service.lines("out.log"))


@test(covers=["promise 2"], quick=True)
def every_fault_is_told_at_once():
    text = change("level = INFO", "level = LOUD").replace("FileHandler", "FielHandler").replace("('out.log',)", "(open('x'),)")
    directory = harness.tmp()
    with open(os.path.join(directory, "bad.ini"), "w") as f:
        f.write(text.replace("{run}", directory))
    done = weir("check", "bad.ini", cwd=directory, check=2)
    assert [one.split(": ")[0] for one in done.stderr.splitlines()] == ["bad.ini:%d" % n for n in (
        line_of("level = INFO"), HANDLER, ARGS)], done.stderr
    assert not os.path.exists(os.path.join(directory, "x"))


@test(covers=["promise 2"], quick=True)
def a_bad_file_at_the_start_or_on_the_way_is_told_and_healed():
    service = Service(GOOD.replace("level = INFO", "level = LOUD"), name="good", start=False)
    service.start()
    with service:
        assert "service.ini:%d: [logger_root] level" % line_of("level = INFO") in service.stderr(), service.stderr()
        service.write_config(GOOD)
        harness.wait_until(lambda: service.api("GET", "/api/config")["text"].startswith("[weir]"), what="the mended file")
        before = state(service)
        service.write_config(GOOD.replace("class = FileHandler", "class = FielHandler"))
        harness.wait_until(lambda: "FielHandler" in str(service.status()), what="the trouble in the status")
        unaffected(service, before, "a bad file")


@test(covers=["promise 4"], quick=True)
def nothing_is_executed():
    directory = harness.tmp()
    for args in ("(__import__('os').system('touch executed'),)", "(open('executed', 'w'),)", "((lambda: 1)(),)",
                 "(().__class__.__bases__[0].__subclasses__(),)", "([x for x in (1,)],)", "(exec('1'),)", "(f'{1}',)"):
        with open(os.path.join(directory, "bad.ini"), "w") as f:
            f.write(GOOD.replace("('out.log',)", args).replace("{run}", directory))
        for command in (("check", "bad.ini"), ("log", "-c", "bad.ini")):
            done = weir(*command, cwd=directory, input="x\n", check=2)
            assert "bad.ini:%d:" % ARGS in done.stderr, done.stderr
    assert os.listdir(directory) == ["bad.ini"]


@test(covers=["promise 6"], quick=True)
def what_config_get_prints_is_taken_and_reopens_nothing():
    config = GOOD.replace("keys = file\n", "keys = file,db\n").replace("handlers = file\n", "handlers = file,db\n")
    config += "[handler_db]\nclass = weir.HistoryHandler\nargs = ('h.db',)\n"
    with Service(config, name="good") as service:
        def descriptors():
            return {(fd, os.readlink("/proc/%d/fd/%s" % (service.pid, fd))) for fd in os.listdir("/proc/%d/fd" % service.pid)
                    if "socket:" not in os.readlink("/proc/%d/fd/%s" % (service.pid, fd))}
        service.run("say a 30 one")
        service.run("flush 5000")
        before = descriptors()
        got = service.weir("config", "get", check=0)
        assert got.stderr == ""
        with open(service.path("got.ini"), "w") as f:
            f.write(got.stdout)
        assert service.weir("push", service.path("got.ini"), check=0).stdout == "ok generation 2\n"
        assert push(service.run_path + "/port", got.stdout).startswith("ok generation 3")
        service.run("say a 30 two")
        service.run("flush 5000")
        # A reader of the history may have been opened beside it; nothing was closed, nor opened to write twice.
        assert before <= descriptors(), (descriptors(), before)
        assert [name for _, name in descriptors()].count(service.path("out.log")) == 1
        assert service.lines("out.log")[-1] == "WARNING a two"


@test(covers=["promise 6"], quick=True)
def what_is_pushed_back_empties_no_file():
    with Service(change("('out.log',)", "('out.log', 'w')"), name="good") as service:
        service.run("say a 30 one")
        service.run("flush 5000")
        got = service.weir("config", "get", check=0).stdout
        assert push(service.run_path + "/port", got).startswith("ok generation 2")
        service.run("say a 30 two")
        service.run("flush 5000")
        assert [line for line in service.lines("out.log") if " a " in line] == ["WARNING a one", "WARNING a two"]
        # Another text begins its files anew, as Python does.
        assert push(service.run_path + "/port", got + "# again\n").startswith("ok generation 3")
        service.run("say a 30 three")
        service.run("flush 5000")
        assert [line for line in service.lines("out.log") if " a " in line] == ["WARNING a three"]


harness.main()
