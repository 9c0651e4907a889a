"""`encoding`, `errors` and `delay` of file handlers against real Python: the bytes of every file."""
import os
import re
from encodings import aliases

import harness
from compared import OUT, agree_on as agree, ini, record, run_both
from harness import test
from probe import check

TEXTS = ["plain", "é ü ß", "€ – “x”", "日本 😀", "Ж Ω א ا", "\x7f\x80\x9f\xa0ÿ", "line\nbreak\ttab"]


def config(*handlers, cls="FileHandler", more=""):
    """handlers: the arguments of each, named h0, h1, …"""
    names = ["h%d" % i for i in range(len(handlers))]
    classes = [h if isinstance(h, tuple) else (cls, h) for h in handlers]
    return ini({"root": ("", "DEBUG", ",".join(names), None)},
               {n: {"class": c, "args": args, "formatter": "f"} for n, (c, args) in zip(names, classes)}, {"f": {"format": "%(levelname)s %(message)s"}})


def lines(texts=TEXTS):
    return [record("a.b", 20, "%s", text) for text in texts]


@test(covers=["config: encoding"], quick=True)
def encodings_and_what_they_lack():
    for way in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace"):
        agree(config(*["('%s.log', 'a', '%s', False, '%s')" % (name, name, way) for name in (
            "ascii", "latin-1", "utf-8", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-be", "utf-8-sig", "cp1252", "iso8859-15", "koi8-r", "cp1251")]), lines())


def tables():
    """The encodings of a byte a character, from the table's source: those of iconv and of Python must be the same."""
    with open(os.path.join(harness.ROOT, "plugin/base/codec_names.c")) as f:
        return re.findall(r'BYTES\("([^"]+)"', f.read())


@test(quick=True)
def every_character_of_every_table():
    names = tables()
    assert len(names) > 30
    texts = ["".join(bytes([i]).decode(name, "ignore") for i in range(256) if i != 10) for name in names]
    agree(config(*["('%s.log', 'a', '%s', False, 'replace')" % (name, name) for name in names]), lines(texts))


@test(quick=True)
def every_name_that_python_has_for_them():
    for name in ("UTF-8", "ISO_8859-1", "windows-1252", "latin 1"):
        agree(config("('x.log', 'w', '%s', False, 'replace')" % name), lines())
    ours = ["ascii", "latin_1", "utf_8", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be"] + [n.replace("-", "_") for n in tables()]
    known = [alias for alias, target in aliases.aliases.items() if target in ours] + ours + ["utf-8-sig", "U8", "utf8"]
    assert len(known) > 150
    for name, shown in zip(known, check([config("('x.log', 'a', '%s')" % name) for name in known])):
        assert shown["accepted"], (name, shown)
    strange = ["klingon", "", "utf-9", "latin-11", "cp1259", "utf-16-xx"]
    for name, shown in zip(strange, check([config("('x.log', 'a', '%s')" % name) for name in strange])):
        assert not shown["accepted"], name


@test(quick=True)
def what_cannot_be_encoded_is_missing_and_the_rest_is_there():
    for name in ("ascii", "latin-1", "cp1252", "utf-16"):
        # Told on stderr, in Python's words; what stands around them is a traceback there.
        different = run_both(config("('x.log', 'a', '%s')" % name, ("StreamHandler", "(sys.stdout,)")), lines())
        assert set(different) <= {"stderr"}, (name, different)
        words = [re.findall(rb"UnicodeEncodeError: .*", side) for side in different.get("stderr", (b"", b""))]
        assert words[0] == words[1], (name, words)


MARKED = ("utf-16", "utf-8-sig", "utf-32")


def files(*args):
    """(name, "old") for each file that the handlers name."""
    return [(re.search("'([^']+)'", a[1] if isinstance(a, tuple) else a)[1], "old\n") for a in args]


@test(covers=["config: encoding"], quick=True)
def a_mark_at_the_beginning_of_an_empty_file_only():
    all_ways = ["('%s-%s-%s.log', '%s', '%s', %s)" % (name, mode, delay, mode, name, delay) for name in MARKED for mode in "aw" for delay in (True, False)]
    agree(config(*all_ways), lines())
    agree(config(*all_ways), lines(), files(*all_ways))
    agree(config(*all_ways), []) # nothing written: nothing there
    again = config(*[way.replace("', 'w", "', 'a") for way in all_ways])
    for files_of in ([], files(*all_ways)):
        agree(config(*all_ways), lines()[:2] + [{"op": "reconfigure", "path": "again.ini"}] + lines()[2:], files_of + [("again.ini", again)])


@test(quick=True)
def files_that_roll_over_begin_with_their_mark_and_count_bytes_and_characters():
    ways = [("handlers.RotatingFileHandler", "('%s-%d-%s.log', 'a', %d, 3, '%s', %s, 'replace')" % (name, limit, delay, limit, name, delay))
            for name in ("utf-16", "utf-8-sig", "latin-1", "utf-16-le") for limit in (60, 150) for delay in (False, True)]
    agree(config(*ways), lines(TEXTS * 3))
    agree(config(*ways), lines(TEXTS * 3), files(*ways))
    agree(config(("handlers.TimedRotatingFileHandler", "('x.log', 'midnight', 1, 0, 'utf-16', True)"), ("handlers.WatchedFileHandler", "('y.log', 'a', 'utf-16')")), lines())


@test(covers=["config: delay"], quick=True)
def a_delayed_file_is_made_with_its_first_record():
    # Not a WatchedFileHandler with 'w': Python empties its file again before the second record, and a line is lost.
    ways = [("FileHandler", "('a.log', 'a', None, True)"), ("FileHandler", "('w.log', 'w', None, True)"), ("handlers.WatchedFileHandler", "('wa.log', 'a', None, True)"),
            ("handlers.RotatingFileHandler", "('ra.log', 'a', 0, 0, None, True)"), ("handlers.RotatingFileHandler", "('rw.log', 'w', 0, 0, None, True)"),
            ("handlers.RotatingFileHandler", "('rm.log', 'w', 40, 2, None, True)"), ("handlers.TimedRotatingFileHandler", "('t.log', 'D', 1, 0, None, True)")]
    all_of_them, first = config(*ways), config("('y.log',)")
    quiet = all_of_them.replace("class=", "level=ERROR\nclass=")
    later = [{"op": "reconfigure", "path": "z.ini"}]
    for there in ([], files(*ways)):
        agree(all_of_them, [], there) # not made, not emptied
        agree(all_of_them, lines(), there)
        agree(quiet, lines(), there)
        agree(quiet, lines() + [record("a", 40, "x")], there)
        agree(first, lines() + later, there + [("z.ini", all_of_them)])
        agree(first, lines() + later + lines(), there + [("z.ini", all_of_them)])


@test(quick=True)
def an_undelayed_one_is_made_and_emptied_at_once():
    unused = ini({"root": ("", "DEBUG", "o", None)}, {"o": OUT, "u": {"class": "FileHandler", "args": "('u.log', 'w')"}}, {"f": {"format": "%(message)s"}})
    agree(unused, lines(), [("u.log", "old\n")])
    agree(config("('y.log',)"), lines() + [{"op": "reconfigure", "path": "z.ini"}] + lines(), [("u.log", "old\n"), ("z.ini", unused)])
    agree(config("('y.log',)"), lines() + [{"op": "reconfigure", "path": "z.ini"}], [("u.log", "old\n"), ("z.ini", unused)])


@test(quick=True)
def a_delayed_file_that_could_not_be_made_is_refused_with_its_configuration():
    place = harness.tmp()
    for args in ("('no/such/x.log', 'a', None, True)", "('x.log', 'a', 'klingon')", "('x.log', 'a', 'ascii', False, 'wrong')"):
        with open(os.path.join(place, "c.ini"), "w") as f:
            f.write(config(args))
        done = harness.weir("log", "-c", "c.ini", input="x\n", cwd=place, check=2)
        assert "c.ini:15:" in done.stderr or "c.ini:1" in done.stderr, done.stderr
        assert os.listdir(place) == ["c.ini"]


harness.main()
