"""weir check asks a running service which loggers a push of the file would disable; without one it checks alone."""
import json
import os

import harness
from harness import Service, test

CONFIG = """[weir]
{weir}
[loggers]
keys=root{names}
[handlers]
keys=h
[formatters]
keys=
[logger_root]
level=INFO
handlers=h
[handler_h]
class=FileHandler
args=('h.log',)
"""
NAME = harness.OWN + "-live"


def config(weir="", names=""):
    sections = "".join("[logger_%s]\nqualname=app.%s\nhandlers=\n" % (n, n) for n in names)
    return CONFIG.replace("{weir}", weir).replace("{names}", "".join("," + n for n in names)) + sections


def check(service, text, *more):
    path = os.path.join(service.dir, "next.ini")
    with open(path, "w") as f:
        f.write(text)
    return harness.weir("check", path, *more)


@test(covers=["config: what a push disables"], quick=True)
def the_loggers_that_a_push_would_disable_are_named():
    own = "disable_existing_loggers = yes\nservice = " + NAME
    with Service(config(own), name=NAME) as service:
        for logger in ("app.a", "app.b", "app.b.below", "other"):
            service.run("say %s 20 x" % logger)
        done = check(service, config(own.splitlines()[0], "b"), "--service", NAME)
        assert done.returncode == 0, done
        told = sorted(line.split("disable the logger ")[1] for line in done.stderr.splitlines() if "would disable" in line)
        assert told == ["app.a", "other"], done.stderr
        # Found by the name in the file; as JSON too; and nothing has happened.
        warnings = json.loads(check(service, config(own, "ab"), "-o", "json").stdout)
        assert [w["message"] for w in warnings if w["warning"]] == ["a push to %s (pid %d) would disable the logger other" % (NAME, service.pid)], warnings
        assert service.status()["generation"] == 1
        # What the service would not take is said, and is no error of the file.
        done = check(service, config(own + "\nqueue = 4MiB"))
        assert done.returncode == 0 and "would be refused" in done.stderr and "queue" in done.stderr, done


@test(quick=True)
def without_that_service_the_file_is_checked_alone():
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(config("service = nobody-has-this-name"))
    done = harness.weir("check", "c.ini", cwd=place, check=0)
    assert done.stderr == "" and ": fine: 1 loggers" in done.stdout, done
    done = harness.weir("check", "c.ini", "--service", "nobody-has-this-name", cwd=place)
    assert done.returncode == 3, done


harness.main()
