"""The scatter's points are the engine's shares of saturated steps, one per unit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pages.components.message import pack
from pages.figures.saturation import (
    gate_shares,
    gates_of,
    saturation_picture,
    saturation_rows,
    sentence,
)
from rnn_core.analysis.jacobians import saturation
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.notation.notation import NOTATIONS
from tests.figures.unpacking import unpacked

EXPERIMENT = Experiment(text="hello", steps=12, hidden=7, seed=3, scale=4.0)


def layers(*wishes):
    return {f"run {k}": run(e).stages[0].trace.layers[0] for k, e in enumerate(wishes)}


def picture(traces):
    trace = next(iter(traces.values()))
    return saturation_picture(traces, "hello world!", NOTATIONS["house"].of(trace.cell))


def wish(**changes):
    return Experiment(**(vars(EXPERIMENT) | changes))


@pytest.mark.parametrize("cell", CELLS)
def test_every_gate_has_its_plot_and_the_candidate_none(cell):
    found = gate_shares(layers(wish(cell=cell)))
    expected = {"rnn": [], "gru": ["reset", "update"], "lstm": ["input", "forget", "output"]}
    assert list(found) == expected[cell]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_points_and_maps_are_the_engines(cell):
    traces = layers(wish(cell=cell), wish(cell=cell, seed=4))
    payload = picture(traces)
    assert [g["gate"] for g in payload["gates"]] == list(gate_shares(traces))
    for drawn in payload["gates"]:
        for (name, trace), run_drawn in zip(traces.items(), drawn["runs"], strict=True):
            values = trace.gates[drawn["gate"]][0]  # (T, H)
            assert run_drawn["name"] == name
            np.testing.assert_allclose(run_drawn["below"], (values < 0.1).mean(axis=0))
            np.testing.assert_allclose(run_drawn["above"], (values > 0.9).mean(axis=0))
            np.testing.assert_array_equal(payload["numbers"][run_drawn["values"]], values)
            shares = [run_drawn["below"], run_drawn["above"]]
            np.testing.assert_array_equal(shares, saturation(trace)[drawn["gate"]])
            assert np.all(np.add(*shares) <= 1)


def test_the_message_carries_the_same_numbers():
    payload = picture(layers(EXPERIMENT))
    found = unpacked(pack({**payload, "unit": 2}))
    assert (found["unit"], found["units"], len(found["labels"])) == (2, 7, 12)
    for name, array in payload["numbers"].items():
        np.testing.assert_array_equal(found["numbers"][name], array)


def test_letters_are_the_notations():
    traces = layers(EXPERIMENT)
    (name, trace), *_ = traces.items()
    found = saturation_picture({name: trace}, "hello world!", NOTATIONS["002"].of(trace.cell))
    assert found["gates"][1]["label"] == NOTATIONS["002"].of(trace.cell).label("forget")


@pytest.mark.parametrize("scale", [0.0, 1e300])
def test_zero_weights_and_overflow_are_plain_numbers(scale):
    (trace,) = layers(wish(init="zero" if scale == 0 else "pytorch")).values()
    gates = {g: np.full_like(v, np.nan if scale else 0.5) for g, v in trace.gates.items()}
    payload = picture({"run": replace(trace, gates=gates)})
    assert json.loads(json.dumps(payload["gates"], allow_nan=False)) == payload["gates"]
    assert all(g["runs"][0]["below"] == [0] * 7 for g in payload["gates"])


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
