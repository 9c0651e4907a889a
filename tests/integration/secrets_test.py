"""Passwords of handlers are shown nowhere, and a text that shows '***' can be pushed back."""
import json

import harness
from harness import Service, test

CONFIG = """[admin]
config_port =
[loggers]
keys=root
[handlers]
keys=h,m
[formatters]
keys=
[logger_root]
level=INFO
handlers=h,m
[handler_h]
class=handlers.HTTPHandler
level=CRITICAL
args=('127.0.0.1:1', '/log', 'POST', False, ('user', 'canary%%1'))
[handler_m]
class=handlers.SMTPHandler
level=CRITICAL
args=(('127.0.0.1', 1), 'a@b', ['c@d'], 'subject')
kwargs={'credentials': ("me", "canary2")}
"""


def pushed(service, text):
    return service.api("POST", "/api/config", {"text": text})


@test(quick=True)
def passwords_are_masked_and_come_back():
    with Service(CONFIG.replace("[admin]\nconfig_port =\n", "")) as service:
        shown = service.api("GET", "/api/config")
        assert "canary" not in json.dumps(shown), shown
        text = shown["text"] if "text" in shown else shown[1]["text"]
        assert text.count("***") == 2, text
        answer = pushed(service, text)
        assert "canary" not in json.dumps(answer), answer
        for what in ("/api/config", "/api/config/history", "/api/status"):
            assert "canary" not in json.dumps(service.api("GET", what)), what
        again = json.dumps(pushed(service, text.replace("level=INFO", "level=DEBUG")))
        assert "problem" not in again.lower() or "errors" not in again, again
        assert "level=DEBUG" in json.dumps(service.api("GET", "/api/config"))
        status, body = service.request("POST", "/api/config", {"text": text.replace("127.0.0.1:1", "127.0.0.1:2")})
        assert status == 422 or status == 400, (status, body)
        assert "stands for the password" in json.dumps(body) and "canary" not in json.dumps(body), body
        status, body = service.request("POST", "/api/config", {"text": text.replace("_m]", "_n]").replace("h,m", "h,n")})
        assert status in (400, 422) and "no running handler" in json.dumps(body), (status, body)


harness.main()
