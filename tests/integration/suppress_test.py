"""Filters that hold records back tell of it: when the window ends by itself, when they end and when the service stops; at
the level of what was held back, and only where the filter is. A change of the configuration that leaves a filter alone
resets nothing."""
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


# Where every record is counted none may be dropped, however slow the machine.
BLOCK = "[weir]\noverflow=block\n"


def lines(service, name):
    with open(os.path.join(service.dir, name)) as f:
        return [line for line in f.read().splitlines() if " weir " not in line]


def noisy(service, logger, n, level=40):
    for _ in range(n):
        service.run("say %s %d same words" % (logger, level))
    assert service.run("flush 20000") == "ok"


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
        assert service.run("flush 20000") == "ok"
        for name in ("whole.log", "limited.log"):
            own = [line for line in lines(service, name) if line.startswith("WARNING once")]
            told = [line for line in own if "suppressed" in line]
            assert told and len(own) - len(told) + sum(int(line.split()[2]) for line in told) == 5, own
        # What is told is counted apart: the law holds.
        law = service.status()["law"]
        assert law["accepted"] == law["routed"], law


def told(got):
    """How many records the notes among the lines stand for."""
    return sum(int(line.split()[2]) for line in got if "suppressed" in line)


def push(service, text):
    service.api("POST", "/api/config", {"text": text})


@test(covers=["filters: state over a change"], quick=True)
def a_change_that_leaves_a_filter_alone_leaves_it_its_window_and_what_it_held_back():
    text = CONFIG.replace("{per}", "1h")
    with Service(text) as service:
        noisy(service, "app", 8)
        # A level, another handler's format and a handler more: nothing of it concerns the filter.
        changed = text.replace("level=DEBUG", "level=INFO")
        push(service, changed)
        noisy(service, "app", 5)
        more = changed.replace("keys=limited,whole\n", "keys=limited,whole,third\n").replace("handlers=limited,whole\n", "handlers=limited,whole,third\n")
        push(service, more + "[handler_third]\nclass=FileHandler\nfilters=few\nargs=('third.log',)\n")
        noisy(service, "app", 5)
        for _ in range(10):
            push(service, changed)
        assert lines(service, "whole.log") == ["ERROR app same words"] * 18, lines(service, "whole.log")
        # With the handler `third` went one that its notes would have come to: then they are told at once.
        wait_until(lambda: told(lines(service, "limited.log")) == 20, 20, "the notes")
        noisy(service, "app", 2)
        service.stop()
        got = lines(service, "limited.log")
        assert [line for line in got if "suppressed" not in line] == ["ERROR app same words"] * 3, got
        # Held back: 5, 5, 5 for each of two handlers, 2.
        assert told(got) == 5 + 5 + 5 * 2 + 2, got


@test(quick=True)
def a_changed_filter_tells_at_once_and_begins_anew():
    text = CONFIG.replace("{per}", "1h")
    service = Service(text)
    noisy(service, "app", 8)
    push(service, text.replace("args=(3, '1h')", "args=(2, '1h')"))
    wait_until(lambda: "ERROR app 5 similar suppressed in 1h: " in "\n".join(lines(service, "limited.log")), 20, "the change's note")
    noisy(service, "app", 5)
    service.stop()
    got = lines(service, "limited.log")
    assert [line[:31] for line in got] == ["ERROR app same words"] * 3 + ["ERROR app 5 similar suppressed "] + ["ERROR app same words"] * 2 + ["ERROR app 3 similar suppressed "], got


@test(quick=True)
def what_a_filter_of_another_place_has_counted_is_not_taken():
    text = CONFIG.replace("{per}", "1h")
    with Service(text) as service:
        noisy(service, "app", 5)
        moved = text.replace("filters=few\nargs=('limited.log',)", "args=('limited.log',)").replace("args=('whole.log',)", "filters=few\nargs=('whole.log',)")
        push(service, moved)
        wait_until(lambda: told(lines(service, "limited.log")) == 2, 20, "the note, where the filter was")
        noisy(service, "app", 5)
        assert lines(service, "whole.log") == ["ERROR app same words"] * 8, lines(service, "whole.log")


