"""The bench's numbers are the engine's; its words say which gradient they are."""

from dataclasses import replace

import numpy as np
import pytest

from pages.components.message import pack
from pages.figures.flow import bench
from pages.figures.flow.letters import QUANTITY_WORDS
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies import flow
from tests.figures.unpacking import unpacked

E = Experiment(hidden=4, steps=8, placement="last")


def swept(knob="scale", quantity="last", **settings):
    e = replace(E, **settings)
    return flow.bench(e, knob, quantity, flow.grid(e, knob, quantity))


@pytest.mark.parametrize("knob", flow.KNOB_WORDS)
@pytest.mark.parametrize("quantity", QUANTITY_WORDS)
def test_every_knob_and_quantity_has_a_picture_that_fits_its_message(knob, quantity):
    e = replace(E, init="orthogonal", scale=1.05, steps=9)
    values = flow.grid(e, knob, quantity)
    done = flow.bench(flow.swept(e, knob, quantity), knob, quantity, values)
    seen = bench.payload(done, e)
    assert done.values[seen["nearest"]] == getattr(e, knob)
    assert seen["values"] == sorted(set(seen["values"])) and 6 <= len(seen["values"]) <= 41
    assert all(SETTINGS[knob].low <= v <= SETTINGS[knob].high for v in seen["values"])
    for curve, read in zip(
        seen["curves"], unpacked(pack(seen, single=True))["curves"], strict=True
    ):
        np.testing.assert_array_equal(read["rows"], curve["rows"].astype(np.float32))
    assert {"spectral": "singular", "share": "share"}.get(quantity, "‖") in seen["axis"]


def test_long_jacobians_are_measured_at_some_steps_and_it_is_said():
    e = replace(E, steps=60)
    done = flow.bench(e, "scale", "spectral", (1.0,))
    there = np.flatnonzero(~np.isnan(done.curves[0].rows[0, 0]))
    assert done.every == 3 and there.tolist() == list(range(0, 61, 3))
    assert any("every 3 steps" in n for n in bench.notes(e, done))


def test_what_cannot_be_compared_is_said():
    e = replace(E, layers=2, direction="bidirectional", window=3)
    words = " ".join(bench.notes(e, flow.bench(e, "scale", "last", (1.0,))))
    assert "one forward layer" in words and "Truncated" in words


@pytest.mark.parametrize(
    "odd",
    [
        {"init": "zero"},
        {"hidden": 1},
        {"activation": "relu", "init": "identity", "gain": 3.0, "scale": 4.0, "steps": 200},
        {"placement": "chosen", "chosen": "150"},
        {"wiring": "one-to-one"},
    ],
)
@pytest.mark.parametrize("quantity", QUANTITY_WORDS)
def test_odd_networks_have_a_picture(odd, quantity):
    e = replace(E, **odd)
    done = flow.bench(flow.swept(e, "scale", quantity), "scale", quantity, (1.0, 4.0))
    seen = bench.payload(done, e)
    assert seen["low"] < seen["high"]
    pack(seen)


def test_the_rows_to_take_away_are_long_form():
    rows = bench.bench_rows(swept())
    assert list(rows)[:5] == ["scale", "cell", "state", "quantity", "step"]
    assert set(rows["quantity"]) == {"‖dL_T/dhₜ‖", "‖dL_T/dcₜ‖"}
    assert len({len(v) for v in rows.values()}) == 1
    assert (rows["low"] <= rows["median"]).all() and (rows["median"] <= rows["high"]).all()


def test_a_slider_that_ends_before_the_setting_says_so():
    e = replace(E, hidden=64, steps=200)
    assert flow.grid(e, "steps", "spectral")[-1] == 100
    done = flow.Bench(e, "steps", "spectral", (50.0, 100.0), (0,), 1, (), None)
    assert any("ends at 100" in n for n in bench.notes(e, done))
    assert flow.grid(e, "steps", "last")[-1] == 200


def test_the_last_seed_is_followed_by_the_first():
    done = flow.bench(replace(E, seed=95), "scale", "last", (1.0,))
    assert done.seeds == (95, 96, 97, 98, 99, 0, 1, 2, 3, 4)


# -- letters -----------------------------------------------------------------------------------

AXES = [  # which gradient, notation, how its axis begins
    ("last", "house", "‖dL_T/dhₜ‖, dashed ‖dL_T/dcₜ‖: the last"),
    ("last", "002", "‖dL⟨T⟩/da⟨t⟩‖ (RNN), ‖dL_T/dhₜ‖ (GRU, LSTM), dashed ‖dL_T/dCₜ‖: the last"),
    ("total", "000", "‖dL/daₜ‖ (RNN), ‖dL/dsₜ‖ (GRU), ‖dL/dhₜ‖ (LSTM), dashed ‖dL/dcₜ‖: total"),
    ("spectral", "keras", "‖∂h[T]/∂h‖₂, dashed ‖∂h[T]/∂c‖₂: largest"),
    (
        "frobenius",
        "003",
        "‖∂y⁽ᵀ⁾/∂y⁽ᵗ⁾‖_F (RNN), ‖∂h⁽ᵀ⁾/∂h⁽ᵗ⁾‖_F (GRU), ‖∂h_T/∂hₜ‖_F (LSTM), dashed",
    ),
    ("state", "house", "‖∂h_T/∂hₜ‖₂ (RNN, GRU), ‖∂(h_T, c_T)/∂(hₜ, cₜ)‖₂ (LSTM): largest"),
    ("share", "002", "‖step t's share of dL/dW_aa‖ (RNN), ‖step t's share of dL/dW_hh‖ (GRU), "),
    ("share", "house", "‖step t's share of dL/dW_hh‖, loss at the last step"),
]


@pytest.mark.parametrize(("quantity", "notation", "begins"), AXES)
def test_the_axis_is_in_the_letters_of_the_notation(quantity, notation, begins):
    done = flow.bench(E, "scale", quantity, (1.0,))
    assert bench.axis_words(done, NOTATIONS[notation]).startswith(begins)


def test_rows_bound_and_menu_are_in_the_letters_of_the_notation():
    e, done = replace(E, cell="rnn"), flow.bench(E, "scale", "last", (1.0,))
    seen = bench.payload(done, e, NOTATIONS["002"])
    assert [c["symbol"] for c in seen["curves"]] == ["a⟨t⟩", "hₜ", "hₜ", "Cₜ"]
    assert seen["bound"]["weight"] == "W_aa"
    assert seen["quantities"]["share"] == "Share of dL/dW_aa"
    assert seen["quantities"]["state"] == "Jacobian of h and C together"
    assert "‖dL_T/dCₜ‖" in bench.bench_rows(done, NOTATIONS["002"])["quantity"]
