"""weir config get --as: the running configuration in either form, whatever form it came in; pushed back it changes
nothing, not even a file that mode 'w' would empty, and passwords stay ***."""
import json
import os

import harness
from harness import Service, test
from probe import check

CONFIG = """[loggers]
keys=root,a
[handlers]
keys=f,w,m
[formatters]
keys=l
[filters]
keys=n
[logger_root]
level=INFO
handlers=f,w
[logger_a]
qualname=app.a
level=DEBUG
propagate=0
handlers=m
filters=n
[handler_f]
class=FileHandler
formatter=l
args=('f.log',)
[handler_w]
class=FileHandler
args=('w.log', 'w')
[handler_m]
class=handlers.SMTPHandler
level=CRITICAL
args=(('127.0.0.1', 1), 'a@b', ['c@d'], 'subject', ('me', 'can%%ary"1'))
[formatter_l]
format=%(levelname)s %(message)s
[filter_n]
args=('app',)
"""


def get(service, form):
    return service.weir("config", "get", *(["--as", form] if form else []), check=0).stdout


@test(covers=["config: either form"], quick=True)
def either_form_of_what_runs_and_back():
    with Service(CONFIG) as service:
        assert get(service, None).replace("***", 'can%%ary"1') == CONFIG or "***" in get(service, None)
        ini, text = get(service, "ini"), get(service, "json")
        assert "canary" not in ini + text and "can" + "%" not in ini + text, (ini, text)
        assert ini.count("***") == 1 and text.count("***") == 1, (ini, text)
        assert json.loads(text)["loggers"]["app.a"] == {"level": "DEBUG", "handlers": ["m"], "filters": ["n"], "propagate": False}
        assert "[filter_n]" in ini and "propagate = 0" in ini, ini
        service.run("say root 20 before")
        harness.wait_until(lambda: os.path.getsize(os.path.join(service.dir, "w.log")) > 0, 10, "a record")
        for form in (text, ini, text):
            path = os.path.join(service.dir, "pushed")
            with open(path, "w") as f:
                f.write(form)
            service.weir("push", path, check=0)
            # Whatever was pushed, the same is printed.
            assert (get(service, "json"), get(service, "ini")) == (text, ini), (get(service, "json"), get(service, "ini"))
            with open(os.path.join(service.dir, "w.log")) as f:
                assert f.readline() == "before\n", "nothing is reopened, or it would be empty"
        # The password is still the handler's: with anything else of it changed, it must be written.
        status, body = service.request("POST", "/api/config", {"text": text.replace("subject\": \"subject", "subject\": \"other")})
        assert status == 422 and "stands for the password" in json.dumps(body), (status, body)
        status, body = service.request("POST", "/api/config", {"text": text.replace('"m"', '"k"')})
        assert status == 422 and "no running handler" in json.dumps(body), (status, body)
        # The file as it was written in the other form is the same configuration.
        service.weir("push", path, "--save", check=0)
        with open(service.config_path) as f:
            saved = f.read()
        assert "***" not in saved and check([saved])[0]["json"] == check([CONFIG])[0]["json"]


@test(quick=True)
def a_form_that_is_none_and_one_that_cannot_be():
    with Service(CONFIG) as service:
        done = service.weir("config", "get", "--as", "yaml", check=2)
        assert "ini or json" in done.stderr
        status, body = service.request("GET", "/api/config?as=yaml")
        assert status == 400 and "ini or json" in json.dumps(body), body
        odd = {"version": 1, "handlers": {"h": {"class": "logging.NullHandler"}}, "loggers": {" x": {}}, "root": {"handlers": ["h"]}}
        service.api("POST", "/api/config", {"text": json.dumps(odd)})
        done = service.weir("config", "get", "--as", "ini")
        assert done.returncode != 0 and "take it as JSON" in done.stderr, done
        assert json.loads(get(service, "json"))["loggers"] == {" x": {"handlers": [], "propagate": True}}


harness.main()
