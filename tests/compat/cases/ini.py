"""The file itself: raw keys, interpolation, [DEFAULT], comments, continuation lines, delimiters, odd but good texts."""
from compared import Case, OUT, ini, one, op, record, simple

LINES = [record("a.b", 20, "one"), record("", 30, "zwei ü %s", "x")]
FORM = "%(levelname)s:%(name)s:%(message)s"
GOOD = simple(FORM)
CASES = []


def add(name, text, lines=tuple(LINES), **more):
    CASES.append(Case("ini: " + name, text, list(lines), **more))


def change(name, old, new, **more):
    assert old in GOOD, old
    add(name, GOOD.replace(old, new), **more)


# Raw: format, datefmt, style. Everything else is interpolated.
change("format and datefmt are raw", "format=" + FORM, "format=%(asctime)s %% %(message)s %%(levelname)s\ndatefmt=%H%%%M", covers=("python 10",))
change("style is raw", "format=" + FORM, "format=%(message)s\nstyle=%", covers=("python 10",))
change("args are interpolated", "args=(sys.stdout,)", "stream=stdout\nargs=(sys.%(stream)s,)", covers=("python 10",))
change("class is interpolated", "class=StreamHandler", "kind=Stream\nclass=%(kind)sHandler", covers=("python 10",))
change("keys are interpolated", "[handlers]\nkeys=h", "[handlers]\nwhich=h\nkeys=%(which)s", covers=("python 10",))
change("level is interpolated", "level=NOTSET", "x=IN\nlevel=%(x)sFO", covers=("python 10",))
add("qualname is interpolated", ini({"root": ("", "DEBUG", "h", None), "a": ("%(pre)s.b\npre=a", "ERROR", "", None)}, {"h": OUT}, {"f": {"format": FORM}}), covers=("python 10",))
add("%% in a file's name", one({"class": "FileHandler", "args": "('50%%.log', 'w')"}), covers=("python 10",))
add("interpolation over several keys", one({"class": "FileHandler", "dir": "sub", "base": "%(dir)s/x", "args": "('%(base)s.log', 'w')"}), files={"sub/keep": ""}, covers=("python 10",))
# [DEFAULT]
add("[DEFAULT] gives a level", "[DEFAULT]\nlevel=ERROR\n" + GOOD.replace("level=NOTSET\n", ""), covers=("python 11",))
add("[DEFAULT] for interpolation", "[DEFAULT]\nout=sys.stdout\n" + GOOD.replace("(sys.stdout,)", "(%(out)s,)"), covers=("python 11",))
add("[DEFAULT] formatter for all handlers", "[DEFAULT]\nformatter=f\n" + ini({"root": ("", "DEBUG", "h,i", None)}, {"h": {"class": "StreamHandler", "args": "(sys.stdout,)"}, "i": {"class": "StreamHandler", "args": "()"}}, {"f": {"format": FORM}}), covers=("python 11",))
add("[DEFAULT] at the end", GOOD.replace("level=NOTSET\n", "") + "\n[DEFAULT]\nlevel=WARNING\n", covers=("python 11",))
add("[DEFAULT] qualname and propagate", "[DEFAULT]\nqualname=a.b\npropagate=0\n" + ini({"root": ("", "DEBUG", "h", None), "a": ("a.b", "DEBUG", "", None)}, {"h": OUT}, {"f": {"format": FORM}}).replace("qualname=a.b\n", "", 1), covers=("python 11",))
add("[DEFAULT] keys", "[DEFAULT]\nkeys=f\n" + GOOD.replace("[formatters]\nkeys=f", "[formatters]"), covers=("python 11",))
add("[default] is a section like others", GOOD + "[default]\nlevel=ERROR\n", covers=("python 11",))
# Comments, continuation, blanks.
add("comments", "# first\n; second\n" + GOOD.replace("[handler_h]", "# third\n[handler_h]\n  # indented\n;fourth"), covers=("python 12",))
add("no inline comments", one({"class": "FileHandler", "args": "('a;b # c.log', 'w')"}), covers=("python 12",))
change("a comment behind a value belongs to it", "format=" + FORM, "format=%(message)s ; no comment # here", covers=("python 12",))
change("text behind a header", "[handler_h]", "[handler_h] ; text that is ignored", covers=("python 12",))
change("text behind a header with ]", "[logger_root]", "[logger_root]   # x", covers=("python 12",))
change("continuation lines", "args=(sys.stdout,)", "args=(\n  sys.stdout\n  ,\n  )", covers=("python 12",))
change("continuation in a format", "format=" + FORM, "format=%(levelname)s\n   %(name)s\n\t%(message)s", covers=("python 12",))
change("a blank line in a format", "format=" + FORM, "format=%(levelname)s\n\n   %(message)s", covers=("python 12",))
change("a comment in a format", "format=" + FORM, "format=%(levelname)s\n# comment\n   %(message)s\n  ; another\n   end", covers=("python 12",))
change("trailing blank lines in a format", "format=" + FORM, "format=%(message)s\n\n\n", covers=("python 12",))
change("a deeper indent is stripped", "format=" + FORM, "format=%(levelname)s\n          %(message)s", covers=("python 12",))
change("keys in any case", "format=" + FORM, "FORMAT=" + FORM, covers=("python 12",))
change("handlers key in upper case", "handlers=h", "HANDLERS=h", covers=("python 12",))
change("colon as delimiter", "format=" + FORM, "format: " + FORM, covers=("python 12",))
change("blanks around the delimiter", "level=NOTSET", "level   =   NOTSET   ", covers=("python 12",))
change("no blank behind a colon", "level=NOTSET", "level:NOTSET", covers=("python 12",))
change("lists with blanks", "[handlers]\nkeys=h", "[handlers]\nkeys =  h  ", covers=("python 12",))
add("lists over lines", ini({"root": ("", "DEBUG", "h,\n  i", None)}, {"h": OUT, "i": {**OUT, "args": "()"}}, {"f": {"format": FORM}}).replace("keys=h,i", "keys=h,\n   i"), covers=("python 12",))
add("a section that nobody listed", GOOD + "[handler_x]\nclass=Nope\n[other]\nx=%(y)s\n", covers=("python 12",))
add("keys that nobody knows", GOOD.replace("[handler_h]", "[handler_h]\nzzz=1\nanother key=2"), covers=("python 12",))
add("an empty section", GOOD + "[nothing]\n")
add("a section name of 60 characters", GOOD.replace("[handlers]\nkeys=h", "[handlers]\nkeys=" + "h" * 60).replace("[handler_h]", "[handler_%s]" % ("h" * 60)).replace("handlers=h", "handlers=" + "h" * 60))
add("a section name in other letters", GOOD.replace("[handlers]\nkeys=h", "[handlers]\nkeys=ünï 1").replace("[handler_h]", "[handler_ünï 1]").replace("handlers=h", "handlers=ünï 1"))
add("CRLF", GOOD.replace("\n", "\r\n"))
add("CR", GOOD.replace("\n", "\r"))
add("no newline at the end", GOOD.rstrip("\n"))
add("tab indent", GOOD.replace("args=(sys.stdout,)", "args=(\n\tsys.stdout,\n\t)"))
add("a line of 201 bytes", GOOD.replace("format=" + FORM, "format=%(message)s " + "x" * 180))
add("a line of 5,000 bytes", GOOD.replace("format=" + FORM, "format=%(message)s " + "x" * 5000))
add("sections in another order", "\n".join("[" + part for part in reversed(("\n" + GOOD).split("\n[")[1:])) + "\n")
add("no formatters at all", ini({"root": ("", "DEBUG", "h", None)}, {"h": {"class": "StreamHandler", "args": "(sys.stdout,)"}}, {}))
add("a formatter without a format", GOOD.replace("format=%s\n" % FORM, ""))
add("an empty format", GOOD.replace("format=" + FORM, "format="))
add("an empty datefmt", simple("%(asctime)s %(message)s", datefmt=""))
add("class logging.Formatter", simple(FORM, **{"class": "logging.Formatter"}))
# Literals.
for text in ("('o.log', 'w')", '("o.log", \'w\')', "('o' 'x.log', 'w')", "('o.log' , 'w' , )", "('''o.log''', \"\"\"w\"\"\")", "(r'o.log', 'w')", "(u'o.log', 'w')", "('\\x6f.log', 'w')", "('\\u00f6.log', 'w')", "('o.log', 'w', None, 1)", "('o.log', 'w', None, not True)", "('o.log', 'w', None, 1 > 2)", "tuple(['o.log'])"):
    if not any(word in text for word in ("not ", ">", "tuple")):
        add("args " + text, one({"class": "FileHandler", "args": text}), covers=("python 13",))
