"""Truncated BPTT as drawn: blocks, angles over all windows, and two trainings."""

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import truncated as figures
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.truncated import TASK, UPDATES, Slice, compare
from tests.core.cells_under_test import OVERFLOWING

WISH = {"steps": 12, "hidden": 4, "seed": 3}


def made(**more):
    return run(Experiment(**(WISH | more)))


def part(figure, name):
    return next(t for t in go.Figure(figure).data if t.name == name)


@pytest.mark.parametrize("placement", ["last", "every"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_blocks_are_the_norms_of_a_truncated_run(placement, direction):
    full, cut = (made(window=w, placement=placement, direction=direction) for w in (0, 5))
    figure = figures.blocks(full, 5, "the last step")
    expected = cut.stages[0].gradient.top.norms("h")
    shown = np.array(part(figure, "window 5").y, float)
    np.testing.assert_allclose(shown[expected > 0], expected[expected > 0])
    assert np.isnan(shown[expected == 0]).all()
    norms = full.stages[0].gradient.top.norms("h")
    above = np.where(norms > 0, norms, np.nan)
    np.testing.assert_allclose(np.array(part(figure, "full BPTT").y, float), above)
    if (expected == 0).any():
        assert list(part(figure, "exactly 0").x) == np.flatnonzero(expected == 0).tolist()
    at = [shape["x0"] for shape in figure["layout"]["shapes"] if shape["x0"]]
    assert at == ([5, 10] if direction == "forward" else [2, 7])


def test_a_window_of_zero_draws_full_bptt_alone():
    figure = figures.blocks(made(), 0, "the last step")
    assert [line["name"] for line in figure["data"]] == ["full BPTT"]
    assert "nothing is cut" in figure["layout"]["title"]["text"]
    assert not figures.angles({"lstm": compare(made())}, 0, "all")["layout"]["shapes"]


def test_cuts_of_two_networks_are_counted_in_each():
    done = made(wiring="encoder-decoder", steps=20)
    assert figures.cuts(done, 4) == [4, 8, 14, 18]
    assert figures.cuts(done, 0) == figures.cuts(done, 10) == []


def test_every_window_is_drawn_for_every_cell():
    found = {c: compare(made(cell=c)) for c in ("rnn", "gru", "lstm")}
    for draw, name in ((figures.angles, "angles"), (figures.ratios, "ratios")):
        figure = go.Figure(draw(found, 5, "all"))
        for line, one in zip(figure.data, found.values(), strict=True):
            np.testing.assert_array_equal(line.x, np.arange(1, 13))
            np.testing.assert_array_equal(line.y, getattr(one, name))
        assert figure.layout.shapes[0].x0 == 5
        assert "all weights" in figure.layout.title.text
    rows = figures.window_rows(found)
    assert len(rows["window"]) == 36 and rows["angle_degrees"][11] == 0


def test_an_angle_beyond_ninety_degrees_is_inside_the_axis():
    found = {"rnn": compare(made(cell="rnn", init="gaussian", gain=3.0, steps=60), "recurrent")}
    figure = figures.angles(found, 5, "recurrent")
    assert figure["layout"]["yaxis"]["range"][1] >= found["rnn"].angles[:-1].max()


def test_the_sentence_says_what_the_numbers_say():
    done = made()
    one = compare(done, "all", [5])
    said = figures.sentence("lstm", one, 12)
    assert f"{one.angles[0]:.1f}°" in said and "window 5" in said
    assert "cuts nothing" in figures.sentence("lstm", compare(done, "all", [50]), 12)
    nothing = compare(made(placement="chosen", chosen="100"), "all", [5])
    assert "nothing compares" in figures.sentence("lstm", nothing, 12)


def slices(full, truncated):
    return [Slice(1, np.full(UPDATES, full), np.full(UPDATES, truncated))]


@pytest.mark.parametrize(
    ("full", "cut", "words"),
    [(0.01, 0.69, "only guesses"), (0.01, 0.02, "carried it"), (0.69, 0.69, "Guessing gets")],
)
def test_the_verdict_goes_no_further_than_the_numbers(full, cut, words):
    assert words in figures.verdict(slices(full, cut), 5)


def test_training_curves_are_means_of_neighbouring_updates():
    values = np.arange(UPDATES, dtype=float)
    figure = figures.losses([Slice(1, values, values * 2)], 5)
    line = part(figure, "window 5")
    np.testing.assert_allclose(line.y, (values * 2).reshape(-1, 20).mean(1))
    np.testing.assert_array_equal(line.x, np.arange(20, UPDATES + 1, 20))
    assert figure["data"][-1]["y"] == [TASK.baseline.loss] * 2


@pytest.mark.parametrize(
    "odd",
    [
        {"wiring": "one-to-one"},
        {"hidden": 1, "init": "zero"},
        OVERFLOWING,
    ],
)
def test_odd_networks_make_a_picture_and_words(odd):
    done = made(**odd)
    found = {done.experiment.cell: compare(done)}
    for figure in (
        figures.blocks(done, 5, "the last step"),
        figures.angles(found, 5, "all"),
        figures.ratios(found, 5, "all"),
    ):
        go.Figure(figure)
        assert "#" not in str(figure)
    assert figures.sentence(done.experiment.cell, compare(done, "all", [3]), 200)
