"""The page's Records: filtered and searched, older pages, one in detail and with what happened around it, and
live. Where no HistoryHandler is configured, all of it works on the recent records."""
import json

import harness
from browser import Browser, needed
from harness import SLOW, scaled, test, wait_until
from page import config, free_port, link_of, place, service, show

# Stamps the moment at which a message is in the page, in ms since 1970, on the page's own clock.
WATCH = """window.shown = {}; new MutationObserver((changes) => {
  for (const c of changes) for (const row of c.addedNodes)
    if (row.record) window.shown[row.record.message] = [performance.timeOrigin + performance.now(), row.record];
}).observe(document.querySelector('table.records tbody'), { childList: true });"""


def messages(browser):
    return browser.texts("tr.record td:last-child")


def opened(s, view="records"):
    needed()
    browser = Browser()
    browser.open(link_of(s))
    browser.find("tr[data-logger=root]")
    show(browser, view)
    browser.find("table.records")
    return browser


def say(s, logger, level, text):
    s.run("say %s %d %s" % (logger, level, text))


def fill(s):
    say(s, "app.store", 20, "disk-full on volume seven")
    say(s, "app.store.index", 30, "index rebuilt in 12 ms")
    say(s, "app.net", 30, "timeout talking to 10.0.0.7")
    say(s, "app.net", 40, "connection to volume seven refused")
    say(s, "other", 40, "unrelated")
    s.run("flush 10000")


def filters(s):
    """What both tests below do: with and without a history, the page must not differ."""
    fill(s)
    with opened(s) as browser:
        wait_until(lambda: len(messages(browser)) >= 5, 10, "the records")
        assert messages(browser)[0].startswith("unrelated"), messages(browser)
        browser.fill("select[aria-label=level]", "ERROR")
        wait_until(lambda: len(messages(browser)) == 2, 10, "errors only")
        assert browser.url().endswith("#/records?level=ERROR"), browser.url()
        browser.find("input[aria-label=logger]").type("app")
        wait_until(lambda: messages(browser) == ["connection to volume seven refused"], 10, "one logger's")
        assert browser.url().endswith("?level=ERROR&logger=app"), browser.url()
        # The link alone brings the same again.
        browser.open("about:blank")
        browser.open(place(link_of(s), "records?q=VOL+seven"))
        wait_until(lambda: len(messages(browser)) == 2, 10, "words, in any case, by their beginnings")
        assert browser.execute("return document.querySelector('[aria-label=words]').value") == "VOL seven"
        # What comes by the stream obeys the filter as what was listed does.
        say(s, "app.net", 30, "seven of nine: no vowel")
        say(s, "app.net", 30, "another volume-seven")
        wait_until(lambda: messages(browser)[0] == "another volume-seven", 10, "a new one that matches")
        assert len(messages(browser)) == 3, messages(browser)
        field = browser.find("[aria-label=words]")
        browser.execute("document.querySelector('[aria-label=words]').select()")
        field.type("nothing-like-it")
        wait_until(lambda: "No record matches" in browser.text("table.records"), 10, "an empty list")


@test(covers=["must 11"])
def filters_and_searches_recent_records_without_a_history():
    with service(config(handlers="file")) as s:
        assert s.status()["history"] is None
        filters(s)


@test()
def filters_and_searches_a_history():
    with service(config(handlers="file,history")) as s:
        filters(s)
        assert s.status()["history"].endswith("history.db")


@test()
def older_pages():
    with service(config(handlers="file,history")) as s:
        s.run("log app.many 20 450")
        s.run("flush 10000")
        with opened(s, "records?logger=app.many") as browser:
            wait_until(lambda: len(messages(browser)) == 100, 10, "the first page")
            for total in (200, 300, 400, 450):
                browser.click_text("button", "Older records")
                wait_until(lambda: len(messages(browser)) == total, 10, "%d records" % total)
            assert messages(browser) == ["message %d" % n for n in reversed(range(450))], messages(browser)[:3]
            assert browser.texts("button:disabled") == ["Older records"]


