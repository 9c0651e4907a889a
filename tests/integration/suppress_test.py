"""Filters that hold records back tell of it: when the window ends by itself, when the configuration changes and when
the service stops; at the level of what was held back, and only where the filter is."""
import os

import harness
from harness import Service, test, wait_until

CONFIG = """[loggers]
keys=root,all
[handlers]
keys=limited,whole
[formatters]
keys=f
[filters]
keys=few,once
[logger_root]
level=DEBUG
handlers=limited,whole
[logger_all]
qualname=once
handlers=
filters=once
[handler_limited]
class=FileHandler
formatter=f
filters=few
args=('limited.log',)
[handler_whole]
class=FileHandler
formatter=f
args=('whole.log',)
[formatter_f]
format=%(levelname)s %(name)s %(message)s
[filter_few]
class=weir.RateLimitFilter
args=(3, '{per}')
[filter_once]
class=weir.DuplicateFilter
kwargs={'within': '{per}'}
"""


def lines(service, name):
    with open(os.path.join(service.dir, name)) as f:
        return [line for line in f.read().splitlines() if " weir " not in line]


def noisy(service, logger, n, level=40):
    for _ in range(n):
        service.run("say %s %d same words" % (logger, level))


@test(covers=["filters: rate and duplicates"], quick=True)
def the_last_window_is_told_by_itself_at_its_level_and_where_the_filter_is():
    with Service(CONFIG.replace("{per}", "1s")) as service:
        noisy(service, "app", 10)
        wait_until(lambda: any("similar suppressed" in line for line in lines(service, "limited.log")), 20, "what was held back")
        got, whole = lines(service, "limited.log"), lines(service, "whole.log")
        said = [line for line in got if "suppressed" not in line]
        told = [line for line in got if "suppressed" in line]
        assert all(line == "ERROR app same words" for line in said) and all(line.startswith("ERROR app ") and "in 1s: " in line for line in told), got
        assert len(said) + sum(int(line.split()[2]) for line in told) == 10 and len(said) >= 3, got
        assert whole == ["ERROR app same words"] * 10, whole
        # Held back by a logger's filter it is missing in both, and told in both.
        noisy(service, "once", 5, 30)
        wait_until(lambda: "suppressed" in lines(service, "whole.log")[-1], 20, "the logger's note")
        for name in ("whole.log", "limited.log"):
            own = [line for line in lines(service, name) if line.startswith("WARNING once")]
            told = [line for line in own if "suppressed" in line]
            assert told and len(own) - len(told) + sum(int(line.split()[2]) for line in told) == 5, own
        # What is told is counted apart: the law holds.
        law = service.status()["law"]
        assert law["accepted"] == law["routed"], law


@test(quick=True)
def a_change_and_a_stop_tell_what_was_not_due_yet():
    text = CONFIG.replace("{per}", "1h")
    service = Service(text)
    noisy(service, "app", 8)
    service.api("POST", "/api/config", {"text": text.replace("level=DEBUG", "level=INFO")})
    wait_until(lambda: "ERROR app 5 similar suppressed in 1h: " in "\n".join(lines(service, "limited.log")), 20, "the change's note")
    noisy(service, "app", 5)
    service.stop()
    got = lines(service, "limited.log")
    assert [line[:31] for line in got] == ["ERROR app same words"] * 3 + ["ERROR app 5 similar suppressed "] + ["ERROR app same words"] * 3 + ["ERROR app 2 similar suppressed "], got


harness.main()
