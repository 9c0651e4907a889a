"""Debian's Exim takes what SMTPHandler sends and delivers it into a maildir: one mail a record, whatever is in the
subject or the text, with TLS and a login, and to several recipients."""
import email
import email.policy
import json
import os
import re
import subprocess

import faults
import harness
import oracle
import peers
from harness import BUILD, Service, scaled, test

BODIES = ["plain", "two\nlines", "a\r\nb", ".", "..\n.\n.dot", "\r\n.\r\nQUIT\r\n", "\r\n.\r\nMAIL FROM:<x@y>", "nul\x00in it", "größe 日本", "x" * 5000,
          "x" * 998 + "\n" + "y" * 999, "From here on", "=?utf-8?b?eA==?=", "\x1b[31mred\x07", "", " ", "trailing \t"]
SUBJECTS = ["Hello", "", ".", ". ..", "größe 日本 😀", "ü" * 300, "x" * 900, "words " * 150, "=?utf-8?q?x?=", "a: b, <c@d> \"e\" \\f", "%s %d %(message)s",
            "Bcc: x@y", "two  blanks "]


def dictionary(port, subject, to="ops@test.example", **more):
    return {"version": 1, "formatters": {"f": {"format": "%(message)s"}}, "root": {"level": "DEBUG", "handlers": ["m"]},
            "handlers": {"m": {"class": "logging.handlers.SMTPHandler", "formatter": "f", "mailhost": ["127.0.0.1", port],
                               "fromaddr": "app@test.example", "toaddrs": to, "subject": subject, **more}}}


def log(config, texts, check=0):
    place = harness.tmp()
    with open(os.path.join(place, "c.json"), "w", encoding="utf-8") as f:
        json.dump(config, f)
    lines = "".join(json.dumps({"logger": "a", "level": "ERROR", "msg": "%s", "args": [text], "created": 1700000000.0}) + "\n" for text in texts)
    done = subprocess.run([os.path.join(BUILD, "weir"), "log", "-c", "c.json", "--jsonl", "--escape=none"], input=lines.encode(), cwd=place,
                          capture_output=True, timeout=120 * harness.SLOW, env=harness.full_env({"TZ": "Europe/Berlin"}))
    assert done.returncode == check, done
    return done.stderr.decode()


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def text_of(mail):
    return mail.get_content()


