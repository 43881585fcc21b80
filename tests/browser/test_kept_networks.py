"""Networks that a reader trained: none other under their names, and back after a restart."""

import re
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.serving import ROOT, Server, free_port, running, wait_until_healthy

TASK = "/training?task=echo&length=8&batch=4&updates=40&hidden=6&seed=7&validate=0"


def trained_link(app) -> str:
    """Train two updates, look inside, and the link of the gates page to share."""
    app.open(TASK)
    for number in (1, 2):
        app.page.get_by_role("button", name="One update").click()
        app.page.get_by_text(f"{number} of 40 updates").first.wait_for()
    app.idle().page.get_by_role("button", name="Look inside").click()
    app.page.get_by_text("is on the other pages now").wait_for()
    app.idle().page.get_by_test_id("stMain").get_by_text("Gates").first.click()
    app.page.wait_for_function("location.pathname === '/gates'")
    app.page.get_by_text("Trained weights: LSTM after 2 updates").first.wait_for()
    app.idle()
    return app.page.url.removeprefix(app.server.url)


@contextmanager
def restarted(log, port):
    """A server on a port of our choosing: the same origin as before, with an empty memory."""
    with log.open("wb") as words, running(ROOT, "app.py", port, words) as process:
        server = Server(f"http://127.0.0.1:{port}", log, process.pid)
        wait_until_healthy(server, process)
        yield server
    server.check_log()


def test_a_link_opened_too_early_shows_the_trained_network_once_it_is_there(
    visit, fresh_server, server
):
    """Another server trains the network; on a fresh one its link is opened before it is there."""
    link = trained_link(visit(server))
    early = visit(fresh_server).open(link)
    early.page.get_by_text("did not come back from this browser").wait_for()
    assert "freshly drawn" in early.text()
    again = trained_link(visit(fresh_server))
    assert parse_qs(urlsplit(again).query)["weights"] == parse_qs(urlsplit(link).query)["weights"]
    for late in (visit(fresh_server).open(link), early.open(link)):
        assert "Trained weights: LSTM after 2 updates" in late.text()
        assert "freshly drawn" not in late.text()
        late.check_clean()


def test_a_restart_brings_it_back_from_the_browser_that_kept_it(visit, tmp_path):
    port = free_port()
    with restarted(tmp_path / "one.log", port) as before:
        app = visit(before)
        link = trained_link(app)
        shown = norms(app)
        app.page.goto("about:blank")
    with restarted(tmp_path / "two.log", port) as after:
        stranger = visit(after).open(link)
        stranger.page.get_by_text("did not come back from this browser").wait_for()
        stranger.check_clean()
        app.open(link)
        app.page.get_by_text("Brought back from this browser").wait_for()
        app.idle().check_clean()
        assert "Trained weights: LSTM after 2 updates" in app.text()
        assert "freshly drawn" not in app.text()
        assert norms(app) == shown
        friend = visit(after).open(link)
        assert "freshly drawn" not in friend.text()


def norms(app) -> list[str]:
    """The sentences in which the gates page says what its numbers show."""
    return re.findall(r"[^\n]*\d\.\d+[^\n]*", app.text())


def test_a_session_that_ended_can_be_gone_on_with(visit, tmp_path):
    port = free_port()
    with restarted(tmp_path / "one.log", port) as before:
        app = visit(before).open(TASK)
        app.page.get_by_role("button", name="Start").click()
        app.page.get_by_text("40 of 40 updates").wait_for()
        app.idle()
        app.page.goto("about:blank")
    with restarted(tmp_path / "two.log", port) as after:
        assert after.url == app.server.url
        app.open(TASK)
        app.page.get_by_text("This browser kept weights of these settings after 40").wait_for()
        app.idle().page.get_by_role("button", name="Go on from them").click()
        app.page.get_by_text("went on from the weights after 40 earlier updates").wait_for()
        app.page.get_by_text("40 of 40 updates").wait_for()
        app.idle().check_clean()


@pytest.mark.parametrize("how", ["undefined", "throws"])
def test_without_a_database_the_page_says_so(visit, server, how):
    app = visit(server)
    broken = (
        "undefined" if how == "undefined" else "{ open() { throw new Error('not allowed here') } }"
    )
    app.page.add_init_script(
        f"Object.defineProperty(globalThis, 'indexedDB', {{ value: {broken} }})"
    )
    app.open("/gates?weights=" + "0" * 24)
    why = "it has no database" if how == "undefined" else "not allowed here"
    app.page.get_by_text(why).wait_for()
    assert app.page.get_by_role("link", name="To the training page").count()
    app.check_clean()
