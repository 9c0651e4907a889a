"""peers.py - real programs at the other end, each started alone, with a configuration of its own in a fresh
directory, on a loopback port, and ended with the test: Python's receivers, rsyslogd, Exim, journald."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import harness
from harness import ROOT, wait_until

NOBODY = 65534


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def need(program):
    """A package of docs/install/deps.sh has it; /usr/sbin need not be in the PATH of a user."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/lib/systemd")
    assert path, "%s is not installed (make deps-test installs it)" % program
    return path


def end(process):
    """Its own process alone, and what it started with it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


class Peer:
    """lines(n): waits for so many lines in what it wrote, and gives them all."""
    process = None

    def lines(self, count, seconds=20):
        wait_until(lambda: read(self.out).count(b"\n") >= count, seconds, "%d lines from the peer" % count)
        return read(self.out).decode("utf-8", "surrogateescape").split("\n")[:-1]


class Cookbook(Peer):
    """Python's own receiver (tests/support/cookbook.py)."""

    def __init__(self, kind, line):
        self.out = os.path.join(harness.tmp(), "received.log")
        self.process = subprocess.Popen([sys.executable, os.path.join(ROOT, "tests/support/cookbook.py"), kind, self.out, line],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        harness.cleanup(end, self.process)
        self.port = int(self.process.stdout.readline())


RSYSLOG = """
global(workDirectory="%(dir)s" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="on")
module(load="imudp")
module(load="imtcp")
input(type="imudp" address="127.0.0.1" port="%(port)d")
input(type="imtcp" address="127.0.0.1" port="%(port)d")
# Python's frame over TCP: a NUL ends a message, and a line break does not.
input(type="imtcp" address="127.0.0.1" port="%(nul_port)d" addtlFrameDelimiter="0" disableLFDelimiter="on")
template(name="facts" type="list" option.jsonf="on") {
    property(outname="pri" name="pri" format="jsonf")
    property(outname="facility" name="syslogfacility-text" format="jsonf")
    property(outname="severity" name="syslogseverity-text" format="jsonf")
    property(outname="tag" name="syslogtag" format="jsonf")
    property(outname="program" name="programname" format="jsonf")
    property(outname="app" name="app-name" format="jsonf")
    property(outname="procid" name="procid" format="jsonf")
    property(outname="host" name="hostname" format="jsonf")
    property(outname="data" name="structured-data" format="jsonf")
    property(outname="version" name="protocol-version" format="jsonf")
    property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
    property(outname="msg" name="msg" format="jsonf")
}
action(type="omfile" file="%(out)s" template="facts")
"""


class Rsyslog(Peer):
    """Debian's rsyslogd: `port` takes UDP and TCP, `nul_port` Python's frame over TCP. taken(n): what it made of
    n messages, as dicts."""

    def __init__(self):
        place = harness.tmp()
        self.out = os.path.join(place, "out.json")
        self.port, self.nul_port = free_port(), free_port()
        with open(os.path.join(place, "rsyslog.conf"), "w") as f:
            f.write(RSYSLOG % {"dir": place, "out": self.out, "port": self.port, "nul_port": self.nul_port})
        self.log = open(os.path.join(place, "log"), "wb")
        self.process = subprocess.Popen([need("rsyslogd"), "-n", "-f", os.path.join(place, "rsyslog.conf"), "-i", os.path.join(place, "pid")],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env={**os.environ, "TZ": "UTC"})
        harness.cleanup(end, self.process)
        wait_until(self.listens, 20, "rsyslogd to listen")

    def listens(self):
        assert self.process.poll() is None, read(self.log.name).decode()
        try:
            for port in (self.port, self.nul_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def count(self):
        return read(self.out).count(b"\n")

    def taken(self, count):
        return [json.loads(line) for line in self.lines(count) if '"rsyslogd"' not in line]


EXIM = """
primary_hostname = test.example
exim_user = %(user)s
exim_group = %(group)s
spool_directory = %(dir)s/spool
log_file_path = %(dir)s/log-%%s
pid_file_path = %(dir)s/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = %(port)d
never_users =
host_lookup =
qualify_domain = test.example
queue_run_max = 0
smtp_accept_max = 50
tls_advertise_hosts = *
tls_certificate = %(dir)s/cert.pem
tls_privatekey = %(dir)s/cert.pem.key
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
begin acl
rcpt:
  deny message = nobody of that name
       local_parts = refused
  deny message = log in first
       condition = ${if eq{%(login)s}{yes}}
       !authenticated = *
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = %(dir)s/mail
  create_directory
  envelope_to_add
  return_path_add
  batch_max = 100
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${if def:tls_in_cipher}
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{weir}}{eq{$auth3}{pa ss:word}}}}
  server_set_id = $auth2
"""


class Exim:
    """Debian's Exim, under a user without rights, delivering into a maildir. mails(n): waits for so many, as
    bytes."""

    def __init__(self, login=False):
        self.dir = tempfile.mkdtemp(prefix="weir-exim-")
        harness.cleanup(shutil.rmtree, self.dir, True)
        root = os.geteuid() == 0
        self.port = free_port()
        certificate(self.dir)
        self.cert = os.path.join(self.dir, "cert.pem")
        config = os.path.join(self.dir, "exim.conf")
        user, group = (NOBODY, NOBODY) if root else (os.getuid(), os.getgid())
        with open(config, "w") as f:
            f.write(EXIM % {"dir": self.dir, "port": self.port, "user": user, "group": group, "login": "yes" if login else "no"})
        for name in (".", "exim.conf", "cert.pem", "cert.pem.key"):
            os.chown(os.path.join(self.dir, name), user, group)
        self.log = open(os.path.join(self.dir, "out"), "wb")
        self.process = subprocess.Popen([need("exim4"), "-C", config, "-bdf"], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, user=user if root else None, group=group if root else None,
                                        extra_groups=[] if root else None)
        harness.cleanup(end, self.process)
        wait_until(self.listens, 20, "Exim to listen")

    def listens(self):
        assert self.process.poll() is None, self.said()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as s:
                return s.recv(3) == b"220"
        except OSError:
            return False

    def said(self):
        return "".join(read(os.path.join(self.dir, n)).decode(errors="replace") for n in ("out", "log-main", "log-panic", "log-reject"))

    def mails(self, count, seconds=30):
        """In the order of their arrival; no more come a moment later."""
        new = os.path.join(self.dir, "mail/new")

        def found():
            return len(os.listdir(new)) if os.path.isdir(new) else 0
        try:
            wait_until(lambda: found() >= count, seconds, "%d mails" % count)
        except AssertionError as why:
            raise AssertionError("%s\n%s" % (why, self.said())) from None
        spool = os.path.join(self.dir, "spool/input")
        wait_until(lambda: not any(n.endswith("-H") for n in os.listdir(spool)), seconds, "the spool to be empty")
        names = sorted(os.listdir(new), key=lambda n: os.stat(os.path.join(new, n)).st_mtime_ns)
        mails = [read(os.path.join(new, n)) for n in names]
        for n in names:
            os.unlink(os.path.join(new, n))
        return mails


def certificate(place):
    """cert.pem and cert.pem.key for localhost."""
    cert = os.path.join(place, "cert.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cert + ".key", "-out", cert,
                           "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return cert


JOURNALD = """
mount --make-rprivate /
mount -t tmpfs none /run
mkdir -p /run/systemd/journal.weir /run/log
mount -t tmpfs none /var/log
mkdir -p /var/log/journal
mount --bind %(dir)s/socket /run/systemd/journal.weir
mount --bind %(dir)s/journal /var/log/journal
exec %(program)s weir
"""


class Journald:
    """systemd-journald as a namespace of its own, in mounts of its own: `socket` is its native one, entries() reads
    by journalctl."""

    def __init__(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            harness.skip("journald and its mounts want root")
        self.dir = harness.tmp()
        for name in ("socket", "journal"):
            os.mkdir(os.path.join(self.dir, name))
        self.socket = os.path.join(self.dir, "socket/socket")
        self.log = open(os.path.join(self.dir, "log"), "wb")
        script = JOURNALD % {"dir": self.dir, "program": need("systemd-journald")}
        self.process = subprocess.Popen(["unshare", "-m", "sh", "-ec", script], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        harness.cleanup(end, self.process)
        wait_until(lambda: self.process.poll() is not None or os.path.exists(self.socket), 20, "journald's socket")
        assert self.process.poll() is None, read(self.log.name).decode()

    def entries(self, identifier, count, seconds=20):
        deadline = time.monotonic() + seconds * harness.SLOW
        while True:
            done = subprocess.run([need("journalctl"), "--file", os.path.join(self.dir, "journal/*/*.journal"), "-o", "json", "--all", "--no-pager",
                                   "-t", identifier], capture_output=True)
            got = [json.loads(line) for line in done.stdout.splitlines()]
            if len(got) >= count:
                return got
            assert time.monotonic() < deadline, (len(got), count, done.stderr, read(self.log.name))
            time.sleep(0.05)
