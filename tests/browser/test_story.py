"""The first page in a browser: five acts by keyboard, inside the window, and nothing jumps."""

import json
import re

import pytest

from pages.ui.shelf import shelf
from rnn_core.studies.story import ACTS
from tests.browser.driving import CUT, App, Look

SCENES = shelf().decks["story"].scenes
WALL, PHONE = Look(1280, 720), Look(390, 844)
MAIN = ("text", "range", "range", "radio", "radio")  # an act's main control
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURE_HEIGHT = 430

both = pytest.mark.parametrize("look", [WALL, Look(390, 844, "dark")], indirect=True, ids=str)
on_the_wall = pytest.mark.parametrize("look", [WALL], indirect=True, ids=str)


def at(app: App, k: int) -> App:
    """The act is drawn, and marked on the rail."""
    app.page.locator(f"[data-component=story][data-act='{k + 1}']").wait_for()
    app.page.get_by_role("heading", name=SCENES[k].title).wait_for()
    name = f"Act {k + 1}: {ACTS[str(k + 1)]}"
    mark = f"[data-component=rail] [aria-current=step][aria-label^='{name}']"
    app.page.locator(mark).wait_for(state="attached")  # hidden on the wall
    app.idle().check_clean()
    assert app.page.evaluate(SIDEWAYS) <= 0
    assert not app.page.evaluate(CUT)
    return app


def press(app: App, key: str, k: int) -> App:
    """A key on the page leads to an act."""
    app.page.keyboard.press(key)
    return at(app, k)


def part(app: App, name: str):
    return app.page.locator(f"[data-component=story] {name}").first


def inside(app: App, locator) -> dict[str, float]:
    """The element's box; it lies wholly in the window."""
    box, size = locator.bounding_box(), app.page.viewport_size
    assert box and box["x"] >= 0 and box["y"] >= 0, box
    assert box["x"] + box["width"] <= size["width"] + 1, box
    assert box["y"] + box["height"] <= size["height"] + 1, box
    return box


def whole(app: App, k: int) -> None:
    """Headline, main control, picture and question (or verdict) are inside the window."""
    inside(app, app.page.get_by_role("heading", name=SCENES[k].title))
    inside(app, part(app, f"input[type={MAIN[k]}]"))
    picture = inside(app, part(app, "svg.wide"))
    assert picture["height"] >= PICTURE_HEIGHT
    foot = inside(app, app.page.locator(".st-key-story_foot"))
    assert foot["y"] >= picture["y"] + picture["height"] - 1


@on_the_wall
def test_all_acts_are_played_by_keyboard_inside_the_window(app):
    at(app.open("/"), 0)
    stops = app.page.evaluate("history.length")
    for k, scene in enumerate(SCENES):
        whole(app, k)
        choice = app.page.get_by_role("button", name=scene.question.choices[k % 3].text)
        choice.focus()
        choice.press("Enter")
        app.page.locator(".st-key-player_verdict").wait_for()
        app.idle()
        assert "Measured:" in app.text() or "Right:" in app.text()
        whole(app, k)
        if k < len(SCENES) - 1:
            press(app, "PageDown", k + 1)
    for k in (3, 2, 1, 0):
        press(app, "PageUp", k)
    press(app, "ArrowRight", 1)
    press(app, "ArrowLeft", 0)
    assert app.page.evaluate("history.length") == stops  # the story is one stop
    marks = app.page.locator("[data-component=rail] button.done")
    assert marks.count() == len(SCENES)


@pytest.mark.parametrize("look", [PHONE, Look(390, 844, "dark")], indirect=True, ids=str)
def test_on_a_phone_nothing_scrolls_sideways(app):
    at(app.open("/"), 0)
    for k in range(1, len(SCENES)):
        button = app.page.get_by_role("button", name=re.compile(f"^Act {k + 1}: "))
        button.click()
        at(app, k)
        box = part(app, "svg.narrow").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 391
        assert inside(app, part(app, f"input[type={MAIN[k]}]"))
        assert app.page.viewport_size["height"] - box["y"] > 300  # picture and control together


