"""Networks: padding, directions, state_dict, frozen records, and words for what is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.network import DIRECTIONS, Network
from tests.core.cells_under_test import VARIANTS


def lab(cell=None, direction="forward", layers=1, **more):
    network = Network.create(
        cell or LSTM(), 3, 4, 2, direction=direction, layers=layers, readout="linear", **more
    )
    return network, np.random.default_rng(0).normal(size=(3, 7, 3))


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@pytest.mark.parametrize("direction", DIRECTIONS)
@given(lengths=st.tuples(*[st.integers(1, 7)] * 3), seed=st.integers(0, 3))
def test_padding_changes_no_result_and_gets_no_gradient(cell, direction, lengths, seed):
    network, x = lab(cell, direction, 2)
    rng = np.random.default_rng(seed)
    mask = np.arange(7) < np.array(lengths)[:, None]
    dlogits = rng.normal(size=(3, 7, 2)) * mask[..., None]
    final = {s: rng.normal(size=(len(network.layers), 3, 4)) for s in cell.states}
    trace = network.forward(x, lengths)
    gradient = network.backward(trace, dlogits, final)
    total = {n: np.zeros_like(g) for n, g in gradient.weights.items()}
    for b, n in enumerate(lengths):
        alone = network.forward(x[b : b + 1, :n])
        one = {s: a[:, b : b + 1] for s, a in final.items()}
        back = network.backward(alone, dlogits[b : b + 1, :n], one)
        np.testing.assert_allclose(trace.logits[b, :n], alone.logits[0], rtol=1e-12, atol=1e-14)
        for s in cell.states:
            np.testing.assert_allclose(trace.final[s][:, b], alone.final[s][:, 0], rtol=1e-12)
        for layer, layer_alone in zip(gradient.layers, back.layers, strict=True):
            np.testing.assert_allclose(layer.x[b, :n], layer_alone.x[0], rtol=1e-9, atol=1e-12)
            assert not layer.x[b, n:].any()
            assert not layer.trace.after("h")[b, n:].any()
        for name in total:
            total[name] += back.weights[name]
    for name, expected in total.items():
        np.testing.assert_allclose(gradient.weights[name], expected, rtol=1e-9, atol=1e-11)


def test_padding_that_overflows_does_not_leak():
    """A ReLU network may explode behind the end of a sequence: that is nobody's gradient."""
    network, x = lab(RNN("relu"))
    weights = network.state_dict()
    weights["weight_hh_l0"] = np.full((4, 4), 1e200)
    weights["bias_hh_l0"] = np.ones(4)
    network = network.load_state_dict(weights)
    trace = network.forward(x, [1, 7, 1])
    dlogits = np.zeros((3, 7, 2))
    dlogits[[0, 2], 0] = 1
    gradient = network.backward(trace, dlogits)
    assert np.isfinite(gradient.layers[0].states["h"][[0, 2]]).all()
    assert trace.overflow == 3


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_reverse_reads_the_same_sequence_from_the_other_end(cell):
    forward, x = lab(cell)
    reverse = Network(
        cell,
        {n + "_reverse" if "_l0" in n else n: w for n, w in forward.weights.items()},
        "reverse",
        "linear",
    )
    one, other = forward.forward(x[:, ::-1]), reverse.forward(x)
    np.testing.assert_array_equal(one.logits[:, ::-1], other.logits)
    for s in cell.states:
        np.testing.assert_array_equal(one.layers[0].states[s][:, ::-1], other.layers[0].states[s])
    for g in cell.gates:
        np.testing.assert_array_equal(one.layers[0].gates[g][:, ::-1], other.layers[0].gates[g])


def test_states_have_a_row_more_than_steps_and_row_0_is_where_they_start():
    network, x = lab()
    start = {s: np.full((1, 3, 4), 0.5) for s in "hc"}
    layer = network.forward(x, initial=start).layers[0]
    assert layer.states["h"].shape == (3, 8, 4)
    assert (layer.states["h"][:, 0] == 0.5).all()
    np.testing.assert_array_equal(layer.after("h")[:, 0], layer.states["h"][:, 1])
    np.testing.assert_array_equal(layer.before("c")[:, 1], layer.states["c"][:, 1])


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_preactivations_are_what_the_gates_were_made_of(cell):
    network, x = lab(cell)
    layer = network.forward(x).layers[0]
    for gate in cell.sigmoid_gates:
        expected = 1 / (1 + np.exp(-layer.preactivations[gate]))
        np.testing.assert_allclose(layer.gates[gate], expected, rtol=1e-12)
    if getattr(cell, "activation", "tanh") == "tanh":
        candidate = np.tanh(layer.preactivations["candidate"])
        np.testing.assert_allclose(layer.gates["candidate"], candidate, rtol=1e-12)


