"""Reconfiguring under load: nothing lost, doubled or out of order, and one generation a record."""
import os
import subprocess
import sys

import harness
from harness import Service, push, scaled, test, wait_until

HEAD = """
[weir]
overflow = block
stall_timeout = 60s
[admin]
config_port = 127.0.0.1:0
[loggers]
keys = root
"""


def config(handlers, level="INFO", line="%(message)s", second="%(message)s"):
    keys = ",".join(handlers)
    text = HEAD + "[handlers]\nkeys = %s\n[formatters]\nkeys = one,two\n[logger_root]\nlevel = %s\nhandlers = %s\n" % (
        keys, level, keys)
    for name, formatter in handlers.items():
        text += "[handler_%s]\nclass = FileHandler\nformatter = %s\nargs = ('%s.log',)\n" % (name, formatter, name)
    return text + "[formatter_one]\nformat = %s\n[formatter_two]\nformat = %s\n" % (line, second)


def port_of(service):
    def find():
        for listener in service.status()["listeners"]:
            if "config" in listener["name"] and listener["state"].startswith("listening"):
                return int(listener["address"].rsplit(":", 1)[1])
    return wait_until(find, 10, "the config port")


def alternate(first, second, count, files, answered=True):
    with Service(first) as service:
        port = port_of(service)
        # Starting a client takes a tenth of a second; without a pause that would be a gigabyte of records a minute.
        service.run("threads 2" if answered else "threads 2 0 50")
        for i in range(count):
            text = (second, first)[i % 2]
            if answered:
                answer = push(port, text)
                assert answer.startswith("ok generation"), answer
            else:
                cookbook(service, port, text)
        service.run("halt")
        service.run("flush 60000")
        check(service, files)
        assert service.stop() == 0


def check(service, files):
    """By the compiled oracle: these are many millions of lines."""
    done = subprocess.run([os.path.join(harness.BUILD, "tests/support/oracle_probe"), service.path("page"),
                           *(service.path(name) for name in files)], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout


def cookbook(service, port, text):
    path = service.path("pushed.ini")
    with open(path, "w") as f:
        f.write(text)
    subprocess.run([sys.executable, os.path.join(harness.ROOT, "docs/examples/push.py"), path, str(port), "127.0.0.1"],
                   check=True, stdout=subprocess.DEVNULL)


@test(covers=["must 2"], quick=True)
def different_handlers():
    alternate(config({"a": "one"}), config({"b": "one"}), scaled(10000), ["a.log", "b.log"])


@test(covers=["must 2"])
def different_formatters_on_one_file():
    alternate(config({"a": "one"}), config({"a": "two"}, second="second %(message)s"), scaled(10000), ["a.log"])


@test(covers=["must 2"])
def different_levels():
    alternate(config({"a": "one"}), config({"a": "one"}, level="DEBUG"), scaled(10000), ["a.log"])


@test(covers=["must 2"])
def the_cookbooks_client_sends_and_closes():
    alternate(config({"a": "one"}), config({"b": "one"}), scaled(10000), ["a.log", "b.log"], answered=False)


harness.main()
