"""What docs/python-differences.md says Weir does otherwise, row by row; and that each test that it names exists."""
import json
import os
import re
import subprocess
import tempfile

import harness
from compared import Case, OUT, Receivers, ini, one, op, record, run_side, run_weir, simple
from harness import test

DOC = os.path.join(harness.ROOT, "docs/python-differences.md")
ONE = [record("a", 20, "m")]


def ours(config, lines=tuple(ONE), files=None, **more):
    with tempfile.TemporaryDirectory() as place:
        receivers = Receivers("", place)
        return run_side(Case("difference", config, list(lines), files=files or {}, **more), run_weir, os.path.join(place, "1"), receivers, None)


def refused(config, *words, line=None):
    found = ours(config)
    said = found["stderr"].decode()
    assert found["exit"] == 2 and all(word in said for word in words), found
    assert line is None or said.startswith("c.ini:%d:" % line), said
    assert set(found) == {"exit", "stdout", "stderr", "file c.ini"}, found


def printed(config, out, lines=tuple(ONE)):
    found = ours(config, lines)
    assert found["exit"] == 0 and found["stdout"].decode() == out, found


@test(quick=True)
def a_byte_order_mark_is_passed_over():
    printed("\ufeff" + simple("%(message)s"), "m\n")


@test(quick=True)
def nul_and_invalid_utf8_are_refused():
    refused(simple("%(message)s\0"), "NUL")


@test(quick=True)
def bounds_are_named():
    refused(simple("%(message)s") + "# " + "x" * 1100000, "1048576")
    refused(simple("%(message)s") + "[%s]\n" % ("s" * 300), "255")
    refused(simple("%(message)s " + "x" * 70000), "65536")


@test(quick=True)
def keys_are_lower_cased_in_ascii():
    refused(simple("%(message)s").replace("args=", "ÄRGS=1\närgs=2\nargs=").replace("class=StreamHandler", "class=Nope"), "Nope")


@test(quick=True)
def logging_names_in_args():
    found = ours(ini({"root": ("", "DEBUG", "m", None)}, {"m": {"class": "handlers.MemoryHandler", "args": "(10, logging.ERROR)", "target": "o"}, "o": OUT}, {"f": {}}))
    assert found["exit"] == 0 and found["stdout"] == b"m\n", found


@test(quick=True)
def arithmetic_is_bounded():
    refused(one("handlers.RotatingFileHandler('o.log', 'a', 9**9**9, 1)"), "args")


@test(quick=True)
def what_literals_leave_out():
    for args in ("('%%s.log' %% 'x',)", "(b'o.log',)", "({'o.log'},)", "(f'o.log',)", "('\\N{DIGIT ONE}.log',)"):
        refused(one("FileHandler" + args), "args")


@test(quick=True)
def a_stream_is_one_of_two():
    refused(one("StreamHandler(5,)"), "sys.stdout")


@test(quick=True)
def a_flag_is_no_text():
    refused(one("FileHandler('o.log', 'a', None, 'no')"), "delay")


@test(quick=True)
def a_path_that_ends_in_a_slash():
    refused(one("FileHandler('o/',)"), "'/'")


@test(quick=True)
def no_methods_in_brace_formats():
    found = ours(simple("{name.upper}", style="{"))
    assert found["exit"] == 0 and found["stdout"] == b"" and b"AttributeError" in found["stderr"], found


@test(quick=True)
def widths_are_bounded():
    found = ours(simple("%(message)s"), [record("a", 20, "%70000s", "x")])
    assert found["exit"] == 0 and found["stdout"] == b"" and b"width too big" in found["stderr"], found


@test(quick=True)
def negative_sizes_are_refused():
    for args in ("('o.log', 'a', -1)", "('o.log', 'a', 1, -1)"):
        refused(one("handlers.RotatingFileHandler" + args), "args")
    refused(one("handlers.TimedRotatingFileHandler('o.log', 'S', 0)"), "interval")


@test(quick=True)
def at_time_is_text():
    found = ours(one({"class": "handlers.TimedRotatingFileHandler", "args": "('o.log', 'midnight')", "kwargs": "{'atTime': '13:45'}"}, "%(message)s"))
    assert found["exit"] == 0 and found["file o.log"] == b"m\n", found