def test_weights_go_in_and_come_out_unchanged():
    network, _ = lab(layers=2, direction="bidirectional")
    weights = {n: w + 1 for n, w in network.state_dict().items()}
    again = network.load_state_dict(weights).state_dict()
    assert again.keys() == weights.keys()
    assert all((again[n] == weights[n]).all() for n in weights)
    assert list(weights)[:4] == ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


def test_a_trace_survives_other_passes():
    """Buffers are shared between runs of one shape; records and later backward passes are not."""
    network, x = lab()
    other, _ = lab(seed=1)
    trace = network.forward(x)
    kept = trace.layers[0].states["h"].copy()
    dlogits = np.ones((3, 7, 2))
    expected = network.backward(trace, dlogits).weights
    other.forward(-x)
    again = network.backward(trace, dlogits).weights
    np.testing.assert_array_equal(trace.layers[0].states["h"], kept)
    for name in expected:
        np.testing.assert_array_equal(again[name], expected[name])


def test_records_are_frozen():
    network, x = lab()
    trace = network.forward(x)
    for array in (trace.outputs, trace.layers[0].states["h"], network.weights["weight_hh_l0"]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    x[...] = 1  # the reader's own array stays theirs


def test_truncation_with_a_window_as_long_as_the_sequence_is_no_truncation():
    network, x = lab(GRU())
    trace, dlogits = network.forward(x), np.ones((3, 7, 2))
    full = network.backward(trace, dlogits).weights
    for window in (7, 100):
        cut = network.backward(trace, dlogits, window=window).weights
        for name in full:
            np.testing.assert_array_equal(cut[name], full[name])
    short = network.backward(trace, dlogits, window=3).weights
    assert np.abs(short["weight_hh_l0"] - full["weight_hh_l0"]).max() > 1e-3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda n, x: n.forward(x[0]), r"x: expected \(B, T, D\) with D = 3"),
        (lambda n, x: n.forward(x[..., :2]), r"got \(3, 7, 2\)"),
        (lambda n, x: n.forward(x[:, :0]), "at least one step"),
        (lambda n, x: n.forward(x, [7, 8, 1]), "lengths: expected 3 numbers from 1 to 7"),
        (lambda n, x: n.forward(x, initial={"h": np.zeros((1, 3, 4))}), "state c: expected shape"),
        (lambda n, x: n.backward(n.forward(x), np.zeros((3, 7, 9))), "dlogits: expected"),
        (lambda n, x: n.backward(n.forward(x), np.zeros((3, 7, 2)), window=0), "window: expected"),
        (lambda n, x: n.generate(x[:, 0], 4), "as many outputs as inputs"),
        (lambda n, x: n.load_state_dict({}), "is missing"),
        (lambda n, x: n.load_state_dict({**n.weights, "w": 1}), "w is not a weight"),
        (lambda n, x: n.load_state_dict({**n.weights, "readout.bias": np.ones(3)}), "got .3,."),
        (lambda n, x: Network(LSTM(), {"weight_ih_l0": x}), "expected weight_hh_l0"),
        (lambda n, x: Network(GRU(), n.weights), r"expected \(12, 3\) for GRU"),
        (lambda n, x: Network(LSTM(), n.weights, "sideways"), "direction: expected forward"),
        (lambda n, x: Network(LSTM(), n.weights, "forward", "loud"), "readout: expected linear"),
        (lambda n, x: n.backward(n.forward(x), np.ones((3, 7, 2))).layers[0].share("W"), "share:"),
    ],
)
def test_errors_say_what_was_expected_and_what_came(call, words):
    network, x = lab()
    with pytest.raises(ValueError, match=words):
        call(network, x)
