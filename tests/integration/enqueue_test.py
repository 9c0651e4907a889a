"""A handler class of the host's that overrides QueueHandler.enqueue: what it takes comes out behind the queue, what it
does not take does not."""
import os
import subprocess

import harness
from harness import test, tmp

CONFIG = """[loggers]
keys=root
[handlers]
keys=q,f
[formatters]
keys=
[logger_root]
level=INFO
handlers=q
[handler_q]
class=choosy.Queue
handlers=f
[handler_f]
class=FileHandler
args=('out.log',)
"""


@test(covers=["python: enqueue"], quick=True)
def enqueue_decides_what_the_queue_takes():
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(CONFIG)
    probe = subprocess.run([os.path.join(harness.BUILD, "tests/support/override_probe"), "c.ini", "-"], cwd=place, text=True,
                           input="one\nnot this\ntwo\nnor this\nthree\n", capture_output=True, timeout=60 * harness.SLOW,
                           env=harness.full_env({"WEIR_SERVICE": harness.OWN, "XDG_RUNTIME_DIR": harness.run_dir()}))
    assert probe.returncode == 0, probe
    with open(os.path.join(place, "out.log")) as f:
        lines = f.read().splitlines()
    assert [line for line in lines if "dropped" not in line] == ["one", "two", "three"], lines


harness.main()
