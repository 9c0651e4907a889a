"""Untrusted text stays text: 300 payloads in message, logger, key, value and thread name, in the names of loggers,
in a configuration and in links. No script runs, no dialog opens, the content security policy has nothing to
stop, and what was logged is shown as it was logged. Also how the token comes and where it stays."""
import json
import urllib.parse

import harness
from browser import Browser, needed
from harness import test, wait_until
from page import config, link_of, place, service, show

CORES = [
    "<script>pwn()</script>", "<script src=//evil.example/x.js></script>", "<img src=x onerror=pwn()>",
    "<svg onload=pwn()>", "<svg><script>pwn()</script></svg>", "<body onload=pwn()>", "<iframe srcdoc='<script>pwn()</script>'>",
    "<iframe src=javascript:pwn()>", "<a href=javascript:pwn()>x</a>", "<math><a xlink:href=javascript:pwn()>x</a></math>",
    "<input autofocus onfocus=pwn()>", "<details open ontoggle=pwn()>", "<video><source onerror=pwn()></video>",
    "<audio src=x onerror=pwn()>", "<object data=javascript:pwn()>", "<embed src=javascript:pwn()>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:pwn()'>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>", "<form action=//evil.example><button>x</button></form>",
    "<marquee onstart=pwn()>", "<template><script>pwn()</script></template>", "<noscript><img src=x onerror=pwn()></noscript>",
    "<dialog open>x</dialog>", "<img src=//evil.example/pixel>", "javascript:pwn()", "data:text/html,<script>pwn()</script>",
    "{{constructor.constructor('pwn()')()}}", "${pwn()}", "#{pwn()}", "<%= pwn() %>", "[[${pwn()}]]", "__proto__", "constructor",
    "toString", "hasOwnProperty", "</script><script>pwn()</script>", "</textarea><img src=x onerror=pwn()>",
    "</title><script>pwn()</script>", "</td></tr></table><script>pwn()</script>", "</style><script>pwn()</script>",
    "<!--><script>pwn()</script>-->", "<![CDATA[<script>pwn()</script>]]>", "<scr<script>ipt>pwn()</scr</script>ipt>",
    "<ScRiPt>pwn()</sCrIpT>", "<script/x>pwn()</script>", "%3Cscript%3Epwn()%3C/script%3E", "&lt;script&gt;pwn()&lt;/script&gt;",
    "&#60;script&#62;pwn()&#60;/script&#62;", "\u202e<script>pwn()</script>", "\u2028pwn()\u2029", "\x1b[31mred\x1b[0m\x07",
    "\ufeff<script>pwn()</script>", "data: x\n\nevent: end\ndata: {}", "a\r\nid: 1\r\ndata: {\"x\":1}", "😀<b>bold</b>",
    "<a href='#/config' onclick=pwn()>click</a>", "'-pwn()-'", "\";pwn();//",
]
WRAPS = ["%s", "\"'>%s", "x %s y", "</span>%s<span>", "`-->%s<!--"]
PAYLOADS = [wrap % core for core in CORES for wrap in WRAPS]
assert len(PAYLOADS) == 300, len(PAYLOADS)

# Runs before every document: what a payload would call, and what the policy had to stop.
GUARD = """window.pwned = []; window.stopped = [];
  window.pwn = () => window.pwned.push(new Error().stack);
  for (const name of ['alert', 'confirm', 'prompt', 'open']) window[name] = () => window.pwned.push(name);
  document.addEventListener('securitypolicyviolation', (e) => window.stopped.push(e.violatedDirective + ' ' + e.blockedURI));"""
# Elements that the page itself never makes in a view, and attributes that it never sets.
STRANGE = """const never = 'script, img, svg, math, iframe, object, embed, base, meta, link, style, form, video, audio, source, '
    + 'marquee, template, noscript, dialog, details, body, title, b:not(.law b, .dropping b, td > b)';
  const isStrange = (a) => a.name.startsWith('on') || a.name === 'srcdoc' || (a.name === 'href' && /^\\s*javascript:/i.test(a.value));
  return [...document.querySelectorAll('#view *')].filter((e) => e.matches(never) || [...e.attributes].some(isStrange))
      .map((e) => e.outerHTML)"""


