"""Readouts: values, gradients against central differences, weights of the steps."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.readout import (
    ACTIVATIONS,
    LOSSES,
    MAX_STEP,
    READOUTS,
    loss_weights,
    parse_steps,
)

STEP = 1e-6


def one_hot(rng, shape):
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def central(function, z):
    """d sum(function) / dz by central differences."""
    slope = np.empty_like(z)
    for at in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[at] += STEP
        down[at] -= STEP
        slope[at] = (np.sum(function(up)) - np.sum(function(down))) / (2 * STEP)
    return slope


def relative_error(one, other):
    return np.linalg.norm(one - other) / max(np.linalg.norm(one), np.linalg.norm(other), 1e-12)


shapes = st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(2, 5))
seeds = st.integers(0, 999)


@pytest.mark.parametrize("name", READOUTS)
@pytest.mark.parametrize("soft", [False, True])
@given(shape=shapes, seed=seeds)
def test_dlogits_against_central_differences(name, soft, shape, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=shape)
    targets = rng.uniform(0, 1, shape) if soft else one_hot(rng, shape)
    readout = READOUTS[name]
    losses = readout.losses(logits, targets)
    assert losses.shape == shape[:-1]
    slope = central(lambda z: readout.losses(z, targets), logits)
    assert relative_error(readout.dlogits(logits, targets), slope) < 1e-7


@pytest.mark.parametrize("name", READOUTS)
@given(shape=shapes, seed=seeds)
def test_backward_outputs_against_central_differences(name, shape, seed):
    rng = np.random.default_rng(seed)
    logits, doutputs = rng.normal(size=shape), rng.normal(size=shape)
    readout = READOUTS[name]
    slope = central(lambda z: readout.outputs(z) * doutputs, logits)
    assert relative_error(readout.backward_outputs(logits, doutputs), slope) < 1e-7


def test_every_entry_names_a_known_activation_and_loss():
    names = ["linear", "tanh", "sigmoid-squared", "sigmoid", "softmax-squared", "softmax"]
    assert list(READOUTS) == names
    for readout in READOUTS.values():
        assert readout.activation in ACTIVATIONS and readout.loss in LOSSES
        assert "+" in readout.label


@pytest.mark.parametrize(
    ("name", "outputs", "loss"),
    [
        ("linear", [2.0, -1.0], 0.5 * (1 + 1)),
        ("tanh", np.tanh([2, -1]), 0.5 * ((math.tanh(2) - 1) ** 2 + math.tanh(1) ** 2)),
        ("sigmoid", [0.8807970779778823, 0.2689414213699951], 0.1269280110 + 0.3132616875),
        ("softmax", [0.9525741268224334, 0.0474258731775668], 0.0485873515737),
        ("sigmoid-squared", [0.8807970779778823, 0.2689414213699951], 0.043269412),
        ("softmax-squared", [0.9525741268224334, 0.0474258731775668], 0.0022492134466),
    ],
)
def test_pinned_values(name, outputs, loss):
    logits, targets = np.array([[[2.0, -1.0]]]), np.array([[[1.0, 0.0]]])
    np.testing.assert_allclose(READOUTS[name].outputs(logits)[0, 0], outputs, rtol=1e-12)
    assert READOUTS[name].losses(logits, targets) == pytest.approx(np.array([[loss]]), rel=1e-7)


def test_uniform_softmax_costs_log_of_the_number_of_classes():
    zeros = np.zeros((1, 1, 4))
    assert READOUTS["softmax"].losses(zeros, np.eye(4)[:1, None]) == pytest.approx(math.log(4))


@pytest.mark.parametrize("size", [1e3, 1e300])
def test_losses_are_stable_for_huge_logits(size):
    logits, targets = np.array([[size, -size]]), np.array([[0.0, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert READOUTS["softmax"].losses(logits, targets)[0] == pytest.approx(2 * size)
        assert READOUTS["sigmoid"].losses(logits, targets)[0] == pytest.approx(2 * size)
        np.testing.assert_allclose(READOUTS["softmax"].dlogits(logits, targets), [[1, -1]])
        np.testing.assert_allclose(READOUTS["sigmoid"].dlogits(logits, targets), [[1, -1]])


@pytest.mark.parametrize("name", READOUTS)
def test_overflowed_logits_are_data_not_a_warning(name):
    logits, targets = np.array([[math.inf, 0.0], [math.nan, 1.0]]), np.eye(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert READOUTS[name].losses(logits, targets).shape == (2,)
        assert not np.isfinite(READOUTS[name].losses(logits, targets)[1])
        assert np.isnan(READOUTS[name].dlogits(logits, targets)[1]).any()
        READOUTS[name].backward_outputs(logits, targets)


@pytest.mark.parametrize("name", READOUTS)
def test_wrong_shapes_are_named(name):
    with pytest.raises(ValueError, match=r"targets.*\(1, 3, 2\).*\(3,\)"):
        READOUTS[name].losses(np.zeros((1, 3, 2)), np.zeros(3))


LENGTHS = np.array([3, 1, 4])


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        ("every", [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]),
        ("last", [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]),
        ("chosen", [[0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 1]]),
    ],
)
def test_weights_of_the_steps(placement, expected):
    summed = loss_weights(placement, "sum", LENGTHS, 4, chosen=(2, 4, 9))
    np.testing.assert_array_equal(summed, expected)
    mean = loss_weights(placement, "mean", LENGTHS, 4, chosen=(2, 4, 9))
    np.testing.assert_allclose(mean, np.array(expected) / np.sum(expected))


@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    placement=st.sampled_from(["every", "last", "chosen"]),
    chosen=st.sets(st.integers(1, 9)),
)
def test_padding_weighs_nothing_and_a_mean_adds_up_to_one(lengths, placement, chosen):
    weights = loss_weights(placement, "mean", np.array(lengths), 6, tuple(chosen))
    assert weights.shape == (len(lengths), 6)
    assert all(not row[n:].any() for row, n in zip(weights, lengths, strict=True))
    assert weights.sum() == pytest.approx(1.0) or not weights.any()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (("first", "sum", LENGTHS, 4), "first.*every, last, chosen"),
        (("last", "median", LENGTHS, 4), "median.*sum, mean"),
        (("last", "sum", LENGTHS, 3), "T=3"),
    ],
)
def test_weight_errors(settings, word):
    with pytest.raises(ValueError, match=word):
        loss_weights(*settings)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1,5-8", (1, 5, 6, 7, 8)),
        (" 3 , 1-2,2 ", (1, 2, 3)),
        ("", ()),
        ("   ", ()),
        ("007", (7,)),
        (str(MAX_STEP), (MAX_STEP,)),
        ("0" * 900 + "1", (1,)),
    ],
)
def test_parse_steps(text, steps):
    assert parse_steps(text) == steps


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a", "'a'"),
        ("1,,2", "''"),
        ("-3", "'-3'"),
        ("5-", "'5-'"),
        ("1-2-3", "'1-2-3'"),
        ("1.5", "'1.5'"),
        ("٣", "'٣'"),
        ("²", "'²'"),
        ("0", "from 1"),
        ("8-5", "write 5-8"),
        ("1-10001", "10000"),
        ("9" * 900, "outside"),
        ("1," * 5000 + "1", "at most 1000 characters"),
    ],
)
def test_parse_steps_errors(text, word):
    with pytest.raises(ValueError, match=word):
        parse_steps(text)
