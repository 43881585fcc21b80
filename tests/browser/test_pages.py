"""A reader at work in a real browser: what is drawn follows every control, key and link."""

import re
from typing import Any

import pytest

from pages.ui.contents import PAGES
from tests.browser.driving import EVERYWHERE, LOOKS, App

WIDE_AND_NARROW = pytest.mark.parametrize("look", (LOOKS[0], LOOKS[2]), indirect=True, ids=str)

# What is in a canvas cannot be read back as numbers, but its pixels can be compared; an SVG's text
# and shapes are its numbers.
PICTURE = (
    "() => {"
    + EVERYWHERE
    + """
  const canvases = everywhere('[data-component] canvas').map(c => c.toDataURL());
  const drawings = everywhere('[data-component] svg').map(s => s.textContent + s.outerHTML.length);
  return JSON.stringify([canvases, drawings]);
}"""
)


def drawn(app: App) -> Any:
    """Everything the page has drawn, to be compared."""
    return app.plots(), app.page.evaluate(PICTURE)


def wait_for_change(app: App, before: Any) -> Any:
    """The new picture; fails if it never changes."""
    for _ in range(100):
        if (now := drawn(app.idle())) != before:
            return now
        app.page.wait_for_timeout(50)
    raise AssertionError(f"the picture on {app.page.url} did not change")


def press(app: App, option: str) -> None:
    """Choose an option of a segmented control."""
    pattern = re.compile(f"^{re.escape(option)}$")
    buttons = app.page.locator("[data-testid=stMain] [data-testid=stButtonGroup] button")
    buttons.filter(has_text=pattern).first.click()


@pytest.mark.parametrize("page", ["unrolled", "gates", "gradients"])
@WIDE_AND_NARROW
def test_weight_scale_and_length_move_the_picture(app, page):
    app.open(f"/{page}?steps=20")
    picture = drawn(app)
    for label, name, value in (
        ("Weight scale", "scale", "1.15"),
        ("Sequence length", "steps", "23"),
    ):
        if name not in PAGES[page].main:
            continue
        app.slide(label, 3)
        picture = wait_for_change(app, picture)
        app.page.wait_for_url(f"**{name}={value}*")
    app.check_clean()


@pytest.mark.parametrize("page", ["unrolled", "gates"])
def test_switching_cells_changes_the_picture(app, page):
    app.open(f"/{page}?steps=20")
    picture = drawn(app)
    for cell in ("RNN", "GRU", "LSTM"):
        press(app, cell)
        picture = wait_for_change(app, picture)
    app.check_clean()


@WIDE_AND_NARROW
def test_clipping_draws_before_and_after_and_leaves_the_gradients_alone(app):
    app.open("/gradients?cell=rnn&init=gaussian&gain=3&steps=50")
    before = app.plots()[0]
    for option in ("By norm", "By value"):
        press(app, option)
        wait_for_change(app, before)
        app.page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length > 2")
        found = app.idle().plots()[0]
        assert parts(found, "scatter") == parts(before, "scatter")
        assert parts(found, "bar") != parts(before, "bar")
    press(app, "Off")
    app.page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length === 2")
    app.check_clean()


def parts(plot: dict, kind: str) -> list[dict]:
    """The traces of one kind."""
    return [trace for trace in plot["traces"] if trace["type"] == kind]


def test_typed_text_is_read(app):
    app.open("/unrolled?steps=20")
    app.page.get_by_role("button", name="More settings").click()
    before = drawn(app.idle())
    box = app.page.get_by_role("textbox", name="Your text")
    box.fill("привет <b>$x$</b>")
    box.press("Enter")
    wait_for_change(app, before)
    app.page.wait_for_url("**text=*")
    box.fill("")
    box.press("Enter")
    app.page.get_by_text("no visible character").wait_for()
    app.idle().check_clean()


@pytest.mark.parametrize("page", ["unrolled", "gates", "gradients"])
def test_a_deep_link_shows_the_same_picture_to_another_reader(visit, server, page):
    settings = "cell=gru&scale=1.7&steps=31&seed=5&text=recurrent&t=4"
    first = visit(server).open(f"/{page}?{settings}")
    first.slide("Weight scale", 1)
    first.page.wait_for_url("**scale=1.75*")
    second = visit(server).open(first.page.url.removeprefix(server.url))
    assert drawn(second) == drawn(first.idle())
    second.check_clean()


def test_extremes_from_end_to_end(app):
    app.open("/gradients?init=gaussian&gain=3")
    for label, low, high in (("Sequence length", "1", "200"), ("Weight scale", "0.1", "4")):
        for key, value in (("Home", low), ("End", high)):
            app.slider(label).press(key)
            app.page.wait_for_timeout(100)
            assert app.idle().slider(label).input_value() == value
    for name in PAGES:
        app.go(name).check_clean()
        assert "steps=200" in app.page.url and "scale=4" in app.page.url


def test_numbers_can_be_downloaded(app):
    for page, column in (("unrolled", "quantity"), ("gates", "unit"), ("gradients", "norm")):
        app.open(f"/{page}?steps=7")
        with app.page.expect_download() as found:
            app.page.get_by_role("button", name="Numbers as CSV").click()
        lines = found.value.path().read_text(encoding="utf-8").splitlines()
        assert column in lines[0].split(",") and len(lines) > 20
        app.check_clean()