@test(quick=True)
def a_level_without_a_name_in_a_file():
    printed(simple("%(message)s", level="Level 25"), "loud\n", [record("a", 24, "quiet"), record("a", 25, "loud")])


@test(quick=True)
def a_logger_that_is_not_named_has_no_handlers():
    first = ini({"root": ("", "DEBUG", "", None), "a": ("a", None, "h", "0")}, {"h": OUT}, {"f": {"format": "a %(message)s"}})
    second = ini({"root": ("", "DEBUG", "h", None), "b": ("a.b", None, "", None)}, {"h": OUT}, {"f": {"format": "root %(message)s"}})
    found = ours(first, [record("a.b", 20, "1"), op("reconfigure", path="o.ini"), record("a.b", 20, "2"), record("a", 20, "disabled")], {"o.ini": second})
    assert found["exit"] == 0 and found["stdout"] == b"a 1\nroot 2\n", found


@test(quick=True)
def types_in_json():
    stream = {"class": "logging.StreamHandler"}
    for config in ({"root": {"handlers": "h"}}, {"root": {"handlers": {"h": 1}}}, {"loggers": []},
                   {"handlers": {"h": stream, "m": {"class": "logging.handlers.MemoryHandler", "capacity": 3.5, "target": "h"}}}):
        refused({"version": 1, "handlers": {"h": stream}, **config}, "wanted")


@test(quick=True)
def propagate_is_no_text_in_json():
    refused({"version": 1, "disable_existing_loggers": "no"}, "true or false")
    refused({"version": 1, "loggers": {"a": {"propagate": "no"}}}, "propagate")


@test(quick=True)
def a_dict_is_a_whole():
    other = '{"version": 1, "disable_existing_loggers": false}'
    found = ours({"version": 1, "root": {"level": "DEBUG", "handlers": ["h"]}, "handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}}}, ONE + [op("reconfigure", path="o.json"), record("a", 40, "late")], {"o.json": other})
    assert found["stdout"] == b"m\n" and found["stderr"] == b"late\n", found


@test(quick=True)
def a_near_miss_of_a_key_is_a_warning():
    text = simple("%(message)s").replace("formatter=f\n", "formater=f\n")
    assert ours(text)["exit"] == 0
    with open(os.path.join(harness.tmp(), "c.ini"), "w") as f:
        f.write(text)
    done = harness.weir("check", f.name)
    assert "formater" in done.stdout + done.stderr, done


@test(quick=True)
def no_code_in_dicts():
    refused({"version": 1, "handlers": {"h": {"()": "os.system"}}}, "no code in data")
    refused({"version": 1, "handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://os.environ"}}}, "os.environ")


@test(quick=True)
def depth_of_arguments_is_bounded():
    found = ours(simple("%(message)s"), [record("a", 20, "%s", eval("[" * 40 + "]" * 40)), *ONE])
    assert found["exit"] == 2 and found["stdout"] == b"m\n" and b"nested too deeply" in found["stderr"], found


@test(quick=True)
def names_of_levels_are_bounded():
    found = ours(simple("%(levelname)s"), [op("add_level_name", level=35, name="x" * 64), record("a", 35, "m")])
    assert found["exit"] == 2 and found["stdout"] == b"Level 35\n" and b"63 bytes" in found["stderr"], found


@test(quick=True)
def levels_are_of_32_bits():
    found = ours(simple("%(message)s"), [record("a", 2**31, "lost"), *ONE])
    assert found["exit"] == 2 and found["stdout"] == b"m\n" and b"level 2147483648" in found["stderr"], found
    found = ours(simple("%(message)s"), [record("a", True, "lost"), *ONE])
    assert found["exit"] == 2 and found["stdout"] == b"m\n" and b"level True" in found["stderr"], found


@test(quick=True)
def leap_seconds_are_not_counted():
    assert ours(simple("%(asctime)s"), zone="right/UTC")["stdout"] == b"2023-11-14 22:13:20,123\n"


@test(quick=True)
def names_of_loggers_are_bounded():
    found = ours(simple("%(name)s"), [record("é" * 512, 20, "m"), record("x" * 1025, 20, "m"), record("a\0b", 20, "m"), op("set_level", logger="x" * 1025, level=10)])
    assert found["exit"] == 2 and found["stdout"].decode() == "é" * 512 + "\n" and found["stderr"].count(b"1024 bytes") == 3, found


