"""`weir serve`: what it says, signals, a full target, forks; syslog of both RFCs, lines of JSON."""
import json
import os
import pickle
import signal
import socket
import subprocess
import threading

import harness
from harness import BUILD, SLOW, Service, scaled, test, tmp, wait_until, weir
from receiving import CONFIG, Serve, framed

GOOD = {"name": "good", "levelno": 20, "levelname": "INFO", "msg": "fine"}

FORM = (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\n"
        b"name=form&levelno=20&levelname=INFO&lineno=1&msg=m")


def good(**more):
    return framed(pickle.dumps(dict(GOOD, **more), 1))


@test(covers=["py must 2 receivers"], quick=True)
def what_it_says():
    done = weir("serve")
    assert done.returncode == 2 and "-c FILE" in done.stderr, done
    directory = tmp()
    path = os.path.join(directory, "none.ini")
    with open(path, "w") as f:
        f.write("[receivers]\npickle_tcp = off\n" + CONFIG[CONFIG.index("[loggers]"):].replace("{dir}", directory).replace("{format}", "%(message)s"))
    done = weir("serve", "-c", path)
    assert done.returncode == 2 and "nothing would be received" in done.stderr and os.listdir(directory) == ["none.ini"], done
    with open(path, "w") as f:
        f.write("[receivers]\npickle_tcp = here\nframe = 2MiB\nframes = 1\nprefix = a..b\n[loggers]\nkeys = root\n")
    done = weir("serve", "-c", path)
    told = done.stderr.splitlines()
    assert done.returncode == 2 and done.stdout == "", done
    for line, words in [(2, "[receivers] pickle_tcp: \"here\" is no address"), (3, "[receivers] frame: 2MiB is out of range (1KiB to 1MiB)"),
                        (4, "[receivers] frames: unknown key (did you mean frame?)"), (5, "[receivers] prefix: ")]:
        assert any(l.startswith("%s:%d: %s" % (path, line, words)) for l in told), (words, told)


@test(covers=["py must 2 receivers"], quick=True)
def a_configuration_as_json():
    text = {"version": 1, "weir": {"service": "{service}", "run_dir": "{run}", "escape": "none"},
            "receivers": {"json_tcp": "127.0.0.1:0", "prefix": "r", "connections": 5},
            "formatters": {"f": {"format": "%(name)s %(message)s"}},
            "handlers": {"h": {"class": "logging.FileHandler", "filename": "{dir}/out.log", "formatter": "f"}},
            "root": {"handlers": ["h"]}}
    serve = Serve(config=json.dumps(text))
    serve.connect("json_tcp").sendall(b'{"logger": "a", "level": "INFO", "msg": "as JSON"}\n')
    serve.wait("json_tcp", handled=1)
    serve.stop()
    assert serve.lines() == ["r.a as JSON"], serve.lines()


@test(quick=True)
def the_example_is_right():
    done = weir("check", os.path.join(harness.ROOT, "docs/examples/serve.ini"))
    assert done.returncode == 0 and done.stderr == "", done


@test(covers=["py must 2 receivers"], quick=True)
def a_port_that_is_taken():
    holder = socket.create_server(("127.0.0.1", 0))
    port = holder.getsockname()[1]
    serve = Serve(doors="pickle_tcp = 127.0.0.1:%d\nsyslog_udp = 127.0.0.1:0\n" % port, format="%(message)s")
    assert list(serve.doors) == ["syslog_udp"]
    holder.close()
    line = wait_until(lambda: [l for l in serve.status()["listeners"]
                               if l["name"] == "receiver pickle_tcp" and l["state"] == "listening"], 10)
    assert line[0]["address"] == "127.0.0.1:%d" % port
    err = serve.stop()
    assert "weir: pickle_tcp 127.0.0.1:%d: taken, retrying" % port in err, err


@test(covers=["py must 2 receivers"], quick=True)
def signals():
    """SIGHUP rereads, and says what needs a restart; SIGTERM and SIGINT end it when all that came is written."""
    for sig in (signal.SIGTERM, signal.SIGINT):
        serve = Serve(format="first %(message)s")
        s = serve.connect("pickle_tcp")
        s.sendall(good() * 10)
        serve.wait("pickle_tcp", handled=10)
        with open(serve.config_path, "w") as f:
            f.write(serve.text.replace("format = first", "format = second").replace("pickle_udp = 127.0.0.1:0", "pickle_udp = off"))
        os.kill(serve.pid, signal.SIGHUP)
        wait_until(lambda: serve.status()["generation"] == 2, 10, "the reread")
        assert any("[receivers] pickle_udp" in l for l in serve.status()["config"]["restart"]), serve.status()["config"]
        s.sendall(good() * 2000)
        serve.stop(sig)  # what lies in the socket is read before the end
        lines = serve.lines()
        assert lines[:10] == ["first fine"] * 10 and lines[10:] == ["second fine"] * 2000, len(lines)
        assert not os.path.exists(os.path.join(serve.dir, "log.sock"))


