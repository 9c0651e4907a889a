"""How the Python tests of Weir are written and run.

A test file holds one behaviour and looks like this:

    import harness
    from harness import test, Service

    @test(covers=["fault 24", "must 4"], quick=True)
    def drops_are_counted_exactly():
        with Service(config="...") as service:
            service.run("burst 1000")
            ...
            assert service.status()["law"]["accepted"] == 1000

    harness.main()

covers  names rows of tests/coverage.txt that this test is the proof of.
quick   it runs in `make test-quick` too.
scaled(n)  n under `make soak`, a tenth of it in `make test`, a hundredth in test-quick.
wait_until(condition, seconds)  waits for an event; fails with the last value at the deadline.

A test fails by any exception; `skip("why")` says that this machine cannot run it.
Every test has a fresh temporary directory (`tmp()`) and a run directory on tmpfs.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.path.abspath(os.environ.get("WEIR_TEST_BUILD", "build"))
SCALE = float(os.environ.get("WEIR_TEST_SCALE", "0.1"))
QUICK = os.environ.get("WEIR_TEST_QUICK") == "1"
# Sanitizers slow everything down; deadlines (never assertions about speed) stretch with them.
SLOW = 10.0 if any(s in BUILD for s in ("asan", "tsan")) else 3.0
# A service name that no other run of the tests has. Recovery looks for a service's dead wherever run directories may
# lie, so a test that kills, or counts what is recovered, is not to meet those of another.
OWN = "test%d" % os.getpid()
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Whoever runs the suite in the background may have signals ignored, which what we start would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(_number, signal.SIG_DFL)

_tests = []
_cleanups = []
_reports = None  # a directory, made with the first process under a sanitizer


class Skip(Exception):
    pass


def skip(why):
    raise Skip(why)


def test(covers=(), quick=False):
    def register(function):
        _tests.append((function, list(covers), quick))
        return function
    return register


def scaled(n):
    return max(1, int(n * SCALE))


def cleanup(function, *args):
    """Runs at the end of the present test, the last registered first."""
    _cleanups.append((function, args))


def tmp():
    path = tempfile.mkdtemp(prefix="weir-test-")
    cleanup(shutil.rmtree, path, True)
    return path


def run_dir():
    path = tempfile.mkdtemp(prefix="weir-test-", dir="/dev/shm")
    os.chmod(path, 0o700)
    cleanup(shutil.rmtree, path, True)
    return path


def need_children():
    """For a test whose forked children log by threads of their own."""
    if "tsan" in BUILD:
        skip("ThreadSanitizer's runtime lets no forked child have threads")
    if "asan" in BUILD:
        skip("the locks of GCC 12's AddressSanitizer are not held over a fork: its allocator hangs in a child")


def wait_until(condition, seconds=10, what="the event"):
    """Polls condition until it is true; returns its value. Deadline: seconds, stretched for sanitizers."""
    deadline = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("waited %.0f s for %s; last value: %r" % (seconds * SLOW, what, value))
        time.sleep(0.002)


def weir(*args, env=None, input=None, check=None, cwd=None, timeout=60):
    """Runs the command; returns CompletedProcess with text output. check: the expected exit status."""
    done = subprocess.run([os.path.join(BUILD, "weir")] + [str(a) for a in args], input=input, text=True,
                          capture_output=True, env=full_env(env), cwd=cwd, timeout=timeout * SLOW)
    if check is not None and done.returncode != check:
        raise AssertionError("weir %s: exit %d, expected %d\nstdout: %s\nstderr: %s" % (
            " ".join(map(str, args)), done.returncode, check, done.stdout, done.stderr))
    return done


def _reports_dir():
    """Where the sanitizers of all processes of this test file write; anybody may, for services of other users."""
    global _reports
    if SLOW > 3 and _reports is None:
        _reports = tempfile.mkdtemp(prefix="weir-reports-")
        os.chmod(_reports, 0o1777)
    return _reports


def _take_reports():
    """What a sanitizer said since the last call: a test that passed with a report has not passed."""
    texts = []
    for name in sorted(os.listdir(_reports)) if _reports else []:
        path = os.path.join(_reports, name)
        with open(path, errors="replace") as f:
            texts.append(f.read())
        os.unlink(path)
    return "\n".join(texts)


def full_env(extra=None):
    env = dict(os.environ)
    for name in [n for n in env if n.startswith("WEIR_") and not n.startswith("WEIR_TEST")]:
        del env[name]
    env["ASAN_OPTIONS"] = "detect_leaks=0:handle_segv=0:handle_abort=0"
    if _reports_dir():
        path = ":log_path=" + os.path.join(_reports_dir(), "report")
        env["ASAN_OPTIONS"] += path
        env["UBSAN_OPTIONS"] = os.environ.get("UBSAN_OPTIONS", "print_stacktrace=1") + path
        suppressions = "suppressions=" + os.path.join(ROOT, "tests/support/tsan.supp")
        env["TSAN_OPTIONS"] = os.environ.get("TSAN_OPTIONS", suppressions) + ":handle_segv=0:handle_abort=0" + path
    env.update(extra or {})
    return env


def push(port, text, read=True, host="127.0.0.1"):
    """Pushes by Python's protocol. port: a number, or the path of a UNIX socket. Returns the answer."""
    data = text if isinstance(text, bytes) else text.encode()
    s = socket.socket(socket.AF_UNIX if isinstance(port, str) else socket.AF_INET)
    s.settimeout(30 * SLOW)
    s.connect(port if isinstance(port, str) else (host, port))
    s.sendall(struct.pack(">L", len(data)) + data)
    answer = b""
    while read:
        piece = s.recv(65536)
        if not piece:
            break
        answer += piece
    s.close()
    return answer.decode()


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout * SLOW)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Service:
    """A real process with Weir in it: tests/support/host.c, told by lines on its standard input what
    to do, answering each with one line. `config` is written to service.ini in its directory; {dir}
    and {run} in it are replaced."""

    def __init__(self, config, name="host", env=None, program=None, args=(), start=True, dir=None, run=None,
                 preexec=None, wrap=(), argument=None):
        self.dir = dir or tmp()
        self.run_path = run or run_dir()
        self.name = name
        self.config_path = os.path.join(self.dir, "service.ini")
        if config is not None:
            self.write_config(config)
        self.program = program or os.path.join(BUILD, "tests/support/host")
        # Its mappings are this test's too: what one test kills must not be recovered by the next one's service.
        self.env = full_env({"RUNTIME_DIRECTORY": self.run_path, "XDG_RUNTIME_DIR": self.run_path, "WEIR_SERVICE": name,
                             **(env or {})})
        self.args, self.preexec, self.wrap = list(args), preexec, list(wrap)
        self.argument = argument # instead of the configuration; "-": the host does not call weir_start
        self.process = None
        if start:
            self.start()

    def write_config(self, text):
        text = text.replace("{dir}", self.dir).replace("{run}", self.run_path)
        with open(self.config_path, "w") as f:
            f.write(text)
        return text

    def start(self, wait=True):
        """wait: until the host says that it is ready; else the caller does, by wait_ready()."""
        self.stderr_path = os.path.join(self.dir, "stderr.txt")
        self.process = subprocess.Popen(
            self.wrap + [self.program, self.argument or self.config_path] + self.args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.stderr_path, "ab"), env=self.env, cwd=self.dir, preexec_fn=self.preexec, bufsize=0)
        cleanup(self.kill)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        ready = self.read_line()
        assert ready.startswith("ready"), "host said %r; stderr: %s" % (ready, self.stderr())
        self.ready = ready
        self.pid = int(ready.split()[1])

    def stderr(self):
        with open(self.stderr_path, errors="replace") as f:
            return f.read()

    def read_line(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("host ended with %s; stderr:\n%s" % (self.process.wait(), self.stderr()[-4000:]))
        return line.decode().strip()

    def send(self, command):
        self.process.stdin.write(command.encode() + b"\n")

    def run(self, command):
        self.send(command)
        answer = self.read_line()
        assert not answer.startswith("error"), "%s: %s" % (command, answer)
        return answer

    def socket_path(self):
        def find():
            for folder in (self.run_path, os.path.join(self.run_path, "weir")):
                if os.path.isdir(folder):
                    for name in os.listdir(folder):
                        if name.endswith("-%d.sock" % self.pid):
                            return os.path.join(folder, name)
        return wait_until(find, 10, "the local socket")

    def request(self, method, path, body=None, headers=None):
        """One request over the local socket; returns (status, parsed body)."""
        connection = UnixHTTP(self.socket_path())
        data = json.dumps(body) if isinstance(body, (dict, list)) else body
        connection.request(method, path, data, {**({"Content-Type": "application/json"} if data else {}),
                                                **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        kind = answer.getheader("Content-Type") or ""
        return answer.status, json.loads(text) if "json" in kind else text

    def api(self, method, path, body=None):
        status, answer = self.request(method, path, body)
        assert status < 300, "%s %s: %d %r" % (method, path, status, answer)
        return answer

    def status(self):
        return self.api("GET", "/api/status")

    def threads(self):
        """The names of its threads, sorted; of one that ends meanwhile nothing."""
        names = []
        for task in os.listdir("/proc/%d/task" % self.pid):
            try:
                with open("/proc/%d/task/%s/comm" % (self.pid, task)) as f:
                    names.append(f.read().strip())
            except (FileNotFoundError, ProcessLookupError):
                continue
        return sorted(names)

    def leaves_threads(self):
        """To be called before the start: what hangs for good is meant to be left behind at the end."""
        if "TSAN_OPTIONS" in self.env:
            self.env["TSAN_OPTIONS"] += ":report_thread_leaks=0"

    def weir(self, *args, **more):
        """The command, aimed at this very service."""
        return weir(*args[:1], *args[1:], "--pid", str(self.pid), env=self.env, **more)

    def leftovers(self):
        """Run directories of this service's run path that were not removed."""
        return [os.path.join(self.run_path, n, m) for n in os.listdir(self.run_path)
                if os.path.isdir(os.path.join(self.run_path, n)) for m in os.listdir(os.path.join(self.run_path, n))]

    def path(self, name):
        return os.path.join(self.dir, name)

    def lines(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="surrogateescape", newline="\n") as f:
                return f.read().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def stop(self):
        """Ends the host by its own command; returns the exit status."""
        self.send("quit")
        status = self.process.wait(30 * SLOW)
        return status

    def kill(self, sig=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            try:
                os.kill(self.process.pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
            self.process.send_signal(sig)
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.kill()


def clean():
    """Ends and removes what the present test has made so far; for tests that repeat something often."""
    while _cleanups:
        function, args = _cleanups.pop()
        try:
            function(*args)
        except Exception:
            pass


def main():
    """Runs the tests of this file; the results go to the file that WEIR_TEST_RESULTS names."""
    results = []
    only = sys.argv[1:]
    for function, covers, quick in _tests:
        name = function.__name__
        if (only and name not in only) or (QUICK and not quick):
            continue
        begin = time.monotonic()
        status, detail = "passed", ""
        try:
            function()
        except Skip as why:
            status, detail = "skipped", str(why)
        except BaseException:
            status, detail = "failed", traceback.format_exc()
        finally:
            clean()
        reports = _take_reports()
        if reports:
            status, detail = "failed", detail + "\nreports of a sanitizer:\n" + reports[-20000:]
        seconds = time.monotonic() - begin
        print("%-7s %-60s %6.2f s%s" % (status, name, seconds, "  " + detail if status == "skipped" else ""), flush=True)
        if status == "failed":
            print(detail, flush=True)
        results.append({"name": name, "status": status, "covers": covers, "seconds": seconds, "detail": detail})
    if _reports:
        shutil.rmtree(_reports, True)
    path = os.environ.get("WEIR_TEST_RESULTS")
    if path:
        with open(path, "w") as f:
            json.dump(results, f)
    sys.exit(1 if any(r["status"] == "failed" for r in results) else 0)
