"""The command as a stranger meets it: help, exit statuses, finding services, what it says when something is
wrong, and that each verb does to a running service what it says."""
import json
import os
import re
import signal
import socket
import subprocess
import threading

import harness
from harness import BUILD, SLOW, Service, test, wait_until, weir
from island import Island

CONFIG = """[weir]
service = {name}
[admin]
http = 127.0.0.1:{http}
config_port = unix:{run}/port
[loggers]
keys = root,db
[handlers]
keys = file,history
[formatters]
keys = line
[logger_root]
level = INFO
handlers = file,history
[logger_db]
qualname = db
level = WARNING
handlers =
[handler_file]
class = FileHandler
level = INFO
formatter = line
args = ('out.log',)
[handler_history]
class = weir.HistoryHandler
args = ('history.db',)
[formatter_line]
format = %(levelname)s %(name)s %(message)s
"""
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def config(name="shop", http=None):
    return CONFIG.replace("{name}", name).replace("127.0.0.1:{http}", "127.0.0.1:%d" % http if http else "off")


def shop(**more):
    return Service(config(), name="shop", **more)


def verbs():
    return re.findall(r"^  (\w+) ", weir("--help", check=0).stdout, re.M)


def says(done, status, *words):
    """What was told, on stderr, whole lines, and nothing on stdout."""
    assert done.returncode == status, done
    assert done.stdout == "" and done.stderr.endswith("\n"), done
    for word in words:
        assert word in done.stderr, (word, done.stderr)


# ---- help and usage ----


@test(quick=True)
def every_verb_has_help():
    assert set(verbs()) == {"levels", "set", "reset", "tail", "query", "check", "push", "config", "open", "stats", "log", "recover", "serve"}
    for verb in verbs():
        one, other = weir(verb, "--help", check=0), weir("help", verb, check=0)
        assert one.stdout == other.stdout and one.stdout.startswith("usage: weir %s" % verb) and not one.stderr, one
        assert weir("help", "--man", verb, check=0).stdout.startswith('.TH weir-%s 1 "" "weir ' % verb)
        assert max(map(len, one.stdout.splitlines())) <= 150, verb
    assert re.fullmatch(r"weir \d+\.\d+\.\d+\n", weir("--version", check=0).stdout)


@test(quick=True)
def usage_errors_say_what_would_be_right():
    says(weir(), 2, "usage: weir VERB")
    says(weir("lvels"), 2, "no verb 'lvels'", "did you mean levels?")
    says(weir("xyzzy"), 2, "no verb 'xyzzy'", "weir --help")
    says(weir("help", "qury"), 2, "did you mean query?")
    says(weir("levels", "--srvice", "x"), 2, "no option --srvice", "did you mean --service?")
    says(weir("levels", "-z"), 2, "no option -z", "weir levels --help")
    says(weir("levels", "a", "b"), 2, "usage: weir levels [GLOB]")
    says(weir("set"), 2, "usage: weir set LOGGER=LEVEL")
    says(weir("set", "db"), 2, "'db': expected LOGGER=LEVEL")
    says(weir("reset"), 2, "LOGGER", "--all")
    says(weir("levels", "--pid", "me"), 2, "--pid me: expected a number")
    says(weir("levels", "--pid"), 2, "--pid wants a value")
    says(weir("levels", "-o", "xml"), 2, "expected short or json")
    says(weir("query", "-o", "xml"), 2, "expected short, json or table")
    says(weir("query", "-n0"), 2, "expected 1 to 1000")
    says(weir("query", "--where", "x"), 2, "expected FIELD=VALUE")
    says(weir("query", "--where", "=x"), 2, "expected FIELD=VALUE")
    says(weir("config", "frob"), 2, "expected get, history, diff or rollback")
    says(weir("config", "rollback", "x"), 2, "rollback GENERATION")
    says(weir("config", "get", "2"), 2, "'2' is a word too many")
    says(weir("config", "rollback", "1", "2"), 2, "'2' is a word too many")
    says(weir("log"), 2, "-c CONFIG", "weir tail", "weir query")
    says(weir("recover"), 2, "-c CONFIG")
    says(weir("recover", "x.ini"), 2, "usage: weir recover [options]")
    says(weir("levels", "--to", "http://127.0.0.1:1", "--pid", "1"), 2, "--to")
    says(weir("levels", "--to", "ftp://127.0.0.1:1"), 2, "expected http://HOST:PORT")
    says(weir("push", "/dev/null", "--to", "127.0.0.1:1", "--if-generation", "1"), 2, "--if-generation go over the API")
    says(weir("push", "/dev/null", "--to", "127.0.0.1:1", "--save"), 2, "--save and")
    says(weir("query", "--history", "x.db", "--pid", "1"), 2, "--history reads a file")
    says(weir("push", "/dev/null", "--to", "nowhere"), 2, "expected HOST:PORT, unix:/path or http://HOST:PORT")
    says(weir("check", "/nonexistent.ini"), 2, "/nonexistent.ini: cannot be read: No such file or directory")
    says(weir("check", "/tmp"), 2, "Is a directory")
    says(weir("push", "/nonexistent.ini"), 2, "/nonexistent.ini", "No such file or directory")


