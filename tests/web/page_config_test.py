"""The page's Config: check shows problems beside their lines, apply says what it disabled, back to one that ran,
writing to the file."""
import harness
from browser import Browser, needed
from harness import test, wait_until
from page import config, link_of, service, show

TEXT = "document.querySelector('textarea')"


def opened(s):
    needed()
    browser = Browser()
    browser.open(link_of(s))
    browser.find("tr[data-logger=root]")
    show(browser, "config")
    browser.find("tr[data-generation]")
    return browser


def edit(browser, old, new):
    """Changes the text as typing does."""
    browser.fill("textarea", text_of(browser).replace(old, new, 1))


def text_of(browser):
    return browser.execute("return %s.value" % TEXT)


def press(browser, what):
    browser.find("button[data-%s]" % what).click()


def generation(s):
    return s.status()["generation"]


@test()
def check_shows_problems_beside_their_lines_and_changes_nothing():
    with service() as s, opened(s) as browser:
        assert text_of(browser).strip() == config().strip()
        before = generation(s)
        edit(browser, "level = WARNING", "level = DEBG")
        edit(browser, "class = weir.HistoryHandler", "class = NoSuchHandler")
        edit(browser, "formatter = line", "formatter = lime")
        lines = text_of(browser).split("\n")
        press(browser, "check")
        wait_until(lambda: browser.find_all(".beside"), 10, "the problems")
        assert "the running configuration is unchanged" in browser.text(".result"), browser.text(".result")
        said = dict(browser.execute(
            "return [...document.querySelectorAll('.beside')].map((e) => [Number(e.dataset.line), e.textContent])"))
        assert len(said) >= 2, said
        assert "DEBG" in said[lines.index("level = DEBG") + 1], said
        assert "lime" in said[lines.index("formatter = lime") + 1], said
        # Beside: at the height of its line number.
        off = browser.execute("""const n = document.querySelector('.beside'), line = Number(n.dataset.line);
            const number = document.querySelector('.gutter').children[line - 1];
            return Math.abs(n.getBoundingClientRect().top - number.getBoundingClientRect().top)""")
        assert off < 2, off
        marked = [int(n) for n in browser.texts(".gutter .problem, .gutter .warning")]
        assert sorted(marked) == sorted(said), (marked, said)
        # The list below leads to the line.
        browser.find(".problems li button").click()
        chosen = browser.execute("const t = %s; return t.value.slice(t.selectionStart, t.selectionEnd)" % TEXT)
        assert chosen in ("level = DEBG", "formatter = lime", "class = NoSuchHandler"), chosen
        assert generation(s) == before
        # Nor does applying it.
        press(browser, "apply")
        wait_until(lambda: "unchanged" in browser.text(".result"), 10, "the refusal")
        assert generation(s) == before and "DEBG" in text_of(browser)


@test()
def apply_says_what_it_disabled_and_what_lies_over_it():
    with service(config().replace("[weir]\n", "[weir]\ndisable_existing_loggers = yes\n")) as s, opened(s) as browser:
        s.run("say app.store 20 x")
        s.weir("set", "app.store=DEBUG", "--for", "10m", check=0)
        edit(browser, "level = WARNING", "level = ERROR")
        press(browser, "check")
        wait_until(lambda: "It would disable these loggers" in browser.text(".result"), 10, "what it would disable")
        assert "app.store" in browser.text(".result") and "+ level = ERROR" in browser.text(".diff")
        press(browser, "apply")
        wait_until(lambda: "Generation 2 runs" in browser.text(".result"), 10, "the new generation")
        result = browser.text(".result")
        assert "Disabled loggers" in result and "app.store" in result and "app.store DEBUG until" in result, result
        assert generation(s) == 2
        assert "differs from the file" in browser.text(".bar")
        assert s.api("GET", "/api/loggers/app.store")["disabled"] is True


@test()
def back_to_a_configuration_that_ran():
    with service() as s, opened(s) as browser:
        edit(browser, "level = WARNING", "level = ERROR")
        assert browser.find_all(".chip:not([hidden])"), "an edit that is not applied is named"
        # What was edited is still there after another view.
        show(browser, "status")
        browser.find("tr[data-handler]")
        show(browser, "config")
        wait_until(lambda: browser.find_all("textarea") and "level = ERROR" in text_of(browser), 10, "the edit")
        press(browser, "apply")
        wait_until(lambda: "Generation 2 runs" in browser.text(".result"), 10, "the new generation")
        assert s.api("GET", "/api/loggers/app.net")["level"] == "ERROR"
        browser.click_text("tr[data-generation='1'] button", "compare")
        wait_until(lambda: "+ level = ERROR" in browser.text(".compared .diff"), 10, "the differences")
        browser.find("tr[data-generation='1'] button[data-back]").click()
        wait_until(lambda: "Generation 3 runs" in browser.text(".result"), 10, "the old one again")
        assert s.api("GET", "/api/loggers/app.net")["level"] == "WARNING"
        assert "level = WARNING" in text_of(browser)


@test()
def the_other_form_of_the_same_configuration():
    with service() as s, opened(s) as browser:
        def choose(form):
            browser.execute("const c = document.querySelector('select[data-form]'); c.value = '%s'; c.dispatchEvent(new Event('change'))" % form)
        choose("json")
        wait_until(lambda: text_of(browser).startswith("{"), 10, "the JSON")
        assert '"app.net": {' in text_of(browser), text_of(browser)
        edit(browser, '"level": "WARNING"', '"level": "ERROR"')
        assert browser.execute("return document.querySelector('select[data-form]').disabled"), "an edit would be lost"
        press(browser, "apply")
        wait_until(lambda: "Generation 2 runs" in browser.text(".result"), 10, "the new generation")
        assert s.api("GET", "/api/loggers/app.net")["level"] == "ERROR"
        choose("ini")
        wait_until(lambda: text_of(browser).startswith("[weir]"), 10, "the INI")
        assert "qualname = app.net\nlevel = ERROR" in text_of(browser), text_of(browser)
        choose("")
        wait_until(lambda: text_of(browser).startswith("{"), 10, "the text as it came")


@test()
def write_it_to_the_file_too():
    with service() as s, opened(s) as browser:
        edit(browser, "level = WARNING", "level = CRITICAL")
        browser.find("input[type=checkbox]").click()
        press(browser, "apply")
        wait_until(lambda: "It is written to the file" in browser.text(".result"), 10, "the file being written")
        with open(s.config_path) as f:
            assert "level = CRITICAL" in f.read()
        assert "differs from the file" not in browser.text(".bar")


@test()
def somebody_elses_push_is_not_overwritten():
    with service() as s, opened(s) as browser:
        edit(browser, "level = WARNING", "level = ERROR")
        s.api("POST", "/api/config", {"text": config().replace("level = WARNING", "level = DEBUG")})
        press(browser, "apply")
        wait_until(lambda: "generation" in browser.text("#trouble"), 10, "the conflict")
        assert s.api("GET", "/api/loggers/app.net")["level"] == "DEBUG"
        wait_until(lambda: "Generation 2 came meanwhile" in browser.text(".result"), 10, "what runs now")
        assert "level = ERROR" in text_of(browser), "what was typed is not lost"
        press(browser, "apply")
        wait_until(lambda: "Generation 3 runs" in browser.text(".result"), 10, "the second, knowing press")
        assert s.api("GET", "/api/loggers/app.net")["level"] == "ERROR"


harness.main()
