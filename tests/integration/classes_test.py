"""Classes that a host registers: its own handlers, filters and formatters, and Weir's handlers with their methods
overridden; by a real C host (tests/support/class_probe.c)."""
import json
import os
import re

import harness
import oracle
from harness import Service, scaled, test, wait_until
from mail_server import MailServer
from receivers import Datagrams, Streams

PROBE = os.path.join(harness.BUILD, "tests/support/class_probe")


def config(handlers, level="DEBUG", formatters=None, filters=None, root="", weir=""):
    formatters = {"f": {"format": "%(message)s"}, **(formatters or {})}
    text = "[weir]\nlog_root={dir}\n%s\n[loggers]\nkeys=root\n[logger_root]\nlevel=%s\nhandlers=%s\n%s\n" % (weir, level, ",".join(n for n in handlers if n[0] != "_"), root)
    for group, sections in (("handler", handlers), ("formatter", formatters), ("filter", filters or {})):
        if sections or group != "filter":
            text += "[%ss]\nkeys=%s\n" % (group, ",".join(n.lstrip("_") for n in sections))
        for name, keys in sections.items():
            text += "[%s_%s]\n" % (group, name.lstrip("_")) + "".join("%s=%s\n" % pair for pair in keys.items())
    return text


def own(args="('out.log', 'L')", **more):
    return {"class": "probe.File", "args": args, "formatter": "f", **more}


def service(text, **more):
    return Service(text, program=PROBE, **more)


def counts(s, name):
    return next(h for h in s.status()["handlers"] if h["name"] == name and h["current"])


def class_of(s, name):
    return next(c for c in s.status()["classes"] if c["name"] == name)


@test(quick=True)
def a_handler_of_the_hosts_gets_records_and_their_text():
    with service(config({"h": own()}, formatters={"f": {"format": "%(levelname)s:%(message)s"}})) as s:
        s.run("log a.b 20 first with \t tab")
        s.run("log x 30 second")
        assert s.run("flush 5000") == "ok"
        assert s.lines("out.log") == ["L|INFO|a.b|INFO:first with \t tab|", "L|WARNING|x|WARNING:second|"], s.lines("out.log")
        assert counts(s, "h")["delivered"] == 2 and counts(s, "h")["class"] == "probe.File"
        assert s.stop() == 0
        assert s.lines("out.log")[-1] == "closed", "close was called"


@test(quick=True)
def arguments_are_bound_and_checked_like_any_class():
    for args, words in (("()", "path is missing"), ("('a', 'b', 1, 2, 3, 'g', 7)", "takes at most 6 arguments, 7 are given"),
                        ("('refused',)", "this path is refused")):
        with service(config({"h": own(args)})) as s:
            wait_until(lambda: words in s.stderr(), 10, words)
    with service(config({"h": {**own("('out.log',)"), "kwargs": "{'labl': 'x'}"}})) as s:
        wait_until(lambda: "did you mean label?" in s.stderr(), 10, "the suggestion")
    with service(config({"h": {**own("('out.log',)"), "kwargs": "{'label': 'by name'}"}})) as s:
        s.run("log a 20 m")
        s.run("flush 5000")
        assert s.lines("out.log") == ["by name|INFO|a|m|"], s.lines("out.log")


@test(quick=True)
def dict_config_names_them_by_class_and_by_factory():
    for key in ("class", "()"):
        text = json.dumps({"version": 1, "formatters": {"w": {key: "probe.Whole", "mark": "!"}}, "filters": {"e": {"()": "probe.Every", "n": 2}},
                           "handlers": {"h": {key: "probe.File", "path": "out.log", "label": "D", "formatter": "w", "filters": ["e"]}},
                           "root": {"level": "INFO", "handlers": ["h"]}})
        with service(text) as s:
            for i in range(4):
                s.run("log a 20 m%d" % i)
            s.run("flush 5000")
            assert s.lines("out.log") == ["D|INFO|a|!<INFO> m0|", "D|INFO|a|!<INFO> m2|"], s.lines("out.log")


@test(quick=True)
def what_emit_does_not_take_is_counted():
    with service(config({"h": own("('out.log',)", kwargs="{'fail_every': 3}")})) as s:
        for i in range(9):
            s.run("log a 20 m%d" % i)
        s.run("flush 5000")
        n = counts(s, "h")
        assert (n["given"], n["delivered"], n["dropped"]["error"], n["pending"]) == (9, 6, 3, 0), n
        assert class_of(s, "probe.File")["errors"] == 3
    with service(config({"h": own("('no/such/directory/out.log',)")})) as s:
        s.run("log a 20 kept")
        assert s.run("flush 100") == "late"
        os.makedirs(s.path("no/such/directory"))
        assert s.run("flush 10000") == "ok"
        assert [line for line in s.lines("no/such/directory/out.log") if "|weir|" not in line] == ["|INFO|a|kept|"]


