"""Lecture mode: a clicker leads through the beginning of every deck, and its pictures fit the hall.

That every deck plays from its first scene to its last is a page test (tests/frame).
"""

import pytest

from pages.ui.shelf import shelf
from rnn_core.notation.notation import LECTURES
from tests.browser.driving import Look

DECKS = shelf().decks
WALL = Look(1280, 720)
SCENES = 5  # of each deck
SMALL = """() => [...document.querySelectorAll('[class*="st-key-part_"] .plotly-live text')]
  .filter((e) => e.textContent.trim() && e.getBoundingClientRect().width > 0)
  .map((e) => [e.textContent, parseFloat(getComputedStyle(e).fontSize)])
  .filter(([, size]) => size < 20)"""
SIDEWAYS = """() => {
  const main = document.querySelector('[data-testid=stMain]')
  return main.scrollWidth - main.clientWidth
}"""


@pytest.mark.parametrize("look", [WALL], indirect=True, ids=str)
@pytest.mark.parametrize("lecture", LECTURES)
def test_a_clicker_leads_through_the_beginning_of_a_lecture(app, lecture):
    scenes = DECKS[lecture].scenes[:SCENES]
    first = scenes[0]
    app.open(f"/{first.page}?deck={lecture}&scene={first.id}&notation={lecture}&present=1")
    for number, scene in enumerate(scenes):
        if number:
            app.page.keyboard.press("PageDown")
        app.page.wait_for_url(f"**/{scene.page}?*scene={scene.id}*")
        app.page.locator(".st-key-player").get_by_text(scene.title, exact=True).wait_for()
        app.idle().check_clean()
        assert not app.page.get_by_test_id("stHeader").is_visible()
        assert app.page.evaluate(SIDEWAYS) <= 0
        assert app.page.evaluate(SMALL) == []