@test()
def changes_under_load_neither_reset_a_filter_nor_lose_a_count():
    """Two threads log while configurations are pushed one after the other; the rate is each logger's, over all of them."""
    text = BLOCK + CONFIG.replace("{per}", "1h").replace("args=(3, '1h')", "args=(3, '1h', 'logger')")
    with Service(text) as service:
        service.run("threads 2 %d" % harness.scaled(200000))
        for n in range(harness.scaled(200)):
            push(service, text.replace("level=DEBUG", "level=%s" % ("INFO", "DEBUG")[n % 2]))
        accepted = sum(int(pair.split("/")[0]) for pair in service.run("wait").split())
        service.stop()
        got = [line for line in lines(service, "limited.log") if " host.t" in line]
        passed = [line for line in got if "suppressed" not in line]
        assert len(passed) == 6 and told(got) == accepted - 6 and accepted > 100, (len(passed), told(got), accepted)
        assert len(lines(service, "whole.log")) == accepted


QUEUED = """[loggers]
keys=root
[handlers]
keys=q,limited,whole
[formatters]
keys=f
[filters]
keys=few
[logger_root]
level=DEBUG
handlers=q
[handler_q]
class=handlers.QueueHandler
handlers=limited,whole
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
args=(3, '{per}', 'logger')
"""


@test(covers=["filters: rate and duplicates"], quick=True)
def behind_a_queue_the_last_window_is_told_by_itself_too():
    with Service(QUEUED.replace("{per}", "1s")) as service:
        noisy(service, "app", 10)
        wait_until(lambda: any("suppressed" in line for line in lines(service, "limited.log")), 20, "what was held back")
        got = lines(service, "limited.log")
        assert all(line.startswith("ERROR app ") for line in got) and told(got) + sum("suppressed" not in line for line in got) == 10, got
        handler = next(h for h in service.status()["handlers"] if h["name"] == "limited" and h["current"])
        assert handler["given"] == handler["delivered"] == sum("suppressed" not in line for line in got) and handler["notices"] > 0, handler


@test(covers=["filters: state over a change"], quick=True)
def behind_a_queue_a_change_leaves_it_its_window_too():
    text = QUEUED.replace("{per}", "1h")
    service = Service(text)
    for n in range(4):
        noisy(service, "app", 5)
        push(service, text.replace("level=DEBUG", "level=%s" % ("INFO", "DEBUG")[n % 2]))
    assert lines(service, "limited.log") == ["ERROR app same words"] * 3, lines(service, "limited.log")
    # Another filter: what this one has held back is told at once.
    push(service, text.replace("args=(3, '1h'", "args=(4, '1h'"))
    wait_until(lambda: told(lines(service, "limited.log")) == 17, 20, "the change's note")
    noisy(service, "app", 10)
    service.stop()
    got = lines(service, "limited.log")
    assert [line for line in got if "suppressed" not in line] == ["ERROR app same words"] * 7 and told(got) == 17 + 6, got
    assert lines(service, "whole.log") == ["ERROR app same words"] * 30


@test()
def behind_a_queue_changes_under_load_lose_no_count():
    text = BLOCK + QUEUED.replace("{per}", "1h")
    with Service(text) as service:
        service.run("threads 2 %d" % harness.scaled(20000))
        for n in range(harness.scaled(200)):
            push(service, text.replace("level=DEBUG", "level=%s" % ("INFO", "DEBUG")[n % 2]))
        accepted = sum(int(pair.split("/")[0]) for pair in service.run("wait").split())
        service.stop()
        got = [line for line in lines(service, "limited.log") if " host.t" in line]
        passed = [line for line in got if "suppressed" not in line]
        assert len(passed) == 6 and told(got) == accepted - 6 and accepted > 100, (len(passed), told(got), accepted)
        assert len(lines(service, "whole.log")) == accepted


@test(covers=["filters: rate and duplicates"], quick=True)
def behind_a_memory_handler_it_is_told_too():
    """On a logger, and behind a queue; the filter is the target's."""
    for more in ("", "q"):
        text = QUEUED.replace("{per}", "1h").replace("keys=q,limited", "keys=q,m,limited").replace("handlers=q\n", "handlers=%s\n" % (more or "m"))
        text = text.replace("handlers=limited,whole", "handlers=m") + "[handler_m]\nclass=handlers.MemoryHandler\nargs=(1,)\ntarget=limited\n"
        service = Service(text)
        noisy(service, "app", 10)
        assert lines(service, "limited.log") == ["ERROR app same words"] * 3, lines(service, "limited.log")
        service.stop()
        got = lines(service, "limited.log")
        assert len(got) == 4 and told(got) == 7, got


harness.main()
