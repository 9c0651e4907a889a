"""Weir's handlers log into Python's own receivers (tests/support/cookbook.py): the file that the receiver writes is
what it writes of a Python process that logs the same, byte for byte."""
import json
import os
import subprocess
import sys

import faults
import harness
import oracle
import peers
from harness import BUILD, Service, scaled, test, wait_until

ORACLE = os.path.join(harness.ROOT, "tests/support/python_oracle.py")
FIXED = {"created": 1700000000.123456, "msecs": 123.0, "relativeCreated": 12345.678, "thread": 140737351223104,
         "threadName": "T-1", "process": 42, "processName": "P", "pathname": "/a/b/mod.py", "lineno": 17, "func": "go"}
LINE = "%(asctime)s|%(name)s|%(levelname)s|%(levelno)d|%(message)s|%(pathname)s|%(filename)s|%(module)s|%(lineno)d|" \
    "%(funcName)s|%(process)d|%(processName)s|%(thread)d|%(threadName)s|%(created)f|%(msecs)d|%(relativeCreated).3f"


def record(logger, level, msg, *args, **more):
    return {"logger": logger, "level": level, "msg": msg, **({"args": list(args)} if args else {}), **FIXED, **more}


RECORDS = [
    record("a.b", "INFO", "plain"),
    record("a.b", "ERROR", "with %s and %d", "text", 7),
    record("a.b", "ERROR", "failed", exc_text="Traceback (most recent call last):\n  boom"),
    record("x", "WARNING", "where", stack_info="Stack (most recent call last):\n  here"),
    record("ü.名", "CRITICAL", "ünï %s", "日本"),
    record("n", "DEBUG", "100%%"),
    record("long", "INFO", "%s", "x" * 20000),
    record("a.b", "INFO", "with fields", extra={"user": "bob", "n": [1, None, {"k": 2.5}]}),
]


def send(command, config):
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(config)
    done = subprocess.run(command, input="".join(json.dumps(r) + "\n" for r in RECORDS).encode(), cwd=place, capture_output=True,
                          timeout=60 * harness.SLOW, env=harness.full_env())
    assert done.returncode == 0 and done.stderr == b"", done


def received(kind, line, config, command):
    receiver = peers.Cookbook(kind, line)
    send(command, config.replace("{port}", str(receiver.port)))
    # The last record has no line break of its own.
    wait_until(lambda: b"with fields" in peers.read(receiver.out), 20, "the last record")
    return peers.read(receiver.out)


def both(kind, class_name, args, line=LINE, formatter="%(message)s"):
    config = faults.config({"h": "class = handlers.%s\nargs = %s" % (class_name, args)}, level="NOTSET", line=formatter)
    config = config.replace("[weir]\nrun_dir = {run}\n", "")
    expected = received(kind, line, config, [sys.executable, ORACLE, "c.ini"])
    got = received(kind, line, config, [os.path.join(BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"])
    assert got == expected, "%s\npython %r\nweir   %r" % (class_name, expected, got)
    return got.decode()


@test(covers=["py must 2 senders", "python 25"], quick=True)
def socket_handler_into_the_cookbooks_receiver():
    got = both("socket", "SocketHandler", "('localhost', {port})")
    assert "|a.b|ERROR|40|with text and 7|/a/b/mod.py|mod.py|mod|17|go|42|P|140737351223104|T-1|1700000000.123456|123|12345.678\n" in got
    assert "|failed|" in got and "\nTraceback (most recent call last):\n  boom\n" in got and "x" * 20000 in got
    assert "|with fields|" in both("socket", "SocketHandler", "('127.0.0.1', {port})", LINE)


@test(covers=["py must 2 senders", "python 25"], quick=True)
def datagram_handler_into_a_datagram_receiver():
    assert "|CRITICAL|50|ünï 日本|" in both("datagram", "DatagramHandler", "('127.0.0.1', {port})")


@test(covers=["py must 2 senders", "python 26"], quick=True)
def http_handler_into_http_server():
    # What the form has is the template; args are a repr that nobody can apply.
    assert "|a.b|ERROR|40|with %s and %d|" in both("http", "HTTPHandler", "('127.0.0.1:{port}', '/log')")
    assert "|n|DEBUG|10|100%%|" in both("http", "HTTPHandler", "('localhost:{port}', '/log', 'POST')")


@test(covers=["py must 2 senders", "python 27"], quick=True)
def syslog_handler_into_a_syslog_reader():
    line = "%(name)s %(levelname)s %(message)s"
    got = both("syslog", "SysLogHandler", "(('127.0.0.1', {port}), handlers.SysLogHandler.LOG_DAEMON)", line, "kvd: %(name)s %(message)s")
    assert got.startswith("daemon INFO kvd: a.b plain\ndaemon ERROR kvd: a.b with text and 7\n"), got[:200]
    assert "daemon CRITICAL kvd: ü.名 ünï 日本\n" in got and "\n  boom\n" in got


@test(covers=["py must 2 senders"], quick=True)
def a_service_under_load():
    """Several threads of a C service: each record once, in the order of its thread. On one processor with the
    receiver, which then often finds what was sent by halves: it hangs up if that half is a frame's length."""
    harness.cleanup(os.sched_setaffinity, 0, os.sched_getaffinity(0))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    receiver = peers.Cookbook("socket", "%(name)s %(levelname)s %(funcName)s %(message)s")
    count = max(500, scaled(20000))
    with Service(faults.config({"h": "class = handlers.SocketHandler\nargs = ('127.0.0.1', %d)" % receiver.port}, "overflow = block")) as service:
        service.run("threads 3 %d" % count)
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        lines = receiver.lines(3 * count, 60)
        counts = oracle.accepted(service.path("page"))
        assert sum(counts.values()) == 3 * count
        for line in lines:
            thread = oracle.LINE.search(line)[1]
            assert line.startswith("host.t%s INFO produce t%s n" % (thread, thread)), line
        found = oracle.read(lines)
        oracle.check_order("the receiver", found)
        oracle.check_complete(counts, found, beyond=0)
        oracle.check_law(service.status())


harness.main()
