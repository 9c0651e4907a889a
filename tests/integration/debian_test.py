"""README's two commands in an untouched Debian 12. The whole of it, in a Debian made for it, is part of a soak (it
fetches Debian); else what can be told without: which packages are named, and what `make run` would call."""
import os
import re
import shutil
import subprocess
import tempfile

import harness
from harness import ROOT, SCALE, cleanup, skip, test, tmp

DEPS = os.path.join(ROOT, "docs/install/deps.sh")


def run(*args, env=None, check=True):
    done = subprocess.run(args, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    assert not check or done.returncode == 0, "%s: %d\n%s" % (" ".join(args), done.returncode, done.stdout[-6000:])
    return done


def in_debian(who):
    if SCALE != 1:
        skip("only in a soak: it fetches Debian")
    if os.getuid() != 0 or not shutil.which("mmdebstrap"):
        skip("wants root and mmdebstrap")
    directory = tempfile.mkdtemp(prefix="weir-debian-", dir=os.environ.get("WEIR_TEST_DEBIAN"))
    cleanup(shutil.rmtree, directory, True)
    print(run("bash", os.path.join(ROOT, "tests/support/debian.sh"), directory, who).stdout)


@test(covers=["must 10"])
def readme_as_root():
    in_debian("root")


@test(covers=["must 10"])
def readme_as_a_user_with_sudo():
    in_debian("user")


@test(covers=["must 10"])
def packages_can_be_installed():
    """apt would install all that each list names, by the names of Debian 12."""
    if not shutil.which("apt-get"):
        skip("no Debian")
    with open("/etc/os-release") as f:
        if "VERSION_CODENAME=bookworm" not in f.read():
            skip("not Debian 12")
    for name in ("build", "test", "bench", "lint"):
        packages = run("sh", DEPS, "list", name).stdout.split()
        known = run("apt-cache", "show", *packages, check=False).stdout
        unknown = [p for p in packages if not re.search(r"^Package: %s$" % re.escape(p), known, re.M)]
        # An installed package is always known; one that is not needs apt's lists.
        if unknown and not any(n.endswith("_Packages") or ".lz4" in n for n in os.listdir("/var/lib/apt/lists")):
            skip("apt has no lists here")
        assert not unknown, (name, unknown)
        run("apt-get", "-s", "-q", "install", "--no-install-recommends", *packages)


def stubs():
    """A PATH where Debian lacks a package, and where apt and sudo only say what they were asked."""
    directory = tmp()
    log = os.path.join(directory, "called")
    for name, body in {"dpkg-query": '[ "$4" = libyajl-dev ] || echo "install ok installed"',
                       "apt-get": 'echo "apt-get $*" >>%s' % log,
                       "sudo": 'echo "sudo $*" >>%s' % log}.items():
        with open(os.path.join(directory, name), "w") as f:
            f.write("#!/bin/sh\n%s\n" % body)
        os.chmod(os.path.join(directory, name), 0o755)
    env = {k: v for k, v in os.environ.items() if k != "WEIR_NO_INSTALL"}
    return {**env, "PATH": directory + ":" + os.environ["PATH"]}, log


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as f:
        return f.read()


@test(covers=["must 10"], quick=True)
def what_is_missing_is_said_and_only_then_installed():
    env, log = stubs()
    done = run("sh", DEPS, "need", "build", env=env)
    assert done.stdout.startswith("missing Debian packages: libyajl-dev"), done.stdout
    assert "apt-get install" in read(log) and read(log).rstrip().endswith("libyajl-dev"), read(log)


@test(covers=["must 10"], quick=True)
def weir_no_install_makes_it_an_error():
    env, log = stubs()
    done = run("sh", DEPS, "need", "build", env={**env, "WEIR_NO_INSTALL": "1"}, check=False)
    assert done.returncode == 1 and "libyajl-dev" in done.stdout and "make deps" in done.stdout, done.stdout
    assert read(log) == "", read(log)


@test(covers=["must 10"], quick=True)
def only_deps_install():
    """What the targets would call (make -n): nothing that installs, but deps.sh."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    installing = re.compile(r"\b(apt|apt-get|sudo|dpkg|pip3?|npm|curl|wget|git)\b")
    for target in ("all", "run", "run-test", "install", "man"):
        called = run("make", "-n", "BUILD=" + tmp(), target, env=env).stdout
        bad = [line for line in called.splitlines() if installing.search(line) and "-lcurl" not in line]
        assert not bad, (target, bad[:5])
    called = run("make", "-n", "run", env=env).stdout
    assert called.splitlines()[0] == "sh docs/install/deps.sh need build", called[:200]
    assert not re.search(r"\bpython3?\b", called + read(os.path.join(ROOT, "docs/examples/run.sh"))), "make run needs Python"


harness.main()
