"""Handlers that send, beyond what cases/network.py compares: TLS, IPv6, proxies, hostile texts, RFC 5424, the journal."""
import email
import email.policy
import email.utils
import json
import os
import ssl
import struct
import subprocess
import sys

import harness
from harness import test, tmp
from mail_server import MailServer
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


def agree(receiver, config, lines, weir_config=None, same=lambda got: got):
    """Both send to the receiver; returns what came."""
    results = []
    for side, text in ((python, config), (ours, weir_config or config)):
        done = side(text, lines)
        assert done.returncode == 0 and done.stderr == b"", (side.__name__, done)
        got = receiver.take(len(lines)) if isinstance(receiver, Datagrams) else receiver.take()
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


def http_answer(status=b"200 OK", body=b"ok"):
    """Answers once the request is whole."""
    def answer(connection, got):
        head, end, rest = got.partition(b"\r\n\r\n")
        if not end:
            return False
        length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(rest) < length:
            return False
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return True
    return answer


@test(quick=True)
def http_redirects_are_not_followed_and_answers_are_bounded():
    other = Streams(answer=http_answer())
    harness.cleanup(other.close)
    for answer in (http_answer(b"302 Found\r\nLocation: http://127.0.0.1:%d/" % other.port, b""), http_answer(body=b"x" * 3000000)):
        receiver = Streams(answer=answer)
        harness.cleanup(receiver.close)
        done = ours(ini({"class": "handlers.HTTPHandler", "args": "('127.0.0.1:%d', '/log')" % receiver.port}), LINES[:2])
        assert done.returncode == 0, done
        got = receiver.take()
        assert len(got) == 2, (got, done)
    assert other.take() == []


@test(quick=True)
def http_without_proxy():
    receiver = Streams(answer=http_answer())
    harness.cleanup(receiver.close)
    os.environ["http_proxy"] = "http://127.0.0.1:1"
    try:
        agree(receiver, ini({"class": "handlers.HTTPHandler", "args": "('127.0.0.1:%d', '/log')" % receiver.port}), LINES[:1])
    finally:
        del os.environ["http_proxy"]


@test(quick=True)
def http_secure():
    cert, context = certificate(tmp())
    receiver = Streams(answer=http_answer(), context=context)
    harness.cleanup(receiver.close)
    handler = {"class": "handlers.HTTPHandler", "args": "('localhost:%d', '/log', 'POST', True)" % receiver.port}
    done = ours(ini({**handler, "kwargs": "{'cafile': %r}" % cert}), LINES[:1])
    assert done.returncode == 0, done
    got = receiver.take()
    assert len(got) == 1 and got[0].startswith(b"POST /log HTTP/1.1\r\nHost: localhost:%d\r\n" % receiver.port), got
    ours(ini(handler), LINES[:1])
    assert b"".join(receiver.take()) == b"", "a certificate that nobody vouches for"


@test(covers=["python 25", "python 26", "python 27", "python 28"], quick=True)
def addresses_of_version_six():
    try:
        streams, datagrams, web = Streams(host="::1"), Datagrams(host="::1"), Streams(host="::1", answer=http_answer())
    except OSError:
        harness.skip("no IPv6 on the loopback")
    for receiver in (streams, datagrams, web):
        harness.cleanup(receiver.close)
    agree(streams, ini({"class": "handlers.SocketHandler", "args": "('::1', %d)" % streams.port}), LINES)
    agree(streams, ini({"class": "handlers.SysLogHandler", "args": "(('::1', %d), 'user', handlers.socket.SOCK_STREAM)" % streams.port}), LINES)
    agree(datagrams, ini({"class": "handlers.SysLogHandler", "args": "(('::1', %d),)" % datagrams.port}), LINES)
    agree(web, ini({"class": "handlers.HTTPHandler", "args": "('[::1]:%d', '/log', 'POST')" % web.port}), LINES)
    server = MailServer(host="::1")
    harness.cleanup(server.close)
    agree(server, ini({"class": "handlers.SMTPHandler", "args": "(('::1', %d), 'a@b.c', ['d@e.f'], 'S')" % server.port}), LINES, same=without_date)


def refused(handler, words):
    place = tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(ini(handler))
    done = subprocess.run([os.path.join(harness.BUILD, "weir"), "check", "c.ini"], capture_output=True, text=True, cwd=place)
    assert done.returncode == 2 and words in done.stderr + done.stdout, (handler, done)
    return done.stderr + done.stdout


