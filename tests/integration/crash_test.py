"""A host that crashes or exits in every way: its exit status is what it would be without Weir, and every record
whose call had returned is in the file and in SQLite, once, after `weir recover`."""
import os
import random
import signal
import subprocess
import time

import faults
import harness
import oracle
from harness import BUILD, OWN, SLOW, Service, scaled, test, wait_until, weir

CONFIG = faults.file_and_history("service = SERVICE")
SHIM = os.path.join(BUILD, "tests/support/shim/crash.so")
SANITIZED = SLOW > 5


def config(name="host"):
    return CONFIG.replace("SERVICE", name)


def logged(service):
    return sum(oracle.accepted(service.path("page")).values())


def recover(service):
    done = weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


def check(service, report, beyond=1):
    oracle.check_report(report)
    counts = oracle.accepted(service.path("page"))
    assert counts, "nothing was logged"
    for name, found in (("host.log", oracle.read_file(service.path("host.log"), report)),
                        ("history.db", oracle.read_history(service.path("history.db")))):
        oracle.check_order(name, found)
        oracle.check_complete(counts, found, beyond=beyond)
    assert not service.leftovers(), "left behind: %r\n%s" % (service.leftovers(), report)


def load(service, least=3000):
    service.run("threads 2")
    wait_until(lambda: logged(service) >= random.randrange(1, least), 30, "records")


# ---- fault 3 ----


def crash_by_command(where, number):
    with Service(config(), name=OWN) as service:
        load(service)
        service.send("crash %s %d" % (where, number))
        assert service.process.wait(30 * SLOW) == -number, "%s died of %d" % (where, service.process.returncode)
        check(service, recover(service))
    harness.clean()


@test(covers=["fault 3", "promise 1", "promise 3"])
def crash_of_the_host():
    for i in range(max(6, scaled(500))):
        crash_by_command(("main", "producer", "malloc")[i % 3], (signal.SIGSEGV, signal.SIGABRT)[i // 3 % 2])


def crash_in_thread(thread, how):
    number = {"segv": signal.SIGSEGV, "abort": signal.SIGABRT}[how]
    order = os.path.join(harness.tmp(), "order")
    with open(order, "wb") as f:
        f.write(b"\0" * 4096)
    env = {"LD_PRELOAD": SHIM, "CRASH_ORDER": order}
    if "asan" in BUILD:
        env["ASAN_OPTIONS"] = harness.full_env()["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    with Service(config(), name=OWN, env=env) as service:
        load(service)
        path = service.socket_path()
        with open(order, "r+b") as f:
            f.write(("%s %s" % (thread, how)).encode())
            f.flush()
            if thread == "weir-control":
                os.utime(service.config_path) # it watches the file
            if thread == "weir-http":
                try:
                    connection = harness.UnixHTTP(path)
                    connection.request("GET", "/api/status")
                    connection.getresponse()
                except OSError:
                    pass # it died of it
            assert service.process.wait(30 * SLOW) == -number, (thread, how, service.process.returncode)
        del service.env["LD_PRELOAD"]
        check(service, recover(service))
    harness.clean()


@test(covers=["fault 3"])
def crash_in_a_thread_of_weir():
    threads = ["weir-backend", "weir-w-host.log", "weir-w-history.", "weir-http", "weir-control"]
    for i in range(max(5, scaled(500))):
        crash_in_thread(threads[i % len(threads)], ("segv", "abort")[i // len(threads) % 2])


# ---- fault 3b ----


@test(covers=["fault 3b"], quick=True)
def services_that_share_a_run_directory():
    run = harness.run_dir()
    with Service(config("one"), name=OWN + "one", run=run) as one, Service(config("two"), name=OWN + "two", run=run) as two:
        load(one)
        load(two)
        one.kill()
        counts = oracle.accepted(one.path("page"))
        two.run("halt")
        assert two.stop() == 0
        two.start() # another service's start takes nothing of the killed one
        assert two.status()["recovery"] is None, two.status()["recovery"]
        assert weir("recover", "-c", two.config_path, env=two.env, cwd=two.dir).returncode == 1
        assert two.stop() == 0
        left = [path for path in one.leftovers() if "/%stwo/" % OWN in path]
        assert not left, left
        one.start()
        assert one.status()["recovery"]["processes"] == 1
        assert one.stop() == 0
        assert oracle.accepted(one.path("page")) == counts
        check(one, "")
        check(two, "", beyond=0)


# ---- fault 5 ----


def end_by(command, status):
    with Service(config(), name=OWN) as service:
        load(service)
        if command != "_exit":
            service.run("halt") # what a thread logs after exit has begun is dropped and counted
        service.send("%s %d" % (command, status))
        assert service.process.wait(30 * SLOW) == status, service.process.returncode
        if command == "_exit":
            check(service, recover(service))
        else: # no recovery: all was written before the process ended
            check(service, "", beyond=0)
    harness.clean()


@test(covers=["fault 5"])
def exit_flushes():
    for i in range(max(2, scaled(200))):
        end_by("exit", i % 100)


@test(covers=["fault 5"])
def quick_exit_flushes():
    for i in range(max(2, scaled(200))):
        end_by("quick_exit", i % 100)


@test(covers=["fault 5"])
def _exit_leaves_all_to_recovery():
    for i in range(max(2, scaled(200))):
        end_by("_exit", i % 100)


# ---- the recovery itself ----


@test(covers=["must 3", "fault 1"])
def recovery_is_killed_at_random_moments():
    for _ in range(max(3, scaled(300))):
        with Service(config(), name=OWN) as service:
            load(service, 30000)
            service.kill()
            for _ in range(random.randrange(1, 4)):
                command = subprocess.Popen([os.path.join(BUILD, "weir"), "recover", "-c", service.config_path],
                                           env=service.env, cwd=service.dir, stdout=subprocess.DEVNULL)
                time.sleep(random.uniform(0, 0.05 if not SANITIZED else 0.3))
                command.kill()
                command.wait()
            check(service, recover(service))
        harness.clean()


@test(covers=["fault 1"])
def two_recoveries_at_the_same_time():
    for _ in range(max(2, scaled(50))):
        with Service(config(), name=OWN) as service:
            load(service, 30000)
            service.kill()
            both = [subprocess.Popen([os.path.join(BUILD, "weir"), "recover", "-c", service.config_path],
                                     env=service.env, cwd=service.dir, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL) for _ in range(2)]
            assert sorted(p.wait(60 * SLOW) for p in both)[0] == 0
            check(service, recover(service))
        harness.clean()


@test(covers=["fault 1"])
def weir_log_is_killed():
    for _ in range(max(3, scaled(200))):
        with Service(config(), name=OWN, start=False) as service:
            command = subprocess.Popen([os.path.join(BUILD, "weir"), "log", "-c", service.config_path],
                                       stdin=subprocess.PIPE, env=service.env, cwd=service.dir)
            for n in range(1, random.randrange(2, 30)):
                command.stdin.write(b"".join(b"t0 n%d\n" % i for i in range(100 * n, 100 * n + 100)))
                command.stdin.flush()
            time.sleep(random.uniform(0, 0.05))
            command.kill()
            command.wait()
            recover(service)
            # What it had read is not known from outside: a beginning of the input, whole and once.
            log = service.path("host.log")
            found = [n for _, n in oracle.read_file(log)] if os.path.exists(log) else []
            assert found == list(range(100, 100 + len(found)))
            assert not service.leftovers()
        harness.clean()


harness.main()
