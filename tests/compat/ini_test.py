"""Weir's reading of INI texts against Python's configparser: hand-picked texts, and some made at random.

What differs knowingly is not compared here: a byte order mark at the start is accepted (Python reads it
as part of the first line), NUL and invalid UTF-8 are refused, keys are lower-cased in ASCII only.
"""
import configparser
import io
import random

import harness
from harness import test
from probe import probe

HAND = [
    "", "\n", "# only\n; comments\n", "[a]\n", "[a]", "[a]\nk=v", "[a]\nk = v\n", "[a]\nk: v\n", "[a]\nk v\n",
    "[a]\nk = a = b : c\n", "[a]\nk : a = b\n", "[a]\nKey = V\n", "[a]\n  k = 1\n  l = 2\n", "[a]\nk = 1\n  more\n",
    "[a]\n k = 1\n k2 = 2\n   more\n", "[a]\n\tk = 1\n\t\tmore\n", "[a]\nk = 1\n\n  more\n\n\n  end\n\n[b]\n",
    "[a]\nk = 1\n# comment\n  more\n", "[a]\nk = 1\n  # comment\n  more\n", "[a]\nk = 1\n\n# comment\n\n  more\n",
    "[a]\nk = 1 ; inline\nl = 2 # inline\n", "[a]\nk = ;x\nl = #y\n", "[a] text\nk = 1\n", "[a]b]\nk = 1\n",
    "[]\nk = 1\n", "[ a ]\nk = 1\n", "[[a]]\nk = 1\n", "[a\nk = 1\n", "[a]\n[b\n", "[a]\n[b = 3\n", "k = 1\n[a]\n",
    "[a]\nk = 1\n[a]\nl = 2\n", "[a]\nk = 1\nk = 2\n", "[a]\nk = 1\nK = 2\n", "[A]\n[a]\n", "[a]\n = 1\n",
    "[a]\n = 1\n  more\nk = 1\n", "[a]\nk =\n", "[a]\nk =\n  x\n", "[a]\nk\n  = 1\n", "[a]\n  lonely\n",
    "[DEFAULT]\nd = 1\n[a]\nk = %(d)s\n", "[DEFAULT]\nd = 1\n[DEFAULT]\ne = 2\n[a]\n", "[DEFAULT]\nd=1\n[DEFAULT]\nd=2\n",
    "[a]\nk = %(k)s\n", "[a]\nk = %(l)s\nl = %(k)s\n", "[a]\nk = %(missing)s\n", "[a]\nk = 100%\n", "[a]\nk = 100%%\n",
    "[a]\nk = %x\n", "[a]\nk = %(l)\nl = 1\n", "[a]\nk = %(l)d\nl = 1\n", "[a]\nk = %()s\n", "[a]\nk = %(L)s\nl = x\n",
    "[a]\nk = %%(l)s\nl = 1\n", "[a]\nk = a%(l)sb%(l)sc\nl = %%\n", "[a]\r\nk = 1\r\n  more\r\n", "[a]\rk = 1\rl = 2\r",
    "[a]\nk = x\x0cy\n", "[a]\nk = \x1c\n\x1c l = 2\n", "[a]\nk\u00a0= v\u2003\n\u00a0more\n", "[a]\nk = \u2028x\n",
    "[\u00fc\u00df]\n\u00e9 = \u20ac\n", "[a]\nk\u3000=\u30001\n", "[a]\n@ = @\n@k = 1\n@s = @m\n@m = 2\n", "[@]\n@=@\n",
    "[" + "s" * 255 + "]\nk = 1\n[" + "s" * 60 + "]\n[" + "s" * 60 + "t]\n", "[a]\n" + "k" * 300 + " = 1\n",
    "[a]\nk = " + "x" * 201 + "\n", "[a]\nk = " + "x y; " * 2000 + "\n", "[a]\nk = " + "x" * 60000 + "\n  " + "y" * 60000,
    "[a]\nk = '[b]'\n[b]\n", "[a]\nk = 1\n [b]\n", "[a]\n [b]\nk = 1\n", "[a]\nk = 1\n ; c\n x = 2\n", "[a]\n-k = 1\n",
    "[a]\nk = '\t'\n", "[a]\nk;l = 1\n;k = 2\n", "[a]\nk#l = 1\n", "[a]\nk = 1\n  \n", "[a]\n\n\nk = 1", "[a]\n:\n", "[a]\n=\n",
    "[a]\nargs = (\n  'x',\n  'y',\n  )\n", "[a]\nk = 1\n  l = 2\n m = 3\n", "[a]\nk==v\n", "[a]\nk::v\n", "[a]\nk :=v\n",
]

