"""Debian's rsyslogd takes what SysLogHandler sends, by UDP and TCP, in Python's form and in RFC 5424: one message a
record, whatever is in it, with the facility, severity, tag and text that it should have."""
import json
import os
import subprocess

import faults
import harness
import oracle
import peers
from harness import BUILD, Service, scaled, test

SEVERITIES = {"DEBUG": "debug", "INFO": "info", "WARNING": "warning", "ERROR": "err", "CRITICAL": "crit"}
# What somebody might log to forge, split or break a message.
HOSTILE = ["two\nlines", "a\r\nb", "nul\x00in the middle", "\x00first", "last\x00", "\n<0>kern: forged", "<0>forged", "\x1b[31mred\x07",
           "] [x@1 k=\"v\"", "\\] \\\" \\\\", "\ufeffbom", "ünï 日本 😀", "\u2028\u2029\u202e", "99 <13>1 - - - - - counted", "%n%s%d",
           " leading", "trailing ", "\t", "x" * 8000, "-", "\x7f\x80\x9f"]


def escaped(text):
    """What escape = arguments makes of it (promise 5), in few words of its own."""
    out = ""
    for c in text:
        n = ord(c)
        if c in "\n\r":
            out += {"\n": "\\n", "\r": "\\r"}[c]
        elif (n < 0x20 and c != "\t") or n == 0x7f:
            out += "\\x%02x" % n
        elif 0x80 <= n <= 0x9f or n in (0x2028, 0x2029, 0x202e):
            out += "\\u%04x" % n
        else:
            out += c
    return out


def log(handler, records, line="%(message)s", each=(), **more):
    """more: attributes of all records; each: of one after the other."""
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(faults.config({"h": handler}, level="NOTSET", line=line).replace("[weir]\nrun_dir = {run}\n", ""))
    text = ""
    for i, (name, level, msg, *args) in enumerate(records):
        text += json.dumps({"logger": name, "level": level, "msg": msg, "args": args, "process": 4711, "created": 1700000000.25, **more,
                            **(each[i] if each else {})}) + "\n"
    done = subprocess.run([os.path.join(BUILD, "weir"), "log", "-c", "c.ini", "--jsonl"], input=text.encode(), cwd=place,
                          capture_output=True, timeout=60 * harness.SLOW, env=harness.full_env())
    assert done.returncode == 0 and done.stderr == b"", done


def handler(port, more="", **kwargs):
    return "class = handlers.SysLogHandler\nargs = (('127.0.0.1', %d)%s)\nkwargs = %r" % (port, more or ",", kwargs)


TCP = ", handlers.SysLogHandler.%s, handlers.socket.SOCK_STREAM"


def without_tab(text):
    """rsyslogd shows the control characters that it gets as #ooo; a tab is the only one that Weir lets through."""
    return text.replace("\t", "#011")


def check(got, records, facility, shown, data="-"):
    assert len(got) == len(records), "%d messages of %d records: %r" % (len(got), len(records), got)
    for message, (name, level, msg, *args) in zip(got, records):
        text = without_tab(escaped(args[0]) if args else msg)
        expected = {"facility": facility, "severity": SEVERITIES[level], "data": data, **shown(name, text)}
        for key, value in expected.items():
            assert message[key] == value, "%s of %r:\n  expected %r\n  rsyslogd %r" % (key, args or msg, value, message[key])


def three_one_six_four(name, text):
    return {"tag": "kvd[4711]:", "program": "kvd", "msg": " " + text, "version": "0"}


def five_four_two_four(name, text):
    return {"app": "kvd", "procid": "4711", "msg": "\ufeff" + text, "version": "1", "host": os.uname().nodename,
            "time": "2023-11-14T22:13:20.250000Z"}


RECORDS = [("a.b", level, "%s", level.lower() + " text") for level in SEVERITIES] + [("a", "ERROR", "%s", text) for text in HOSTILE]
RECORDS.append(("a", "INFO", "%s", "the end")) # a piece of what comes before would come before this


@test(covers=["py must 2 senders"], quick=True)
def rsyslogd_by_udp_in_pythons_form():
    rsyslog = peers.Rsyslog()
    log(handler(rsyslog.port, ", handlers.SysLogHandler.LOG_LOCAL5", ident="kvd[4711]: "), RECORDS)
    check(rsyslog.taken(len(RECORDS)), RECORDS, "local5", three_one_six_four)


