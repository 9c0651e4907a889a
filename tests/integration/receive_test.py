"""Real Python processes log into `weir serve`: what it writes is what Python's own FileHandler wrote."""
import logging
import os
import pickle
import struct
import subprocess
import sys
import textwrap

import harness
import pickles
from harness import SLOW, scaled, test, tmp, wait_until
from receiving import DOORS, FORMAT, Serve, framed

# Logs by one network handler and, before it, by a FileHandler with the same formatter.
SENDER = '''
import logging, logging.handlers, socket, sys, threading
kind, where, path, format, count = sys.argv[1:6]
host, _, port = where.rpartition(":")
file = logging.FileHandler(path, "w", encoding="utf-8")
file.setFormatter(logging.Formatter(format))
h = logging.handlers
to = {"socket": lambda: h.SocketHandler(host, int(port)),
      "datagram": lambda: h.DatagramHandler(host, int(port)),
      "socket-unix": lambda: h.SocketHandler(where[5:], None),
      "datagram-unix": lambda: h.DatagramHandler(where[5:], None),
      "get": lambda: h.HTTPHandler(where, "/log"),
      "get-query": lambda: h.HTTPHandler(where, "/log?from=test"),
      "post": lambda: h.HTTPHandler(where, "/log", method="POST"),
      "syslog-udp": lambda: h.SysLogHandler((host, int(port))),
      "syslog-tcp": lambda: h.SysLogHandler((host, int(port)), socktype=socket.SOCK_STREAM),
      "syslog-unix": lambda: h.SysLogHandler(where[5:])}[kind]()
to.setFormatter(logging.Formatter(format))
class Thing:
    def __str__(self): return "a thing with 'quotes' & more"
    def __repr__(self): return "<Thing>"
logging.addLevelName(25, "NOTICE")
names = ["app", "app.db", "app.db.pool", "syslog"] if kind.startswith("syslog") else ["app", "app.db", "app.web.req", "other"]
loggers = [logging.getLogger(n) for n in names]
for l in loggers:
    l.setLevel(1)
    l.propagate = False
    l.handlers = [file, to]
plain = kind not in ("get", "get-query", "post")  # a form carries arguments by their repr
def some(i):
    log = loggers[i % len(loggers)]
    log.debug("debug %d", i)
    log.info("user %s has %d items, %.2f%%", "bob", i, i / 7)
    log.warning("no arguments, 100%% and %s")
    log.log(25, "w\\u00f6rld \\u65e5\\u672c \\U0001f600 %(a)s %(b)r", {"a": 1, "b": [1, "x", None]})
    log.error("line one\\nline two\\ttab \\\\ %s", "a=b&c=%41+d", extra={"ip": "10.0.0.1", "n": 5})
    if plain: log.critical("%s and %r", Thing(), Thing())
    try:
        {}["missing %d" % i]
    except KeyError:
        log.exception("failed: %s", i)
    log.info("with the stack", stack_info=True)
    log.info(12345)
    log.info("", )
    log.info("long " + "x" * 3000)
threads = [threading.Thread(target=some, args=(i,), name="T-%d" % i) for i in range(int(count))]
for t in threads:
    t.start()
    t.join()
for handler in (to, file):
    handler.close()
'''


def send(kind, where, format=FORMAT, count=20, wait=True):
    """Returns the path of what FileHandler wrote (or the process, and the path)."""
    path = os.path.join(tmp(), "python.log")
    process = subprocess.Popen([sys.executable, "-c", SENDER, kind, where, path, format, str(count)])
    if not wait:
        return process, path
    assert process.wait(120 * SLOW) == 0
    return path


def same(got, path, what):
    with open(path, "rb") as f:
        wanted = f.read()
    assert wanted.count(b"\n") > 100
    if got != wanted:
        for a, b in zip(wanted.split(b"\n"), got.split(b"\n")):
            assert a == b, "%s:\nPython: %r\nWeir:   %r" % (what, a, b)
        raise AssertionError("%s: %d bytes, Python has %d" % (what, len(got), len(wanted)))


