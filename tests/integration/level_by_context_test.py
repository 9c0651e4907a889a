"""Level by context (weir.ContextLevelFilter): one user's records pass below the logger's level, nobody else's; by file
and by push, in both forms of a configuration; and a rule ends with its configuration."""
import json
import os

import harness
from harness import Service, test, wait_until, weir

CONFIG = """[loggers]
keys=root{loggers}
[handlers]
keys=f
[formatters]
keys=l
{filters}
[logger_root]
level=WARNING
handlers=f
{root}
{more}
[handler_f]
class=FileHandler
formatter=l
args=('f.log',)
[formatter_l]
format=%(levelname)s %(name)s %(message)s
"""
# For those who count: nothing is dropped, however busy the machine is.
PATIENT = "[weir]\noverflow=block\nstall_timeout=60s\n"
BOB = "('user', ['bob', 'ev*'], 'DEBUG')"


def text(args=None, at="root"):
    """at: the logger whose filters have the rule; args None: no rule."""
    rule = "filters=who" if args else ""
    section = "[filter_who]\nclass=weir.ContextLevelFilter\nargs=%s" % args if args else ""
    more = "[logger_own]\nqualname=%s\nlevel=ERROR\nhandlers=\n%s" % (at, rule) if at != "root" else ""
    return CONFIG.format(loggers=",own" if more else "", filters="[filters]\nkeys=who" if args else "",
                         root=rule if at == "root" else "", more=more + "\n" + section)


class Levels(Service):
    def __init__(self, config, **more):
        super().__init__(config, program=os.path.join(harness.BUILD, "tests/support/level_host"), **more)

    def push(self, config):
        return self.api("POST", "/api/config", {"text": config})

    def logged(self):
        """All so far, without Weir's own."""
        self.run("flush")
        return [line for line in self.lines("f.log") if " weir " not in line]


@test(covers=["filters: level by context"], quick=True)
def one_users_records_pass_and_nobody_elses():
    with Levels(text(BOB, "shop")) as service:
        for logger in ("shop", "shop.cart", "other"):
            service.run("say %s 10 nobody's" % logger)
            service.run("note %s 10 user alice alice's" % logger)
            service.run("note %s 10 user bob bob's" % logger)
            service.run("note %s 10 user eve eve's" % logger)
            service.run("note %s 9 user bob too low" % logger)
            service.run("say %s 40 an error" % logger)
        expected = ["%s %s %s" % (level, logger, message) for logger in ("shop", "shop.cart")
                    for level, message in (("DEBUG", "bob's"), ("DEBUG", "eve's"), ("ERROR", "an error"))]
        assert service.logged() == expected + ["ERROR other an error"], service.logged()
        law = service.status()["law"]
        # What did not pass is nowhere: neither accepted nor dropped.
        assert law["accepted"] == law["routed"], law
        # By the thread's context, a bound logger, an adapter, and every way of a call.
        service.run("push user bob")
        service.run("say shop.cart 10 the thread's")
        service.run("note shop.cart 10 user alice not alice's")
        service.run("ways shop.cart")
        service.run("pop user")
        service.run("ways shop.cart")
        service.run("bound shop.cart 10 user bob bound")
        service.run("bound shop.cart 10 user al bound")
        service.run("adapter shop.cart 10 user bob adapted")
        service.run("adapter shop.cart 10 user al adapted")
        got = [line for line in service.logged()[len(expected) + 1:] if not line.startswith("    ") and line[0] != "S"]
        assert got == ["DEBUG shop.cart " + word for word in ("the thread's", "vlog", "stacklevel", "stack", "bound", "adapted")], got