@test(quick=True)
def handlers_of_one_file_share_it():
    two = {"a": {"class": "FileHandler", "args": "('o.log', 'w')"}, "b": {"class": "FileHandler", "args": "('o.log', 'w')", "formatter": "f"}}
    found = ours(ini({"root": ("", "DEBUG", "a,b", None)}, two, {"f": {"format": "2 %(message)s"}}), ONE + ONE)
    assert found["file o.log"] == b"m\n2 m\nm\n2 m\n", found


@test(quick=True)
def a_block_of_an_error_has_no_frames():
    found = ours(simple("%(message)s"), [record("a", 20, "%d", "x")])
    assert found["stderr"].decode() == ("--- Logging error ---\nTraceback (most recent call last):\nTypeError: %d format: a real number is required, not str\n"
                                        "Call stack:\nMessage: '%d'\nArguments: ('x',)\n"), found


@test(quick=True)
def what_cannot_be_sent_is_a_line():
    for kind, args in (("HTTPHandler", "('127.0.0.1:1', '/')"), ("SMTPHandler", "(('127.0.0.1', 1), 'a@b', ['c@d'], 's')")):
        found = ours(one({"class": "handlers." + kind, "args": args}))
        assert found["exit"] == 0 and found["stderr"].startswith(b"weir: ") and b"1 record" in found["stderr"], found


@test(covers=["python 29"], quick=True)
def a_watched_file_that_others_put_there_is_appended_to():
    place = harness.tmp()
    path = os.path.join(place, "o.log")

    def content():
        with open(path) as f:
            return f.read()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(one("handlers.WatchedFileHandler('o.log', 'w')", "%(message)s"))
    process = subprocess.Popen([os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"], cwd=place, stdin=subprocess.PIPE, text=True, bufsize=1, env=harness.full_env())
    process.stdin.write(json.dumps(record("a", 20, "first")) + "\n")
    harness.wait_until(lambda: os.path.exists(path) and content() == "first\n", what="the first record")
    os.rename(path, path + ".1")
    with open(path, "w") as f:
        f.write("theirs\n")
    process.stdin.write(json.dumps(record("a", 20, "second")) + "\n")
    process.stdin.close()
    assert process.wait(30 * harness.SLOW) == 0
    assert content() == "theirs\nsecond\n", content()


@test(quick=True)
def a_url_begins_with_a_slash():
    refused(one("handlers.HTTPHandler('127.0.0.1:1', 'log')"), "'/'")


@test(quick=True)
def a_bad_reconfigure_changes_nothing():
    found = ours(one("FileHandler('o.log', 'w')", "%(message)s"), ONE + [op("reconfigure", path="o.ini"), record("a", 20, "still")], {"o.ini": simple("%(message)s", level="LOUD")})
    assert found["exit"] == 2 and found["file o.log"] == b"m\nstill\n", found


@test(quick=True)
def each_test_that_is_named_exists():
    """In each section a line "Tests: …" names files, or each row ends with its test: `file.py:function`."""
    known = {}
    for folder, _, names in os.walk(os.path.join(harness.ROOT, "tests")):
        for name in names:
            if name.endswith(("_test.py", "_test.c")):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    known[name] = known.get(name, "") + f.read()
    with open(DOC, encoding="utf-8") as f:
        sections = f.read().split("\n## ")[1:]
    for section in sections:
        rows = [row for row in re.findall(r"^\|.*\|$", section, re.M)[2:]]
        own = "Tests: " in section
        files = re.findall(r"(\w+_test\.(?:py|c))", section)
        assert not [name for name in files if name not in known], section[:60]
        assert own or "| test |" in section, "no test of %r" % section[:40]
        for row in rows if not own else ():
            found = re.findall(r"`(\w+_test\.(?:py|c)):(\w+)`", row)
            assert found, "no test in the row: " + row
            for name, function in found:
                assert re.search(r"(def |Test\(\w+, )%s\b" % function, known.get(name, "")), "%s has no %s" % (name, function)


harness.main()
