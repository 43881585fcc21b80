"""A lecturer at work: pick the lecture, follow an idea, find it in the lecture's letters."""

from urllib.parse import parse_qs, urlsplit

import pytest

from pages.ui.shelf import shelf
from tests.browser.driving import LOOKS

PHONE = pytest.mark.parametrize("look", (LOOKS[0], LOOKS[2]), indirect=True, ids=str)


@PHONE
def test_an_idea_leads_to_its_place_in_the_lectures_letters(app):
    app.open("/lectures")
    app.choose("Lecture", "001")
    app.page.wait_for_url("**lecture=001*")
    deck = shelf().decks["001"]
    (scene,) = (s for s in deck.topics["Backpropagation through time"] if "Two" in s.title)
    app.idle().page.get_by_role("link", name=scene.title).click()
    app.page.wait_for_url("**/byhand?**")
    asked = {k: v[0] for k, v in parse_qs(urlsplit(app.idle().page.url).query).items()}
    assert deck.link(scene).items() <= asked.items()
    app.check_clean()
    app.page.go_back()
    app.page.wait_for_url("**/lectures?lecture=001*")
    app.idle().page.get_by_role("heading", name="Types of networks").wait_for()
    app.check_clean()
