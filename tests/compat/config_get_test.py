"""A configuration printed in the other form means the same: read back it prints the same, and Weir, and real Python
where it knows all of it, do with it what they did with the first."""
import glob
import json
import os
import re
import subprocess
import sys

import both
import harness
from harness import test
from probe import check

ROOT = harness.ROOT


def collected():
    """(configuration, lines, files) of what other compat tests compare; each test's functions run once, comparing
    nothing."""
    found = []
    agree, main, registered = both.agree, harness.main, harness._tests[:]
    both.agree = lambda config, lines, more_files=(): found.append((config, lines, list(more_files)))
    harness.main = lambda: None
    try:
        for name in ("log_test", "dict_test", "rotation_test", "filter_test", "encoding_test"):
            path = os.path.join(ROOT, "tests/compat", name + ".py")
            if not os.path.exists(path):
                continue
            harness._tests[:] = []
            with open(path) as f:
                exec(compile(f.read(), path, "exec"), {"__name__": "collected"})
            for function, _, _ in list(harness._tests):
                if "agree" in function.__code__.co_names:
                    function()
    finally:
        both.agree, harness.main, harness._tests[:] = agree, main, registered
    return found


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


def weir_says(config, lines, files):
    place = harness.tmp()
    for name, content, *changed in (("c.ini", config), *files):
        with open(os.path.join(place, name), "w", encoding="utf-8", newline="") as f:
            f.write(content)
        if changed:
            os.utime(os.path.join(place, name), (changed[0], changed[0]))
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"], input=text.encode(),
                          capture_output=True, cwd=place, timeout=60 * harness.SLOW, env=harness.full_env({"TZ": "Europe/Berlin"}))
    found = {"exit": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
    for name in sorted(os.listdir(place)):
        if name != "c.ini":
            with open(os.path.join(place, name), "rb") as f:
                found[name] = f.read()
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
    found = [f for f in collected() if "disable_existing_loggers" not in f[0] and not any("sleep" == line.get("op") for line in f[1])]
    by_config = {config: (ini, text) for config, ini, text in round_trip([config for config, _, _ in found])}
    keep = [f for f in found if f[0] in by_config]
    compared = some(keep, max(35, harness.scaled(350)))
    assert len(compared) >= 30
    for config, lines, files in compared:
        wanted = weir_says(config, lines, files)
        for form in by_config[config]:
            got = weir_says(for_python(form), lines, files)
            assert got == wanted, (config, form, wanted, got)
    # Python's own reading of what is printed, where its fileConfig has the keys.
    for config, lines, files in some([f for f in keep if "weir." not in f[0]], max(6, harness.scaled(60))):
        both.agree(for_python(by_config[config][1]), lines, files)
        ini = for_python(by_config[config][0])
        if not any(own in ini for own in ("Level ", "filters", "kwargs = {'format", "'encoding'")):
            both.agree(ini, lines, files)


@test(quick=True)
def what_a_file_cannot_say_is_said_to_be_so():
    config = {"version": 1, "handlers": {"h": {"class": "logging.NullHandler"}}, "root": {"handlers": ["h"]}}
    bad = check([json.dumps({**config, "loggers": {" blank ": {}}}), json.dumps({**config, "loggers": {"a\nb": {"handlers": ["h"]}}})])
    for shown in bad:
        assert shown["accepted"] and shown["json"] is not None and shown["ini"] is None, shown
        assert "take it as JSON" in shown["ini_error"], shown


@test(quick=True)
def what_json_has_no_word_for():
    ini = both.ini({"root": ("", "INFO", "h,g", None)}, {
        "h": {"class": "StreamHandler", "args": "(sys.stderr,)"},
        "g": {"class": "handlers.SMTPHandler", "args": "(('h', 25), 'ext://a', ['cfg://b', 'c'], 'd')"}}, {})
    (_, _, text), = round_trip([ini])
    handlers = json.loads(text)["handlers"]
    assert handlers["h"]["stream"] == "ext://sys.stderr", handlers
    assert handlers["g"]["fromaddr"] == "ext://'ext://a'" and handlers["g"]["toaddrs"] == ["ext://'cfg://b'", "c"], handlers


harness.main()
