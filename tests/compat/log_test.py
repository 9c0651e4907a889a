"""`weir log --jsonl --escape none` against real Python: stdout, stderr and every file, byte for byte."""
import os

import harness
from both import ERR, OUT, agree, ini, record
from harness import test, tmp, weir

def simple(line, level="NOTSET", **formatter):
    return ini({"root": ("", level, "h", None)}, {"h": OUT}, {"f": {"format": line, **formatter}})


@test(quick=True)
def every_attribute():
    for name in ("name levelno levelname pathname filename module lineno funcName created asctime msecs relativeCreated"
                 " thread threadName process message").split():
        if name == "relativeCreated":
            continue  # needs Python's start time; given, it is compared below
        agree(simple("%%(%s)s|%%(message)s" % name), [record("a.b", 20, "text")])
    agree(simple("%(relativeCreated)d %(msecs)03d %(levelname)-10s|%(lineno)06d|%(name)10.3s|"),
          [record("a.b", 30, "x", relativeCreated=12345.678)])


@test(quick=True)
def messages_and_arguments():
    cases = [("plain", ()), ("100%% sure", ()), ("%s and %r", ("bob", "bob")), ("%d %5d|%-5d|%05d", (3, 4, 5, 6)),
             ("%x %X %#x %o %#o", (255, 255, 255, 8, 8)), ("%e %f %g %.3f", (1.5, 2.5, 1e20, 3.14159)),
             ("%s %s %s", (None, True, 1e16)), ("%s", ([1, "a", None],)), ("%(user)s %(n)d", ({"user": "al", "n": 3},)),
             ("%s", ({},)), ("%c%c", ("x", 65)), ("%s", (123456789012345678901234567890,)), ("%5s|%-5s|%.2s", ("ab", "cd", "éfg")),
             ("ünïcödé %s", ("日本",)), ("%a", ("é",)), ("%i %u", (3.9, -2)), ("%*d", (5, 42)), ("%%%s%%", ("x",))]
    agree(simple("%(message)s"), [record("m", "INFO", m, *a) for m, a in cases])


@test(quick=True)
def dates():
    for datefmt in (None, "%H:%M:%S", "%Y-%m-%dT%H:%M:%S%%z", "%A %B %d %j %U", "%f", "%I %p %y %Z"):
        more = {} if datefmt is None else {"datefmt": datefmt}
        agree(simple("%(asctime)s %(message)s", **more),
              [record("d", 20, "x", created=c) for c in (0.0, 1700000000.123, 1699999999.9999, 1720000000.5, 1e9)])


@test(quick=True)
def levels_and_propagation():
    config = ini({"root": ("", "WARNING", "h", None), "a": ("a", "DEBUG", "", None), "b": ("a.b", None, "h", "0"),
                  "c": ("c", "ERROR", "h", "1")}, {"h": OUT}, {"f": {"format": "%(levelname)s %(name)s %(message)s"}})
    lines = [record(n, l, "m") for n in ("", "root", "a", "a.b", "a.b.c", "a.c", "c", "d", "c.x")
             for l in (0, 5, 10, "INFO", "WARN", 35, "ERROR", "FATAL", 60)]
    agree(config, lines)


@test(quick=True)
def handler_levels_and_two_streams():
    config = ini({"root": ("", "DEBUG", "o,e", None)}, {"o": {**OUT, "level": "INFO"}, "e": {**ERR, "level": "ERROR"}},
                 {"f": {"format": "%(levelname)s:%(message)s"}})
    agree(config, [record("x", l, "m%d" % l) for l in (10, 20, 30, 40, 50)])


@test(quick=True)
def files_and_modes():
    for args in ("('o.log',)", "('o.log', 'w')", "('o.log', 'a', 'utf-8')", "('./o.log', 'a', None, True)"):
        config = ini({"root": ("", "DEBUG", "h", None)}, {"h": {"class": "FileHandler", "args": args, "formatter": "f"}},
                     {"f": {"format": "%(message)s"}})
        agree(config, [record("x", 20, "one"), record("x", 20, "zwei ü")], [("o.log", "was there\n")])


