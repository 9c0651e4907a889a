"""What hostile senders do to `weir serve`, and what they get."""
import http.client
import json
import os
import pickle
import re
import resource
import socket
import struct
import subprocess
import sys
import time

import faults
import harness
import island
import pickles
from harness import SLOW, scaled, test, tmp, wait_until, weir
from receiving import CONFIG, Serve, framed

GOOD = {"name": "good", "levelno": 20, "levelname": "INFO", "msg": "fine"}


def good():
    return framed(pickle.dumps(GOOD, 1))


def closed(s):
    """Has the other side closed? Reads until it has."""
    try:
        while True:
            if not s.recv(65536):
                return True
    except ConnectionResetError:
        return True


def law(n):
    """frames = handled + dropped, but for what is no frame."""
    no_frames = n["dropped"]["connections"] + n["dropped"]["kernel"]
    assert n["frames"] == n["handled"] + sum(n["dropped"].values()) - no_frames, n
    return n


@test(covers=["receivers: length 4 GiB", "receivers: truncated"], quick=True)
def lengths_that_lie():
    serve = Serve(format="%(message)s")
    for length, why in [(0xFFFFFFFF, "too_large"), (0x7FFFFFFF, "too_large"), (1024 * 1024 + 1, "too_large")]:
        s = serve.connect("pickle_tcp")
        s.sendall(good() + struct.pack(">L", length) + b"x" * 100)
        assert closed(s)
    before = serve.counts("pickle_tcp")
    assert before["handled"] == 3 and before["dropped"]["too_large"] == 3, before
    s = serve.connect("pickle_tcp")
    s.sendall(struct.pack(">L", 0) + good())  # nothing is in it: not a record, and no harm
    serve.wait("pickle_tcp", handled=4)
    s.sendall(struct.pack(">L", 50) + b"}" * 20)
    s.shutdown(socket.SHUT_WR)
    assert closed(s)
    serve.wait("pickle_tcp", cut_off=1)
    for data in (b"", b"\0\0", b"\0\0\0\x05ab", b"\0\0\0\x01ab", b"\xff\xff\xff\xff", struct.pack(">L", 4) + b"KKKK"):
        serve.send_udp("pickle_udp", data)
    serve.send_udp("pickle_udp", good())
    serve.wait("pickle_udp", handled=1)
    law(serve.counts("pickle_tcp")), law(serve.counts("pickle_udp"))
    serve.stop()
    assert serve.lines() == ["fine"] * 5, serve.lines()


@test(covers=["receivers: one byte a second"], quick=True)
def one_byte_at_a_time():
    """Drips are ended by the deadline of a whole record; who is silent between records is not."""
    serve = Serve(receivers="deadline = 400ms\n", format="%(message)s")
    silent = serve.connect("pickle_tcp")
    silent.sendall(good())
    drips = {door: serve.connect(door) for door in ("pickle_tcp", "syslog_tcp", "json_tcp", "http")}
    texts = {"pickle_tcp": good(), "syslog_tcp": b"<14>hello hello hello", "json_tcp": b'{"logger": "a", "x": 1}',
             "http": b"GET /?name=a HTTP/1.1\r\nHost: a\r\n\r\n"}
    ended, deadline = set(), time.monotonic() + 20 * SLOW
    while len(ended) < 4:
        assert time.monotonic() < deadline, ended
        for door, s in drips.items():
            text, texts[door] = texts[door][:1], texts[door][1:] or b"x"
            if door in ended:
                continue
            try:
                s.send(text)
                s.setblocking(False)
                if s.recv(1) == b"":
                    ended.add(door)
            except BlockingIOError:
                pass
            except (ConnectionResetError, BrokenPipeError):
                ended.add(door)
            finally:
                s.setblocking(True)
        wait_until(lambda end=time.monotonic() + 0.05: time.monotonic() > end, 1)  # the drip's pace
    for door in drips:
        assert serve.counts(door)["dropped"]["late"] == 1, (door, serve.counts(door))
        law(serve.counts(door))
    silent.sendall(good())
    serve.wait("pickle_tcp", handled=2)
    serve.stop()


