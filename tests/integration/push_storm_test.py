"""1,000 pushes a second: each is answered, one after the other or as superseded; each record is handled by exactly one
generation, in order; and the one that runs at the end is the last that was accepted."""
import re
import threading
import time

import faults
import harness
import oracle
from harness import OWN, Service, push, scaled, test, wait_until

CONFIG = faults.config({"file": faults.file("{dir}/FILE.log")}, "overflow = block\nstall_timeout = 60s", "config_port = unix:{run}/port",
                       line="pushed-MARK %(message)s")
PUSHERS = 4
PER_SECOND = 1000


def config(service, mark):
    text = CONFIG.replace("MARK", mark).replace("FILE", "ab"[hash(mark) % 2])
    return text.replace("{dir}", service.dir).replace("{run}", service.run_path)


def storm(service, number, until, answers):
    """Its share of 1,000 a second; later than its time, as fast as it gets answers."""
    due = time.monotonic()
    i = 0
    while time.monotonic() < until:
        mark = "%d-%d" % (number, i)
        answers.append((mark, push(service.run_path + "/port", config(service, mark)), time.monotonic()))
        i += 1
        due += PUSHERS / PER_SECOND
        time.sleep(max(0, due - time.monotonic()))


@test(covers=["fault 28", "must 2", "promise 1"], quick=True)
def a_thousand_pushes_a_second():
    with Service(None, name=OWN, start=False) as service:
        with open(service.config_path, "w") as f:
            f.write(config(service, "start"))
        service.start()
        wait_until(lambda: any(l["state"].startswith("listening") for l in service.status()["listeners"]), 10, "the port")
        service.run("threads 2 0 50")
        seconds = max(1, scaled(60))
        answers = [[] for _ in range(PUSHERS)]
        threads = [threading.Thread(target=storm, args=(service, i, time.monotonic() + seconds, answers[i]))
                   for i in range(PUSHERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        service.run("halt")
        service.run("flush 60000")
        every = [answer for one in answers for answer in one]
        print("%d pushes in %d s" % (len(every), seconds))
        applied = {}
        for mark, text, when in every:
            match = re.match(r"ok generation (\d+)", text)
            if match:
                assert int(match[1]) not in applied, "generation %s twice" % match[1]
                applied[int(match[1])] = mark
            else:
                assert re.match(r"superseded by generation \d+", text), text
        assert len(applied) >= seconds * 5, "only %d were applied" % len(applied)
        status = service.status()
        assert status["generation"] == max(applied), (status["generation"], max(applied))
        oracle.check_law(status)

        # Each record once; those of one thread in order, and by generations that only go up.
        order = {"start": 1, **{mark: number for number, mark in applied.items()}}
        records, generations = [], {}
        for name in "ab":
            found = []
            for line in service.lines(name + ".log"):
                match = re.match(r"pushed-(\S+) t(\d+) n(\d+)$", line)
                if match:
                    found.append((int(match[2]), int(match[3])))
                    generations[found[-1]] = order[match[1]]
            oracle.check_order(name, found)
            records += found
        oracle.check_complete(oracle.accepted(service.path("page")), records, beyond=0)
        for thread in (0, 1):
            numbers = [generations[record] for record in sorted(generations) if record[0] == thread]
            assert numbers == sorted(numbers), "thread %d went back to an older generation" % thread
        assert service.stop() == 0


harness.main()
