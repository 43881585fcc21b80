"""Initialisation: shapes, pinned facts of each scheme, and what must not move the draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.initialise import (
    INITS,
    add_gate_bias,
    initialise,
    initialise_readout,
    scale_recurrent,
    spectral_radius,
)

RNN = ("candidate",)
GRU = ("reset", "update", "candidate")
LSTM = ("input", "forget", "candidate", "output")
CELLS = [RNN, GRU, LSTM]


def draw(name, gates=LSTM, input_size=5, hidden_size=8, seed=0, **settings):
    rng = np.random.default_rng(seed)
    return initialise(name, gates, input_size, hidden_size, rng, **settings)


def blocks(weights, gates, key="weight_hh"):
    return np.split(weights[key], len(gates))


@given(
    name=st.sampled_from(list(INITS)),
    gates=st.sampled_from(CELLS),
    inputs=st.integers(1, 6),
    hidden=st.integers(1, 9),
    seed=st.integers(0, 99),
    peepholes=st.integers(0, 3),
)
def test_shapes_and_repeatable_draws(name, gates, inputs, hidden, seed, peepholes):
    one = draw(name, gates, inputs, hidden, seed, peepholes=peepholes)
    rows = len(gates) * hidden
    shapes = {
        "weight_ih": (rows, inputs),
        "weight_hh": (rows, hidden),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    } | ({"weight_ph": (peepholes, hidden)} if peepholes else {})
    assert {k: v.shape for k, v in one.items()} == shapes
    assert all(v.dtype == np.float64 and np.isfinite(v).all() for v in one.values())
    again = draw(name, gates, inputs, hidden, seed, peepholes=peepholes)
    assert all(np.array_equal(one[k], again[k]) for k in one)


def test_the_order_of_the_table_is_the_order_of_the_menu():
    names = ["pytorch", "keras", "glorot", "gaussian", "orthogonal", "identity", "zero"]
    assert list(INITS) == names
    assert [n for n in names if INITS[n].gain] == ["gaussian", "orthogonal", "identity"]
    assert INITS["gaussian"].gain == "spectral radius"


@pytest.mark.parametrize("name", INITS)
def test_peepholes_are_drawn_last(name):
    without, along = draw(name), draw(name, peepholes=3)
    assert all(np.array_equal(without[k], along[k]) for k in without)


@pytest.mark.parametrize("name", INITS)
@pytest.mark.parametrize("gates", CELLS)
def test_gain_only_multiplies_the_recurrent_matrix_of_the_same_draw(name, gates):
    one, other = draw(name, gates, gain=1.0), draw(name, gates, gain=2.5)
    factor = 2.5 if INITS[name].gain else 1.0
    np.testing.assert_allclose(other["weight_hh"], factor * one["weight_hh"], rtol=1e-14)
    for key in ("weight_ih", "bias_ih", "bias_hh"):
        np.testing.assert_array_equal(one[key], other[key])


def test_pytorch_fills_everything_in_its_own_order_of_drawing():
    weights = draw("pytorch", hidden_size=16)
    rng = np.random.default_rng(0)
    for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        np.testing.assert_array_equal(weights[key], rng.uniform(-0.25, 0.25, weights[key].shape))
    every = np.concatenate([w.ravel() for w in weights.values()])
    assert 0.24 < np.abs(every).max() <= 0.25
    assert np.std(every) == pytest.approx(0.25 / math.sqrt(3), rel=0.05)


@pytest.mark.parametrize("gates", CELLS)
def test_keras_draws_all_gates_as_one_kernel(gates):
    weights = draw("keras", gates, 8, 32)
    kernel = weights["weight_hh"].T  # (H, G*H) in Keras
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(32), atol=1e-12)
    bound = math.sqrt(6 / (8 + 32 * len(gates)))
    assert 0.97 * bound < np.abs(weights["weight_ih"]).max() <= bound
    assert not weights["bias_hh"].any()


def test_keras_blocks_of_one_gate_are_far_from_orthogonal():
    """Measured in Keras 3.15: an LSTM's blocks have spectral radii near 0.5, never 1."""
    radii = [spectral_radius(b) for b in blocks(draw("keras", LSTM, 8, 32), LSTM)]
    assert all(0.4 < radius < 0.7 for radius in radii)


def test_keras_sets_the_forget_bias_to_one_and_no_other():
    bias = blocks(draw("keras"), LSTM, "bias_ih")
    assert [set(b) for b in bias] == [{0.0}, {1.0}, {0.0}, {0.0}]
    assert not draw("keras", GRU)["bias_ih"].any()


def test_glorot_bounds_count_one_gate():
    weights = draw("glorot", LSTM, 8, 32)
    for key, bound in (("weight_ih", math.sqrt(6 / 40)), ("weight_hh", math.sqrt(6 / 64))):
        assert 0.97 * bound < np.abs(weights[key]).max() <= bound
    assert not weights["bias_ih"].any() and not weights["bias_hh"].any()


