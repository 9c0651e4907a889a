"""Every case of tests/compat/cases through real Python and through `weir log --jsonl`, byte for byte; then the table of
what they cover."""
import importlib
import os
import re
import sys

import harness
from harness import test

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compared import run_cases  # noqa: E402

MODULES = [name[:-3] for name in sorted(os.listdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases"))) if name[:1] != "_" and name.endswith(".py")]
HANDLERS = ("StreamHandler FileHandler WatchedFileHandler RotatingFileHandler TimedRotatingFileHandler SocketHandler DatagramHandler SysLogHandler"
            " SMTPHandler HTTPHandler NullHandler MemoryHandler QueueHandler").split()
OPERATIONS = "set_level disable reconfigure add_level_name sleep flush".split()
# Rows, each with how many cases it wants.
ROWS = {**{"class " + name: 5 for name in HANDLERS}, **{"op " + name: 5 for name in OPERATIONS}, **{"style " + style: 5 for style in "%{$"},
        **{"python %d" % fact: 1 for fact in range(1, 31) if fact not in (14, 15)},  # these two: broken_test.py
        **{"form " + name: 5 for name in ("fileConfig", "dictConfig")}}
OF_MODULE = {}


def covered(case):
    """Rows of the table: what the case says, and what its texts show."""
    rows = set(case.covers)
    texts = [case.text()] + [content for content in case.files.values() if isinstance(content, str)]
    for text in texts:
        json = text.lstrip().startswith("{")
        rows.add("form dictConfig" if json else "form fileConfig")
        rows.update("class " + name for name in re.findall(r'class"?\s*[=:]\s*"?(?:logging\.)?(?:handlers\.)?(\w+Handler)\b', text))
        styles = set(re.findall(r'style"?\s*[=:]\s*"?([%{$])', text))
        rows.update("style " + style for style in styles or "%")
    rows.update("op " + line["op"] for line in case.lines if isinstance(line, dict) and "op" in line)
    return rows


def print_table(cases):
    proof = {row: [] for row in ROWS}
    for case in cases:
        for row in covered(case):
            proof.setdefault(row, []).append(case.name)
    print("%-34s %5s  %s" % ("covered", "cases", "for example"))
    for row, names in sorted(proof.items(), key=lambda item: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", item[0])]):
        print("%-34s %5d  %s" % (row, len(names), ", ".join(names[:2])[:90]))
    return ["%s: %d of %d" % (row, len(proof[row]), wanted) for row, wanted in ROWS.items() if len(proof[row]) < wanted]


def register(module):
    cases = importlib.import_module("cases." + module).CASES
    OF_MODULE[module] = cases

    def run():
        done = run_cases(cases)
        wrong = [difference for _, _, difference in done if difference]
        failed = ["case %s: Python itself ended with %s:\n%s" % (case.name, theirs["exit"], theirs["stderr"].decode(errors="replace")[-600:])
                  for case, theirs, difference in done if not difference and theirs["exit"] != 0]
        assert not wrong + failed, "%d of %d cases differ:\n%s" % (len(wrong + failed), len(cases), "\n".join((wrong + failed)[:20]))
        print("        %d cases of %s agree" % (len(cases), module))
    run.__name__ = module
    test(covers=sorted({row for case in cases for row in case.covers}), quick=True)(run)


for name in MODULES:
    register(name)


@test(covers=["py must 1"], quick=True)
def coverage_is_whole():
    cases = [case for module in OF_MODULE.values() for case in module]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases of one name: %s" % sorted(name for name in set(names) if names.count(name) > 1)
    missing = print_table(cases)
    print("%d cases in all" % len(cases))
    assert len(cases) >= 300 and not missing, missing


harness.main()