@test(covers=["py must 2 receivers", "python 25", "python 26"], quick=True)
def python_handlers_and_file_handler_write_the_same():
    for kind, door in [("socket", "pickle_tcp"), ("datagram", "pickle_udp"), ("socket-unix", "pickle_tcp"),
                       ("datagram-unix", "pickle_udp"), ("get", "http"), ("get-query", "http"), ("post", "http")]:
        serve = Serve(doors="%s = unix:{dir}/door\n" % door if "unix" in kind else DOORS)
        path = send(kind, serve.doors[door])
        serve.wait(door, handled=20 * (10 if door == "http" else 11))
        serve.stop()
        same(serve.read(), path, kind)


@test(covers=["py must 2 receivers", "python 27"], quick=True)
def python_syslog_handler_and_file_handler_write_the_same():
    for kind in ("syslog-udp", "syslog-tcp", "syslog-unix"):
        door = kind.replace("-", "_")
        serve = Serve()
        path = send(kind, serve.doors[door], "%(levelname)s:%(name)s:%(message)s")
        serve.wait(door, handled=20 * 11)
        serve.stop()
        same(serve.read("syslog.log"), path, kind)


@test(covers=["py must 2 receivers"], quick=True)
def extras_reach_the_format():
    serve = Serve(format="%(message)s %(ip)s %(n)05d %(deep)s %(when)s", receivers="")
    s = serve.connect("pickle_tcp")
    import datetime
    r = pickles.record(extra={"ip": "::1", "n": 42, "deep": {"a": [1, (2, None)]}, "when": datetime.datetime(2026, 1, 1)})
    s.sendall(pickles.frame_of(r))
    serve.wait("pickle_tcp", handled=1)
    serve.stop()
    assert serve.lines() == ["user bob has 3 items ::1 00042 {'a': [1, (2, None)]} <datetime.datetime not read>"], serve.lines()


@test(covers=["py must 2 receivers", "receivers: truncated"], quick=True)
def frames_split_and_joined():
    serve = Serve(format="%(message)s")
    frames = [pickles.frame_of(pickles.record("message %d", (i,))) for i in range(300)]
    whole = b"".join(frames)
    s = serve.connect("pickle_tcp")
    at, size = 0, 1
    while at < len(whole):  # pieces of 1, 2, 3 … bytes: inside the length, inside the pickle, several at once
        s.sendall(whole[at:at + size])
        at, size = at + size, size % 5000 + 1 if size < 40 else size * 2
    cut = serve.connect("pickle_tcp")
    cut.sendall(frames[0] + frames[1][:50])
    cut.close()
    only_length = serve.connect("pickle_tcp")
    only_length.sendall(b"\0\0")
    only_length.close()
    n = serve.wait("pickle_tcp", handled=301, cut_off=2)
    assert n["handled"] == 301 and n["dropped"]["cut_off"] == 2, n
    serve.stop()
    lines = serve.lines()
    assert lines.count("message 0") == 2 and len(lines) == 301, lines
    assert [l for l in lines if l != "message 0"] == ["message %d" % i for i in range(1, 300)], lines


@test(covers=["receivers: several processes, one file", "py must 2 receivers"])
def several_processes_into_one_file():
    """The cookbook's: none lost, none torn, each in its order."""
    serve, each, count = Serve(format="%(process)d %(message)s"), scaled(20000), 8
    sender = textwrap.dedent('''
        import logging, logging.handlers, os, sys
        log = logging.getLogger("p")
        log.addHandler(logging.handlers.SocketHandler("127.0.0.1", int(sys.argv[1])))
        log.setLevel(1)
        for i in range(int(sys.argv[2])):
            log.info("%d %s", i, "x" * (i % 200))
    ''')
    senders = [subprocess.Popen([sys.executable, "-c", sender, str(serve.port("pickle_tcp")), str(each)])
               for _ in range(count)]
    for p in senders:
        assert p.wait(300 * SLOW) == 0
    serve.wait("pickle_tcp", handled=each * count, seconds=60)
    serve.stop()
    seen = {p.pid: 0 for p in senders}
    for line in serve.lines():
        pid, number, rest = (line + " ").split(" ", 2)
        i = seen[int(pid)]
        assert int(number) == i and rest.strip() == "x" * (i % 200), line
        seen[int(pid)] = i + 1
    assert set(seen.values()) == {each}, seen