@pytest.mark.parametrize("gates", CELLS)
@pytest.mark.parametrize("gain", [0.9, 1.0, 3.0])
def test_gaussian_blocks_have_the_spectral_radius_asked_for(gates, gain):
    for block in blocks(draw("gaussian", gates, gain=gain), gates):
        assert spectral_radius(block) == pytest.approx(gain, rel=1e-12)


def test_gaussian_singular_value_is_near_twice_the_radius():
    """So at radius 0.9 the first step can still grow: the radius is not the norm."""
    block = draw("gaussian", RNN, 5, 64, gain=0.9)["weight_hh"]
    assert 1.5 < np.linalg.norm(block, 2) < 2.3


@pytest.mark.parametrize("gates", CELLS)
def test_orthogonal_blocks(gates):
    for block in blocks(draw("orthogonal", gates, gain=1.2), gates):
        np.testing.assert_allclose(block @ block.T, 1.44 * np.eye(8), atol=1e-12)


def test_the_sign_fix_leaves_no_preferred_sign():
    """Without it LAPACK's Q has a diagonal with a bias in sign; with it the mean trace is 0."""
    traces = [np.trace(draw("orthogonal", RNN, 1, 3, seed)["weight_hh"]) for seed in range(600)]
    assert abs(np.mean(traces)) < 0.15  # the trace has variance 1, so the mean's std is .04


def test_identity_is_the_gain_times_the_identity():
    weights = draw("identity", GRU, 40, 32, gain=0.5)
    for block in blocks(weights, GRU):
        np.testing.assert_array_equal(block, 0.5 * np.eye(32))
    assert np.std(weights["weight_ih"]) == pytest.approx(0.1, rel=0.05)
    assert not weights["bias_ih"].any()


@pytest.mark.parametrize("name", ["gaussian", "orthogonal"])
def test_only_the_recurrent_matrix_differs_from_pytorch(name):
    np.testing.assert_array_equal(draw(name)["weight_ih"], draw("pytorch")["weight_ih"])


def test_zero_is_zero():
    assert not any(w.any() for w in draw("zero", peepholes=3).values())
    assert not any(w.any() for w in initialise_readout("zero", 4, 2, None).values())


@pytest.mark.parametrize("name", INITS)
def test_readout(name):
    readout = initialise_readout(name, 25, 30, np.random.default_rng(1))
    assert {k: v.shape for k, v in readout.items()} == {"weight": (30, 25), "bias": (30,)}
    bound = {"pytorch": 0.2, "zero": 0.0}.get(name, math.sqrt(6 / 55))
    peak = np.abs(readout["weight"]).max()
    assert 0.97 * bound <= peak <= bound
    assert readout["bias"].any() == (name == "pytorch")


def test_scale_multiplies_the_recurrent_matrix_only_and_copies():
    weights = draw("pytorch") | {"weight_hh_l1_reverse": np.ones((2, 2))}
    before = weights["weight_hh"].copy()
    scaled = scale_recurrent(weights, 3.0)
    np.testing.assert_array_equal(scaled["weight_hh"], 3.0 * before)
    np.testing.assert_array_equal(scaled["weight_hh_l1_reverse"], 3 * np.ones((2, 2)))
    np.testing.assert_array_equal(weights["weight_hh"], before)
    assert all(scaled[k] is weights[k] for k in ("weight_ih", "bias_ih", "bias_hh"))


def test_gate_bias_moves_one_block_of_one_bias():
    weights = draw("pytorch")
    before = weights["bias_ih"].copy()
    moved = add_gate_bias(weights, LSTM, "forget", 2.0)
    np.testing.assert_array_equal(moved["bias_ih"], before + np.repeat([0, 2.0, 0, 0], 8))
    np.testing.assert_array_equal(weights["bias_ih"], before)
    np.testing.assert_array_equal(moved["bias_hh"], weights["bias_hh"])


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: draw("xavier"), "xavier.*pytorch, keras"),
        (lambda: draw("pytorch", hidden_size=0), "hidden_size.*0"),
        (lambda: draw("pytorch", gates=()), "gates"),
        (lambda: draw("gaussian", gain=math.inf), "gain.*inf"),
        (lambda: draw("gaussian", gain=-1.0), "gain.*-1"),
        (lambda: initialise_readout("nn", 2, 2, None), "nn"),
        (lambda: initialise_readout("keras", 2, 0, None), "output_size"),
        (lambda: add_gate_bias(draw("zero", GRU), GRU, "forget", 1.0), "reset, update.*'forget'"),
        (lambda: add_gate_bias({"bias_ih": np.zeros(7)}, GRU, "reset", 1.0), "7 numbers"),
    ],
)
def test_errors_say_what_came_and_what_was_expected(call, word):
    with pytest.raises(ValueError, match=word):
        call()
