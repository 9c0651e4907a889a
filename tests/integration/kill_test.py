"""A host killed under full load: after `weir recover`, or when the service is started again, every record
whose call had returned is in the file and in SQLite, once, no line torn."""
import random
import time

import faults
import harness
import oracle
from harness import OWN, Service, scaled, test, wait_until, weir

CONFIG = faults.file_and_history("service = host")


def wait_for_load(service, least):
    wait_until(lambda: sum(oracle.accepted(service.path("page")).values()) >= least, 30, "records")


def recover(service):
    return weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir, check=0).stdout


def restart(service):
    """The service begins anew: what its dead process left comes before anything that it logs itself."""
    service.start()
    service.run("say host.after 20 t63 n0")
    service.run("flush 60000")
    status = service.status()
    assert status["recovery"] and status["recovery"]["processes"] == 1, status["recovery"]
    oracle.check_law(status)
    assert status["recovery"]["dropped"] == status["recovery"]["unreadable"] == status["recovery"]["doubtful"] == 0
    assert service.stop() == 0
    return "\n".join(status["recovery"]["lines"])


def check(service, means):
    counts = oracle.accepted(service.path("page"))
    report = means(service)
    oracle.check_report(report)
    lines = oracle.read_file(service.path("host.log"), report)
    rows = oracle.read_history(service.path("history.db"))
    for name, found in (("host.log", lines), ("history.db", rows)):
        oracle.check_order(name, found)
        if means is restart:
            assert found[-1] == (63, 0), "%s: a new record is not the last: %r" % (name, found[-3:])
            found.pop()
        oracle.check_complete(counts, found)
    left = service.leftovers()
    assert not left, "left behind: %r\n%s" % (left, report)


def kills(count, means):
    for i in range(count):
        with Service(CONFIG, name=OWN) as service:
            service.run("threads 2")
            wait_for_load(service, random.randrange(1, 20000))
            service.kill()
            check(service, means)
        harness.clean()


@test(covers=["must 3", "fault 1", "promise 1"], quick=True)
def killed_at_a_random_moment_and_recovered():
    kills(max(2, scaled(500)), recover)


@test(covers=["must 3", "fault 1", "promise 1"])
def killed_at_a_random_moment_and_started_again():
    kills(max(2, scaled(500)), restart)


@test(covers=["must 3", "fault 1"])
def killed_again_and_again_between_starts():
    """One file, one history, one service: killed, started, killed while it still recovers or already logs."""
    with Service(CONFIG, name=OWN) as service:
        skipped = set()
        for _ in range(max(3, scaled(200))):
            service.run("threads 2")
            before = sum(oracle.accepted(service.path("page")).values())
            wait_for_load(service, before + random.randrange(1, 5000))
            service.kill()
            # The call that was killed may have left its record or not: the next run begins behind it.
            skipped |= oracle.skip_one(service.path("page"))
            service.start(wait=False)
            time.sleep(random.uniform(0, 0.03))
            service.kill()
            service.start()
        assert service.stop() == 0
        counts = oracle.accepted(service.path("page"))
        for name, found in (("host.log", oracle.read_file(service.path("host.log"))),
                            ("history.db", oracle.read_history(service.path("history.db")))):
            oracle.check_order(name, found)
            oracle.check_complete(counts, found, beyond=0, may_miss=skipped)
        assert not service.leftovers()


harness.main()