@test(quick=True)
def unreachable_is_3():
    says(weir("levels", "--to", "http://127.0.0.1:%d" % free_port()), 3, "127.0.0.1")
    says(weir("push", "/dev/null", "--to", "127.0.0.1:%d" % free_port()), 3, "Connection refused")
    says(weir("push", "/dev/null", "--to", "unix:/nonexistent"), 3, "unix:/nonexistent: No such file or directory")
    says(weir("query", "--history", "/nonexistent.db"), 3, "/nonexistent.db: No such file or directory")


# ---- output ----


@test(quick=True)
def a_closed_pipe_is_silent_and_a_full_disk_is_not():
    for command, status, error in (("%s --help | true; exit ${PIPESTATUS[0]}", None, ""),
                                   ("%s --help >/dev/full", 1, "weir: standard output cannot be written\n")):
        done = subprocess.run(["bash", "-c", command % os.path.join(BUILD, "weir")], text=True, capture_output=True,
                              env=harness.full_env())
        assert done.stderr == error and done.returncode in ((0, 1) if status is None else (status,)), done


def on_a_terminal(command, env):
    """What the command writes to a terminal."""
    main, other = os.openpty()
    process = subprocess.Popen(command, stdout=other, stderr=subprocess.DEVNULL, env=env)
    os.close(other)
    data = b""
    while True:
        try:
            piece = os.read(main, 4096)
        except OSError:
            break
        if not piece:
            break
        data += piece
    os.close(main)
    process.wait(60)
    return data.decode()


@test(quick=True)
def colours_on_a_terminal_only_and_not_with_no_color():
    with shop() as service:
        service.run("say db 40 broken")
        service.run("flush 5000")
        command = [os.path.join(BUILD, "weir"), "query", "--pid", str(service.pid)]
        assert "\033[31m" in on_a_terminal(command, service.env)
        assert "\033" not in on_a_terminal(command, {**service.env, "NO_COLOR": "1"})
        assert "\033" not in service.weir("query", check=0).stdout


@test(quick=True)
def json_everywhere():
    with shop() as service:
        service.run("say db 40 broken")
        service.run("flush 5000")

        def parse(*args, status=0):
            done = service.weir(*args, "-o", "json", check=status)
            assert done.stdout.endswith("\n"), (args, done)
            return [json.loads(line) for line in done.stdout.splitlines()]
        assert {one["name"] for one in parse("levels")[0]["loggers"]} >= {"root", "db"}
        assert parse("set", "db=DEBUG")[0]["now"] == "DEBUG"
        assert [one["now"] for one in parse("set", "db=INFO", "db.x=ERROR")] == ["INFO", "ERROR"]
        assert parse("reset", "--all")[0]["count"] == 2
        assert [one["message"] for one in parse("query", "--level", "ERROR")] == ["broken"]
        assert parse("stats")[0]["service"] == "shop"
        assert parse("config", "get")[0]["generation"] == 1
        assert parse("push", service.config_path)[0]["generation"] == 2
        assert [one["generation"] for one in parse("config", "history")[0]["entries"]] == [2, 1]
        assert parse("config", "diff", "1") == [{"diff": ""}]
        assert parse("check", service.config_path) == [[]]
        assert parse("config", "rollback", "1")[0]["generation"] == 3
        to = ["--to", "unix:%s/port" % service.run_path, "-o", "json"]
        assert json.loads(weir("push", service.config_path, *to, check=0).stdout)["generation"] == 4
    bad = json.loads(weir("check", "/etc/hostname", "-o", "json", check=2).stdout)
    assert bad and {"line", "section", "key", "message", "warning"} == set(bad[0]), bad
    file = json.loads(weir("query", "--history", service.path("history.db"), "--level", "ERROR", "-o", "json", check=0).stdout)
    assert file["message"] == "broken" and file["logger"] == "db"
    left = weir("recover", "-c", service.config_path, "-o", "json", env=service.env, cwd=service.dir)
    assert json.loads(left.stdout)["processes"] in (0, 1), left


