"""Peers that are down, come and go, never read, read a byte a second, take no connection or break it in the middle,
for every handler that sends over TCP: the other handlers keep their rate, what is dropped is counted exactly, a record
that was cut off is sent again from its first byte, and weir_stop returns in time."""
import json
import os
import struct
import subprocess

import faults
import harness
import oracle
from harness import BUILD, SLOW, Service, scaled, test, wait_until
from mail_server import MailServer
from villain import Villain

STALL_MS, STOP_MS = 250, 400
HANDLERS = {
    "SocketHandler": "class = handlers.SocketHandler\nargs = ('127.0.0.1', %d)",
    "SysLogHandler": "class = handlers.SysLogHandler\nargs = (('127.0.0.1', %d), 'user', handlers.socket.SOCK_STREAM)\nkwargs = {'rfc5424': True}",
    "HTTPHandler": "class = handlers.HTTPHandler\nargs = ('127.0.0.1:%d', '/log', 'POST')",
    "SMTPHandler": "class = handlers.SMTPHandler\nargs = (('127.0.0.1', %d), 'a@b', ['c@d'], 'S')",
}
MODES = ("down", "flapping", "silent", "halfopen", "drip")


def config(kind, port):
    return faults.config({"good": faults.file("{dir}/good.log"), "peer": HANDLERS[kind] % port},
                         "queue = 256KiB\nstop_timeout = %dms" % STOP_MS)


def beside(kind, mode):
    villain = Villain(mode, greeting=b"220 here\r\n" if kind == "SMTPHandler" else b"")
    harness.cleanup(villain.close)
    count = max(1000, scaled(30000))
    with Service(config(kind, villain.port)) as service:
        # A pace at which the rings hold what comes within a stall_timeout: whoever loses something lost it to the peer.
        service.run("threads 2 %d 100" % count)
        service.run("wait")
        wait_until(lambda: service.status()["law"]["in_rings"] == 0, 30, "the rings to be read")
        good = faults.settle(service, "good")
        status = service.status()
        peer = faults.handler(status, "peer")
        oracle.check_law(status, settled=False)
        assert status["law"]["accepted"] == 2 * count and not any(status["law"]["dropped"].values()), status["law"]
        assert good["delivered"] == 2 * count and not any(good["dropped"].values()), good
        assert peer["given"] == 2 * count, peer
        oracle.check_complete({0: count, 1: count}, faults.producers(service.lines("good.log")), beyond=0)
        longest = oracle.longest_call_ns(service.path("page")) / 1e6
        assert longest <= STALL_MS + 150 * SLOW, "a call took %.0f ms" % longest
        if mode == "down":
            peer = faults.settle(service, "peer")
            assert peer["delivered"] == 0 and sum(peer["dropped"].values()) == 2 * count, peer
        if mode in ("silent", "halfopen") and kind in ("HTTPHandler", "SMTPHandler"):
            assert peer["delivered"] == 0, peer
        took = int(service.run("stop").split()[1])
        assert took <= STOP_MS + 200 + 400 * SLOW, "weir_stop took %d ms" % took
        assert service.stop() == 0


def each(kind):
    for mode in MODES:
        try:
            beside(kind, mode)
        except BaseException as why:
            raise AssertionError("%s, a peer that is %s" % (kind, mode)) from why
        harness.clean()


@test(covers=["fault 22", "py must 7", "promise 1"])
def beside_a_bad_receiver():
    each("SocketHandler")


@test(covers=["fault 22", "py must 7", "promise 1"])
def beside_a_bad_syslog_server():
    each("SysLogHandler")


@test(covers=["fault 22", "py must 7", "promise 1"])
def beside_a_bad_web_server():
    each("HTTPHandler")


@test(covers=["fault 22", "py must 7", "promise 1"])
def beside_a_bad_mail_server():
    each("SMTPHandler")


# ---- what was cut off ----

def pickles(data):
    """Frames of u32 and pickle."""
    data = memoryview(data)
    frames = []
    while len(data) >= 4:
        size, = struct.unpack(">L", data[:4])
        if len(data) < 4 + size:
            break
        frames.append(bytes(data[4:4 + size]))
        data = data[4 + size:]
    assert not data, "a torn frame of %d bytes: %r" % (len(data), bytes(data[:50]))
    return frames


def counted(data):
    """RFC 6587's octet counting."""
    frames = []
    while data:
        size, blank, rest = data.partition(b" ")
        assert blank and size.isdigit() and len(rest) >= int(size), "a torn frame: %r" % data[:50]
        frames.append(rest[:int(size)])
        data = rest[int(size):]
    return frames


LONG = 200000