@test(covers=["py must 2 receivers"], quick=True)
def syslog_of_both_kinds():
    fields = "%(name)s|%(levelname)s|%(process)s|%(facility)s|%(severity)s|%(message)s"
    config = CONFIG.replace("keys = root, syslog", "keys = root").replace("level = CRITICAL\nhandlers = file", "level = CRITICAL\nhandlers = file, extra")
    config = config.replace("keys = file, text", "keys = file, extra").replace("[handler_text]", "[handler_extra]").replace("formatter = text", "formatter = json")
    config = config.replace("keys = line, text", "keys = line, json").replace("[formatter_text]\nformat = %(message)s", "[formatter_json]\nclass = weir.JSONFormatter")
    serve = Serve(config=config.replace("[logger_syslog]\nqualname = syslog\npropagate = 0\nhandlers = text\n", ""), format=fields)
    one = b"<165>1 2003-10-11T22:14:15.003Z host.example evntslog 8710 ID47 [ex@32473 iut=\"3\" s=\"a\\\"\\]\\\\b\"][o] \xef\xbb\xbfAn event"
    messages = [b"<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed", b"<13>Nov  1 02:03:04 tag: local", one,
                b"<14>1 - - - - - -", b"<191>no time: all of it is text", "<11>1 - - app.db - - - ünï\ncode".encode()]
    s = serve.connect("syslog_tcp")
    s.sendall(b"".join(b"%d %s" % (len(m), m) for m in messages))  # octet counting
    s.sendall(b"<14>a line feed\n<14>and another\n")  # the other framing, on the same connection
    serve.wait("syslog_tcp", handled=8)
    for m in messages[:2]:
        serve.send_udp("syslog_udp", m)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as u:
        u.connect(os.path.join(serve.dir, "log.sock"))
        serve.wait("syslog_udp", handled=2)
        u.send(messages[1])
    serve.wait("syslog_unix", handled=1)
    serve.stop()
    wanted = ["su|CRITICAL|230|auth|crit|'su root' failed", "tag|INFO|0|user|notice|local",
              "evntslog|INFO|8710|local4|notice|An event", "syslog|INFO|0|user|info|", "syslog|DEBUG|0|local7|debug|no time: all of it is text",
              "app.db|ERROR|0|user|err|ünï\ncode", "syslog|INFO|0|user|info|a line feed", "syslog|INFO|0|user|info|and another"]
    assert serve.read().decode() == "".join(w + "\n" for w in wanted + wanted[:2] + wanted[1:2]), serve.read().decode()
    event = json.loads(serve.lines("syslog.log")[2])
    assert event["timestamp"] == "2003-10-11T22:14:15.003000Z" and event["hostname"] == "host.example" and event["msgid"] == "ID47", event
    assert event["structured_data"] == {"ex@32473": {"iut": "3", "s": "a\"]\\b"}, "o": {}}, event


@test(covers=["py must 2 receivers"], quick=True)
def lines_of_json():
    """Both forms, and what weir.JSONFormatter wrote comes out of it again as it was."""
    config = CONFIG.replace("[formatter_line]\nformat = {format}", "[formatter_line]\nclass = weir.JSONFormatter")
    serve = Serve(config=config)
    directory = tmp()
    source = os.path.join(directory, "source.ini")
    with open(source, "w") as f:
        f.write("[loggers]\nkeys = root\n[handlers]\nkeys = f\n[formatters]\nkeys = j\n[formatter_j]\nclass = weir.JSONFormatter\n"
                "[handler_f]\nclass = FileHandler\nformatter = j\nargs = ('%s/made.log',)\n[logger_root]\nlevel = DEBUG\nhandlers = f\n" % directory)
    operations = [{"logger": "a.b", "level": "INFO", "msg": "user %s has %d items", "args": ["bob", 3], "extra": {"ip": "10.0.0.1"}},
                  {"logger": "a", "level": "ERROR", "msg": "ünï \n\"x\" %(k)s", "args": [{"k": [1, None, 2.5]}], "exc_text": "Traceback\n  x"},
                  {"logger": "", "level": 30, "msg": 5, "created": 1700000000.125, "extra": {"deep": {"a": [{"b": 10 ** 30}]}}},
                  {"logger": "a.b", "level": "CRITICAL", "msg": "stack", "stack_info": "Stack (most recent call last):\n  y"}]
    text = "".join(json.dumps(dict({"created": 1700000000.5}, **o)) + "\n" for o in operations)
    weir("log", "-c", source, "--jsonl", input=text, check=0)
    with open(os.path.join(directory, "made.log"), "rb") as f:
        made = f.read()
    s = serve.connect("json_tcp")
    s.sendall(text.encode() + made)
    serve.wait("json_tcp", handled=8)
    serve.send_udp("json_udp", made.splitlines()[0])
    serve.wait("json_udp", handled=1)
    serve.stop()
    assert serve.read() == made * 2 + made.splitlines(True)[0], serve.read().decode()


