"""args= and kwargs= against Python's own eval: hand-picked literals and random arithmetic, and what must be
refused although Python would run it."""
import logging
import logging.config
import logging.handlers
import random
import socket
import sys
import warnings

import harness
from harness import test
from probe import probe

# One a line.
HAND = r"""()
(1,)
(1)
('a')
('a',)
'a','b'
'a',
[]
[1, 2,]
{}
{'a': 1}
{'a': 1, 'b': [1, (2,)],}
{1: 2}
((),)
(None, True)
None
True
'a' 'b'
'a' "b" r'\n'
"it's"
'say "x"'
'''a'b'''
r'\d'
R"\\"
u'x'
U'x'
''
'\n\t\r\a\b\f\v\\\'\"'
'\x41\u20ac\U0001f600'
'\101\0\7'
'\q\d'
'é€'
0
00
0_0
1_000
0x1F
0X_ff
0o17
0b101
0B1_1
12345678901234567890
-9223372036854775808
9223372036854775807
1.5
.5
5.
1e3
1E-3
1_0.0_1e1_0
1.e5
00.5
012.5
1e400
-1e-400
0.1+0.2
1/3
7//2
-7//2
7//-2
-7%3
7%-3
7.5//2
-7.5//2
7.5%2
-7.5%2
2**10
2**-1
-2**2
(-2)**2
2**3**2
0**0
1**99999999999
(-1)**99999999999
2*60
60*60*24*7
1<<10
1024>>3
-1>>100
0<<99
6&3
6|3
6|3^5
3^5&1
~5
- -5
+True
True+True
True&False
True|True
10*1024*1024
'a'*3
3*'a'
'a'*0
'a'*-1
(1,)*2
[0]*3
'a'+'b'
(1,)+(2,)
[1]+[2]
1 # comment
  ('a',)
ERROR
WARN
handlers.SYSLOG_UDP_PORT
handlers.socket.SOCK_DGRAM
BASIC_FORMAT
('localhost', handlers.SYSLOG_UDP_PORT), handlers.SysLogHandler.LOG_USER
1.0
1e16
1e22
123456789.123456789
-0.0
5e-324
1.7976931348623157e308
9223372036854775807+1
2**63
2**62
-2**63
10**18
9**9
99999999999*99999999999
1<<63
1<<62
3.0**2
2.5e-3*4
1//0
1/0
1%0
1.0/0
0**-1
(-8)**0.5""".split("\n") + ["(1, # c\n 2)", "(\n'x',\n  'y'\n)", "'a\\\nb'", "1 + \\\n 2", "\"\"\"x\"y\n\"\"\"", "(1,\n\n2)"]

# Python would run these, or take them; or they are an error in both.
REFUSED = r"""__import__('os').system('id')
open('/etc/passwd')
exec('x')
eval('1')
(lambda: 1)()
lambda: 1
[x for x in (1,2)]
{1, 2}
b'x'
f'{1}'
rb'x'
'%s' % 1
os.environ
os.sep
sys.stdin
sys.exit()
print
logging
handlers
getLogger()
time.time()
__builtins__
().__class__
'a'.upper()
'a'[0]
[1][0]
1 if 2 else 3
not 1
1 and 2
1 < 2
1 == 1
1 in (1,)
...
1j
'\N{BULLET}'
'\ud800'
'\x4'
*()
{**{}}
x:=1
`x`
$x
?
012
1__0
1_
0x
0xg
1e
1x
'abc
"abc
'''abc
(
)
(1
[1
{1:
{'a' 1}
{'a': 1
(1 2)
(1,,2)
,
(,)
('a' 1)
1 2
('a',)('b',)
'a';
\x41
[1,2}
(1]
{[]: 1}
{{}: 1}
-'a'
~1.5
'a'+1
(1,)+[2]
'a'*1.5
'a'*'b'
1+None
sys.stdout+'x'
u'a' b'b'
ur'x'
'a'*10**9
[0]*10**9
9**9**9
9**9**9**9**9
2**99999999999999
1<<99999999999
'a'*99999999999999999999""".split("\n") + [
    "", "'a\nb'", "1,\n2", "(" * 100000, "(" * 100000 + ")" * 100000, "-" * 100000 + "1", "2" + "**2" * 50000,
    "[" * 50 + "]" * 50, "9" * 4301, "'" + "x" * 65537 + "'"]


