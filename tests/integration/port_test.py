"""The config port: Python's listen() protocol, its answers, and what it must survive."""
import concurrent.futures
import os
import resource
import socket
import struct
import subprocess
import sys
import threading
import time

import harness
from harness import SLOW, Service, push, scaled, test, tmp, wait_until

CONFIG = """[weir]
run_dir = {run}
[admin]
config_port = {port}
[loggers]
keys = root, app
[handlers]
keys = file
[formatters]
keys = line
[formatter_line]
format = %(name)s %(levelname)s %(message)s
[handler_file]
class = FileHandler
formatter = line
args = ('{dir}/out.log',)
[logger_root]
level = WARNING
handlers = file
[logger_app]
level = INFO
qualname = app
handlers =
"""


def start(port="127.0.0.1:0", **more):
    """A service and its port: a number."""
    service = Service(CONFIG.replace("{port}", port), **more)
    return service, port_of(service)


def line_of(service, name="config port"):
    return next((l for l in service.status()["listeners"] if l["name"] == name), None)


def port_of(service):
    line = wait_until(lambda: (line_of(service) or {}).get("state") == "listening" and line_of(service), 10, "the port")
    return int(line["address"].rsplit(":", 1)[1]) if not line["address"].startswith("unix:") else line["address"][5:]


def text(service):
    with open(service.config_path) as f:
        return f.read()


def connect(port):
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(30 * SLOW)
    return s


def rest(s):
    answer = b""
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            return answer.decode()
        if not piece:
            return answer.decode()
        answer += piece


def generation(service):
    return service.status()["generation"]


@test(quick=True)
def answers():
    service, port = start()
    config = text(service)
    assert push(port, config) == "ok generation 2\n"
    service.api("PUT", "/api/loggers/app", {"level": "DEBUG"})
    disabling = config.replace("keys = root, app", "keys = root").split("[logger_app]")[0]
    disabling = disabling.replace("[weir]\n", "[weir]\ndisable_existing_loggers = yes\n")
    answer = push(port, disabling)
    if answer.startswith("ok"):  # what [weir] a push may set is the configuration's business
        assert "disabled: app\n" in answer and "over: app DEBUG until reset\n" in answer, answer
    answer = push(port, config.replace("WARNING", "LOUD").replace("FileHandler", "NoHandler"))
    lines = answer.splitlines()
    assert lines[0] == "refused: 2 problems" and len(lines) == 3, answer
    assert all(line.startswith("<port>:") for line in lines[1:]), answer
    assert "LOUD" in answer and "NoHandler" in answer
    answer = push(port, ' {"version": 2}')  # dictConfig, as Python's listen() takes it too
    assert answer.startswith("refused: 1 problem") and "<port>:1: " in answer, answer
    audit = [e for e in service.status()["audit"] if e["way"] == "port"]
    assert audit[-1]["what"].startswith("configuration <port> applied as generation 2"), audit
    assert audit[-1]["who"].startswith("127.0.0.1:")


@test(quick=True)
def a_length_in_pieces():
    service, port = start()
    data = text(service).encode()
    s = connect(port)
    for byte in struct.pack(">L", len(data)):
        s.sendall(bytes([byte]))
        time.sleep(0.01)
    for at in range(0, len(data), 100):
        s.sendall(data[at:at + 100])
        time.sleep(0.002)
    assert rest(s) == "ok generation 2\n"


