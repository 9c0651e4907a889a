"""A configuration printed in the other form means the same: read back it prints the same, and Weir, and real Python
where it knows all of it, do with it what they did with the first."""
import dataclasses
import glob
import importlib
import json
import os
import re
import sys
import tempfile

import harness
from compared import Receivers, agree, ini as made_ini, run_side, run_weir
from harness import test
from probe import check

ROOT = harness.ROOT
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def collected():
    """Cases of other tests that need nothing but their files."""
    found = []
    for name in ("attributes", "dicts", "files", "formats", "held", "ini", "levels", "operations"):
        found += importlib.import_module("cases." + name).CASES
    return [case for case in found if not (case.python or case.env or case.weir_config or case.same) and "sleep" not in str(case.lines) and
            not re.search(r"\{(tcp|udp|unix|unixgram|http|smtp|smtp_login)\}", case.text())]


def vectors():
    """Every format of the public vectors, in a configuration of its own."""
    with open(os.path.join(ROOT, "tests/fixtures/vectors-public.jsonl")) as f:
        for line in f:
            vector = json.loads(line)
            formatter = {key: vector[key] for key in ("format", "style", "datefmt") if vector.get(key) is not None}
            yield json.dumps({"version": 1, "formatters": {"f": formatter}, "handlers": {"h": {
                "class": "logging.StreamHandler", "formatter": "f"}}, "root": {"handlers": ["h"]}})


def examples():
    for path in glob.glob(os.path.join(ROOT, "docs/examples/*.ini")) + glob.glob(os.path.join(ROOT, "docs/examples/*.json")):
        with open(path) as f:
            yield f.read()


def round_trip(configs):
    """[(config, as INI, as JSON)] of those that are accepted."""
    first = [(config, shown) for config, shown in zip(configs, check(configs)) if shown["accepted"]]
    for config, shown in first:
        assert shown["json"] is not None and shown["ini"] is not None, (config, shown)
    from_json = check([shown["json"] for _, shown in first])
    from_ini = check([shown["ini"] for _, shown in first])
    for (config, shown), j, i in zip(first, from_json, from_ini):
        assert j["json"] == shown["json"] == i["json"], (config, shown["json"], j, i)
        assert j["ini"] == shown["ini"] == i["ini"], (config, shown["ini"], j["ini"], i["ini"])
    return [(config, shown["ini"], shown["json"]) for config, shown in first]


@test(quick=True)
def every_format_and_example_comes_back_as_it_was():
    # What a file has no place for at all is said to be so, and nothing else is printed.
    done = check(list(vectors()))
    accepted = [config for config, shown in zip(vectors(), done) if shown["accepted"]]
    assert len(accepted) > 20
    round_trip(accepted)
    assert len(round_trip(list(examples()))) >= 1


def weir_says(case, config):
    with tempfile.TemporaryDirectory() as place:
        found = run_side(case, run_weir, os.path.join(place, "1"), Receivers("", place), config)
    found.pop("file c.ini")
    return found


def for_python(config):
    """`weir log` starts with Python's default for disable_existing_loggers; printed, the service's is explicit."""
    config = re.sub(r"(?m)^disable_existing_loggers = no$", "disable_existing_loggers = yes", config)
    return config.replace('"disable_existing_loggers": false', '"disable_existing_loggers": true')


def some(items, count):
    """So many of them, from the whole of the list."""
    return items[::max(1, len(items) // count)]


@test(covers=["config: either form"])
def weir_and_python_do_the_same_with_either_form():
    found = [case for case in collected() if "disable_existing_loggers" not in case.text()]
    by_config = {config: (ini, text) for config, ini, text in round_trip([case.text() for case in found])}
    keep = [case for case in found if case.text() in by_config]
    compared = some(keep, max(35, harness.scaled(350)))
    assert len(compared) >= 30
    for case in compared:
        wanted = weir_says(case, None)
        for form in by_config[case.text()]:
            got = weir_says(case, for_python(form))
            assert got == wanted, (case.name, form, wanted, got)
    # Python's own reading of what is printed, where its fileConfig has the keys.
    again = []
    for case in some([case for case in keep if "weir." not in case.text()], max(6, harness.scaled(60))):
        ini, text = (for_python(form) for form in by_config[case.text()])
        again.append(dataclasses.replace(case, name=case.name + ", as JSON", config=text))
        if not any(own in ini for own in ("Level ", "filters", "attributes", "kwargs = {'format", "'encoding'")):
            again.append(dataclasses.replace(case, name=case.name + ", as INI", config=ini))
    agree(again)


@test(quick=True)
def what_a_file_cannot_say_is_said_to_be_so():
    config = {"version": 1, "handlers": {"h": {"class": "logging.NullHandler"}}, "root": {"handlers": ["h"]}}
    bad = check([json.dumps({**config, "loggers": {" blank ": {}}}), json.dumps({**config, "loggers": {"a\nb": {"handlers": ["h"]}}})])
    for shown in bad:
        assert shown["accepted"] and shown["json"] is not None and shown["ini"] is None, shown
        assert "take it as JSON" in shown["ini_error"], shown


@test(quick=True)
def what_json_has_no_word_for():
    ini = made_ini({"root": ("", "INFO", "h,g", None)}, {
        "h": {"class": "StreamHandler", "args": "(sys.stderr,)"},
        "g": {"class": "handlers.SMTPHandler", "args": "(('h', 25), 'ext://a', ['cfg://b', 'c'], 'd')"}}, {})
    (_, _, text), = round_trip([ini])
    handlers = json.loads(text)["handlers"]
    assert handlers["h"]["stream"] == "ext://sys.stderr", handlers
    assert handlers["g"]["fromaddr"] == "ext://'ext://a'" and handlers["g"]["toaddrs"] == ["ext://'cfg://b'", "c"], handlers


harness.main()