def known_names():
    scope = dict(vars(logging))
    scope["socket"] = socket
    scope["__builtins__"] = {}
    return scope


def python_value(text, scope):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(text, scope)


def compare(text, seen, scope):
    try:
        expected = python_value(text, scope)
    except Exception:
        assert "error" in seen, (text, seen)
        return
    if "error" in seen and ("64 bits" in seen["error"] or "63 bits" in seen["error"]):
        return  # a knowing difference, said aloud
    if "error" in seen and "real number" in seen["error"]:
        assert isinstance(expected, complex), (text, seen)
        return
    if isinstance(expected, socket.SocketKind):
        expected = int(expected)
    assert seen.get("repr") == repr(expected), (text, repr(expected), seen)


def random_literal(rng, depth=0):
    kind = rng.randrange(12)
    if depth > 3 or kind < 4:
        return rng.choice(["0", "1", "2", "7", "-3", "60", "1024", "0x10", "2.5", "1e3", "True", "False", "'ab'", "''", "(1,)", "[2]", "None"])
    if kind < 8:
        op = rng.choice(["+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "**"])
        right = random_literal(rng, depth + 1) if op != "**" else rng.choice(["0", "1", "2", "3", "-1"])
        left = random_literal(rng, depth + 1)
        return f"{left}{rng.choice(['', ' '])}{op}{rng.choice(['', ' '])}{right}"
    if kind == 8:
        return rng.choice("+-~") + random_literal(rng, depth + 1)
    items = [random_literal(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == 9:
        return "(" + ", ".join(items) + ")"
    if kind == 10:
        return "[" + ", ".join(items) + rng.choice(["", ","] if items else [""]) + "]"
    return "{" + ", ".join(f"'{i}': {item}" for i, item in enumerate(items)) + "}"


@test(quick=True)
def literals_have_pythons_values():
    texts = HAND
    scope = known_names()
    for text, seen in zip(texts, probe(texts, "literal")):
        compare(text, seen, scope)
        if "error" in seen:
            assert any(w in seen["error"] for w in ("64 bits", "division by zero", "real number", "too large")), (text, seen)


@test(quick=True)
def random_arithmetic_has_pythons_value():
    rng = random.Random(9030)
    texts = [random_literal(rng) for _ in range(3000)]
    # '%' between strings is refused by Weir, with a message that says so.
    scope = known_names()
    for text, seen in zip(texts, probe(texts, "literal")):
        if "between strings" in seen.get("error", ""):
            continue
        compare(text, seen, scope)


@test(quick=True)
def every_name_of_the_table_has_pythons_value():
    names = [f"handlers.SysLogHandler.{n}" for n in dir(logging.handlers.SysLogHandler) if n.startswith("LOG_")]
    names += [f"handlers.{n}" for n in dir(logging.handlers) if n.startswith(("DEFAULT_", "SYSLOG_"))]
    names += ["config.DEFAULT_LOGGING_CONFIG_PORT", "CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "INFO", "DEBUG", "NOTSET"]
    scope = known_names()
    for name, seen, full in zip(names, probe(names, "literal"), probe(["logging." + n for n in names], "literal")):
        assert seen == full == {"repr": repr(eval(name, scope))}, (name, seen, full)


@test(covers=["config: executable args"], quick=True)
def nothing_but_literals_is_taken():
    texts = REFUSED
    for text, seen in zip(texts, probe(texts, "literal")):
        assert "error" in seen, (text[:100], seen)
        assert "column" in seen["error"], (text[:100], seen)


if __name__ == "__main__":
    harness.main()
