"""Broken configurations: exit 2, the line at fault first on each line of standard error, nothing on standard output,
nothing created, and under strace no exec and no file opened for writing. Python refuses each of them too."""
import concurrent.futures
import json
import os
import re
import subprocess

import harness
from compared import Python
from harness import test, tmp

GOOD = """[loggers]
keys=root,a

[handlers]
keys=out,file

[formatters]
keys=f

[logger_root]
level=INFO
handlers=out

[logger_a]
level=DEBUG
handlers=file
qualname=a.b
propagate=1

[handler_out]
class=StreamHandler
level=WARNING
formatter=f
args=(sys.stdout,)

[handler_file]
class=FileHandler
formatter=f
args=('new.log', 'w')

[formatter_f]
format=%(asctime)s %(message)s
datefmt=%H:%M
"""
LINES = GOOD.splitlines()


def at(text, nth=1):
    return [i for i, line in enumerate(LINES, 1) if line == text][nth - 1]


BROKEN = []  # (name, bytes of the file, the line at fault (None: of the file as a whole), does Python take it? None: it is not tried)


def add(name, text, line, python=False):
    BROKEN.append((name, text if isinstance(text, bytes) else text.encode(), line, python))


def replace(name, old, new, offset=0, nth=1, python=False):
    """One whole line replaced; the fault is `offset` lines below it."""
    lines = list(LINES)
    lines[at(old, nth) - 1:at(old, nth)] = new.split("\n") if new is not None else []
    add(name, "\n".join(lines) + "\n", at(old, nth) + offset, python)


HANDLER = "class=FileHandler"
ARGS = "args=('new.log', 'w')"
# The text itself.
add("empty", "", None)
add("blanks only", "\n\n   \n", None)
add("comments only", "# nothing\n; here\n", None)
add("binary", bytes(range(128, 256)) * 4, 1)
add("invalid UTF-8", GOOD.encode().replace(b"level=INFO", b"level=\xffINFO"), at("level=INFO"))
add("overlong UTF-8", GOOD.encode().replace(b"level=INFO", b"level=\xc0\x80"), at("level=INFO"))
add("NUL", GOOD.replace("level=INFO", "level=IN\0FO"), at("level=INFO"))
add("a line of 1 MB", GOOD + "# " + "x" * 1100000 + "\n", None, python=True)
add("a value of 70 KiB", GOOD.replace("datefmt=%H:%M", "datefmt=" + "x" * 70000), at("datefmt=%H:%M"), python=True)
add("a section name of 300 bytes", GOOD + "[%s]\n" % ("s" * 300), len(LINES) + 1, python=True)
# The grammar.
replace("unterminated [", "[handler_file]", "[handler_file")
replace("an empty section name", "[handler_file]", "[]")
replace("a line without =", "level=INFO", "level INFO")
replace("a bare word", "qualname=a.b", "qualname=a.b\nnonsense", 1)
add("a key before a section", "level=INFO\n" + GOOD, 1)
add("a continuation first", "  level=INFO\n" + GOOD, 1)
add("a value without a key", GOOD.replace("level=DEBUG", "=DEBUG"), at("level=DEBUG"))
add("duplicate section", GOOD + "[handler_file]\nclass=NullHandler\n", len(LINES) + 1)
add("duplicate section of loggers", GOOD + "[loggers]\nkeys=root\n", len(LINES) + 1)
replace("duplicate key", "formatter=f", "formatter=f\nformatter=f", 1)
replace("duplicate key of another case", "level=WARNING", "level=WARNING\nLEVEL=ERROR", 1)
# Interpolation.
replace("% alone", "level=INFO", "level=%")
replace("%(x)", "level=INFO", "level=%(x)")
replace("%(missing)s", "level=INFO", "level=%(missing)s")
replace("% before another letter", "level=INFO", "level=%dINFO")
replace("unterminated %(", "level=INFO", "level=%(x")
replace("self-reference", "level=INFO", "level=%(level)s")
replace("a cycle", "level=INFO", "level=%(x)s\nx=%(y)s\ny=%(x)s")
replace("a bare % in args", ARGS, "args=('50%.log', 'w')")
add("a hundred million bytes by interpolation", GOOD.replace("level=INFO", "level=%(a8)s\n" + "\n".join("a%d=%s" % (i, ("%%(a%d)s" % (i - 1)) * 10 if i else "x" * 10) for i in range(9))), at("level=INFO"), python=None)
# Sections and keys that are not there.
for section in ("loggers", "handlers", "formatters"):
    add("no [%s]" % section, GOOD.replace("[%s]" % section, "[other%s]" % section), None)
    nth = ("loggers", "handlers", "formatters").index(section)
    key = ("keys=root,a", "keys=out,file", "keys=f")[nth]
    replace("[%s] without keys" % section, key, "other=x", -1)
    # Told where they are named: the first who does.
    replace("[%s] keys empty" % section, key, "keys=", {"loggers": 0, "handlers": at("handlers=out") - at(key), "formatters": at("formatter=f") - at(key)}[section])
    replace("[%s] keys lists what has no section" % section, key, key + ",nope")
