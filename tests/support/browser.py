"""A small client of the W3C WebDriver protocol: Chromium, driven through chromedriver, for the tests of the
page. Standard library only.

    with Browser() as browser:
        browser.open(link)
        browser.find("button.primary").click()
        browser.wait("return document.querySelectorAll('tr').length > 3")
        browser.screenshot("page.png")

Every wait has a deadline, stretched as the harness stretches its own; every failure of the driver is a
BrowserError with its message.
"""
import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import harness

# The key by which the protocol marks an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Named keys of the protocol, for press().
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Left": "\ue012", "Up": "\ue013",
        "Right": "\ue014", "Down": "\ue015", "Space": " "}
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
         "--lang=en", "--hide-scrollbars"]


class BrowserError(Exception):
    pass


def needed():
    """Skips the present test where there is no browser."""
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            harness.skip(program + " is not installed")


class Element:
    def __init__(self, browser, id):
        self.browser, self.id = browser, id

    def _call(self, method, path, body=None):
        return self.browser.call(method, "/element/%s/%s" % (self.id, path), body)

    def click(self):
        self._call("POST", "click", {})

    def type(self, text):
        self._call("POST", "value", {"text": text})

    def clear(self):
        self._call("POST", "clear", {})

    def text(self):
        return self._call("GET", "text")

    def attribute(self, name):
        return self._call("GET", "attribute/" + name)

    def property(self, name):
        return self._call("GET", "property/" + name)


class Browser:
    def __init__(self, width=1280, height=800, dark=False):
        self.home = tempfile.mkdtemp(prefix="weir-browser-")
        self.session = None
        self.driver = None
        harness.cleanup(self.close)
        self._start_driver()
        flags = FLAGS + ["--user-data-dir=" + os.path.join(self.home, "profile"),
                         "--window-size=%d,%d" % (width, height)]
        if dark:
            flags.append("--blink-settings=preferredColorScheme=0")
        wanted = {"browserName": "chrome", "unhandledPromptBehavior": "ignore",
                  "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": flags},
                  "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = made["sessionId"]
        self.size(width, height)

    def _start_driver(self):
        self.log = os.path.join(self.home, "driver.log")
        with open(self.log, "wb") as log:
            self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=log, stderr=log,
                                           stdin=subprocess.DEVNULL,
                                           env={**os.environ, "HOME": self.home})

        def port():
            with open(self.log, errors="replace") as f:
                return re.search(r"successfully on port (\d+)", f.read())
        self.port = int(harness.wait_until(port, 30, "chromedriver")[1])

    def _request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60 * harness.SLOW)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Content-Type": "application/json; charset=utf-8"})
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise BrowserError("%s %s: %s: %s" % (method, path, value["error"], value.get("message", "")[:2000]))
        return value

    def call(self, method, path, body=None):
        return self._request(method, "/session/%s%s" % (self.session, path), body)

    def cdp(self, command, parameters):
        """A command of the browser's own debugging protocol, for what WebDriver does not offer."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def reload(self):
        self.call("POST", "/refresh", {})

    def url(self):
        return self.call("GET", "/url")

    def title(self):
        return self.call("GET", "/title")

    def find(self, selector, seconds=10):
        """The first element that matches; waits for it."""
        found = harness.wait_until(lambda: self.find_all(selector), seconds, "an element %r" % selector)
        return found[0]

    def find_all(self, selector):
        found = self.call("POST", "/elements", {"using": "css selector", "value": selector})
        return [Element(self, one[ELEMENT]) for one in found]

    def text(self, selector="body"):
        """What is to be read there."""
        return self.execute("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def texts(self, selector):
        """The text of each element that matches, shown or not."""
        return self.execute("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def click_text(self, selector, text):
        """Clicks the first element that matches and has just this text."""
        harness.wait_until(lambda: self.execute(
            "const e = [...document.querySelectorAll(arguments[0])].find((e) => e.textContent === arguments[1]);"
            "e?.click(); return Boolean(e)", selector, text), 10, "%s with the text %r" % (selector, text))

    def fill(self, selector, text):
        """Gives a field its text at once, as typing or choosing does."""
        self.find(selector)
        self.execute("const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                     "e.dispatchEvent(new Event('input'))", selector, text)

    def size(self, width, height):
        """The size of the page itself: a window's counts a frame that is not there."""
        self.cdp("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def execute(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, script, *args, seconds=10):
        """Runs the script until it returns something true; returns that."""
        return harness.wait_until(lambda: self.execute(script, *args), seconds, script)

    def press(self, *keys):
        """Keys to what has the focus: names of KEYS, or text."""
        strokes = [stroke for key in keys for letter in [KEYS.get(key)] for stroke in (letter if letter else key)]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": [
            action for stroke in strokes for action in ({"type": "keyDown", "value": stroke},
                                                        {"type": "keyUp", "value": stroke})]}]})

    def tabs(self):
        return self.call("GET", "/window/handles")

    def new_tab(self):
        """Makes a tab and goes there."""
        made = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        self.go_to_tab(made)
        return made

    def go_to_tab(self, tab):
        self.call("POST", "/window", {"handle": tab})

    def close_tab(self):
        self.call("DELETE", "/window")

    def dialog(self):
        """The text of an open alert, None where there is none."""
        try:
            return self.call("GET", "/alert/text")
        except BrowserError:
            return None

    def console(self):
        """What the console said since the last call, as (level, text)."""
        return [(one["level"], one["message"]) for one in self.call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        if self.session:
            try:
                self.call("DELETE", "")
            except (OSError, BrowserError, ValueError):
                pass
            self.session = None
        if self.driver:
            self.driver.terminate()
            try:
                self.driver.wait(10)
            except subprocess.TimeoutExpired:
                self.driver.kill()
                self.driver.wait()
            self.driver = None
        for _ in range(20):  # the browser's last processes may still write there
            shutil.rmtree(self.home, True)
            if not os.path.exists(self.home):
                break
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        """A test that fails says what was to be seen."""
        if kind is not None and not issubclass(kind, harness.Skip):
            try:
                print("        the page: %s\n        %s\n        the console: %s" % (
                    self.url(), " | ".join(self.text().split("\n"))[:1500], self.console()[-5:]))
            except (OSError, BrowserError, ValueError) as error:
                print("        the browser: %s" % error)
        self.close()