@test(covers=["filters: level by context"], quick=True)
def what_is_asked_and_shown():
    with Levels(text(BOB, "shop")) as service:
        assert service.run("enabled shop.cart 10") == "0" and service.run("enabled shop.cart 40") == "1"
        service.run("push user eve")
        assert service.run("enabled shop.cart 10") == "1" and service.run("enabled other 10") == "0"
        assert service.run("effective shop.cart") == "40", "the level itself is as it was"
        rule = {"level": "DEBUG", "levelno": 10, "field": "user", "values": ["bob", "ev*"], "logger": "shop"}
        shown = {row["name"]: row for row in service.api("GET", "/api/loggers")["loggers"]}
        assert shown["shop.cart"]["rules"] == shown["shop"]["rules"] == [rule], shown
        assert shown["other"]["rules"] == shown["root"]["rules"] == [], shown
        assert shown["shop.cart"]["effective"] == "ERROR", shown
        said = service.weir("levels", "shop.cart", check=0).stdout
        assert "ERROR" in said and "DEBUG where user=bob, ev* (filters of shop)" in said, said
        # logging.disable and a disabled logger win.
        service.run("disable 10")
        assert service.run("enabled shop.cart 10") == "0"
        service.run("disable 0")
        service.run("disabled shop.cart 1")
        assert service.run("enabled shop.cart 10") == "0"
        service.run("say shop.cart 10 not at all")
        service.run("disabled shop.cart 0")
        service.run("set shop.cart 50")
        service.run("say shop.cart 10 whatever its level")
        assert service.logged() == ["DEBUG shop.cart whatever its level"], service.logged()


@test(covers=["filters: level by context"], quick=True)
def values_are_text():
    with Levels(text("('id', [-7, 18446744073709551615, 0.1, True, 'None'])")) as service:
        service.run("numbers any")
        assert service.logged() == ["DEBUG any " + word for word in ("int", "uint", "double", "bool", "none")], service.logged()


@test(covers=["filters: level by context"], quick=True)
def a_handlers_level_applies_and_redaction_comes_later():
    hidden = text(BOB).replace("format=%", "format=%(user)s %") + "[weir]\nredact_keys=user\n"
    with Levels(hidden) as service:
        service.run("note a 10 user bob seen")
        assert service.logged() == ["*** DEBUG a seen"], service.logged()
    with Levels(text(BOB).replace("class=FileHandler", "class=FileHandler\nlevel=INFO")) as service:
        service.run("note a 10 user bob below the handler's")
        service.run("note a 20 user bob at the handler's")
        assert service.logged() == ["INFO a at the handler's"], service.logged()


@test(covers=["filters: level by context"], quick=True)
def both_forms_say_it_and_give_it_back():
    with Levels(text(BOB, "shop")) as service:
        for form in ("json", "ini", "json"):
            printed = service.weir("config", "get", "--as", form, check=0).stdout
            if form == "json":
                assert json.loads(printed)["filters"]["who"] == {"class": "weir.ContextLevelFilter", "field": "user",
                                                                 "values": ["bob", "ev*"], "level": "DEBUG"}, printed
                assert json.loads(printed)["loggers"]["shop"]["filters"] == ["who"]
            service.push(printed)
            service.run("note shop 10 user eve by %s" % form)
            service.run("note shop 10 user alice by %s" % form)
        assert service.logged() == ["DEBUG shop by json", "DEBUG shop by ini", "DEBUG shop by json"], service.logged()


