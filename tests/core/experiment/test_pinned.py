"""Numbers that were computed elsewhere, pinned: whoever breaks an equation meets one of them."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import Experiment, run
from rnn_core.analysis.jacobians import direct_path, jacobian_products, jacobians, pascanu
from rnn_core.engine.cells import GRU, LSTM, RNN, Cell, sigmoid
from rnn_core.engine.clip import clip
from rnn_core.engine.network import Network
from rnn_core.engine.readout import READOUTS
from rnn_core.engine.readout import sigmoid as readout_sigmoid
from rnn_core.engine.trace import LayerTrace, Trace

H, STEPS = 32, 50


# -- linear recurrences: a ReLU network whose units are all on has the Jacobian W_hh --------------


def switched_on(W: np.ndarray, B: int, T: int) -> tuple[Network, Trace]:
    """W_hh = W, and an input that keeps every hidden state at 1."""
    n = len(W)
    weights = {
        "weight_ih_l0": np.eye(n),
        "weight_hh_l0": W,
        "bias_ih_l0": np.zeros(n),
        "bias_hh_l0": np.zeros(n),
    }
    network = Network(RNN("relu"), weights, readout="linear")
    x = np.broadcast_to(1 - W @ np.ones(n), (B, T, n))
    trace = network.forward(x, initial={"h": np.ones((1, B, n))})
    np.testing.assert_allclose(trace.layers[0].states["h"], 1, rtol=1e-9)
    return network, trace


def norms_from_the_end(W: np.ndarray, dh: np.ndarray, T: int) -> np.ndarray:
    """(T+1,) norm of dL/dh_{T-k} for k = 0..T, when only h_T is asked, with dL/dh_T = dh."""
    network, trace = switched_on(W, len(dh), T)
    gradient = network.backward(trace, np.zeros_like(trace.logits), final={"h": dh[None]})
    return gradient.layers[0].norms("h")[::-1]


@pytest.mark.parametrize(
    ("scale", "pinned"),
    [
        (1.0, {1: 2.46841, 5: 8.08078, 10: 25.689, 20: 249.496}),
        (0.5, {1: 1.2342, 5: 0.252524, 10: 0.0250869, 20: 2.37938e-4}),
    ],
)
def test_explodes_and_vanishes_as_in_deep_learning_from_scratch(
    scale: float, pinned: dict[int, float]
) -> None:
    """dh = dh @ Wh.T, again and again (vol. 2, ch. 6); its norm is divided by the batch of 2."""
    Wh = np.random.RandomState(3).randn(3, 3) * scale
    norms = norms_from_the_end(Wh.T, np.ones((2, 3)), 20) / 2
    for step, value in pinned.items():
        np.testing.assert_allclose(norms[step], value, rtol=5e-6)


def test_a_non_normal_matrix_grows_before_it_vanishes() -> None:
    """Spectral radius below 1 does not forbid growth: the power's norm peaks at step 13."""
    W = 0.8 * np.eye(4) + 0.5 * np.eye(4, k=-1)
    _, trace = switched_on(W, 1, 60)
    bound = pascanu(trace.layers[0])
    assert bound is not None
    np.testing.assert_allclose((bound.radius, bound.sigma), (0.8, 1.2297), rtol=1e-4)
    products = jacobian_products(jacobians(trace.layers[0]), 4)[::-1]
    norms = np.linalg.norm(products, 2, axis=(1, 2))
    assert norms.argmax() == 13
    np.testing.assert_allclose(norms[13], 4.568, rtol=1e-4)
    assert norms[60] < 1


def test_an_orthogonal_linear_network_keeps_the_norm() -> None:
    rng = np.random.default_rng(0)
    Q, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    dh = rng.normal(size=(1, 6))
    norms = norms_from_the_end(Q, dh, 40)
    np.testing.assert_allclose(norms, np.linalg.norm(dh), rtol=1e-12)


@pytest.mark.parametrize(("window", "pinned"), [(None, 0.264), (2, 0.264), (1, 0.072)])
def test_truncation_drops_the_long_range_credit(window: int | None, pinned: float) -> None:
    """h_t = .8 h + .5 x, h_0 = 1, x = (-1, 0), loss h_2^2 / 2, so that dL/dh_2 = h_2 = .24."""
    weights = {
        "weight_ih_l0": [[0.5]],
        "weight_hh_l0": [[0.8]],
        "bias_ih_l0": [0.0],
        "bias_hh_l0": [0.0],
        "readout.weight": [[1.0]],
        "readout.bias": [0.0],
    }
    network = Network(RNN("relu"), weights, readout="linear")
    trace = network.forward(np.array([[[-1.0], [0.0]]]), initial={"h": np.ones((1, 1, 1))})
    dlogits = READOUTS["linear"].dlogits(trace.logits, np.zeros((1, 2, 1)))
    dlogits[:, 0] = 0
    gradient = network.backward(trace, dlogits, window=window)
    np.testing.assert_allclose(gradient.layers[0].states["h"][0, 2, 0], 0.24, rtol=1e-12)
    np.testing.assert_allclose(gradient.weights["weight_hh_l0"], pinned, rtol=1e-12)


