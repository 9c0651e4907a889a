"""Building and installing: what `make install` puts where, that it is the same bytes at every build, that it
honours what packagers set and reaches for nothing; and README's example built against it, outside the tree."""
import atexit
import filecmp
import functools
import glob
import os
import re
import shutil
import subprocess
import tempfile

import harness
from harness import ROOT, SCALE, Service, skip, test, wait_until

PREFIX, LIBDIR = "/opt/weir", "/opt/weir/lib/x86"
# -O1 is quicker; a soak builds as users do.
CFLAGS = "-O3 -g" if SCALE == 1 else "-O1 -g"
BUILT = ("libweir.so.0", "libweir.a", "weir")
# What a build has no business with. Each is a program that says it was called, and fails.
FORBIDDEN = ("apt", "apt-get", "sudo", "curl", "wget", "git", "pip", "pip3", "npm", "ping", "ssh")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


@functools.lru_cache(None)
def work():
    path = tempfile.mkdtemp(prefix="weir-install-")
    atexit.register(shutil.rmtree, path, True)
    return path


def copy_sources(to):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True)
    if listed.returncode == 0:
        for name in listed.stdout.decode().split("\0"):
            if name and os.path.exists(os.path.join(ROOT, name)):
                os.makedirs(os.path.dirname(os.path.join(to, name)), exist_ok=True)
                shutil.copy(os.path.join(ROOT, name), os.path.join(to, name))
    else:  # an unpacked archive
        shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns("build"))


def headers():
    """The public ones: weir.h and what includes it."""
    return sorted(glob.glob(os.path.join(ROOT, "plugin/weir*.h")))


def script(path, text):
    with open(path, "w") as f:
        f.write("#!/bin/sh\n" + text)
    os.chmod(path, 0o755)


@functools.lru_cache(None)
def tools():
    """A directory for PATH: the forbidden programs, and a compiler that notes how it is called."""
    path = os.path.join(work(), "tools")
    os.mkdir(path)
    for name in FORBIDDEN:
        script(os.path.join(path, name), 'echo "$0 $*" >>%s/forbidden\nexit 1\n' % work())
    script(os.path.join(path, "noting-cc"), 'echo "$*" >>%s/cc.log\nexec cc "$@"\n' % work())
    return path


