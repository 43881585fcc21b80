"""The unrolled graph in a browser: its numbers, the order of computation, its manners."""

import json

import numpy as np
import pytest

from rnn_core.experiment.experiment import parse
from rnn_core.experiment.run import run
from tests.browser.driving import LOOKS, App, Look

ROOT = "[data-component=unrolled]"
WIDE_AND_NARROW = pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
# Marks of the picture as records of their data-* attributes, and whether they are lit.
MARKS = """(root, selector) => [...root.querySelectorAll(selector)].map(
  e => ({ ...e.dataset, on: !e.classList.contains("off"), now: e.classList.contains("now") }))"""
FRAMES = """seconds => new Promise(done => {
  let n = 0
  const start = performance.now()
  const turn = () => {
    n += 1
    if (performance.now() - start < seconds * 1000) requestAnimationFrame(turn)
    else done(n * 1000 / (performance.now() - start))
  }
  requestAnimationFrame(turn)
})"""
LEAST_FRAMES = 30  # a second; alone the machine shows 60


def root(app: App):
    return app.page.locator(ROOT)


def part(app: App, name: str):
    return root(app).locator(f"[data-part={name}]")


def marks(app: App, selector: str) -> list[dict]:
    return root(app).evaluate(MARKS, selector)


def state(app: App, name: str) -> str:
    return root(app).evaluate("(root, name) => root.dataset[name]", name)


def scrub(app: App, at: int) -> None:
    part(app, "scrub").evaluate(
        "(e, at) => { e.value = at; e.dispatchEvent(new Event('input')) }", at
    )


def link(**settings) -> tuple[str, object]:
    """The link of an experiment, and its run by the engine."""
    texts = {name: str(value) for name, value in settings.items()}
    experiment, notes = parse(texts)
    assert not notes
    return "/unrolled?" + "&".join(f"{n}={v}" for n, v in texts.items()), run(experiment)


def close(text: str, expected: float) -> None:
    np.testing.assert_allclose(float(text), expected, rtol=1e-9)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_numbers_on_screen_are_the_engines(app, cell):
    path, done = link(cell=cell, layers=2, steps=12, placement="every")
    app.open(path + "&t=5")
    (stage,) = done.stages
    norms = {
        part: {
            (i, s): np.linalg.norm(getattr(g, name)[s][0], axis=-1)
            for i, g in enumerate(stage.gradient.layers)
            for s in g.states
        }
        for part, name in (("output", "from_output"), ("next", "from_next"))
    }
    found = [m for m in marks(app, ".graph .backward") if m["from"] in norms]
    states = len(stage.trace.layers[0].states)
    assert len(found) == 12 * 2 * (states + 1)  # sideways for each state, downwards for h
    for m in found:
        close(m["value"], norms[m["from"]][int(m["layer"]), m["state"]][int(m["boundary"])])
    for m in marks(app, ".node[data-state=h]"):
        h = stage.trace.layers[int(m["layer"])].states["h"][0, int(m["boundary"])]
        close(m["value"], np.linalg.norm(h) / np.sqrt(len(h)))
    chips = [float(m["value"]) for m in marks(app, ".sum[data-layer='1'][data-state=h] .chip")]
    whole = np.linalg.norm(stage.gradient.layers[1].states["h"][0, 5])
    assert chips == pytest.approx([whole, norms["output"][1, "h"][5], norms["next"][1, "h"][5]])


def test_a_lit_weight_is_lit_at_every_step_and_its_shares_add_up(app):
    path, done = link(cell="gru", steps=15, placement="every")
    app.open(path)
    for weight in ("weight_ih_l0", "weight_hh_l0", "readout.weight"):
        part(app, "weights").locator(f"[data-weight='{weight}']").click()
        lit = marks(app, ".forward[data-lit]")
        assert len(lit) == 15 and {m["weight"] for m in lit} == {weight}
        sums = {int(m["step"]): m["value"] for m in marks(app, ".share[data-row=sum]")}
        close(sums[0], np.linalg.norm(done.stages[0].gradient.weights[weight]))
        shares = [m["value"] for m in marks(app, ".share[data-row=share]")]
        close(shares[-1], float(sums[14]))  # the backward pass begins at the last step
        assert "used 15 times" in part(app, "share").inner_text()
    root(app).locator(".wname[data-weight='weight_hh_l0']").first.click()
    assert {m["weight"] for m in marks(app, ".forward[data-lit]")} == {"weight_hh_l0"}
    app.check_clean()


def test_the_lit_weight_is_in_the_link_and_survives_a_reload(app):
    path, done = link(cell="lstm", lstm="peephole", steps=6, placement="every")
    gradient = done.stages[0].gradient
    app.open(path)
    part(app, "weights").locator("[data-weight='weight_ih_l0']").click()
    app.page.wait_for_url("**lit=weight_ih_l0*")
    app.idle().page.reload()
    lit = marks(app.idle(), ".forward[data-lit]")
    assert len(lit) == 6 and {m["weight"] for m in lit} == {"weight_ih_l0"}
    menu = part(app, "weights").locator("select")
    for name, marked in (("bias_hh_l0", ".node[data-lit]"), ("weight_ph_l0", ".forward[data-lit]")):
        menu.select_option(name)
        app.page.wait_for_url(f"**lit={name}*")
        app.idle().page.reload()
        assert menu.input_value() == name
        assert len(marks(app.idle(), marked)) == 6
        sums = {int(m["step"]): m["value"] for m in marks(app, ".share[data-row=sum]")}
        close(sums[0], np.linalg.norm(gradient.weights[name]))
    menu.select_option("")
    app.page.wait_for_url("**lit=none*")
    app.idle().page.reload()
    assert not marks(app.idle(), "[data-lit]") and not marks(app, ".share")
    app.check_clean()


