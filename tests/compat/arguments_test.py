"""The constructor arguments of Python's handlers, by Python's own introspection: each is taken by the class of the same
name, by name and in Python's order; others are refused. What they do is compared in the tests of the handlers."""
import inspect
import logging
import logging.handlers
import os

import harness
from harness import test, tmp, weir

FILE = {"filename": "'x.log'", "mode": "'a'"}
REST = {"encoding": "'utf-8'", "delay": "False", "errors": "'strict'"}
HANDLERS = {
    "NullHandler": {},
    "StreamHandler": {"stream": "sys.stdout"},
    "FileHandler": {**FILE, **REST},
    "handlers.WatchedFileHandler": {**FILE, **REST},
    "handlers.RotatingFileHandler": {**FILE, "maxBytes": "1000", "backupCount": "3", **REST},
    "handlers.TimedRotatingFileHandler": {
        "filename": "'x.log'", "when": "'midnight'", "interval": "1", "backupCount": "3", "encoding": "None",
        "delay": "False", "utc": "True", "atTime": "None", "errors": "None"},
    "handlers.SocketHandler": {"host": "'127.0.0.1'", "port": "handlers.DEFAULT_TCP_LOGGING_PORT"},
    "handlers.DatagramHandler": {"host": "'127.0.0.1'", "port": "handlers.DEFAULT_UDP_LOGGING_PORT"},
    "handlers.SysLogHandler": {"address": "('127.0.0.1', handlers.SYSLOG_UDP_PORT)",
                               "facility": "handlers.SysLogHandler.LOG_USER", "socktype": "socket.SOCK_DGRAM"},
    "handlers.HTTPHandler": {"host": "'127.0.0.1:9022'", "url": "'/log'", "method": "'POST'", "secure": "True",
                             "credentials": "('user', 'password')", "context": "None"},
    "handlers.SMTPHandler": {"mailhost": "('127.0.0.1', 25)", "fromaddr": "'a@example.org'",
                             "toaddrs": "['b@example.org', 'c@example.org']", "subject": "'of every mail'",
                             "credentials": "('user', 'password')", "secure": "()", "timeout": "5.0"},
    "handlers.NTEventLogHandler": {"appname": "'program'", "dllname": "None", "logtype": "'Application'"},
    "handlers.MemoryHandler": {"capacity": "10", "flushLevel": "ERROR", "target": "None", "flushOnClose": "True"},
}
CONFIG = """[loggers]
keys=root
[handlers]
keys=h
[formatters]
keys=
[logger_root]
level=INFO
handlers=h
[handler_h]
class=%s
args=%s
kwargs={%s}
"""


def class_of(name):
    return getattr(logging.handlers, name.split(".")[1]) if "." in name else getattr(logging, name)


def parameters_of(name):
    kind = class_of(name)
    found = {} if kind.__init__ is logging.Handler.__init__ else inspect.signature(kind.__init__).parameters
    return {key: p for key, p in found.items() if key != "self"}


def check(name, args, kwargs):
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(CONFIG % (name, "(%s)" % "".join(a + "," for a in args),
                          ", ".join("'%s': %s" % pair for pair in kwargs.items())))
    return weir("check", "c.ini", cwd=place)


def accepted(name, args, kwargs):
    done = check(name, args, kwargs)
    assert done.returncode == 0, "%s(%s, %s): %s" % (name, args, kwargs, done.stdout + done.stderr)


@test(covers=["python: arguments"], quick=True)
def the_arguments_are_pythons():
    for name, samples in HANDLERS.items():
        assert list(samples) == list(parameters_of(name)), name


@test(covers=["python: arguments"], quick=True)
def all_are_taken_in_pythons_order():
    for name, samples in HANDLERS.items():
        accepted(name, list(samples.values()), {})


@test(covers=["python: arguments"], quick=True)
def each_is_taken_by_name():
    for name, samples in HANDLERS.items():
        parameters = parameters_of(name)
        required = {key: value for key, value in samples.items() if parameters[key].default is inspect.Parameter.empty}
        for key, value in samples.items():
            accepted(name, [], {**required, key: value})


@test(covers=["python: arguments"], quick=True)
def what_python_does_not_know_is_refused():
    for name, samples in HANDLERS.items():
        done = check(name, [], {**samples, "nosuch": "1"})
        assert done.returncode == 2 and "nosuch" in done.stdout + done.stderr, (name, done)
        done = check(name, list(samples.values()) + ["'one'", "'too'", "'many'"] * 3, {})
        assert done.returncode == 2, (name, done)


@test(covers=["python: arguments"], quick=True)
def pythons_facilities_and_no_others():
    kind, samples = logging.handlers.SysLogHandler, {"address": "('127.0.0.1', handlers.SYSLOG_TCP_PORT)"}
    names = sorted(kind.facility_names)
    constants = [n for n in vars(kind) if n.startswith("LOG_") and n[4:].lower() in kind.facility_names]
    assert len(names) > 15 and len(constants) > 15
    for name in names[::6] + ["local7"]:
        accepted("handlers.SysLogHandler", [], {**samples, "facility": "'%s'" % name})
    for name in constants[::6] + ["LOG_LOCAL7"]:
        accepted("handlers.SysLogHandler", [], {**samples, "facility": "handlers.SysLogHandler." + name})
    done = check("handlers.SysLogHandler", [], {**samples, "facility": "'nosuch'"})
    assert done.returncode == 2, done


@test(covers=["python: arguments"], quick=True)
def names_of_ports_mean_their_numbers():
    """A port that is too large is refused with its number, so that shows what a name means."""
    for name in ("DEFAULT_TCP_LOGGING_PORT", "DEFAULT_UDP_LOGGING_PORT", "DEFAULT_HTTP_LOGGING_PORT",
                 "DEFAULT_SOAP_LOGGING_PORT", "SYSLOG_UDP_PORT", "SYSLOG_TCP_PORT"):
        number = getattr(logging.handlers, name)
        accepted("handlers.SocketHandler", ["'127.0.0.1'", "handlers.%s + %d" % (name, 65535 - number)], {})
        done = check("handlers.SocketHandler", ["'127.0.0.1'", "handlers.%s + %d" % (name, 65536 - number)], {})
        assert done.returncode == 2, (name, done)


harness.main()