@test(covers=["fault 11"], quick=True)
def a_handler_or_filter_that_logs_is_not_its_own_guest():
    """Its log calls are counted as re-entry and dropped; nothing waits for itself, however full the queue is."""
    filters = {"e": {"class": "probe.Every", "kwargs": "{'log': 1}"}, "c": {"class": "probe.Context", "kwargs": "{'log': 1, 'user': 'u'}"}}
    many = scaled(20000)
    for handler, names in ((own("('out.log',)", kwargs="{'log': 1}"), ""), (own("('out.log',)", filters="e"), ""),
                           (own("('out.log',)"), "filters=e"), (own("('out.log',)"), "filters=c")):
        with service(config({"h": handler}, filters=filters, root=names, weir="queue=64KiB\noverflow=block")) as s:
            if names: # a logger's filters see the records of that very logger
                for _ in range(200):
                    s.run("log root 20 m")
            else:
                s.run("many 2 %d" % many)
            assert s.run("flush 60000") == "ok"
            status = s.status()
            oracle.check_law(status)
            expected = 200 if names else 2 * many
            assert counts(s, "h")["delivered"] == expected, counts(s, "h")
            # Weir's own records come there, too.
            assert expected <= status["law"]["dropped"]["reentry"] <= expected + 20, status["law"]
            assert not any("from" in line for line in s.lines("out.log"))
            assert s.stop() == 0


@test(quick=True)
def a_handler_that_stands_still_holds_nobody_but_itself():
    handlers = {"h": own("('out.log',)", kwargs="{'gate': 'gate'}"), "g": {"class": "FileHandler", "args": "('good.log',)", "formatter": "f"}}
    many = scaled(100000)
    with service(config(handlers, weir="queue=64KiB\nstall_timeout=100ms")) as s:
        s.run("many 2 %d" % many)
        routed = s.status()["law"]["routed"]
        assert routed > 0
        wait_until(lambda: counts(s, "g")["delivered"] >= routed, 30, "the good handler")
        assert sum(counts(s, "g")["dropped"].values()) == 0
        wait_until(lambda: s.run("log a 20 more") and counts(s, "h")["dropped"]["stalled"] > 0, 30, "the handler that stands still")
        open(s.path("gate"), "w").close()
        assert s.run("flush 30000") == "ok"
        oracle.check_law(s.status())
        wait_until(lambda: [line for line in s.lines("out.log") if "records dropped" in line], 10, "the record that tells of the drops")
        wait_until(lambda: len([line for line in s.lines("out.log") if "|weir|" not in line]) == counts(s, "h")["delivered"], 10, "what was delivered")


@test(quick=True)
def filters_behind_the_queue_and_at_the_call():
    filters = {"c": {"class": "probe.Context", "kwargs": "{'user': 'alice'}"}, "e": {"class": "probe.Every", "args": "(2,)"}, "x": {"class": "probe.Every", "kwargs": "{'fail': 1}"}}
    with service(config({"h": own("('out.log',)")}, filters=filters, root="filters=c,e")) as s:
        for i in range(4):
            s.run("log root 20 m%d" % i)
        s.run("flush 5000")
        assert s.lines("out.log") == ["|INFO|root|m0|alice", "|INFO|root|m2|alice"], s.lines("out.log")
        text = config({"h": own("('out.log',)")}, filters=filters, root="")
        s.write_config(text)
        answer = s.weir("push", s.config_path, check=0)
        s.run("log root 20 plain")
        s.run("flush 5000")
        assert s.lines("out.log")[-1] == "|INFO|root|plain|", (s.lines("out.log"), answer)
    with service(config({"h": own("('out.log',)", filters="x"), "g": own("('other.log',)")}, filters=filters)) as s:
        s.run("log root 20 m")
        s.run("flush 5000")
        assert s.lines("out.log") == [] and s.lines("other.log") == ["|INFO|root|m|"]
        assert class_of(s, "probe.Every")["errors"] == 1


