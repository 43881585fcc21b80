"""Lecture mode: every deck is led by a clicker from its first scene to its last."""

import pytest

from pages.ui.shelf import shelf
from rnn_core.notation.notation import LECTURES
from tests.browser.driving import Look

DECKS = shelf().decks
WALL = Look(1280, 720)
EVERY = 6  # of so many scenes one is drawn to its end and looked at
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
def test_a_clicker_leads_through_a_whole_lecture(app, lecture):
    first, *_ = scenes = DECKS[lecture].scenes
    app.open(f"/{first.page}?deck={lecture}&scene={first.id}&notation={lecture}&present=1")
    for number, scene in enumerate(scenes):
        place = f"**/{scene.page}?*scene={scene.id}*"
        app.page.wait_for_url(place)
        app.page.locator(".st-key-player").get_by_text(scene.title, exact=True).wait_for()
        if number % EVERY == 0:
            app.idle().check_clean()
            assert not app.page.get_by_test_id("stHeader").is_visible()
            assert app.page.evaluate(SIDEWAYS) <= 0
            assert app.page.evaluate(SMALL) == []
        app.page.keyboard.press("PageDown")
    app.page.wait_for_url("**/lectures?*")
    app.idle().check_clean()