for text in ("2*60", "1024 * 2 // 16", "10**2", "0x40", "1_00", "+64", "--64", "(60 + 4)", "0b1000000", "0o100", "64 % 65" if False else "64", "128 - 64", "1 << 6", "64 | 0", "True * 64"):
    add("maxBytes " + text, one({"class": "handlers.RotatingFileHandler", "args": "('o.log', 'a', %s, 3)" % text.replace("%", "%%")}, "%(message)s"), [record("r", 20, "line %d", i) for i in range(15)], covers=("python 13",))
for name in ("handlers.SysLogHandler.LOG_LOCAL1", "handlers.SysLogHandler.LOG_KERN"):
    add("a name in args, " + name, one("handlers.SysLogHandler(('127.0.0.1', {udp}), %s)" % name), covers=("python 13",))
add("the text is JSON: dictConfig first", {"version": 1, "root": {"level": "DEBUG", "handlers": ["h"]}, "handlers": {"h": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}}}, covers=("python 16",))
# Formatting facts.
add("a format that fails at each record only", simple("%(message)s %(x)d"), [record("a", 20, "m", extra={"x": 5})], covers=("python 17",))
add("msecs are cut from the double", simple("%(asctime)s %(msecs)r %(msecs)03d %(created)r"), [record("a", 20, "m", created=c) for c in (1700000000.123, 1700000000.001, 1700000000.999999, 0.5, 1e-3, 1699999999.9999, 5, 1700000000.0, 1234567890.5)], covers=("python 18",))
add("without args nothing is merged", simple("%(message)s"), [record("a", 20, "100%%"), record("a", 20, "%s %d %(x)s"), record("a", 20, "100%% %s", "x"), record("a", 20, "%(k)s", {"k": 1}), record("a", 20, "%s", {})], covers=("python 19",))
add("numbers as Python prints them", simple("%(message)s"), [record("a", 20, "%s %s %s %#o %d %d %5s|%-5s|%.2s", 1e16, 1.0, 10**30, 15, 3.99, -2.5, "é", "日本", "日本語")], covers=("python 20",))
# Dates.
for directive in "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%fEOLqQN":
    add("strftime %%%s" % directive, simple("%(asctime)s|%(message)s", datefmt="<%%%s>" % directive), [record("a", 20, "m", created=c) for c in (0.0, 1700000000.123, 951782400.0, 1711846800.5, 1711850400.5, -1.5, 4102444799.9)])