def log(handler, count):
    """count records of some 200 KB, numbered."""
    place = harness.tmp()
    with open(os.path.join(place, "c.ini"), "w", encoding="utf-8") as f:
        f.write(faults.config({"h": handler}, level="NOTSET").replace("[weir]\nrun_dir = {run}\n", "[weir]\noverflow = block\n"))
    lines = "".join(json.dumps({"logger": "a", "level": "INFO", "msg": "n%04d " % n + "x" * LONG}) + "\n" for n in range(count))
    done = subprocess.run([os.path.join(BUILD, "weir"), "log", "-c", "c.ini", "--jsonl", "--escape=none"], input=lines.encode(), cwd=place,
                          capture_output=True, timeout=120 * SLOW, env=harness.full_env())
    assert done.returncode == 0, done
    return done.stderr.decode()


def cut_off(kind, frames):
    """What the first connection had taken whole is gone with it; the record that it broke in comes whole, and all that
    follow, in order, once."""
    villain = Villain("reset")
    harness.cleanup(villain.close)
    count = 60
    said = log(HANDLERS[kind] % villain.port, count)
    assert said == "", said
    assert villain.accepted == 2
    wait_until(lambda: b"n%04d " % (count - 1) in villain.streams[0], 20, "the last record")
    got = []
    wait_until(lambda: whole(villain, frames, got), 20, "whole frames")
    numbers = [int(f[f.index(b"n0"):][1:5]) for f in got]
    assert all(len(f) > LONG for f in got)
    assert 0 < numbers[0] < count - 1, "the reset was not in the middle: %r" % numbers[:3]
    assert numbers == list(range(numbers[0], count)), numbers


def whole(villain, frames, out):
    try:
        out[:] = frames(bytes(villain.streams[0]))
        return True
    except AssertionError:
        return False # the last bytes are on their way


@test(covers=["fault 22", "python 25"], quick=True)
def a_pickle_that_was_cut_off_is_sent_again_whole():
    cut_off("SocketHandler", pickles)


@test(covers=["fault 22"])
def a_syslog_message_that_was_cut_off_is_sent_again_whole():
    cut_off("SysLogHandler", counted)


@test(covers=["fault 22", "python 26"])
def a_request_that_was_cut_off_is_sent_again_whole():
    def answer(connection, got):
        head, end, rest = got.partition(b"\r\n\r\n")
        if not end or len(rest) < int(head.lower().partition(b"content-length:")[2].split()[0]):
            return False
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        return True
    for resets, lost in ((2, 0), (3, 1)):
        villain = Villain("reset", answer=answer, resets=resets)
        harness.cleanup(villain.close)
        said = log(HANDLERS["HTTPHandler"] % villain.port, 5)
        requests = [bytes(s) for s in villain.streams if s]
        numbers = [int(s[s.index(b"&msg=n") + 6:][:4]) for s in requests if b"name=a&" in s]
        assert numbers == list(range(lost, 5)), (resets, numbers)
        assert ("cannot send to" in said and "1 records lost" in said) == bool(lost), said


@test(covers=["fault 22", "python 28"])
def a_mail_that_was_cut_off_is_sent_again_whole():
    for resets, lost in ((2, 0), (3, 1)):
        server = MailServer(resets=resets)
        harness.cleanup(server.close)
        said = log(HANDLERS["SMTPHandler"] % server.port, 3)
        mails = [data for _, _, data, _, _ in server.take()]
        assert sum(b"xxx" in m for m in mails) == 3 - lost, len(mails)
        assert ("1 records lost" in said) == bool(lost), said


@test(covers=["fault 22"], quick=True)
def counts_are_exact_over_an_outage():
    """Down, then there: what came is what was delivered."""
    villain = Villain("down")
    harness.cleanup(villain.close)
    with Service(config("SocketHandler", villain.port)) as service:
        service.run("threads 2 1000 50")
        service.run("wait")
        villain.behave()

        def comes():
            service.run("say host 20 again")
            return faults.handler(service.status(), "peer")["delivered"] > 0
        wait_until(comes, 40, "a delivery after the outage")
        service.run("threads 2 2000 50")
        service.run("wait")
        wait_until(lambda: service.status()["law"]["in_rings"] == 0, 30, "the rings to be read")
        peer = faults.settle(service, "peer")
        oracle.check_law(service.status())
        assert peer["dropped"]["error"] >= 2000 and peer["delivered"] + peer["dropped"]["error"] == peer["given"], peer

        def came():
            return sum(s.count(b"X\x03\x00\x00\x00msgq") for s in villain.streams) >= peer["delivered"]
        wait_until(came, 20, "what was delivered")
        assert sum(len(pickles(bytes(s))) for s in villain.streams) - own(villain) == peer["delivered"]


def own(villain):
    """Weir's own records are not counted."""
    return sum(b"weir" in f[:40] for s in villain.streams for f in pickles(bytes(s)))


harness.main()
