"""BPTT by hand in a real browser: the sheet's numbers, the walk by mouse and keys, the exercise."""

import csv
import io

import numpy as np
import pytest

from rnn_core.analysis.expansion import expand
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.byhand import QUANTITIES, write_out
from rnn_core.studies.byhand_exercise import blanks
from tests.browser.driving import LOOKS, App, Look

NARROW = pytest.mark.parametrize("look", [LOOKS[2]], indirect=True, ids=str)


def numbers(app: App, selector: str) -> list[float]:
    """The numbers drawn inside a cell or row, as the component was given them."""
    found = app.page.locator(f"{selector} [data-n]")
    return [float(n.get_attribute("data-n") or "nan") for n in found.all()]


def lit(app: App) -> set[str]:
    """The cells that are worked out at this place."""
    cells = app.page.locator("td[aria-current=step]").all()
    return {cell.get_attribute("data-cell") or "" for cell in cells}


def walk_to(app: App, stage: str, t: int) -> None:
    """Wait until the sheet stands there."""
    app.page.wait_for_selector(f'[data-component=byhand][data-stage="{stage}"][data-t="{t}"]')
    app.idle()


def test_the_sheet_and_the_ledger_carry_the_engines_numbers(app):
    app.open("/byhand?seed=3&length=3&initial=random&error=3")
    w = write_out(Experiment(seed=3, initial="random"), 3, 2)
    for name in ("a", "h", "z", "y", "E", "dz", "from_output", "from_next", "dh", "delta", "hh"):
        for t in (1, 2, 3):
            expected = np.ravel(QUANTITIES[name].of(w)[t - 1])
            assert numbers(app, f'[data-cell="{name}:{t}"]') == list(expected)
    assert numbers(app, '[data-cell="hh:4"]') == list(w.total("hh").ravel())
    x = expand(w.stage, 3)
    for k in (1, 2, 3):
        assert numbers(app, f'tr[data-k="{k}"]') == list(x.components[k - 1].ravel())
    assert numbers(app, 'tr[data-k="total"]') == list(x.total.ravel())
    assert not app.page.locator(".katex-error").count()
    app.check_clean()


def test_click_keys_and_buttons_walk(app):
    app.open("/byhand?seed=0")
    walk_to(app, "outputs", 1)
    app.page.locator('td[data-cell="h:3"]').click()
    walk_to(app, "outputs", 3)
    assert lit(app) == {f"{name}:3" for name in "ahzyE"}
    app.page.get_by_role("group", name="Every number of the walk").focus()
    for stage, t in (("outputs", 4), ("errors", 4), ("errors", 3)):
        app.page.keyboard.press("ArrowRight")
        walk_to(app, stage, t)
    assert app.page.locator("svg path.lit").count() == 1 + 1  # the arrow and its head
    app.page.get_by_role("button", name="Back").click()
    walk_to(app, "errors", 4)
    app.page.locator('th[data-go="2"]').first.click()
    walk_to(app, "errors", 2)
    assert "stage=errors" in app.page.url and "t=2" in app.page.url
    app.page.locator('tr[data-k="1"] th').click()
    app.page.wait_for_url("**component=1*")
    app.idle().check_clean()


def test_the_exercise_hides_judges_and_shows(app):
    app.open("/byhand?check=on&stage=errors")
    w = write_out(Experiment(), 4, 2)
    first, second, *_ = blanks(w, "errors", "hh", 1)
    cell = f'[data-cell="{first.quantity}:{first.t}"]'
    truth = w.value(first.quantity, first.t, first.index)
    assert truth not in numbers(app, cell)
    box = app.page.get_by_role("textbox", name="A:")
    box.fill(f"{truth:.3f}".replace(".", ","))
    box.press("Enter")
    app.page.get_by_text("1 of 4 are right").wait_for()
    app.idle()
    assert truth in numbers(app, cell)
    app.page.get_by_role("button", name="Show the answer").first.click()
    app.page.get_by_text("2 of 4 are right").wait_for()
    app.idle()
    assert w.value(second.quantity, second.t, second.index) in numbers(
        app, f'[data-cell="{second.quantity}:{second.t}"]'
    )
    app.check_clean()


@pytest.mark.parametrize("look", [Look(1280, 720)], indirect=True, ids=str)
@pytest.mark.parametrize(("stage", "t"), [("outputs", 2), ("errors", 3), ("weights", 5)])
def test_the_place_of_the_walk_and_its_buttons_are_in_one_window(app, stage, t):
    app.open(f"/byhand?stage={stage}&t={t}")
    places = [*app.page.locator("td.lit").all(), *app.page.locator("td.read").all()]
    places += [app.page.get_by_role("button", name=name) for name in ("Back", "Next")]
    for place in places:
        box = place.bounding_box()
        assert box and box["y"] > 0 and box["y"] + box["height"] <= 720


@NARROW
def test_on_a_phone_the_place_of_the_walk_is_in_sight(app):
    app.open("/byhand?length=6&units=3&stage=errors&t=6")
    box = app.page.locator('td[data-cell="delta:6"]').bounding_box()
    assert box is not None and box["x"] > 0 and box["x"] + box["width"] <= 390
    app.check_clean()


def test_the_download_has_the_walk_and_the_components(app):
    app.open("/byhand?length=2&units=1")
    with app.page.expect_download() as found:
        app.page.get_by_role("button", name="Numbers as CSV").click()
    rows = list(csv.DictReader(io.StringIO(found.value.path().read_text(encoding="utf-8"))))
    w = write_out(Experiment(), 2, 1)
    drawn = {(r["quantity"], r["t"], r["row"], r["column"]): float(r["value"]) for r in rows}
    assert drawn["delta", "2", "1", "0"] == pytest.approx(w.value("delta", 2, (0,)), rel=1e-12)
    total = expand(w.stage, 2).total[0, 0]
    assert drawn["total", "2", "1", "1"] == pytest.approx(total, rel=1e-12)
    app.check_clean()
