"""Attributes (dictConfig's "."): as a file says them, what is refused, and that none of Python's is forgotten. That they
do what they do in Python: cases/attributes.py."""
import json
import logging
import logging.handlers
import os
import sys
import tempfile

import harness
from compared import Receivers, run_side, run_weir
from harness import test
from probe import check

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import attributes  # noqa: E402


def config(handler=None, formatter=None, filters=None):
    return json.dumps({"version": 1, "formatters": {"f": formatter or {}}, "filters": {"x": filters or {}},
                       "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f", **(handler or {})}}, "root": {"handlers": ["h"]}}, indent=1)


def words(shown):
    return "\n".join(problem["message"] for problem in shown["problems"])


def weir(case, text):
    with tempfile.TemporaryDirectory() as place:
        found = run_side(case, run_weir, os.path.join(place, "1"), Receivers("", place), text)
    found.pop("file c.ini")
    return found


@test(quick=True)
def a_file_says_the_same():
    """Printed in either form and read back it is the same, and does the same."""
    cases = [case for case in attributes.CASES if "{http}" not in case.text()]
    shown = check([case.text() for case in cases])
    assert all(one["accepted"] and one["ini"] for one in shown), [(case.name, one) for case, one in zip(cases, shown) if not one["ini"]]
    for form in ("ini", "json"):
        again = check([one[form] for one in shown])
        wrong = [(case.name, one, two) for case, one, two in zip(cases, shown, again) if (one["ini"], one["json"]) != (two["ini"], two["json"])]
        assert not wrong, wrong[0]
    some = [(case, one) for case, one in zip(cases, shown) if "{unix" not in case.text()]
    assert len(some) > 80
    for case, one in some[::7]:
        assert weir(case, None) == weir(case, one["ini"].replace("disable_existing_loggers = no", "disable_existing_loggers = yes")), case.name
    assert sum("attributes = {" in one["ini"] for one in shown) > 60


@test(quick=True)
def a_converter_by_its_name():
    formatter = {"()": "logging.Formatter", "fmt": "%(asctime)s", ".": {"converter": "ext://time.gmtime"}}
    shown, wrong, text = check([config(formatter=formatter), config(formatter={**formatter, ".": {"converter": "ext://time.time"}}),
                                config(formatter={**formatter, ".": {"converter": "time.gmtime"}})])
    assert "attributes = {'converter': time.gmtime}" in shown["ini"] and '"converter": "ext://time.gmtime"' in shown["json"], shown
    assert not wrong["accepted"] and "time.time" in words(wrong), wrong
    assert not text["accepted"] and "ext://time.gmtime" in words(text), text


@test(quick=True)
def what_is_no_data_is_refused():
    file = {"class": "logging.handlers.TimedRotatingFileHandler", "filename": "x.log"}
    for handler, wanted in (({".": {"emit": "x"}}, "no data"), ({".": {"stream": "ext://sys.stdout"}}, "no attribute"), ({".": "x"}, "an object"), ({".": {"terminator": None}}, "terminator is"),
                            ({".": {"terminator": 5}}, "terminator is"), ({".": {"terminator": "x" * 65}}, "64"), ({".": {"terminator": "ext://os.linesep"}}, "os.linesep"),
                            ({".": {"level": "INFO"}}, "level"), ({**file, ".": {"namer": "x"}}, "no data"), ({**file, ".": {"filename": "x"}}, "no attribute"), ({**file, ".": {"suffix": "/%Y"}}, "path"),
                            ({**file, ".": {"suffix": "%D"}}, "path"), ({**file, ".": {"suffix": "x" * 64}}, "63"), ({**file, ".": {"backupCount": -1}}, "backupCount"),
                            ({"class": "logging.handlers.SocketHandler", "host": "h", "port": 1, ".": {"retryMax": -1}}, "retryMax"),
                            ({"class": "logging.handlers.HTTPHandler", "host": "h", "url": "/", ".": {"credentials": ["u", "p"]}}, "no attribute")):
        (shown,) = check([config(handler)])
        assert not shown["accepted"] and wanted in words(shown), (handler, shown)
    for formatter, wanted in (({"formatTime": "x"}, "formatTime"), ({"default_time_format": None}, "a string"), ({"default_msec_format": 3}, "a string"), ({"_fmt": "x"}, "_fmt")):
        (shown,) = check([config(formatter={"()": "logging.Formatter", ".": formatter})])
        assert not shown["accepted"] and wanted in words(shown), (formatter, shown)
    (shown,) = check([config(filters={"()": "logging.Filter", ".": {"nlen": 3}})])
    assert not shown["accepted"] and "nlen" in words(shown), shown
    (shown,) = check([config(formatter={"()": "weir.JSONFormatter", ".": {"x": 3}})])
    assert not shown["accepted"] and "no attributes" in words(shown), shown


@test(quick=True)
def what_has_no_effect_is_a_warning():
    for text, wanted in ((config({".": {"terminater": "x"}}), "did you mean terminator?"), (config({".": {"colour": 1}}), "no effect"),
                         (config(formatter={".": {"converter": 1}}), "factory"), (config(filters={".": {"x": 1}}), "factory")):
        (shown,) = check([text])
        assert shown["accepted"] and [problem["warning"] for problem in shown["problems"]] == [True] and wanted in words(shown), shown


def pythons():
    """{a class: (its arguments in a dict, an object of it)}"""
    file = {"filename": os.devnull, "delay": True}
    many = {"StreamHandler": {}, "FileHandler": file, "handlers.WatchedFileHandler": file, "handlers.RotatingFileHandler": file, "handlers.TimedRotatingFileHandler": file,
            "handlers.SocketHandler": {"host": "h", "port": 1}, "handlers.DatagramHandler": {"host": "h", "port": 1}, "handlers.SysLogHandler": {"address": ("127.0.0.1", 9)},
            "handlers.SMTPHandler": {"mailhost": "h", "fromaddr": "a@b", "toaddrs": ["c@d"], "subject": "s"}, "handlers.HTTPHandler": {"host": "h", "url": "/"},
            "handlers.MemoryHandler": {"capacity": 5}, "NullHandler": {}}
    for name, arguments in many.items():
        made = logging
        for part in name.split("."):
            made = getattr(made, part)
        yield "logging." + name, {key: list(value) if isinstance(value, tuple) else value for key, value in arguments.items()}, made(**arguments)


@test(quick=True)
def no_attribute_of_pythons_is_forgotten():
    """Each is taken, or refused; none is said to be without effect."""
    count = 0
    for name, arguments, made in pythons():
        names = [one for one in dir(made) if not one.startswith("__") and not one.startswith("LOG_") and one not in ("_name", "_at_fork_reinit", "_connect_unixsocket")]
        for one, shown in zip(names, check([config({"class": name, **arguments, ".": {one: 1}}) for one in names])):
            assert "no effect" not in words(shown), (name, one, shown)
            count += 1
        made.close()
    for one in ("level", "terminator"):
        assert check([config({".": {one: 30 if one == "level" else "x"}})])[0]["accepted"]
    assert count > 300, count


harness.main()
