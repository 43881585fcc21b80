"""The scatter's points are the engine's shares of saturated steps, one per unit."""

import numpy as np
import pytest

from pages.figures.saturation import (
    gate_shares,
    gates_of,
    saturation_rows,
    saturation_scatter,
    sentence,
)
from rnn_core.analysis import saturation
from rnn_core.cells import CELLS
from rnn_core.experiment import Experiment
from rnn_core.run import run

EXPERIMENT = Experiment(text="hello", steps=12, hidden=7, seed=3, scale=4.0)


def layers(*wishes):
    return {f"run {k}": run(e).stages[0].trace.layers[0] for k, e in enumerate(wishes)}


def wish(**changes):
    return Experiment(**(vars(EXPERIMENT) | changes))


@pytest.mark.parametrize("cell", CELLS)
def test_every_gate_has_its_plot_and_the_candidate_none(cell):
    found = gate_shares(layers(wish(cell=cell)))
    expected = {"rnn": [], "gru": ["reset", "update"], "lstm": ["input", "forget", "output"]}
    assert list(found) == expected[cell]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_points_are_the_engines_shares(cell):
    traces = layers(wish(cell=cell), wish(cell=cell, seed=4))
    for gate, shares in gate_shares(traces).items():
        figure = saturation_scatter(gate, gate, shares)
        for name, trace in traces.items():
            (points,) = [t for t in figure["data"] if t["name"] == name]
            values = trace.gates[gate][0]  # (T, H)
            np.testing.assert_allclose(points["x"], (values < 0.1).mean(axis=0))
            np.testing.assert_allclose(points["y"], (values > 0.9).mean(axis=0))
            np.testing.assert_array_equal([points["x"], points["y"]], saturation(trace)[gate])
            assert np.all(np.add(points["x"], points["y"]) <= 1)


def test_units_in_one_place_are_counted_and_named():
    shares = {"run": np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]])}
    figure = saturation_scatter("fₜ", "forget", shares, unit=3)
    points, counts, ring = figure["data"][1:]
    assert points["text"] == ["2 units: 1, 2", "2 units: 1, 2", "unit 3"]
    assert (counts["x"], counts["y"]) == ([0.0], [1.0])
    assert [text.strip() for text in counts["text"]] == ["×2"]
    assert (ring["x"], ring["y"], ring["name"]) == ([1.0], [0.0], "unit 3")


def test_words_say_how_many_units_are_mostly_open_or_shut():
    shares = {"LSTM": np.array([[0.0, 0.6, 0.2], [1.0, 0.0, 0.5]])}
    assert sentence("forget", shares) == (
        "Forget gate, LSTM: 1 of 3 units above 0.9 and 1 below 0.1 for more than half the steps."
    )


def test_rows_hold_every_unit_of_every_gate():
    traces = layers(EXPERIMENT)
    rows = saturation_rows(traces)
    (trace,) = traces.values()
    assert {len(column) for column in rows.values()} == {3 * 7}
    assert gates_of(trace.cell) == tuple(dict.fromkeys(rows["gate"]))
    k = rows["gate"].index("output") + 4
    assert rows["unit"][k] == 5
    assert (rows["below_0.1"][k], rows["above_0.9"][k]) == tuple(saturation(trace)["output"][:, 4])