# ---- finding the service ----


@test(quick=True)
def services_are_found_and_listed():
    island = Island()
    says(island.weir("levels"), 3, "no service with Weir runs on this machine")
    says(island.weir("levels", "--service", "shop"), 3, "no service with Weir runs on this machine")
    with island.service(config(), "shop") as shop_service:
        assert "db" in island.weir("levels", check=0).stdout
        says(island.weir("levels", "--service", "bank"), 3, "no such service", "--service shop", "--pid %d" % shop_service.pid)
        with island.service(config("bank"), "bank") as bank:
            for one in ("levels", "stats"):
                done = island.weir(one)
                says(done, 2, "several services run", "--service shop", "--service bank", "--pid %d" % bank.pid)
            with island.service(config("bank"), name="bank") as other:
                done = island.weir("levels", "--service", "bank")
                says(done, 2, "several services of that name run", "--pid %d" % bank.pid, "--pid %d" % other.pid)
                assert "shop" not in done.stderr, done
            wait_until(lambda: island.weir("levels", "--service", "bank").returncode == 0, what="one bank only")
            assert island.weir("stats", "--service", "bank", check=0).stdout.startswith("bank, pid %d," % bank.pid)
            assert island.weir("stats", "--pid", shop_service.pid, check=0).stdout.startswith("shop, pid %d," % shop_service.pid)
        wait_until(lambda: island.weir("levels").returncode == 0, what="only one service")
    # Its process is killed; its socket's file is still there.
    says(island.weir("levels"), 3, "no service with Weir runs on this machine")


@test()
def a_service_that_is_stopped_is_not_waited_for_for_ever():
    """Stopped while a tail reads, and when a request comes."""
    with shop() as service:
        service.run("say db 40 hello")
        start = lambda *args: subprocess.Popen([os.path.join(BUILD, "weir"), *args, "--pid", str(service.pid)], text=True,
                                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=service.env)
        tail = start("tail")
        harness.cleanup(tail.kill)
        assert tail.stdout.readline().endswith("db: hello\n")
        os.kill(service.pid, signal.SIGSTOP)
        asked = start("levels")
        harness.cleanup(asked.kill)
        for one in (tail, asked):
            said = one.communicate(timeout=60 * SLOW)[1]
            assert one.returncode == 3 and "the service does not answer: nothing came for 30 s" in said, (one.args, said)
        os.kill(service.pid, signal.SIGCONT)
        service.run("say db 40 on")


def becomes(user):
    def change():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    return change


