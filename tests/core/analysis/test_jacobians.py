"""Jacobians and what is made of them, against differences, BPTT and pinned matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.analysis.jacobians import (
    direct_path,
    from_bottom_to_top,
    jacobian_products,
    jacobians,
    matrix_powers,
    norm_matrix,
    pascanu,
    recurrent_matrices,
    resolved,
    saturation,
    singular_values,
    slope_path,
    spectra,
    spectral_norms,
    spectral_radius,
    step_slopes,
)
from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import Network
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


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    shape=st.sampled_from([(1, 1), (5, 5), (3, 7), (7, 3)]),
    power=st.integers(-307, 300),
    rank=st.integers(0, 7),
)
def test_the_spectral_norm_is_the_largest_singular_value_of_any_size(seed, shape, power, rank):
    rng = np.random.default_rng(seed)
    left, right = rng.normal(size=(4, shape[0], rank)), rng.normal(size=(4, rank, shape[1]))
    matrices = (left @ right) * 10.0**power
    expected = singular_values(matrices)[:, 0]
    np.testing.assert_allclose(spectral_norms(matrices), expected, rtol=1e-13, atol=0)
    matrices[1, 0, 0] = np.inf
    assert np.isnan(spectral_norms(matrices)).tolist() == [False, True, False, False]


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


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_products_agree_with_central_differences_over_every_distance(cell, direction):
    """Every state on the way is moved by itself, and the rest of the sequence is read again."""
    network, trace = traced(cell, direction)
    layer, names, step = trace.layers[0], cell.states, 1e-6
    S = H * len(names)
    products = jacobian_products(jacobians(layer, b=1), S)
    order = list(range(T)[::-1] if direction == "reverse" else range(T))
    for k, t in enumerate(order):
        rest = slice(t, None) if direction == "forward" else slice(0, t + 1)
        start = whole({s: layer.before(s)[1, t] for s in names}, names)
        moved = np.concatenate([start + step * np.eye(S), start - step * np.eye(S)])
        initial = {s: moved[None, :, i * H : (i + 1) * H] for i, s in enumerate(names)}
        read = np.repeat(layer.x[1:2, rest], len(moved), axis=0)
        ends = whole({s: network.forward(read, initial=initial).final[s][0] for s in names}, names)
        numeric = (ends[:S] - ends[S:]).T / (2 * step)
        np.testing.assert_allclose(products[k], numeric, rtol=1e-6, atol=1e-9)
    assert (products[T] == np.eye(S)).all()


def rotations(n: int, size: int) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [np.linalg.qr(rng.normal(size=(size, size)))[0] for _ in range(n)]


def test_resolved_singular_values_are_right_and_the_others_are_left_out():
    """Q D Q'^T, Q' D Q''^T, ...: the product of k has the singular values D^k exactly."""
    q, d = rotations(41, 6), np.array([1.1, 0.9, 0.5, 0.2, 0.05, 0.01])
    steps = np.stack([q[t + 1] @ np.diag(d) @ q[t].T for t in range(40)])
    found = singular_values(jacobian_products(steps, 6))[::-1]
    true = d ** np.arange(41)[:, None]
    shown = resolved(found)
    seen = ~np.isnan(shown)
    assert seen[:, 0].all() and not seen[-1, 3:].any() and seen[5].sum() >= 5
    apart = np.abs(shown - true)[seen] / np.broadcast_to(true[:, :1], true.shape)[seen]
    assert apart.max() < 1e-13
    assert (np.abs(shown[seen] / true[seen] - 1) < 0.5).all()


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_slopes_and_weights_alone_make_the_jacobian(activation):
    _, trace = traced(RNN(activation))
    layer = trace.layers[0]
    (W,) = recurrent_matrices(layer).values()
    slopes = step_slopes(layer)[0]
    np.testing.assert_allclose(jacobians(layer), slopes[:, :, None] * W, rtol=1e-12)
    np.testing.assert_allclose(slope_path(layer)[2], slopes[2:].prod(0), rtol=1e-12)
    a = layer.preactivations["candidate"][0]
    phi = {
        "tanh": np.tanh,
        "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
        "relu": lambda v: np.maximum(v, 0),
    }[activation]
    np.testing.assert_allclose(slopes, (phi(a + 1e-6) - phi(a - 1e-6)) / 2e-6, atol=1e-9)


def test_the_slope_of_the_update_gate_is_what_lecture_000_multiplies():
    layer = traced(GRU())[1].layers[0]
    z = layer.gates["update"][0]
    np.testing.assert_allclose(slope_path(layer)[1], (z * (1 - z))[1:].prod(0), rtol=1e-12)
    assert slope_path(traced(LSTM())[1].layers[0]) is None


def test_paths_of_a_reverse_layer_run_the_other_way():
    layer = traced(GRU(), "reverse")[1].layers[0]
    kept = layer.gates["update"][0]
    np.testing.assert_allclose(direct_path(layer)[2], kept[: T - 2].prod(0), rtol=1e-12)


def test_powers_of_a_matrix():
    W = np.random.default_rng(1).normal(size=(3, 3))
    powers = matrix_powers(W, 5)
    assert len(powers) == 6
    for k, power in enumerate(powers):
        np.testing.assert_allclose(power, np.linalg.matrix_power(W, k), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("cell", [RNN(), GRU(), LSTM()], ids=str)
def test_every_gates_matrix_has_its_spectrum(cell):
    network, trace = traced(cell)
    found = spectra(trace.layers[0])
    assert tuple(found) == cell.gates
    for k, one in enumerate(found.values()):
        W = network.weights["weight_hh_l0"][k * H : (k + 1) * H]
        assert one.radius == pytest.approx(spectral_radius(W))
        assert one.sigma == pytest.approx(np.linalg.svd(W)[1][0])
        assert one.eigenvalues.sum() == pytest.approx(np.trace(W))


@pytest.mark.parametrize("cell", [RNN(), GRU(), LSTM()], ids=str)
def test_from_bottom_to_top_counts_every_way(cell):
    """The bottom layer's state at t is moved; above it everything is run again."""
    network = Network.create(cell, D, H, H, layers=2, readout="linear", seed=5)
    x, step, t = np.random.default_rng(0).normal(size=(1, T, D)), 1e-6, 2
    found = from_bottom_to_top(network, x)
    trace = network.forward(x)
    states = [{s: layer.states[s][0, t] for s in cell.states} for layer in trace.layers]
    for j in range(H):
        ends = []
        for sign in (step, -step):
            moved = [dict(layer) for layer in states]
            moved[0]["h"] = moved[0]["h"] + sign * np.eye(H)[j]
            ends.append(_last_of_the_top(network, cell, x, moved, t))
        numeric = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(found[t][:, j], numeric, rtol=1e-6, atol=1e-9)


def _last_of_the_top(network, cell, x, moved, t):
    """h_T of the top layer when the layers stand at `moved` after t steps, of which the upper one
    has yet to read the last: its step t is done again from its own state before."""
    weights, layers = network.state_dict(), []
    for k in range(2):
        own = {n.replace(f"_l{k}", "_l0"): w for n, w in weights.items() if n.endswith(f"_l{k}")}
        layers.append(Network(cell, own, readout="linear"))
    low = {s: moved[0][s][None, None] for s in cell.states}
    below = layers[0].forward(x[:, t:], initial=low).layers[0].states["h"]
    above = network.forward(x).layers[1]
    high = {s: above.states[s][:, t - 1][None] for s in cell.states}
    return layers[1].forward(below, initial=high).final["h"][0, 0]
