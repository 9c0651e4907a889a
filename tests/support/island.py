"""A network namespace of its own, where no service of anybody else is to be found: /proc/net/unix, by which the
command discovers services, is the namespace's."""
import os
import subprocess

import harness
from harness import BUILD, Service, skip


class Island:
    def __init__(self):
        # Not root: a user namespace gives the right to make the other one.
        self.own = [] if os.getuid() == 0 else ["-r"]
        self.keeper = subprocess.Popen(["unshare", *self.own, "-n", "sh", "-c", "echo; exec sleep 3600"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL)
        harness.cleanup(self.end)
        if not self.keeper.stdout.readline():
            skip("no network namespaces for this user")

    def end(self):
        self.keeper.kill()
        self.keeper.wait()

    def into(self):
        enter = ["-U", "--preserve-credentials"] if self.own else []
        return ["nsenter", "-t", str(self.keeper.pid), *enter, "-n"]

    def service(self, config, name, **more):
        return Service(config, name=name, wrap=self.into(), **more)

    def weir(self, *args, check=None, user=None, **more):
        """The command in the namespace, by another user if told so (root only)."""
        by = ["setpriv", "--reuid=%d" % user, "--regid=%d" % user, "--clear-groups"] if user is not None else []
        done = subprocess.run([*self.into(), *by, os.path.join(BUILD, "weir"), *map(str, args)], text=True, capture_output=True,
                              env=harness.full_env(), timeout=60 * harness.SLOW, **more)
        assert check is None or done.returncode == check, (args, done)
        return done
