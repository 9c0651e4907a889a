"""The clock of the system goes back an hour, forward ten years, through a change of summer time, past 2038: the
order is that of the calls, nothing loops, nothing waits for the wrong time."""
import os
import re
import time

import faults
import harness
import oracle
from faults import config, file
from harness import BUILD, Service, skip, test, wait_until, weir

TEXT = config({"file": file("{dir}/host.log"), "history": faults.history("{dir}/history.db")},
              line="%(asctime)s %(message)s")
HOUR, TEN_YEARS = 3600, 3653 * 86400


def shifted(text=TEXT, env=None):
    """A host whose wall clock the test sets: shim wall_clock reads the file `clock` (seconds to add)."""
    service = Service(text, start=False, env={**faults.preload("wall_clock"), **(env or {})})
    service.env["WALL_CLOCK_FILE"] = service.path("clock")
    set_clock(service, 0)
    service.start()
    return service


def set_clock(service, seconds):
    with open(service.path("clock.new"), "w") as f:
        f.write("%d" % seconds)
    os.rename(service.path("clock.new"), service.path("clock"))


def more(service, count=200):
    service.run("threads 2 %d" % (max(oracle.accepted(service.path("page")).values(), default=0) + count))
    service.run("wait")


def check(service, jumps):
    """jumps: what the clock did between the bursts."""
    more(service)
    before = int(service.run("clock"))
    for seconds in jumps:
        service.run("flush 10000")
        set_clock(service, seconds)
        # The backend follows within a second or so: it calibrates once a second.
        time.sleep(1.5)
        more(service)
    began = time.monotonic()
    assert service.run("flush 10000") == "ok"
    assert time.monotonic() - began < 5 * harness.SLOW
    used = (int(service.run("clock")) - before) / 1e9
    assert used < 1 + 0.5 * len(jumps), "%.1f s of CPU: something spins" % used
    status = service.status()
    oracle.check_law(status)
    counts = oracle.accepted(service.path("page"))
    lines = [line for line in service.lines("host.log") if oracle.LINE.search(line)]
    for found in (oracle.read(lines), oracle.read_history(service.path("history.db"))):
        oracle.check_order("the log", found)
        oracle.check_complete(counts, found, 0)
    records = service.api("GET", "/api/records?limit=10")["records"]
    assert len(records) == 10
    took = int(service.run("stop").split()[1])
    assert took < 2000 * harness.SLOW, "weir_stop took %d ms" % took
    return [line[:19] for line in lines]


def offset(stamp):
    return time.mktime(time.strptime(stamp, "%Y-%m-%d %H:%M:%S")) - time.time()


@test(covers=["fault 21"], quick=True)
def back_an_hour():
    with shifted() as service:
        stamps = check(service, [-HOUR])
        assert abs(offset(stamps[0])) < 120 and abs(offset(stamps[-1]) + HOUR) < 120, (stamps[0], stamps[-1])


@test(covers=["fault 21"], quick=True)
def forward_ten_years_and_back():
    with shifted() as service:
        stamps = check(service, [TEN_YEARS, 0])
        years = {stamp[:4] for stamp in stamps}
        assert len(years) >= 2, years


@test(covers=["fault 21"], quick=True)
def past_2038():
    """2^31 seconds and 2^32: the years are right in the file, in the history and in the API."""
    for second, year in ((2 ** 31 + 100 * 86400, "2038"), (2 ** 32 + 400 * 86400, "2107")):
        with shifted() as service:
            stamps = check(service, [second - int(time.time())])
            assert stamps[-1][:4] == year, stamps[-1]
        harness.clean()


@test(covers=["fault 21"], quick=True)
def summer_time_ends():
    """Local times repeat for an hour; order, history and queries do not care. A host in Europe/Berlin."""
    if not os.path.exists("/usr/share/zoneinfo/Europe/Berlin"):
        skip("no time zones here")
    # 2026-10-25 01:00 UTC: 03:00 becomes 02:00.
    change = 1792890000
    with shifted(env={"TZ": "Europe/Berlin"}) as service:
        stamps = check(service, [change - 2 - int(time.time())])
        assert any(s.startswith("2026-10-25 02:") for s in stamps), stamps[-1]


@test(covers=["fault 21"], quick=True)
def a_level_for_a_while_does_not_care():
    """`--for` runs by the monotonic clock: ten years forward do not end it, an hour back does not prolong it."""
    with shifted() as service:
        service.api("PUT", "/api/loggers/host.t0", {"level": "DEBUG", "for": "3s"})
        assert service.run("effective host.t0") == "10"
        set_clock(service, TEN_YEARS)
        time.sleep(1)
        assert service.run("effective host.t0") == "10", "ended by the jump"
        set_clock(service, -HOUR)
        wait_until(lambda: service.run("effective host.t0") == "20", 5, "the level to be back")
        assert service.stop() == 0


harness.main()