@test(quick=True)
def a_slow_one_is_named():
    with service(config({"h": own("('out.log',)")}, filters={"e": {"class": "probe.Every", "kwargs": "{'sleep_ms': 120}"}}, root="filters=e")) as s:
        assert not any(c["slow"] for c in s.status()["classes"])
        s.run("log root 20 m")
        s.run("flush 5000")
        slow = [c for c in s.status()["classes"] if c["slow"]]
        assert [c["name"] for c in slow] == ["probe.Every"] and slow[0]["slowest_us"] >= 100000, slow
        assert "slow: filter class probe.Every" in s.weir("stats", check=0).stdout


@test(quick=True)
def formatters_whole_and_in_parts():
    formatters = {"w": {"class": "probe.Whole", "kwargs": "{'mark': '>'}"}, "p": {"class": "probe.Parts", "format": "%(asctime)s %(message)s", "datefmt": "%H"},
                  "d": {"class": "probe.Parts", "format": "{asctime}|{message}", "style": "{"}}
    handlers = {n: {"class": "FileHandler", "args": "('%s.log',)" % n, "formatter": n} for n in "wpd"}
    with service(config(handlers, formatters=formatters)) as s:
        s.run("log a 20 plain\x1b[31m")
        s.run("log a 41 raised")
        s.run("log a 30 unformattable")
        s.run("flush 5000")
        told = s.lines("w.log")
        assert told[0] == r"><INFO> plain\x1b[31m" and told[1] == "><ERROR> raised", told
        n = counts(s, "w")
        assert (n["given"], n["delivered"], n["dropped"]["error"]) == (3, 2, 1), n
        lines = s.lines("p.log")
        assert lines[0] == r"T(%H) plain\x1b[31m" and lines[1] == "T(%H) raised" and re.fullmatch(r"    E\(\d\d+ bytes\)", lines[2]), lines
        assert s.lines("d.log")[0] == r"T(-)|plain\x1b[31m", s.lines("d.log")
        for text, words in ((config(handlers, formatters={**formatters, "w": {"class": "probe.Whole"}}), "mark is missing"),
                            (config(handlers, formatters={**formatters, "w": {"class": "probe.Whole", "kwargs": "{'mark': '', 'x': 1}"}}), 'has no argument "x"')):
            s.write_config(text)
            assert words in s.weir("push", s.config_path).stderr + s.weir("push", s.config_path).stdout


@test(quick=True)
def every_method_that_python_lets_one_override():
    streams, datagrams, forms = Streams(), Datagrams(), Streams(answer=answer_http)
    mails = MailServer()
    journal = os.path.join(harness.tmp(), "journal")
    events = Datagrams(journal)
    handlers = {
        "s": {"class": "probe.Stream", "args": "(sys.stderr,)", "formatter": "f"},
        "p": {"class": "probe.Socket", "args": "('127.0.0.1', %d)" % streams.port},
        "m": {"class": "probe.Mail", "args": "(('127.0.0.1', %d), 'a@b', ['c@d'], 'unused')" % mails.port, "kwargs": "{'tag': 'TAG'}", "level": "ERROR", "formatter": "f"},
        "k": {"class": "probe.Memory", "args": "(1,)", "target": "t"},
        "_t": {"class": "FileHandler", "args": "('t.log',)", "formatter": "f"},
        "y": {"class": "probe.Syslog", "args": "(('127.0.0.1', %d),)" % datagrams.port, "formatter": "f"},
        "h": {"class": "probe.Http", "args": "('127.0.0.1:%d', '/log', 'POST')" % forms.port},
        "e": {"class": "probe.Event", "args": "('app',)", "kwargs": "{'address': '%s'}" % journal, "formatter": "f"},
    }
    def own_lines(lines):  # without those of Weir's own: of drops, of the journal
        return [line for line in lines if not re.search(rb"dropped|NTEventLog", line if isinstance(line, bytes) else line.encode())]

    with service(config(handlers)) as s:
        s.run("log a 20 first")
        s.run("log a 40 bad one")
        s.run("log a 20 now")
        assert s.run("target") == "t"
        wait_until(lambda: len(own_lines(s.lines("t.log"))) == 3, 10, "the flush that the class asked for")
        s.run("log a 20 last")
        s.run("flush 10000")
        assert s.stop() == 0
        assert own_lines(l for l in s.stderr().splitlines() if "OVER" in l) == ["OVER first", "OVER bad one", "OVER now", "OVER last"], s.stderr()
        assert own_lines(s.lines("t.log")) == ["first", "bad one", "now", "last"], s.lines("t.log")
    sent = b"".join(own_lines(b"".join(streams.take()).splitlines(True)))
    assert sent == b"PICKLE first\nPICKLE now\nPICKLE last\n", sent
    got = sorted(own_lines(datagrams.take(5)))
    assert got == sorted([b"<1011>first\0", b"<1011>now\0", b"<1011>last\0"]), got
    assert [b.split(b"\r\n\r\n")[1] for b in own_lines(forms.take())] == [b"what+is=%s&none=None" % w for w in (b"first", b"bad+one", b"now", b"last")]
    entries = own_lines(events.take(5))
    assert all(b"EVENT_ID=%d\nEVENT_CATEGORY=7\nEVENT_TYPE=7\n" % (100 + level) in e for e, level in zip(entries, (20, 40, 20, 20))), entries
    subjects = [re.search(rb"^Subject: (.*)\r$", m[2], re.M).group(1) for m in mails.take() if own_lines([m[2]])]
    assert subjects == [b"TAG ERROR: bad one"], subjects


