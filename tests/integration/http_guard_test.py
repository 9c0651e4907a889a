"""What the admin HTTP surface refuses: the rows R, C and H of tests/coverage.txt sent raw to a running service,
the deadlines, the limits. After each refusal the configuration generation is what it was."""
import json
import os
import re
import socket
import time

import faults
import harness
from harness import Service, SLOW, scaled, test, wait_until

CONFIG = faults.config({"file": faults.file("{dir}/out.log")}, admin="http = 127.0.0.1:0")


class Door:
    """A service with its TCP door: address, token, and raw requests."""

    def __init__(self, **more):
        self.service = Service(CONFIG, **more)
        self.port = listener(self.service, "http")
        self.token = re.search("token=([0-9a-f]{32})$", self.service.api("GET", "/api/link")["url"]).group(1)
        self.host = "Host: 127.0.0.1:%d\r\n" % self.port
        self.auth = "Authorization: Bearer %s\r\n" % self.token

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(20 * SLOW)
        return s

    def raw(self, data):
        """Sends bytes; returns the whole answer up to the end of the stream (so it was closed)."""
        s = self.connect()
        try:
            s.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        except (BrokenPipeError, ConnectionResetError):
            pass
        answer = b""
        while True:
            try:
                piece = s.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            answer += piece
        s.close()
        return answer

    def get(self, path="/api/config", more="", host=None, auth=None):
        return self.raw("GET %s HTTP/1.1\r\n%s%s%s\r\n" % (path, self.host if host is None else host,
                                                        self.auth if auth is None else auth, more))

    def post(self, path="/api/config", body="{}", more="", type="Content-Type: application/json\r\n", length=None):
        return self.raw("POST %s HTTP/1.1\r\n%s%s%sContent-Length: %d\r\n%s\r\n%s" % (
            path, self.host, self.auth, type, len(body) if length is None else length, more, body))

    def refuses(self, answer, *statuses):
        """One answer with one of those statuses, a problem, closed; and nothing has changed."""
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1])
        assert status in statuses, (status, answer[:300])
        assert answer.count(b"HTTP/1.1 ") == 1, answer
        assert b"connection: close" in head.lower(), head
        assert b"access-control-" not in head.lower(), head
        assert b"application/problem+json" in head, head
        assert b"nosniff" in head and b"default-src 'none'" in head, head
        assert json.loads(body)["status"] == status, body
        assert self.token.encode() not in answer
        assert self.service.status()["generation"] == 1
        return status


def listener(service, name):
    def bound():
        for one in service.status()["listeners"]:
            if one["name"] == name and one["state"] == "listening":
                return int(one["address"].rsplit(":", 1)[1])
    return wait_until(bound, 10, name)


def ok(answer):
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:300]
    return answer


@test(covers=["R1", "R2", "R3", "R4", "R5", "http: foreign Host", "http: two Hosts"], quick=True)
def hosts():
    door = Door()
    ok(door.get())
    ok(door.get(host="Host: localhost:%d\r\n" % door.port))
    door.refuses(door.get(host="Host: evil.example:9031\r\n"), 421)
    for host in ("127.0.0.1.evil.example:%d", "localhost.:%d", "0.0.0.0:%d", "127.1:%d", "127.0.0.1:1%.0s"):
        door.refuses(door.get(host="Host: %s\r\n" % (host % door.port)), 421)
    door.refuses(door.get(host=door.host + door.host), 400)
    door.refuses(door.get(host=door.host + "Host: evil.example\r\n"), 400)
    door.refuses(door.get("http://evil.example/"), 400)
    door.refuses(door.get(host=""), 400)
    door.refuses(door.raw("GET /api/config HTTP/1.0\r\n%s\r\n" % door.auth), 400)


@test(covers=["C1", "C2", "C3", "C4", "C5", "C6", "C7", "http: foreign Origin", "http: GET that changes",
              "http: no token"], quick=True)
def other_sites():
    door = Door()
    body = json.dumps({"text": open(door.service.config_path).read()})
    door.refuses(door.post(body=body, more="Origin: http://evil.example\r\n"), 403)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        door.refuses(door.post(body=body, type="Content-Type: %s\r\n" % kind), 415)
    door.refuses(door.post(body=body, more="Origin: null\r\n"), 403)
    for site in ("cross-site", "same-site"):
        door.refuses(door.post(body=body, more="Sec-Fetch-Site: %s\r\n" % site), 403)
    for path in ("/api/config/check", "/api/config/rollback", "/api/levels", "/api/loggers/root/level"):
        assert b"\r\nAllow: " in door.get(path)
        door.refuses(door.get(path), 405)
    door.refuses(door.raw("OPTIONS /api/config HTTP/1.1\r\n%sOrigin: http://127.0.0.1:%d\r\n"
                          "Access-Control-Request-Method: POST\r\n\r\n" % (door.host, door.port)), 405)
    door.refuses(door.post(body=body, more="Origin: http://localhost:3000\r\n"), 403)
    door.refuses(door.get("/api/config?token=" + door.token, auth=""), 401)
    door.refuses(door.get(auth="Cookie: token=%s\r\n" % door.token), 401)
    door.refuses(door.get(auth=""), 401)
    door.refuses(door.get("/api/link"), 403)
    ok(door.post("/api/config/check", body, more="Origin: http://127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n" % door.port))


