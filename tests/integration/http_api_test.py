"""The HTTP API does what schema/api.yaml says: every operation, its answers' shapes, and what they change."""
import json
import os
import time

import harness
import openapi
from harness import SLOW, Service, push, test, wait_until
from tail import Tail

API = openapi.load()

CONFIG = """[weir]
run_dir = {run}
recent = {recent}
overflow = block
[admin]
http = 127.0.0.1:0
config_port = 127.0.0.1:0
[loggers]
keys = root, app, weir
[handlers]
keys = file{history}
[formatters]
keys = line
[formatter_line]
format = %(asctime)s %(name)s %(levelname)s %(message)s
[handler_file]
class = FileHandler
level = INFO
formatter = line
args = ('{dir}/out.log',)
[handler_history]
class = weir.HistoryHandler
level = INFO
args = ('{dir}/history.db',)
[logger_root]
level = WARNING
handlers = file{history}
[logger_weir]
level = INFO
qualname = weir
handlers =
[logger_app]
level = INFO
qualname = app
handlers =
"""


def start(recent=1000, history=False, **more):
    config = CONFIG.replace("{recent}", str(recent)).replace("{history}", ", history" if history else "")
    if not history:
        config = config.split("[handler_history]")[0] + "[logger_root]" + config.split("[logger_root]")[1]
    return Service(config, **more)


