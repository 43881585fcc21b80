"""Pictures taken home: files that open without a server, with the app's own numbers."""

from pathlib import Path

import numpy as np

from pages.handout.document import document
from rnn_core.decks import Deck, Scene
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from scripts.handout import sheets
from tests.browser.driving import EVERYWHERE, PLOTS
from tests.handout.reading import spec

DRAWN = "() => document.body.dataset.drawn && [...document.querySelectorAll('.plotly-live')]"
DRAWN += ".every(e => 'drawn' in e.dataset)"
WORDS = "() => {" + EVERYWHERE
WORDS += "return everywhere('[data-component=unrolled] [data-part]:is([data-part=readout], "
WORDS += "[data-part=heading], [data-part=sums])').map(e => e.innerText.trim()) }"


class Opened:
    """A file in a tab of its own that can reach nothing."""

    def __init__(self, app, file: Path) -> None:
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page = app.page.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        self.page.on("request", lambda request: self.asked.append(request.url))
        app.page.context.set_offline(True)
        self.page.goto(file.as_uri())
        self.page.wait_for_function(DRAWN)

    def check_clean(self) -> None:
        assert not self.errors
        assert [url.partition(":")[0] for url in self.asked] == ["file"]


def taken(app, link: str, folder: Path) -> Opened:
    """The file behind the button of the page at a link."""
    app.open(link)
    app.page.get_by_role("button", name="Share").click()
    button = app.page.get_by_role("button", name="Keep this picture")
    button.wait_for()
    app.idle()
    with app.page.expect_download() as found:
        button.click()
    file = folder / found.value.suggested_filename
    found.value.save_as(file)
    return Opened(app, file)


def norms_of(plots: list[dict], name: str) -> np.ndarray:
    line = next(t for t in plots[0]["traces"] if t["name"].startswith(name))
    return np.asarray(line["y"], float)


def test_gradients_at_home_are_the_apps_at_every_position_of_the_slider(app, tmp_path):
    link = "/gradients?steps=12&hidden=5&scale=1.5"
    home = taken(app, link, tmp_path)
    assert home.page.evaluate(PLOTS) == app.plots()
    slider = home.page.get_by_label("Weight scale")
    assert slider.evaluate("e => [e.min, e.getAttribute('aria-valuetext')]") == ["0", "1.5"]
    before = home.page.evaluate(PLOTS)
    slider.press("End")
    home.page.wait_for_function(f"before => JSON.stringify(({PLOTS})()) !== before",
                                arg=_json(home, before))  # fmt: skip
    home.page.wait_for_function(DRAWN)
    largest = run(Experiment(steps=12, hidden=5, scale=4.0, cell="gru"))
    norms = largest.stages[0].gradient.top.norms()
    np.testing.assert_allclose(norms_of(home.page.evaluate(PLOTS), "GRU"), norms, rtol=1e-9)
    assert home.page.locator(".sweep output").inner_text() == "4"
    home.check_clean()
    app.check_clean()


def _json(home: Opened, value: object) -> str:
    return home.page.evaluate("v => JSON.stringify(v)", value)


def test_the_unrolled_graph_at_home_says_the_apps_numbers(app, tmp_path):
    home = taken(app, "/unrolled?steps=6&hidden=4&cell=lstm&t=3", tmp_path)
    words = home.page.evaluate(WORDS)
    assert words == app.page.evaluate(WORDS) and any("∂L" in w for w in words)
    home.page.get_by_role("button", name="One computation on").click()
    assert home.page.evaluate(WORDS) != words, "it can be played"
    home.check_clean()
    app.check_clean()


TEN = (
    *("gates", "saturation", "cell", "wirings", "flow", "phase", "credit", "jacobians"),
    *("scalar", "byhand"),
)
UNDRAWN = (
    "() => {"
    + EVERYWHERE
    + """
  return everywhere('[data-component], .plotly-live').filter(e => !('drawn' in e.dataset))
      .map(e => e.dataset.component ?? e.className) }"""
)


def test_a_deck_of_ten_pages_in_one_file_draws_what_the_pages_sent(visit, server, tmp_path):
    scenes = tuple(Scene(name, f"The page {name}", name, "Look at it.") for name in TEN)
    drawn = sheets(Deck("Ten pages", "", "house", "en", scenes))
    file = tmp_path / "deck.html"
    file.write_text(document("Ten pages", drawn), encoding="utf-8")
    home = Opened(visit(server), file)
    assert home.page.evaluate(UNDRAWN) == []
    sent = [spec(e.data) for sheet in drawn for e in sheet.exhibits if e.script == "plot"]
    plots = home.page.evaluate(PLOTS)
    assert len(plots) == len(sent) >= 3
    for plot, figure in zip(plots, sent, strict=True):
        for ours, theirs in zip(plot["traces"], figure["data"], strict=True):
            for axis in "xyz":
                if axis in theirs:
                    np.testing.assert_array_equal(plain(ours[axis]), plain(theirs[axis]))
    assert home.page.get_by_role("heading", name="The page credit").count() == 1
    home.check_clean()


def plain(values: object) -> np.ndarray:
    """Numbers as floats, none as nan; words as they are."""
    found = np.asarray(values, dtype=object)
    words = any(isinstance(v, str) for v in found.ravel())
    return found if words else found.astype(float)
