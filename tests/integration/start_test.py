"""How a service comes to its configuration: by WEIR_CONFIG alone, by a bad file that is mended later, by a file that is
changed in all the ways in which files are changed. A version that is not valid, or not yet whole, changes nothing."""
import os
import subprocess
import sys
import time

import faults
import harness
import oracle
from harness import OWN, Service, scaled, test, wait_until

CONFIG = faults.config({"file": faults.file("{dir}/NAME.log")}, "overflow = block", line="MARK %(message)s")


def config(service, name="a", mark="one"):
    text = CONFIG.replace("NAME", name).replace("MARK", mark)
    return text.replace("{dir}", service.dir).replace("{run}", service.run_path)


def generation(service):
    return service.status()["generation"]


def applied(service, before):
    return wait_until(lambda: generation(service) > before, 10, "the file to be applied")


def replace(path, text):
    """As editors do."""
    with open(path + "~", "w") as f:
        f.write(text)
    os.rename(path + "~", path)


@test(covers=["must 1"], quick=True)
def environment_alone_starts_weir():
    with Service(CONFIG.replace("NAME", "a"), name=OWN, start=False, argument="-") as service:
        service.env["WEIR_CONFIG"] = service.config_path
        service.start()
        service.run("log host 20 10") # the first weir_get_logger starts it
        service.run("flush 10000")
        assert len(service.lines("a.log")) == 10
        assert service.status()["config"]["file"] == service.config_path
        assert service.stop() == 0, service.stderr()
    assert not service.leftovers()


@test(covers=["must 1"])
def weir_start_takes_the_environment_too():
    with Service(CONFIG.replace("NAME", "a"), name=OWN, start=False, argument="-") as service:
        service.env["WEIR_CONFIG"] = "/nowhere"
        service.start()
        assert service.run("start " + service.config_path) == "ok" # an argument comes first
        service.run("log host 20 1")
        assert service.stop() == 0, service.stderr()
        assert len(service.lines("a.log")) == 1


@test(covers=["promise 2", "promise 1"], quick=True)
def bad_start_file_and_its_first_valid_version():
    with Service(None, name=OWN, start=False) as service:
        bad = config(service).replace("level = INFO", "level = INFI").replace("class = FileHandler", "class = FilHandler")
        with open(service.config_path, "w") as f:
            f.write(bad)
        service.env["WEIR_RUN"] = service.run_path
        service.start()
        for line, word in ((bad[:bad.index("INFI")].count("\n") + 1, "INFI"),
                           (bad[:bad.index("FilHandler")].count("\n") + 1, "FilHandler")):
            assert "service.ini:%d: " % line in service.stderr() and word in service.stderr(), service.stderr()
        service.run("say host 30 kept by the last resort")
        service.run("say host 20 below WARNING")
        service.run("flush 10000")
        wait_until(lambda: "kept by the last resort" in service.stderr(), 10, "the record on stderr")
        assert "below WARNING" not in service.stderr()
        assert not os.path.exists(service.path("a.log"))
        wait_until(lambda: "INFI" in (service.status()["config"]["trouble"] or ""), 10, "the trouble in status")
        before = generation(service)
        replace(service.config_path, bad.replace("INFI", "INFO"))
        wait_until(lambda: "INFI" not in service.status()["config"]["trouble"], 10, "the second version to be looked at")
        assert generation(service) == before and "FilHandler" in service.status()["config"]["trouble"]
        replace(service.config_path, config(service))
        applied(service, before)
        assert service.status()["config"]["trouble"] is None
        service.run("log host 20 10")
        service.run("flush 10000")
        assert len([l for l in service.lines("a.log") if " message " in l]) == 10
        oracle.check_law(service.status())
        assert service.stop() == 0, service.stderr()


@test(covers=["promise 2"])
def missing_start_file_that_comes():
    with Service(None, name=OWN, start=False) as service:
        service.start()
        assert "service.ini" in service.stderr()
        before = generation(service)
        replace(service.config_path, config(service))
        applied(service, before)
        service.run("log host 20 1")
        assert service.stop() == 0, service.stderr()
        assert any("message 0" in l for l in service.lines("a.log"))