# -- one step by hand -----------------------------------------------------------------------------


def test_a_scalar_lstm_step() -> None:
    """w_x = 1, w_h = .5, b_f = 3, x = -1, h_0 = 0, c_0 = 1."""
    weights = {
        "weight_ih_l0": np.ones((4, 1)),
        "weight_hh_l0": np.full((4, 1), 0.5),
        "bias_ih_l0": np.array([0.0, 3, 0, 0]),
        "bias_hh_l0": np.zeros(4),
    }
    start = {"h": np.zeros((1, 1, 1)), "c": np.ones((1, 1, 1))}
    trace = Network(LSTM(), weights).forward(-np.ones((1, 1, 1)), initial=start).layers[0]
    pinned = {"forget": 0.880797, "input": 0.268941, "output": 0.268941, "candidate": -0.761594}
    for gate, value in pinned.items():
        np.testing.assert_allclose(trace.gates[gate], value, rtol=2e-6)
    np.testing.assert_allclose(trace.after("c"), 0.675973, rtol=2e-6)
    np.testing.assert_allclose(trace.after("h"), 0.158378, rtol=2e-6)


@pytest.mark.parametrize(
    ("bias", "gate", "half_life"),
    [(0, 0.500, 1.0), (1, 0.731, 2.2), (2, 0.881, 5.5), (3, 0.953, 14.3), (5, 0.993, 103)],
)
def test_what_a_forget_bias_means(bias: float, gate: float, half_life: float) -> None:
    """With all weights zero the cell state only leaks: c_t = f^t c_0."""
    weights = {
        "weight_ih_l0": np.zeros((4, 1)),
        "weight_hh_l0": np.zeros((4, 1)),
        "bias_ih_l0": np.array([0.0, bias, 0, 0]),
        "bias_hh_l0": np.zeros(4),
    }
    start = {"h": np.zeros((1, 1, 1)), "c": np.ones((1, 1, 1))}
    trace = Network(LSTM(), weights).forward(np.zeros((1, 200, 1)), initial=start).layers[0]
    c = trace.states["c"][0, :, 0]
    np.testing.assert_allclose(c[1], gate, atol=5e-4)
    crossing = np.interp(np.log(0.5), np.log(c[::-1]), np.arange(200, -1, -1))
    np.testing.assert_allclose(crossing, half_life, rtol=0.02)


# -- Jacobians as SCIENCE writes them -------------------------------------------------------------


def random_layer(cell: Cell, seed: int = 5) -> LayerTrace:
    network = Network.create(cell, 3, 4, 0, gain=1.0, seed=seed)
    louder = {k: 2 * w for k, w in network.state_dict().items()}
    x = np.random.default_rng(seed).normal(size=(1, 6, 3))
    return network.load_state_dict(louder).forward(x).layers[0]


def blocks(trace: LayerTrace) -> list[np.ndarray]:
    return np.split(trace.weights.weight_hh, len(trace.cell.gates))


def diag(rows: np.ndarray) -> np.ndarray:
    """(T, H) -> (T, H, H)."""
    return rows[:, :, None] * np.eye(rows.shape[1])


@pytest.mark.parametrize("reset", ["after", "before"])
def test_gru_jacobian_formula(reset: str) -> None:
    trace = random_layer(GRU(reset=reset))
    U_r, U_z, U = blocks(trace)
    r, z, n = (trace.gates[g][0] for g in ("reset", "update", "candidate"))
    h = trace.before("h")[0]
    if reset == "before":
        inner = U @ (diag(r) + diag(h * r * (1 - r)) @ U_r)
    else:
        past = h @ U.T + trace.weights.bias_hh[8:]
        inner = diag(r) @ U + diag(past * r * (1 - r)) @ U_r
    dn = diag(1 - n**2) @ inner
    expected = diag(z) + diag(1 - z) @ dn + diag((h - n) * z * (1 - z)) @ U_z
    np.testing.assert_allclose(jacobians(trace), expected, rtol=1e-12, atol=1e-14)