def answer_http(connection, got):
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head, re.I)
    if not length or len(body) < int(length.group(1)):
        return False
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
    return True


@test(quick=True)
def registering_what_is_wrong_is_refused():
    with service(config({"h": own()})) as s:
        for which, words in enumerate(('there is a handler class "probe.File" already', 'there is a handler class "FileHandler" already', "a class's name is",
                                       "wants either `emit` or a base", 'base "NoHandler" is no class', 'two parameters "a"', "wants `filter`", "WEIR_CLASSES_ABI",
                                       'has a parameter "host" itself', "which is the most")):
            answer = s.run("wrong %d" % which)
            assert answer.startswith("refused 1 ") and words in answer, (which, answer)


@test(quick=True)
def unregistering_is_refused_while_objects_are_in_use():
    used = config({"h": own()}, filters={"e": {"class": "probe.Every"}}, formatters={"w": {"class": "probe.Whole", "kwargs": "{'mark': ''}"}}, root="filters=e")
    with service(used) as s:
        for sort, name in (("handler", "probe.File"), ("filter", "probe.Every"), ("formatter", "probe.Whole")):
            answer = s.run("unregister %s %s" % (sort, name))
            assert answer.startswith("refused 3 ") and "in use" in answer, answer
        assert s.run("unregister handler probe.Nothing").startswith("refused 1 ")
        s.write_config(config({"g": {"class": "FileHandler", "args": "('g.log',)", "formatter": "f"}}))
        s.weir("push", s.config_path, check=0)
        s.run("log a 20 m")
        wait_until(lambda: s.run("unregister handler probe.File") == "ok", 10, "the last object")
        wait_until(lambda: s.run("unregister filter probe.Every") == "ok", 10, "the last filter")
        wait_until(lambda: s.run("unregister formatter probe.Whole") == "ok", 10, "the last formatter")
        assert s.run("objects") == "0"
        s.write_config(used)
        refused = s.weir("push", s.config_path)
        assert refused.returncode != 0 and 'unknown class "probe.File"' in refused.stdout + refused.stderr, refused
        assert s.run("register") == "ok"
        s.write_config(config({"h": own()}))
        s.weir("push", s.config_path, check=0)
        s.run("log a 20 again")
        s.run("flush 5000")
        assert s.lines("out.log")[-1] == "L|INFO|a|again|", s.lines("out.log")


@test(quick=True)
def over_stop_and_start():
    with service(config({"h": own()})) as s:
        for i in range(3):
            s.run("log a 20 m%d" % i)
            assert s.run("stop") == "ok"
            assert s.run("objects") == "0"
            assert s.lines("out.log")[-1] == "closed"
            assert s.run("start %s" % s.config_path) == "ok"
        assert [l for l in s.lines("out.log") if l != "closed"] == ["L|INFO|a|m%d|" % i for i in range(3)]


@test(quick=True)
def under_load_and_reconfiguration_nothing_is_lost_or_doubled():
    """Generations that keep the handler, change it, and take it away, with a filter and a formatter of the host's."""
    filters = {"e": {"class": "probe.Every"}}
    formatters = {"w": {"class": "probe.Whole", "kwargs": "{'mark': '>'}"}}
    file = {"class": "FileHandler", "args": "('all.log',)", "formatter": "f"}
    texts = [config({"h": own("('out.log', 'L')", formatter="w"), "a": file}, filters=filters, formatters=formatters, root="filters=e", weir="overflow=block\nstall_timeout=60s"),
             config({"h": own("('out.log', 'L')"), "a": file}, weir="overflow=block\nstall_timeout=60s"),
             config({"h": own("('out.log', 'M')", formatter="w"), "a": file}, formatters=formatters, weir="overflow=block\nstall_timeout=60s")]
    many = scaled(150000)
    with service(texts[0]) as s:
        s.send("many 2 %d" % many)
        for i in range(scaled(100)):
            s.write_config(texts[(i + 1) % 3])
            s.weir("push", s.config_path, check=0)
        assert s.read_line() == "ok"
        assert s.run("flush 60000") == "ok"
        status = s.status()
        oracle.check_law(status)
        assert s.stop() == 0
        for name in ("out.log", "all.log"):
            records = oracle.read(line.rstrip("|") for line in s.lines(name) if oracle.LINE.search(line.rstrip("|")))
            oracle.check_complete({0: many, 1: many}, records, beyond=0)
        oracle.check_order("all", records)


