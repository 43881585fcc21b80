"""The character pages in a browser: own text goes in, and the engine's numbers come out."""

import re
from pathlib import Path

import numpy as np
import pytest

from rnn_core.applications.characters import read
from rnn_core.applications.connectivity import felt, probe_of
from rnn_core.applications.probe import look, run_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.models import load
from tests.browser.driving import LOOKS, App

FOLDER = Path(__file__).parents[2] / "assets" / "models"
TYPED = "Now is the winter of our discontent"
ROOT = "[data-component=letters]"
MINUS = str.maketrans("−", "-")


def letters(app: App, text: int = 0):
    return app.page.locator(f"{ROOT} .letters").nth(text).locator("[data-t]")


def told(app: App) -> str:
    return app.page.locator(f"{ROOT} [data-part=told]").inner_text().translate(MINUS)


def type_in(app: App, label: str, text: str) -> None:
    box = app.page.get_by_role("textbox", name=label)
    box.fill(text)
    box.press("Enter")


def numbers_of(said: str) -> dict[str, float]:
    found = re.findall(r"(RNN|GRU|LSTM) (-?[\d.]+(?:e[+-]\d+)?)", said)
    return {cell.lower(): float(value) for cell, value in found}


@pytest.mark.parametrize("look", (LOOKS[0], LOOKS[3]), indirect=True, ids=str)
def test_own_text_is_read_and_every_number_is_the_engines(app):
    app.open("/characters?writer=characters-gru&letters=30&neuron=5&draw=2")
    type_in(app, "Your own text", TYPED)
    app.page.wait_for_url("**opening=Now*")
    app.page.wait_for_function(
        "root => document.querySelector('[data-testid=stApp]').innerText && true", arg=ROOT
    )
    app.idle()
    found = read(load(FOLDER, "characters-gru"), TYPED, 30, 0.7, 2)
    shown = "".join(letters(app).all_inner_texts())
    assert shown == found.text.replace("\n", "↵")
    letters(app).nth(8).click()
    app.page.wait_for_url("**spot=8*")
    said = told(app.idle())
    assert f"unit 5: hₜ {found.states[8, 4]:.3g}" in said
    assert f"surprise {found.bits[7]:.3g} bits" in said
    chances = app.page.locator(f"{ROOT} [data-part=next] span").all_inner_texts()
    expected = [f"{100 * p:.1f} %" for p in found.chances[7]]
    assert [c.split(" ←")[0] for c in chances] == expected
    assert f"{found.mean_bits():.2f}" in app.text()
    app.check_clean()


def test_keys_walk_and_a_button_colours_by_its_unit(app):
    app.open("/characters?spot=5")
    box = app.page.locator(f"{ROOT} .letters").first
    box.focus()
    for _ in range(3):
        box.press("ArrowRight")
    app.page.wait_for_url("**spot=8*")
    app.idle()
    assert letters(app).nth(8).get_attribute("aria-selected") == "true"
    app.page.get_by_role("button", name="position in the line").click()
    app.page.wait_for_url("**neuron=*")
    app.idle()
    unit = re.search(r"neuron=(\d+)", app.page.url)[1]
    assert f"unit {unit}: tanh" in told(app)
    app.check_clean()


def test_a_click_lights_up_what_came_before_in_all_three_texts(app):
    app.open("/connectivity")
    type_in(app, "Your own text", TYPED)
    app.page.wait_for_url("**passage=Now*")
    app.idle()
    letters(app, 1).nth(20).click()
    app.page.wait_for_url("**place=21*")
    app.page.get_by_text("Character 21 of 35").wait_for()
    app.idle()
    letters(app, 2).nth(12).hover()
    drawn = numbers_of(told(app))
    for text, cell in enumerate(("rnn", "gru", "lstm")):
        probe = probe_of(load(FOLDER, f"characters-{cell}"), TYPED)
        norms = felt(run_of(probe, look(probe, Experiment())), "loss").norms["x"]
        assert drawn[cell] == pytest.approx(norms[19, 12], rel=0.06)  # as written, in short
        line = next(t for t in app.plots()[0]["traces"] if t["name"] == cell.upper())
        np.testing.assert_allclose(line["y"], norms[19, :20][::-1], rtol=1e-9)
        colours = letters(app, text).evaluate_all("all => all.map(e => e.style.backgroundColor)")
        assert all(colours[:20]) and not any(colours[20:])
    app.check_clean()