def test_lstm_jacobian_formula() -> None:
    trace = random_layer(LSTM())
    U_i, U_f, U_g, U_o = blocks(trace)
    i, f, g, o = (trace.gates[name][0] for name in trace.cell.gates)
    c_past, tanh_c = trace.before("c")[0], np.tanh(trace.after("c")[0])
    dc_dh = diag(c_past * f * (1 - f)) @ U_f + diag(g * i * (1 - i)) @ U_i
    dc_dh = dc_dh + diag(i * (1 - g**2)) @ U_g
    to_h = diag(o * (1 - tanh_c**2))
    dh_dh = to_h @ dc_dh + diag(tanh_c * o * (1 - o)) @ U_o
    expected = np.concatenate(
        (np.concatenate((dh_dh, to_h @ diag(f)), 2), np.concatenate((dc_dh, diag(f)), 2)), 1
    )
    np.testing.assert_allclose(jacobians(trace), expected, rtol=1e-12, atol=1e-14)


# -- what really happens: SCIENCE, section 3 ------------------------------------------------------

LAGS = (10, 20, 50)
RNN_ROWS = [
    ("pytorch", 1.0, (1.6e-2, 1.0e-4, 3.8e-11)),
    ("gaussian", 0.9, (0.60, 0.14, 2.3e-3)),
    ("gaussian", 1.0, (1.4, 0.71, 0.15)),
    ("gaussian", 1.1, (2.0, 1.4, 1.3)),
    ("gaussian", 1.5, (3.8, 3.5, 30)),
    ("gaussian", 2.0, (7.6, 18, 1e3)),
    ("gaussian", 3.0, (36, 204, 9.7e5)),
    ("orthogonal", 1.0, (0.70, 0.41, 8.8e-2)),
    ("orthogonal", 1.2, (2.0, 2.4, 8.8)),
]
GATED_ROWS = [
    (GRU(), "pytorch", None, (1.9e-2, 2.6e-4, 3.7e-10)),
    (GRU(), "pytorch", ("update", 2.0), (0.46, 0.21, 1.7e-2)),
    (LSTM(), "pytorch", None, (1.6e-2, 2.5e-4, 4.3e-10)),
    (LSTM(), "pytorch", ("forget", 1.0), (0.33, 0.11, 2.1e-3)),
    (LSTM(), "orthogonal", ("forget", 1.0), (0.64, 0.50, 0.23)),
    (LSTM(), "pytorch", ("forget", 3.0), (1.8, 3.4, 32)),
    (LSTM(), "pytorch", ("forget", 5.0), (2.2, 5.1, 99)),
]
DIRECT_ROWS = [
    (1.0, (5.7e-2, 3.1e-3, 4.9e-7)),
    (3.0, (0.72, 0.51, 0.15)),
    (5.0, (0.96, 0.92, 0.78)),
]


def untrained(
    cell: Cell, init: str, gain: float, bias: tuple[str, float] | None, seed: int
) -> LayerTrace:
    """50 one-hot symbols through an untrained layer; the named gate's bias is set, not added."""
    network = Network.create(cell, 27, H, 0, init=init, gain=gain, seed=seed)
    weights = network.state_dict()
    if bias is not None:
        block = slice(cell.gates.index(bias[0]) * H, (cell.gates.index(bias[0]) + 1) * H)
        weights["bias_ih_l0"][block], weights["bias_hh_l0"][block] = bias[1], 0.0
    symbols = np.random.default_rng(100 + seed).integers(27, size=STEPS)
    return network.load_state_dict(weights).forward(np.eye(27)[symbols][None]).layers[0]


def geometric_mean(values: list[np.ndarray]) -> np.ndarray:
    return np.exp(np.mean(np.log(values), axis=0))


def full_path(trace: LayerTrace) -> np.ndarray:
    """Spectral norms of d s_T / d s_{T-k}: the whole state, h and c."""
    steps = jacobians(trace)
    products = jacobian_products(steps, steps.shape[1])
    return np.array([np.linalg.norm(products[STEPS - k], 2) for k in LAGS])


def same_magnitude(ours: np.ndarray, pinned: tuple[float, ...]) -> None:
    """Another ten seeds: within a factor of five."""
    np.testing.assert_array_less(np.abs(np.log(ours / np.array(pinned))), np.log(5))


@pytest.mark.parametrize(("init", "gain", "pinned"), RNN_ROWS)
def test_how_far_an_untrained_rnn_reaches(
    init: str, gain: float, pinned: tuple[float, ...]
) -> None:
    traces = [untrained(RNN(), init, gain, None, seed) for seed in range(10)]
    same_magnitude(geometric_mean([full_path(t) for t in traces]), pinned)


@pytest.mark.parametrize(("cell", "init", "bias", "pinned"), GATED_ROWS)
def test_how_far_an_untrained_gated_cell_reaches(
    cell: Cell, init: str, bias: tuple[str, float] | None, pinned: tuple[float, ...]
) -> None:
    traces = [untrained(cell, init, 1.0, bias, seed) for seed in range(10)]
    same_magnitude(geometric_mean([full_path(t) for t in traces]), pinned)