@test(covers=["py must 2 senders"], quick=True)
def rsyslogd_by_tcp_in_pythons_form():
    rsyslog = peers.Rsyslog()
    log(handler(rsyslog.nul_port, TCP % "LOG_DAEMON", ident="kvd[4711]: "), RECORDS)
    check(rsyslog.taken(len(RECORDS)), RECORDS, "daemon", three_one_six_four)


@test(covers=["py must 2 senders"], quick=True)
def rsyslogd_by_udp_in_rfc5424():
    rsyslog = peers.Rsyslog()
    log(handler(rsyslog.port, ", 'authpriv'", ident="kvd: ", rfc5424=True), RECORDS)
    check(rsyslog.taken(len(RECORDS)), RECORDS, "authpriv", five_four_two_four)


@test(covers=["py must 2 senders"], quick=True)
def rsyslogd_by_tcp_in_rfc5424_with_octets_counted():
    rsyslog = peers.Rsyslog()
    log(handler(rsyslog.port, TCP % "LOG_USER", ident="kvd: ", rfc5424=True), RECORDS)
    check(rsyslog.taken(len(RECORDS)), RECORDS, "user", five_four_two_four)
    # The text of an exception keeps its lines: counted, they are one message.
    log(handler(rsyslog.port, TCP % "LOG_USER", rfc5424=True), [("a", "ERROR", "failed")], exc_text="Traceback:\n<0>boom")
    last = rsyslog.taken(len(RECORDS) + 1)[len(RECORDS):]
    assert len(last) == 1 and last[0]["msg"] == "\ufefffailed#012    Traceback:#012    <0>boom" and last[0]["app"] == "a", last


def quoted(text):
    """A value of structured data."""
    return "".join("\\" + c if c in '"\\]' else c for c in escaped(text)).replace("\t", "#011")


@test(covers=["py must 2 senders"], quick=True)
def structured_data_of_hostile_fields():
    rsyslog = peers.Rsyslog()
    for tcp in (False, True):
        before = rsyslog.count()
        log(handler(rsyslog.port, TCP % "LOG_USER" if tcp else "", rfc5424=True, sd_id="app@32473"), [("a", "INFO", "%s", t) for t in HOSTILE],
            each=[{"extra": {"user": t, "n": 7, "a b]=\"": t[:20], "ü": None}} for t in HOSTILE])
        got = rsyslog.taken(before + len(HOSTILE))[before:]
        assert len(got) == len(HOSTILE), len(got)
        for message, text in zip(got, HOSTILE):
            expected = '[app@32473 user="%s" n="7" a_b___="%s" __="None"]' % (quoted(text), quoted(text[:20]))
            assert message["data"] == expected, "\n  expected %r\n  rsyslogd %r" % (expected, message["data"])
            assert message["msg"] == "\ufeff" + without_tab(escaped(text)), message
    for kwargs, words in (("{'sd_id': 'a'}", "rfc5424 only"), ("{'sd_id': 'a b', 'rfc5424': True}", "no name of RFC 5424"),
                          ("{'sd_id': '', 'rfc5424': True}", "no name"), ("{'sd_id': '%s', 'rfc5424': True}" % ("x" * 33), "no name")):
        place = harness.tmp()
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(faults.config({"h": "class = handlers.SysLogHandler\nkwargs = " + kwargs}).replace("[weir]\nrun_dir = {run}\n", ""))
        done = harness.weir("check", os.path.join(place, "c.ini"), check=2)
        assert words in done.stdout + done.stderr, done


@test(covers=["py must 2 senders"], quick=True)
def rsyslogd_and_a_service_under_load():
    rsyslog = peers.Rsyslog()
    count = max(500, scaled(20000))
    config = faults.config({"h": handler(rsyslog.port, TCP % "LOG_USER", ident="host: ", rfc5424=True)}, "overflow = block")
    with Service(config) as service:
        service.run("threads 3 %d" % count)
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        messages = [json.loads(line)["msg"].lstrip("\ufeff") for line in rsyslog.lines(3 * count, 60)]
        counts = oracle.accepted(service.path("page"))
        found = oracle.read(messages)
        oracle.check_order("rsyslogd", found)
        oracle.check_complete(counts, found, beyond=0)
        oracle.check_law(service.status())


harness.main()
