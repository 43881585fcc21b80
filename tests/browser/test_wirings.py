"""The wiring gallery in a browser: its numbers, its look, and the way to the unrolled graph."""

import re
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from pages.figures.theme import number
from pages.figures.wirings.cards import CARDS, losses_at, profiles, span
from pages.figures.wirings.profile import PANEL
from rnn_core.experiment.experiment import Experiment, parse
from rnn_core.experiment.run import run
from tests.browser.driving import LOOKS, App, Look

EVERY_LOOK = pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
SMALLEST_TEXT = 12

CARD = """svg => {
  const texts = [...svg.querySelectorAll('text')]
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
  const box = svg.getBoundingClientRect()
  const size = text => parseFloat(getComputedStyle(text).fontSize) * scale
  return {
    name: svg.dataset.card, words: svg.getAttribute('aria-label'),
    left: box.left, right: box.right, bottom: box.bottom, text: Math.min(...texts.map(size)),
    inside: texts.every(t => t.getBoundingClientRect().right <= box.right + 1
      && t.getBoundingClientRect().left >= box.left - 1),
    hover: [...svg.querySelectorAll('.wg-hit title')].map(t => t.textContent),
    curves: [...svg.querySelectorAll('[data-cell]')].map(g =>
      [g.dataset.cell, g.dataset.state, g.querySelector('path').getAttribute('d'),
       getComputedStyle(g.querySelector('path')).stroke]),
    losses: svg.querySelectorAll('.wg-loss').length,
    grid: [...svg.querySelectorAll('.wg-grid')].map(p => p.getBBox().y),
  }
}"""


def cards(app: App) -> dict[str, dict]:
    """Drawn cards as `CARD` reads them, by their titles."""
    found = app.page.locator("svg[data-card]").all()
    return {card["name"]: card for card in (svg.evaluate(CARD) for svg in found)}


