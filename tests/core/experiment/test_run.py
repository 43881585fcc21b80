"""Experiments become runs: wirings, inputs, clipping, overflow, and comparability."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import run
from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import SETTINGS, Experiment

SERIES = {f"2020-01-{d:02}": 100.0 + d % 7 + d for d in range(1, 31)}


def go(e):
    return run(e, SERIES if e.source == "stocks" else None)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("source", ["text", "sine", "random", "stocks"])
def test_every_wiring_runs_on_every_input_and_its_gradient_is_checked(cell, wiring, source):
    done = go(Experiment(cell=cell, wiring=wiring, source=source, steps=9, hidden=5))
    assert np.isfinite(done.loss)
    found = gradient_check(done)
    assert found.ok, found.words
    assert found.entries == sum(g.size for g in done.weights_gradient.values())


def options(setting):
    if setting.kind == "choice" or setting.kind == "levels":
        return st.sampled_from(setting.options)
    if setting.kind == "integer":
        return st.integers(int(setting.low), min(int(setting.high), 24))
    if setting.kind == "number":
        return st.sampled_from([setting.low, setting.default, setting.high])
    return st.sampled_from([setting.default])


@given(st.fixed_dictionaries({n: options(s) for n, s in SETTINGS.items()}))
def test_no_combination_of_settings_breaks(wish):
    done = go(Experiment(**wish))
    steps = sum(stage.x.shape[1] for stage in done.stages)
    assert len(done.sequence.labels) == steps
    for stage in done.stages:
        for layer in stage.gradient.layers:
            assert layer.norms("h").shape == (stage.x.shape[1] + 1,)
    assert done.clipped.mode == wish["clip"]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_weight_scale_multiplies_the_recurrent_matrix_of_the_same_draw(cell):
    one = run(Experiment(cell=cell)).stages[0].network.weights
    two = run(Experiment(cell=cell, scale=2.5)).stages[0].network.weights
    for name, array in one.items():
        factor = 2.5 if name.startswith("weight_hh") else 1.0
        np.testing.assert_array_equal(two[name], factor * array)


@pytest.mark.parametrize(
    ("cell", "setting", "gate", "block"),
    [("lstm", "forget_bias", "forget", 1), ("gru", "update_bias", "update", 1)],
)
def test_gate_bias_moves_that_gate_only(cell, setting, gate, block):
    start = Experiment(cell=cell, hidden=4)
    one = run(start).stages[0].network.weights
    two = run(replace(start, **{setting: 3.0})).stages[0].network.weights
    moved = two["bias_ih_l0"] - one["bias_ih_l0"]
    expected = np.zeros_like(moved)
    expected[block * 4 : block * 4 + 4] = 3
    np.testing.assert_allclose(moved, expected, atol=1e-12)
    np.testing.assert_array_equal(one["bias_hh_l0"], two["bias_hh_l0"])


@pytest.mark.parametrize("source", ["text", "sine", "random", "stocks"])
def test_a_longer_sequence_begins_like_the_shorter_one(source):
    short, long = (go(Experiment(source=source, steps=n)) for n in (8, 20))
    np.testing.assert_array_equal(long.sequence.x[:, :8], short.sequence.x)
    states = [done.stages[0].trace.layers[0].states["h"] for done in (long, short)]
    np.testing.assert_allclose(states[0][:, :9], states[1], rtol=1e-12)


def test_equal_experiments_give_equal_numbers():
    one, two = run(Experiment(seed=3)), run(Experiment(seed=3))
    assert one.loss == two.loss
    for name, g in one.weights_gradient.items():
        np.testing.assert_array_equal(two.weights_gradient[name], g)


def test_the_decoder_starts_where_the_encoder_ends():
    done = run(Experiment(wiring="encoder-decoder", steps=11))
    encoder, decoder = done.stages
    assert (encoder.x.shape[1], decoder.x.shape[1]) == (6, 5)
    np.testing.assert_array_equal(
        encoder.trace.layers[0].states["c"][:, -1], decoder.trace.layers[0].states["c"][:, 0]
    )
    for s in ("h", "c"):  # dL/d(first state of the decoder) arrives "from the next step"
        np.testing.assert_array_equal(
            encoder.gradient.layers[0].from_next[s][:, -1],
            decoder.gradient.layers[0].states[s][:, 0],
        )
    assert not encoder.counted.any()


def test_output_fed_back_is_the_next_input():
    (stage,) = run(Experiment(wiring="one-to-many-fed", steps=6)).stages
    layer = stage.trace.layers[0]
    np.testing.assert_array_equal(layer.x[:, 1:], stage.trace.outputs[:, :-1])


def test_input_only_first():
    (stage,) = run(Experiment(wiring="one-to-many-first", steps=6)).stages
    assert stage.trace.layers[0].x[:, 0].any()
    assert not stage.trace.layers[0].x[:, 1:].any()


def test_clipping_never_reaches_into_bptt():
    e = Experiment(cell="rnn", scale=4.0, steps=40)
    free, clipped = run(e), run(replace(e, clip="norm", threshold=0.01))
    for name, g in free.weights_gradient.items():
        np.testing.assert_array_equal(clipped.weights_gradient[name], g)
    assert clipped.clipped.norm_before == free.clipped.norm_after
    assert clipped.clipped.norm_after == pytest.approx(0.01, rel=1e-3)


def test_overflow_is_said_and_not_thrown():
    e = Experiment(
        cell="rnn",
        activation="relu",
        init="gaussian",
        gain=3.0,
        scale=4.0,
        hidden=64,
        steps=200,
        source="random",
        placement="every",
    )
    done = run(e)
    grown = done.stages[0].trace.layers[0]
    weights = {n: w * 1e3 for n, w in done.stages[0].network.weights.items()}
    wild = done.stages[0].network.load_state_dict(weights).forward(done.sequence.x)
    assert grown.after("h").max() > 1e50
    assert 50 < wild.overflow < 200


def test_check_says_when_there_is_nothing_to_compare():
    done = run(Experiment(cell="rnn"))
    words = gradient_check(replace(done, loss=float("inf"))).words
    assert "overflowed" in words


def test_truncated_gradients_are_told_apart_from_the_slope():
    done = run(Experiment(cell="rnn", window=3))
    found = gradient_check(done)
    assert found.ok
    assert "not truncated" in found.words
    full = run(Experiment(cell="rnn"))
    name = "weight_hh_l0"
    assert np.abs(done.weights_gradient[name] - full.weights_gradient[name]).max() > 1e-6


def test_a_wrong_gradient_fails_the_check():
    """The badge is not a constant: one wrong sign in one weight block turns it."""
    done = run(Experiment(cell="gru"))
    (stage,) = done.stages
    for name in stage.gradient.weights:
        wrong = dict(stage.gradient.weights)
        wrong[name] = -wrong[name]
        bad = replace(stage, gradient=replace(stage.gradient, weights=wrong))
        found = gradient_check(replace(done, stages=(bad,)))
        assert not found.ok and not found.undecided


EXPLODING = {"cell": "rnn", "init": "gaussian", "gain": 3.0, "steps": 50, "hidden": 32}


@pytest.mark.parametrize("seed", range(4))
def test_an_explosion_is_checked_by_smaller_differences(seed):
    found = gradient_check(run(Experiment(seed=seed, **EXPLODING)))
    assert found.ok and "relative error below" in found.words


def test_a_hundredth_too_much_is_a_fault_also_where_the_loss_is_steep():
    done = run(Experiment(**EXPLODING))
    (stage,) = done.stages
    wrong = {n: 1.01 * g for n, g in stage.gradient.weights.items()}
    bad = replace(stage, gradient=replace(stage.gradient, weights=wrong))
    found = gradient_check(replace(done, stages=(bad,)))
    assert not found.ok and not found.undecided


def test_a_loss_too_steep_for_any_difference_is_called_so():
    done = run(Experiment(**EXPLODING | {"steps": 200, "scale": 3.0}))
    assert not (found := gradient_check(done)).ok
    assert found.undecided and "too steep here" in found.words


def test_stocks_are_as_long_as_they_are():
    done = go(Experiment(source="stocks", steps=200))
    assert done.sequence.x.shape[1] == len(SERIES) - 1
    assert any("has 29 steps" in note for note in done.notes)


def test_a_loss_at_no_step_is_said():
    done = run(Experiment(placement="chosen", chosen="99", steps=10))
    assert done.loss == 0
    assert any("there is no loss" in note for note in done.notes)