@test(covers=["py must 2 receivers"], quick=True)
def the_logger_that_is_named():
    """As in Python its level is not asked; `disabled` and filters are. prefix and logname."""
    serve = Serve(format="%(name)s %(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(pickles.frame_of(pickles.record("below the root's level", None, name="a.b", level=10)))
    s.sendall(framed(pickle.dumps({"name": "root", "levelno": 5, "levelname": "Level 5", "msg": "to the root"}, 1)))
    s.sendall(framed(pickle.dumps({"levelno": 5, "msg": "of no name", "name": None}, 1)))
    serve.wait("pickle_tcp", handled=3)
    serve.stop()
    assert serve.lines() == ["a.b below the root's level", "root to the root", "None of no name"], serve.lines()

    serve = Serve(receivers="prefix = remote\n", format="%(name)s %(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(pickles.frame_of(pickles.record("prefixed", None, name="a.b")))
    s.sendall(pickles.frame_of(pickles.record("the root's", None, name="root")))
    serve.wait("pickle_tcp", handled=2)
    assert any("remote.a.b " in l for l in weir_levels(serve)), weir_levels(serve)
    serve.stop()
    assert serve.lines() == ["remote.a.b prefixed", "remote the root's"], serve.lines()

    serve = Serve(receivers="logname = syslog\n", format="%(name)s %(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(pickles.frame_of(pickles.record("by the fixed one", None, name="a.b")))
    serve.wait("pickle_tcp", handled=1)
    serve.stop()
    assert serve.lines() == [] and serve.lines("syslog.log") == ["by the fixed one"]


def weir_levels(serve):
    return harness.weir("levels", "--pid", str(serve.pid), env=serve.env, check=0).stdout.splitlines()


@test(covers=["py must 2 receivers"], quick=True)
def large_records():
    """Up to `frame`; what a ring does not take whole is cut, and says so, as of any record."""
    serve = Serve(format="%(message)s")
    s = serve.connect("pickle_tcp")
    room = 1024 * 1024 - len(pickles.frame_of(pickles.record("", None))) + 4
    sizes = (100000, 200000, room - 4)
    for size in sizes:
        s.sendall(pickles.frame_of(pickles.record("x" * size, None)))
    s.sendall(pickles.frame_of(pickles.record("x" * (room + 100), None)))
    serve.wait("pickle_tcp", handled=3, too_large=1)
    serve.stop()
    lines = serve.lines()
    assert lines[0] == "x" * 100000 and lines[1] == "x" * 200000 and len(lines) == 3
    kept, mark = lines[2].split("\u2026")
    cut = int(mark.split()[0][1:])
    assert mark == "[%d bytes cut]" % cut and len(kept) + cut == sizes[2] and len(kept) > 200000, (len(kept), mark)


@test(covers=["py must 2 receivers"], quick=True)
def a_disabled_logger_takes_nothing():
    serve = Serve(format="%(name)s %(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(pickles.frame_of(pickles.record("first", None, name="gone")))
    serve.wait("pickle_tcp", handled=1)
    with open(serve.config_path, "w") as f:
        f.write(serve.text.replace("escape = none", "escape = none\ndisable_existing_loggers = yes"))
    os.kill(serve.pid, 1)  # SIGHUP: reread now
    wait_until(lambda: serve.status()["generation"] == 2, 10, "the reread")
    s.sendall(pickles.frame_of(pickles.record("second", None, name="gone")))
    n = serve.wait("pickle_tcp", disabled=1)
    assert n["frames"] == n["handled"] + sum(n["dropped"].values()), n
    serve.stop()
    assert serve.lines() == ["gone first"], serve.lines()


if __name__ == "__main__":
    harness.main()