def visible(text):
    """web/dom.js: control and bidi characters are made visible."""
    steering = set(range(0, 9)) | set(range(0x0b, 0x20)) | set(range(0x7f, 0xa0)) | {0x61c, 0xfeff} | \
        set(range(0x200b, 0x2010)) | set(range(0x2028, 0x202f)) | set(range(0x2060, 0x206a))
    return "".join("\\u%04x" % ord(c) if ord(c) in steering else c for c in text)


def guarded():
    needed()
    browser = Browser()
    browser.cdp("Page.addScriptToEvaluateOnNewDocument", {"source": GUARD})
    return browser


def check(browser, where):
    assert browser.dialog() is None, where
    assert browser.execute("return window.pwned") == [], (where, browser.execute("return window.pwned"))
    assert browser.execute("return window.stopped") == [], (where, browser.execute("return window.stopped"))
    strange = browser.execute(STRANGE)
    assert strange == [], (where, strange[:5])


def hostile_history():
    """A history in which every text that a record can bring is hostile."""
    directory = harness.tmp()
    s = service(config(handlers="history"), dir=directory, start=False)
    lines = [{"logger": "l" + p.replace(".", ""), "level": "INFO", "msg": "%s", "args": ["m" + p], "threadName": "t" + p,
              "func": p[:60], "pathname": p[:60], "exc_text": p, "extra": {"k" + p: "v" + p}} for p in PAYLOADS]
    harness.weir("log", "-c", s.config_path, "--jsonl", cwd=directory, check=0,
                 input="".join(json.dumps(line) + "\n" for line in lines))
    s.start()
    return s


@test(covers=["promise 5"])
def three_hundred_payloads_in_every_field_of_a_record():
    with hostile_history() as s, guarded() as browser:
        browser.open(link_of(s))
        browser.find("tr[data-logger=root]")
        show(browser, "records")
        count = "return document.querySelectorAll('tr.record').length"
        for total in (100, 200, 300):
            wait_until(lambda: browser.execute(count) >= total, 20, "%d records" % total)
            browser.click_text("button", "Older records")
        wait_until(lambda: browser.execute(count) >= 300, 20, "all records")
        browser.execute("document.querySelectorAll('tr.record').forEach((r) => r.click())")
        wait_until(lambda: len(browser.find_all("tr.detail")) >= 300, 20, "all details")
        shown = browser.execute("""return [...document.querySelectorAll('tr.record')].map((r) => [r.children[2].textContent,
            r.children[3].firstChild.textContent, r.querySelector('.fields')?.textContent, r.nextSibling.textContent])""")
        shown = [row for row in shown if row[0].startswith("l")]
        assert len(shown) == 300, len(shown)
        for payload, (logger, message, fields, detail) in zip(reversed(PAYLOADS), shown):
            assert logger == visible("l" + payload.replace(".", "")), (payload, logger)
            assert message == visible("m" + payload), (payload, message)
            assert fields == visible(" k%s=v%s" % (payload, payload)), (payload, fields)
            assert visible("t" + payload) in detail and visible("k" + payload) in detail, (payload, detail)
        check(browser, "records")
        # One by one: what leads on from a record.
        for link in browser.execute("return [...document.querySelectorAll('tr.detail a')].map((a) => a.getAttribute('href'))")[::15]:
            assert link.startswith("#/records?"), link
            browser.execute("location.hash = arguments[0]", link)
            browser.find("table.records")
            check(browser, link)