@test(covers=["must 1"], quick=True)
def root_finds_another_users_service_and_a_third_user_is_refused():
    if os.getuid() != 0:
        harness.skip("wants root, to be several users")
    owner, third = 54321, 54322
    path = BUILD
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            harness.skip("%s is closed to other users" % path)
        path = os.path.dirname(path)
    island = Island()
    directory, run = harness.tmp(), harness.run_dir()
    os.chmod(directory, 0o755)
    for one in (directory, run):
        os.chown(one, owner, owner)
    with island.service(config(), "shop", dir=directory, run=run, start=False) as service:
        service.wrap = [*island.into(), "setpriv", "--reuid=%d" % owner, "--regid=%d" % owner, "--clear-groups"]
        service.start()
        assert os.stat("/proc/%d" % service.pid).st_uid == owner
        assert island.weir("set", "db=DEBUG", "--for", "1m", check=0).stdout.startswith("db: WARNING -> DEBUG until")
        assert "db: DEBUG" in island.weir("set", "db=INFO", user=owner, check=0).stdout
        says(island.weir("set", "db=ERROR", user=third), 4, "another user", "root")
        assert island.weir("levels", "-o", "json", check=0).stdout.count('"level":"INFO"') >= 1


@test(quick=True)
def the_link_leads_to_where_the_page_is():
    for address in ("127.0.0.1", "127.0.0.2", "[::1]"):
        with Service(CONFIG.replace("{name}", "shop").replace("127.0.0.1:{http}", address + ":0"), name="shop") as service:
            link = service.weir("open", check=0).stdout.strip()
            assert link.startswith("http://%s:" % address), link
            assert "db" in weir("levels", "--to", link, check=0).stdout, link


@test(covers=["promise 6"], quick=True)
def a_url_wants_its_token():
    port = free_port()
    with Service(config(http=port), name="shop") as service:
        link = service.weir("open", check=0).stdout.strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:%d/#token=[0-9a-f]{32,}" % port, link), link
        url, token = link.split("/#token=")
        assert "db" in weir("levels", "--to", link, check=0).stdout
        assert "db" in weir("levels", "--to", url, env={"WEIR_TOKEN": token}, check=0).stdout
        says(weir("levels", "--to", url), 4, "token", "weir open")
        says(weir("levels", "--to", url, env={"WEIR_TOKEN": "0" * 32}), 4, "token")
        says(weir("push", service.config_path, "--to", "127.0.0.1:%d" % port), 3, "speaks HTTP", "http://127.0.0.1:%d" % port)
        assert weir("push", service.config_path, "--to", link, check=0).stdout == "ok generation 2\n"


# ---- levels ----


@test(covers=["command: unknown level", "command: negative duration", "command: unknown logger"], quick=True)
def bad_words_are_refused_and_change_nothing():
    with shop() as service:
        before = service.weir("levels", "-o", "json", check=0).stdout
        says(service.weir("set", "db=LOUD"), 2, "unknown level 'LOUD'", "DEBUG")
        says(service.weir("set", "db=DEBUG", "--for", "-5m"), 2, "'-5m' is no duration", "15m")
        says(service.weir("set", "db=DEBUG", "--for", "soon"), 2, "'soon' is no duration")
        says(service.weir("set", "db=DEBUG", "store"), 2, "'store': expected LOGGER=LEVEL")
        says(service.weir("reset", "--all"), 1, "no level lies over the configuration")
        assert service.api("GET", "/api/audit")["audit"] == []
        says(service.weir("reset", "nobody"), 1, "there is no logger 'nobody'")
        says(service.weir("reset", "db"), 1, "no level lies over the configuration")
        says(service.weir("levels", "nobody"), 1, "no logger matches")
        says(service.weir("config", "rollback", "99"), 1, "generation 99 is not kept")
        says(service.weir("config", "diff", "99"), 1, "generation '99' is not kept")
        says(service.weir("query", "--grep", "nothingness"), 1, "no record found")
        says(service.weir("query", "--since", "yesterday"), 2, "'yesterday' is no time", "-15m")
        assert service.weir("levels", "-o", "json", check=0).stdout == before
        made = service.weir("set", "brand.new=DEBUG", check=0).stdout
        assert "the logger did not exist; it is made" in made, made
        assert "brand.new" in service.weir("levels", check=0).stdout
        # Names that a URL would take for steps.
        for odd in (".", "..", "a/../b", "a b", "\u00e9%2e"):
            assert service.weir("set", odd + "=DEBUG", check=0).stdout.startswith(odd + ": "), odd
            assert service.weir("reset", odd, check=0).stdout == "1 level reset\n", odd