def norms_of(path: str, grid: list[float], axis: tuple[float, float]) -> np.ndarray:
    """The numbers that a drawn curve stands for, read off its axis."""
    ys = np.array([float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", path)])
    low, high = np.log10(axis)
    return 10 ** (high - (ys - min(grid)) / PANEL * (high - low))


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_what_is_drawn_are_the_engines_numbers(app, cell):
    app.open(f"/wirings?cell={cell}&steps=12&scale=1.3&cards=all").check_clean()
    mine, found = Experiment(cell=cell, steps=12, scale=1.3), cards(app)
    runs = {card: run(card.wired(mine)) for card in CARDS}
    axis = span([profiles(result) for result in runs.values()])
    for card, result in runs.items():
        shown, expected = found[card.title], profiles(result)
        assert [(c, s) for c, s, *_ in shown["curves"]][::-1] == [(cell, s) for s in expected]
        for _, state, path, _ in shown["curves"]:
            read = norms_of(path, shown["grid"], axis)
            np.testing.assert_allclose(read, expected[state], rtol=0.03)
        hover = [f"‖∂L/∂h‖ = {number(float(v))}" for v in expected["h"]]
        assert all(line in said for line, said in zip(hover, shown["hover"], strict=True))
        assert shown["losses"] <= losses_at(result).sum()


@EVERY_LOOK
def test_one_calm_sheet(app, look):
    app.open("/wirings?text=recurrent&steps=200&layers=2&cards=all").check_clean()
    found = list(cards(app).values())
    assert {card["name"] for card in found} == {card.title for card in CARDS}
    assert found[0]["name"] == "Many to many, in step"  # the reader's own stands first
    front, rest = ({round(card["left"]) for card in some} for some in (found[:3], found[3:]))
    assert (len(front), len(rest)) == ((3, 2) if look.width > 1000 else (1, 1))
    for card in found:
        assert card["text"] >= SMALLEST_TEXT and card["inside"], card["name"]
        assert card["left"] >= 0 and card["right"] <= look.width
    across = app.page.evaluate("document.documentElement.scrollWidth")
    assert across <= look.width


def test_three_cells_by_keyboard(app):
    app.open("/wirings?steps=8")
    app.choose("Gradients of", "all three cells")
    app.page.wait_for_url("**cells=all*")
    curves = cards(app.idle())["Many to one"]["curves"]
    assert {cell for cell, *_ in curves} == {"rnn", "gru", "lstm"}
    assert len({colour for *_, colour in curves}) == 3
    app.check_clean()


@pytest.mark.parametrize("key", ["many-to-one", "encoder-decoder-free"])
def test_a_card_opens_its_wiring_in_the_unrolled_graph(app, key):
    card = next(card for card in CARDS if card.key == key)
    app.open("/wirings?cell=gru&steps=9&cards=all")
    link = app.page.get_by_role("link", name=f"Open “{card.title}”")
    with app.page.context.expect_page() as beside:
        link.click(modifiers=["Control"])  # as any link: in a tab of its own, and this one stays
    beside.value.wait_for_url("**/unrolled?*", wait_until="commit")  # a tab begins as about:blank
    assert "/wirings?" in app.page.url
    beside.value.close()
    app.page.evaluate("window.sameWindow = true")
    link.click()
    app.page.wait_for_url("**/unrolled?*")
    assert app.page.evaluate("window.sameWindow")  # within the app: what was trained here is kept
    app.idle().check_clean()
    asked = dict(parse_qsl(urlsplit(app.page.url).query))
    assert parse(asked)[0] == card.wired(Experiment(cell="gru", steps=9))
    assert app.page.locator("[data-component=unrolled]").count() == 1
    app.page.go_back()
    app.page.wait_for_url("**/wirings?*")
    app.idle().check_clean()
    assert cards(app) and "/wirings?" in app.page.url  # it is not opened again


TABLE = """details => [...details.querySelectorAll('tr')].map(
  row => [...row.children].map(cell => cell.textContent))"""


def test_the_numbers_of_every_step_are_there_without_a_pointer(app):
    app.open("/wirings?cell=gru&steps=9&notation=000&wiring=many-to-one")
    card = next(card for card in CARDS if card.key == "many-to-one")
    result = run(card.wired(Experiment(cell="gru", steps=9)))
    details = app.page.locator(f"details[data-of='{card.title}']")
    assert details.get_attribute("open") is None
    details.locator("summary").press("Enter")
    head, *rows = details.evaluate(TABLE)
    assert head == ["step", "GRU loss", "GRU ‖∂L/∂sₜ‖"]
    norms, loss = profiles(result)["h"], float(result.stages[0].loss[0, -1])
    assert [row[2] for row in rows] == [number(float(v)) for v in norms]
    assert [row[1] for row in rows] == ["–"] * 8 + [number(loss)]
    app.page.keyboard.press("Tab")
    assert details.get_by_role("region").evaluate("e => e === e.getRootNode().activeElement")
    app.slide("Sequence length T", 6)
    app.idle()
    assert details.get_attribute("open") is not None and len(details.evaluate(TABLE)) == 1 + 9 + 6
    app.check_clean()


def test_the_numbers_can_be_downloaded(app):
    app.open("/wirings?steps=7&cells=all&cards=all")
    with app.page.expect_download() as found:
        app.page.get_by_role("button", name="Numbers as CSV").click()
    head, *rows = found.value.path().read_text(encoding="utf-8").splitlines()
    assert head.startswith("card,wiring,cell,state,stage,step,")
    states = 4  # h of three cells, and the LSTM's c
    assert len(rows) == states * (1 + 7 * (len(CARDS) - 1))
    app.check_clean()


@pytest.mark.parametrize("look", (Look(1280, 720),), indirect=True, ids=str)
@pytest.mark.parametrize("path", ["/wirings", "/wirings?present=1"])
def test_what_opens_is_inside_the_window_with_the_keys_to_its_lines(app, look, path):
    found = list(cards(app.open(path)).values())
    front = found[: 1 if "present" in path else 3]
    names = ["Many to one", "Many to many, in step"]
    assert [card["name"] for card in front][:2] == names[: len(front)]
    assert max(card["bottom"] for card in front) <= look.height
    assert {cell for cell, *_ in front[0]["curves"]} == {"rnn", "gru", "lstm"}
    app.check_clean()
