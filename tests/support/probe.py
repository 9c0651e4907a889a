"""Runs tests/support/ini_probe: what Weir makes of configuration texts, as Python objects."""
import json
import subprocess

from harness import BUILD


def probe(texts, *mode):
    """One result a text: {"sections": …, "problems": …}, or with mode "literal" {"repr"} or {"error"}."""
    data = b""
    for text in texts:
        text = text.encode() if isinstance(text, str) else text
        data += b"%d\n%s" % (len(text), text)
    done = subprocess.run([BUILD + "/tests/support/ini_probe", *mode], input=data, capture_output=True, check=True)
    results = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(results) == len(texts)
    return results