@test(covers=["receivers: 1,000 connections"], quick=True)
def a_thousand_connections():
    """Those that have sent no record make room; one that has is kept; memory and descriptors are bounded."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    serve = Serve(receivers="connections = 50\n", format="%(message)s")
    first = serve.connect("pickle_tcp")
    first.sendall(good())
    serve.wait("pickle_tcp", handled=1)
    crowd = []
    for _ in range(1000):
        s = socket.create_connection(("127.0.0.1", serve.port("pickle_tcp")), timeout=30 * SLOW)
        crowd.append(s)
        harness.cleanup(s.close)
    n = serve.wait("pickle_tcp", connections=900)
    assert n["connections"] <= 50, n
    assert len(os.listdir("/proc/%d/fd" % serve.pid)) < 200
    first.sendall(good())  # was never closed
    serve.wait("pickle_tcp", handled=2)

    def once_more():
        s = serve.connect("pickle_tcp")
        try:
            s.sendall(good())
            return serve.counts("pickle_tcp")["handled"] >= 3
        except (ConnectionResetError, BrokenPipeError):
            return False
    wait_until(once_more, 20, "a new sender to be let in")
    serve.stop()


def rss(pid, what="VmHWM"):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith(what)) * 1024


@test(covers=["receivers: a million names"])
def a_million_names():
    serve, count = Serve(format="%(name)s"), scaled(1000000)
    s = serve.connect("pickle_tcp")
    head, tail = pickle.dumps(dict(GOOD, name="X" * 10), 1).split(b"X" * 10)
    for begin in range(0, count, 1000):
        s.sendall(b"".join(framed(head + b"n%09d" % i + tail) for i in range(begin, begin + 1000)))
    deep = framed(pickle.dumps(dict(GOOD, name=".".join("d" * 500)), 1))  # 500 loggers at once
    s.sendall(deep + framed(pickle.dumps(dict(GOOD, name="y" * 3000), 1)) + framed(pickle.dumps(dict(GOOD, name="n%09d" % 5), 1)))
    n = law(serve.wait("pickle_tcp", handled=count + 3, seconds=120))
    assert n["other_names"] == count - 10000 + 2, n
    names = weir("levels", "--pid", str(serve.pid), env=serve.env, check=0).stdout.splitlines()
    assert 10000 <= len(names) < 10010, len(names)
    serve.stop()
    lines = serve.lines()
    assert lines[9999] == "n%09d" % 9999 and lines[10000] == "weir.received.other" and lines[-1] == "n%09d" % 5
    assert set(lines[10000:-1]) == {"weir.received.other"} and len(lines) == count + 3


@test(covers=["py must 4", "receivers: code in a pickle", "receivers: bombs"], quick=True)
def hostile_pickles_at_a_live_service():
    """Under strace: nothing is executed, no path of a pickle is opened. Each leaves a record or a count."""
    faults.need_strace()
    trace, canary = os.path.join(tmp(), "trace"), os.path.join(tmp(), "canary")
    serve = Serve(format="%(name)s %(message)s",
                  wrap=["strace", "-f", "-qq", "-o", trace, "-e", "trace=execve,execveat,open,openat,creat,unlink,connect,fork,vfork"])
    with open(trace) as f:
        started = len(f.read())
    frames = list(pickles.attacks(canary).values()) + [f for f in pickles.real() for _ in range(scaled(100))]
    sent = 0
    s = serve.connect("pickle_tcp")
    for frame in frames:
        if 0 < len(frame) <= 1024 * 1024:
            s.sendall(framed(frame))
            sent += 1
        if len(frame) < 60000:
            serve.send_udp("pickle_udp", framed(frame))
    s.sendall(good())
    n = wait_until(lambda: (lambda n: n["frames"] == sent + 1 and n)(serve.counts("pickle_tcp")), 60, "all frames")
    law(n)
    assert n["placeholders"] >= 24 and n["dropped"]["malformed"] > 0 and n["dropped"]["too_large"] > 0, n
    serve.stop()
    with open(trace) as f:
        f.seek(started)
        calls = f.read()
    own = (serve.dir, serve.run, "/proc/", "/sys/", "/etc/localtime", "/usr/share/zoneinfo", "/dev/shm/", "/run/weir")
    for line in calls.splitlines():
        assert "exec" not in line and "fork" not in line, line
        path = re.search(r'"([^"]*)"', line)
        # What is not absolute lies in a directory that is held open: a ring, the file of the log.
        assert canary not in line and (path is None or path[1][:1] != "/" or path[1].startswith(own)), line
    assert not os.path.exists(canary)
    text = serve.read().decode(errors="replace")
    assert "weir.received a received pickle holds no record but what would be imported or called: <posix.system not read>" in text
    assert "evil <posix.system not read>" in text and "good fine" in text


@test(covers=["receivers: bombs", "py must 4"], quick=True)
def memory_stays_small():
    serve = Serve(format="%(message).100s")
    s = serve.connect("pickle_tcp")
    s.sendall(good())
    serve.wait("pickle_tcp", handled=1)
    large = [f for f in pickles.attacks().values() if 100000 < len(f) <= 1024 * 1024]
    assert len(large) > 5
    count = 1
    for frame in large:  # what each of them touches once: its buffer, the ring
        s.sendall(framed(frame))
        count += 1
    wait_until(lambda: serve.counts("pickle_tcp")["frames"] == count, 60)
    before = rss(serve.pid)
    for frame in large * 5:
        s.sendall(framed(frame))
        count += 1
    wait_until(lambda: serve.counts("pickle_tcp")["frames"] == count, 60)
    if harness.SLOW <= 3:
        assert rss(serve.pid) - before < 4 * 1024 * 1024, (before, rss(serve.pid))
    serve.stop()


@test(covers=["receivers: form from a web page", "receivers: malformed form"], quick=True)
def forms_that_are_refused():
    serve = Serve(format="%(name)s %(message)s")

    def request(method, path, body=None, **headers):
        c = http.client.HTTPConnection("127.0.0.1", serve.port("http"), timeout=30 * SLOW)
        c.request(method, path, body, headers={k.replace("_", "-"): v for k, v in headers.items()})
        status = c.getresponse().status
        c.close()
        return status

    form = {"Content_Type": "application/x-www-form-urlencoded"}
    fine = "name=a&levelno=20&msg=hello"
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"},
                    {"Referer": "http://evil.example/"}):
        assert request("POST", "/", fine, **form, **headers) == 403
        assert request("GET", "/?" + fine, **headers) == 403
    assert request("POST", "/", fine, Content_Type="text/plain") == 415
    assert request("PUT", "/", fine, **form) == 405
    assert request("POST", "/", "name=a&levelno=20&msg=" + "x" * 1100000, **form) == 413
    for body in ("name=a&levelno=x&msg=m", "name=a&msg=m", "name=%zz&levelno=20", "a=1&a=2&levelno=20", "", "levelno=99999999999",
                 "&".join("k%d=v" % i for i in range(1200))):
        assert request("POST", "/", body, **form) == 400, body[:50]
    assert request("POST", "/anything", fine, **form) == 200
    assert request("GET", "/x?" + fine + "&args=%28open%2C%29") == 200  # no literal: the message stays as it is
    n = law(serve.counts("http"))
    assert n["handled"] == 2 and n["dropped"]["browser"] == 8 and n["dropped"]["too_large"] == 1, n
    raw = serve.connect("http")
    raw.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
    closed(raw)
    serve.wait("http", malformed=n["dropped"]["malformed"] + 1)
    serve.stop()
    assert serve.lines() == ["a hello", "a hello"], serve.lines()


@test(covers=["receivers: malformed syslog", "receivers: malformed JSON line"], quick=True)
def texts_that_are_refused():
    serve = Serve(format="%(message)s")
    s = serve.connect("json_tcp")
    lines = [b"{", b"[]", b"5", b'{"op":"set_level","logger":"","level":"DEBUG"}', b'{"op":"reconfigure","path":"/etc/passwd"}',
             b'{"level":"INFO"}', b'{"msg":"x"}', b'{"msg":"x","level":"NOSUCH"}', b'{"msg":"\xff","level":20}',
             b"[" * 100000, b'{"msg":"x","level":20,"level":30}']
    s.sendall(b"".join(l + b"\n" for l in lines) + b'{"msg":"good json","level":20}\n')
    n = serve.wait("json_tcp", handled=1, malformed=len(lines))
    assert n["dropped"]["malformed"] == len(lines), n
    s.sendall(b"x" * 1100000)
    assert closed(s)
    serve.wait("json_tcp", too_large=1)
    s = serve.connect("syslog_tcp")
    s.sendall(b"no priority\n<192>x\n<>x\n<14>1 garbage\n<14>1 - h a - - [broken msg\n15 <14>app counted")
    serve.wait("syslog_tcp", malformed=5)
    s.sendall(b"12345678 x")
    assert closed(s)
    serve.wait("syslog_tcp", too_large=1)
    for door in ("json_tcp", "syslog_tcp"):
        law(serve.counts(door))
    serve.stop()
    assert serve.lines() == ["good json"], serve.lines()
    assert serve.lines("syslog.log") == ["app counted"], serve.lines("syslog.log")


@test(covers=["receivers: address beyond loopback"], quick=True)
def beyond_loopback_only_if_it_is_said():
    for door in ("pickle_tcp", "pickle_udp", "http", "syslog_udp", "syslog_tcp", "json_tcp", "json_udp"):
        for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:9020"):
            serve = Serve(doors="%s = %s\n" % (door, address), start=False)
            done = weir("serve", "-c", serve.config_path, env=serve.env)
            assert done.returncode == 2 and done.stdout == "", done
            assert done.stderr.startswith("%s:7: [receivers] %s: \"%s\" is not loopback" % (serve.config_path, door, address)), done.stderr
            assert "beyond_loopback = yes" in done.stderr and os.listdir(serve.dir) == ["serve.ini"]
    serve = Serve(doors="pickle_tcp = 0.0.0.0:0\n", receivers="beyond_loopback = yes\n", format="%(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(good())
    serve.wait("pickle_tcp", handled=1)
    serve.stop()


CROWD = """
import socket, sys
crowd = []
for source in ("192.0.2.1",) * 5 + ("192.0.2.2",) * 3 + ("127.0.0.1",) * 10:
    s = socket.socket()
    s.bind((source, 0))
    s.connect((source, int(sys.argv[1])))
    crowd.append(s)
