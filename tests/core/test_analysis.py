"""Jacobians and what is made of them, against differences, BPTT and pinned matrices."""

import numpy as np
import pytest

from rnn_core.analysis import (
    direct_path,
    jacobian_products,
    jacobians,
    norm_matrix,
    pascanu,
    saturation,
    singular_values,
    spectral_radius,
)
from rnn_core.cells import GRU, LSTM, RNN
from rnn_core.network import Network
from tests.core.cells_under_test import VARIANTS

T, D, H = 6, 3, 4


def traced(cell, direction="forward", lengths=None):
    network = Network.create(cell, D, H, H, direction=direction, readout="linear", seed=5)
    weights = {n: 2 * w for n, w in network.weights.items()}
    network = network.load_state_dict(weights)
    x = np.random.default_rng(0).normal(size=(2, T, D))
    return network, network.forward(x, lengths)


def whole(states, names):
    return np.concatenate([states[s] for s in names], axis=-1)


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_jacobians_agree_with_central_differences(cell, direction):
    network, trace = traced(cell, direction)
    layer, names, h = trace.layers[0], cell.states, 1e-6
    found = jacobians(layer, b=1)
    order = range(T)[::-1] if direction == "reverse" else range(T)
    for k, t in enumerate(order):
        start = whole({s: layer.before(s)[1, t] for s in names}, names)
        for j in range(len(start)):
            ends = []
            for sign in (h, -h):
                moved = start.copy()
                moved[j] += sign
                initial = {s: moved[None, None, i * H : (i + 1) * H] for i, s in enumerate(names)}
                one = network.forward(layer.x[1:2, t : t + 1], initial=initial)
                ends.append(whole({s: one.final[s][0, 0] for s in names}, names))
            numeric = (ends[0] - ends[1]) / (2 * h)
            np.testing.assert_allclose(found[k][:, j], numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_products_carry_the_last_steps_gradient_back_as_bptt_does(cell):
    network, trace = traced(cell)
    dlogits = np.zeros((2, T, H))
    dlogits[:, -1] = np.random.default_rng(1).normal(size=(2, H))
    gradient = network.backward(trace, dlogits).layers[0]
    for b in range(2):
        products = jacobian_products(jacobians(trace.layers[0], b), H)
        carried = gradient.from_output["h"][b, -1] @ products
        # d h_T / d(h_k, c_k) takes h_k and c_k apart: dL/dc_k without its way through h_k
        expected = whole({s: gradient.from_next[s][b] for s in cell.states}, cell.states)
        expected[-1, :H] = gradient.from_output["h"][b, -1]
        np.testing.assert_allclose(carried, expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_norm_matrix_holds_every_pair(cell):
    _, trace = traced(cell)
    steps = jacobians(trace.layers[0])
    norms = norm_matrix(steps, H)
    for t in range(T + 1):
        products = jacobian_products(steps[:t], H)
        for k in range(t + 1):
            expected = np.linalg.norm(products[k][:, :H])
            assert norms[t, k] == pytest.approx(expected, rel=1e-12)
    assert not np.triu(norms, 1).any()


def test_padding_has_no_jacobian():
    _, trace = traced(LSTM(), lengths=[4, 6])
    assert jacobians(trace.layers[0], 0).shape == (4, 2 * H, 2 * H)
    assert jacobians(trace.layers[0], 1).shape == (6, 2 * H, 2 * H)


def test_a_non_normal_matrix_grows_before_it_vanishes():
    """Spectral radius .8, yet the power's norm peaks at 4.568 at T = 13."""
    W = 0.8 * np.eye(4) + 0.5 * np.eye(4, k=-1)
    assert spectral_radius(W) == pytest.approx(0.8, abs=1e-3)
    products = jacobian_products(np.broadcast_to(W, (40, 4, 4)), 4)
    norms = singular_values(products)[::-1, 0]
    assert norms[1] == pytest.approx(1.2297, abs=1e-4)
    assert norms.argmax() == 13
    assert norms.max() == pytest.approx(4.568, abs=1e-3)


def test_overflowed_products_have_no_singular_values():
    steps = np.full((3, 2, 2), 1e200)
    values = singular_values(jacobian_products(steps, 2))
    assert np.isnan(values[:2]).all()
    assert np.isfinite(values[2:]).all()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_no_product_is_larger_than_pascanus_envelope(activation):
    _, trace = traced(RNN(activation))
    bound = pascanu(trace.layers[0])
    largest = singular_values(jacobian_products(jacobians(trace.layers[0]), H))[:, 0]
    assert (largest <= bound.envelope(np.arange(T, -1, -1)) * (1 + 1e-12)).all()
    assert bound.radius <= bound.sigma
    assert pascanu(traced(LSTM())[1].layers[0]) is None


def test_direct_path_is_the_product_of_what_the_gates_keep():
    for cell, gate in ((LSTM(), "forget"), (GRU(), "update"), (GRU(update="takes"), "update")):
        layer = traced(cell)[1].layers[0]
        kept = layer.gates[gate][0]
        kept = 1 - kept if getattr(cell, "update", "") == "takes" else kept
        found = direct_path(layer)
        np.testing.assert_allclose(found[2], kept[2:].prod(0), rtol=1e-12)
        assert (found[-1] == 1).all()
    assert direct_path(traced(RNN())[1].layers[0]) is None
    assert (direct_path(traced(LSTM("no-forget"))[1].layers[0]) == 1).all()


def test_direct_path_of_the_lstm_is_the_cell_states_own_block_when_nothing_else_acts():
    """With W_hh = 0 no indirect term is left, and dc_T/dc_t is the product of f."""
    network, trace = traced(LSTM())
    weights = network.state_dict()
    weights["weight_hh_l0"][:] = 0
    layer = network.load_state_dict(weights).forward(trace.layers[0].x).layers[0]
    steps = jacobians(layer)
    product = np.linalg.multi_dot(steps[::-1])
    np.testing.assert_allclose(np.diag(product[H:, H:]), direct_path(layer)[0], rtol=1e-12)


def test_saturation_counts_steps_and_leaves_padding_out():
    _, trace = traced(LSTM(), lengths=[4, 6])
    layer = trace.layers[0]
    for gate, (low, high) in saturation(layer).items():
        values = np.concatenate([layer.gates[gate][0, :4], layer.gates[gate][1]])
        np.testing.assert_allclose(low, (values < 0.1).mean(0))
        np.testing.assert_allclose(high, (values > 0.9).mean(0))