@test(covers=["promise 6"], quick=True)
def a_push_writes_below_log_root():
    """Where the file's own handlers write, and to what the file names; and it may not change [weir] or [admin]."""
    service, port = start()
    config = text(service)
    own = "('%s/out.log',)" % service.dir
    assert own in config
    assert push(port, config.replace(own, "('%s/other.log',)" % service.dir)) == "ok generation 2\n"
    outside = tmp()
    os.symlink(outside, service.path("link"))
    os.mkfifo(service.path("fifo"))
    os.symlink(os.path.join(outside, "file.log"), service.path("file-link"))
    with open(service.path("elsewhere"), "w"):
        os.link(service.path("elsewhere"), service.path("hard-link"))
    for bad in ("%s/x.log" % outside, "%s/../%s/x.log" % (service.dir, os.path.basename(outside)), "%s/link/x.log" % service.dir,
                service.path("fifo"), service.path("file-link"), service.path("hard-link"), "/dev/null", "/proc/self/mem"):
        answer = push(port, config.replace(own, "('%s',)" % bad))
        assert answer.startswith("refused: 1 problems\n<port>:"), (bad, answer)
        answer = push(port, config.replace(own, "('%s',)" % bad).replace("FileHandler", "weir.HistoryHandler"))
        assert answer.startswith("refused: 1 problems\n<port>:"), (bad, answer)
    assert os.listdir(outside) == []
    for change in (("[weir]\n", "[weir]\nlog_root = /\n"), ("[weir]\n", "[weir]\nservice = other\n"),
                   ("config_port = 127.0.0.1:0", "config_port = 127.0.0.1:0\nhttp = 127.0.0.1:0")):
        assert push(port, config.replace(*change)).startswith("refused: "), change
    without = "[loggers]" + config.split("[loggers]")[1]
    assert push(port, without).startswith("ok generation 3")
    assert generation(service) == 3


@test(covers=["promise 6"], quick=True)
def a_push_does_not_write_to_the_configuration_file():
    """What stands in it is read with more rights than a push has."""
    service, port = start()
    config = text(service)
    own = "('%s/out.log',)" % service.dir
    os.symlink(service.config_path, service.path("link"))
    before = open(service.config_path).read()
    for name in ("service.ini", "./x/../service.ini", "link"):
        for kind in ("FileHandler", "weir.HistoryHandler"):
            bad = config.replace(own, "('%s',)" % service.path(name)).replace("FileHandler", kind)
            answer = push(port, bad)
            assert answer.startswith("refused: 1 problems\n<port>:"), (name, answer)
            assert name == "link" or "the configuration file" in answer, answer
    os.unlink(service.config_path)
    answer = push(port, config.replace(own, "('%s',)" % service.config_path))
    assert "the configuration file" in answer, answer
    assert not os.path.exists(service.config_path)
    assert before == config


COOKBOOK = """
import socket, sys, struct
with open(sys.argv[1], 'rb') as f:
    data_to_send = f.read()
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(('localhost', int(sys.argv[2])))
s.send(struct.pack('>L', len(data_to_send)))
s.send(data_to_send)
s.close()
"""


@test(quick=True)
def the_cookbooks_client():
    """Sends, closes, reads nothing: the push is applied, and the host gets no signal."""
    service, port = start()
    path = service.path("pushed.ini")
    with open(path, "w") as f:
        f.write(text(service).replace("level = INFO", "level = DEBUG"))
    for _ in range(20):
        subprocess.run([sys.executable, "-c", COOKBOOK, path, str(port)], check=True)
    wait_until(lambda: generation(service) >= 2, 10, "the push")
    level = lambda: [l["level"] for l in service.api("GET", "/api/loggers")["loggers"] if l["name"] == "app"]
    wait_until(lambda: level() == ["DEBUG"], 10, "the level")
    # a reset instead of an orderly end
    s = connect(port)
    data = text(service).encode()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.sendall(struct.pack(">L", len(data)) + data)
    s.close()
    assert service.process.poll() is None
    assert push(port, data).startswith("ok generation ")


@test(covers=["port: length 0", "port: length 4 GiB", "port: truncated"], quick=True)
def bad_lengths():
    service, port = start()
    s = connect(port)
    s.sendall(struct.pack(">L", 0))
    assert rest(s).startswith("refused: 1 problems\n<port>: "), "length 0"
    memory = lambda: int(open("/proc/%d/statm" % service.pid).read().split()[0]) * 4096
    before = memory()
    s = connect(port)
    s.sendall(b"\xff\xff\xff\xff" + b"x" * 100000)
    answer = rest(s)
    assert answer.startswith("refused: 1 problems\n<port>: ") and "4294967295" in answer, answer
    assert memory() - before < 64 << 20
    s = connect(port)
    s.sendall(struct.pack(">L", 1048577))
    assert "1048577" in rest(s)
    for cut in (b"\0\0", struct.pack(">L", 100), struct.pack(">L", 100) + b"[loggers]"):
        s = connect(port)
        s.sendall(cut)
        s.shutdown(socket.SHUT_WR)
        assert rest(s).startswith("refused: 1 problems\n<port>: the stream ended after"), cut
    s = connect(port)  # somebody who only looks whether the port is open
    s.close()
    assert generation(service) == 1
    assert push(port, text(service)) == "ok generation 2\n"