for zone in ("UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "EST5EDT", "CET-1CEST,M3.5.0,M10.5.0/3", ""):
    add("zone %s" % zone, simple("%(asctime)s", datefmt="%Y-%m-%d %H:%M:%S %z %Z") + "", [record("a", 20, "m", created=c) for c in (0, 1711846799, 1711846800, 1711850400, 1730005200, 1730008800, 1699163999, 1699164000, 1325239200, -86400.5, 2**31, 2**32 + .5)], zone=zone)
    add("default date in zone %s" % zone, simple("%(asctime)s"), [record("a", 20, "m", created=c) for c in (0, 1711846799.9995, 1711846800.0004, 1730005200.5, -0.001, -1.999)], zone=zone)
add("datefmt of letters, blanks, ü", simple("%(asctime)s", datefmt="Woche %V, ü %% %d. %B"), LINES)
add("stack and exception with line breaks at their ends", simple("%(message)s"), [record("a", 40, m, exc_text=e, stack_info=s) for m in ("m", "m\n", "") for e in (None, "", "E", "E\n", "E\n\n") for s in (None, "", "S", "S\n")])
add("derived attributes", simple("%(filename)s|%(module)s|%(pathname)s|%(lineno)s|%(funcName)s"), [{**record("a", 20, "m"), "pathname": p} for p in ("/a/b.c.py", "b", "", "/", "/a/", ".py", "/x/.hidden", "a/b/c", "ü/é.txt", "noext.", "a.b.c", "\\win\\x.py")])
add("derived attributes that are given", simple("%(filename)s|%(module)s|%(msecs)s|%(relativeCreated)s|%(created)s"), [record("a", 20, "m", filename="F", module="M", msecs=5, relativeCreated=7), record("a", 20, "m", msecs=1.5), record("a", 20, "m", created=5), record("a", 20, "m", created=True), record("a", 20, "m", created=2**40)])
add("attributes of odd types", simple("%(lineno)s|%(funcName)s|%(thread)s|%(threadName)s|%(process)s|%(processName)s|%(pathname)s|%(exc_text)s|%(stack_info)s"),
    [record("a", 20, "m", lineno=None, func=5, thread="t", threadName=None, process=-1), record("a", 20, "m", lineno=10**30, thread=1.5, process=[1], processName={"a": 1}), record("a", 20, "m", lineno=-5, thread=-7, process=2**63)])