@test(covers=["filters: level by context"], quick=True)
def a_push_adds_it_and_takes_it_away_while_threads_log():
    """What is below WARNING has an n, the rest a w: of alice there is never an n, and of both each w."""
    with Levels(PATIENT + text()) as service:
        service.run("threads 4")
        for turn in range(harness.scaled(300)):
            service.push(PATIENT + (text(BOB) if turn % 2 == 0 else text()))
        service.push(PATIENT + text(BOB))
        turns = [int(n) for n in service.run("halt").split()]
        logged = service.logged()
        status = service.status()["law"]
        assert all(line.split()[3][0] == "w" for line in logged if line.split()[2] == "alice"), "alice's passed"
        assert sum(line.split()[2] == "bob" and line.split()[3][0] == "n" for line in logged) > 0, "bob's did not"
        warnings = sum(line.split()[3][0] == "w" for line in logged)
        assert warnings == sum((n + 9) // 10 for n in turns), (warnings, turns)
        assert status["accepted"] == status["routed"], status
        # From an answer on there is a rule, or none.
        service.run("note a 10 user bob with")
        service.push(PATIENT + text())
        service.run("note a 10 user bob without")
        service.run("note a 30 user alice at its level")
        service.push(PATIENT + text(BOB))
        service.run("note a 10 user bob with again")
        assert service.logged()[len(logged):] == ["DEBUG a with", "WARNING a at its level", "DEBUG a with again"]


@test(covers=["filters: level by context"], quick=True)
def a_push_that_keeps_it_loses_nothing():
    with Levels(PATIENT + text(BOB)) as service:
        service.run("threads 4")
        for turn in range(harness.scaled(300)):
            service.push(PATIENT + text(BOB if turn % 2 else "('user', 'bob', 5)"))
        turns = [int(n) for n in service.run("halt").split()]
        logged = service.logged()
        for user, below in (("bob", turns[0] + turns[2]), ("alice", 0)):
            own = [line.split() for line in logged if line.split()[2] == user]
            assert sum(words[3][0] == "n" for words in own) == below, (user, len(own), turns)
        status = service.status()["law"]
        assert status["accepted"] == status["routed"] == len(service.lines("f.log")), (status, len(logged))


@test(covers=["filters: level by context"], quick=True)
def a_rule_is_there_from_start_to_stop_and_in_a_child():
    harness.need_children()
    with Levels(text(BOB)) as service:
        assert service.run("fork") == "ok 0"
        wait_until(lambda: "DEBUG host.child child of bob" in service.lines("f.log"), 20, "the child's record")
        service.run("stop")
        service.run("note a 10 user bob after the stop")
        assert service.run("enabled a 10") == "0"
        service.write_config(text())
        service.run("start " + service.config_path)
        service.run("note a 10 user bob another configuration")
        service.run("say a 30 a warning")
        service.run("stop")
        service.write_config(text(BOB))
        service.run("start " + service.config_path)
        service.run("note a 10 user bob again")
        service.run("note a 10 user alice again")
        assert service.stop() == 0
        logged = [line for line in service.lines("f.log") if " weir " not in line]
        assert logged == ["DEBUG host.child child of bob", "WARNING a a warning", "DEBUG a again"], logged


@test(covers=["filters: level by context"], quick=True)
def weir_log_looks_at_extras():
    folder = harness.tmp()
    with open(os.path.join(folder, "c.ini"), "w") as f:
        f.write(text(BOB))
    records = [{"logger": "a", "level": "DEBUG", "msg": "bob's", "extra": {"user": "bob"}},
               {"logger": "a", "level": "DEBUG", "msg": "alice's", "extra": {"user": "alice"}},
               {"logger": "a", "level": "DEBUG", "msg": "nobody's"}, {"logger": "a", "level": "ERROR", "msg": "an error"}]
    weir("log", "--jsonl", "-c", "c.ini", input="".join(json.dumps(r) + "\n" for r in records), cwd=folder, check=0)
    with open(os.path.join(folder, "f.log")) as f:
        assert f.read() == "DEBUG a bob's\nERROR a an error\n"


@test(covers=["filters: level by context"], quick=True)
def what_is_wrong_is_told_with_its_line():
    folder = harness.tmp()
    path = os.path.join(folder, "c.ini")

    def check(config):
        with open(path, "w") as f:
            f.write(config)
        done = weir("check", path)
        return done.returncode, done.stdout + done.stderr

    for args, why in (("('user',)", "values is missing"), ("('user', 'bob', 'DEBGU')", "level is 'DEBGU' (right is a level above 0"),
                      ("('user', [])", "0 values (right are 1 to 64)"), ("('user', [None])", "a value is a NoneType"),
                      ("('', 'bob')", "field has 0 bytes"), ("(7, 'bob')", "field is int (a string is wanted)"),
                      ("('user', 'bob', 'DEBUG', 1)", "takes at most 3 arguments")):
        code, said = check(text(args))
        line = text(args).split("\n").index("args=" + args) + 1
        assert code == 2 and why in said and ":%d: " % line in said and "[filter_who]" in said, (args, said)
    # On a handler it means nothing.
    wrong = text(BOB).replace("class=FileHandler", "class=FileHandler\nfilters=who")
    code, said = check(wrong)
    line = wrong.split("\n").index("class=FileHandler") + 2
    assert code == 2 and ":%d: " % line in said and "belongs into the filters of a logger" in said, said
    assert check(text(BOB))[0] == 0


harness.main()
