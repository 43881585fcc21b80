"""The planned loops against the cells' own equations, run plainly step by step."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.cells import LSTM, RNN, Cell
from rnn_core.engine.dispatch import kernel
from rnn_core.engine.kernel import CACHE_BYTES, Kernel
from rnn_core.engine.scan import equations
from tests.core.cells_under_test import VARIANTS, random_weights
from tests.core.minimal_gated_unit import MGU


def plainly(cell, weights, x, start):
    u, U, P = equations(cell, weights)
    states, gates = [start], []
    for x_t in x:
        gate, state = cell.step(u(x_t), U, P, SimpleNamespace(**states[-1]))
        states.append(state)
        gates.append(gate)
    return states, gates


def plainly_back(cell, weights, states, gates, dh, final, window):
    _, U, P = equations(cell, weights)
    d, T = dict(final), len(dh)
    total, carried, du = [None] * (T + 1), [None] * T + [d], [None] * T
    for t in reversed(range(T)):
        arriving = SimpleNamespace(**{**d, "h": d["h"] + dh[t]})
        now = SimpleNamespace(**{**gates[t], **states[t + 1]})
        du[t], before, total[t + 1] = cell.step_back(
            arriving, U, P, SimpleNamespace(**states[t]), now
        )
        cut = window and t % window == 0 and t
        d = {s: np.zeros_like(a) if cut else a for s, a in before.items()}
        carried[t] = d
    total[0] = d
    return total, carried, du


def stacked(steps, name):
    return np.stack([step[name] for step in steps])


def compare(cell, T, B, D, H, window, seed):
    rng = np.random.default_rng(seed)
    weights = random_weights(cell, D, H, rng)
    x, dh = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    start = {s: rng.normal(size=(B, H)) for s in cell.states}
    final = {s: rng.normal(size=(B, H)) for s in cell.states}
    made = kernel(cell, T, B, D, H)
    for _ in range(2):  # the second round meets buffers that the first one has filled
        made.load(weights)
        made.forward(x, start)
        states, gates = made.record()
        made.backward(dh, final, window)
        back, dx = made.gradients(), made.input_gradient()

    plain_states, plain_gates = plainly(cell, weights, x, start)
    total, carried, du = plainly_back(cell, weights, plain_states, plain_gates, dh, final, window)
    close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)  # noqa: E731
    for s in cell.states:
        close(states[s], stacked(plain_states, s))
        close(back.total[s], stacked(total, s))
        close(back.from_next[s], stacked(carried, s))
        close(back.from_next[s] + back.from_output[s], back.total[s])
    for k, gate in enumerate(cell.gates):
        close(gates[gate], stacked(plain_gates, gate))
        close(back.du[gate], stacked(du, gate))
        rows = slice(k * H, (k + 1) * H)
        close(back.weights.weight_ih[rows], np.einsum("tbh,tbd->hd", back.du[gate], x))
        close(back.weights.bias_hh[rows], back.dv[gate].sum((0, 1)))
    close(
        dx,
        sum(back.du[g] @ weights.weight_ih[k * H : (k + 1) * H] for k, g in enumerate(cell.gates)),
    )


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
@given(
    T=st.integers(1, 12),
    B=st.integers(1, 4),
    D=st.integers(1, 4),
    H=st.integers(1, 6),
    window=st.one_of(st.none(), st.integers(1, 13)),
    seed=st.integers(0, 9),
)
def test_plan_is_the_equations(cell, T, B, D, H, window, seed):
    compare(cell, T, B, D, H, window, seed)


@pytest.mark.parametrize("cell", [VARIANTS[0], VARIANTS[3], VARIANTS[5], VARIANTS[7]], ids=str)
@pytest.mark.parametrize("window", [None, 7])
def test_plan_is_the_equations_over_several_chunks(cell, window):
    """Long and wide enough that coefficients are computed in more than one chunk of time."""
    T, B, H = 160, 8, 40
    assert Kernel(cell, T, B, 3, H).chunk < T
    compare(cell, T, B, 3, H, window, 0)


@pytest.mark.parametrize("B", [1, 3])
def test_a_new_cell_runs_fast_from_its_text_alone(B):
    """Its forget gate is reached by two roads, which no cell of the table has."""
    compare(MGU(), 9, B, 2, 4, None, 0)
    compare(MGU(), 9, B, 2, 4, 4, 1)


@dataclass(frozen=True)
class Linear(Cell):
    """h_t = u + U h_{t-1}: a state without any activation."""

    name = "linear"
    gates = ("candidate",)

    def step(self, u, U, P, past):
        h = u.candidate + U.candidate(past.h)
        return {"candidate": h}, {"h": h}

    def step_back(self, d, U, P, past, now):
        return {"candidate": d.h}, {"h": U.candidate.T(d.h)}, {"h": d.h}


@pytest.mark.parametrize("B", [1, 3])
def test_a_state_may_be_a_matrix_product_and_nothing_more(B):
    compare(Linear(), 9, B, 2, 4, None, 0)


def test_chunks_stay_in_cache():
    made = Kernel(LSTM(), 200, 32, 8, 128)
    assert made.K.nbytes <= CACHE_BYTES


def test_float32_stays_float32():
    cell = LSTM()
    weights = random_weights(cell, 3, 4, np.random.default_rng(0))
    made = Kernel(cell, 5, 2, 3, 4, np.float32)
    made.load(weights)
    made.forward(np.ones((5, 2, 3), np.float32))
    made.backward(np.ones((5, 2, 4), np.float32))
    states, gates = made.record()
    back = made.gradients()
    arrays = [*states.values(), *gates.values(), *back.total.values(), *back.weights[:4]]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_overflow_is_data():
    """A wildly exploding ReLU network overflows without a warning or an error."""
    H = 4
    weights = random_weights(RNN("relu"), 1, H, np.random.default_rng(0))
    weights = weights._replace(weight_hh=np.full((H, H), 1e30))
    made = Kernel(RNN("relu"), 30, 1, 1, H)
    made.load(weights)
    h = made.forward(np.ones((30, 1, 1)))
    made.backward(np.ones((30, 1, H)))
    assert np.isinf(h[-1]).any()
    assert not np.isfinite(made.gradients().weights.weight_hh).all()