print("there", flush=True)
sys.stdin.read()
"""


@test(covers=["receivers: 1,000 connections", "receivers: address beyond loopback"], quick=True)
def an_address_beyond_loopback_has_a_bound_of_its_own():
    place = island.Island()
    for command in ("ip link set lo up", "ip addr add 192.0.2.1/32 dev lo", "ip addr add 192.0.2.2/32 dev lo"):
        subprocess.run(place.into() + command.split(), check=True)
    serve = Serve(doors="pickle_tcp = 0.0.0.0:0\n", receivers="beyond_loopback = yes\nconnections_per_address = 2\n",
                  wrap=place.into())
    crowd = subprocess.Popen(place.into() + [sys.executable, "-c", CROWD, str(serve.port("pickle_tcp"))],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    harness.cleanup(crowd.wait)
    harness.cleanup(crowd.kill)
    assert crowd.stdout.readline() == "there\n"
    def counts():
        done = place.weir("stats", "-o", "json", "--pid", serve.pid, check=0)
        n = json.loads(done.stdout)["receivers"][0]
        return n["connections_total"] == 14 and n
    n = wait_until(counts, 10, "all connections")
    assert n["connections"] == 2 + 2 + 10 and n["dropped"]["connections"] == 3 + 1, n
    serve.stop()


@test(covers=["receivers: bombs"], quick=True)
def refusals_are_told_but_not_each():
    serve = Serve(config=CONFIG.replace("level = CRITICAL", "level = WARNING"), format="%(name)s %(message)s")
    s = serve.connect("pickle_tcp")
    s.sendall(framed(b"nonsense") * 500)
    serve.wait("pickle_tcp", malformed=500)
    serve.stop()
    told = [l for l in serve.lines() if "were refused" in l]
    assert 1 <= len(told) <= 2 and told[0].startswith("weir ") and "pickle_tcp from 127.0.0.1:" in told[0], told


if __name__ == "__main__":
    harness.main()