@test(quick=True)
def a_level_for_a_time():
    with shop() as service:
        done = service.weir("set", "db=DEBUG", "--for", "1h", check=0)
        assert re.match("db: WARNING -> DEBUG until %s\n" % TIME, done.stdout), done.stdout
        assert "still dropping such records: handler file: level INFO, service.ini:" in done.stdout, done.stdout
        shown = service.weir("levels", "db", check=0).stdout
        assert re.search(r"db +DEBUG +set over the configuration until %s by .*\(configured: WARNING\)" % TIME, shown), shown
        assert service.weir("reset", "db", check=0).stdout == "1 level reset\n"
        service.weir("set", "db=DEBUG", "--for", "200ms", check=0)
        service.run("say db 10 in-time")
        wait_until(lambda: re.search(r"db +WARNING +configured", service.weir("levels", "db", check=0).stdout), what="the level back")
        service.run("say db 10 too-late")
        service.run("flush 5000")
        found = service.weir("query", "--logger", "db", check=0).stdout
        assert "in-time" in found and "too-late" not in found, found
        audit = service.weir("query", "--logger", "weir", check=0).stdout
        assert audit.count("level db WARNING -> DEBUG") == 2 and audit.count("level db DEBUG -> WARNING") == 2, audit


# ---- records ----


