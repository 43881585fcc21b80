"""The cliff: its exact gradient three ways, the wall where it is said to be, and descent."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_core.engine.cells import RNN, sigmoid
from rnn_core.engine.network import Network
from rnn_core.experiment.settings import read_row, settings_of, to_params
from rnn_core.studies.cliff import (
    HIGHEST,
    START,
    STEPS,
    TARGET,
    THROWN,
    Cliff,
    descend,
    edge,
    factor,
    slope,
    surface,
)

WEIGHTS = st.tuples(st.floats(4, 8), st.floats(-4, -1))
# Near the wall a difference quotient over any distance straddles it.
GENTLE = [(4.3, -2.8), (4.0, -2.0), (5.0, -1.5), (7.5, -1.1), (4.8, -3.5), (8.0, -2.0)]


def error(w: float, b: float) -> float:
    """Written once more, plainly."""
    x = START
    for _ in range(50):
        x = w / (1 + np.exp(-x)) + b
    return (1 / (1 + np.exp(-x)) - 0.7) ** 2


@pytest.mark.parametrize(("w", "b"), GENTLE)
def test_the_gradient_is_the_central_difference(w, b):
    here, h = slope(w, b), 1e-6
    assert float(here.error) == pytest.approx(error(w, b), rel=1e-12)
    numeric = [
        (error(w + h, b) - error(w - h, b)) / (2 * h),
        (error(w, b + h) - error(w, b - h)) / (2 * h),
    ]
    np.testing.assert_allclose([here.dw, here.db], numeric, rtol=1e-6, atol=1e-10)


def house_gradient(w: float, b: float) -> tuple[float, float, float]:
    """Error and gradient by the house's sigmoid RNN of one unit and its BPTT.

    With h = sigma(x) a step is h <- sigma(w h + b) from h_0 = sigma(x_0); a linear readout of
    weight 1 has the loss (h - target)^2 / 2.
    """
    network = Network(
        RNN("sigmoid"),
        {
            "weight_ih_l0": np.zeros((1, 1)),
            "weight_hh_l0": np.array([[w]]),
            "bias_ih_l0": np.array([b]),
            "bias_hh_l0": np.zeros(1),
            "readout.weight": np.ones((1, 1)),
            "readout.bias": np.zeros(1),
        },
        readout="linear",
    )
    trace = network.forward(
        np.zeros((1, STEPS, 1)), initial={"h": sigmoid(np.full((1, 1, 1), 0.5))}
    )
    pull = np.zeros((1, STEPS, 1))
    pull[0, -1] = trace.logits[0, -1] - TARGET
    weights = network.backward(trace, pull).weights
    loss = 0.5 * float(trace.logits[0, -1, 0] - TARGET) ** 2
    return 2 * loss, 2 * float(weights["weight_hh_l0"][0, 0]), 2 * float(weights["bias_ih_l0"][0])


@given(WEIGHTS)
def test_it_is_a_network_of_the_house(place):
    assume(abs(place[1] - float(edge(place[0]))) > 0.01)  # rounding, too, explodes on the edge
    here = slope(*place)
    mine = [float(here.error), float(here.dw), float(here.db)]
    np.testing.assert_allclose(mine, house_gradient(*place), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("w", [4.3, 4.6, 5.0])
def test_on_the_edge_the_gradient_is_a_geometric_series(w):
    """Every step's Jacobian is the same k; rounding grows by k per step as well, so w stays low."""
    k, h, b = float(factor(w)), float(sigmoid(START)), float(edge(w))
    assert w * h + b == pytest.approx(START, abs=1e-15)
    series = (k**STEPS - 1) / (k - 1)
    pull = 2 * (h - TARGET) * h * (1 - h)
    here = slope(w, b)
    np.testing.assert_allclose([here.db, here.dw], [pull * series, pull * series * h], rtol=1e-6)
    assert float(here.error) == pytest.approx((h - TARGET) ** 2, abs=1e-9)


@pytest.mark.parametrize("w", [4.5, 5.0, 6.0, 7.0])
def test_a_hair_to_either_side_of_the_edge_the_ends_differ(w):
    below, above = (float(slope(w, edge(w) + hair).error) for hair in (-0.03, 0.03))
    assert below > 0.25 and above < 0.1


def test_the_surface_is_flat_nearly_everywhere_and_steep_on_the_cliff():
    land = surface()
    norm, dw = land.slope.norm, np.abs(land.slope.dw)
    assert norm.shape == (len(land.b), len(land.w))
    assert np.median(norm) == pytest.approx(0.030, abs=0.001)
    assert np.median(dw) == pytest.approx(0.008, abs=0.0005)
    assert norm.max() > 200 * np.median(norm)
    assert slope(5.0, edge(5.0)).norm > 700
    w, b = land.steepest
    assert abs(b - edge(w)) < 0.05
    assert land.slope.error.min() >= 0 and land.slope.error.max() <= HIGHEST


def test_the_cliff_runs_along_the_grids_diagonals():
    land = surface()
    rows = (edge(land.w) - land.b[0]) / (land.b[1] - land.b[0])
    np.testing.assert_allclose(np.diff(rows), -1, atol=1e-9)
    assert land.b[-1] >= -1.0


def test_without_clipping_it_is_thrown_and_with_clipping_it_is_not():
    off, on = descend(Cliff(), "off"), descend(Cliff(), "norm")
    assert len(off.throws) == 1 and not on.throws
    (k,) = off.throws
    assert off.lengths[k - 1] > THROWN >= np.delete(off.lengths, k - 1).max()
    assert on.errors[-1] < 0.01 < 0.05 < off.errors[-1]
    assert not off.clipped.any() and 0 < on.clipped.sum() < len(on.clipped)
    np.testing.assert_array_equal(off.points[0], on.points[0])


@given(
    place=WEIGHTS,
    rate=st.sampled_from(settings_of(Cliff)["rate"].options),
    limit=st.sampled_from(settings_of(Cliff)["limit"].options),
    updates=st.integers(1, 40),
)
def test_by_norm_no_update_is_longer_than_rate_times_threshold(place, rate, limit, updates):
    wish = Cliff(w0=place[0], b0=place[1], rate=rate, limit=limit, updates=updates)
    path = descend(wish, "norm")
    assert (path.lengths <= rate * limit * (1 + 1e-9)).all()
    assert len(path.points) == len(path.errors) == len(path.norms) + 1 <= updates + 1


@pytest.mark.parametrize("mode", ["off", "norm", "value"])
def test_an_update_is_rate_times_the_gradient_given_to_the_optimiser(mode):
    wish = Cliff()
    path = descend(wish, mode)
    for k in range(len(path.norms)):
        here = slope(*path.points[k])
        step = (path.points[k] - path.points[k + 1]) / wish.rate
        raw = np.array([here.dw, here.db])
        assert path.norms[k] == pytest.approx(np.hypot(*raw), rel=1e-12)
        expected = {
            "off": raw,
            "norm": raw * min(1, wish.limit / (path.norms[k] + 1e-6)),
            "value": np.clip(raw, -wish.limit, wish.limit),
        }[mode]
        np.testing.assert_allclose(step, expected, atol=1e-9, rtol=1e-6)


def test_a_threshold_of_zero_stays_where_it_is():
    path = descend(replace(Cliff(), limit=0.0, updates=5), "norm")
    assert not path.lengths.any() and path.clipped.all()


def test_the_settings_have_a_link():
    wish = Cliff(w0=5.05, b0=-2.65, rate=0.05, limit=2.0, mode="value", updates=7)
    assert read_row(Cliff, to_params(wish)) == (wish, ())
    assert to_params(Cliff()) == {}