@test()
def detail_and_context():
    needed()
    directory = harness.tmp()
    s = service(config(handlers="history"), dir=directory, start=False)
    line = {"logger": "app.shop", "level": "ERROR", "msg": "order %s failed", "args": ["A-7"], "threadName": "worker-3",
            "func": "place_order", "pathname": "/src/shop.c", "lineno": 42, "extra": {"client": "10.0.0.9", "items": 3},
            "exc_text": "Traceback:\n  no such item"}
    lines = [{"logger": "app.noise", "level": "INFO", "msg": "before %d" % i} for i in range(40)] + [line] + \
        [{"logger": "app.noise", "level": "INFO", "msg": "after %d" % i} for i in range(40)]
    text = "".join(json.dumps(l) + "\n" for l in lines)
    harness.weir("log", "-c", s.config_path, "--jsonl", cwd=directory, check=0, input=text)
    s.start()
    with opened(s, "records?logger=app.shop") as browser:
        wait_until(lambda: len(messages(browser)) == 1, 10, "the record")
        browser.find("tr.record").click()
        detail = browser.find("tr.detail").text()
        for part in ("order A-7 failed", "no such item", "client", "10.0.0.9", "/src/shop.c:42 in place_order", "worker-3",
                     "order %s failed"):
            assert part in detail, (part, detail)
        browser.press("Escape")
        wait_until(lambda: not browser.find_all("tr.detail"), 10, "closed by a key")
        # What Weir itself says comes from no source file.
        s.weir("set", "app=DEBUG", check=0)
        show(browser, "records?logger=weir")
        wait_until(lambda: any("level app" in m for m in messages(browser)), 10, "Weir's own record")
        browser.find("tr.record").click()
        assert "null" not in browser.find("tr.detail").text()
        show(browser, "records?logger=app.shop")
        wait_until(lambda: len(messages(browser)) == 1, 10, "the record again")
        browser.find("tr.record").click()
        browser.execute("document.querySelector('tr.detail a[href*=around]').click()")
        browser.find("tr.marked")
        around = messages(browser)
        at = next(i for i, m in enumerate(around) if m.startswith("order A-7"))
        assert around[at - 1] == "before 39" and around[at + 1] == "after 0", around
        assert len(around) == 61, len(around)
        assert browser.execute("""const place = document.querySelector('.marked').getBoundingClientRect();
            return place.top > 0 && place.bottom < innerHeight""")
        # A field's value leads to the records that have it.
        browser.execute("document.querySelector('tr.marked').click()")
        browser.click_text("tr.detail a", "10.0.0.9")
        wait_until(lambda: len(messages(browser)) == 1 and "field.client=10.0.0.9" in browser.url(), 10, "by field")
        browser.find("button.chip").click()
        wait_until(lambda: len(messages(browser)) > 60, 10, "without the field")


def latencies(s, browser, round, count):
    """From the call (the record's own time) until it is in the document, ms each."""
    names = ["fresh %d-%d" % (round, i) for i in range(count)]
    for name in names:
        say(s, "app.live", 10, name)
        wait_until(lambda: browser.execute("return name = arguments[0], name in window.shown", name), 10, "%r in the page" % name)
    found = browser.execute("return window.shown")
    return sorted(browser.execute("return arguments[0].map(([at, r]) => at - new Date(r.timestamp))", [found[n] for n in names]))


