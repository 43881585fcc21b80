"""A student plays a deck by clicking: three scenes, one question, the way back to the list."""

import pytest

from pages.ui.shelf import shelf
from tests.browser.axe import violations
from tests.browser.driving import LOOKS, Look

WALL = Look(1280, 720)
SCENES = shelf().decks["000"].scenes
DRAWN = "[data-testid=stPlotlyChart], [data-component], .plotly-live"


def axe_of(app) -> list[str]:
    """Faults that axe finds in the player's bar."""
    found = violations(app.page, within=".st-key-player")
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found]


def play(app, number: int) -> None:
    """The scene is there once its title is in the bar."""
    bar = app.page.locator(".st-key-player")
    bar.get_by_text(SCENES[number].title, exact=True).wait_for()
    app.idle().check_clean()
    assert axe_of(app) == []


def seen(app) -> bool:
    """Whether at least 120 pixels of the picture are in the window."""
    boxes = [each.bounding_box() for each in app.page.locator(DRAWN).all()]
    room = app.page.viewport_size["height"]
    return any(b and b["height"] > 100 and room - b["y"] > 120 for b in boxes)


@pytest.mark.parametrize("look", [WALL, *LOOKS[1:3]], indirect=True, ids=str)
def test_three_scenes_are_played_and_one_question_answered(app, look):
    app.open("/lectures")
    app.page.get_by_role("link", name="Play from the beginning").click()
    play(app, 0)
    app.page.get_by_role("link", name="Next").click()
    play(app, 1)
    assert seen(app) or look != WALL
    question = SCENES[1].question
    assert "Measured" not in app.text()
    app.page.get_by_text(question.choices[0].text).click()
    app.page.get_by_role("button", name="Show it").click()
    app.page.get_by_text("Not so:").wait_for()
    play(app, 1)
    assert seen(app) or look != WALL
    assert question.choices[0].answer in app.text() and "order=1" in app.page.url
    app.page.get_by_role("link", name="Next").click()
    play(app, 2)
    app.page.get_by_role("link", name="All ideas").click()
    app.page.get_by_text("1 of 16 questions answered").wait_for()
    app.idle().check_clean()


@pytest.mark.parametrize("look", [WALL], indirect=True, ids=str)
def test_a_lecture_is_led_by_keys(app):
    scene = SCENES[0]
    app.open(f"/{scene.page}?deck=000&scene={scene.id}&notation=000")
    app.page.get_by_role("button", name="Present").click()
    app.page.get_by_role("button", name="Leave").wait_for()
    play(app, 0)
    assert "present=1" in app.page.url
    for hidden in ("stHeader", "stSidebar"):
        assert not app.page.get_by_test_id(hidden).is_visible()
    for key, number in (("PageDown", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("PageUp", 0)):
        app.page.keyboard.press(key)
        play(app, number)
        assert "present=1" in app.page.url
        assert seen(app) or number == 0  # its page, Wirings, begins with a legend
    app.page.keyboard.press("Escape")
    app.page.get_by_role("button", name="Present").wait_for()
    app.idle().check_clean()
    assert app.page.get_by_test_id("stHeader").is_visible() and "present" not in app.page.url
