"""Handlers that send: every payload, over every kind of socket; peers that are not there."""
from compared import Case, ini, one, op, record

CASES = []
LINES = [
    record("a.b", "INFO", "plain"),
    record("a.b", "ERROR", "with %s and %d", "text", 7),
    record("", "WARNING", "root", exc_text="Traceback (most recent call last):\n  boom"),
    record("x", 35, "between", stack_info="Stack (most recent call last):\n  here"),
    record("ü.名", "CRITICAL", "ünï %s", "日本", pathname="file", func=None),
    record("", 10, "", pathname="", threadName="", func="é"),
    record("n", "DEBUG", "%%"),
    record("m", 20, "%(a)s %(b)d", {"a": "x", "b": 2}),
    record("l", 20, "%s", [1, None, True, 1.5, "it's"]),
    record("z", 20, "a\0b\nc\td\x1b"),
]
# What a pickler makes of every type, at every border.
EXTRAS = [
    {"one": 1},
    {"s": "", "t": "x", "u": "ü", "v": "x", "long": "l" * 300, "same": "x"},
    {"i": [0, 255, 256, 65535, 65536, -1, 2147483647, -2147483648, 2147483648, -2147483649, 1 << 63, -(1 << 80)]},
    {"f": [0.0, -0.0, 1.5, 1e300, float("inf"), float("nan")], "b": [True, False], "none": None},
    {"l": [], "l1": [1], "l2": ["a", "b"], "d": {}, "d1": {"k": "v"}, "d2": {"k": 1, "kk": [{"kk": 1}, {"kk": 2}]}},
    {"big": list(range(2500)), "edge": list(range(1000)), "wide": {"key%04d" % i: i for i in range(1000)}},
    {"many": {"k%d" % i: str(i) for i in range(300)}},
    {"deep": [[[[["x"]]]]], "text": "line\nline\u2028\x00\x1b"},
    {"name2": "n", "Asctime": "x"},
]


def add(name, config, lines=tuple(LINES), **more):
    CASES.append(Case("network: " + name, config, list(lines), **more))


def handler(kind, args="()", form="%(levelname)s:%(name)s:%(message)s", level="NOTSET", before=None, **keys):
    """A handler at the root; `before`: a formatter of a handler to stdout that comes first."""
    handlers = {"h": {"class": "handlers." + kind, "args": args, "formatter": "f", **keys}}
    formatters = {"f": {"format": form}}
    if before is not None:
        handlers = {"o": {"class": "StreamHandler", "args": "(sys.stdout,)", "formatter": "b"}, **handlers}
        formatters["b"] = {"format": before}
    return ini({"root": ("", level, ",".join(handlers), None)}, handlers, formatters)


for kind, peer, covers in (("SocketHandler", "tcp", "python 25"), ("DatagramHandler", "udp", "python 25")):
    for host in ("127.0.0.1", "localhost"):
        add("%s to %s" % (kind, host), handler(kind, "('%s', {%s})" % (host, peer)), covers=(covers,))
    add(kind + " by kwargs", handler(kind, "()", kwargs="{'host': '127.0.0.1', 'port': {%s}}" % peer))
    add(kind + " with a level", handler(kind, "('127.0.0.1', {%s})" % peer, level="ERROR"))
    add(kind + " of a handler's level", handler(kind, "('127.0.0.1', {%s})" % peer, **{"level": "WARNING"}))
    for before in ("%(message)s", "%(asctime)s %(message)s"):
        add("%s after %s" % (kind, before), handler(kind, "('127.0.0.1', {%s})" % peer, before=before), LINES + [record("e", 20, "m", extra={"k": "v"})], covers=(covers,))
    for number, extra in enumerate(EXTRAS):
        if kind == "SocketHandler" or number not in (5, 6):
            add("%s extra %d" % (kind, number), handler(kind, "('127.0.0.1', {%s})" % peer), [record("e", 20, "m %d", 1, extra=extra)], covers=(covers,))
