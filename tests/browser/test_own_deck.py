"""A deck made in the app: the same in another tab, as a file in another browser, and as a link."""

import pytest

from pages.ui.shelf import LINKED
from rnn_core.decks import read_deck
from tests.browser.axe import serious
from tests.browser.driving import LOOKS, Look

WALL = Look(1280, 720)
KEPT = "localStorage.getItem('inside-an-rnn/mine')"


def add(app, link: str, title: str, note: str):
    """Put a view into the deck, under a title and a note of one's own."""
    app.open(link)
    app.page.get_by_role("button", name="Add to my deck").click()
    app.page.get_by_label("Title").fill(title)
    app.page.get_by_label("Note: what is said about it").fill(note)
    app.page.get_by_role("button", name="Add this picture").click()
    app.page.get_by_role("link", name="My deck:").wait_for()
    return app.idle()


def kept(app, title: str):
    """The deck that the browser keeps, once it has this scene."""
    app.page.wait_for_function(f"title => ({KEPT} ?? '').includes(title)", arg=title)
    return read_deck(app.page.evaluate(KEPT), LINKED)


def mine(app):
    app.open("/mine")
    app.page.get_by_role("link", name="Play from the beginning").wait_for()
    return app.idle()


@pytest.mark.parametrize("look", [WALL], indirect=True, ids=str)
def test_a_deck_is_the_same_kept_loaded_and_shared(visit, server, tmp_path):
    app = visit(server)
    add(app, "/gradients?steps=50&cell=gru", "Little is left", "Look at the left end.")
    add(app, "/gates?cell=lstm&scale=2", "Gates that shut", "Which ones are near zero?")
    deck = kept(app, "Gates that shut")
    assert [s.title for s in deck.scenes] == ["Little is left", "Gates that shut"]
    assert deck.scenes[0].settings == {"cell": "gru", "steps": 50}
    mine(app)  # a new session: it comes back from the browser
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name="Download").click()
    file = tmp_path / "deck.toml"
    download.value.save_as(file)
    assert read_deck(file.read_text(encoding="utf-8"), LINKED) == deck
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.page.get_by_role("button", name="Share").click()
    app.page.get_by_role("button", name="Copy: The whole deck").click()
    app.page.get_by_text("Copied:").wait_for()
    link = app.page.evaluate("navigator.clipboard.readText()")

    colleague = visit(server).open("/mine")
    colleague.page.locator("input[type=file]").set_input_files(file)
    assert kept(colleague, "Gates that shut") == deck

    student = visit(server).open(link.removeprefix(server.url))
    assert kept(student, "Gates that shut") == deck and "pack=" not in student.page.url
    student.page.get_by_role("link", name="Play from the beginning").click()
    student.page.get_by_text("Look at the left end.").wait_for()
    student.idle().page.get_by_role("link", name="Next").click()
    student.page.get_by_text("Which ones are near zero?").wait_for()
    assert "deck=mine" in student.idle().page.url and "scale=2" in student.page.url
    again = student.page.url.removeprefix(server.url)
    student.open(again)  # a new session: the deck is asked for, then the scene is there
    student.page.get_by_text("Which ones are near zero?").wait_for()
    for each in (app, colleague, student):
        each.idle().check_clean()


@pytest.mark.parametrize("look", [LOOKS[1], LOOKS[2]], indirect=True, ids=str)
def test_the_editor_is_accessible_fits_and_another_tab_hears_of_it(app, look):
    add(app, "/gates?cell=gru", "A title", "A note.")
    other = app.page.context.new_page()
    mine(app)
    other.goto(app.server.url + "/mine")
    other.get_by_role("link", name="A title").wait_for()
    app.page.get_by_role("button", name="Edit").click()
    app.page.get_by_label("Title", exact=True).fill("Another title")
    app.page.get_by_role("button", name="Save", exact=True).click()
    app.page.get_by_role("link", name="Another title").wait_for()
    other.get_by_role("link", name="Another title").wait_for()
    app.idle().check_clean()
    assert not serious(app.page)
    page = "document.documentElement"
    assert app.page.evaluate(f"{page}.scrollWidth - {page}.clientWidth") <= 0


def test_a_browser_that_keeps_nothing_says_so(app):
    app.page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new Error('not allowed here') } })"
    )
    add(app, "/gates?cell=gru", "A title", "A note.")
    app.page.get_by_role("link", name="My deck:").click()
    app.page.get_by_text("not allowed here").wait_for()
    assert app.idle().page.get_by_role("link", name="A title").count()
