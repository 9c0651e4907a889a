"""The page's Status: the conservation law, for the process and for each handler, and who changed what."""
import os
import pickle
import socket

import harness
from browser import Browser, needed
from harness import test, wait_until
from page import config, link_of, service, show
from receiving import framed

NUMBERS = """return [...document.querySelectorAll('tr[data-handler]')].map((row) =>
    [row.dataset.handler, [...row.querySelectorAll('td.number')].map((c) => c.textContent)])"""


def number(text):
    return sum(int(part.split(" ")[-1].replace(",", "")) for part in text.split(", "))


@test()
def the_law_of_the_process_and_of_each_handler():
    needed()
    with service(config(handlers="file,all,history")) as s, Browser() as browser:
        s.run("log app 20 1000")
        s.run("log app 10 500")  # off: not accepted
        s.run("flush 10000")
        browser.open(link_of(s))
        browser.find("tr[data-logger=root]")
        show(browser, "status")
        browser.find("tr[data-handler=history]")
        wait_until(lambda: all(number(n[0]) >= 1000 for _, n in browser.execute(NUMBERS)), 10, "the counters")
        rows = browser.execute(NUMBERS)
        assert [name for name, _ in rows] == ["file", "all", "history"], rows
        for name, (given, delivered, dropped, pending, cut, errors) in rows:
            assert number(given) == number(delivered) + number(dropped) + number(pending), (name, rows)
        law = [number(text) for text in browser.texts(".law b")]
        assert law[0] == law[1] + law[2] + law[3] and law[0] >= 1000, law
        # It lives: what is logged while one looks is counted.
        s.run("log app 20 77")
        wait_until(lambda: number(dict(browser.execute(NUMBERS))["file"][1]) >= 1077, 10, "the next second's counters")
        s.weir("set", "app=ERROR", "--for", "10m", check=0)
        wait_until(lambda: "level app INFO -> ERROR for 600 s" in browser.text("table.audit"), 10, "the audit")
        facts = browser.text("dl.facts")
        for part in ("pid %d" % s.pid, "history.db", "listening", s.config_path, "app ERROR until"):
            assert part in facts, (part, facts)


@test()
def drops_are_red_with_their_reason():
    """A FIFO that nobody reads: its handler's records are dropped, counted and shown; the other's are not."""
    needed()
    text = config(handlers="file,hung").replace("[weir]\n", "[weir]\nstall_timeout = 50ms\nqueue = 64KiB\n")
    text += "[handler_hung]\nclass = FileHandler\nformatter = line\nargs = ('fifo',)\n"
    with service(text, start=False) as s, Browser() as browser:
        os.mkfifo(s.path("fifo"))
        reader = os.open(s.path("fifo"), os.O_RDWR)
        s.start()
        s.run("log app 20 20000")
        browser.open(link_of(s))
        browser.find("tr[data-logger=root]")
        show(browser, "status")
        cell = "tr[data-handler=hung] td:nth-child(5)"
        wait_until(lambda: browser.text(cell) not in ("", "0"), 20, "the drops")
        assert "stalled" in browser.text(cell) or "overflow" in browser.text(cell), browser.text(cell)
        assert browser.find_all("tr[data-handler=hung] td.bad")
        wait_until(lambda: "dropped" in browser.text("#summary"), 20, "the summary")
        assert dict(browser.execute(NUMBERS))["file"][2] == "0"
        os.close(reader)


@test()
def what_receivers_took_and_refused():
    needed()
    text = config(handlers="file").replace("[weir]\n", "[receivers]\npickle_tcp = 127.0.0.1:0\n[weir]\n")
    with service(text) as s, Browser() as browser:
        def door():
            return [l for l in s.status()["listeners"] if l["name"] == "receiver pickle_tcp" and l["state"] == "listening"]
        port = int(wait_until(door, 10)[0]["address"].rsplit(":", 1)[1])
        good = framed(pickle.dumps({"name": "a", "levelno": 20, "levelname": "INFO", "msg": "m"}, 1))
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(good * 3 + framed(b"nonsense") * 2)
            wait_until(lambda: s.status()["receivers"][0]["frames"] == 5, 10)
            browser.open(link_of(s))
            browser.find("tr[data-logger=root]")
            show(browser, "status")
            wait_until(lambda: "3 records; refused: malformed 2; 1 connection" in browser.text("dl.facts"), 10, "the counts")
            assert "Received by pickle_tcp" in browser.text("dl.facts")


harness.main()
