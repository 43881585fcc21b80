"""The heatmaps: numbers on screen are the engine's, and what is picked stays picked."""

import re

import numpy as np
import pytest

from pages.figures.gates.similarity import unit_order
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.browser.driving import LOOKS, App, Look

WISH = Experiment(text="hello", steps=12, hidden=8, seed=5)
LINK = "/gates?steps=12&hidden=8&seed=5&maps=all&sort=number"
NUMBER = r"−?\d+(?:\.\d+)?"


def trace(**changes):
    return run(Experiment(**(vars(WISH) | changes))).stages[0].trace.layers[0]


def values(name: str, **changes) -> np.ndarray:
    """(T, H) of a gate or state, from the engine."""
    layer = trace(**changes)
    return (layer.gates[name] if name in layer.gates else layer.after(name))[0]


def numbers(text: str) -> list[float]:
    return [float(n.replace("−", "-")) for n in re.findall(NUMBER, text)]


def panel(app: App, quantity: str, number: int = 0):
    return app.page.locator(f".hm-panel[data-quantity={quantity}]").nth(number)


def point(app: App, quantity: str, step: int, row: int, rows: int = 8) -> dict[str, float]:
    """Place in a map of the cell of a step and a row (from 0)."""
    box = panel(app, quantity).locator(".hm-plot").bounding_box()
    assert box is not None
    return {"x": (step + 0.5) * box["width"] / 12, "y": (row + 0.5) * box["height"] / rows}


def hover(app: App, quantity: str, step: int, row: int) -> str:
    """Text of the label while the pointer is over a value."""
    panel(app, quantity).locator(".hm-plot").hover(position=point(app, quantity, step, row))
    return app.page.locator(".hm-tip").inner_text()


def pick(app: App, step: int) -> None:
    """Move the step's slider there by its keys, as a reader does."""
    handle = app.page.locator(".hm-range")
    handle.press("Home")
    for _ in range(step - 1):
        handle.press("ArrowRight")
    app.page.wait_for_url(re.compile(rf"[?&]t={step}(&|$)"))
    app.idle()


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_a_picked_cell_is_the_engines_and_colours_the_text(app):
    app.open(LINK)
    panel(app, "forget").locator(".hm-plot").click(position=point(app, "forget", 4, 2))
    app.page.wait_for_url("**unit=3*")
    assert "t=5" in app.page.url and "quantity" not in app.idle().page.url  # it is the first one
    for name in ("input", "forget", "candidate", "output", "c", "h"):
        words = panel(app, name).locator(".hm-now").text_content()
        assert numbers(words) == pytest.approx([3, values(name)[4, 2], 5], abs=6e-5)
    words = app.page.locator(".hm-strip").first.get_attribute("aria-label")
    assert numbers(words)[1:] == pytest.approx(list(values("forget")[:, 2]), abs=6e-5)
    app.check_clean()


PIXELS = """(row) => {
  const pixels = (canvas, y) => [
    ...canvas.getContext('2d').getImageData(0, y, canvas.width, 1).data];
  const map = document.querySelector('.hm-panel[data-quantity=c] canvas');
  return [pixels(document.querySelector('.hm-strip'), 0), pixels(map, row)];
}"""


def test_the_text_has_the_colours_of_its_units_row(app):
    app.open(LINK + "&unit=4&quantity=c")
    text, row = app.page.evaluate(PIXELS, 3)
    assert text == row and any(text)
    app.page.locator(".hm-which").select_option("0")
    app.page.wait_for_url(lambda url: "unit=" not in url)
    assert not any(app.page.evaluate(PIXELS, 3)[0])
    app.check_clean()


def test_a_step_can_be_picked_again_after_another_control_moved_it(app):
    app.open(LINK)
    pick(app, 8)
    app.page.get_by_role("button", name="More settings").click()
    app.idle().page.get_by_role("button", name="Reset", exact=True).click()
    app.page.wait_for_function("() => document.querySelector('.hm-range').value === '1'")
    app.idle()
    pick(app, 8)
    app.check_clean()


def test_picking_a_step_draws_nothing_anew_and_keeps_the_focus(app):
    app.open(LINK)
    drawn = app.page.locator(".heatmaps").get_attribute("data-drawn")
    pick(app, 3)
    assert app.page.evaluate("() => document.activeElement.className") == "hm-range"
    assert app.page.locator(".heatmaps").get_attribute("data-drawn") == drawn
    app.page.locator(".hm-quantity").select_option("c")
    app.page.wait_for_url("**quantity=c*")
    app.idle()
    assert app.page.locator(".heatmaps").get_attribute("data-drawn") == drawn


def test_sorted_rows_keep_their_units_numbers(app):
    app.open(LINK)
    app.page.locator("[data-menu=sort]").select_option("forget")
    app.page.wait_for_url("**sort=forget*")
    app.idle()
    order = unit_order(values("forget").T)
    assert order != sorted(order)
    for row in (0, 5):
        found = numbers(hover(app, "output", 6, row))
        unit = order[row]
        assert found == pytest.approx([unit + 1, 7, values("output")[6, unit]], abs=6e-5)
    app.check_clean()


def test_two_runs_are_pointed_at_together(app):
    app.open(LINK + "&compare=forget-3")
    words = hover(app, "forget", 9, 6)
    pair = [values("forget", forget_bias=bias)[9, 6] for bias in (0.0, 3.0)]
    found = [numbers(line)[-1] for line in words.splitlines()[2:]]
    assert found == pytest.approx(pair, abs=6e-5)
    assert app.page.locator(".hm-spot:visible").count() == 12
    assert "forget bias 0" in words and "forget bias 3" in words
    app.check_clean()


def test_mean_and_spread_are_the_engines(app):
    app.open(LINK + "&maps=spread&cell=gru")
    found = numbers(hover(app, "update", 2, 0))
    units = values("update", cell="gru")[2]
    low, high = np.percentile(units, (10, 90))
    assert found == pytest.approx([3, units.mean(), low, high], abs=6e-5)
    app.check_clean()


@pytest.mark.parametrize("look", (Look(1280, 720),), indirect=True, ids=str)
@pytest.mark.parametrize("path", ["/gates", "/gates?present=1"])
def test_one_gate_opens_inside_the_window_in_rows_that_can_be_told_apart(app, look, path):
    app.open(path)
    (place,) = [map_.bounding_box() for map_ in app.page.locator(".hm-plot").all()]
    assert place["y"] + place["height"] <= look.height and place["height"] >= 250
    rows = app.page.locator(".hm-row").all_inner_texts()
    assert len(rows) == 20 and place["height"] / 20 >= 12
    assert "all 128 units; drawn are 20" in app.page.locator(".hm-title").inner_text()
    app.check_clean()
