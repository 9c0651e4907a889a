"""A running `weir serve` for the tests of receivers."""
import json
import os
import signal
import socket
import struct
import subprocess

import harness
from harness import BUILD, SLOW, full_env, run_dir, tmp, wait_until, weir

FORMAT = "%(asctime)s %(name)s %(levelname)s %(process)d %(processName)s %(threadName)s %(funcName)s %(filename)s:%(lineno)d %(message)s"
DOORS = """pickle_tcp = 127.0.0.1:0
pickle_udp = 127.0.0.1:0
http = 127.0.0.1:0
syslog_udp = 127.0.0.1:0
syslog_tcp = 127.0.0.1:0
syslog_unix = unix:{dir}/log.sock
json_tcp = 127.0.0.1:0
json_udp = 127.0.0.1:0
"""
CONFIG = """[weir]
service = {service}
run_dir = {run}
escape = none
{weir}
[receivers]
{doors}{receivers}
[loggers]
keys = root, syslog
[handlers]
keys = file, text
[formatters]
keys = line, text
[logger_root]
level = CRITICAL
handlers = file
[logger_syslog]
qualname = syslog
propagate = 0
handlers = text
[handler_file]
class = FileHandler
formatter = line
args = ('{dir}/out.log',)
[handler_text]
class = FileHandler
formatter = text
args = ('{dir}/syslog.log',)
[formatter_line]
format = {format}
[formatter_text]
format = %(message)s
"""


class Serve:
    """doors: name -> address as `weir serve` printed it. Ended with the test."""

    def __init__(self, receivers="", weir_keys="", doors=DOORS, format=FORMAT, config=CONFIG, wrap=(), start=True):
        self.dir, self.run = tmp(), run_dir()
        self.config_path = os.path.join(self.dir, "serve.ini")
        self.service = harness.OWN + "-serve"
        self.text = config
        for key, value in {"doors": doors, "receivers": receivers, "weir": weir_keys, "format": format,
                           "service": self.service, "dir": self.dir, "run": self.run}.items():
            self.text = self.text.replace("{%s}" % key, value)
        with open(self.config_path, "w") as f:
            f.write(self.text)
        self.env = full_env({"RUNTIME_DIRECTORY": self.run, "XDG_RUNTIME_DIR": self.run})
        self.wrap, self.process, self.doors = list(wrap), None, {}
        if start:
            self.start()

    def start(self):
        self.process = subprocess.Popen(self.wrap + [os.path.join(BUILD, "weir"), "serve", "-c", self.config_path],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.env,
                                        cwd=self.dir)
        harness.cleanup(self.kill)
        while True:
            line = self.process.stdout.readline().strip()
            assert line, self.process.stderr.read()
            if line == "ready":
                break
            name, address = line.split(" ", 1)
            self.doors[name] = address
        self.pid = self.process.pid
        with open("/proc/%d/comm" % self.pid) as f:
            inside = f.read().strip() == "weir"
        if not inside:  # strace: the service is its child
            with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as f:
                self.pid = int(f.read().split()[0])

    def port(self, door):
        return int(self.doors[door].rsplit(":", 1)[1])

    def connect(self, door):
        s = socket.create_connection(("127.0.0.1", self.port(door)), timeout=30 * SLOW)
        harness.cleanup(s.close)
        return s

    def send_udp(self, door, data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(data, ("127.0.0.1", self.port(door)))

    def status(self):
        return json.loads(weir("stats", "-o", "json", "--pid", str(self.pid), env=self.env, check=0).stdout)

    def counts(self, door):
        return next(r for r in self.status()["receivers"] if r["name"] == door)

    def wait(self, door, handled=None, seconds=20, **dropped):
        """Until so many were handled, or dropped for the reasons named."""
        def reached():
            n = self.counts(door)
            good = handled is None or n["handled"] >= handled
            return good and all(n["dropped"][why] >= many for why, many in dropped.items()) and n
        return wait_until(reached, seconds, "%s: %s handled, %s dropped" % (door, handled, dropped))

    def read(self, name="out.log"):
        with open(os.path.join(self.dir, name), "rb") as f:
            return f.read()

    def lines(self, name="out.log"):
        return self.read(name).decode().split("\n")[:-1]

    def stop(self, sig=signal.SIGTERM):
        """Ends it in order: all that was handled is in the files. Returns what it said on stderr."""
        os.kill(self.pid, sig)
        _, err = self.process.communicate(timeout=60 * SLOW)
        assert self.process.returncode == 0, (self.process.returncode, err)
        return err

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def framed(pickled):
    return struct.pack(">L", len(pickled)) + pickled
