"""Untrusted text stays text (promise 5): each of the 256 bytes, bidi controls, C1, invalid UTF-8, in every text
sink: one record is one line, and what a terminal would obey is written out."""
import json
import os
import unicodedata

import faults
import harness
from faults import config, file
from harness import BUILD, Service, test, wait_until, weir

TEXT = config({"file": file("{dir}/host.log"), "err": "class = StreamHandler\nargs = (sys.stderr,)",
               "json": file("{dir}/host.json", "formatter = json"), "history": faults.history("{dir}/history.db")},
              line="%(levelname)s %(name)s %(message)s") + "[formatter_json]\nclass = weir.JSONFormatter\n"
TEXT = TEXT.replace("keys = line", "keys = line,json")
# What changes what a reader sees without being seen.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = ["\u0085", "\u009b", "\u2028", "\u2029"] + list(BIDI)
INVALID = [b"\xc0\xaf", b"\xe0\x80\x8a", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xc3", b"\xe2\x80",
           b"\x80", b"\xff\xfe", b"\xc2\x41"]


def say(service, text):
    """By the host's line protocol, which can carry no newline and no NUL itself."""
    service.process.stdin.write(b"say host.say 20 <" + text + b">\n")
    assert service.read_line() == "ok"


def clean(line):
    """Nothing in it that moves a cursor, begins a line or turns the text."""
    return all(c == "\t" or (ord(c) >= 32 and unicodedata.category(c) not in ("Cc", "Zl", "Zp", "Cs") and c not in BIDI)
               for c in line)


@test(covers=["promise 5"], quick=True)
def every_byte_and_every_control():
    with Service(TEXT) as service:
        texts = [bytes([b]) for b in range(1, 256) if b != 10] + [c.encode() for c in CONTROLS] + INVALID
        texts += [b"\x1b[31mred", b"a\rINFO root forged", b"\xe2\x80\xae" + b"evil"]
        for text in texts:
            say(service, text)
        service.run("flush 10000")
        for name in ("host.log", "stderr.txt"):
            with open(service.path(name), "rb") as f:
                data = f.read()
            lines = [line for line in data.decode("utf-8").split("\n")[:-1] if "host.say" in line]
            assert len(lines) == len(texts), "%s: %d lines of %d records" % (name, len(lines), len(texts))
            for text, line in zip(texts, lines):
                assert line.startswith("INFO host.say <") and line.endswith(">"), (text, line)
                assert clean(line), "%s: %r became %r" % (name, text, line)
        with open(service.path("host.json"), "rb") as f:
            objects = [json.loads(line) for line in f.read().decode("utf-8").split("\n")[:-1]]
        assert len([o for o in objects if o["logger"] == "host.say"]) == len(texts)
        # What the command prints to a terminal: from the recent records, from the history, from its file.
        for words in (("query", "-n", "1000", "--logger", "host.say"),):
            out = service.weir(*words, check=0).stdout
            lines = [line for line in out.split("\n") if "host.say" in line]
            assert len(lines) == len(texts), "%s: %d of %d" % (words, len(lines), len(texts))
            assert all(clean(line) for line in lines), [line for line in lines if not clean(line)][:3]
        assert service.stop() == 0


@test(covers=["promise 5"], quick=True)
def recent_records_in_the_command():
    """The same without a history."""
    with Service(config({"file": file("{dir}/host.log")})) as service:
        texts = [b"\x1b]0;title\x07", b"\r\x1b[2K", b"\xc2\x9b31m", b"\xe2\x80\xae", b"\xff", b"\x7f", b"%s%n%d"]
        for text in texts:
            say(service, text)
        service.run("flush 10000")
        out = service.weir("query", "-n", "100", "--logger", "host.say", check=0).stdout
        lines = [line for line in out.split("\n") if "<" in line]
        assert len(lines) == len(texts) and all(clean(line) for line in lines), lines
        assert any("%s%n%d" in line for line in lines), "a message was interpreted"
        assert service.stop() == 0


@test(covers=["promise 5"], quick=True)
def by_the_jsonl_door():
    """Newlines, NUL and all else that JSON can carry, as message, argument, field and name."""
    directory = harness.tmp()
    path = os.path.join(directory, "log.ini")
    with open(path, "w") as f:
        f.write(config({"file": file("%s/out.log" % directory)}, line="%(levelname)s %(name)s %(message)s %(ip)s")
                .replace("run_dir = {run}\n", ""))
    texts = [chr(c) for c in range(256)] + CONTROLS + ["a\nINFO root forged", "\r\n", "\u0000"]
    operations = [json.dumps({"logger": "a.b", "level": "INFO", "msg": "user <%s>", "args": [t], "extra": {"ip": t}})
                  for t in texts]
    operations += [json.dumps({"logger": "a.b", "level": "INFO", "msg": "first\nINFO root forged " + t, "extra": {"ip": "x"}})
                   for t in texts]
    weir("log", "-c", path, "--jsonl", input="\n".join(operations) + "\n", check=0, cwd=directory)
    with open(os.path.join(directory, "out.log"), "rb") as f:
        lines = f.read().decode("utf-8").split("\n")[:-1]
    assert len(lines) == len(operations), "%d lines of %d records" % (len(lines), len(operations))
    for line in lines:
        assert line.startswith("INFO a.b ") and clean(line), repr(line)


harness.main()