many = {"field%04d" % i: i for i in range(979)}
for count in (976, 977, 978, 979):
    add("SocketHandler, %d fields" % count, handler("SocketHandler", "('localhost', {tcp})"), [record("e", 20, "m", extra=dict(list(many.items())[:count]))])
add("SocketHandler to a UNIX socket", handler("SocketHandler", "('{unix}', None)"), covers=("python 25",))
add("DatagramHandler to a UNIX socket", handler("DatagramHandler", "('{unixgram}', None)"), covers=("python 25",))
add("odd attributes in a pickle", handler("SocketHandler", "('127.0.0.1', {tcp})"), [record("e", 20, "m", lineno="text", thread=None, process=2**70, msecs=5, func=1, module=None, filename=3, processName=False, threadName=[1])])
add("levels of every kind in a pickle", handler("SocketHandler", "('127.0.0.1', {tcp})"), [record("e", n, "m") for n in (1, 255, 256, 65535, 65536, 2147483647)])
# One connection here, of both generations: the same bytes.
add("a reconfigure to the same peer", handler("SocketHandler", "('127.0.0.1', {tcp})"), [record("a", 20, "1"), op("reconfigure", path="c.ini"), record("b", 20, "2")], whole=("network tcp",))
S = "SysLogHandler"
for args in ("(('127.0.0.1', {udp}),)", "(('127.0.0.1', {udp}), handlers.SysLogHandler.LOG_LOCAL3)", "(('127.0.0.1', {udp}), 'daemon')", "(('127.0.0.1', {udp}), 2)", "(('localhost', {udp}), 'solaris-cron', handlers.socket.SOCK_DGRAM)",
             "(('127.0.0.1', {tcp}), 'user', handlers.socket.SOCK_STREAM)", "('{unix}',)", "('{unix}', 1, handlers.socket.SOCK_STREAM)", "('{unixgram}',)", "('{unixgram}', 1, handlers.socket.SOCK_DGRAM)"):
    add("SysLogHandler " + args, handler(S, args), covers=("python 27",))
for name in "auth authpriv console cron daemon ftp kern lpr mail news ntp security solaris-cron syslog user uucp local0 local7".split():
    add("facility " + name, handler(S, "(('127.0.0.1', {udp}), '%s')" % name, "%(message)s"), LINES[:2], covers=("python 27",))
add("SysLogHandler and renamed levels", handler(S, "(('127.0.0.1', {udp}),)"), [op("add_level_name", level=35, name="NOTICE"), op("add_level_name", level=40, name="info"), record("a", 35, "notice"), record("a", 40, "renamed"), record("a", 50, "crit"), record("a", 20, "two\nlines"),
    op("add_level_name", level=50, name="debug"), record("a", 50, "x"), record("a", 33, "unnamed"), op("add_level_name", level=20, name="CRITICAL"), record("a", 20, "y")], covers=("python 27",))
add("SysLogHandler without a formatter", handler(S, "(('127.0.0.1', {udp}),)", formatter=""), covers=("python 27",))
for attributes, kwargs in (({"ident": "kvd: "}, "{'ident': 'kvd: '}"), ({"append_nul": False}, "{'append_nul': False}"), ({"ident": "ü", "append_nul": False}, "{'ident': 'ü', 'append_nul': 0}")):
    add("SysLogHandler " + kwargs, handler(S, "(('127.0.0.1', {udp}),)"), python="import logging.handlers\nfor k, v in %r.items(): setattr(logging.handlers.SysLogHandler, k, v)" % attributes, weir_config=handler(S, "(('127.0.0.1', {udp}),)", kwargs=kwargs), covers=("python 27",))
for args in ("('127.0.0.1:{http}', '/log')", "('127.0.0.1:{http}', '/log?a=b', 'GET')", "('localhost:{http}', '/log', 'POST')", "('127.0.0.1:{http}', '/x/../y', 'post')", "('127.0.0.1:{http}', '/log', 'POST', False, ('user', 'p:w'))", "('127.0.0.1:{http}', '/log', 'GET', 0, ('ü', 'abcd'))", "('127.0.0.1:{http}', '/?', 'GET')"):
    add("HTTPHandler " + args, handler("HTTPHandler", args), covers=("python 26",))