def test_a_cell_lights_only_when_its_inputs_are_there(app):
    path, _ = link(cell="lstm", layers=3, steps=8, placement="every")
    app.open(path)
    for at in (0, 4, 9):
        scrub(app, at)
        nodes = marks(app, ".node[data-state=h]")
        for m in (m for m in nodes if m["boundary"] != "0"):
            turn = int(m["layer"]) + int(m["boundary"]) - 1
            assert m["on"] == (turn <= at) and m["now"] == (turn == at)
    assert not any(m["on"] for m in marks(app, ".graph .backward"))
    scrub(app, 11)
    assert part(app, "phase").inner_text().startswith("loss")
    scrub(app, 13)
    assert {(m["layer"], m["boundary"]) for m in marks(app, ".node.now[data-state=h]")} == {
        ("2", "8")
    }
    assert {(m["state"], m["from"]) for m in marks(app, ".graph .backward") if m["on"]} >= {
        ("h", "next")
    }


def test_playing_is_smooth_and_never_asks_the_server(app):
    sent: list[object] = []
    app.page.on("websocket", lambda ws: ws.on("framesent", lambda m: sent.append(m)))
    app.open("/unrolled?steps=60&placement=every&cell=lstm")
    before = len(sent)
    resting = app.page.evaluate(FRAMES, 1.0)
    part(app, "play").click()
    frames = max(app.page.evaluate(FRAMES, 1.0) for _ in range(2))
    assert state(app, "playing") == "yes" and int(state(app, "at")) > 5
    assert frames >= min(LEAST_FRAMES, 0.5 * resting), f"{frames:.0f} of {resting:.0f} at rest"
    part(app, "play").click()
    for name in ("prev", "next", "roll", "next", "roll"):
        part(app, name).click()
    scrub(app, 70)
    assert part(app, "phase").inner_text().startswith("backward")
    assert len(sent) == before
    app.check_clean()


def test_keys_select_a_step_and_the_link_follows(app):
    app.open("/unrolled?steps=9&t=3")
    root(app).locator(".step[tabindex='0']").focus()
    for key, step in (("ArrowRight", 4), ("Home", 1), ("ArrowLeft", 1), ("End", 9)):
        app.page.keyboard.press(key)
        assert state(app, "selected") == str(step - 1)
    app.page.wait_for_url("**t=9*")
    app.page.get_by_role("heading", name="Where does the gradient of step 9 come from?").wait_for()
    app.page.keyboard.press("Space")
    assert state(app, "playing") == "yes"
    app.page.keyboard.press("Space")
    assert state(app, "playing") == "no"
    part(app, "scrub").focus()
    app.page.keyboard.press("Home")
    assert state(app, "at") == "0"
    app.idle().check_clean()


@WIDE_AND_NARROW
def test_rolled_up_it_is_one_cell_per_layer_at_the_selected_step(app, look):
    path, done = link(cell="lstm", layers=2, steps=7)
    app.open(path + "&t=4")
    part(app, "roll").click()
    nodes = marks(app, ".node[data-state=h]")
    assert [(m["layer"], m["boundary"]) for m in nodes] == [("0", "4"), ("1", "4")]
    h = done.stages[0].trace.layers[1].states["h"][0, 4]
    close(nodes[1]["value"], np.linalg.norm(h) / np.sqrt(len(h)))
    assert len(marks(app, ".wname")) == 5  # every matrix is there once
    root(app).locator(".step").focus()
    app.page.keyboard.press("ArrowRight")
    assert {m["boundary"] for m in marks(app, ".node[data-state=h]")} == {"5"}
    part(app, "roll").click()
    assert len(marks(app, ".column")) == 8
    app.idle().check_clean()


def test_rolling_up_is_a_movement_unless_the_reader_wants_none(browser, server):
    context = browser.new_context(reduced_motion="no-preference")
    app = App(context.new_page(), server).open("/unrolled?steps=10")
    part(app, "roll").click()
    assert state(app, "changing") is not None
    app.page.wait_for_function(
        "root => !('changing' in root.dataset) && root.querySelectorAll('.column').length === 1",
        arg=root(app).element_handle(),
    )
    app.check_clean()
    context.close()


@pytest.mark.parametrize("look", (Look(1280, 720),), indirect=True, ids=str)
@pytest.mark.parametrize("path", ["/unrolled", "/unrolled?steps=20", "/unrolled?present=1"])
def test_the_picture_and_its_heading_fit_the_first_screen_without_scrolling(app, look, path):
    app.open(path)
    wide, room = part(app, "box").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert wide <= room
    top, place = part(app, "bar").bounding_box(), part(app, "box").bounding_box()
    assert place["y"] + place["height"] <= look.height and place["y"] > top["y"]
    assert part(app, "heading").inner_text()


EXTREMES = (
    {"wiring": "one-to-one"},
    {"steps": 200, "t": 100},
    {"wiring": "encoder-decoder", "layers": 3, "steps": 200},
    {"direction": "bidirectional", "layers": 2, "cell": "rnn"},
    {"cell": "rnn", "activation": "relu", "init": "gaussian", "gain": 3, "steps": 200},
)


@pytest.mark.parametrize("settings", EXTREMES, ids=json.dumps)
def test_extremes_are_drawn_cleanly(app, settings):
    app.open("/unrolled?" + "&".join(f"{n}={v}" for n, v in settings.items()))
    part(app, "play").click()
    app.page.wait_for_timeout(150)
    for name in ("roll", "play", "roll", "next"):
        part(app, name).click()
    scrub(app, 10_000)
    assert part(app, "phase").inner_text() == "whole run"
    app.idle().check_clean()
