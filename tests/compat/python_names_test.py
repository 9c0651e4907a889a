"""docs/python.md against CPython 3.11's own introspection: no public name of the three modules is missing or
invented; each function is exported, each macro, member and key is there, each test named exists and contains what it
is the proof of."""
import functools
import glob
import inspect
import logging
import logging.config
import logging.handlers
import os
import re
import sys
import types

import harness
from harness import ROOT, test

DOCUMENT = "docs/python.md"
NOT_IN_C = "not in C: "
MOST_NOT_IN_C = 15
MODULES = (logging, logging.handlers, logging.config)


@functools.lru_cache(None)
def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


# ---- what Python has ----


def public_names(module):
    """What the module itself defines, and what its __all__ names; no modules that it imported."""
    names = set(getattr(module, "__all__", ()))
    for name, thing in vars(module).items():
        if name.startswith("_") or isinstance(thing, types.ModuleType):
            continue
        if getattr(thing, "__module__", module.__name__) == module.__name__:
            names.add(name)
    return names


def of_class(name, kind):
    found = {"%s.%s" % (name, attribute) for attribute in vars(kind) if not attribute.startswith("_")}
    if "__init__" in vars(kind):
        parameters = inspect.signature(kind.__init__).parameters
        found |= {"%s(%s)" % (name, parameter) for parameter in list(parameters)[1:]}
    return found


# What objects have besides what their classes have.
INSTANCES = (logging.Logger("x"), logging.Handler(), logging.makeLogRecord({}), logging.Manager(logging.root),
             logging.LoggerAdapter(logging.root), logging.Filter(), logging.Formatter())


def python_has():
    found = {"%s.%s" % (type(thing).__name__, name) for thing in INSTANCES for name in vars(thing) if not name.startswith("_")}
    for module in MODULES:
        for name in public_names(module):
            found.add(name)
            if inspect.isclass(getattr(module, name)):
                found |= of_class(name, getattr(module, name))
    return found


# ---- what the document says ----


def rows():
    """[([names], here, [tests])]"""
    found = []
    for line in read(DOCUMENT).splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 3 or (len(cells) == 2 and NOT_IN_C in cells[1]), line
        tests = re.findall(r"`([^`]+)`", cells[2]) if len(cells) == 3 else []
        found.append((re.findall(r"`([^`]+)`", cells[0]), cells[1].rstrip("| "), tests))
    return found


@functools.lru_cache(None)
def headers():
    return "".join(read("plugin/" + os.path.basename(path)) for path in sorted(glob.glob(ROOT + "/plugin/weir*.h")))


@functools.lru_cache(None)
def arguments():
    """{class: arguments} and {section: keys} of docs/config.md."""
    classes, keys, section, current = {}, {}, None, None
    for line in read("docs/config.md").splitlines():
        heading = re.match(r"###? `?(\[[\w]+\]|\w+)`?$", line)
        if heading:
            section = heading[1]
        elif line.startswith("- **`"):
            for name in re.match(r"- \*\*`([^`]*)`\*\*", line)[1].split(","):
                current = name.strip().split(" ")[0]
                keys.setdefault(section, set()).add(current)
                classes.setdefault(current, set())
        elif line.startswith("  - **`"):
            classes[current].add(re.match(r"  - \*\*`([^`]*)`\*\*", line)[1])
    return classes, keys


def struct_members(struct):
    body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (struct, struct), headers(), re.S)
    assert body, "no struct %s in the headers" % struct
    return re.findall(r"\b(\w+)\)\(|\b(\w+)[;,]", re.sub(r"/\*.*?\*/", "", body[1], flags=re.S))


def check_counterpart(span):
    """Is there such a thing? Returns the word that a test of it must contain."""
    classes, keys = arguments()
    member = re.fullmatch(r"(weir_\w+)\.(\w+)", span)
    key = re.fullmatch(r"(\[\w+\]) (\w+)", span)
    argument = re.fullmatch(r"([\w.]+): (\w+)", span)
    if member:
        assert any(member[2] in pair for pair in struct_members(member[1])), "%s has no member %s" % member.groups()
        return member[2]
    if re.fullmatch(r"weir_\w+", span):
        exported = re.search(r"\b%s\b" % span, read("plugin/weir.map"))
        assert exported or re.search(r"static inline [^;{]*\b%s\(" % span, headers()), span + " is not exported"
        return span
    if re.fullmatch(r"WEIR_\w+", span):
        assert re.search(r"#define %s\b" % span, headers()), "there is no macro " + span
        return span
    if key:
        assert key[2] in keys.get(key[1], ()), "docs/config.md has no key %s %s" % key.groups()
        return key[2]
    if argument:
        assert argument[2] in classes.get(argument[1], ()), "docs/config.md: %s has no argument %s" % argument.groups()
        return argument[2]
    if span in classes:
        return span.split(".")[-1]
    return None # words: `args`, `ext://`


@functools.lru_cache(None)
def text_of_test(path):
    """A test file, with the programs and modules of tests/support that it names; compared_test.py with its cases."""
    text = read(path)
    for helper in glob.glob(os.path.join(ROOT, "tests/support/*.*")) + glob.glob(os.path.join(ROOT, "tests/compat/cases/*.py")):
        stem = os.path.splitext(os.path.basename(helper))[0]
        case = path.endswith("/compared_test.py") and "/cases/" in helper
        if helper.endswith((".c", ".py")) and (case or re.search(r"\b%s\b" % stem, text)):
            text += read(os.path.relpath(helper, ROOT))
    return text


# ---- the checks ----


@test(covers=["py must 6"], quick=True)
def every_public_name_is_there_once_and_none_is_invented():
    assert sys.version_info[:2] == (3, 11), sys.version
    named = [name for names, _, _ in rows() for name in names]
    assert sorted(python_has() - set(named)) == [], "missing in " + DOCUMENT
    assert sorted(set(named) - python_has()) == [], "Python has no such name"
    assert sorted({name for name in named if named.count(name) > 1}) == [], "named twice"


@test(covers=["py must 6"], quick=True)
def what_is_not_in_c_has_a_reason():
    missing = [here for _, here, _ in rows() if here.startswith(NOT_IN_C)]
    assert len(missing) <= MOST_NOT_IN_C, len(missing)
    assert all(len(here) > len(NOT_IN_C) + 20 for here in missing), missing


@test(covers=["py must 6"], quick=True)
def every_counterpart_exists_and_its_tests_contain_it():
    wrong = []
    for names, here, tests in rows():
        if here.startswith(NOT_IN_C):
            continue
        words = []
        for span in re.findall(r"`([^`]+)`", here):
            try:
                words.append(check_counterpart(span))
            except AssertionError as error:
                wrong.append("%s: %s" % (names[0], error))
        words = [word for word in words if word]
        if not words:
            wrong.append("%s: no counterpart in %r" % (names[0], here))
        if not tests:
            wrong.append("%s: no test" % names[0])
        absent = [path for path in tests if not os.path.exists(os.path.join(ROOT, path))]
        wrong += ["%s: there is no %s" % (names[0], path) for path in absent]
        texts = "" if absent else "".join(text_of_test(path) for path in tests)
        wrong += ["%s: %s is not in %s" % (names[0], word, ", ".join(tests)) for word in words
                  if not absent and not re.search(r"(?<!\w)%s(?!\w)" % word, texts)]
    assert not wrong, "\n" + "\n".join(wrong)


harness.main()
