"""Each view with kvd's real load, in light and dark, wide and narrow: nothing sticks out, nothing moves, the
console is silent. WEIR_SCREENSHOTS=1 also writes docs/screenshots/."""
import os
import shutil
import subprocess

import harness
from browser import Browser, needed
from harness import Service, test, wait_until
from page import SCREENSHOTS, Run, config as page_config, link_of, show

VIEWS = ("loggers", "records", "config", "status")
WIDE, NARROW = (1180, 660), (640, 800)


def picture(browser, name):
    if SCREENSHOTS:
        os.makedirs(SCREENSHOTS, exist_ok=True)
        browser.screenshot(os.path.join(SCREENSHOTS, name + ".png"))


def started():
    """kvd with its load, and a level set as its user would."""
    directory = None
    if SCREENSHOTS:  # a path that is good to look at
        directory = "/tmp/kvd-demo"
        os.mkdir(directory)
        harness.cleanup(shutil.rmtree, directory, True)
    run = Run(dir=directory)
    subprocess.run([w.replace("1m", "15m") for w in run.commands[0]], check=True, stdout=subprocess.DEVNULL,
                   env=harness.full_env())
    return run


def loggers(browser):
    browser.find("tr[data-logger='kvd.store'] .tag.over")
    browser.find("tr[data-logger='kvd.net.command']")


def records(browser):
    browser.find(".dot.live")
    wait_until(lambda: len(browser.texts("tr.record")) > 60, 30, "records")
    if SCREENSHOTS:  # one with something in it
        wait_until(lambda: "WARNING" in browser.texts("tr.record .level")[2:12], 30, "a warning")


def config(browser):
    browser.find("tr[data-generation]")
    text = browser.execute("return document.querySelector('textarea').value")
    browser.fill("textarea", text.replace("handlers = console,file,history", "handlers = console,file,histroy").replace(
        "level = INFO\nhandlers =\n", "level = INFOS\nhandlers =\n", 1))
    browser.find("button[data-check]").click()
    browser.find(".beside")


def status(browser):
    browser.find("tr[data-handler=history]")
    browser.find("table.audit")  # the level set before


READY = {"loggers": loggers, "records": records, "config": config, "status": status}


def check(browser, view):
    out = browser.execute("return document.documentElement.scrollWidth - innerWidth")
    assert out <= 0, "%s is %d pixels wider than the window" % (view, out)
    assert not browser.find_all("#trouble:not([hidden])"), browser.text("#trouble")
    assert not any(wrong in browser.text() for wrong in ("[object", "undefined", "NaN")), browser.text()


@test(covers=["must 11"])
def each_view_with_kvds_load():
    needed()
    run = started()
    for dark in (False, True):
        with Browser(*WIDE, dark=dark) as browser:
            browser.open(run.link)
            browser.find("tr[data-logger=root]")
            ground = browser.execute("return getComputedStyle(document.body).backgroundColor")
            assert (int(ground[4:].split(",")[0]) < 80) == dark, ground
            for view in VIEWS:
                show(browser, view)
                READY[view](browser)
                check(browser, view)
                picture(browser, view + ("-dark" if dark else ""))
                browser.size(*NARROW)
                check(browser, view)
                browser.size(*WIDE)
            said = [line for line in browser.console() if line[0] != "DEBUG"]
            assert said == [], said


@test()
def on_a_telephone():
    """A narrow window: a message has the whole width, a long one does not fill the screen, and that the service
    does not answer is seen."""
    needed()
    service = Service(page_config())
    service.run("say app 40 " + "word " * 600)
    service.run("say app.net.very.long.name 30 short")
    with Browser(390, 800) as browser:
        browser.open(link_of(service))
        browser.find("tr[data-logger=root]")
        show(browser, "records")
        browser.find("tr.record")
        check(browser, "records")
        short, long = browser.execute(
            "return [...document.querySelectorAll('tr.record')].map((r) => [...r.cells].map((c) => {"
            "const b = c.getBoundingClientRect(); return [b.width, b.height]}))")
        assert short[3][0] > 340 and short[0][1] < 24, short
        assert 100 < long[3][1] < 200, long
        browser.find_all("tr.record")[1].click()
        assert browser.text("tr.detail pre").count("word") == 600
        check(browser, "records")
        service.kill()
        browser.wait("return document.querySelector('#summary').offsetHeight > 0", seconds=20)
        assert browser.text("#summary") == "the service does not answer"
        check(browser, "records")


OBSERVE = """window.moved = 0;
    window.refreshed = 0;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) window.moved += e.value;
    }).observe({ type: 'layout-shift' });
    new PerformanceObserver((list) => {
      window.refreshed += list.getEntries().filter((e) => e.name.includes('/api/')).length;
    }).observe({ type: 'resource' });"""


@test()
def nothing_moves_while_it_refreshes():
    """Layout shifts, as the browser counts them, over some refreshes of Loggers and Status under load."""
    needed()
    run = Run()
    with Browser(*WIDE) as browser:
        browser.open(run.link)
        for view in ("loggers", "status"):
            show(browser, view)
            browser.find("tr[data-handler=history], tr[data-logger='kvd.net.command']")
            browser.execute(OBSERVE)
            wait_until(lambda: browser.execute("return window.refreshed >= 4"), 30, "some refreshes")
            moved = browser.execute("return window.moved")
            assert moved < 0.01, (view, moved)


harness.main()