for before in ("%(message)s", "%(asctime)s %(message)s"):
    add("HTTPHandler after " + before, handler("HTTPHandler", "('127.0.0.1:{http}', '/log', 'POST')", before=before), LINES + [record("a", 20, "m %d", 1, extra={"k": "v"})], covers=("python 26",))
for number, extra in enumerate(EXTRAS[:5] + EXTRAS[7:] + [{"k": "a b&c=d+e/~._-", "ü": {"d": "'"}, "": "empty", "n\n": "\n"}]):
    add("HTTPHandler extra %d" % number, handler("HTTPHandler", "('127.0.0.1:{http}', '/', 'POST')"), [record("e", 20, "m %s", "it's", extra=extra), record("e", 20, "%(a)s", {"a": 1}, extra=extra)], covers=("python 26",))
add("HTTPHandler by kwargs", handler("HTTPHandler", "()", kwargs="{'host': '127.0.0.1:{http}', 'url': '/l', 'method': 'POST', 'secure': False, 'credentials': None, 'context': None}"))
DATE = ((rb"\nDate: [^\r]*", b"\nDate: now"),)
BODIES = ["plain", "two\nlines", "ends\n", "", ".dot\n..\n.", "größe", "ä" * 100, "x" * 79, "x" * 78, "x" * 500, "a=b ü " * 20, "word " * 30, "x" * 76 + " ", "y" * 77 + "\t", "z" * 78 + " ", "=" * 120, "ü" + "long " * 40 + "\n" * 12 + "t \n",
          "\n".join("line %d %s" % (i, "é" * i) for i in range(60)), "tab\t\r\ncr\rlf\n\nend", "ü" * 24 + " = " * 30 + "\t", "日本語" * 40, "\0 nul", "😀 " * 60, "x" * 998, "x" * 999, "From here\nFrom there\n From\nFromage", "From " + "x" * 100 + "\nFrom " + "é" * 9, "x" * 72 + " From " + "y" * 72 + "\nFrom \n"]
M = "SMTPHandler"
for args in ("(('127.0.0.1', {smtp}), 'a@b.c', ['d@e.f'], 'Hello')", "(('127.0.0.1', {smtp}), 'a@b.c', 'd@e.f', 'S')", "(('127.0.0.1', {smtp}), 'App <a@b.c>', ['d@e.f', 'Name <g@h.i>', 'j@k'], 'several')", "(('127.0.0.1', {smtp}), 'root', ['root'], '')",
             "(('127.0.0.1', {smtp}), 'a@b.c', 'd@e.f', 'a long subject " + "of several words " * 8 + "in all')", "(('127.0.0.1', {smtp}), 'a@b.c', 'd@e.f', 'ünï')", "(('127.0.0.1', {smtp}), 'a@b.c', 'd@e.f', 'S', None, None, 2.5)", "(('127.0.0.1', {smtp}), 'a@b.c', ('d@e.f', 'g@h.i'), 'tuple')",
             "(('127.0.0.1', {smtp}), 'a@b.c', ['d@e.f'], '100%% sure: <x>, \"y\"')", "(('127.0.0.1', {smtp_login}), 'a@b.c', ['d@e.f'], 's', ('user', 'pa ss'))"):
    add("SMTPHandler " + args[:70], handler(M, args, "%(message)s"), LINES[:4], same=DATE, covers=("python 28",))
for number, body in enumerate(BODIES):
    add("SMTPHandler body %d" % number, handler(M, "(('127.0.0.1', {smtp}), 'a@b.c', ['d@e.f'], 'Body')", "%(message)s"), [record("m", 20, "%s", body)], same=DATE, covers=("python 28",))
