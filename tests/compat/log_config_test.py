"""`weir log` over a reconfigure: what Python's fileConfig would do, and nothing of Weir's own in the output."""
import os

import harness
from harness import test, weir

FIRST = """[loggers]
keys=root
[handlers]
keys=out
[formatters]
keys=f
[logger_root]
level=INFO
handlers=out
[handler_out]
class=StreamHandler
formatter=f
args=(sys.stdout,)
[formatter_f]
format=1 %(name)s %(message)s
"""
SECOND = FIRST.replace("format=1", "format=2").replace("level=INFO", "level=DEBUG")


@test(quick=True)
def a_reconfigure_disables_what_it_does_not_name_and_keeps_the_escaping_asked_for():
    directory = harness.tmp()
    for name, text in (("first.ini", FIRST), ("second.ini", SECOND)):
        with open(os.path.join(directory, name), "w") as f:
            f.write(text)
    lines = r"""{"logger":"a","level":"INFO","msg":"%s","args":["x\ny"]}
{"op":"reconfigure","path":"second.ini"}
{"logger":"a","level":"ERROR","msg":"disabled"}
{"logger":"b","level":"DEBUG","msg":"%s","args":["x\ty\nz"]}
{"logger":"","level":"DEBUG","msg":"end"}
"""
    done = weir("log", "-c", "first.ini", "--jsonl", "--escape", "none", input=lines, cwd=directory, check=0)
    assert done.stdout == "1 a x\ny\n2 b x\ty\nz\n2 root end\n", done.stdout
    assert done.stderr == "", done.stderr


@test(covers=["config: unknown class"], quick=True)
def a_bad_configuration_is_a_line_a_problem_and_touches_nothing():
    directory = harness.tmp()
    bad = FIRST.replace("class=StreamHandler", "class=FileHander\nlevel=loud").replace("(sys.stdout,)", "('new.log', 'w')")
    with open(os.path.join(directory, "bad.ini"), "w") as f:
        f.write(bad)
    done = weir("log", "-c", "bad.ini", input="x\n", cwd=directory, check=2)
    assert done.stdout == ""
    assert [line[:11] for line in done.stderr.splitlines()] == ["bad.ini:11:", "bad.ini:12:"], done.stderr
    assert os.listdir(directory) == ["bad.ini"]


if __name__ == "__main__":
    harness.main()