@test(covers=["promise 5"])
def three_hundred_payloads_as_loggers_live_and_in_the_audit():
    with service() as s, guarded() as browser:
        browser.open(link_of(s))
        browser.find("tr[data-logger=root]")
        names = ["l" + p.replace(".", "") for p in PAYLOADS]
        made = 0
        for name in names:
            status, _ = s.request("PUT", "/api/loggers/" + urllib.parse.quote(name, safe=""), {"level": "DEBUG"})
            made += status == 200
        assert made > 250, made  # control characters may be refused in a name
        wait_until(lambda: len(browser.texts("tr[data-logger]")) >= min(made, 300), 20, "the loggers")
        known = {logger["name"] for logger in s.api("GET", "/api/loggers")["loggers"]}
        shown = set(browser.texts("tr[data-logger] td.name"))
        missing = [name for name in names if name in known and visible(name) not in shown]
        assert len(missing) <= max(0, len(known) - 300), missing[:5]
        check(browser, "loggers")
        show(browser, "records")
        browser.find(".dot.live")
        for payload in PAYLOADS[::10]:
            if "\n" not in payload and "\r" not in payload:
                s.run("say live 40 " + payload)
        s.run("say live 40 the last one")
        wait_until(lambda: "the last one" in browser.text("table.records"), 20, "the live records")
        check(browser, "live")
        show(browser, "status")
        browser.find("table.audit")
        check(browser, "status")


@test(covers=["promise 5"])
def payloads_in_links_and_in_a_configuration():
    with service() as s, guarded() as browser:
        link = link_of(s)
        browser.open(link)
        browser.find("tr[data-logger=root]")
        for payload in PAYLOADS[::10]:  # the browser throttles a page that goes to 200 links at once
            quoted = urllib.parse.quote(payload, safe="")
            for view in ("loggers?glob=%s", "records?q=%s&level=%s&field.%s=%s", "records?around=%s", "%s"):
                show(browser, view.replace("%s", quoted))
            check(browser, payload)
        show(browser, "config")
        browser.find("tr[data-generation]")
        hostile = config().replace("keys = root,net", "keys = root,net,<img src=x onerror=pwn()>").replace(
            "level = WARNING", "level = <script>pwn()</script>")
        browser.fill("textarea", hostile)
        browser.find("button[data-check]").click()
        wait_until(lambda: "<script>pwn()</script>" in browser.text(".problems"), 10, "the problems, literally")
        check(browser, "config")


@test()
def the_policy_stops_what_the_page_does_not_bring():
    """The second wall stands: markup that is forced into the page does not run."""
    with service() as s, guarded() as browser:
        browser.open(link_of(s))
        browser.find("tr[data-logger=root]")
        browser.execute("document.getElementById('view').innerHTML = '<img src=x onerror=pwn()><iframe srcdoc=\"<script>parent.pwn()</script>\"></iframe>'"
                        "+ '<img src=\"https://evil.example/pixel\">'")
        wait_until(lambda: len(browser.execute("return window.stopped")) >= 2, 10, "the policy")
        assert browser.execute("return window.pwned") == []
        assert browser.execute("return window.stopped.some((v) => v.includes('evil.example') || v.startsWith('img-src'))")


@test(covers=["promise 6"])
def the_token_leaves_the_address_and_stays_in_the_tab():
    with service() as s, guarded() as browser:
        link = link_of(s)
        token = link.split("#token=")[1]
        browser.open(link)
        browser.find("tr[data-logger=root]")
        assert token not in browser.url() and browser.url().endswith("#/loggers"), browser.url()
        assert browser.execute("return sessionStorage.length === 1 && localStorage.length === 0 && document.cookie === ''")
        browser.reload()
        browser.find("tr[data-logger=root]")
        assert not browser.find_all("dialog[open]")
    with service() as s, guarded() as browser:
        link = link_of(s)
        browser.open(place(link, "records"))
        dialog = browser.find("dialog[open]").text()
        assert "weir open" in dialog, dialog
        browser.find("#token").type("0" * 32)
        browser.press("Enter")
        wait_until(lambda: "not the right one" in browser.text("dialog[open]"), 10, "the refusal")
        browser.find("#token").type(link)  # the whole link does as well
        browser.press("Enter")
        browser.find(".dot.live")
        assert not browser.find_all("dialog[open]")


harness.main()