replace("missing root", "keys=root,a", "keys=a")
replace("keys in upper case letters", "keys=root,a", "keys=ROOT,a")
replace("keys with a comma at the end", "keys=root,a", "keys=root,a,")
replace("a section name in another case", "[handler_file]", "[Handler_file]", at("keys=out,file") - at("[handler_file]"))
replace("[logger_a] without qualname", "qualname=a.b", None, at("[logger_a]") - at("qualname=a.b"))
replace("[logger_root] without handlers", "handlers=out", None, at("[logger_root]") - at("handlers=out"))
replace("[handler_file] without class", HANDLER, None, at("[handler_file]") - at(HANDLER))
# Names.
replace("unknown handler", "handlers=file", "handlers=flie")
replace("unknown handler among others", "handlers=file", "handlers=file,out,nope")
replace("a comma only", "handlers=file", "handlers=,")
replace("unknown formatter", "formatter=f", "formatter=g")
replace("unknown class", HANDLER, "class=FielHandler")
replace("class of another kind", HANDLER, "class=logging.Formatter")
replace("class without handlers.", HANDLER, "class=RotatingFileHandler")
replace("class empty", HANDLER, "class=")
replace("class with quotes", HANDLER, "class='FileHandler'")
replace("class in lower case", HANDLER, "class=filehandler")
replace("class is an expression", HANDLER, "class=(lambda: FileHandler)()", python=None)
replace("class of a foreign module", HANDLER, "class=os.system")
# Levels.
for level in ("LOUD", "info", "Info", "20", "-1", "1099511627776", "", " ", "DEBUG INFO", "logging.INFO", "0x14", "'INFO'"):
    replace("level %r" % level, "level=INFO", "level=" + level)
replace("a handler's level", "level=WARNING", "level=warning")
replace("a handler's level is a number", "level=WARNING", "level=30")
# propagate.
for text in ("no", "yes", "True", "", "1.0", "0x1", "1 0", "--1"):
    replace("propagate %r" % text, "propagate=1", "propagate=" + text)
# Arguments.
for args in ("", "(", ")", "('new.log'", "'new.log')", "('new.log', 'w'))", "('new.log' 'w' 5)", "('new.log')", "(new.log,)", "()", "('new.log', 'q')", "('new.log', 5)", "('new.log', 'w', 'no-such-encoding')", "(1.5,)", "({},)", "(b,)", "5", "None",
             "('new.log', 'w', None, False, None, 6)", "('new.log', mode='w')", "('new.log', 'w', 'utf-8', False, 'shrug')", "('new.log',, 'w')", "('new.log\n'w')" if False else "('new.log, 'w')", "(\"new.log', 'w')", "('new.log', 'w'", "('\\xZZ',)", "('\\u12',)", "(0777,)", "(1/0,)", "(9**9**9,)" if False else "('a' + 5,)", "(-'a',)",
             "(open('new.log', 'w'),)", "(__import__('os').system('touch new.log'),)", "((lambda: 1)(),)", "([x for x in (1,)],)", "(exec('1'),)", "(f'{1}',)" if False else "(eval('1'),)", "(().__class__.__bases__[0].__subclasses__(),)", "(globals(),)", "(os.environ['HOME'],)", "('%s.log' % 'new',)",
             "('/proc/nowhere/new.log', 'w')", "('no/such/directory/new.log',)", "('/', 'w')", "('.',)", "('new\\0.log',)", "('',)", "(None,)"):
    known = args in ("(__import__('os').system('touch new.log'),)", "((lambda: 1)(),)", "([x for x in (1,)],)", "(exec('1'),)", "(eval('1'),)", "(open('new.log', 'w'),)")
    replace("args " + args, ARGS, "args=" + args.replace("%", "%%"), python=None if known or "shrug" in args else "% 'new'" in args)
for kwargs in ("{", "}", "{'mode': 'w'}", "{'nope': 1}", "{1: 2}", "[]" if False else "['mode']", "5", "{'encoding': 5}", "{'delay'}", "dict(mode='w')"):
    replace("kwargs " + kwargs, ARGS, ARGS + "\nkwargs=" + kwargs, 1, python=None if kwargs in ("['mode']",) else kwargs == "dict(mode='w')" and None)
for kind, args in (("RotatingFileHandler", "('new.log', 'a', -1)"), ("RotatingFileHandler", "('new.log', 'a', '10')"), ("RotatingFileHandler", "('new.log', 'a', 10, -2)"), ("TimedRotatingFileHandler", "('new.log', 'Q')"), ("TimedRotatingFileHandler", "('new.log', 'W')"),
                   ("TimedRotatingFileHandler", "('new.log', 'W7')"), ("TimedRotatingFileHandler", "('new.log', 5)"), ("TimedRotatingFileHandler", "('new.log', 'S', 'x')"), ("SocketHandler", "('localhost', 70000)"), ("SocketHandler", "('localhost',)"), ("SocketHandler", "()"), ("DatagramHandler", "('localhost', '514')"),
                   ("SysLogHandler", "(('127.0.0.1', 514), 'nonsense')"), ("SysLogHandler", "(5,)"), ("HTTPHandler", "('h', '/x', 'PUT')"), ("HTTPHandler", "()"), ("SMTPHandler", "('h', 'a@b')"), ("SMTPHandler", "()"), ("NullHandler", "(1, 2)"), ("WatchedFileHandler", "()")):
    late = kind in ("SocketHandler", "DatagramHandler") and "514" in args or "70000" in args or "nonsense" in args or "-1" in args or "-2" in args or "'10'" in args
    replace("%s %s" % (kind, args), HANDLER, "class=" + ("" if kind == "NullHandler" else "handlers.") + kind, at(ARGS) - at(HANDLER), python=late)
    name, text, line, python = BROKEN.pop()
    BROKEN.append((name, text.replace(ARGS.encode(), b"args=" + args.encode()), line, None if late else False))
