"""Credit matrix and truncated BPTT in a browser: the numbers drawn are the engine's."""

import numpy as np
import pytest

from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.truncated import compare
from tests.browser.driving import LOOKS, App

WISH = Experiment(steps=12, hidden=8, seed=5)
LINK = "steps=12&hidden=8&seed=5"

# Where in the window the middle of a pair's cell lies.
PLACE = """([t, k]) => {
  const plot = [...document.querySelectorAll('.js-plotly-plot')]
      .find(p => p._fullData?.[0]?.type === 'heatmap')
  const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect()
  return { x: box.left + xaxis._offset + xaxis.d2p(k), y: box.top + yaxis._offset + yaxis.d2p(t) }
}"""


def matrix(app: App) -> np.ndarray:
    (cells,) = [t for p in app.plots() for t in p["traces"] if t["type"] == "heatmap"]
    return np.array(cells["z"], float)


def line(app: App, title: str, name: str) -> dict[str, list[float]]:
    plot = next(p for p in app.plots() if title in p["title"].replace("<br>", " "))
    return next(t for t in plot["traces"] if t["name"] == name)


def click(app: App, t: int, k: int) -> None:
    app.page.locator(".plotly-live").first.scroll_into_view_if_needed()
    place = app.page.evaluate(PLACE, [t, k])
    app.page.mouse.move(place["x"], place["y"])
    app.page.mouse.click(place["x"], place["y"])
    app.page.wait_for_url(lambda url: f"loss={t}" in url and f"state={k}" in url)
    app.idle()


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_the_matrix_is_the_engines_and_a_click_picks_a_pair(app):
    app.open(f"/credit?{LINK}")
    (layer,) = loss_state_matrix(run(WISH))
    expected = layer.norms["h"]
    np.testing.assert_allclose(10.0 ** matrix(app), expected, rtol=1e-6)
    click(app, 9, 6)
    shown = line(app, "loss of step 9", "each")
    np.testing.assert_allclose(shown["y"][:10], expected[8, :10], rtol=1e-6)
    column = line(app, "reach state 6", "each")
    np.testing.assert_allclose(column["y"][5:], expected[5:, 6], rtol=1e-6)
    assert "From the loss of step 9 back to hidden state 6" in app.text()
    click(app, 11, 2)
    assert "From the loss of step 11 back to hidden state 2" in app.text()
    app.check_clean()


def test_moves_by_key_and_another_quantity(app):
    app.open(f"/credit?{LINK}&of=x&window=5")
    (layer,) = loss_state_matrix(run(WISH))
    np.testing.assert_allclose(10.0 ** matrix(app), layer.inputs, rtol=1e-6)
    app.page.get_by_role("button", name="t − 1").press("Enter")
    app.page.wait_for_url("**loss=11*")
    app.idle()
    app.page.get_by_role("button", name="k + 1").press("Enter")
    app.page.wait_for_url("**state=2*")
    assert "From the loss of step 11 back to input 2" in app.idle().text()
    assert any(t["name"] == "cut by window 5" for t in app.plots()[0]["traces"])
    app.check_clean()


def test_truncated_angles_are_the_engines_and_the_slider_moves_the_cut(app):
    app.open(f"/truncated?{LINK}")
    for cell in ("rnn", "gru", "lstm"):
        found = compare(run(Experiment(**{**vars(WISH), "cell": cell})))
        for title, expected in (("Angle", found.angles), ("Norm", found.ratios)):
            shown = line(app, title, cell.upper())
            np.testing.assert_allclose(shown["y"], expected, rtol=1e-9, atol=1e-9)
    before = app.plots()
    app.slide("Truncated BPTT, window", 4)
    app.wait_for_new_plots(before)
    cut = run(Experiment(**{**vars(WISH), "window": 4})).stages[0].gradient.top.norms("h")
    shown = np.array(line(app, "Cut every 4 steps", "window 4")["y"], float)
    np.testing.assert_allclose(shown[cut > 0], cut[cut > 0])
    assert np.isnan(shown[cut == 0]).all()
    app.check_clean()


def test_the_trainings_run_when_asked_and_end_where_the_words_say(app):
    app.open(f"/truncated?{LINK}&cell=gru")
    app.page.get_by_role("button", name="Train with full").click()
    app.page.wait_for_url("**race=on*")
    app.page.get_by_text("Mean loss of the last 20 updates").wait_for()
    app.idle()
    full, cut = (line(app, "Two trainings", name)["y"] for name in ("full BPTT", "window 5"))
    assert len(full) == len(cut) == 20
    assert full[-1] < 0.1 and cut[-1] == pytest.approx(np.log(2), rel=0.1)
    assert "The full gradient learned; the truncated one only guesses." in app.text()
    app.check_clean()