@test(quick=True)
def query_and_tail_show_records():
    with shop() as service:
        for i in range(5):
            service.run("say db 40 number%d" % i)
        service.run("say db 30 \x1b[31mred")
        service.run("flush 5000")
        found = service.weir("query", "--logger", "db", check=0).stdout.splitlines()
        assert len(found) == 6 and re.fullmatch(TIME + r"\.\d{3} ERROR    db: number0", found[0]), found
        assert found[5].endswith("WARNING  db: \\x1b[31mred"), found
        assert len(service.weir("query", "--logger", "db", "-n2", check=0).stdout.splitlines()) == 2
        table = service.weir("query", "--logger", "db", "-o", "table", check=0).stdout.splitlines()
        assert table[0].split() == ["TIME", "LEVEL", "LOGGER", "MESSAGE"] and len(table) == 7, table
        assert table[1].index("number0") == table[0].index("MESSAGE"), table
        tail = subprocess.Popen([os.path.join(BUILD, "weir"), "tail", "-n", "1", "--level", "ERROR", "--pid", str(service.pid)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=service.env)
        harness.cleanup(tail.kill)
        assert tail.stdout.readline().endswith("db: number4\n")
        service.run("say db 20 not-this")
        service.run("say db 50 but-this")
        assert tail.stdout.readline().endswith("CRITICAL db: but-this\n")
        tail.send_signal(signal.SIGINT)
        assert tail.wait(60) == -signal.SIGINT and tail.stderr.read() == ""
        database = service.path("history.db")
    # No service any more: the file answers.
    found = weir("query", "--history", database, "--level", "CRITICAL", check=0).stdout
    assert found.endswith("CRITICAL db: but-this\n") and found.count("\n") == 1, found
    says(weir("query", "--history", database, "--grep", "nothingness"), 1, "no record found")
    says(weir("query", "--history", service.config_path), 3, service.config_path)
    says(weir("query", "--history", "/no\x1b[31m\u202esuch"), 3, "/no\\x1b[31m\\u202esuch")
    # What is shown of a field is what --where takes.
    with open(service.path("typed.ini"), "w") as f:
        f.write("[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n[logger_root]\nlevel=INFO\nhandlers=h\n"
                "[handler_h]\nclass=weir.HistoryHandler\nargs=('typed.db',)\n")
    weir("log", "-c", "typed.ini", "--jsonl", cwd=service.dir, check=0,
         input='{"logger":"a","level":"INFO","msg":"m","extra":{"b":true,"n":null,"l":[1,"x"],"f":1.5}}\n')
    database = service.path("typed.db")
    shown = weir("query", "--history", database, check=0).stdout
    for field in shown.split(": m ")[1].split():
        assert weir("query", "--history", database, "--where", field, check=0).stdout == shown, field
    assert len(shown.split(": m ")[1].split()) == 4, shown


@test(quick=True)
def tail_says_nothing_of_gaps_that_are_none():
    """The newest record of the filter's is of a process before, or long gone from the recent records."""
    service = shop()
    service.run("say db 40 long ago")
    assert service.stop() == 0
    service.start()
    service.run("say other 40 of this process")
    service.run("flush 5000")
    tail = subprocess.Popen([os.path.join(BUILD, "weir"), "tail", "--logger", "db", "--pid", str(service.pid)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=service.env)
    harness.cleanup(tail.kill)
    assert tail.stdout.readline().endswith("db: long ago\n")
    service.run("say db 40 now")
    assert tail.stdout.readline().endswith("db: now\n")
    tail.kill()
    assert tail.stderr.read() == ""


@test(quick=True)
def tail_ends_with_its_service():
    service = shop()
    tail = subprocess.Popen([os.path.join(BUILD, "weir"), "tail", "--pid", str(service.pid)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=service.env)
    harness.cleanup(tail.kill)
    service.run("say db 40 hello")
    assert tail.stdout.readline().endswith("db: hello\n")
    threading.Thread(target=service.stop).start()
    assert tail.wait(60) in (0, 3) and tail.stderr.read().startswith("weir: "), tail.returncode


# ---- configurations ----


@test(quick=True)
def push_diff_history_rollback():
    with shop() as service:
        with open(service.path("next.ini"), "w") as f:
            f.write(config().replace("{run}", service.run_path).replace("level = WARNING", "level = ERROR"))
        service.weir("set", "db=DEBUG", check=0)
        pushed = service.weir("push", service.path("next.ini"), check=0)
        assert pushed.stdout.startswith("ok generation 2\n") and "level over it: db DEBUG" in pushed.stdout, pushed.stdout
        got = service.weir("config", "get", check=0)
        assert "level = ERROR" in got.stdout and "differs from the service's file" in got.stderr, got
        diff = service.weir("config", "diff", "1", check=1).stdout
        assert "-level = WARNING" in diff and "+level = ERROR" in diff, diff
        assert service.weir("config", "diff", "1", "1", check=0).stdout == ""
        history = service.weir("config", "history", check=0).stdout.splitlines()
        assert re.match(r"\*    2  %s +\d+ bytes" % TIME, history[0]) and re.match("     1  ", history[1]), history
        says(service.weir("push", service.path("next.ini"), "--if-generation", "1"), 6, "generation 2 runs, not 1")
        assert service.weir("config", "rollback", "1", check=0).stdout == "ok generation 3, which is 1 again\n"
        assert service.weir("config", "get", check=0).stderr == ""
        assert service.weir("push", service.path("next.ini"), "--save", check=0).stdout.startswith("ok generation 4\n")
        with open(service.config_path) as f:
            assert "level = ERROR" in f.read()
        assert service.weir("config", "get", check=0).stderr == ""
        # A push may leave [weir] and [admin] out; the file then says something else at the next start.
        with open(service.path("next.ini"), "w") as f:
            f.write("[loggers]" + config().replace("{run}", service.run_path).split("[loggers]", 1)[1])
        assert "restart" not in service.weir("push", service.path("next.ini"), check=0).stdout
        saved = service.weir("push", service.path("next.ini"), "--save", check=0).stdout
        assert "after a restart only: [admin] config_port: unix:%s/port -> not set\n" % service.run_path in saved, saved
        assert service.status()["config"]["restart"], service.status()["config"]


@test(quick=True)
def push_over_the_config_port_names_the_file():
    with shop() as service:
        with open(service.path("bad.ini"), "w") as f:
            f.write(config().replace("{run}", service.run_path).replace("FileHandler", "FielHandler"))
        to = ["--to", "unix:%s/port" % service.run_path]
        says(weir("push", service.path("bad.ini"), *to), 2, "refused: 1 problems\n", service.path("bad.ini") + ":20: [handler_file] class")
        assert weir("push", service.config_path, *to, check=0).stdout == "ok generation 2\n"
        says(weir("push", service.config_path, *to, "--save"), 2, "--save")
        says(weir("levels", *to), 2, "expected http://HOST:PORT")


# ---- weir log ----


harness.main()
