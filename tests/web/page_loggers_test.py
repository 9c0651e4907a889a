"""The page's Loggers: levels set by a button for a time, told apart, reset; who drops; a filter in the link."""
import harness
from browser import Browser, needed
from harness import scaled, test, wait_until
from page import config, link_of, place, service, show

ROW = "document.querySelector('tr[data-logger=\"' + arguments[0] + '\"]')"


def row(browser, logger):
    return browser.execute("return %s?.innerText ?? ''" % ROW, logger)


def pressed(browser, logger):
    return browser.execute("return %s?.querySelector('[aria-pressed=true]')?.textContent" % ROW, logger)


def opened(s):
    needed()
    browser = Browser()
    browser.open(link_of(s))
    browser.find("tr[data-logger=root]")
    return browser


def click_level(browser, logger, level):
    browser.find("tr[data-logger='%s'] button[data-level='%s']" % (logger, level)).click()


def audit(s):
    return [entry["what"] for entry in s.api("GET", "/api/audit")["audit"]]


@test(covers=["must 11"])
def a_button_sets_a_level_for_a_time_and_reset_takes_it_back():
    with service() as s, opened(s) as browser:
        s.run("say app.store 20 hello")
        wait_until(lambda: "inherited" in row(browser, "app.store"), 10, "the new logger")
        assert "configured" in row(browser, "app.net") and pressed(browser, "app.net") == "WARNING"
        browser.execute("document.querySelector('select').value = '5m'")
        click_level(browser, "app.store", "DEBUG")
        wait_until(lambda: pressed(browser, "app.store") == "DEBUG", 10, "the level")
        tag = browser.find("tr[data-logger='app.store'] .tag.over").text()
        assert tag.endswith(" left") and tag[:2] in ("5:", "4:"), tag
        assert "INFO → DEBUG until" in browser.text(".said"), browser.text(".said")
        # The configured level is Weir's to keep: the host still sees its own, and the answer names who drops.
        assert "handler file: level INFO, service.ini:" in browser.text(".said"), browser.text(".said")
        assert "file: level INFO" in row(browser, "app.store"), row(browser, "app.store")
        before = tag
        wait_until(lambda: browser.text("tr[data-logger='app.store'] .tag.over") != before, 10, "the countdown")
        browser.find("tr[data-logger='app.store'] button[data-reset]").click()
        wait_until(lambda: pressed(browser, "app.store") == "INFO", 10, "the level taken back")
        assert "left" not in row(browser, "app.store") and "inherited" in row(browser, "app.store")
        assert any("app.store INFO -> DEBUG for 300 s" in line for line in audit(s)), audit(s)


@test()
def a_level_whose_time_ends_goes_back_on_the_page_too():
    with service() as s, opened(s) as browser:
        s.weir("set", "app.net=DEBUG", "--for", "2s", check=0)
        wait_until(lambda: pressed(browser, "app.net") == "DEBUG", 10, "a level that the command set")
        assert "then WARNING" in row(browser, "app.net"), row(browser, "app.net")
        wait_until(lambda: pressed(browser, "app.net") == "WARNING", 20, "the end of its time")


@test()
def a_handler_that_drops_is_named_and_nobody_taking_it_is_a_warning():
    with service(config(handlers="file")) as s, opened(s) as browser:
        click_level(browser, "app.net", "DEBUG")
        wait_until(lambda: "nobody takes these" in row(browser, "app.net"), 10, "the warning")
        assert "file: level INFO, service.ini:" in row(browser, "app.net"), row(browser, "app.net")
        assert browser.find_all("tr[data-logger='app.net'] .dropping.warn")
        assert "nobody" not in row(browser, "root")
        browser.find("button[data-reset-all]").click()
        wait_until(lambda: pressed(browser, "app.net") == "WARNING", 10, "all reset")
        assert "1 level reset" in browser.text(".said")


@test()
def a_filter_is_in_the_link():
    with service() as s, opened(s) as browser:
        for name in ("app.store", "app.store.disk", "other"):
            s.run("say %s 20 x" % name)
        browser.press("/")
        browser.press("store")
        wait_until(lambda: not row(browser, "root"), 10, "the filter")
        assert browser.url().endswith("#/loggers?glob=store"), browser.url()
        browser.open("about:blank")
        browser.open(place(link_of(s), "loggers?glob=app.store*"))
        browser.find("tr[data-logger='app.store.disk']")
        assert not row(browser, "other") and row(browser, "app.store")
        assert browser.execute("return document.querySelector('input[type=search]').value") == "app.store*"


@test()
def a_row_keeps_its_place_and_its_focus_while_it_refreshes():
    """No click is lost: the element that was there before a refresh is there after it."""
    with service() as s, opened(s) as browser:
        browser.execute("%s.marked = true; %s.querySelector('[tabindex=\"0\"]').focus()" % (ROW, ROW), "app.net")
        s.weir("set", "app.net=ERROR", check=0)
        wait_until(lambda: pressed(browser, "app.net") == "ERROR", 10, "a refresh")
        assert browser.execute("return %s.marked && %s.contains(document.activeElement)" % (ROW, ROW), "app.net")
        browser.press("Escape")
        # Keys alone: from the focused level one to the left, and press it.
        browser.execute("%s.querySelector('[aria-pressed=true]').focus()" % ROW, "app.net")
        browser.press("Left", "Enter")
        wait_until(lambda: pressed(browser, "app.net") == "WARNING", 10, "a level by keys")


@test()
def thousands_of_loggers():
    count = max(2000, scaled(10000))
    with service() as s, opened(s) as browser:
        for i in range(count):
            s.send("effective many.group%d.logger%d" % (i % 40, i))
        for i in range(count):
            s.read_line()
        wait_until(lambda: "more logger" in browser.text(".more"), 30, "the rest being counted")
        assert browser.execute("return document.querySelectorAll('tr[data-logger]').length") == 300
        # It stays usable: a filter typed shows its logger, of which a click sets the level.
        last = "many.group%d.logger%d" % ((count - 1) % 40, count - 1)
        browser.find("input[type=search]").type("logger%d" % (count - 1))
        wait_until(lambda: row(browser, last), 20, "the last logger")
        click_level(browser, last, "ERROR")
        wait_until(lambda: pressed(browser, last) == "ERROR", 20, "its level")
        slow = browser.execute("""const field = document.querySelector('input[type=search]');
            const begin = performance.now();
            field.value = '';
            field.dispatchEvent(new Event('input'));
            return performance.now() - begin;""")
        print("        drawing the first 300 of %d loggers: %.0f ms" % (count, slow))


@test()
def every_view_is_a_link():
    with service() as s, opened(s) as browser:
        assert browser.texts("nav [aria-current=page]") == ["Loggers"]
        for key, view in zip("2341", ("records", "config", "status", "loggers")):
            browser.press(key)
            browser.find("nav [aria-current=page][data-view=%s]" % view)
            assert browser.url().endswith("#/" + view), browser.url()
            assert browser.execute("return document.querySelectorAll('nav [aria-current]').length") == 1
        browser.call("POST", "/back", {})
        browser.find("nav [aria-current=page][data-view=status]")
        show(browser, "nonsense")
        browser.find("tr[data-logger=root]")


harness.main()
