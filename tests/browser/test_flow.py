"""The gradient-flow bench in a browser: it follows the drag and draws the engine's numbers."""

import re

import numpy as np
import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from tests.browser.driving import LOOKS, App

FRAMES, BOUTS, FLOOR_FPS = 60, 3, 30

# A drag as the browser sees it: one position per frame, all over the slider's range.
# Without `moving` it counts the frames that the machine gives at all.
DRAG = """async (root, [frames, moving]) => {
  const slider = root.querySelector('[data-part=slider]'), n = +slider.max + 1
  const frame = () => new Promise(requestAnimationFrame)
  await frame()
  const drawn = +root.dataset.drawn, start = performance.now()
  for (let i = 0; i < frames; i++) {
    slider.value = i % n
    if (moving) slider.dispatchEvent(new Event('input'))
    await frame()
  }
  await frame()
  const seconds = (performance.now() - start) / 1000
  return { fps: frames / seconds, drawn: +root.dataset.drawn - drawn }
}"""
TURN = """(root, k) => new Promise(done => {
  const slider = root.querySelector('[data-part=slider]')
  slider.value = k
  slider.dispatchEvent(new Event('input'))
  requestAnimationFrame(() => requestAnimationFrame(() => done(+root.dataset.value)))
})"""
# The curves' points, taken back from pixels to (step, logarithm).
CURVES = """root => {
  const svg = root.querySelector('svg[data-low]'), d = svg.dataset, end = +root.dataset.end
  const back = text => text.slice(1).split('L').map(p => p.split(' ').map(Number)).map(([x, y]) => [
    Math.round((x - d.left) / (d.right - d.left) * end),
    +d.low + (d.bottom - y) / (d.bottom - d.top) * (d.high - d.low)])
  const of = kind => Object.fromEntries([...svg.querySelectorAll(`[data-kind=${kind}]`)]
    .map(p => [p.dataset.curve, back(p.getAttribute('d'))]))
  return { own: of('own'), median: of('median'), low: +d.low, high: +d.high }
}"""


def bench(app: App):
    return app.page.locator("[data-component=flow]")


def expected(cell: str, state: str, **settings) -> np.ndarray:
    e = Experiment(cell=cell, placement="last", **settings)
    with np.errstate(divide="ignore"):
        return np.log10(run(e).stages[0].gradient.top.norms(state))


def test_the_curves_follow_a_drag_at_thirty_frames_a_second(app):
    app.open("/flow?steps=50&hidden=32")
    resting = bench(app).evaluate(DRAG, [FRAMES, False])
    bouts = [bench(app).evaluate(DRAG, [FRAMES, True]) for _ in range(BOUTS)]
    assert all(b["drawn"] >= FRAMES - 2 for b in bouts), bouts
    fastest = max(b["fps"] for b in bouts)
    assert fastest >= min(FLOOR_FPS, 0.5 * resting["fps"]), (resting, bouts)
    app.check_clean()


@pytest.mark.parametrize("knob", ["scale", "forget_bias", "steps"])
def test_what_is_drawn_is_what_the_engine_computes(app, knob):
    app.open(f"/flow?knob={knob}&seed=3")
    for k in (0, 5, 9):
        value = bench(app).evaluate(TURN, k)
        setting = int(value) if knob == "steps" else value
        drawn = bench(app).evaluate(CURVES)
        for curve, points in drawn["own"].items():
            label, state = curve.split()
            true = expected(label.lower(), state, seed=3, **{knob: setting})
            assert [t for t, _ in points] == list(range(len(true)))
            shown = np.clip(true, drawn["low"], drawn["high"])
            np.testing.assert_allclose([y for _, y in points], shown, atol=1e-3)
    app.check_clean()


def test_letting_go_tells_the_page_once(app):
    app.open("/flow?steps=20")
    slider = bench(app).get_by_role("slider")
    for _ in range(3):
        slider.press("ArrowRight")
    app.page.wait_for_url("**scale=1.3*")
    app.idle()
    assert bench(app).get_attribute("data-value") == "1.3"
    app.open("/flow?steps=20&scale=1.35")  # a value between the slider's
    app.page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some(e => e.shadowRoot?.querySelector("
        "'[data-component=flow][data-value=\"1.35\"]'))"
    )
    app.check_clean()


def test_the_gradient_and_the_knob_are_chosen_and_named(app):
    app.open("/flow?steps=10&hidden=8")
    axis = bench(app).locator("[data-part=axis]")
    for words, name, said in (
        ("Loss at every step, total", "total", "a loss at every step"),
        ("Jacobian, spectral norm", "spectral", "largest singular value"),
        ("Share of dL/dW_hh", "share", "share of dL/dWhh"),
    ):
        bench(app).get_by_role("radio", name=words).click()
        app.page.wait_for_url(f"**flow={name}*")
        axis.get_by_text(re.compile(said)).wait_for()
    bench(app).get_by_role("radio", name="Forget bias (LSTM)").click()
    app.page.wait_for_url("**knob=forget_bias*")
    app.idle().check_clean()


def test_the_bench_follows_the_notation(app):
    app.open("/flow?steps=10&hidden=8&cell=rnn&notation=002")
    axis, rows = bench(app).locator("[data-part=axis]"), bench(app).locator("tbody th")
    assert axis.inner_text().startswith("‖dL⟨T⟩/da⟨t⟩‖ (RNN), ‖dLT/dhₜ‖ (GRU, LSTM), dashed")
    names = [text.strip() for text in rows.all_inner_texts()]
    assert names == ["RNN, a⟨t⟩", "GRU, hₜ", "LSTM, hₜ", "LSTM, Cₜ"]
    assert "spectral radius of W_aa" in bench(app).locator("[data-part=bound]").inner_text()
    app.open("/flow?steps=10&hidden=8&cell=rnn&notation=001")
    assert axis.inner_text().startswith("‖dLT/dsₜ‖ (RNN), ‖dLT/dhₜ‖ (GRU, LSTM), dashed")
    assert bench(app).get_by_role("radio", name="Share of dL/dW", exact=True).count() == 1
    app.idle().check_clean()


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_the_phase_map_is_there_and_a_click_goes_there(app):
    app.open("/phase?hidden=8")
    field = app.page.locator("[data-component=flowmap] .field").first
    field.wait_for()
    app.idle()
    box = field.bounding_box()
    field.click(position={"x": box["width"] * 0.475, "y": box["height"] * 0.025})
    app.page.wait_for_url("**steps=100*")
    assert "scale=4" in app.page.url
    app.idle()
    field.focus()
    field.press("ArrowDown")
    field.press("Enter")
    app.page.wait_for_url("**scale=3.8*")
    app.idle().check_clean()


@pytest.mark.parametrize("look", LOOKS, indirect=True, ids=str)
@pytest.mark.parametrize("link", ["/flow?hidden=8", "/phase?hidden=8"])
def test_nothing_is_wider_than_the_screen(app, look, link):
    app.open(link)
    assert app.page.evaluate("document.documentElement.scrollWidth") <= look.width
    app.check_clean()
