"""Weir is a guest: its threads block every signal and have names, nothing of the host's process changes by its
start, its work and its stop, and the library does not even import what would change it."""
import os
import re
import resource
import subprocess

import faults
import harness
from faults import config, file
from harness import BUILD, Service, push, skip, test, wait_until

PROBE = os.path.join(BUILD, "tests/support/guest_probe")
# What would end the host, or change what is the host's alone.
FORBIDDEN = ["abort", "exit", "_exit", "_Exit", "quick_exit", "setlocale", "chdir", "fchdir", "umask", "sigaction",
             "signal", "sigset", "bsd_signal", "setenv", "putenv", "unsetenv", "tzset", "localtime", "localtime_r", "mktime",
             "printf", "puts", "putchar", "perror", "vprintf", "err", "errx", "warn", "warnx", "__assert_fail", "system",
             "strtok", "alarm", "setitimer", "setrlimit", "prctl", "daemon", "fork", "vfork", "popen"]
ALL = config({"file": file("{dir}/host.log"), "out": "class = StreamHandler\nargs = (sys.stderr,)",
              "history": faults.history("{dir}/history.db")},
             admin="http = 127.0.0.1:0\nconfig_port = 127.0.0.1:0")


def threads(pid):
    """[(name, mask of blocked signals, policy, CPUs)] of all threads but the first, once none of them has its
    creator's name any more: it has just begun then."""
    def look():
        found = []
        # The first is the host's; under ThreadSanitizer the second is the runtime's.
        tasks = sorted(os.listdir("/proc/%d/task" % pid), key=int)
        for task in tasks[2 if "tsan" in BUILD else 1:]:
            try:
                with open("/proc/%d/task/%s/status" % (pid, task)) as f:
                    status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
                found.append((status["Name"], int(status["SigBlk"], 16), os.sched_getscheduler(int(task)),
                              len(os.sched_getaffinity(int(task)))))
            except (FileNotFoundError, ProcessLookupError):
                pass # it has ended
        return found if len(found) >= 4 and all(f[0] != "host" for f in found) else None
    return wait_until(look, 5, "threads of Weir that all have names")


@test(covers=["promise 3"], quick=True)
def imports_nothing_that_belongs_to_the_host():
    if "asan" in BUILD or "tsan" in BUILD:
        skip("a sanitizer brings imports of its own")
    done = subprocess.run(["nm", "-D", "--undefined-only", os.path.join(BUILD, "libweir.so.0")], capture_output=True,
                          text=True, check=True)
    names = {line.split()[-1].split("@")[0] for line in done.stdout.splitlines()}
    bad = sorted(names & set(FORBIDDEN))
    assert not bad, "libweir.so imports %s" % ", ".join(bad)


@test(covers=["promise 3"], quick=True)
def its_threads_block_all_signals_and_have_names():
    with Service(ALL) as service:
        service.run("log host.a 20 100")
        service.run("flush 10000")
        service.status()
        found = threads(service.pid)
        # KILL and STOP cannot be blocked; the C library keeps two for itself (32, 33).
        unblockable = 1 << 8 | 1 << 18 | 1 << 31 | 1 << 32
        for name, mask, policy, _ in found:
            assert mask | unblockable == (1 << 64) - 1, "%s lets signals in: %016x" % (name, mask)
            assert policy == 0, "%s is not SCHED_OTHER" % name
        assert service.stop() == 0


@test(covers=["promise 3"], quick=True)
def a_host_of_other_priority_and_few_cpus():
    """Threads of Weir are SCHED_OTHER on all CPUs, whatever the thread that starts it is."""
    def pinned():
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    every = len(os.sched_getaffinity(0))
    with Service(ALL, preexec=pinned) as service:
        wait_until(lambda: all(policy == os.SCHED_OTHER and cpus == every
                               for _, _, policy, cpus in threads(service.pid)), 5,
                   "threads of Weir to be SCHED_OTHER on %d CPUs: %r" % (every, threads(service.pid)))
        assert service.stop() == 0