@pytest.mark.parametrize(("bias", "pinned"), DIRECT_ROWS)
def test_how_far_the_direct_path_of_an_lstm_reaches(bias: float, pinned: tuple[float, ...]) -> None:
    traces = [untrained(LSTM(), "pytorch", 1.0, ("forget", bias), seed) for seed in range(10)]
    paths = [direct_path(t) for t in traces]
    largest = [np.array([p[STEPS - k].max() for k in LAGS]) for p in paths if p is not None]
    same_magnitude(geometric_mean(largest), pinned)


# -- traps others fell into: SCIENCE, section 9 ---------------------------------------------------

LOGISTIC = {
    0.0: 0.5,
    1.0: 0.7310585786300049,
    2.0: 0.8807970779778823,
    -1.0: 0.2689414213699951,
    -4.0: 0.01798620996209156,
}


@pytest.mark.parametrize("logistic", [sigmoid, readout_sigmoid, READOUTS["sigmoid"].outputs])
def test_sigmoid_is_the_logistic_of_x_and_not_of_2x(logistic) -> None:
    values = logistic(np.array(list(LOGISTIC)))
    np.testing.assert_allclose(values, list(LOGISTIC.values()), rtol=1e-14)
    extremes = logistic(np.array([-1e4, 1e4]))
    np.testing.assert_array_equal(extremes, [0.0, 1.0])


@pytest.mark.parametrize("x", LOGISTIC)
def test_the_unrolled_loops_have_the_same_sigmoid(x: float) -> None:
    """The fast loops fold a factor 1/2 into their weights: pin what comes out at the other end."""
    ones = {
        "weight_ih_l0": np.ones((3, 1)),
        "weight_hh_l0": np.zeros((3, 1)),
        "bias_ih_l0": np.zeros(3),
        "bias_hh_l0": np.zeros(3),
    }
    gates = Network(GRU(), ones).forward(np.full((1, 1, 1), x)).layers[0].gates
    plain = {k: v[:1] for k, v in ones.items()}
    h = Network(RNN("sigmoid"), plain).forward(np.full((1, 1, 1), x)).layers[0].after("h")
    for value in (gates["reset"], gates["update"], h):
        np.testing.assert_allclose(value, LOGISTIC[x], rtol=1e-14)


def test_clipping_never_reaches_the_curves() -> None:
    """The gradient on screen is the true one, whatever the optimiser would do to it."""
    plain = Experiment(cell="rnn", scale=4.0, steps=40, seed=1)
    curves = [
        run(replace(plain, clip=mode, threshold=0.01)).stages[0].gradient.layers[0].norms("h")
        for mode in ("off", "norm", "value")
    ]
    assert curves[0].max() > 1
    np.testing.assert_array_equal(curves[0], curves[1])
    np.testing.assert_array_equal(curves[0], curves[2])


def test_a_forgotten_transpose_would_be_seen() -> None:
    """The mistake of a popular tutorial, made on purpose: its gradient points elsewhere."""
    network = Network.create(RNN(), 3, 8, 2, readout="linear", seed=2)
    x = np.random.default_rng(2).normal(size=(1, 30, 3))
    trace = network.forward(x)
    gradient = network.backward(trace, np.ones_like(trace.logits))
    W, h = network.weights["weight_hh_l0"], trace.layers[0].states["h"][0]
    right, wrong = (
        recurrent_gradient(step, h, gradient.layers[0].from_output["h"][0]) for step in (W, W.T)
    )
    true = gradient.weights["weight_hh_l0"]
    np.testing.assert_allclose(right, true, rtol=1e-10)
    assert np.linalg.norm(wrong - true) > 0.2 * np.linalg.norm(true)


def recurrent_gradient(step: np.ndarray, h: np.ndarray, out: np.ndarray) -> np.ndarray:
    """BPTT in three lines: dL/dW_hh of a tanh network, carried back by `da @ step`."""
    total, carried = np.zeros_like(step), np.zeros(len(step))
    for t in range(len(h) - 1, 0, -1):
        da = (out[t] + carried) * (1 - h[t] ** 2)
        total, carried = total + np.outer(da, h[t - 1]), da @ step
    return total


@pytest.mark.parametrize(
    ("threshold", "after", "degrees"), [(1.0, (1.0, 0.1), 3.80), (0.05, (0.05, 0.05), 43.1)]
)
def test_clipping_by_value_turns_the_gradient(
    threshold: float, after: tuple[float, float], degrees: float
) -> None:
    """(3, .1) points 1.9 degrees up; cut to (1, .1) it points 5.7 degrees up."""
    clipped = clip({"w": np.array([3.0, 0.1])}, "value", threshold)
    np.testing.assert_allclose(clipped.after["w"], after)
    np.testing.assert_allclose(clipped.angle_degrees, degrees, atol=0.01)
    assert clip({"w": np.array([3.0, 0.1])}, "norm", threshold).angle_degrees < 1e-6