def as_lines(text):
    """A mail's text is lines, each ended, whichever way it said so; one that begins with From is marked, as by Python."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@test(covers=["py must 2 senders", "python 28"])
def one_mail_a_record_whatever_is_in_it():
    exim = peers.Exim()
    assert log(dictionary(exim.port, "Alarm"), BODIES) == ""
    mails = [parse(data) for data in exim.mails(len(BODIES))]
    assert len(mails) == len(BODIES), len(mails)
    for mail in mails:
        assert mail["From"] == "app@test.example" and mail["To"] == "ops@test.example" and mail["Subject"] == "Alarm", mail.items()
        assert mail["Date"] == "Tue, 14 Nov 2023 23:13:20 +0100" and not mail["Bcc"] and not mail.defects, mail.items()
        for header in ("From", "To", "Subject", "Date"):
            assert len(mail.get_all(header)) == 1, mail.items()
    found, expected = sorted(as_lines(text_of(m)) for m in mails), sorted(re.sub("(?m)^From ", ">From ", as_lines(b)) for b in BODIES)
    for a, b in zip(found, expected):
        assert a == b, "expected %r, came %r" % (b, a)


@test(covers=["py must 2 senders", "python 28"])
def hostile_subjects():
    exim = peers.Exim()
    for subject in SUBJECTS:
        assert log(dictionary(exim.port, subject), ["text of %s" % subject[:20]]) == ""
    mails = [parse(data) for data in exim.mails(len(SUBJECTS))]
    assert len(mails) == len(SUBJECTS)
    # By their texts: two that come in the same moment need not arrive in order.
    texts = {as_lines(text_of(m)): m for m in mails}
    for subject in SUBJECTS:
        mail = texts["text of %s" % subject[:20]]
        shown = "x" if subject.startswith("=?") else subject
        assert str(mail["Subject"]).strip() == shown.strip(), (subject, mail["Subject"])
        assert mail["Bcc"] is None and mail["To"] == "ops@test.example"


@test(covers=["py must 2 senders"], quick=True)
def a_subject_that_would_make_headers_is_refused():
    for subject in ("a\r\nBcc: x@y", "a\nb", "a\rb", "nul\x00", "\x1b"):
        said = log(dictionary(9, subject), [], check=2)
        assert "subject has a control character" in said or "subject is a string with a NUL" in said, said


@test(covers=["py must 2 senders", "python 28"])
def several_recipients_and_one_that_is_refused():
    exim = peers.Exim()
    assert log(dictionary(exim.port, "S", ["a@test.example", "B Name <b@test.example>", "c@test.example"]), ["to three"]) == ""
    mail, = (parse(data) for data in exim.mails(1))
    assert mail["To"].replace(", ", ",") == "a@test.example,B Name <b@test.example>,c@test.example", mail["To"]
    assert sorted(mail["Envelope-To"].replace(" ", "").split(",")) == ["a@test.example", "b@test.example", "c@test.example"], mail["Envelope-To"]
    assert mail["Return-Path"] == "<app@test.example>"
    log(dictionary(exim.port, "S", ["refused@test.example"]), ["to nobody"])
    log(dictionary(exim.port, "S", ["a@test.example"]), ["afterwards"])
    mail, = (parse(data) for data in exim.mails(1))
    assert as_lines(text_of(mail)) == "afterwards"


@test(covers=["py must 2 senders", "python 28"], quick=True)
def tls_and_a_login():
    exim = peers.Exim(login=True)
    login = {"credentials": ["weir", "pa ss:word"], "secure": []}
    assert log(dictionary(exim.port, "Secret", cafile=exim.cert, **login), ["by TLS"]) == ""
    mail, = (parse(data) for data in exim.mails(1))
    received = str(mail["Received"])
    assert "esmtpsa" in received and "TLS1." in received and as_lines(text_of(mail)) == "by TLS", received
    # A certificate that nobody vouches for, a wrong password, no login: no mail, and the password is not shown.
    log(dictionary(exim.port, "S", **login), ["unchecked"])
    log(dictionary(exim.port, "S", cafile=exim.cert, credentials=["weir", "wrong-secret"], secure=[]), ["wrong"])
    log(dictionary(exim.port, "S"), ["no login"])
    assert log(dictionary(exim.port, "S", verify=False, **login), ["unverified"]) == ""
    mails = [as_lines(text_of(parse(data))) for data in exim.mails(1)]
    assert mails == ["unverified"], mails


@test(covers=["py must 2 senders"], quick=True)
def a_service_tells_what_its_mail_server_refused():
    exim = peers.Exim(login=True)
    mail = "class = handlers.SMTPHandler\nlevel = ERROR\nargs = (('127.0.0.1', %d), 'a@test.example', ['b@test.example'], 'S', ('weir', 'wrong-secret'), ())\n" \
        "kwargs = {'cafile': '%s'}" % (exim.port, exim.cert)
    with Service(faults.config({"file": faults.file("{dir}/host.log"), "mail": mail})) as service:
        service.run("log host 40 3")
        assert service.run("flush 30000") == "ok"
        found = faults.handler(service.status(), "mail")
        assert found["dropped"] and sum(found["dropped"].values()) == 3 and found["delivered"] == 0, found
        oracle.check_law(service.status())
        said = "\n".join(service.lines("host.log"))
        assert "smtp://127.0.0.1:%d" % exim.port in said and "secret" not in said, said


@test(covers=["py must 2 senders"])
def a_service_and_its_mails():
    exim = peers.Exim()
    mail = "class = handlers.SMTPHandler\nargs = (('127.0.0.1', %d), 'a@test.example', ['b@test.example'], 'S')" % exim.port
    count = max(10, scaled(100))
    with Service(faults.config({"mail": mail})) as service:
        service.run("threads 1 %d" % count)
        service.run("wait")
        assert service.run("flush 60000") == "ok"
        found = [as_lines(text_of(parse(data))) for data in exim.mails(count)]
        assert sorted(oracle.read(found)) == [(0, n) for n in range(count)], found
        assert faults.handler(service.status(), "mail")["delivered"] == count


harness.main()
