"""`make run`, and the first thing that it asks one to try: kvd.store set to DEBUG for a minute. Its records are in
the page's stream, in `weir tail`, in the file and in SQLite at once; then the level is back by itself."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import harness
from harness import SCALE, SLOW, test, wait_until
from page import Run

# The minute that is printed is waited for in full by the soak only.
HOLDS = 60 if SCALE >= 1 else 30 if SLOW > 3 else 12
PROBES, ROUNDS = 20, 5
NOBODY = (65534, 65534)


class Watch:
    """One place where records appear: notes when each probe did."""

    def __init__(self, name, follow, *args):
        self.name, self.seen, self.ended = name, {}, False
        threading.Thread(target=follow, args=(self, *args), daemon=True).start()

    def look(self, text):
        now = time.time()
        for probe in re.findall(r"set (probe:[0-9-]+)", text):
            self.seen.setdefault(probe, now)


def follow_stream(watch, run, times):
    """What the page reads. It also tells the records' own times: when the calls were made."""
    host, token = re.match(r"http://([^/]+)/#token=(\w+)", run.link).groups()
    connection = http.client.HTTPConnection(host, timeout=60 * SLOW)
    connection.request("GET", "/api/tail?logger=kvd.store", headers={"Authorization": "Bearer " + token})
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    while not watch.ended:
        line = answer.readline().decode()
        watch.look(line)
        if line.startswith("data: {") and "probe:" in line:
            record = json.loads(line[6:])
            probe = re.search(r"set (probe:[0-9-]+)", record["message"])
            if probe:
                times[probe[1]] = record


def follow_command(watch, process):
    for line in process.stdout:
        watch.look(line)


def follow_file(watch, path):
    with open(path) as f:
        f.seek(0, os.SEEK_END)
        while not watch.ended:
            line = f.readline()
            watch.look(line)
            if not line:
                time.sleep(0.001)


def follow_history(watch, path):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    last = 0
    while not watch.ended:
        for last, message in db.execute("SELECT id, message FROM records WHERE id > ? ORDER BY id", (last,)).fetchall():
            watch.look(message)
        time.sleep(0.002)


class Redis:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30 * SLOW)

    def set(self, key):
        self.socket.sendall(b"SET %s 1\r\n" % key.encode())
        assert self.socket.recv(100) == b"+OK\r\n"