def call(service, method, path, body=None, status=200):
    """One request, its answer compared with the description."""
    connection = harness.UnixHTTP(service.socket_path())
    connection.request(method, path, None if body is None else json.dumps(body),
                       {} if body is None else {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    kind = answer.getheader("Content-Type")
    connection.close()
    parsed = json.loads(text) if "json" in kind else text
    assert answer.status == status, (method, path, answer.status, parsed)
    assert "json" not in kind or text.endswith("}\n"), text[-20:]
    API.check(method, path, answer.status, kind, parsed)
    return parsed


def config_text(service):
    with open(service.config_path) as f:
        return f.read()


@test(quick=True)
def status_and_friends():
    service = start()
    service.run("log app 20 5")
    status = wait_until(lambda: (lambda s: s["law"]["routed"] >= 5 and s)(call(service, "GET", "/api/status")), 10)
    assert status["service"] == "host" and status["pid"] == service.pid and status["uid"] == os.geteuid()
    assert status["config"] == {"file": service.config_path, "differs_from_file": False, "trouble": None, "restart": []}
    (handler,) = [h for h in status["handlers"] if h["name"] == "file"]
    assert (handler["class"], handler["level"], handler["target"]) == ("FileHandler", "INFO", service.path("out.log"))
    assert call(service, "GET", "/healthz") == "ok\n"
    metrics = call(service, "GET", "/metrics")
    assert 'weir_handler_given_total{handler="file"}' in metrics and "weir_records_accepted_total" in metrics
    assert call(service, "GET", "/api/openapi.yaml").startswith("# The HTTP API")
    call(service, "GET", "/api/audit?limit=1")
    call(service, "GET", "/api/audit?limit=0", status=400)
    assert "/#token=" in call(service, "GET", "/api/link")["url"]
    status, _ = service.request("GET", "/api/status?x=1")
    assert status == 400


@test(covers=["command: unknown logger", "command: unknown level", "command: negative duration"], quick=True)
def levels():
    service = start()
    loggers = call(service, "GET", "/api/loggers")
    assert loggers["loggers"][0]["name"] == "root"
    names = [l["name"] for l in loggers["loggers"][1:]]
    assert names == sorted(names) and "app" in names
    assert {"level": "DEBUG", "levelno": 10} in loggers["levels"]
    change = call(service, "PUT", "/api/loggers/app.new%2Fthing", {"level": "debug", "for": "1h30m"})
    assert change["created"] and change["logger"] == "app.new/thing" and (change["before"], change["now"]) == ("INFO", "DEBUG")
    assert change["dropping"] == ["handler file: level INFO, service.ini:%d" % (
        config_text(service).splitlines().index("level = INFO") )] or "handler file: level INFO, service.ini:" in change["dropping"][0]
    change = call(service, "PUT", "/api/loggers/app", {"level": 5, "for": None})
    assert not change["created"] and change["nowno"] == 5 and change["until"] is None
    one = call(service, "GET", "/api/loggers/app")
    assert one["level"] == "INFO" and one["over"]["levelno"] == 5 and one["over"]["by"].startswith("socket uid ")
    assert [l["name"] for l in call(service, "GET", "/api/loggers?glob=app")["loggers"]] == ["app", "app.new/thing"]
    # A parent of others is shown already: to set its level makes no new logger.
    call(service, "PUT", "/api/loggers/parent.child", {"level": "DEBUG"})
    assert "parent" in [l["name"] for l in call(service, "GET", "/api/loggers")["loggers"]]
    assert not call(service, "PUT", "/api/loggers/parent", {"level": "DEBUG"})["created"]
    for name in ("parent.child", "parent"):
        call(service, "DELETE", "/api/loggers/%s/level" % name)
    reset = call(service, "DELETE", "/api/loggers/app/level")
    assert reset["count"] == 1 and reset["now"] == "INFO"
    assert call(service, "DELETE", "/api/loggers/app/level")["count"] == 0
    assert call(service, "DELETE", "/api/levels") == {"count": 1}
    call(service, "GET", "/api/loggers/none", status=404)
    call(service, "DELETE", "/api/loggers/none/level", status=404)
    call(service, "PUT", "/api/loggers/app", {"level": "LOUD"}, status=400)
    call(service, "PUT", "/api/loggers/app", {"level": "DEBUG", "for": "-5m"}, status=400)
    call(service, "PUT", "/api/loggers/" + "a" * 1025, {"level": "DEBUG"}, status=400)
    # A name that no answer could show as it is, so that nobody could take its level away again.
    assert "UTF-8" in call(service, "PUT", "/api/loggers/%FFodd", {"level": "DEBUG"}, status=400)["detail"]
    assert call(service, "PUT", "/api/loggers/app", {"level": None}, status=400)["detail"].endswith("not null")
    assert call(service, "PUT", "/api/loggers/app", {"level": 2 ** 70}, status=400)["detail"].endswith("more than 64 bits")
    assert "missing" in call(service, "GET", "/api/records?field.=x", status=400)["detail"]
    root = call(service, "PUT", "/api/loggers/root", {"level": "ERROR"})
    assert root["now"] == "ERROR"
    assert service.run("effective app").endswith("20")


@test(quick=True)
def a_level_ends_by_itself():
    service = start()
    begin = time.monotonic()
    call(service, "PUT", "/api/loggers/app", {"level": "DEBUG", "for": "1s"})
    assert push(port(service), config_text(service)).startswith("ok generation 2, 1 levels over it\nover: app DEBUG until ")
    assert service.run("effective app").endswith("10")
    wait_until(lambda: service.run("effective app").endswith("20"), 5, "the level's end")
    assert 0.9 < time.monotonic() - begin < 2 * SLOW
    whats = [e["what"] for e in call(service, "GET", "/api/audit")["audit"]]
    assert whats[0] == "level app DEBUG -> INFO" and whats[2] == "level app INFO -> DEBUG for 1 s", whats
    lines = wait_until(lambda: [l for l in service.lines("out.log") if "level app DEBUG -> INFO" in l], 5, "the audit's record")
    assert len(lines) == 1


def port(service, name="config port"):
    return next(int(l["address"].rsplit(":", 1)[1]) for l in service.status()["listeners"] if l["name"] == name)


@test(covers=["promise 2"], quick=True)
def configurations():
    service = start()
    running = call(service, "GET", "/api/config")
    assert running["generation"] == 1 and not running["differs_from_file"] and running["file"] == service.config_path
    before = os.stat(service.path("out.log"))
    same = call(service, "POST", "/api/config", {"text": running["text"]})
    assert same["generation"] == 2 and not same["differs_from_file"] and same["warnings"] == [], same
    assert os.stat(service.path("out.log")).st_ino == before.st_ino
    bad = running["text"].replace("level = WARNING", "level = LOUD").replace("FileHandler", "NoHandler")
    check = call(service, "POST", "/api/config/check", {"text": bad, "name": "new.ini"})
    assert not check["valid"] and check["problem_count"] == len(check["problems"]) == 2
    lines = running["text"].splitlines()
    assert {p["line"] for p in check["problems"]} == {lines.index("class = FileHandler") + 1, lines.index("level = WARNING") + 1}
    assert all(p["text"].startswith("new.ini:%d: [" % p["line"]) for p in check["problems"])
    refused = call(service, "POST", "/api/config", {"text": bad}, status=422)
    assert refused["problem_count"] == 2
    changed = running["text"].replace("level = WARNING", "level = ERROR")
    assert call(service, "POST", "/api/config/check", {"text": changed})["valid"]
    assert call(service, "GET", "/api/config")["generation"] == 2, "a check changes nothing"
    call(service, "POST", "/api/config", {"text": changed, "if_generation": 1}, status=409)
    applied = call(service, "POST", "/api/config", {"text": changed, "if_generation": 2, "name": "x"})
    assert applied["generation"] == 3 and applied["differs_from_file"] and not applied["saved"]
    history = call(service, "GET", "/api/config/history")
    assert history["current"] == 3 and [e["generation"] for e in history["entries"]] == [3, 2, 1]
    assert [e["way"] for e in history["entries"]] == ["socket", "socket", "start"]
    assert call(service, "GET", "/api/config/history/1")["text"] == config_text(service)
    call(service, "GET", "/api/config/history/9", status=404)
    back = call(service, "POST", "/api/config/rollback", {"generation": 1})
    assert back["generation"] == 4 and not back["differs_from_file"]
    call(service, "POST", "/api/config/rollback", {"generation": 99}, status=404)
    call(service, "POST", "/api/config", {"text": "x" * 1048577}, status=413)


@test(quick=True)
def saving():
    service = start()
    os.chmod(service.config_path, 0o640)
    changed = config_text(service).replace("level = WARNING", "level = ERROR")
    saved = call(service, "POST", "/api/config", {"text": changed, "save": True})
    assert saved["saved"] and not saved["differs_from_file"] and config_text(service) == changed
    assert os.stat(service.config_path).st_mode & 0o777 == 0o640
    assert [n for n in os.listdir(service.dir) if n.startswith("service.ini")] == ["service.ini"]
    time.sleep(0.5)
    assert call(service, "GET", "/api/config")["generation"] == 2, "saving is no change of the file"
    os.rename(service.config_path, service.path("real.ini"))
    os.symlink("real.ini", service.config_path)
    time.sleep(0.3)
    generation = call(service, "GET", "/api/config")["generation"]
    call(service, "POST", "/api/config", {"text": changed.replace("ERROR", "INFO"), "save": True})
    assert os.path.islink(service.config_path) and "level = ERROR" not in open(service.path("real.ini")).read()
    assert call(service, "GET", "/api/config")["generation"] == generation + 1


@test(covers=["promise 2"], quick=True)
def the_file_is_watched():
    service = start()
    text = config_text(service)

    def generation():
        return call(service, "GET", "/api/config")["generation"]

    def trouble():
        return call(service, "GET", "/api/status")["config"]["trouble"]

    with open(service.config_path, "w") as f:  # in place, in two halves
        f.write(text[:200])
        f.flush()
        os.chmod(service.config_path, 0o600)  # an event, but not the end
        time.sleep(0.3)
        assert generation() == 1 and trouble() is None
        f.write(text[200:].replace("level = WARNING", "level = ERROR"))
    wait_until(lambda: generation() == 2, 10, "the changed file")
    with open(service.path("new"), "w") as f:  # by rename, as editors do
        f.write(text)
    os.rename(service.path("new"), service.config_path)
    wait_until(lambda: generation() == 3, 10, "the renamed file")
    with open(service.config_path, "w") as f:
        f.write(text.replace("level = WARNING", "level = LOUD"))
    wait_until(trouble, 10, "the trouble")
    assert "service.ini:" in trouble() and "LOUD" in trouble() and generation() == 3
    assert call(service, "GET", "/api/config")["differs_from_file"]
    told = lambda: [l for l in service.lines("out.log") if "is not applied" in l]
    wait_until(told, 10, "the record")
    os.utime(service.config_path)
    os.unlink(service.config_path)
    wait_until(lambda: "No such file" in (trouble() or ""), 10, "the missing file")
    assert generation() == 3
    with open(service.config_path, "w") as f:
        f.write(text)
    wait_until(lambda: trouble() is None, 10, "the file is back")
    assert not call(service, "GET", "/api/config")["differs_from_file"]
    with open(service.config_path, "w") as f:
        f.write(text.replace("[weir]", "[weir]\nqueue = 4MiB", 1))
    restart = wait_until(lambda: call(service, "GET", "/api/status")["config"]["restart"], 10, "what waits for a restart")
    assert len(restart) == 1 and restart[0].startswith("[weir] queue: ") and restart[0].endswith("-> 4MiB"), restart


@test(quick=True)
def a_bad_start_waits_for_the_file():
    """Started by a bad file: the default setup runs, and the first valid version opens its doors."""
    service = Service(CONFIG.replace("{recent}", "1000").replace(", history", ""), start=False)
    text = config_text(service).replace("{history}", "")
    text = text.split("[handler_history]")[0] + "[logger_root]" + text.split("[logger_root]")[1]
    service.write_config("[loggers]\nnonsense\n")
    try:
        service.start()
    except AssertionError:
        harness.skip("this host ends when weir_start fails")
    wait_until(lambda: "service.ini" in (call(service, "GET", "/api/status")["config"]["trouble"] or ""), 5, "the trouble")
    service.write_config(text)
    wait_until(lambda: "config port" in [l["name"] for l in service.status()["listeners"] if l["state"] == "listening"], 10)
    assert push(port(service), text).startswith("ok generation ")


def records(service, query=""):
    return call(service, "GET", "/api/records?" + query)


@test(covers=["must 11"], quick=True)
def recent_records():
    """Without a history the recent records are filtered, searched and paged."""
    service = start(recent=100)
    service.run("log app 20 150")
    service.run("say app 40 the disk is full")
    service.run("flush 10000")
    found = records(service, "limit=1000")["records"]
    assert len(found) == 100 and found[0]["message"] == "the disk is full" and found[1]["message"] == "message 149"
    assert [r["message"] for r in records(service, "q=disk+fu")["records"]] == ["the disk is full"]
    assert len(records(service, "level=error")["records"]) == 1
    assert len(records(service, "logger=app&limit=7")["records"]) == 7
    assert records(service, "logger=other")["records"] == []
    assert records(service, "since=-1h&until=-30m")["records"] == []
    assert records(service, "field.none=1")["records"] == []
    seen, cursor = [], ""
    while cursor is not None:
        page = records(service, "limit=33" + (cursor and "&before=" + cursor))
        seen += page["records"]
        cursor = page["next"]
    assert [r["id"] for r in seen] == [r["id"] for r in found]
    oldest = records(service, "order=oldest&limit=5")
    assert [r["id"] for r in oldest["records"]] == [r["id"] for r in reversed(found)][:5]
    one = call(service, "GET", "/api/records/" + found[10]["id"])
    assert one == found[10]
    context = call(service, "GET", "/api/records/%s/context?n=3" % found[10]["id"])
    assert [r["id"] for r in context["before"]] == [r["id"] for r in reversed(found[11:14])]
    assert [r["id"] for r in context["after"]] == [r["id"] for r in reversed(found[7:10])]
    call(service, "GET", "/api/records/1", status=404)
    call(service, "GET", "/api/records/x", status=404)
    for bad in ("limit=0", "limit=1001", "limit=x", "level=loud", "since=soon", "before=1", "before=1-0", "order=up", "x=1",
                "limit=1&limit=2", "q=" + "+".join("w%d" % i for i in range(17))):
        call(service, "GET", "/api/records?" + bad, status=400)


@test(quick=True)
def history_and_recents_are_one_sequence():
    service = start(recent=50, history=True)
    service.run("set app 10")
    service.run("log app 20 200")
    service.run("log app 10 20")
    for _ in range(20):  # while batches are being committed: never a record twice, never one missing
        found = records(service, "limit=1000&logger=app")["records"]
        ids = [r["id"] for r in found]
        assert len(ids) == len(set(ids))
        assert found == sorted(found, key=lambda r: (r["timestamp"], int(r["id"])), reverse=True)
    service.run("flush 10000")
    found = records(service, "limit=1000&logger=app")["records"]
    assert sum(r["level"] == "INFO" for r in found) == 200, len(found)
    assert sum(r["level"] == "DEBUG" for r in found) == 20  # the history's handler dropped them; the recents hold them
    assert call(service, "GET", "/api/records/" + found[-1]["id"]) == found[-1]
    assert call(service, "GET", "/api/status")["history"] == service.path("history.db")
    for path in ("/api/histogram", "/api/facets"):  # more of them in counts_test.py
        assert call(service, "GET", path)["source"] == "history"


@test(quick=True)
def tails():
    service = start()
    tail = Tail(service, "logger=app&level=INFO")
    assert b"text/event-stream" in tail.head and b"X-Accel-Buffering: no" in tail.head
    assert tail.line() == ": weir" or tail.chunked
    begin = time.monotonic()
    service.run("say app 40 one")
    kind, number, data = tail.event()
    assert (kind, data["message"], number) == ("message", "one", data["id"]) and time.monotonic() - begin < 1 * SLOW
    API.match(API.spec["components"]["schemas"]["Record"], data, "an event")
    service.run("log other 40 3")
    service.run("log app 20 5")
    assert [tail.event()[2]["message"] for _ in range(5)] == ["message %d" % i for i in range(5)]
    # on from an id: what came meanwhile comes now, once
    resumed = Tail(service, "logger=app", "Last-Event-ID: %s\r\n" % number)
    assert [resumed.event()[2]["message"] for _ in range(5)] == ["message %d" % i for i in range(5)]
    # from the first record on, however many came before the stream
    first = Tail(service, "logger=app&last_id=0")
    assert [first.event()[2]["message"] for _ in range(6)] == ["one"] + ["message %d" % i for i in range(5)]
    gone = Tail(service, "last_id=1")
    assert gone.event() == ("gap", None, {"count": None})
    assert Tail(service, "level=LOUD").status == 400
    # hostile bytes stay inside one data: line
    call(service, "PUT", "/api/loggers/" + "".join("%%%02X" % c for c in "a\u2028: \u0085b".encode()), {"level": "DEBUG"})
    everything = Tail(service)
    call(service, "DELETE", "/api/levels")
    assert everything.event()[2]["logger"] == "weir"
    # the end of the service ends the streams at once
    begin = time.monotonic()
    assert service.stop() == 0 and time.monotonic() - begin < 3 * SLOW
    last = None
    while True:
        event = tail.event()
        if event is None:
            break
        last = event
    assert last[0] == "end" and last[2] == {"reason": "stopping"}


@test(covers=["fault 31"])
def streams_that_never_read():
    """Sixteen streams and no more; a client that does not read finds a gap or is disconnected, and nobody
    else waits for it."""
    service = start(recent=100)
    held = [Tail(service, receive=4096) for _ in range(16)]
    assert Tail(service).status == 503
    begin = time.monotonic()
    for _ in range(20):
        service.run("log app 20 2000")
        call(service, "GET", "/healthz")
    service.run("flush 10000")
    assert time.monotonic() - begin < 5 * SLOW
    slow = held[0]
    kinds = {slow.event()[0] for _ in range(60)}  # more than the socket's buffers hold of the first burst
    wait_until(lambda: Tail(service).status == 200, 20, "the 10 s after which who blocks is disconnected")
    law = service.status()["law"]
    assert law["accepted"] == law["routed"] + sum(law["dropped"].values()) + law["in_rings"]
    assert kinds <= {"message", "gap"}


@test(quick=True)
def a_reader_that_fell_behind_is_told_how_far():
    service = start(recent=50)
    tail = Tail(service, "logger=app")
    received = []
    while True:
        service.run("log app 20 1000")
        received.append(1000)
        if len(received) == 40:
            break
    service.run("flush 10000")
    seen = missed = 0
    while seen + missed < 40000:
        kind, _, data = tail.event()
        if kind == "gap":
            missed += data["count"]
        elif data["logger"] == "app":
            seen += 1
    assert seen + missed == 40000, (seen, missed)


@test(quick=True)
def the_environments_levels():
    service = start(env={"WEIR_LEVEL": "error, app.*=debug,bad*=x"})
    assert service.status()["over"] == ["root ERROR until reset", "app DEBUG until reset"]
    assert service.run("effective app.below").endswith("10") and service.run("effective other").endswith("40")
    wait_until(lambda: any("WEIR_LEVEL: " in l and "'x' is no level" in l for l in service.lines("out.log")), 5)


@test(covers=["promise 3"], quick=True)
def threads_are_guests():
    """Every thread but the host's own has a name and blocks all signals, libmicrohttpd's too."""
    service = start(history=True)
    tail = Tail(service)
    assert tail.status == 200
    names = set()

    if "tsan" not in harness.BUILD:
        wait_until(lambda: service.threads().count("host") == 1, what="all threads to have their names")
    for task in os.listdir("/proc/%d/task" % service.pid):
        with open("/proc/%d/task/%s/status" % (service.pid, task)) as f:
            status = dict(line.split(":\t", 1) for line in f.read().splitlines() if ":\t" in line)
        if int(task) == service.pid:
            continue
        names.add(status["Name"])
        blocked = int(status["SigBlk"], 16)
        free = [n for n in range(1, 65) if not blocked >> (n - 1) & 1 and n not in (9, 19, 32, 33, 34)]
        assert not free, (status["Name"], free)
        assert os.sched_getscheduler(int(task)) == os.SCHED_OTHER
    assert {"weir-control", "weir-http", "weir-port", "weir-reaper"} <= names, names
    own = {"host"} if "tsan" in harness.BUILD else set()  # ThreadSanitizer's own thread
    assert all(n.startswith(("weir-", "MHD-")) for n in names - own), names


@test(quick=True)
def every_operation_was_called():
    """Runs last: what api.yaml describes has been compared with a real answer."""
    described = {(path, method.upper()) for path, item in API.spec["paths"].items() for method in item
                 if method in ("get", "put", "post", "delete")}
    called = {(path, method) for path, method, _ in API.seen} | {("/api/tail", "GET")}
    assert described == called, described ^ called


harness.main()
