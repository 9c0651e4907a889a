"""Handlers that send: `weir log --jsonl --escape none` against real Python, each payload byte for byte."""
import json
import os
import pickle
import struct
import subprocess
import sys

import harness
from harness import test, tmp
from receivers import Datagrams, Streams

ORACLE = os.path.join(harness.ROOT, "tests/support/python_oracle.py")
FIXED = {"created": 1700000000.123456, "msecs": 123.0, "relativeCreated": 12345.678, "thread": 140737351223104,
         "threadName": "T-1", "process": 42, "processName": "P", "pathname": "/a/b/mod.py", "lineno": 17, "func": "go"}


def ini(handler, formatter="%(levelname)s:%(name)s:%(message)s", level="NOTSET", before=None):
    """One handler of the given keys at the root; `before`: a formatter of a stdout handler that comes first."""
    names = "h" if before is None else "o,h"
    text = "[loggers]\nkeys=root\n\n[handlers]\nkeys=%s\n\n[formatters]\nkeys=f,b\n" % names
    text += "\n[logger_root]\nlevel=%s\nhandlers=%s\n" % (level, names)
    text += "\n[handler_h]\nformatter=f\n" + "".join("%s=%s\n" % pair for pair in handler.items())
    if before is not None:
        text += "\n[handler_o]\nclass=StreamHandler\nargs=(sys.stdout,)\nformatter=b\n"
    return text + "\n[formatter_f]\nformat=%s\n\n[formatter_b]\nformat=%s\n" % (formatter, before or "%(message)s")


def record(logger, level, msg, *args, **more):
    return {"logger": logger, "level": level, "msg": msg, **({"args": list(args)} if args else {}), **FIXED, **more}


def run(command, config, lines):
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(config)
    return subprocess.run(command, input="".join(json.dumps(line) + "\n" for line in lines).encode(), cwd=place,
                          capture_output=True, timeout=60 * harness.SLOW, env=harness.full_env({"TZ": "Europe/Berlin"}))


def python(config, lines):
    return run([sys.executable, ORACLE, "c.ini"], config, lines)


