"""docs/classes.md: its program is compiled as it stands, runs, and leaves what the document says."""
import os
import re
import subprocess

import harness
from harness import test


def blocks(language):
    with open(os.path.join(harness.ROOT, "docs/classes.md")) as f:
        return re.findall(r"```%s\n(.*?)```" % language, f.read(), re.S)


@test(quick=True)
def the_documents_handler_does_what_it_says():
    place, build = harness.tmp(), os.path.abspath(harness.BUILD)
    for name, text in (("audit.c", blocks("c")[0]), ("audit.ini", blocks("ini")[0])):
        with open(os.path.join(place, name), "w") as f:
            f.write(text)
    sanitizers = ["-fsanitize=" + flag for flag, folder in (("address,undefined", "asan"), ("thread", "tsan")) if build.endswith(folder)]
    done = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-I" + os.path.join(harness.ROOT, "plugin"), "audit.c", "-o", "audit",
                           *sanitizers, "-L" + build, "-Wl,-rpath," + build, "-lweir"], cwd=place, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    env = harness.full_env({"RUNTIME_DIRECTORY": harness.run_dir()})
    done = subprocess.run(["./audit"], cwd=place, env=env, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", done
    with open(os.path.join(harness.ROOT, "docs/classes.md")) as f:
        promised = re.search(r"`audit.log` holds\n\n```\n(.*?)```", f.read(), re.S).group(1)
    with open(os.path.join(place, "audit.log")) as f:
        found = f.read()
    assert found == promised, found


@test(quick=True)
def every_override_is_in_the_document():
    with open(os.path.join(harness.ROOT, "plugin/weir_classes.h")) as f:
        struct = re.search(r"typedef struct weir_handler_class \{(.*?)\} weir_handler_class;", f.read(), re.S).group(1)
    based = struct[struct.index("With a base"):]
    names = re.findall(r"\(\*(\w+)\)\(void \*self", based)
    assert len(names) >= 12, names
    with open(os.path.join(harness.ROOT, "docs/classes.md")) as f:
        text = f.read()
    missing = [n for n in names if "`%s`" % n not in text]
    assert not missing, missing


harness.main()
