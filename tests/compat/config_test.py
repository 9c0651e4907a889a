"""What Weir accepts and refuses, against Python's own logging.config.fileConfig: a good configuration with
lines replaced, taken away and doubled, alone and two at a time."""
import io
import logging
import logging.config
import os
import random
import sys

import harness
from harness import test
from probe import check

GOOD = """[loggers]
keys=root,a,b
[handlers]
keys=out,file
[formatters]
keys=f
[logger_root]
level=INFO
handlers=out
[logger_a]
level=DEBUG
handlers=file,out
qualname=a.b
propagate=0
[logger_b]
handlers=
qualname=b
[handler_out]
class=StreamHandler
level=WARNING
formatter=f
args=(sys.stdout,)
[handler_file]
class=logging.FileHandler
formatter=f
args=('@log', 'w')
[formatter_f]
format=%(asctime)s %(message)s
datefmt=%H:%M
""".splitlines()

LINES = """
[loggers]|[handlers]|[formatters]|[logger_root]|[handler_out]|[formatter_f]|[DEFAULT]|[other]|[|[]|[loggers]x
keys=root|keys=root,a|keys=a|keys=|keys=root,a,|keys = root , a , b|keys=out|keys=file,out,out|keys=f,f|keys=root,a,b,c|KEYS=root
level=INFO|level=info|level=|level=20|level=WARN|level=FATAL|level=NOTSET|level=Level 5|level = DEBUG|level=%(x)s|level=%%|level:ERROR
handlers=|handlers=out|handlers=out,out|handlers=out,file|handlers=nope|handlers=,|handlers = file , out
qualname=|qualname=root|qualname=..x|qualname=x y|qualname=a|qualname=%(level)s
propagate=1|propagate=0|propagate=-1|propagate=00|propagate=no|propagate=|propagate=2|propagate=1_0|propagate=+1|propagate= 1 |propagate=1.0
class=StreamHandler|class=NullHandler|class=FileHandler|class=logging.StreamHandler|class=Nope|class=|class=logging.Formatter
formatter=|formatter=f|formatter=g
args=()|args=(sys.stderr,)|args=|args=(|args=('@log',)|args=('@log')|args=('@log', 'a')|args=('@log', 'a', 'utf-8', False)|args=('@log', mode='a')|args=(None,)
args='@log',|args=['@log']|args={}|args=''|args=('@log', 'a', None, 1)|args=(1, 2, 3, 4, 5, 6, 7)
kwargs={}|kwargs={'stream': sys.stdout}|kwargs={'nope': 1}|kwargs=|kwargs={'filename': '@log'}|kwargs={'filename': '@log', 'mode': 'w'}
format=%(message)s|format=|format=nothing|format=%(levelname)s%(name)-10s|format=%(message)s 100%|format=%(message)|style=%|style=x|datefmt=
datefmt=%Y|x|x=1|  continued| = 1|# comment|; comment||escape=none|overflow=drop|x=%(y)s
""".replace("\n", "|").split("|")


def python_accepts(text):
    try:
        logging.config.fileConfig(io.StringIO(text))
        return True
    except Exception:
        return False


def known_difference(text, problems):
    """Python takes any object for a stream, and then fails at each record; Weir refuses it at once. It reads kwargs of
    formatters, and knows levels without a name, which Python does not."""
    return "level=Level 5" in text or any(
        "sys.stdout or sys.stderr is wanted" in p["message"] or (p["section"] or "").startswith("formatter_") and p["key"] == "kwargs" for p in problems)


def compare(texts):
    saved = sys.stdout, sys.stderr
    accepted = []
    try:
        sys.stdout = sys.stderr = io.StringIO()
        accepted = [python_accepts(t) for t in texts]
    finally:
        logging.config.fileConfig(io.StringIO("[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_root]\nhandlers="))
        sys.stdout, sys.stderr = saved
    for text, python, seen in zip(texts, accepted, check(texts)):
        if known_difference(text, seen["problems"]):
            continue
        assert python == seen["accepted"], (python, text, seen)
        errors = [p for p in seen["problems"] if not p["warning"]]
        assert python == (errors == []), (text, seen)
        for p in errors:
            assert 0 <= p["line"] <= text.count("\n") + 1 and len(p["message"]) > 10, (text, p)
    return accepted


def text_of(lines, log):
    return "\n".join(lines).replace("@log", log) + "\n"


@test(covers=["promise 2"])
def one_line_changed():
    log = os.path.join(harness.tmp(), "x.log")
    texts = []
    for i in range(len(GOOD)):
        texts.append(text_of(GOOD[:i] + GOOD[i + 1:], log))
        for line in LINES:
            # Replaced or put before it, in turn.
            texts.append(text_of(GOOD[:i] + [line] + GOOD[i + len(texts) % 2:], log))
    accepted = compare(texts)
    assert 0.1 < sum(accepted) / len(accepted) < 0.9, "the cases prove little"


@test(quick=True)
def several_lines_changed_at_random():
    log = os.path.join(harness.tmp(), "x.log")
    rng = random.Random(33)
    texts = []
    for _ in range(harness.scaled(20000)):
        lines = list(GOOD)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(lines))
            lines[at:at + rng.randrange(2)] = [rng.choice(LINES)]
        texts.append(text_of(lines, log))
    compare(texts)


if __name__ == "__main__":
    harness.main()
