"""Lecture mode: a clicker leads through the decks, and the back row reads every picture.

That every deck plays from its first scene to its last is a page test (tests/frame); `hall.py`
measures every scene of every deck.
"""

from dataclasses import replace

import pytest

from pages.ui.shelf import shelf
from rnn_core.decks import Deck, write_deck
from rnn_core.decks.syllabus import STORY
from rnn_core.notation.notation import LECTURES
from tests.browser.hall import WALL, WORDS, Shown, faults, pictures

DECKS = shelf().decks
SCENES = 3  # of each deck
PICTURES = [replace(scene, id=f"picture-{k}") for k, scene in enumerate(pictures())]

wall = pytest.mark.parametrize("look", [WALL], indirect=True, ids=str)


@wall
@pytest.mark.parametrize("lecture", LECTURES)
def test_a_clicker_leads_through_the_beginning_of_a_lecture(app, lecture):
    scenes = DECKS[lecture].scenes[:SCENES]
    app.open(Shown(lecture, scenes[0]).link)
    for number, scene in enumerate(scenes):
        if number:
            app.page.keyboard.press("PageDown")
        app.page.wait_for_url(f"**/{scene.page}?*scene={scene.id}*")
        app.page.locator(".st-key-player").get_by_text(scene.title, exact=True).wait_for()
        app.idle().check_clean()
        assert not app.page.get_by_test_id("stHeader").is_visible()


@wall
def test_the_back_row_reads_every_picture(app, tmp_path):
    """One scene for every part of every page, those with the most words, as a deck of one's own."""
    file = tmp_path / "pictures.toml"
    file.write_text(write_deck(Deck("Every picture", "A test", "000", "en", tuple(PICTURES))))
    app.open("/mine").page.locator("input[type=file]").set_input_files(file)
    app.page.get_by_role("link", name="Play from the beginning").click()
    app.page.get_by_role("button", name="Present").click()
    found = {}
    for number, scene in enumerate(PICTURES):
        if number:
            app.page.keyboard.press("PageDown")
        app.page.wait_for_url(f"**/{scene.page}?*scene={scene.id}*present=1*")
        app.page.locator(".st-key-player").get_by_text(scene.title, exact=True).wait_for()
        app.idle()
        found[f"{scene.page} {scene.part} {scene.title}"] = faults(app) | faults(app, WORDS)
    app.check_clean()
    assert not {what: faulty for what, faulty in found.items() if faulty}


@wall
def test_the_back_row_reads_the_story(app):
    acts = DECKS[STORY].scenes
    app.open(Shown(STORY, acts[0]).link)
    for number, act in enumerate(acts):
        if number:
            app.page.keyboard.press("PageDown")
        app.page.get_by_role("heading", name=act.title).wait_for()
        assert not faults(app.idle()), act.title
    app.check_clean()