def ours(config, lines):
    return run([os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"], config, lines)


def agree(receiver, config, lines, count=None, weir_config=None, same=lambda got: got):
    """Both send to the receiver; returns what came."""
    results = []
    for side, text in ((python, config), (ours, weir_config or config)):
        done = side(text, lines)
        assert done.returncode == 0 and done.stderr == b"", (side.__name__, done)
        got = receiver.take(len(lines) if count is None else count) if isinstance(receiver, Datagrams) else receiver.take()
        results.append((same(got), done.stdout))
    (expected, their_out), (got, our_out) = results
    assert their_out == our_out, (their_out, our_out)
    assert len(expected) == len(got), "python sent %d payloads, weir %d: %r %r" % (len(expected), len(got), expected, got)
    for i, (a, b) in enumerate(zip(expected, got)):
        assert a == b, "payload %d:\n  python %r\n  weir   %r" % (i, a, b)
    assert any(got), "nothing was sent"
    return got


LINES = [
    record("a.b", "INFO", "plain"),
    record("a.b", "ERROR", "with %s and %d", "text", 7),
    record("", "WARNING", "root", exc_text="Traceback (most recent call last):\n  boom"),
    record("x", 35, "between", stack_info="Stack (most recent call last):\n  here"),
    record("ü.名", "CRITICAL", "ünï %s", "日本", pathname="file", func=None),
    record("", 10, "", pathname="", threadName="", func="é"),
    record("n", "DEBUG", "%%"),
]
# What a pickler makes of every type, at every border.
EXTRAS = [
    {"one": 1},
    {"s": "", "t": "x", "u": "ü", "v": "x", "long": "l" * 300, "same": "x"},
    {"i": [0, 255, 256, 65535, 65536, -1, 2147483647, -2147483648, 2147483648, -2147483649, 1 << 63, -(1 << 80)]},
    {"f": [0.0, -0.0, 1.5, 1e300, float("inf")][:4], "b": [True, False], "none": None},
    {"l": [], "l1": [1], "l2": ["a", "b"], "d": {}, "d1": {"k": "v"}, "d2": {"k": 1, "kk": [{"kk": 1}, {"kk": 2}]}},
    {"big": list(range(2500)), "edge": list(range(1000)), "wide": {"key%04d" % i: i for i in range(1000)}},
    {"many": {"k%d" % i: str(i) for i in range(300)}},
    {"deep": [[[[["x"]]]]], "text": "line\nline\u2028\x00\x1b"},
]


@test(covers=["python 25"], quick=True)
def socket_handler_pickles():
    receiver = Streams()
    harness.cleanup(receiver.close)
    config = ini({"class": "handlers.SocketHandler", "args": "('127.0.0.1', %d)" % receiver.port})
    got = agree(receiver, config, LINES)[0]
    frames = []
    while got:
        size, = struct.unpack(">L", got[:4])
        frames.append(pickle.loads(got[4:4 + size]))
        got = got[4 + size:]
    assert [f["msg"] for f in frames] == ["plain", "with text and 7", "root", "between", "ünï 日本", "", "%%"]
    for extra in EXTRAS:
        agree(receiver, config, [record("e", 20, "m", extra=extra)])


@test(covers=["python 25"], quick=True)
def socket_handler_many_fields_and_asctime():
    receiver = Streams()
    harness.cleanup(receiver.close)
    handler = {"class": "handlers.SocketHandler", "args": "('localhost', %d)" % receiver.port}
    many = {"field%04d" % i: i for i in range(979)}
    for count in (978, 979):
        agree(receiver, ini(handler), [record("e", 20, "m", extra=dict(list(many.items())[:count]))])
    for before in ("%(message)s", "%(asctime)s %(message)s"):
        agree(receiver, ini(handler, before=before), LINES[:3] + [record("e", 20, "m", extra={"k": "v"})])


@test(covers=["python 25"], quick=True)
def socket_handler_unix():
    place = os.path.join(tmp(), "s")
    receiver = Streams(place)
    harness.cleanup(receiver.close)
    agree(receiver, ini({"class": "logging.handlers.SocketHandler", "args": "(%r, None)" % place}), LINES)


@test(covers=["python 25"], quick=True)
def datagram_handler():
    receiver = Datagrams()
    harness.cleanup(receiver.close)
    for host in ("127.0.0.1", "localhost"):
        agree(receiver, ini({"class": "handlers.DatagramHandler", "args": "(%r, %d)" % (host, receiver.port)}), LINES)
    place = os.path.join(tmp(), "d")
    local = Datagrams(place)
    harness.cleanup(local.close)
    agree(local, ini({"class": "handlers.DatagramHandler", "args": "(%r, None)" % place}), LINES)


@test(quick=True)
def handler_level_and_no_records():
    receiver = Datagrams()
    harness.cleanup(receiver.close)
    config = ini({"class": "handlers.DatagramHandler", "level": "ERROR", "args": "('127.0.0.1', %d)" % receiver.port})
    agree(receiver, config, LINES, count=2)


@test(covers=["python 27"], quick=True)
def syslog_udp():
    receiver = Datagrams()
    harness.cleanup(receiver.close)
    at = "('127.0.0.1', %d)" % receiver.port
    for args in ("(%s,)", "(%s, handlers.SysLogHandler.LOG_LOCAL3)", "(%s, 'daemon')", "(%s, 2)",
                 "(%s, 'solaris-cron', socket.SOCK_DGRAM)"):
        # fileConfig evaluates in logging's names, where `socket` is handlers.socket
        args = args.replace("socket.SOCK", "handlers.socket.SOCK")
        agree(receiver, ini({"class": "handlers.SysLogHandler", "args": args % at}), LINES)
    agree(receiver, ini({"class": "handlers.SysLogHandler", "args": "(%s,)" % at}),
          [{"op": "add_level_name", "level": 35, "name": "NOTICE"}, {"op": "add_level_name", "level": 40, "name": "info"},
           record("a", 35, "notice"), record("a", 40, "renamed"), record("a", 50, "crit"), record("a", 20, "two\nlines")],
          count=4)


@test(covers=["python 27"], quick=True)
def syslog_tcp_and_unix():
    receiver = Streams()
    harness.cleanup(receiver.close)
    agree(receiver, ini({"class": "handlers.SysLogHandler", "args": "(('127.0.0.1', %d), 'user', "
                         "handlers.socket.SOCK_STREAM)" % receiver.port}), LINES)
    for kind, socktypes in ((Streams, ("", ", 1, handlers.socket.SOCK_STREAM")), (Datagrams, ("", ", 1, handlers.socket.SOCK_DGRAM"))):
        place = os.path.join(tmp(), "log")
        local = kind(place)
        harness.cleanup(local.close)
        for socktype in socktypes:
            agree(local, ini({"class": "handlers.SysLogHandler", "args": "(%r%s%s)" % (place, socktype, "" if socktype else ",")}),
                  LINES)


def same_but(receiver, class_name, args, kwargs, attributes):
    """Python has it as an attribute of the handler: a class of our own there, a kwarg here."""
    lines = [r for r in LINES]
    done = ours(ini({"class": class_name, "args": args, "kwargs": kwargs}), lines)
    assert done.returncode == 0 and done.stderr == b"", done
    program = ("import sys, logging.handlers as h\nfor k, v in %r.items(): setattr(h.SysLogHandler, k, v)\n"
               "sys.argv = sys.argv[1:]\nexec(compile(open(sys.argv[0]).read(), 'oracle', 'exec'))" % attributes)
    got = receiver.take(len(lines))
    theirs = run([sys.executable, "-c", program, ORACLE, "c.ini"], ini({"class": class_name, "args": args}), lines)
    assert theirs.returncode == 0 and theirs.stderr == b"", theirs
    expected = receiver.take(len(lines))
    assert got == expected and got, (got, expected)


@test(covers=["python 27"], quick=True)
def syslog_ident_and_append_nul():
    receiver = Datagrams()
    harness.cleanup(receiver.close)
    args = "(('127.0.0.1', %d),)" % receiver.port
    same_but(receiver, "handlers.SysLogHandler", args, "{'ident': 'kvd: '}", {"ident": "kvd: "})
    same_but(receiver, "handlers.SysLogHandler", args, "{'append_nul': False}", {"append_nul": False})
    same_but(receiver, "handlers.SysLogHandler", args, "{'ident': 'ü', 'append_nul': 0}", {"ident": "ü", "append_nul": False})


@test(quick=True)
def syslog_escapes_by_default():
    receiver = Datagrams()
    harness.cleanup(receiver.close)
    config = ini({"class": "handlers.SysLogHandler", "args": "(('127.0.0.1', %d),)" % receiver.port}, "%(message)s")
    done = run([os.path.join(harness.BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"], config,
               [record("a", 20, "%s", "x\n<0>forged\x00\x1b[31m")])
    assert done.returncode == 0, done
    assert receiver.take(1) == [b"<14>x\\n<0>forged\\x00\\x1b[31m\0"]


@test(quick=True)
def syslog_rfc5424():
    receiver = Datagrams()
    stream = Streams()
    harness.cleanup(receiver.close)
    harness.cleanup(stream.close)
    lines = [record("a b", 20, "hello")]
    head = b"<14>1 2023-11-14T22:13:20.123456Z " + os.uname().nodename.encode()
    ours(ini({"class": "handlers.SysLogHandler", "args": "(('127.0.0.1', %d),)" % receiver.port,
              "kwargs": "{'rfc5424': True}"}, "%(message)s"), lines)
    assert receiver.take(1) == [head + b" a_b 42 - - \xef\xbb\xbfhello"]
    ours(ini({"class": "handlers.SysLogHandler", "kwargs": "{'address': ('127.0.0.1', %d), 'socktype': "
              "handlers.socket.SOCK_STREAM, 'rfc5424': True, 'ident': 'kvd: '}" % stream.port}, "%(message)s"), lines)
    message = head + b" kvd 42 - - \xef\xbb\xbfhello"
    assert stream.take() == [b"%d %s" % (len(message), message)]


@test(quick=True)
def event_log_is_the_journal():
    place = os.path.join(tmp(), "journal")
    receiver = Datagrams(place)
    harness.cleanup(receiver.close)
    config = ini({"class": "handlers.NTEventLogHandler", "args": "('kvd',)", "kwargs": "{'address': %r}" % place}, "%(message)s")
    done = ours(config, [record("a.b", "ERROR", "two\nlines", extra={"user id": "bob", "_pid": 1, "message_x": [1]}),
                         record("a", 20, "m", extra={"blob": "y" * 240000})])
    assert done.returncode == 0, done
    first, second = receiver.take(2)
    fields = {}
    while first:
        key, _, rest = first.partition(b"\n")
        if b"=" in key:
            name, _, value = key.partition(b"=")
            first = rest
        else:
            size, = struct.unpack("<Q", rest[:8])
            name, value, first = key, rest[8:8 + size], rest[9 + size:]
        fields[name.decode()] = value.decode()
    assert fields == {"MESSAGE": "two\nlines", "PRIORITY": "3", "SYSLOG_IDENTIFIER": "kvd", "LOGGER": "a.b",
                      "CODE_FILE": "/a/b/mod.py", "CODE_LINE": "17", "CODE_FUNC": "go", "TID": "140737351223104",
                      "THREAD_NAME": "T-1", "EVENT_ID": "1", "EVENT_CATEGORY": "0", "EVENT_TYPE": "1",
                      "EVENT_LOG": "Application", "USER_ID": "bob", "PID": "1", "MESSAGE_X": "[1]"}, fields
    assert b"BLOB=" + b"y" * 240000 + b"\n" in second and second.startswith(b"MESSAGE=m\n")


harness.main()