def make(directory, *targets):
    # What the make that runs the suite was told (BUILD, a sanitizer's flags) is not meant for this one.
    told = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "BUILD", "EXTRA_CFLAGS", "EXTRA_LDFLAGS", "WERROR")
    env = {k: v for k, v in os.environ.items() if k not in told}
    env["PATH"] = tools() + ":" + env["PATH"]
    command = ["make", "-j2", *targets, "WERROR=-Werror", "CC=noting-cc", "CPPFLAGS=-DNOTED_CPPFLAGS -Wdate-time",
               "CFLAGS=%s -DNOTED_CFLAGS" % CFLAGS, "LDFLAGS=-Wl,-z,now", "PREFIX=" + PREFIX, "LIBDIR=" + LIBDIR,
               "DESTDIR=" + os.path.join(work(), "root")]
    # No network but loopback, where this user may say so.
    if subprocess.run(["unshare", "-n", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        command = ["unshare", "-n"] + command
    done = subprocess.run(command, cwd=directory, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-4000:]


@functools.lru_cache(None)
def installed():
    """The root of an installation, made from a copy of the sources."""
    source = os.path.join(work(), "one")
    copy_sources(source)
    make(source, "install")
    return os.path.join(work(), "root")


def pkg_config(*args):
    env = dict(os.environ, PKG_CONFIG_PATH=installed() + LIBDIR + "/pkgconfig", PKG_CONFIG_SYSROOT_DIR=installed())
    return subprocess.run(["pkg-config", *args, "weir"], env=env, text=True, capture_output=True,
                          check=True).stdout.split()


def fenced(language, containing):
    for block in re.findall(r"```%s\n(.*?)```" % language, read(os.path.join(ROOT, "README.md")), re.S):
        if containing in block:
            return block
    raise AssertionError("README.md has no %s block with %r" % (language, containing))


def compile_example(directory, source, standard, libs):
    extension, compiler = (".c", "cc") if standard.startswith("c1") else (".cpp", "c++")
    with open(os.path.join(directory, "service" + extension), "w") as f:
        f.write(source)
    program = os.path.join(directory, "service-" + standard)
    done = subprocess.run([compiler, "-std=" + standard, "-Wall", "-Wextra", "-pedantic", "service" + extension, "-o", program,
                           *pkg_config("--cflags"), *libs], cwd=directory, text=True, capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return program


def example(standard, libs=None, waiting=False):
    """README's program in a directory with README's INI. waiting: it reads a byte before its DEBUG record."""
    directory = harness.tmp()
    source = fenced("c", "#include <weir.h>")
    if waiting:
        source = source.replace("WEIR_DEBUG(", 'puts("ready 0"), fflush(stdout), getchar();\n    WEIR_DEBUG(', 1)
    with open(os.path.join(directory, "service.ini"), "w") as f:
        f.write(fenced("ini", "[handler_file]"))
    return directory, compile_example(directory, source, standard, libs or pkg_config("--libs"))


def environment():
    return harness.full_env({"LD_LIBRARY_PATH": installed() + LIBDIR, "RUNTIME_DIRECTORY": harness.run_dir()})


def run_example(directory, program):
    done = subprocess.run([program], cwd=directory, env=environment(), text=True, capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "", (done.returncode, done.stderr)
    lines = read(os.path.join(directory, "service.log")).splitlines()
    assert any(line.endswith("INFO app.net: listening on port 8080") for line in lines), lines
    assert not any("DEBUG" in line for line in lines), lines


@test(covers=["must 9"])
def files_are_where_they_belong():
    root, found = installed(), set()
    for folder, _, names in os.walk(root):
        found |= {os.path.join(folder, name)[len(root):] for name in names}
    verbs = re.findall(r"^  (\w+) ", subprocess.run([root + PREFIX + "/bin/weir", "--help"], text=True, check=True,
                                                   stdout=subprocess.PIPE).stdout, re.M)
    man = PREFIX + "/share/man/"
    expected = {PREFIX + "/bin/weir", man + "man3/weir.3", man + "man5/weir.conf.5", man + "man1/weir.1"}
    expected |= {PREFIX + "/include/" + os.path.basename(header) for header in headers()} | {man + "man1/weir-%s.1" % verb for verb in verbs}
    expected |= {LIBDIR + name for name in ("/libweir.so.0", "/libweir.so", "/libweir.a", "/pkgconfig/weir.pc")}
    assert found == expected, found ^ expected
    assert os.readlink(root + LIBDIR + "/libweir.so") == "libweir.so.0"
    text = "".join(read(os.path.join(root + LIBDIR, "pkgconfig/weir.pc")))
    assert "@" not in text and work() not in text, text


@test(covers=["must 9"])
def flags_are_honoured_and_nothing_is_fetched():
    installed()
    calls = read(os.path.join(work(), "cc.log")).splitlines()
    assert not os.path.exists(os.path.join(work(), "forbidden")), read(os.path.join(work(), "forbidden"))
    compiled = [c for c in calls if " -c " in c]
    linked = [c for c in calls if " -o " in c and " -c " not in c and " -r " not in c]
    assert len(compiled) > 100 and len(linked) >= 2, (len(compiled), len(linked))
    for call in compiled:
        assert "-DNOTED_CPPFLAGS" in call and CFLAGS in call and "-DNOTED_CFLAGS" in call, call
        assert "-march=native" not in call and "-mtune=native" not in call, call
    for call in linked:
        assert "-Wl,-z,now" in call, call


@test(covers=["must 9"])
def two_builds_in_different_places_are_the_same_bytes():
    installed()
    other = os.path.join(work(), "another/and/deeper/place")
    copy_sources(other)
    make(other, "lib", "cli", "man")
    one = os.path.join(work(), "one/build")
    for name in BUILT:
        assert filecmp.cmp(os.path.join(one, name), os.path.join(other, "build", name), shallow=False), name + " differs"
    for name in os.listdir(one + "/man"):
        assert filecmp.cmp(os.path.join(one, "man", name), os.path.join(other, "build/man", name), shallow=False), name


@test(covers=["must 9"])
def readmes_example_as_c():
    run_example(*example("c11"))


@test(covers=["must 9"])
def readmes_example_as_cxx():
    run_example(*example("c++17"))


@test(covers=["must 9"])
def readmes_example_linked_statically():
    libs = [lib if lib != "-lweir" else "-l:libweir.a" for lib in pkg_config("--static", "--libs")]
    directory, program = example("c11", libs)
    needed = subprocess.run(["readelf", "-d", program], text=True, stdout=subprocess.PIPE).stdout
    assert "libweir" not in needed, needed
    run_example(directory, program)


@test(covers=["must 9"])
def readmes_example_obeys_weir_set():
    directory, program = example("c11", waiting=True)
    service = Service(None, program=program, dir=directory, env=environment(), start=False)
    service.process = subprocess.Popen([program], cwd=directory, env=environment(), stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
    harness.cleanup(service.kill)
    assert service.process.stdout.readline() == "ready 0\n"
    weir = [installed() + PREFIX + "/bin/weir", "set", "app.net=DEBUG", "--for", "1m", "--pid", str(service.process.pid)]
    done = subprocess.run(weir, text=True, capture_output=True, env=environment())
    assert done.returncode == 0 and done.stdout.startswith("app.net: INFO -> DEBUG until "), done
    service.process.stdin.write("\n")
    service.process.stdin.close()
    assert service.process.wait(60) == 0
    log = read(os.path.join(directory, "service.log"))
    assert "DEBUG app.net: costs one load and a branch while DEBUG is off" in log, log


def map_symbols():
    text = read(os.path.join(ROOT, "plugin/weir.map"))
    return sorted(re.findall(r"\w+", text[text.index("global:") + 7:text.index("local:")]))


def symbols(*args):
    out = subprocess.run(["nm", *args], text=True, check=True, stdout=subprocess.PIPE).stdout
    return sorted(line.split()[2] for line in out.splitlines() if len(line.split()) == 3)


@test(covers=["must 9"])
def only_the_public_symbols_are_exported():
    public = map_symbols()
    shared = symbols("-D", "--defined-only", "--with-symbol-versions", installed() + LIBDIR + "/libweir.so.0")
    assert [s for s in shared if s != "WEIR_0"] == [s + "@@WEIR_0" for s in public], shared
    assert symbols("-g", "--defined-only", installed() + LIBDIR + "/libweir.a") == public
    dynamic = subprocess.run(["readelf", "-d", installed() + LIBDIR + "/libweir.so.0"], text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    assert "[libweir.so.0]" in dynamic and "NODELETE" in dynamic and "RUNPATH" not in dynamic, dynamic


def declared():
    """The functions and macros of the public headers that users call."""
    text = re.sub(r"/\*.*?\*/", "", "".join(read(header) for header in headers()), flags=re.S)
    functions = set(re.findall(r"^(?:WEIR_API|static inline)[^;{]*?\b(weir_\w+[a-z])\(", text, re.M))
    macros = set(re.findall(r"#define (WEIR_[A-Z_]*[A-Z])\(", text)) - {"WEIR_PRINTF"}
    return functions, macros


@test(covers=["must 9"], quick=True)
def header_map_and_manual_name_the_same():
    functions, macros = declared()
    inline = {"weir_is_enabled", "weir_str", "weir_int", "weir_uint", "weir_double", "weir_bool"}
    assert functions - inline | {"weir_plugin_v1"} == set(map_symbols()), (functions - inline) ^ set(map_symbols())
    manual = read(os.path.join(ROOT, "docs/man/weir.3")).replace("\\-", "-")
    private = {"weir_is_enabled_by_rule", "weir_log_call", "weir_log_call_fields", "weir_log_stacklevel", "weir_adapter_log_call"}
    missing = [name for name in sorted(functions - private | macros | {"weir_plugin_v1"})
               if not re.search(r"\b%s\b" % name, manual)]
    assert not missing, "docs/man/weir.3 does not name " + ", ".join(missing)


EVERY_MACRO = """
void f(weir_logger *l, weir_adapter *a, const char *s);
void f(weir_logger *l, weir_adapter *a, const char *s) {
    WEIR_DEBUG(l, "%s", s); WEIR_INFO(l, "x"); WEIR_WARNING(l, "%d", 1); WEIR_ERROR(l, "x"); WEIR_CRITICAL(l, "x");
    WEIR_LOG(l, 35, "%d", 2); WEIR_EXCEPTION(l, "x"); WEIR_LOG_STACK(l, 20, "%s", s); WEIR_LOG_STACKLEVEL(l, 20, 2, "x");
    WEIR_LOG_FIELDS(l, 20, (weir_str("s", s), weir_int("i", -1), weir_uint("u", 1), weir_double("d", 0.5),
                            weir_bool("b", 1)), "%s", s);
    WEIR_ADAPTER_DEBUG(a, "x"); WEIR_ADAPTER_INFO(a, "%s", s); WEIR_ADAPTER_WARNING(a, "x"); WEIR_ADAPTER_ERROR(a, "x");
    WEIR_ADAPTER_CRITICAL(a, "x"); WEIR_ADAPTER_LOG(a, 35, "%d", 1); WEIR_ADAPTER_EXCEPTION(a, "x");
    WEIR_ADAPTER_LOG_FIELDS(a, 20, (weir_str("s", s)), "%s", s);
    WEIR_ROOT_DEBUG("x"); WEIR_ROOT_INFO("%d", 1); WEIR_ROOT_WARNING("x"); WEIR_ROOT_ERROR("x"); WEIR_ROOT_CRITICAL("x");
    WEIR_ROOT_LOG(35, "%s", s); WEIR_ROOT_EXCEPTION("x");
}
"""


@test(covers=["must 9"], quick=True)
def headers_and_macros_compile_without_a_warning():
    assert not [m for m in declared()[1] if not re.search(r"\b%s\(" % m, EVERY_MACRO)], "a macro is not tried"
    for include in [[name] for name in map(os.path.basename, headers())] + [sorted(map(os.path.basename, headers()))]:
        use = EVERY_MACRO if len(include) > 1 else ""
        source = "".join("#include <%s>\n" % name for name in include) + use
        for compiler, language, standard in (("cc", "c", "c11"), ("c++", "c++", "c++17")):
            done = subprocess.run([compiler, "-std=" + standard, "-x", language, "-fsyntax-only", "-Wall", "-Wextra", "-Wshadow",
                                   "-Wconversion", "-Wpedantic", "-Werror", "-I" + os.path.join(ROOT, "plugin"), "-"],
                                  input=source, text=True, capture_output=True)
            assert done.returncode == 0, "%s as %s:\n%s" % (include, standard, done.stderr[:3000])


@test(covers=["must 9"])
def manual_pages_render_without_a_warning():
    if not shutil.which("groff"):
        skip("groff is not installed")
    man = installed() + PREFIX + "/share/man"
    for folder in sorted(os.listdir(man)):
        for name in sorted(os.listdir(os.path.join(man, folder))):
            done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", os.path.join(man, folder, name)], text=True,
                                  capture_output=True)
            assert done.returncode == 0 and not done.stderr, done.stderr


@test(quick=True)
def config_md_is_what_the_tables_say():
    made = harness.weir("help", "--markdown-config", check=0).stdout
    assert made == read(os.path.join(ROOT, "docs/config.md")), "build/weir help --markdown-config >docs/config.md"


@test(quick=True)
def readmes_links_lead_somewhere():
    for document in ["README.md"] + ["docs/" + n for n in os.listdir(os.path.join(ROOT, "docs")) if n.endswith(".md")]:
        path = os.path.join(ROOT, document)
        for link in re.findall(r"\]\(([^)#]+)\)", read(path)):
            if "://" not in link:
                assert os.path.exists(os.path.join(os.path.dirname(path), link)), "%s: %s" % (document, link)


harness.main()