@test(covers=["port: one byte a second", "fault 30"])
def one_byte_a_second():
    """The whole message has 10 s, however lively its sender is; others are served meanwhile."""
    service, port = start()
    data = text(service)
    s = connect(port)
    s.setblocking(False)
    message = struct.pack(">L", len(data)) + data.encode()
    begin, sent, answer = time.monotonic(), 0, b""
    while b"\n" not in answer:
        assert time.monotonic() - begin < 20 * SLOW
        try:
            s.send(message[sent:sent + 1])
        except OSError:
            pass
        sent += 1
        assert push(port, data).startswith("ok generation ")
        time.sleep(1)
        try:
            answer += s.recv(4096)
        except BlockingIOError:
            pass
    assert answer.startswith(b"refused: 1 problems\n<port>: the message was not complete after 10 s"), answer
    assert 9 < time.monotonic() - begin < 15 * SLOW


@test(covers=["port: 1,000 connections", "fault 30"], quick=True)
def many_connections():
    """Connections that send nothing, or half: a push is still taken, and nothing is left open."""
    service, port = start()
    data = text(service)
    held = []
    for i in range(scaled(10000)):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", port))
        held.append(s)
        if len(held) > 100:
            held.pop(0).close()
        if i % 3 == 0:
            try:
                s.send(b"\0\0\0\x10half")
            except OSError:
                pass
    assert push(port, data).startswith("ok generation ")
    for s in held:
        s.close()

    def sockets():
        targets = []
        for fd in os.listdir("/proc/%d/fd" % service.pid):
            try:
                targets.append(os.readlink("/proc/%d/fd/%s" % (service.pid, fd)))
            except FileNotFoundError:
                pass # closed meanwhile
        return sum(t.startswith("socket:") for t in targets)
    wait_until(lambda: sockets() <= 3, 15, "the connections closed")


@test(covers=["port: 1,000 connections"], quick=True)
def who_makes_room_is_told():
    """All places are taken by clients that do not go on: the eldest is answered before it is put out."""
    service, port = start()
    held = [connect(port) for _ in range(40)]
    for s in held:
        s.sendall(b"\0\0\0\x10half")
    assert push(port, text(service)).startswith("ok generation ")
    assert rest(held[0]).startswith("refused: 1 problems\n<port>: the message was not complete after 250 ms"), service.status()
    for s in held:
        s.close()


@test(covers=["fault 28"])
def a_thousand_pushes_a_second():
    """Many at one time: each is applied or told by which generation it was replaced, numbers go up by one,
    and each record is handled by one generation."""
    service, port = start()
    data = text(service)
    service.run("log app 20 1000")
    count = scaled(10000)

    def one(i):
        return push(port, data.replace("level = INFO", "level = %s" % ("DEBUG" if i % 2 else "INFO")))

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(one, range(count)))
    applied = sorted(int(a.split()[2].rstrip(",")) for a in answers if a.startswith("ok generation "))
    replaced = [int(a.split()[-1]) for a in answers if a.startswith("superseded by generation ")]
    assert len(applied) + len(replaced) == count, set(a for a in answers if not a.startswith(("ok", "superseded")))
    assert applied == list(range(2, 2 + len(applied)))
    assert set(replaced) <= set(applied)
    assert generation(service) == applied[-1]
    law = service.status()["law"]
    assert law["accepted"] == law["routed"] + sum(law["dropped"].values()) + law["in_rings"], law


@test(covers=["fault 32"], quick=True)
def a_taken_port_is_retried():
    other = socket.socket()
    other.bind(("127.0.0.1", 0))
    other.listen()
    number = other.getsockname()[1]
    service = Service(CONFIG.replace("{port}", "127.0.0.1:%d" % number))
    line = line_of(service)
    assert line["state"] == "taken, retrying", line
    service.run("log app 20 10")
    other.close()
    wait_until(lambda: line_of(service)["state"] == "listening", 5, "the port")
    assert push(number, text(service)) == "ok generation 2\n"
    assert service.ready.startswith("ready")