@test(quick=True)
def what_cannot_work_is_refused():
    for name, args, words in (
            ("SocketHandler", "('h', 70000)", "port is no port"), ("SocketHandler", "('h',)", "port is missing"),
            ("SocketHandler", "('', 1)", "host is empty"), ("SocketHandler", "('a b', 1)", "no host's name"),
            ("DatagramHandler", "('h', '514')", "port is no port"), ("SysLogHandler", "('h', 514)", "facility is unknown"),
            ("SysLogHandler", "(('h', 514), 'nonsense')", "facility is unknown"), ("SysLogHandler", "(('h', 514), 1, 7)", "socktype"),
            ("SysLogHandler", "(5,)", "address"), ("HTTPHandler", "('h', '/x', 'PUT')", "GET or POST"),
            ("HTTPHandler", "('h', '/a b')", "url has a blank"), ("HTTPHandler", "('u:secret@h', '/')", "credentials"),
            ("HTTPHandler", "('h', '/', 'GET', True, None, 5)", "context"), ("HTTPHandler", "('h', '/', 'GET', 0, 'secret')", "no pair"),
            ("NTEventLogHandler", "()", "appname is missing")):
        shown = refused({"class": "handlers." + name, "args": args}, words)
        assert "secret" not in shown, shown


def without_date(mails):
    """Date is the clock's: its form is looked at, its value is not compared."""
    out = []
    for sender, to, data, login, secure in mails:
        lines = data.split(b"\r\n")
        dates = [i for i, line in enumerate(lines) if line.startswith(b"Date: ")]
        assert dates and email.utils.parsedate_to_datetime(lines[dates[0]][6:].decode()).tzinfo, data
        lines[dates[0]] = b"Date:"
        out.append((sender, to, b"\r\n".join(lines), login, secure))
    return out


def certificate(place):
    cert = os.path.join(place, "cert.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cert + ".key", "-out", cert,
                           "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], capture_output=True)
    if made.returncode != 0:
        harness.skip("openssl cannot make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, cert + ".key")
    return cert, context


@test(covers=["python 28"], quick=True)
def smtp_secure():
    cert, context = certificate(tmp())
    server = MailServer(auth=True, context=context)
    harness.cleanup(server.close)
    handler = {"class": "handlers.SMTPHandler", "args": "(('localhost', %d), 'a@b', 'c@d', 's', ('user', 'pw'), ())" % server.port}
    checked = ini({**handler, "kwargs": "{'cafile': %r}" % cert})
    got = agree(server, ini(handler), LINES[:1], weir_config=checked, same=without_date)
    assert got[0][3:] == (("user", "pw"), True), got
    agree(server, ini(handler), LINES[:1], weir_config=ini({**handler, "kwargs": "{'verify': False}"}), same=without_date)
    ours(ini(handler), LINES[:1])
    assert server.take() == [], "a certificate that nobody vouches for: no password goes out"


@test(covers=["python 28"], quick=True)
def smtp_hostile_subjects_and_texts():
    server = MailServer()
    harness.cleanup(server.close)
    at = "('127.0.0.1', %d)" % server.port
    for subject in ("a\\r\\nBcc: x@y", "a\\nb", "a\\x1bb"):
        refused({"class": "handlers.SMTPHandler", "args": "(%s, 'a@b', 'c@d', '%s')" % (at, subject)}, "subject has a control character")
    refused({"class": "handlers.SMTPHandler", "args": "(%s, 'a@b', 'c@d\\r\\nX: y', 's')" % at}, "toaddrs has a control character")
    refused({"class": "handlers.SMTPHandler", "args": "(%s, 'a@b', '<>', 's')" % at}, "toaddrs has no address")
    texts = ["\r\n.\r\nMAIL FROM:<evil@x>\r\n", "x\n.\nQUIT\n", "\r\n\r\nSubject: forged", "\0", "." * 1000]
    done = ours(ini({"class": "handlers.SMTPHandler", "args": "(%s, 'a@b', 'c@d', 's')" % at}), [record("m", 20, "%s", t) for t in texts])
    assert done.returncode == 0, done
    mails = server.take()
    assert len(mails) == len(texts) and all(m[:2] == ("a@b", ["c@d"]) for m in mails), mails


@test(quick=True)
def smtp_odd_subjects_are_read_back():
    server = MailServer()
    harness.cleanup(server.close)
    for subject in ("Hello größe and more", "ü" * 200, "x" * 300, "日本 " * 50):
        ours(ini({"class": "handlers.SMTPHandler", "args": "(('127.0.0.1', %d), 'a@b', 'c@d', %r)" % (server.port, subject)}), LINES[:1])
        (_, _, data, _, _), = server.take()
        head = data.partition(b"\r\n\r\n")[0]
        assert all(len(line) <= 78 for line in head.split(b"\r\n")), head
        read = email.message_from_bytes(data, policy=email.policy.default)["Subject"]
        assert read == subject, (read, subject)


harness.main()
