"""What [weir] redact_keys and redact_patterns name reaches no handler, recent record, live tail or history, also when
it comes from a receiver or out of the rings of a killed process; who may change that, and when it holds."""
import json
import os
import socket

import harness
from harness import OWN, Service, test, wait_until

CONFIG = r"""[weir]
run_dir = {run}
redact_keys = password, token
redact_patterns = card \K[0-9a-z-]+
    (?i)bearer \K\S+
[receivers]
json_tcp = 127.0.0.1:0
[loggers]
keys = root
[handlers]
keys = file,json,history
[formatters]
keys = json
[logger_root]
level = INFO
handlers = file,json,history
[handler_file]
class = FileHandler
args = ('{dir}/host.log',)
[handler_json]
class = FileHandler
formatter = json
args = ('{dir}/host.json',)
[handler_history]
class = weir.HistoryHandler
args = ('{dir}/history.db',)
[formatter_json]
class = weir.JSONFormatter
"""


LINES = ["of ann", "pays by card ***.", "Bearer *** given", "to Bearer ***", "m", "    Error: BEARER ***"]


def shown(service):
    """All that the service has written or shows."""
    found = json.dumps(service.api("GET", "/api/records?limit=100"))
    for name in sorted(os.listdir(service.dir)):
        if name.startswith(("host.", "history.")):
            with open(service.path(name), "rb") as f:
                found += f.read().decode("utf-8", "replace")
    return found


def send(service, *records):
    door = next(d for d in service.status()["listeners"] if "json_tcp" in d["name"])
    with socket.create_connection(("127.0.0.1", int(door["address"].rsplit(":", 1)[1]))) as s:
        for record in records:
            s.sendall(json.dumps(record).encode() + b"\n")


def tail(service):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30 * harness.SLOW)
    s.connect(service.socket_path())
    s.sendall(b"GET /api/tail HTTP/1.1\r\nHost: x\r\n\r\n")
    return s


def read_until(s, words):
    got = b""
    while words not in got:
        piece = s.recv(65536)
        assert piece, got
        got += piece
    return got


def wait_lines(service, count):
    wait_until(lambda: len(service.lines("host.log")) >= count, 20, "the lines")
    assert service.run("flush 20000") == "ok"
    return service.lines("host.log")


@test(covers=["filters: redaction"], quick=True)
def nothing_of_it_is_shown_anywhere():
    with Service(CONFIG, name=OWN) as service:
        with tail(service) as stream:
            read_until(stream, b": weir")
            service.run("note app 20 Password canary1 of ann")
            service.run("note app 20 user ann pays by card 4711-canary.")
            service.run("say app 20 Bearer canary3 given")
            wait_lines(service, 3)
            send(service, {"logger": "far", "level": "INFO", "msg": "to %s", "args": ["Bearer canary4"]},
                 {"logger": "far", "level": "INFO", "msg": "m", "exc_text": "Error: BEARER canary7",
                  "extra": {"token": "canary5", "deep": {"password": ["canary6"]}}})
            assert wait_lines(service, 6) == LINES, service.lines("host.log")
            live = read_until(stream, b"far").decode()
        records = [json.loads(line) for line in service.lines("host.json")]
        found = shown(service)
        assert "canary" not in found + live, found + live
        assert found.count("of ann") >= 3 and "of ann" in live, found  # two files and the history
        assert [r.get("Password") for r in records] == ["***", None, None, None, None] and records[1]["user"] == "ann", records
        assert records[4]["token"] == "***" and records[4]["deep"] == {"password": "***"}, records


@test(quick=True)
def records_of_a_killed_process_too():
    if "tsan" in harness.BUILD:
        harness.skip("ThreadSanitizer's runtime lets no forked child have threads")
    with Service(CONFIG, name=OWN) as service:
        service.run("say app 20 before")
        wait_lines(service, 1)
        service.write_config(CONFIG.replace(r"(?i)bearer \K\S+", r"t63 n\K\d+"))
        wait_until(lambda: service.status()["generation"] > 1, 10, "the reread")
        service.run("orphan 100")
        assert service.stop() == 0
        harness.weir("recover", "-c", service.config_path, env=service.env, cwd=service.dir)
        lines = service.lines("host.log")
        assert lines.count("t63 n***") == 100 and not any(line.startswith("t63 n0") for line in lines), lines


@test(quick=True)
def its_file_changes_it_and_a_push_does_not():
    config = CONFIG.replace(",history", "")  # what is shown are the recent records, then
    with Service(config, name=OWN) as service:
        pushed = config.replace("{dir}", service.dir).replace("{run}", service.run_path)
        pushed = "\n".join(line for line in pushed.split("\n") if not line.startswith(("redact_", "    (?i)", "[receivers]", "json_tcp")))
        service.api("POST", "/api/config", {"text": pushed.replace("level = INFO", "level = DEBUG")})
        service.run("note app 10 token canary is kept")
        assert wait_lines(service, 2)[-1] == "is kept", service.lines("host.log")
        recent = json.dumps(service.api("GET", "/api/records?limit=10"))
        assert "is kept" in recent and "canary" not in recent + shown(service), recent
        status, answer = service.request("POST", "/api/config", {"text": pushed.replace("[weir]", "[weir]\nredact_keys = other")})
        assert status in (400, 422) and "a pushed configuration may not change it" in json.dumps(answer), (status, answer)
        for form in ("ini", "json"):
            text = service.weir("config", "get", "--as", form, check=0).stdout
            assert "redact_keys" in text and "bearer" in text, text
            service.api("POST", "/api/config", {"text": text})
        service.run("say app 20 Bearer canary")
        assert "Bearer ***" in wait_until(lambda: "Bearer" in " ".join(service.lines("host.log")) and service.lines("host.log"), 20, "the record")
        before = service.status()["generation"]
        service.write_config(config.replace("bearer", "nothing"))
        wait_until(lambda: service.status()["generation"] > before, 10, "the reread")
        service.run("say app 20 Bearer seen")
        wait_until(lambda: "Bearer seen" in service.lines("host.log"), 20, "the record")


@test(quick=True)
def wrong_ones_are_refused_with_their_line():
    for bad, line, words in (("redact_patterns = a\n    (b", 2, 'pattern 2, \\"(b\\", is no regular expression'),
                             ("redact_keys = levelname", 2, "is an attribute of every record")):
        path = os.path.join(harness.tmp(), "bad.ini")
        with open(path, "w") as f:
            f.write("[weir]\n%s\n[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nlevel=INFO\nhandlers=\n" % bad)
        done = harness.weir("check", path)
        said = done.stdout + done.stderr
        assert done.returncode == 2 and "bad.ini:%d" % line in said and words.replace("\\", "") in said, said


harness.main()