@test(covers=["must 1"])
def a_new_debug_record_is_in_the_page_within_100_ms():
    """Each must come (deadline). That it comes in time is judged by the median of a round, of which one in five
    must be quick: the machine may be busy otherwise."""
    with service(config(handlers="all")) as s, opened(s) as browser:
        s.weir("set", "app.live=DEBUG", "--for", "5m", check=0)
        browser.find(".dot.live")
        browser.execute(WATCH)
        medians = []
        for round in range(5):
            took = latencies(s, browser, round, 20)
            medians.append(took[len(took) // 2])
            print("        call to page: median %.1f ms, longest %.1f ms" % (took[len(took) // 2], took[-1]))
            if medians[-1] < 100:
                return
        assert min(medians) < 100 * (SLOW / 3), medians


@test()
def the_list_holds_still_while_it_is_read():
    with service() as s, opened(s) as browser:
        say(s, "app", 20, "first")
        wait_until(lambda: "first" in messages(browser), 10, "a record")
        browser.execute("document.querySelector('tr.record').click()")
        browser.find("tr.detail")
        say(s, "app", 20, "second")
        wait_until(lambda: "1 new record" in browser.text(".pill"), 10, "the note that one waits")
        assert "second" not in messages(browser)
        browser.find(".pill").click()
        wait_until(lambda: messages(browser)[0] == "second", 10, "what waited")
        assert not browser.find_all(".pill.shown")
        # Not live: nothing comes.
        browser.find("[aria-label=live]").click()
        wait_until(lambda: "live=no" in browser.url(), 10, "the link")
        say(s, "app", 20, "third")
        wait_until(lambda: any("third" in l for l in s.lines("page.log")), 10, "the third in the file")
        assert "third" not in messages(browser)
        browser.find("[aria-label=live]").click()
        wait_until(lambda: messages(browser)[0] == "third", 10, "live again")


@test()
def a_fast_stream_leaves_the_page_usable_and_says_what_is_missing():
    """Two threads without a pause; the page answers clicks, and after the storm shows the newest record."""
    with service(config(handlers="file")) as s, opened(s) as browser:
        browser.find(".dot.live")
        s.run("threads 2")
        wait_until(lambda: len(messages(browser)) > 500 or browser.find_all("tr.gap"), 20, "the stream")
        for view in ("status", "loggers", "records"):
            show(browser, view)
            browser.find("nav [aria-current=page][data-view=%s]" % view)
        wait_until(lambda: len(messages(browser)) > 100, 20, "the list again")
        assert browser.execute("return document.querySelector('#view tbody').children.length") <= 2001
        s.run("halt")
        s.run("flush 30000")
        say(s, "app", 40, "after the storm")
        wait_until(lambda: messages(browser)[0] == "after the storm", 30, "the newest")


def http_connections(port):
    """Connections to that port as the service sees them: a stream is the only one that stays."""
    with open("/proc/net/tcp") as f:
        rows = [line.split() for line in f][1:]
    return sum(1 for row in rows if row[1] == "0100007F:%04X" % port and row[3] == "01")


@test()
def one_stream_a_browser():
    with service() as s, opened(s) as browser:
        link = link_of(s)
        port = int(link.split(":")[2].split("/")[0])
        browser.find(".dot.live")
        first = browser.tabs()[0]
        second = browser.new_tab()
        browser.open(place(link, "records"))  # without the token: the first tab hands it over
        browser.find(".dot.live")
        third = browser.new_tab()
        browser.open(place(link, "records?logger=none"))
        browser.find(".dot.live")
        wait_until(lambda: http_connections(port) == 1, 10, "one connection that stays")
        say(s, "app", 20, "to all tabs")
        for tab in (second, first):
            browser.go_to_tab(tab)
            wait_until(lambda: "to all tabs" in messages(browser), 10, "the record in each tab")
        # The one that reads goes; another one takes over and misses nothing.
        browser.close_tab()
        browser.go_to_tab(second)
        say(s, "app", 20, "after the change")
        wait_until(lambda: messages(browser)[:2] == ["after the change", "to all tabs"], 20, "the record after the change")
        wait_until(lambda: http_connections(port) == 1, 10, "again one connection")
        # Who looks at something else reads no stream.
        show(browser, "status")
        browser.go_to_tab(third)
        show(browser, "loggers")
        wait_until(lambda: http_connections(port) == 0, 20, "no stream")


@test()
def the_page_comes_back_when_the_service_does():
    """A restart on the same port: the page says that nobody answers, and goes on by itself."""
    port = free_port()
    s = service(config().replace("http = 127.0.0.1:0", "http = 127.0.0.1:%d" % port))
    with opened(s) as browser:
        say(s, "app", 20, "before")
        wait_until(lambda: "before" in messages(browser), 10, "a record")
        assert s.stop() == 0
        wait_until(lambda: "does not answer" in browser.text("#summary"), 20, "the page's word")
        assert not browser.find_all(".dot.live")
        s.start()
        wait_until(lambda: "pid %d" % s.pid in browser.text("#summary"), 20, "the service again")
        browser.find(".dot.live", 20)
        say(s, "app", 20, "afterwards")
        wait_until(lambda: messages(browser)[0] == "afterwards", 20, "its records")
    s.kill()


harness.main()