@test(covers=["py must 2 receivers"], quick=True)
def weir_to_weir():
    """Weir's own network handlers: what arrives is what its FileHandler wrote."""
    serve, directory = Serve(format="%(name)s %(levelname)s %(created)f %(lineno)d %(funcName)s %(message)s"), tmp()
    source = os.path.join(directory, "source.ini")
    host = "('127.0.0.1', %d)"
    kinds = {"pickle_tcp": "class = handlers.SocketHandler\nargs = " + host, "pickle_udp": "class = handlers.DatagramHandler\nargs = " + host,
             "http": "class = handlers.HTTPHandler\nargs = ('127.0.0.1:%d', '/x', 'POST')",
             "syslog_tcp": "class = handlers.SysLogHandler\nargs = (" + host + ",)\nkwargs = {'socktype': socket.SOCK_STREAM, 'rfc5424': True}"}
    text = "".join(json.dumps({"logger": "app.%d" % (i % 3), "level": 10 * (i % 5 + 1), "msg": "räcord %d of %s", "args": [i, "two\nlines"],
                               "created": 1700000000.25 + i, "func": "f", "lineno": i}) + "\n" for i in range(50))
    for door, kind in kinds.items():
        with open(source, "w") as f:
            f.write("[loggers]\nkeys = root\n[handlers]\nkeys = net\n[formatters]\nkeys = m\n[formatter_m]\nformat = %(message)s\n"
                    "[handler_net]\nformatter = m\n" + kind % serve.port(door) + "\n[logger_root]\nlevel = DEBUG\nhandlers = net\n")
        weir("log", "-c", source, "--jsonl", "--escape", "none", input=text, check=0)
        serve.wait(door, handled=50)
    serve.stop()
    levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    line = lambda i, func, no: "app.%d %s %.6f %d %s räcord %d of two\nlines\n" % (i % 3, levels[i % 5], 1700000000.25 + i, no, func, i)
    same, syslog = "".join(line(i, "f", i) for i in range(50)), "".join(line(i, "", 0) for i in range(50))
    assert serve.read().decode() == same * 3 + syslog, serve.read().decode()


@test(covers=["py must 2 receivers"])
def a_target_that_stands_still():
    """TCP senders wait (overflow = block), none of their records is lost; datagrams are dropped and counted."""
    directory, count = tmp(), max(10000, scaled(100000))
    fifo = os.path.join(directory, "fifo")
    os.mkfifo(fifo)
    keep = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    harness.cleanup(os.close, keep)
    config = CONFIG.replace("args = ('{dir}/out.log',)", "args = ('%s', 'a')" % fifo)
    serve = Serve(config=config, weir_keys="overflow = block\nqueue = 64KiB\nqueue_total = 256KiB\nstop_timeout = 30s", format="%(name)s %(lineno)d %(message)s")
    forms = [serve.connect("http") for _ in range(3)]
    for form in forms:
        form.sendall(FORM[:50])
    wait_until(lambda: serve.counts("http")["connections"] == 3, 10)
    s = serve.connect("pickle_tcp")
    frames = b"".join(good(lineno=i, msg="x" * 500) for i in range(count))
    sender = threading.Thread(target=s.sendall, args=(frames,), daemon=True)
    sender.start()

    def stuck():
        before = serve.counts("pickle_tcp")["handled"]
        for _ in range(50):
            serve.send_udp("pickle_udp", good(name="udp"))
        n = serve.counts("pickle_udp")
        return before == serve.counts("pickle_tcp")["handled"] and n["dropped"]["full"] > 100 and n
    n = wait_until(stuck, 30, "the ring to be full")
    for form in forms:
        form.sendall(FORM[50:])  # it is whole now, and waits
    for _ in range(5):
        assert stuck()
    assert serve.counts("http")["handled"] == 0
    assert sender.is_alive() and n["dropped"]["full"] > 0
    got = []

    def read():
        with open(fifo, "rb") as f:
            for line in f:
                got.append(line)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    sender.join(120 * SLOW)
    serve.wait("pickle_tcp", handled=count, seconds=120)
    numbers = lambda: [int(l.split()[1]) for l in list(got) if l.startswith(b"good ")]
    wait_until(lambda: len(numbers()) >= count, 60, "all lines")
    assert numbers() == list(range(count))
    assert all(form.recv(12) == b"HTTP/1.1 200" for form in forms)
    wait_until(lambda: sum(l.startswith(b"form 1 m") for l in list(got)) == 3, 10, "the forms")
    udp = serve.counts("pickle_udp")
    assert udp["frames"] == udp["handled"] + udp["dropped"]["full"], udp
    serve.stop()