DRAG = """async () => {
  const root = [...document.querySelectorAll('*')].filter(e => e.shadowRoot)
    .map(e => e.shadowRoot.querySelector('[data-component=story]')).find(Boolean)
  const slider = root.querySelector('input[type=range]'), seen = []
  const asked = globalThis.turn.ended
  for (let k = 0; k <= Number(slider.max); k += 5) {
    slider.value = k
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    const wave = root.querySelector('svg.wide .wave').getAttribute('d')
    seen.push([root.querySelector('.said').textContent, wave])
    await new Promise(requestAnimationFrame)
  }
  return [seen, globalThis.turn.ended === asked]
}"""


@on_the_wall
def test_the_picture_follows_the_drag_without_asking(app):
    at(app.open("/?act=3"), 2)
    seen, nobody_asked = app.page.evaluate(DRAG)
    assert nobody_asked and len({json.dumps(each) for each in seen}) == len(seen)
    words = " ".join(said for said, _ in seen)
    assert all(fate in words for fate in ("it vanishes", "it holds", "it explodes"))
    app.page.wait_for_url("**strength=3*")  # told once it rests
    app.idle().check_clean()


@on_the_wall
def test_an_arrow_moves_the_slider_that_has_the_focus_and_not_the_story(app):
    at(app.open("/?act=3"), 2)
    slider = part(app, "input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    app.page.wait_for_url("**strength=1.05*")
    assert slider.get_attribute("aria-valuetext") == "1.05"
    at(app, 2)


@on_the_wall
def test_the_toggle_cuts_the_bar_and_nothing_jumps(app):
    at(app.open("/?act=4"), 3)
    before = part(app, "svg.wide").bounding_box()
    long = part(app, "svg.wide .bar").bounding_box()["width"]
    outline = part(app, "svg.wide .outline").get_attribute("width")
    app.page.get_by_role("radio", name="by norm, 5").check(force=True)
    app.page.wait_for_url("**clipping=on*")
    app.idle()
    short = part(app, "svg.wide .bar").bounding_box()["width"]
    assert long - short > 190  # a third of the axis
    assert part(app, "svg.wide .outline").get_attribute("width") == outline
    assert part(app, "svg.wide").bounding_box() == before
    app.page.get_by_role("radio", name="vanishing start").check(force=True)
    app.page.wait_for_url("**begins=vanishing*")
    app.idle()
    drawn = part(app, "svg.wide").inner_html()
    app.page.keyboard.press("c")  # as in lecture mode
    app.page.get_by_text("already short").wait_for()
    assert part(app, "svg.wide").inner_html() == drawn  # nothing moves
    assert part(app, "svg.wide").bounding_box() == before
    app.check_clean()


@on_the_wall
def test_a_readers_text_is_read_and_goes_along_to_the_workshop(app):
    at(app.open("/"), 0)
    box = app.page.get_by_role("textbox", name="Your own text")
    box.fill("Good night, good ni")
    box.press("Enter")
    app.page.get_by_text("After “Good night, good ni”").wait_for()
    app.page.get_by_role("link", name="Open this in the workshop").click()
    app.page.wait_for_url("**/characters?*opening=Good+night*")
    app.idle().check_clean()
    app.page.go_back()
    at(app, 0)
    assert box.input_value() == "Good night, good ni"


@on_the_wall
def test_a_lecturer_shows_it_on_the_wall(app):
    at(app.open("/?act=4"), 3)
    app.page.get_by_role("button", name="Present").click()
    app.page.wait_for_url("**present=1*")
    app.idle()
    assert not app.page.get_by_test_id("stHeader").is_visible()
    inside(app, part(app, "svg.hall"))
    inside(app, part(app, "input[type=radio]"))
    inside(app, app.page.locator(".st-key-story_foot"))
    app.page.keyboard.press("Escape")
    app.page.wait_for_function("() => !location.search.includes('present')")
    app.idle().check_clean()
