"""A handler class of the host's that overrides makeSocket: its socket is used for streams and datagrams, is asked for
again when there was none, and after the peer went away."""
import os
import pickle
import socket
import struct
import subprocess

import harness
from harness import test, tmp, wait_until

CONFIG = """[loggers]
keys=root
[handlers]
keys=s,d
[formatters]
keys=
[logger_root]
level=INFO
handlers=s,d
[handler_s]
class=tunnel.Stream
args=('log.example', 9020)
[handler_d]
class=tunnel.Datagram
args=('log.example', 9021)
"""


def message(data):
    assert struct.unpack(">L", data[:4])[0] == len(data) - 4
    return pickle.loads(data[4:])["msg"]


@test(covers=["python: makeSocket"], quick=True)
def sockets_of_the_hosts_are_used():
    place = tmp()
    path = os.path.join(place, "peer")
    with open(os.path.join(place, "c.ini"), "w") as f:
        f.write(CONFIG)
    stream, datagram = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stream.bind(path + ".stream")
    stream.listen(5)
    datagram.bind(path + ".datagram")
    for one in (stream, datagram):
        one.settimeout(30 * harness.SLOW)
        harness.cleanup(one.close)
    probe = subprocess.Popen([os.path.join(harness.BUILD, "tests/support/override_probe"), "c.ini", path], cwd=place,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                             env=harness.full_env({"WEIR_SERVICE": harness.OWN, "XDG_RUNTIME_DIR": harness.run_dir()}))
    harness.cleanup(probe.kill)
    said = []

    def log(text):
        """Everything that is sent until then is sent, or given up while there is no socket."""
        probe.stdin.write(text + "\n")
        for line in iter(probe.stdout.readline, "ok\n"):
            assert line, "the host ended with %s" % probe.wait()
            said.append(line.strip())

    log("lost: there is no socket yet")
    assert sorted(said) == ["datagram log.example 9021", "stream log.example 9020"], said
    got = []
    # Python's backoff is a second: what is logged meanwhile is dropped, and counted.
    wait_until(lambda: log("again") or len(said) >= 4, 30, "that it is asked for again")
    log("whole")
    connection = stream.accept()[0]
    connection.settimeout(30 * harness.SLOW)
    data = b""
    while "whole" not in got:
        data += connection.recv(65536)
        while len(data) >= 4 and len(data) >= 4 + struct.unpack(">L", data[:4])[0]:
            size = 4 + struct.unpack(">L", data[:4])[0]
            got.append(message(data[:size]))
            data = data[size:]
    assert "lost: there is no socket yet" not in got, got
    while message(datagram.recv(65536)) != "whole":
        continue
    # The peer goes away: the next record goes by a socket that is made anew.
    asked = len(said)
    connection.close()
    wait_until(lambda: log("to the next") or len(said) > asked, 30, "another socket")
    assert stream.accept()[0].recv(4)
    probe.stdin.close()
    assert probe.wait(60 * harness.SLOW) == 0


harness.main()
