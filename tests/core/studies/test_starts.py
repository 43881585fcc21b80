"""Starts compared: the right experiments, the right norms, and the reference numbers."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis.jacobians import jacobian_products, jacobians, singular_values
from rnn_core.experiment.experiment import Experiment, normalise
from rnn_core.experiment.run import run
from rnn_core.experiment.settings import settings_of
from rnn_core.studies.starts import (
    Starts,
    depth_norms,
    distances,
    length,
    norms,
    notes,
    plain,
    starts,
    usable,
)

SMALL = Experiment(steps=12, hidden=5)
FAR = Experiment(steps=50, hidden=32)
KINDS = settings_of(Starts)["vary"].options


def one_by_one(e: Experiment) -> np.ndarray:
    steps = jacobians(run(e).stages[0].trace.top)
    T = len(steps)
    return singular_values(jacobian_products(steps, steps.shape[1]))[T - distances(T), 0]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_many_at_once_are_the_same_as_one_by_one(cell):
    e = replace(SMALL, cell=cell, scale=1.5, initial="random")
    found = norms(e, (3, 4))
    for seed, row in zip((3, 4), found, strict=True):
        np.testing.assert_allclose(row, one_by_one(replace(e, seed=seed)), rtol=1e-9)
    assert (found[:, 0] == 1).all()


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_one_layer_from_bottom_to_top_is_the_layers_own_product(cell):
    e = replace(SMALL, cell=cell)
    np.testing.assert_allclose(depth_norms(e, (1, 2)), norms(e, (1, 2)), rtol=1e-9)


def test_every_layer_more_is_felt_at_distance_0():
    found = [depth_norms(replace(SMALL, cell="rnn", layers=n), (0,))[0, 0] for n in (1, 2, 3)]
    assert found[0] == 1 and len({round(v, 6) for v in found}) == 3


@pytest.mark.parametrize("T", [1, 2, 20, 25, 26, 50, 199, 200])
def test_distances_reach_from_0_to_T(T):
    found = distances(T)
    assert found[0] == 0 and found[-1] == T and len(found) <= 21
    strides = np.diff(found)
    assert (strides[:-1] == np.maximum(1, found[:-2] // 3)).all() and 0 < strides[-1] <= T
    assert found[: min(T, 6) + 1].tolist() == list(range(min(T, 6) + 1))  # each, where curves bend


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("vary", KINDS)
@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"init": "gaussian", "gain": 1.3},
        {"hidden": 7, "layers": 3, "direction": "reverse"},
        {"wiring": "encoder-decoder", "forget_bias": 2.0, "update_bias": 2.0},
    ],
    ids=str,
)
def test_the_readers_own_start_is_among_them(cell, vary, wish):
    e = replace(SMALL, cell=cell, **wish)
    found = starts(e, usable(e, vary))
    assert list(found.values()).count(plain(e, usable(e, vary))) == 1
    assert len(set(found.values())) == len(found) <= 8
    assert all(normalise(w) == w for w in found.values())


def test_a_comparison_that_does_not_fit_is_said():
    lstm, rnn = SMALL, replace(SMALL, cell="rnn")
    assert usable(lstm, "activation") == usable(rnn, "bias") == "init"
    assert "nothing of that kind" in notes(lstm, "activation")[0]
    assert notes(rnn, "activation") == ()
    assert "one forward layer" in notes(replace(SMALL, layers=2), "init")[0]
    assert notes(replace(SMALL, layers=2), "layers") == ()
    trained = replace(SMALL, weights="0123456789abcdef01234567")
    assert "not the trained ones" in notes(trained, "init")[0]
    assert not any(wish.weights for wish in starts(trained, "init").values())


def test_a_short_series_has_its_own_length():
    series = {str(n): float(n) for n in range(30)}
    e = replace(SMALL, source="stocks", steps=200)
    assert norms(e, (0,), series).shape[1] == len(distances(length(e, series)))


# Geometric means over ten seeds at k = 10, 20, 50, untrained, H = 32, one-hot input.
REFERENCE = {
    "rnn": ({"cell": "rnn"}, (1.6e-2, 1.0e-4, 3.8e-11)),
    "rnn, radius 0.9": ({"cell": "rnn", "init": "gaussian", "gain": 0.9}, (0.60, 0.14, 2.3e-3)),
    "rnn, radius 2": ({"cell": "rnn", "init": "gaussian", "gain": 2.0}, (7.6, 18, 1e3)),
    "rnn, orthogonal": ({"cell": "rnn", "init": "orthogonal"}, (0.70, 0.41, 8.8e-2)),
    "gru": ({"cell": "gru"}, (1.9e-2, 2.6e-4, 3.7e-10)),
    "gru, bias 2": ({"cell": "gru", "update_bias": 2.0}, (0.46, 0.21, 1.7e-2)),
    "lstm": ({"cell": "lstm"}, (1.6e-2, 2.5e-4, 4.3e-10)),
    "lstm, bias 1": ({"cell": "lstm", "forget_bias": 1.0}, (0.33, 0.11, 2.1e-3)),
    "lstm, bias 1, orthogonal": (
        {"cell": "lstm", "forget_bias": 1.0, "init": "orthogonal"},
        (0.64, 0.50, 0.23),
    ),
    "lstm, bias 3": ({"cell": "lstm", "forget_bias": 3.0}, (1.8, 3.4, 32)),
    "lstm, bias 5": ({"cell": "lstm", "forget_bias": 5.0}, (2.2, 5.1, 99)),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_the_order_of_magnitude_is_the_reference(name):
    """Other texts and other draws: a factor of four at k = 10, of twelve at k = 50."""
    wish, expected = REFERENCE[name]
    found, k = norms(replace(FAR, **wish), range(10)), distances(50)
    means = np.exp(np.interp((10, 20, 50), k, np.log(found).mean(axis=0)))
    apart = np.abs(np.log(means / expected))
    assert (apart < np.log([4, 6, 12])).all(), means
