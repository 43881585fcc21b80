"""A number typed and a drawing painted in a real browser: what is read back is the engine's."""

from pathlib import Path

import numpy as np
import pytest

from rnn_core.applications.captions import BLANK, describe, from_hex
from rnn_core.applications.translation import interpret
from rnn_core.training.models import load
from tests.browser.driving import LOOKS, App

FOLDER = Path(__file__).parents[2] / "assets" / "models"


def numbers(app: App, selector: str, name: str) -> list[float]:
    """The numbers that a component was given, in the order they stand."""
    found = app.page.locator(f"{selector} [data-{name}]")
    return found.evaluate_all("(all, name) => all.map(e => Number(e.dataset[name]))", name)


def words(app: App, row: str = "tr.net") -> list[list[str]]:
    """The words of every network's row."""
    read = "all => all.map(r => [...r.querySelectorAll('[data-word]')].map(e => e.dataset.word))"
    return app.page.locator(row).evaluate_all(read)


def test_a_number_typed_is_translated_by_both_networks(app):
    app.open("/translation")
    box = app.page.get_by_role("textbox", name="Number")
    box.fill("seven hundred thousand one hundred and seven")
    box.press("Enter")
    app.page.get_by_text("700,107 was translated").wait_for()
    app.idle()
    found = [interpret(load(FOLDER, f"translation-{size}").networks, 700_107) for size in (96, 16)]
    assert words(app) == [[s.word for s in r.spoken] for r in found]
    for row, r in zip(app.page.locator("tr.net").all(), found, strict=True):
        read = "all => all.map(e => Number(e.dataset.p))"
        ps = row.locator(".p").evaluate_all(read)
        np.testing.assert_allclose(ps, [s.p for s in r.spoken], rtol=1e-12)
    handed = np.concatenate([r.state for r in found])
    np.testing.assert_allclose(numbers(app, "tr.hand", "n"), handed, rtol=1e-12)
    (curves,) = app.plots()
    assert len(curves["traces"]) == 3 and curves["traces"][0]["x"] == [3, 4, 5, 6]
    assert "english=seven+hundred" in app.page.url
    box.fill("<b>zut</b>")
    box.press("Enter")
    app.page.get_by_text("is no part of an English number").wait_for()
    app.idle().check_clean()


def test_a_drawing_is_painted_by_mouse_and_by_keys(app):
    app.open("/captions")
    network = load(FOLDER, "captions").network
    app.page.get_by_role("button", name="Blank paper").click()
    app.page.wait_for_url(f"**pixels={BLANK}*")
    app.idle()
    first, last = (app.page.locator(f'[data-k="{k}"]') for k in (9, 14))
    first.hover()
    app.page.mouse.down()
    last.hover()
    app.page.mouse.up()
    line = BLANK[:9] + "c" * 6 + BLANK[15:]
    app.page.wait_for_url(f"**pixels={line}*")
    app.idle()
    app.page.locator('[data-k="17"]').focus()
    app.page.keyboard.press("ArrowDown")
    app.page.keyboard.press("Enter")
    drawn = line[:25] + "c" + line[26:]
    app.page.wait_for_url(f"**pixels={drawn}*")
    app.idle()
    found = describe(network, from_hex(drawn), "margin")
    assert words(app) == [[s.word for s in found.spoken]]
    np.testing.assert_allclose(numbers(app, "tr.given", "norm"), found.norms, rtol=1e-12)
    app.page.get_by_role("button", name=found.spoken[-2].word, exact=True).first.click()
    place = len(found.spoken) - 1
    app.page.wait_for_url(f"**place={place}*")
    app.idle()
    slopes = numbers(app, ".grid", "slope")
    np.testing.assert_allclose(slopes, found.slopes[place - 1].ravel(), rtol=1e-12)
    app.check_clean()


@pytest.mark.parametrize("look", [LOOKS[2]], indirect=True, ids=str)
@pytest.mark.parametrize("page", ["translation", "captions"])
def test_on_a_phone_words_go_down_and_nothing_scrolls_sideways(app, page):
    app.open(f"/{page}")
    frame = app.page.locator(".scroll")
    assert frame.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    net = app.page.locator("tr.net").first
    tops, lefts = (
        net.locator("td[data-word]").evaluate_all(f"all => all.map(e => e.offset{side})")
        for side in ("Top", "Left")
    )
    assert tops == sorted(set(tops)) and len(set(lefts)) == 1
    given = app.page.locator("tr.given:not(.norms) td b").first.bounding_box()
    head = app.page.locator("tr.given:not(.norms) th").first.bounding_box()
    assert given["y"] > head["y"] and abs(given["x"] - head["x"]) < 30  # below its own head
