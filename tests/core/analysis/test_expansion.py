"""dE_t/dW_hh in its temporal components: against BPTT, and against a weight moved at one step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.analysis.expansion import expand
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.byhand import write_out
from tests.core.studies.test_byhand import steps, units, wishes

ACTIVATIONS = {
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "relu": lambda a: np.maximum(a, 0),
}


def loss_at(stage, activation, t, moved):
    """E_t of a network whose W_hh is another matrix at every step: moved (T, H, H)."""
    n, x, h = stage.network.weights, stage.x[0], stage.trace.layers[0].states["h"][0, 0]
    for k in range(t):
        a = n["weight_ih_l0"] @ x[k] + moved[k] @ h + n["bias_ih_l0"] + n["bias_hh_l0"]
        h = ACTIVATIONS[activation](a)
    z = n["readout.weight"] @ h + n["readout.bias"]
    return np.log(np.exp(z).sum()) - z @ stage.targets[0, t - 1]


@given(wishes, steps, units, st.data())
def test_the_components_add_up_to_bptt(e, T, H, data):
    stage = write_out(e, T, H).stage
    x = expand(stage, data.draw(st.integers(1, T)))
    size = max(1.0, np.abs(x.components).max())
    np.testing.assert_allclose(x.added, x.total, rtol=0, atol=1e-12 * size)
    assert x.difference <= 1e-12 * size
    if x.total.any():
        assert np.isclose(x.parts.sum(), 1)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("t", [1, 2, 5])
def test_a_component_is_the_slope_along_the_weight_of_that_step_alone(activation, t):
    e = Experiment(cell="rnn", activation=activation, seed=7, initial="random", init="keras")
    stage, d = write_out(e, 5, 3).stage, 1e-6
    x = expand(stage, t)
    W = stage.network.weights["weight_hh_l0"]
    for k in range(t):
        slopes = np.empty((3, 3))
        for i in np.ndindex(3, 3):
            up, down = (np.tile(W, (5, 1, 1)) for _ in range(2))
            up[k][i] += d
            down[k][i] -= d
            rise = loss_at(stage, activation, t, up) - loss_at(stage, activation, t, down)
            slopes[i] = rise / (2 * d)
        np.testing.assert_allclose(x.components[k], slopes, rtol=1e-6, atol=1e-9)


def test_every_factor_is_in_the_record():
    stage = write_out(Experiment(seed=2, initial="random"), 4, 2).stage
    x = expand(stage, 3)
    product = np.eye(2)
    for k in (3, 2, 1):
        np.testing.assert_allclose(x.reach[k - 1], product, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(x.errors[k - 1], x.error @ product, rtol=1e-13)
        whole = np.outer(x.errors[k - 1] * x.slopes[k - 1], x.before[k - 1])
        np.testing.assert_allclose(x.components[k - 1], whole, rtol=1e-13)
        product = product @ x.jacobians[k - 1]


def test_the_loss_of_a_step_is_its_own_even_where_it_does_not_count():
    every, last = (write_out(Experiment(), 4, 2, p).stage for p in ("every", "last"))
    np.testing.assert_array_equal(expand(every, 2).total, expand(last, 2).total)
    np.testing.assert_allclose(
        sum(expand(every, t).added for t in range(1, 5)),
        every.gradient.weights["weight_hh_l0"],
        rtol=1e-12,
    )


def test_a_zero_initial_state_leaves_the_first_component_zero():
    x = expand(write_out(Experiment(), 1, 2).stage, 1)
    assert not x.total.any() and not x.components.any()
    assert np.isnan(x.parts).all()


@pytest.mark.parametrize("more", [{"cell": "lstm"}, {"layers": 2}, {"direction": "reverse"}])
def test_other_networks_are_refused(more):
    with pytest.raises(ValueError, match="plain RNN"):
        expand(run(Experiment(**{"cell": "rnn", "steps": 5, **more})).stages[0], 2)