def run_probe(mode, env=None, **more):
    """The probe looks at its own process before, while and after Weir runs; it prints what has changed."""
    directory = harness.tmp()
    run = harness.run_dir()
    path = os.path.join(directory, "service.ini")
    with open(path, "w") as f:
        f.write(ALL.replace("{dir}", directory).replace("{run}", run).replace("handlers = file,out,history",
                                                                              "handlers = file,history"))
    done = subprocess.run([PROBE, mode, path], capture_output=True, text=True, cwd=directory, timeout=120,
                          env=harness.full_env({"RUNTIME_DIRECTORY": run, **(env or {})}), **more)
    return done, directory


@test(covers=["promise 3", "fault 32"], quick=True)
def nothing_of_the_process_changes():
    """Signal dispositions and mask, locale, directory, umask, environment, limits, flags and files of
    descriptors 0 to 2, timers; nothing is written to them, and no descriptor or thread is left."""
    done, directory = run_probe("state")
    assert done.returncode == 0 and done.stdout == "" and done.stderr == "", (done.returncode, done.stdout, done.stderr)
    with open(os.path.join(directory, "host.log")) as f:
        assert "from the guest's host" in f.read()


@test(covers=["fault 32", "promise 3"], quick=True)
def descriptors_0_to_2_closed_at_the_start():
    """They are never reused by Weir: no file, socket or database of it takes such a number."""
    for closed in ("0", "1", "2", "12", "012"):
        done, directory = run_probe("closed" + closed)
        assert done.returncode == 0, (closed, done.returncode, done.stderr)
        with open(os.path.join(directory, "descriptors")) as f:
            # SQLite keeps its databases off these numbers by putting /dev/null there: nothing can be hit.
            taken = [line for line in f.read().splitlines() if not line.endswith(" is /dev/null")]
            assert not taken, "with %s closed: %s" % (closed, taken)
        with open(os.path.join(directory, "host.log")) as f:
            assert "from the guest's host" in f.read()


def comma_locale():
    """A locale that writes 1,5 for 1.5; the environment that finds it."""
    folder = harness.tmp()
    if subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(folder, "de_DE.UTF-8")],
                      capture_output=True).returncode > 1 or not os.path.isdir(os.path.join(folder, "de_DE.UTF-8")):
        skip("localedef cannot make de_DE")
    return {"LOCPATH": folder, "LC_ALL": "de_DE.UTF-8"}


@test(covers=["promise 3"], quick=True)
def numbers_and_dates_are_as_in_the_c_locale():
    env = comma_locale()
    done, directory = run_probe("locale", env)
    if done.returncode == 77:
        skip("the locale was not found by setlocale")
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    with open(os.path.join(directory, "host.log")) as f:
        text = f.read()
    assert "numbers 1.5 0x1.8p+0 1e+100 1000000 2.25" in text, text


@test(covers=["promise 3"], quick=True)
def the_host_writes_to_a_reader_that_is_gone():
    """stderr's reader went: no SIGPIPE reaches the host, neither before the start (lastResort) nor by a handler."""
    text = config({"out": "class = StreamHandler\nargs = (sys.stderr,)"})
    read_end, write_end = os.pipe()
    os.close(read_end)
    service = Service(text, start=False)
    service.process = subprocess.Popen([service.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=write_end,
                                       env=service.env, cwd=service.dir, bufsize=0,
                                       restore_signals=True)
    os.close(write_end)
    harness.cleanup(service.kill)
    service.stderr = lambda: "(a pipe)"
    service.wait_ready()
    service.run("log host.early 40 3")
    service.run("start service.ini")
    service.run("log host.late 40 100")
    service.run("flush 5000")
    out = faults.handler(service.status(), "out")
    assert out["dropped"]["error"] == out["given"] == 100, out
    assert service.stop() == 0


harness.main()