@test(quick=True)
def exception_and_stack_text():
    agree(simple("%(levelname)s %(message)s"), [record("x", 40, "bad", exc_text="Traceback:\n  line\nError: x"),
                                                 record("x", 40, "ends\n", exc_text="T"), record("x", 40, "s", stack_info="Stack:\n  f"),
                                                 record("x", 40, "both", exc_text="E", stack_info="S")])


@test(quick=True)
def extras_in_formats():
    agree(simple("%(ip)s %(n)05d %(message)s"), [record("x", 20, "m", extra={"ip": "::1", "n": 7}),
                                                 record("x", 20, "m", extra={"ip": None, "n": 7.9})])


@test(quick=True)
def styles():
    lines = [record("a.b", l, "count %d %s", 5, "é", extra={"ip": "::1"}) for l in (10, 20, 30, 40, 50)]
    for style, forms in (("{", ("{asctime} {levelname:<8}|{name:>12}|{lineno:06,d}|{message!r:.12}", "{ip[0]}{message} {{}} {created:.3f}",
                                "{message:^40}|{process:#x}|{msecs:03.0f}")),
                         ("$", ("$asctime $levelname ${name}: $message $$5", "${ip}|$lineno|$message"))):
        for form in forms:
            agree(simple(form, style=style), lines)
            agree(simple(form, style=style, datefmt="%d.%m.%y %H:%M"), lines)
        agree(simple("", style=style), lines)


@test(quick=True)
def controls():
    other = ini({"root": ("", "DEBUG", "h", None), "k": ("kept", "INFO", "", None)}, {"h": OUT}, {"f": {"format": "second %(name)s %(levelname)s %(message)s"}})
    agree(simple("%(levelname)s %(name)s %(message)s", level="INFO"),
          [record("a", 10, "no"), {"op": "set_level", "logger": "a", "level": "DEBUG"}, record("a", 10, "yes"), record("a.b", 10, "child"),
           {"op": "disable", "level": "WARNING"}, record("a", 30, "off"), record("a", 40, "on"), {"op": "disable", "level": "NOTSET"},
           {"op": "add_level_name", "level": 35, "name": "NOTICE"}, record("a", "NOTICE", "named"), record("a", 36, "unnamed"),
           {"op": "flush"}, {"op": "sleep", "ms": 5}, record("kept", 20, "before"), record("lost", 20, "before"),
           {"op": "reconfigure", "path": "other.ini"}, record("lost", 50, "disabled"), record("kept", 20, "after"), record("new", 10, "new"),
           record("kept.child", 10, "no"), record("a", 50, "disabled too"), {"op": "set_level", "logger": "kept", "level": 0}, record("kept", 10, "root's")],
          [("other.ini", other)])


@test(quick=True)
def no_handler_is_the_last_resort():
    config = ini({"root": ("", "DEBUG", "", None)}, {}, {})
    agree(config.replace("handlers=\n", "handlers=\n"), [record("x", l, "m %d", l) for l in (10, 20, 30, 40)])


@test(quick=True)
def broken_configurations_are_refused_and_nothing_happens():
    good = simple("%(message)s")
    for bad, line in ((good.replace("class=StreamHandler", "class=NoSuch"), 12), (good.replace("keys=h", "keys=h,i"), 5),
                      (good.replace("level=NOTSET", "level=LOUD"), 12), (good.replace("(sys.stdout,)", "(sys.stdout"), 17)):
        place = tmp()
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(bad)
        done = weir("log", "-c", "c.ini", "--jsonl", input='{"logger":"a","level":"INFO","msg":"x"}\n', cwd=place, check=2)
        assert done.stdout == "" and done.stderr.startswith("c.ini:"), done.stderr
        assert os.listdir(place) == ["c.ini"], os.listdir(place)


harness.main()