@test(quick=True)
def an_empty_path_is_an_error():
    """It is a setting that was lost on the way, not weir_start(NULL)."""
    program = """
import ctypes, sys
weir = ctypes.CDLL(sys.argv[1])
error = ctypes.create_string_buffer(4 + 4096)
print(weir.weir_start(b"", error), error.raw[4:].split(b"\\0")[0].decode())
weir.weir_stop()
"""
    env = harness.full_env({"WEIR_CONFIG": "/nonexistent.ini", "RUNTIME_DIRECTORY": harness.run_dir(), "WEIR_SERVICE": OWN})
    if "san" in harness.BUILD:
        harness.skip("Python without the sanitizer cannot load the library")
    done = subprocess.run([sys.executable, "-c", program, os.path.join(harness.BUILD, "libweir.so.0")], env=env,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "-1 the path of the configuration is empty\n", done


def in_two_halves(service, text, pause):
    with open(service.config_path, "w") as f:
        half = text.index("[handler_file]")
        f.write(text[:half])
        f.flush()
        time.sleep(pause)
        f.write(text[half:])


def removed_and_made(service, text):
    os.unlink(service.config_path)
    time.sleep(0.2)
    with open(service.config_path, "w") as f:
        f.write(text)


def truncated_then_filled(service, text):
    os.truncate(service.config_path, 0)
    time.sleep(0.2)
    with open(service.config_path, "w") as f:
        f.write(text)


def by_link(service, text):
    target = service.path("version-%d.ini" % time.monotonic_ns())
    with open(target, "w") as f:
        f.write(text)
    os.symlink(target, service.config_path + "~")
    os.rename(service.config_path + "~", service.config_path)


def behind_the_link(service, text):
    replace(os.path.realpath(service.config_path), text)


@test(covers=["promise 2", "promise 1", "must 2"])
def file_is_changed_in_every_way():
    """Under load, and records are neither lost nor doubled."""
    ways = [lambda s, t: replace(s.config_path, t), lambda s, t: in_two_halves(s, t, 0.01),
            lambda s, t: in_two_halves(s, t, 0.3), removed_and_made, truncated_then_filled, by_link, behind_the_link,
            behind_the_link]
    with Service(None, name=OWN, start=False) as service:
        replace(service.config_path, config(service))
        service.start()
        service.run("threads 2 0 100")
        names = {"a"}
        for i in range(len(ways) * max(1, scaled(10))):
            before = generation(service)
            name = "ab"[(i + 1) % 2]
            names.add(name)
            ways[i % len(ways)](service, config(service, name, "change%d" % i))
            applied(service, before)
            wait_until(lambda: service.status()["config"]["trouble"] is None, 10, "the trouble to be over")
            wait_until(lambda: any("change%d t0" % i in l for l in service.lines(name + ".log")[-50:]), 10, "its records")
        service.run("halt")
        service.run("flush 10000")
        oracle.check_law(service.status())
        records = []
        for name in names:
            found = oracle.read(l for l in service.lines(name + ".log") if oracle.LINE.search(l))
            oracle.check_order(name, found)
            records += found
        oracle.check_complete(oracle.accepted(service.path("page")), records, beyond=0)
        assert service.stop() == 0, service.stderr()


@test(covers=["promise 2"])
def half_a_file_is_not_applied_though_it_is_valid():
    """What is written so far would be a configuration; the writer has not closed the file. Other files of its directory
    come and go meanwhile."""
    with Service(None, name=OWN, start=False) as service:
        replace(service.config_path, config(service))
        service.start()
        before = generation(service)
        text = config(service, "b")
        for new in (False, True):
            if new:
                os.unlink(service.config_path)
                wait_until(lambda: service.status()["config"]["trouble"], 10, "it to be missed")
            with open(service.config_path, "w") as f:
                f.write(text)
                f.flush()
                for i in range(10):
                    with open(service.path("other%d" % i), "w"):
                        pass
                    time.sleep(0.05)
                assert generation(service) == before
                f.write("# the rest %d\n" % new)
            before = applied(service, before) and generation(service)
        assert before == 3
        assert service.stop() == 0, service.stderr()


harness.main()