@test(covers=["fault 32"], quick=True)
def standard_descriptors_closed():
    """A host without descriptors 0 to 2: no door, file or database of ours becomes one of them."""
    code = ("import os,sys\nos.close(2)\nos.execv(sys.argv[1], sys.argv[1:])")
    service = Service(CONFIG.replace("{port}", "127.0.0.1:0"), wrap=[sys.executable, "-c", code])
    port = port_of(service)
    assert push(port, text(service)).startswith("ok generation 2")
    assert os.readlink("/proc/%d/fd/2" % service.pid).endswith("/page")  # the host's own next file


@test(covers=["fault 27"], quick=True)
def no_descriptors():
    """Without free descriptors the listeners wait without spinning, and go on when there are some again."""
    service, port = start()
    path = service.socket_path()
    soft, hard = resource.prlimit(service.pid, resource.RLIMIT_NOFILE)
    used = max(int(fd) for fd in os.listdir("/proc/%d/fd" % service.pid))
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (used + 1, hard))
    cpu = lambda: sum(map(int, open("/proc/%d/stat" % service.pid).read().rsplit(") ", 1)[1].split()[11:13]))
    held = [connect(port) for _ in range(5)]
    unix = socket.socket(socket.AF_UNIX)
    unix.connect(path)
    before = cpu()
    time.sleep(2)
    assert cpu() - before < 0.2 * 100, "spinning: %d ticks of 10 ms in 2 s" % (cpu() - before)
    service.run("log app 20 100")
    resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (soft, hard))
    for s in held:
        s.close()
    unix.close()
    assert push(port, text(service)).startswith("ok generation 2")
    assert service.status()["generation"] == 2


@test(quick=True)
def a_unix_socket_limits_by_file_mode():
    path = os.path.join(tmp(), "port")
    service, where = start("unix:" + path)
    assert where == path
    assert push(path, text(service)) == "ok generation 2\n"
    audit = service.status()["audit"][0]
    assert audit["who"] == "uid %d pid %d" % (os.geteuid(), os.getpid()), audit
    service.stop()
    assert not os.path.exists(path)
    # what a killed one leaves behind is no obstacle
    service.start()
    service.kill()
    assert os.path.exists(path)
    service.start()
    assert line_of(service)["state"] == "listening"


@test(quick=True)
def pushes_wait_for_nobody_who_logs():
    """Under load: each push is answered within a second, and no record is lost or doubled by it."""
    service, port = start()
    data = text(service).replace("level = WARNING", "level = INFO")
    assert push(port, data).startswith("ok")
    done = threading.Event()
    service.run("threads 2")
    try:
        for i in range(scaled(1000)):
            begin = time.monotonic()
            assert push(port, data).startswith("ok generation ")
            assert time.monotonic() - begin < 1 * SLOW
    finally:
        done.set()
        service.run("halt")
    service.run("flush 10000")
    law = service.status()
    counted = law["law"]
    assert counted["accepted"] == counted["routed"] + sum(counted["dropped"].values()), counted


@test(covers=["promise 2"], quick=True)
def a_dict_config_over_the_port():
    import json
    service, port = start()
    wanted = {"version": 1, "formatters": {"f": {"format": "{levelname} {message}", "style": "{"}},
              "handlers": {"file": {"class": "logging.FileHandler", "filename": service.path("dict.log"), "formatter": "f"}},
              "loggers": {"app": {"level": "DEBUG"}}, "root": {"level": "WARNING", "handlers": ["file"]}}
    answer = push(port, json.dumps(wanted, indent=1))
    assert answer.startswith("ok generation"), answer
    service.run("say app 10 by dict")
    service.run("flush 60000")
    assert service.lines("dict.log") == ["DEBUG by dict"]
    shown = service.weir("config", "get", check=0).stdout
    assert json.loads(shown) == wanted
    assert push(port, shown).startswith("ok generation")
    bad = dict(wanted, handlers={"file": dict(wanted["handlers"]["file"], filename="/etc/no.log")})
    answer = push(port, json.dumps(bad, indent=1))
    assert answer.startswith("refused") and "/etc/no.log" in answer, answer
    bad = dict(wanted, handlers={"file": {"()": "os.system", "command": "true"}})
    answer = push(port, json.dumps(bad, indent=1))
    assert answer.startswith("refused") and "no code in data" in answer, answer
    assert push(port, text(service)).startswith("ok generation")
    service.stop()


harness.main()
