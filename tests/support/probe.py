"""Runs tests/support/ini_probe and check_probe: what Weir makes of configuration texts, as Python objects."""
import json
import subprocess

from harness import BUILD


def probe(texts, *mode):
    """One result a text: {"sections": …, "problems": …}, or with mode "literal" {"repr"} or {"error"}."""
    return run("ini_probe", texts, *mode)


def check(texts):
    """One result a text: {"accepted": …, "problems": […]}."""
    return run("check_probe", texts)


def run(program, texts, *arguments):
    data = b""
    for text in texts:
        text = text.encode() if isinstance(text, str) else text
        data += b"%d\n%s" % (len(text), text)
    done = subprocess.run([f"{BUILD}/tests/support/{program}", *arguments], input=data, capture_output=True, check=True)
    results = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(results) == len(texts)
    return results