def queued(formats="%(levelname)s|%(message)s", **more):
    keys = {"q": {"class": "probe.Queue", "handlers": "_a, _b".replace("_", ""), **more}, "_a": {"class": "FileHandler", "args": "('a.log',)", "formatter": "g"},
            "_b": {"class": "FileHandler", "args": "('b.log',)", "level": "ERROR", "formatter": "f"}}
    return config(keys, formatters={"g": {"format": formats}})


@test(covers=["python: dequeue"], quick=True)
def dequeue_sees_alters_and_drops_what_comes_off_the_queue():
    with service(queued()) as s:
        for message in ("look", "drop", "as it is", "secret", "louder", "fail", "look"):
            s.run("log a 20 " + message)
        assert s.run("flush 5000") == "ok"
        lost = ["ERROR|q: dequeue of probe.Queue failed: 1 records lost"]
        wait_until(lambda: s.lines("a.log")[-1:] == lost, 10, "what is said of the failure")
        assert s.lines("a.log") == ["INFO|look", "INFO|as it is", "INFO|***", "ERROR|louder", "INFO|look"] + lost, s.lines("a.log")
        assert s.lines("b.log") == ["look", "as it is", "***", "louder", "look"] + [line.split("|")[1] for line in lost], s.lines("b.log")
        # What it drops has left the queue; what it fails at is counted as lost there.
        q = counts(s, "q")
        assert (q["given"], q["delivered"], q["dropped"]["error"], q["pending"]) == (7, 6, 1, 0), q
        assert counts(s, "a")["given"] == counts(s, "a")["delivered"] == 6
        assert class_of(s, "probe.Queue")["errors"] == 1
        assert s.stop() == 0


@test(covers=["python: dequeue"], quick=True)
def dequeue_runs_on_the_listeners_thread_with_an_object_of_its_own():
    text = queued("%(message)s|%(tag)s|%(thread_then)s|%(name)s|%(levelname)s|%(threadName)s", kwargs="{'tag': 'mine', 'respect_handler_level': True}")
    with service(text) as s:
        for message in ("one", "louder", "explain"):
            s.run("log a.b 20 " + message)
        assert s.run("flush 5000") == "ok"
        got = s.lines("a.log")
        thread = got[0].split("|")[2]
        main = got[0].split("|")[5]
        assert thread.startswith("weir-w-") and main != thread, got
        assert got == ["one|mine|%s|a.b|INFO|%s" % (thread, main), "louder|mine|%s|a.b|ERROR|%s" % (thread, main), "explain|mine|%s|a.b|INFO|%s" % (thread, main), "    Why: because"], got
        # Handlers' levels are asked after it.
        assert s.lines("b.log") == ["louder"], s.lines("b.log")
        # The backend's and the listener's; a push leaves the one, and nothing is left behind.
        wait_until(lambda: s.run("objects") == "2", 10, "two objects")
        for n in range(5):
            s.api("POST", "/api/config", {"text": s.api("GET", "/api/config")["text"].replace("level=DEBUG", "level=INFO") + "# %d\n" % n})
            s.run("log a 20 again %d" % n)
        assert s.run("flush 5000") == "ok"
        assert [line.split("|")[0] for line in s.lines("a.log") if line.startswith("again")] == ["again %d" % n for n in range(5)]
        wait_until(lambda: s.run("objects") == "2", 20, "two objects")
        s.run("stop")
        assert s.run("objects") == "0"
        assert s.stop() == 0


@test(covers=["python: dequeue"])
def dequeue_under_load_loses_nothing():
    with service(queued("%(message)s|%(tag)s", kwargs="{'tag': 'mine'}", overflow="block")) as s:
        n = scaled(20000)
        s.run("many 2 %d" % n)
        assert s.run("flush 60000") == "ok"
        assert sorted(s.lines("a.log")) == sorted("t%d n%d|mine" % (t, i) for t in range(2) for i in range(n))
        assert s.stop() == 0


harness.main()
