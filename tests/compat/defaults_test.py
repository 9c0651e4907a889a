"""fileConfig's `defaults` against real Python, and with it how [DEFAULT], interpolation, '%%' and case go together."""
import os
import subprocess
import sys

import harness
from harness import test

ORACLE = """import logging, logging.config, sys
logging.config.fileConfig('c.ini', defaults=dict(a.split('=', 1) for a in sys.argv[1:]))
for line in sys.stdin.read().splitlines():
    logging.getLogger('x').info(line)
"""
CONFIG = """{default}[loggers]
keys=root
[handlers]
keys=h
[formatters]
keys=f
[logger_root]
level=INFO
handlers=h
[handler_h]
class=%(cls)s
formatter=f
args=({args})
{more}[formatter_f]
format=%(levelname)s %(name)s %(message)s
"""


def both(config, defaults):
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(config)
    python = subprocess.run([sys.executable, "-c", ORACLE, *defaults], input="m\n", text=True, capture_output=True, cwd=place, env=harness.full_env({}))
    weir = harness.weir("log", "-c", "c.ini", "--logger", "x", "--level", "INFO", "--escape", "none", *[a for d in defaults for a in ("--defaults", d)], input="m\n", cwd=place)
    assert (python.returncode == 0) == (weir.returncode == 0), (config, defaults, python.stderr, weir.stderr)
    if python.returncode == 0:
        assert python.stdout == weir.stdout, (config, defaults, python.stdout, weir.stdout)
    return weir


def config(args="%(out)s,", default="", more=""):
    return CONFIG.replace("{args}", args).replace("{default}", default).replace("{more}", more)


@test(covers=["config: fileConfig defaults"], quick=True)
def defaults_are_keys_of_default_before_the_text():
    assert both(config(), ["cls=StreamHandler", "out=sys.stdout"]).stdout == "INFO x m\n"
    both(config(), ["CLS=StreamHandler", "Out=sys.stdout"]) # case of keys
    both(config(), ["cls=StreamHandler", "out=%(there)s", "there=sys.stdout"]) # interpolated where used
    both(config(), ["cls=StreamHandler", "out=%(there)s"]) # and refused there
    both(config(), ["cls=StreamHandler", "out=sys.stdout", "unused=%"])
    both(config(), ["cls=StreamHandler"])
    both(config(default="[DEFAULT]\nout=sys.stdout\n"), ["cls=StreamHandler", "out=sys.stderr"]) # the text's own win
    both(config(default="[DEFAULT]\nother=1\n"), ["cls=StreamHandler", "out=sys.stdout"])
    both(config(more="out=sys.stdout\n"), ["cls=StreamHandler", "out=sys.stderr"]) # so do the section's
    both(config("%(out)s, "), ["cls=StreamHandler", "out=sys.stdout", "level=ERROR"]) # of every section: the handler's too
    both(config(), ["cls=StreamHandler", "out=sys.stdout", "class=logging.Formatter"])
    both(config(), ["cls=StreamHandler", "out=sys.stdout", "style={"]) # raw keys look into [DEFAULT], too
    both(config(), ["cls=StreamHandler", "out=sys.stdout", "format=%(message)s"])
    both(config(), ["cls=StreamHandler", "out=sys.stdout", "datefmt=%H"])
    both(config("'100%%.log',").replace("%(cls)s", "FileHandler"), ["cls=x"])


@test(quick=True)
def what_is_no_pair_is_a_usage_error():
    done = harness.weir("log", "-c", "c.ini", "--defaults", "novalue", input="", check=2)
    assert "KEY=VALUE" in done.stderr, done.stderr


harness.main()