def seconds(stamp):
    """"…T10:06:00.123456Z" -> seconds since 1970, to the microsecond."""
    whole, micros = stamp.rstrip("Z").split(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + int(micros) / 1e6


def one_round(redis, watches, times, number):
    """Twenty sets, one after the other, each seen everywhere: way -> latencies in ms, ascending."""
    probes = ["probe:%d-%d" % (number, i) for i in range(PROBES)]
    for probe in probes:
        redis.set(probe)
        for watch in watches:
            wait_until(lambda: probe in watch.seen, 10, "%s in %s" % (probe, watch.name))
        wait_until(lambda: probe in times, 10, "its time")
        assert times[probe]["level"] == "DEBUG" and times[probe]["logger"] == "kvd.store", times[probe]
    return {w.name: sorted(1000 * (w.seen[p] - seconds(times[p]["timestamp"])) for p in probes) for w in watches}


def everywhere(run, set_level):
    """Each record must come (deadline); that it comes within 100 ms is judged by the median of the best round,
    since the machine may have other work."""
    times = {}
    tail = subprocess.Popen(run.commands[1], stdout=subprocess.PIPE, text=True, env=harness.full_env())
    harness.cleanup(tail.wait)
    harness.cleanup(tail.kill)
    watches = [Watch("page", follow_stream, run, times), Watch("tail", follow_command, tail),
               Watch("file", follow_file, os.path.join(run.dir, "kvd.log")),
               Watch("SQLite", follow_history, os.path.join(run.dir, "history.db"))]
    redis = Redis(run.redis_port)
    # Every watch is in place when it has seen a probe.
    set_level()
    begin = time.monotonic()

    def all_watch():
        redis.set("probe:0")
        return all("probe:0" in w.seen for w in watches)
    wait_until(all_watch, 20, "all four ways")
    best = {}
    for number in range(1, ROUNDS + 1):
        found = one_round(redis, watches, times, number)
        print("        call to %s" % ", ".join("%s %.1f (longest %.1f)" % (name, ms[len(ms) // 2], ms[-1])
                                              for name, ms in found.items()) + " ms")
        best = {name: min(ms[len(ms) // 2], best.get(name, 1e9)) for name, ms in found.items()}
        if max(best.values()) < 100 or time.monotonic() - begin > HOLDS - 3:
            break
    assert max(best.values()) < 100 * (SLOW / 3), best
    for watch in watches:
        watch.ended = True
    return begin


def asked(run, verb):
    return json.loads(harness.weir(verb, "-o", "json", "--pid", run.pid, check=0).stdout)


def log_of(run):
    with open(os.path.join(run.dir, "kvd.log")) as f:
        return f.read()


def level_of(run, name):
    return next(l for l in asked(run, "levels")["loggers"] if l["name"] == name)


def back_by_itself(run, begin):
    wait_until(lambda: level_of(run, "kvd.store")["over"] is None, HOLDS + 10, "the end of its time")
    held = time.monotonic() - begin
    assert held > HOLDS - 1, "back after %.1f s, asked %d s" % (held, HOLDS)
    assert level_of(run, "kvd.store")["effective"] == "INFO"
    audit = [(a["way"], a["what"]) for a in asked(run, "stats")["audit"]]
    assert audit[:2] == [("timer", "level kvd.store DEBUG -> INFO"),
                         ("socket", "level kvd.store INFO -> DEBUG for %d s" % HOLDS)], audit
    Redis(run.redis_port).set("probe:999")
    harness.weir("set", "kvd.store=DEBUG", "--pid", run.pid, check=0)
    Redis(run.redis_port).set("probe:1000")
    wait_until(lambda: "probe:1000" in log_of(run), 10, "a record after that")
    assert "probe:999" not in log_of(run), "a DEBUG record after its time"


def set_as_printed(run):
    command = [("%ds" % HOLDS) if word == "1m" else word for word in run.commands[0]]
    assert command != run.commands[0] and command[1:3] == ["set", "kvd.store=DEBUG"], run.commands[0]
    done = subprocess.run(command, capture_output=True, text=True, env=harness.full_env(), timeout=60 * SLOW)
    assert done.returncode == 0, done.stderr
    assert "still dropping such records: handler console: level ERROR, kvd.ini:" in done.stdout + done.stderr, done.stdout


@test(covers=["must 1"])
def debug_for_a_minute_is_seen_four_ways_and_ends_by_itself():
    run = Run()
    back_by_itself(run, everywhere(run, lambda: set_as_printed(run)))


@test(covers=["must 1"])
def another_users_service_is_found_by_root():
    if os.geteuid() != 0:
        harness.skip("only root can be another user")
    run = Run(user=NOBODY)
    assert os.stat("/proc/%d" % run.pid).st_uid == NOBODY[0]
    found = asked(run, "stats")
    assert found["uid"] == NOBODY[0] and found["service"] == "kvd", found
    sockets = [l["address"] for l in found["listeners"] if "socket" in l["name"]]
    assert sockets and os.path.join(run.dir, "runtime") in sockets[0], sockets
    back_by_itself(run, everywhere(run, lambda: set_as_printed(run)))


@test(covers=["must 1"])
def the_printed_commands_paste():
    run = Run()
    assert len(run.commands) == 3, run.commands
    for command in (run.commands[0], run.commands[2]):
        done = subprocess.run(command, capture_output=True, text=True, env=harness.full_env(), timeout=60 * SLOW)
        assert done.returncode == 0, (command, done.stderr)
    wait_until(lambda: asked(run, "stats")["generation"] == 2, 10, "the pushed configuration")
    host, token = re.match(r"http://([^/]+)/#token=(\w+)", run.link).groups()
    connection = http.client.HTTPConnection(host, timeout=30 * SLOW)
    connection.request("GET", "/")
    assert b"<title>Weir</title>" in connection.getresponse().read()


@test()
def run_moves_to_free_ports_says_so_and_ends_everything():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = Run(ports={"WEIR_RUN_HTTP": str(port)})
        assert "port %d is taken: using " % port in run.output(), run.output()
        assert ":%d/" % port not in run.link
    wait_until(lambda: run.processes() == ["bash", "kvd", "kvd-load"], 10, "the service and its load: %r" % run.processes())
    assert run.end() == 0
    assert run.processes() == [] and "ended; the log is" in run.output(), (run.processes(), run.output())
    for sig in (signal.SIGTERM, signal.SIGHUP):
        run = Run()
        run.end(sig, group=False)
        assert run.processes() == [], run.processes()
    # And when kvd ends by itself, so does the rest.
    run = Run()
    os.kill(run.pid, signal.SIGKILL)
    assert run.process.wait(30 * SLOW) == 1
    assert run.processes() == [], run.processes()


harness.main()