@test(covers=["py must 2 receivers"])
def a_stop_while_all_stands_still():
    """It ends within its stop_timeout, with a sender, a form and a target that all wait."""
    directory = tmp()
    fifo = os.path.join(directory, "fifo")
    os.mkfifo(fifo)
    keep = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    harness.cleanup(os.close, keep)
    config = CONFIG.replace("args = ('{dir}/out.log',)", "args = ('%s', 'a')" % fifo)
    serve = Serve(config=config, weir_keys="overflow = block\nqueue = 64KiB\nqueue_total = 256KiB\nstop_timeout = 500ms", format="%(message)s")
    form = serve.connect("http")
    form.sendall(FORM[:50])
    wait_until(lambda: serve.counts("http")["connections"] == 1, 10)
    s = serve.connect("pickle_tcp")

    def send():
        try:
            s.sendall(good(msg="x" * 500) * 20000)
        except OSError:
            pass  # it has ended
    sender = threading.Thread(target=send)
    sender.start()

    def stuck():
        before = serve.counts("pickle_tcp")["handled"]
        serve.send_udp("pickle_udp", good())
        return serve.counts("pickle_udp")["dropped"]["full"] > 0 and before == serve.counts("pickle_tcp")["handled"]
    wait_until(stuck, 30, "the ring to be full")
    form.sendall(FORM[50:])
    assert stuck()
    serve.stop()
    sender.join()


@test(covers=["py must 2 receivers"], quick=True)
def datagrams_that_the_kernel_dropped_are_counted():
    serve, sent = Serve(format="%(message)s"), 30000
    os.kill(serve.pid, signal.SIGSTOP)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        for _ in range(sent):
            u.sendto(b"<14>" + b"x" * 400, ("127.0.0.1", serve.port("syslog_udp")))
        os.kill(serve.pid, signal.SIGCONT)

        def counted():
            u.sendto(b"<14>last", ("127.0.0.1", serve.port("syslog_udp")))
            n = serve.counts("syslog_udp")
            return n["dropped"]["kernel"] > 0 and n["handled"] + n["dropped"]["kernel"] + n["dropped"]["full"] >= sent and n
        n = wait_until(counted, 20, "the count")
    assert n["handled"] > 0
    serve.stop()


@test(covers=["py must 2 receivers"], quick=True)
def any_process_with_weir_receives():
    """A host's [receivers]; its forked child does not while the parent lives."""
    serve = Serve(doors="pickle_tcp = 127.0.0.1:0\npickle_udp = 127.0.0.1:0\n", format="%(process)d %(message)s", start=False)
    service = Service(serve.text, dir=serve.dir, run=serve.run)
    def ports():
        found = {l["name"]: l for l in service.status()["listeners"]}
        both = [found.get("receiver " + d) for d in ("pickle_tcp", "pickle_udp")]
        return all(l and l["state"] == "listening" for l in both) and [int(l["address"].rsplit(":", 1)[1]) for l in both]
    tcp, udp = wait_until(ports, 10)
    with socket.create_connection(("127.0.0.1", tcp)) as s:
        s.sendall(good(process=1))
        wait_until(lambda: service.status()["receivers"][0]["handled"] == 1, 10)
        if "tsan" not in BUILD:
            assert service.run("fork 10") == "ok 0"
        s.sendall(good(process=2))
        wait_until(lambda: service.status()["receivers"][0]["handled"] == 2, 10)
    assert "weir_receiver_handled_total{receiver=\"pickle_tcp\"} 2" in service.request("GET", "/metrics")[1].decode()
    assert "received by pickle_tcp: 2 frames = handled 2 + dropped 0" in service.weir("stats", check=0).stdout
    assert service.stop() == 0
    lines = serve.lines()
    assert "1 fine" in lines and "2 fine" in lines, lines


@test(covers=["py must 2 receivers"], quick=True)
def a_kill_loses_nothing_that_was_handled():
    serve = Serve(format="%(lineno)d")
    s = serve.connect("pickle_tcp")
    count = 5000
    s.sendall(b"".join(good(lineno=i) for i in range(count)))
    n = serve.wait("pickle_tcp", handled=1)
    serve.process.kill()
    serve.process.wait()
    done = weir("recover", "-c", serve.config_path, env=serve.env)
    assert done.returncode in (0, 1), done
    numbers = [int(l) for l in serve.lines()]
    assert numbers == list(range(len(numbers))) and len(numbers) >= n["handled"], (len(numbers), n)


if __name__ == "__main__":
    harness.main()
