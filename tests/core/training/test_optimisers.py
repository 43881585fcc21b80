"""Optimisers against torch.optim, clipping of one vector against `clip`, schedules."""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn_core.engine.clip import MODES, clip
from rnn_core.training.optimisers import (
    BLOCK,
    OPTIMISERS,
    SCHEDULES,
    Momentum,
    clip_vector,
    take_step,
    vector_norm,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "optimisers.json").read_text())
FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def follow(name: str, dtype=np.float64) -> list[np.ndarray]:
    rule, w = OPTIMISERS[name], np.array(GOLDEN["start"], dtype)
    memory, found = rule.start(w), []
    for g in np.array(GOLDEN["gradients"], dtype):
        w, memory = rule.step(w, g, memory, GOLDEN["rate"])
        found.append(w)
    return found


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_weights_are_torchs_after_every_update(name):
    np.testing.assert_allclose(follow(name), GOLDEN["weights"][name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_float32_stays_float32(name):
    found = follow(name, np.float32)
    assert all(w.dtype == np.float32 for w in found)
    ours, exact = found[-1][:5], np.array(GOLDEN["weights"][name][-1])[:5]
    np.testing.assert_allclose(ours, exact, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_rule_writes_to_nothing_it_was_given(name):
    rule, w, g = OPTIMISERS[name], np.ones(4), np.full(4, 0.5)
    _, memory = rule.step(w, g, rule.start(w), 0.1)
    kept = {k: np.copy(v) for k, v in memory.items()}
    rule.step(w, g, memory, 0.1)
    np.testing.assert_array_equal(w, np.ones(4))
    np.testing.assert_array_equal(g, np.full(4, 0.5))
    for key, value in kept.items():
        np.testing.assert_array_equal(memory[key], value)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_zero_gradient_moves_nothing_at_first(name):
    rule, w = OPTIMISERS[name], np.array([1.0, -2.0])
    after, _ = rule.step(w, np.zeros(2), rule.start(w), 0.5)
    np.testing.assert_array_equal(after, w)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_rule_finds_the_bottom_of_a_bowl(name):
    rule, w = OPTIMISERS[name], np.array([3.0, -2.0])
    memory, rate = rule.start(w), {"adagrad": 1.0}.get(name, 0.02)
    for _ in range(1500):
        w, memory = rule.step(w, w * [1.0, 4.0], memory, rate)
    assert np.abs(w).max() < 0.02


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("size", [1, BLOCK, 2 * BLOCK + 5])
def test_block_by_block_is_the_same_rule(name, size):
    rule, rng = OPTIMISERS[name], np.random.default_rng(0)
    w, spare = rng.normal(size=size), np.empty(size)
    expected, memory = w, rule.start(w)
    kept = dict(rule.start(w))
    for _ in range(3):
        g = rng.normal(size=size)
        expected, memory = rule.step(expected, g, memory, 0.1)
        before = w.copy()
        take_step(rule, w, g, kept, 0.1, spare)
        np.testing.assert_array_equal(w, before)
        w, spare = spare, w
        np.testing.assert_array_equal(w, expected)
    assert kept.keys() == memory.keys()
    for key, value in memory.items():
        np.testing.assert_array_equal(kept[key], value)


def test_no_momentum_is_plain_descent():
    rule, w, g = Momentum(momentum=0.0), np.ones(3), np.arange(3.0)
    after, memory = rule.step(w, g, rule.start(w), 0.1)
    np.testing.assert_array_equal(after, OPTIMISERS["sgd"].step(w, g, {}, 0.1)[0])
    np.testing.assert_array_equal(memory["v"], g)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_says_what_it_does(name):
    assert OPTIMISERS[name].label and OPTIMISERS[name].help


# -- clipping --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@given(g=arrays(np.float64, 6, elements=FINITE), threshold=st.floats(1e-6, 1e7))
def test_one_vector_is_clipped_as_named_arrays_are(mode, g, threshold):
    expected = clip({"a": g[:2], "b": g[2:]}, mode, threshold)
    ours = g.copy()
    before, after = clip_vector(ours, mode, threshold)
    whole = np.concatenate([expected.after["a"], expected.after["b"]])
    np.testing.assert_allclose(ours, whole, rtol=1e-12, atol=0)
    assert before == pytest.approx(expected.norm_before, rel=1e-12)
    assert after == pytest.approx(expected.norm_after, rel=1e-12)


@pytest.mark.parametrize("largest", [0.99, 1.0, 1.01, 1.4])
def test_by_value_an_entry_just_over_the_threshold_is_cut(largest):
    g = np.array([-largest, 0.1])
    clip_vector(g, "value", 1.0)
    np.testing.assert_array_equal(g, [-min(largest, 1.0), 0.1])


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e-320, 0.0, math.inf, math.nan])
def test_norms_beyond_what_can_be_squared(size):
    expected = 5 * size
    assert vector_norm(np.array([3 * size, 4 * size])) == pytest.approx(
        expected, rel=1e-3, nan_ok=True
    )


def test_float32_norms_beyond_what_can_be_squared():
    assert vector_norm(np.array([3e25, 4e25], np.float32)) == pytest.approx(5e25, rel=1e-6)
    assert vector_norm(np.array([3e-25, 4e-25], np.float32)) == pytest.approx(5e-25, rel=1e-6)


def test_unknown_clipping_is_refused_in_words():
    with pytest.raises(ValueError, match=r"both.*off, norm"):
        clip_vector(np.ones(2), "both", 1.0)


# -- schedules -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_a_share_of_the_rate(name):
    factors = [SCHEDULES[name].factor(p) for p in np.linspace(0, 1, 101)]
    assert min(factors) >= 0 and max(factors) == 1
    assert SCHEDULES[name].label and SCHEDULES[name].help


def test_schedules_at_some_moments():
    def at(name: str) -> list[float]:
        return [SCHEDULES[name].factor(p) for p in (0, 0.05, 0.25, 0.5, 0.75, 1)]

    assert at("constant") == [1] * 6
    assert at("linear") == pytest.approx([1, 0.95, 0.75, 0.5, 0.25, 0])
    assert at("halved") == [1, 1, 0.5, 0.25, 0.125, 0.125]
    assert at("warm-up") == pytest.approx([0, 0.5, 1, 1, 1, 1])
    assert at("cosine") == pytest.approx(
        [0.5 + 0.5 * math.cos(math.pi * p) for p in (0, 0.05, 0.25, 0.5, 0.75, 1)]
    )