PIECES = ["[a]", "[b]", "[c", "[]", "[DEFAULT]", "k = 1", "k: 2", "l=%(k)s", "m = %(l)s%%", "n", "o = x ; y", "# c", "; c", "",
          " ", "  more", "\tmore", "   even more = 3", "P = Q", "@ = @", "u\u00e9 = \u20ac", "\u00a0x = 1", "r = %(zz)s",
          "s = %", "t = " + "z" * 250, "w" * 60 + " = 1", "[" + "q" * 70 + "]", "v =", "= v", "x = %(x)s", "y = a\x0bb"]


def generate(count):
    rng = random.Random(20261120)
    for _ in range(count):
        lines = ["[start]"] if rng.random() < 0.7 else []
        for _ in range(rng.randrange(1, 14)):
            line = rng.choice(PIECES)
            if rng.random() < 0.15:
                line = " " * rng.randrange(1, 5) + line
            if rng.random() < 0.1:
                line += " " * rng.randrange(1, 3)
            if rng.random() < 0.05 and line:
                at = rng.randrange(len(line))
                line = line[:at] + rng.choice("[]=:;#% \t@") + line[at:]
            lines.append(line)
        yield rng.choice(["\n", "\n", "\r\n"]).join(lines) + rng.choice(["", "\n"])


def python_reads(text):
    """(sections, None) or (None, lines of the errors)."""
    parser = configparser.ConfigParser()
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    except configparser.MissingSectionHeaderError as e:
        return None, [e.lineno]
    except configparser.ParsingError as e:
        return None, [line for line, _ in e.errors]
    except (configparser.DuplicateSectionError, configparser.DuplicateOptionError) as e:
        return None, [e.lineno]
    sections = {}
    for name in parser.sections() + ["DEFAULT"]:
        own = parser._defaults if name == "DEFAULT" else parser._sections[name]
        sections[name] = {}
        for key, raw in own.items():
            try:
                value = parser.get(name, key)
            except configparser.InterpolationError:
                value = None
            sections[name][key] = [raw, value]
    return sections, None


def compare(text, seen):
    sections, errors = python_reads(text)
    if errors is not None:
        told = [p["line"] for p in seen["problems"]]
        assert set(errors) <= set(told), (text, errors, seen)
        return
    assert seen["problems"] == [], (text, sections, seen)
    seen["sections"].setdefault("DEFAULT", {})
    assert seen["sections"] == sections, (text, sections, seen)


@test(covers=["config: duplicate section", "config: duplicate key", "config: 5,000-byte lines"], quick=True)
def texts_are_read_as_configparser_reads_them():
    texts = HAND + list(generate(2000))
    results = probe(texts)
    for text, seen in zip(texts, results):
        compare(text, seen)


@test(quick=True)
def the_order_of_sections_and_keys_is_kept():
    text = "".join(f"[s{i}]\n" + "".join(f"k{j} = {j}\n" for j in range(30)) for i in range(100))
    seen = probe([text])[0]["sections"]
    assert list(seen) == [f"s{i}" for i in range(100)]
    assert all(list(s) == [f"k{j}" for j in range(30)] for s in seen.values())


if __name__ == "__main__":
    harness.main()
