"""A host killed under full load: after `weir recover` every record whose call had returned is in the file
and in SQLite, once, no line torn."""
import os
import random
import signal
import sqlite3

import harness
import oracle
from harness import Service, scaled, test, wait_until, weir

CONFIG = """
[weir]
run_dir = {run}
service = host
[loggers]
keys = root
[handlers]
keys = file,history
[formatters]
keys = line
[logger_root]
level = INFO
handlers = file,history
[handler_file]
class = FileHandler
formatter = line
args = ('{dir}/host.log',)
[handler_history]
class = weir.HistoryHandler
args = ('{dir}/history.db',)
[formatter_line]
format = %(asctime)s %(message)s
"""


def wait_for_load(service, least):
    wait_until(lambda: sum(oracle.accepted(service.path("page")).values()) >= least, 30, "records")


def check(service):
    counts = oracle.accepted(service.path("page"))
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir, check=0)
    with open(service.path("host.log"), "rb") as f:
        data = f.read()
    assert data.endswith(b"\n"), "the last line is torn: %r\n%s" % (data[-100:], done.stdout)
    lines = oracle.read(l for l in data.decode().split("\n")[:-1] if l.split(" ", 2)[-1].startswith("t"))
    oracle.check_order("host.log", lines)
    oracle.check_complete(counts, lines)
    database = sqlite3.connect(service.path("history.db"))
    rows = oracle.read(r[0] for r in database.execute(
        "SELECT message FROM records JOIN sites ON records.site = sites.id JOIN loggers ON sites.logger = loggers.id"
        " WHERE loggers.name LIKE 'host.t%' ORDER BY records.id"))
    database.close()
    oracle.check_order("history.db", rows)
    oracle.check_complete(counts, rows)
    left = [n for n in os.listdir(service.run_path) if os.path.isdir(os.path.join(service.run_path, n))
            for n in os.listdir(os.path.join(service.run_path, n))]
    assert not left, "left behind: %r\n%s" % (left, done.stdout)


def one_kill(least, how=signal.SIGKILL):
    with Service(CONFIG) as service:
        service.run("threads 2")
        wait_for_load(service, least)
        service.kill(how)
        check(service)


@test(covers=["must 3", "fault 1", "promise 1"], quick=True)
def killed_at_a_random_moment():
    for i in range(scaled(1000)):
        one_kill(random.randrange(1, 20000))


harness.main()
