"""What the documents send a reader to is there: files, tests, targets of make, verbs of the command, names in C."""
import glob
import os
import re
import subprocess

import harness
from harness import BUILD, ROOT, test

DOCUMENTS = sorted(["README.md", "CHANGELOG.md"] + [os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "docs/**/*.md"), recursive=True)])
# Where a path in a document may begin.
BASES = ["", "plugin", "admin", "tests", "docs", "schema"]


def text(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


def sources(*folders):
    paths = [p for folder in folders for p in glob.glob(os.path.join(ROOT, folder, "**/*.[ch]"), recursive=True)]
    return "\n".join(open(p).read() for p in paths)


def code_of(document):
    """What stands between backquotes, and in blocks of code."""
    blocks = re.findall(r"```.*?\n(.*?)```", document, re.S) + re.findall(r"(?:^|\n\n)((?:    .*\n)+)", document)
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", document, flags=re.S)), "\n".join(blocks)


def there(path):
    return any(glob.glob(os.path.join(ROOT, base, path)) for base in BASES)


@test(quick=True)
def links_lead_somewhere():
    wrong = []
    for name in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(name)):
            if "://" not in target and not os.path.exists(os.path.join(ROOT, os.path.dirname(name), target)):
                wrong.append((name, target))
    assert not wrong, wrong


@test(quick=True)
def tests_that_are_named_are_there():
    wrong, seen = [], 0
    for name in DOCUMENTS:
        for file, function in re.findall(r"`(?:tests/\w+/)?(\w+_test\.py):(\w+)`", text(name)):
            seen += 1
            found = glob.glob(os.path.join(ROOT, "tests/*", file))
            if not any("\ndef %s(" % function in open(p).read() for p in found):
                wrong.append((name, file, function))
        for file in re.findall(r"\b(\w+_test\.(?:py|c))\b", text(name)):
            if not file.startswith("NAME_") and not glob.glob(os.path.join(ROOT, "tests/*", file)) + glob.glob(os.path.join(ROOT, "tests/unit/*", file)):
                wrong.append((name, file))
    assert seen > 40, "this looks at nothing"
    assert not wrong, wrong


@test(quick=True)
def files_that_are_named_are_there():
    wrong = []
    for name in DOCUMENTS:
        quoted, _ = code_of(text(name))
        for word in quoted:
            path = word.split(":")[0]
            known = re.fullmatch(r"(?:plugin|admin|tests|docs|schema|web|base|frontend|queue|record|format|filter|sink|store|handler|backend|"
                                 r"config|host|receiver|api|control|http|cli|listen)/[\w./*{}-]+", path)
            if known and not any(c in path for c in "{}") and not re.search(r"NAME|NNNN", path) and not there(path):
                wrong.append((name, word))
            if re.fullmatch(r"\w+\.h", path) and not there(path) and not there("*/" + path):
                wrong.append((name, word))
    assert not wrong, wrong


@test(quick=True)
def verbs_and_targets_are_there():
    verbs = set(re.findall(r"^  (\w+) ", subprocess.run([os.path.join(BUILD, "weir"), "--help"], capture_output=True, text=True, check=True).stdout, re.M))
    makefiles = text("Makefile") + text("tests/tests.mk") + text("docs/install/install.mk")
    targets = {t for line in re.findall(r"^([a-z][\w -]*):(?!=)", makefiles, re.M) for t in line.split()}
    wrong, seen = [], set()
    for name in DOCUMENTS:
        quoted, blocks = code_of(text(name))
        commands = "\n".join(quoted + [blocks])
        said = set(re.findall(r"^weir ([a-z]+)\b", commands, re.M))
        seen |= said
        wrong += [(name, "weir " + v) for v in said if v not in verbs | {"help"}]
        for words in re.findall(r"(?:^|&& )make((?: [a-z-]+)+)", commands, re.M):
            wrong += [(name, "make " + t) for t in words.split() if t not in targets]
    assert len(seen) > 8 and not wrong, (seen, wrong)


@test(quick=True)
def names_in_c_are_there():
    names = set(re.findall(r"\b(?:weir_\w+|WEIR_\w+)", sources("plugin", "admin", "docs/examples", "tests") + text("Makefile") + text("tests/run.py")
                           + text("docs/install/deps.sh") + text("tests/support/harness.py")))
    wrong = []
    for name in DOCUMENTS:
        for word in re.findall(r"\b(?:weir_[a-z_0-9]+|WEIR_[A-Z_0-9]+)\b", text(name)):
            if word not in names and not any(known.startswith(word) for known in names if word.endswith("_")):
                wrong.append((name, word))
    assert not wrong, sorted(set(wrong))


@test(quick=True)
def documents_that_sources_name_are_there():
    wrong = []
    for word in set(re.findall(r"[\w./-]*\w\.md\b", sources("plugin", "admin", "tests/unit", "tests/support"))):
        if not there(word):
            wrong.append(word)
    assert not wrong, wrong


@test(quick=True)
def folders_and_threads_are_those_of_the_map():
    page = text("docs/architecture.md")
    folders = {os.path.relpath(os.path.dirname(p), ROOT) for p in glob.glob(os.path.join(ROOT, "plugin/*/*.c")) + glob.glob(os.path.join(ROOT, "admin/*/*.c"))}
    threads = set(re.findall(r'worker_start\([^;]*"(weir-\w+)"', sources("plugin", "admin")))
    assert len(folders) > 15 and len(threads) > 7, (folders, threads)
    assert not [f for f in folders if "`%s`" % f not in page], folders
    assert not [t for t in threads if "`%s`" % t not in page], threads


@test(quick=True)
def a_source_begins_with_what_it_is():
    wrong = []
    for path in glob.glob(os.path.join(ROOT, "plugin/**/*.[ch]"), recursive=True) + glob.glob(os.path.join(ROOT, "admin/**/*.[ch]"), recursive=True):
        with open(path) as f:
            first = f.readline()
        if not first.startswith("/* %s - " % os.path.basename(path)):
            wrong.append((os.path.relpath(path, ROOT), first.strip()))
    assert not wrong, wrong


harness.main()
