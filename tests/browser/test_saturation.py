"""Karpathy's scatter and its maps in a browser: the engine's numbers, one mark in all of them."""

import numpy as np
import pytest

from rnn_core.experiment.experiment import parse
from rnn_core.experiment.run import run
from tests.browser.driving import App

ROOT = "[data-component=saturation]"
LINK = "steps=12&hidden=8&seed=5&scale=4"
PIXELS = """async image => {
  const picture = Object.assign(new Image(), { src: image.getAttribute("href") })
  await picture.decode()
  const canvas = document.createElement("canvas")
  canvas.width = picture.naturalWidth
  canvas.height = picture.naturalHeight
  const paper = canvas.getContext("2d")
  paper.drawImage(picture, 0, 0)
  return [...paper.getImageData(0, 0, canvas.width, canvas.height).data]
}"""


def gates(query: str):
    wish, notes = parse(dict(pair.split("=") for pair in query.split("&")))
    assert not notes
    return {g: v[0] for g, v in run(wish).stages[0].trace.layers[0].gates.items()}


def points(app: App, gate: str, number: int = 0) -> dict[int, tuple[float, float]]:
    """Unit -> the place of its point, of the first run or the second."""
    read = "all => all.map(g => ({ ...g.dataset }))"
    found = app.page.locator(f"{ROOT} [data-gate={gate}] .unit").evaluate_all(read)
    name = list(dict.fromkeys(m["run"] for m in found))[number]
    return {
        int(unit): (float(m["x"]), float(m["y"]))
        for m in found
        if m["run"] == name
        for unit in m["units"].split()
    }


def marked(app: App, gate: str) -> list[int]:
    """Units whose rows are marked in a gate's map."""
    rows = app.page.locator(f"{ROOT} [data-gate={gate}] .row")
    return rows.evaluate_all("all => all.map(e => +e.dataset.unit)")


def row_of(app: App, gate: str, unit: int, units: int = 8):
    """Put the pointer on a unit's row, at the first step."""
    box = app.page.locator(f"{ROOT} [data-gate={gate}] .map").bounding_box()
    return box["x"] + 3, box["y"] + box["height"] * (unit - 0.5) / units


def test_the_units_of_both_runs_are_the_engines(app):
    app.open(f"/saturation?{LINK}&compare=forget-3")
    for number, bias in enumerate((0, 3)):
        for gate in ("input", "forget", "output"):
            values = gates(f"{LINK}&forget_bias={bias}")[gate]
            found = points(app, gate, number)
            assert sorted(found) == list(range(1, 9))
            for unit, place in found.items():
                shares = (values[:, unit - 1] < 0.1).mean(), (values[:, unit - 1] > 0.9).mean()
                assert place == pytest.approx(shares)
    app.check_clean()


def test_a_unit_pointed_at_is_marked_in_scatter_map_and_course(app):
    app.open(f"/saturation?{LINK}&forget_bias=2")
    values = gates(f"{LINK}&forget_bias=2")
    place = app.page.locator(f"{ROOT} [data-gate=forget] .unit").first
    place.locator(".hit").hover(force=True)
    units = [int(u) for u in place.get_attribute("data-units").split()]
    for gate in ("input", "forget", "output"):
        assert marked(app, gate) == units
    app.page.mouse.move(*row_of(app, "output", 6))
    for gate in ("input", "forget", "output"):
        assert marked(app, gate) == [6]
        ring = app.page.locator(f"{ROOT} [data-gate={gate}] .ring")
        mine = app.page.locator(f"{ROOT} [data-gate={gate}] .unit[data-units~='6'] .hit")
        assert ring.get_attribute("cx") == mine.get_attribute("cx")
        assert ring.get_attribute("cy") == mine.get_attribute("cy")
    told = app.page.locator(f"{ROOT} [data-part=told]").inner_text()
    assert f"at step 1, reading “h”: {values['output'][0, 5]:.3f}" in told
    low = int((values["output"][:, 5] < 0.1).sum())
    assert f"output gate below 0.1 at {low} of 12 steps" in told
    course = app.page.locator(f"{ROOT} [data-gate=output] .course").get_attribute("d")
    heights = [float(p.split()[1]) for p in course[1:].split("L")]
    slope = np.polyfit(values["output"][:, 5], heights, 1)  # a line, drawn to scale
    np.testing.assert_allclose(np.polyval(slope, values["output"][:, 5]), heights, atol=0.06)
    assert slope[0] < 0  # up is more
    app.check_clean()


def test_the_maps_pixels_are_the_gates_values(app):
    app.open(f"/saturation?{LINK}")
    image = app.page.locator(f"{ROOT} [data-gate=output] .map")
    pixels = np.array(image.evaluate(PIXELS), dtype=float).reshape(8, 12, 4)
    values = gates(LINK)["output"].T
    assert (pixels[..., 3] == 255).all()
    order = np.argsort(values, axis=None)  # in the light theme more is darker
    assert np.all(np.diff(pixels[..., :3].sum(-1).ravel()[order]) <= 3)


def test_a_click_or_a_key_keeps_the_unit_on_every_page(app):
    app.open(f"/saturation?{LINK}")
    app.page.mouse.click(*row_of(app, "forget", 3))
    app.page.wait_for_url("**unit=3*")
    app.idle().page.reload()
    assert marked(app.idle(), "input") == [3]
    app.page.locator(f"{ROOT} [data-gate=input]").focus()
    for key, unit in (("ArrowDown", 4), ("End", 8), ("ArrowDown", 8), ("Home", 1)):
        app.page.keyboard.press(key)
        assert marked(app, "output") == [unit]
    app.page.wait_for_url("**unit=1*")
    menu = app.page.get_by_role("combobox", name="Unit marked")
    menu.select_option("5")
    app.page.wait_for_url("**unit=5*")
    assert menu.input_value() == "5" and marked(app.idle(), "forget") == [5]
    for end in ("SVG", "PNG"):
        with app.page.expect_download() as download:
            app.page.get_by_role("button", name=f"Download the plots as {end}").click()
        assert download.value.suggested_filename == f"saturation.{end.lower()}"
    app.check_clean()
