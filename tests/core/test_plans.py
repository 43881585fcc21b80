"""The shorter way back of a single sequence against the general one, and loops written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.cells import GRU, LSTM, RNN
from rnn_core.loops import Loop, Moving, View, _written
from rnn_core.plans import SinglePlan, plan, rides_along
from rnn_core.unroll import Plan
from tests.core.cells_under_test import VARIANTS, random_weights
from tests.core.minimal_gated_unit import MGU

RIDING = [cell for cell in VARIANTS if rides_along(cell)]


def test_only_where_it_pays_and_can_be_done():
    assert RNN() in RIDING and GRU() in RIDING and LSTM("peephole") in RIDING
    assert not rides_along(GRU("before")) and not rides_along(MGU())
    assert type(plan(LSTM(), 5, 1, 2, 32)) is SinglePlan
    assert type(plan(LSTM(), 5, 1, 2, 33)) is Plan  # large
    assert type(plan(LSTM(), 5, 2, 2, 3)) is Plan  # a batch
    assert type(plan(GRU("before"), 5, 1, 2, 3)) is Plan


@pytest.mark.parametrize("cell", RIDING, ids=str)
@given(
    T=st.integers(1, 12), length=st.integers(1, 12), H=st.integers(1, 5), final=st.booleans(),
    window=st.one_of(st.none(), st.integers(1, 13)), seed=st.integers(0, 9),
)  # fmt: skip
def test_a_single_sequence_gets_the_same_gradients(cell, T, length, H, final, window, seed):
    """Padded, cut by a window, with a gradient from outside, and all of it at the same boundary."""
    rng = np.random.default_rng(seed)
    weights, D = random_weights(cell, 3, H, rng), 3
    x, dh = rng.normal(size=(T, 1, D)), rng.normal(size=(T, 1, H))
    last = {s: rng.normal(size=(1, H)) for s in cell.states} if final else None
    lengths = np.array([min(length, T)])
    found = []
    for kind in (Plan, SinglePlan):
        made = kind(cell, T, 1, D, H)
        made.load(weights)
        for _ in range(2):  # the second time on buffers that are in use
            made.forward(x, lengths=lengths)
            made.backward(dh, last, window, lengths)
        found.append((made.gradients(), made.input_gradient()))
    (plain, dx), (single, dx_single) = found
    close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)  # noqa: E731
    close(dx_single, dx)
    for name in ("total", "from_next", "from_output", "du", "dv"):
        for key, array in getattr(plain, name).items():
            close(getattr(single, name)[key], array)
    for one, other in zip(single.weights, plain.weights, strict=True):
        if other is not None:
            close(one, other)


def test_what_arrives_from_far_keeps_its_digits():
    """dL/dh_t from the next step is not a difference: it may be 1e-40 of the step's own part."""
    T, H = 60, 4
    made = SinglePlan(RNN(), T, 1, 2, H)
    weights = random_weights(RNN(), 2, H, np.random.default_rng(0))
    made.load(weights._replace(weight_hh=np.eye(H) * 0.1))
    made.forward(np.zeros((T, 1, 2)))
    dh = np.zeros((T, 1, H))
    dh[[9, -1]] = 1.0
    made.backward(dh)
    back = made.gradients()
    ratio = back.from_next["h"][10, 0] / back.from_next["h"][11, 0]
    slope = 1 - made.states["h"][11, 0] ** 2
    np.testing.assert_allclose(ratio, 0.1 * slope, rtol=1e-12)
    assert (back.from_next["h"][10] < 1e-40).all() and (back.total["h"][10] == 1.0).all()


def test_a_loop_makes_the_calls_of_its_steps_in_order():
    seen = []
    t, pair = Moving(range(4)), Moving([[k, "x"] for k in range(4)])
    loop = Loop([(seen.append, (t,)), (seen.extend, (pair,))], 4)
    loop()
    assert seen == [0, 0, "x", 1, 1, "x", 2, 2, "x", 3, 3, "x"]
    seen.clear()
    loop(1, 3)
    assert seen == [1, 1, "x", 2, 2, "x"]
    seen.clear()
    loop(2, 2)
    assert not seen
    Loop([(seen.append, (t,))], 4, backwards=True)(1)
    assert seen == [2, 1, 0]
    seen.clear()
    Loop([(seen.append, ("again",))], 3)()
    assert seen == ["again"] * 3
    with pytest.raises(ValueError, match="expected 5 steps"):
        Loop([(seen.append, (t,))], 5)


def test_a_view_begins_again_where_an_array_ends():
    array = np.arange(6.0).reshape(3, 2)
    assert [row.tolist() for row in View(array, 5).steps] == [*array.tolist(), [0, 1], [2, 3]]
    assert all(np.shares_memory(row, array) for row in View(array, 5).steps)


def test_what_moves_may_be_a_function():
    rows, out = np.arange(6.0).reshape(3, 2), np.zeros((3, 2))
    Loop([(View(rows, 3).dot, (2 * np.eye(2), View(out, 3)))], 3)()
    assert (out == 2 * rows).all()


def test_one_text_serves_all_lengths():
    before = _written.cache_info().misses
    plan(LSTM(), 5, 1, 2, 3)
    between = _written.cache_info().misses
    plan(LSTM(), 9, 1, 2, 4)
    assert _written.cache_info().misses == between <= before + 2