@test(covers=["H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8"], quick=True)
def malformed():
    door = Door()
    long_tail = "GET /api/loggers HTTP/1.1\r\n%s%s\r\n" % (door.host, door.auth)
    door.refuses(door.post(more="Content-Length: 2\r\n"), 400)
    door.refuses(door.post("/api/config/check", "0\r\n\r\n" + long_tail, more="Transfer-Encoding: chunked\r\n", length=5), 400)
    door.refuses(door.post(more="Transfer-Encoding : chunked\r\n"), 400)
    door.refuses(door.get(more="Transfer-Encoding: chunked\r\n"), 400)
    door.refuses(door.get(more="X-Folded: a\r\n b\r\n"), 400)
    door.refuses(door.get("/a%00b"), 400)
    door.refuses(door.get("/%0d%0aX:y"), 400)
    door.refuses(door.get("/..%2f..%2fetc/passwd"), 400, 404)
    door.refuses(door.raw("GET /api/config HTTP/1.1\n%s%s\n" % (door.host.replace("\r", ""), door.auth.replace("\r", ""))), 400)
    door.refuses(door.get(host=door.host.replace("\r\n", "\n")), 400)
    door.refuses(door.get("/" + "a" * 20480), 414)
    door.refuses(door.get(more="".join("X-%d: y\r\n" % i for i in range(200))), 431)
    door.refuses(door.get(more="X: %s\r\n" % ("y" * 20000)), 431)
    door.refuses(door.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"), 400)
    # A second request on the same connection is never answered.
    first = ok(door.raw(("GET /healthz HTTP/1.1\r\n%s\r\n" % door.host) * 2))
    assert first.count(b"HTTP/1.1 ") == 1, first


@test(covers=["http: 1 MB body", "http: bad JSON"], quick=True)
def bodies():
    door = Door()
    put = lambda body, length=None: door.raw("PUT /api/loggers/a HTTP/1.1\r\n%s%sContent-Type: application/json\r\n"
                                             "Content-Length: %d\r\n\r\n%s" % (door.host, door.auth, length or len(body), body))
    door.refuses(put("{" + " " * 1048574 + "}"), 413)
    for bad in ("{", "[]", "1", '{"level":"DEBUG"', '{"level":"DEBUG"}x', '{"level":true}', '{"level":["DEBUG"]}',
                '{"level":"DEBUG","level":"INFO"}', '{"level":"DEBUG","more":1}', '{}', '{"level":"LOUD"}', '{"level":-1}',
                '{"level":99999999999}', '{"level":"DEBUG","for":5}', '{"level":"DEBUG","for":"-5m"}',
                '{"level":"DEBUG","for":"0"}', '{"level":"DEBUG","for":"soon"}', "[" * 100 + "]" * 100, '{"level":"\xff"}'):
        door.refuses(put(bad), 400)
    assert door.service.api("GET", "/api/config")["over"] == []
    for path in ("/api/config", "/api/config/check", "/api/config/rollback"):
        for bad in ("{", '{"text":1}', '{"generation":"1"}', '{"text":"a","save":"yes"}'):
            door.refuses(door.post(path, bad), 400)
    door.refuses(door.post("/api/config", '{"text":"nonsense"}'), 422)


@test(quick=True)
def head_has_no_body():
    door = Door()
    for path in ("/", "/app.css", "/healthz", "/metrics", "/api/status", "/api/config", "/api/records", "/api/tail"):
        head, _, body = ok(door.raw("HEAD %s HTTP/1.1\r\n%s%s\r\n" % (path, door.host, door.auth))).partition(b"\r\n\r\n")
        assert body == b"" and b"content-type: " in head.lower(), (path, head, body)
    head, _, body = door.raw("HEAD /nowhere HTTP/1.1\r\n%s%s\r\n" % (door.host, door.auth)).partition(b"\r\n\r\n")
    assert body == b"" and head.startswith(b"HTTP/1.1 404 "), (head, body)


@test(covers=["fault 31"], quick=True)
def wrong_tokens_are_limited():
    door = Door()
    statuses = [door.refuses(door.get(auth="Authorization: Bearer %032x\r\n" % i), 401, 429) for i in range(40)]
    assert statuses[0] == 401 and 429 in statuses, statuses
    ok(door.get())  # the right one is never locked out
    audit = [e for e in door.service.status()["audit"] if "wrong token" in e["what"]]
    assert len(audit) == 1, audit


@test(covers=["fault 31"])
def slow_requests_end():
    """Half-open and dripping requests are answered 408 and closed after 10 s; others are served meanwhile."""
    door = Door()
    begin = time.monotonic()
    idle = door.connect()
    drip = door.connect()
    body = door.connect()
    body.sendall(("POST /api/config HTTP/1.1\r\n%s%sContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{" %
                  (door.host, door.auth)).encode())
    request = ("GET /api/config HTTP/1.1\r\n%s" % door.host).encode()
    answers, sent = {}, 0
    for name, s in (("idle", idle), ("drip", drip), ("body", body)):
        s.setblocking(False)
        answers[name] = [s, b"", None]
    while any(a[2] is None for a in answers.values()):
        assert time.monotonic() - begin < 25 * SLOW, answers
        if sent < len(request) and answers["drip"][2] is None:
            drip.send(request[sent:sent + 1])
            sent += 1
        ok(door.get())
        for a in answers.values():
            try:
                piece = a[0].recv(4096)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                piece = b""
            if piece:
                a[1] += piece
            elif a[2] is None:
                a[2] = time.monotonic() - begin
        time.sleep(0.2)
    for name, (s, answer, seconds) in answers.items():
        assert 9 < seconds < 15 * SLOW, (name, seconds)
        s.close()
    assert b" 408 " in answers["idle"][1] and b" 408 " in answers["drip"][1], answers


@test(covers=["fault 31"], quick=True)
def tcp_cannot_lock_out_the_local_socket():
    door = Door()
    held = [door.connect() for _ in range(100)]
    assert door.service.status()["generation"] == 1
    for s in held:
        s.close()
    ok(door.get())


@test(covers=["fault 31"], quick=True)
def a_thousand_requests():
    door = Door()
    for i in range(scaled(10000)):
        ok(door.get("/healthz", auth=""))
    before = len(os.listdir("/proc/%d/fd" % door.service.pid))
    for i in range(50):
        ok(door.get("/api/status"))
    wait_until(lambda: len(os.listdir("/proc/%d/fd" % door.service.pid)) <= before + 2, 10, "descriptors closed")


@test(covers=["promise 6"], quick=True)
def closed_by_default():
    """Without [admin] there is no TCP port; the local socket is there, for its user only."""
    service = Service(CONFIG.replace("http = 127.0.0.1:0\n", "").replace("[admin]\n", ""))
    assert [l["name"] for l in service.status()["listeners"]] == ["local socket"]
    path = service.socket_path()
    assert os.stat(path).st_mode & 0o777 == 0o600
    listening = set()
    for name in ("tcp", "tcp6"):
        for line in open("/proc/%d/net/%s" % (service.pid, name)).read().splitlines()[1:]:
            if line.split()[3] == "0A":
                listening.add(line.split()[9])
    own = {os.readlink("/proc/%d/fd/%s" % (service.pid, fd)) for fd in os.listdir("/proc/%d/fd" % service.pid)}
    assert not any("socket:[%s]" % inode in own for inode in listening)
    status, answer = service.request("GET", "/api/link")
    assert status == 404, answer
    service.stop()
    assert not os.path.exists(path)


@test(covers=["promise 6"], quick=True)
def other_users_are_turned_away():
    if os.geteuid() != 0:
        harness.skip("needs root, to become somebody else")
    door = Door()
    path = door.service.socket_path()
    os.chmod(path, 0o666)  # even if the file let them in, the kernel says who they are
    os.chmod(os.path.dirname(path), 0o755)
    pid = os.fork()
    if pid == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            s.sendall(b"GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n")
            os._exit(1 if s.recv(100) else 0)
        except (ConnectionResetError, BrokenPipeError):
            os._exit(0)
        except BaseException:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    # token files are closed to them
    token = [n for n in os.listdir(door.service.run_path) if n.endswith(".token")]
    assert len(token) == 1 and os.stat(os.path.join(door.service.run_path, token[0])).st_mode & 0o777 == 0o600


@test(quick=True)
def the_token_survives_a_restart():
    door = Door()
    door.service.stop()
    door.service.start()
    assert door.service.api("GET", "/api/link")["url"].endswith("#token=" + door.token)


harness.main()
