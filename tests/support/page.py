"""The page's tests share this: services that have a page, and kvd as `make run` starts it."""
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess

import harness
from harness import Service, wait_until

SCREENSHOTS = os.path.join(harness.ROOT, "docs/screenshots") if os.environ.get("WEIR_SCREENSHOTS") else None

# A small service with a page. {handlers} and {more} are filled in by config().
CONFIG = """[weir]
service = page
[admin]
http = 127.0.0.1:0
[loggers]
keys = root,net
[handlers]
keys = {handlers}
[formatters]
keys = line
[logger_root]
level = INFO
handlers = {handlers}
[logger_net]
qualname = app.net
level = WARNING
handlers =
[handler_file]
class = FileHandler
level = INFO
formatter = line
args = ('page.log',)
[handler_all]
class = FileHandler
formatter = line
args = ('all.log',)
[handler_history]
class = weir.HistoryHandler
args = ('history.db',)
[formatter_line]
format = %(asctime)s %(levelname)s %(name)s: %(message)s
"""


def config(handlers="file,all", more=""):
    return CONFIG.replace("{handlers}", handlers) + more


def link_of(service):
    """The page's link, as soon as there is one."""
    def ask():
        done = service.weir("open")
        return done.stdout.strip() if done.returncode == 0 else None
    return wait_until(ask, 10, "the page's link")


def place(link, view):
    """The link of a view, without the token."""
    return link.split("#")[0] + "#/" + view


def show(browser, view):
    """Goes to a view as a click on a link does."""
    browser.execute("location.hash = '#/' + arguments[0]", view)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Run:
    """docs/examples/run.sh, as `make run` calls it, in a directory of its own, and what it prints.
    user: (uid, gid) of who runs it, which gets copies of the programs that it can read."""

    def __init__(self, ports=None, user=None, dir=None):
        self.dir = dir or harness.tmp()
        script, build, wrap = os.path.join(harness.ROOT, "docs/examples/run.sh"), harness.BUILD, []
        if user:
            script, build = self._copy_for(user)
            wrap = ["setpriv", "--reuid=%d" % user[0], "--regid=%d" % user[1], "--clear-groups"]
        self.ports = {name: str(free_port()) for name in ("WEIR_RUN_HTTP", "WEIR_RUN_CONFIG", "WEIR_RUN_KVD")}
        self.ports.update(ports or {})
        env = harness.full_env({"BUILD": build, "WEIR_RUN_DIR": os.path.join(self.dir, "run"), **self.ports})
        env.pop("XDG_RUNTIME_DIR", None)
        self.out_path = os.path.join(self.dir, "out.txt")
        with open(self.out_path, "wb") as out:
            self.process = subprocess.Popen(wrap + ["bash", script], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                            env=env, start_new_session=True)
        harness.cleanup(self.end)
        wait_until(lambda: "Ctrl-C ends it" in self.output() or self.process.poll() is not None, 20, "what `make run` prints")
        text = self.output()
        assert self.process.poll() is None, text
        self.dir = os.path.join(self.dir, "run")
        self.pid = int(re.search(r"pid (\d+)", text)[1])
        self.link = re.search(r"http://\S+#token=[0-9a-f]{32}", text)[0]
        self.redis_port = int(re.search(r"redis-cli -p (\d+)", text)[1])
        self.config_port = int(re.search(r"config port:\s+127\.0\.0\.1:(\d+)", text)[1])
        self.commands = [shlex.split(line) for line in text.split("another terminal:")[1].splitlines()
                         if line.startswith("    ")]

    def _copy_for(self, user):
        examples, build = os.path.join(self.dir, "examples"), os.path.join(self.dir, "build")
        shutil.copytree(os.path.join(harness.ROOT, "docs/examples"), examples)
        os.mkdir(build)
        for name in ("kvd", "kvd-load", "weir", "libweir.so.0"):
            shutil.copy2(os.path.join(harness.BUILD, name), build)
        for folder, folders, files in os.walk(self.dir):
            for name in [folder] + [os.path.join(folder, f) for f in files]:
                os.chown(name, *user)
        return os.path.join(examples, "run.sh"), build

    def output(self):
        with open(self.out_path, errors="replace") as f:
            return f.read()

    def processes(self):
        """What runs in its session: the script, kvd, the load."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as f:
                    name, rest = f.read().rsplit(")", 1)
                if int(rest.split()[3]) == self.process.pid and rest.split()[0] != "Z":
                    found.append(name.split("(", 1)[1])
            except OSError:
                pass
        return sorted(found)

    def end(self, sig=signal.SIGINT, group=True):
        """As Ctrl-C does: the whole group is interrupted. Returns the exit status."""
        if self.process.poll() is None:
            (os.killpg if group else os.kill)(self.process.pid, sig)
        return self.process.wait(30 * harness.SLOW)


def service(text=None, **more):
    return Service(text or config(), name="page", **more)