# Formatters.
for form in ("nothing", "%s", "%(message)", "{message}", "%(message)y", "100%"):
    replace("format " + form, "format=%(asctime)s %(message)s", "format=" + form)
for style, form in (("x", "%(message)s"), ("{", "{message"), ("{", "{}"), ("{", "none"), ("$", "$"), ("$", "none"), ("{", "{message!x}"), ("{", "{message:yy}"), ("%%", "%(message)s")):
    replace("style %s %s" % (style, form), "format=%(asctime)s %(message)s", "format=%s\nstyle=%s" % (form, style), 1 if style in ("x", "%%") else 0)
replace("a formatter's class", "datefmt=%H:%M", "class=NoSuch")


def open_for_writing(line):
    call = re.search(r"\b(open|openat|creat|execve|execveat|rename\w*|unlink\w*|mkdir\w*|truncate|link\w*|symlink\w*)\(", line)
    if call is None:
        return False
    if call[1].startswith("open"):
        return re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", line) is not None
    return True


def runtimes_own(line):
    """What a sanitizer's runtime does before main."""
    return os.path.basename(harness.BUILD) in ("asan", "tsan") and re.search(r'"/tmp/tsan\.rodata\.\d+"|mkdir\("/tmp(/weir-reports-\w+)?",', line)


def run_weir(text):
    """(exit status, stdout, stderr, new files, forbidden calls)."""
    place = tmp()
    os.mkdir(place + "/cwd")
    with open(place + "/cwd/bad.ini", "wb") as f:
        f.write(text)
    command = ["strace", "-f", "-qq", "-o", place + "/trace", "-e", "trace=%file", os.path.join(harness.BUILD, "weir"), "log", "-c", "bad.ini", "--jsonl", "--escape=none"]
    done = subprocess.run(command, input=b'{"logger":"a","level":"ERROR","msg":"x"}\n', capture_output=True, cwd=place + "/cwd", env=harness.full_env(), timeout=60 * harness.SLOW)
    with open(place + "/trace", errors="replace") as f:
        calls = [line for line in f if open_for_writing(line) and not runtimes_own(line)]
    made = sorted(set(os.listdir(place + "/cwd")) - {"bad.ini"})
    return done.returncode, done.stdout, done.stderr.decode(), made, calls[1:]  # the first is strace's own start of the command


def what_is_wrong(case):
    name, text, line, _ = case
    status, out, err, made, calls = run_weir(text)
    lines = err.splitlines()
    faults = []
    if status != 2:
        faults.append("exit %d" % status)
    if out:
        faults.append("stdout %r" % out)
    if made:
        faults.append("created %s" % made)
    if calls:
        faults.append("did %s" % calls[:3])
    if not lines or not all(re.match(r"bad\.ini:\d+: ..", one) for one in lines):
        faults.append("says %r" % err[:300])
    elif line is not None and "bad.ini:%d:" % line not in [re.match(r"bad\.ini:\d+:", one)[0] for one in lines]:
        faults.append("line %d is not named: %r" % (line, err[:300]))
    return "%s: %s" % (name, "; ".join(faults)) if faults else ""


@test(covers=["py must 5"], quick=True)
def each_is_refused_and_does_nothing():
    assert len(BROKEN) >= 100, len(BROKEN)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [fault for fault in pool.map(what_is_wrong, BROKEN) if fault]
    print("        %d broken configurations" % len(BROKEN))
    assert not wrong, "%d of %d:\n%s" % (len(wrong), len(BROKEN), "\n".join(wrong))


@test(covers=["python 14", "python 15"], quick=True)
def python_refuses_them_too():
    python = Python()
    wrong = []
    for name, text, _, taken in BROKEN:
        if taken is None:  # it may do anything
            continue
        place = tmp()
        os.mkdir(place + "/cwd")
        with open(place + "/cwd/bad.ini", "wb") as f:
            f.write(text)
        with open(place + "/stdin", "w"):
            pass
        status = python.run({"cwd": place + "/cwd", "config": "bad.ini", "env": {}, "python": "", **{n: place + "/" + n for n in ("stdin", "stdout", "stderr")}})
        if (status == 0) != taken:
            wrong.append("%s: Python %s" % (name, "takes it" if status == 0 else "refuses it"))
    python.close()
    assert not wrong, "\n".join(wrong)


harness.main()
