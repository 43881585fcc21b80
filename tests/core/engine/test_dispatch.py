"""The shorter way back of one sequence against the general one; shared buffers; loops."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.budget import PLANS
from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.codegen import Loop, Moving, View, _written
from rnn_core.engine.dispatch import OBJECTS, Plans, SingleKernel, kernel, make, rides_along
from rnn_core.engine.incoming import DOUBLE
from rnn_core.engine.kernel import Kernel
from rnn_core.engine.network import Network
from tests.core.cells_under_test import VARIANTS, random_weights
from tests.core.minimal_gated_unit import MGU

RIDING = [cell for cell in VARIANTS if rides_along(cell)]


def test_only_where_it_pays_and_can_be_done():
    assert RNN() in RIDING and GRU() in RIDING and LSTM("peephole") in RIDING
    assert not rides_along(GRU("before")) and not rides_along(MGU())
    assert type(kernel(LSTM(), 5, 1, 2, 32)) is SingleKernel
    assert type(kernel(LSTM(), 5, 1, 2, 33)) is Kernel  # large
    assert type(kernel(LSTM(), 5, 2, 2, 3)) is Kernel  # a batch
    assert type(kernel(GRU("before"), 5, 1, 2, 3)) is Kernel


@pytest.mark.parametrize("cell", RIDING, ids=str)
@given(
    T=st.integers(1, 12),
    length=st.integers(1, 12),
    H=st.integers(1, 5),
    final=st.booleans(),
    window=st.one_of(st.none(), st.integers(1, 13)),
    seed=st.integers(0, 9),
)
def test_a_single_sequence_gets_the_same_gradients(cell, T, length, H, final, window, seed):
    """Padded, cut by a window, with a gradient from outside, and all of it at the same boundary."""
    rng = np.random.default_rng(seed)
    weights, D = random_weights(cell, 3, H, rng), 3
    x, dh = rng.normal(size=(T, 1, D)), rng.normal(size=(T, 1, H))
    last = {s: rng.normal(size=(1, H)) for s in cell.states} if final else None
    lengths = np.array([min(length, T)])
    found = []
    for kind in (Kernel, SingleKernel):
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
    made = SingleKernel(RNN(), T, 1, 2, H)
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


def passed(made, weights, seed=0, window=None):
    """Everything that a pass over the kernel leaves behind."""
    rng = np.random.default_rng(seed)
    T, B, D, H = made.T, made.B, made.D, made.H
    x, dh = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
    start, final = ({s: rng.normal(size=(B, H)) for s in made.cell.states} for _ in range(2))
    lengths = np.maximum(1, T - 2 * np.arange(B))
    made.load(weights)
    made.forward(x, start, lengths)
    states, gates = made.record()
    made.backward(dh, final, window, lengths)
    back = made.gradients()
    named = [states, gates, *back[:5], back.weights._asdict(), {"x": made.input_gradient()}]
    return [a for arrays in named for a in arrays.values() if a is not None]


@pytest.mark.parametrize("B", [1, 3])
@pytest.mark.parametrize("cell", [*VARIANTS, MGU()], ids=str)
def test_a_longer_plan_serves_a_shorter_one_to_the_last_bit(cell, B):
    """Whatever the longer one has left in its buffers; also where time is cut into chunks."""
    D, H = 3, 40
    weights = random_weights(cell, D, H, np.random.default_rng(1))
    longer = make(cell, 200, B, D, H, DOUBLE)
    assert longer.chunk < 200 or B == 1
    for T in (1, 7, 150):
        for name, buffer in longer._buffers.items():
            if name == "XH":
                buffer[..., :-1] = np.nan
            elif name != "W_back":
                buffer[...] = np.nan
        shorter = make(cell, T, B, D, H, DOUBLE, longer)
        alone = make(cell, T, B, D, H, DOUBLE)
        for window in (None, 4):
            found = passed(shorter, weights, window=window)
            for a, b in zip(found, passed(alone, weights, window=window), strict=True):
                np.testing.assert_array_equal(a, b)
        assert np.shares_memory(shorter.XH, longer.XH)


def test_lengths_that_share_buffers_do_not_mix():
    """Forward passes of other lengths come between a forward pass and its way back."""
    network = Network.create(LSTM(), 3, 6, 2)
    rng = np.random.default_rng(0)
    given = {T: rng.normal(size=(1, T, 3)) for T in (9, 5, 12)}
    dlogits = {T: rng.normal(size=(1, T, 2)) for T in given}
    alone = {T: network.backward(network.forward(x), dlogits[T]) for T, x in given.items()}
    traces = {T: network.forward(x) for T, x in given.items()}
    for T, trace in traces.items():
        found = network.backward(trace, dlogits[T])
        for name, array in alone[T].weights.items():
            np.testing.assert_array_equal(found.weights[name], array)


def test_lengths_that_share_buffers_wait_for_each_other():
    network = Network.create(GRU(), 3, 8, 2)
    given = {T: np.random.default_rng(T).normal(size=(1, T, 3)) for T in range(20, 28)}
    alone = {T: network.forward(x).logits for T, x in given.items()}
    with ThreadPoolExecutor(4) as threads:
        for _ in range(10):
            found = dict(zip(given, threads.map(network.forward, given.values()), strict=True))
            for T, trace in found.items():
                np.testing.assert_array_equal(trace.logits, alone[T])


def test_plans_are_kept_within_their_bytes():
    one = make(RNN(), 64, 1, 2, 16, DOUBLE).nbytes + OBJECTS
    kernels = Plans(4 * one)
    for H in range(16, 8, -1):
        kernels.get(RNN(), 64, 1, 2, H, DOUBLE)
        assert kernels.nbytes <= kernels.budget
    kept = kernels.get(RNN(), 64, 1, 2, 9, DOUBLE)
    assert kernels.get(RNN(), 64, 1, 2, 9, DOUBLE) is kept
    large = kernels.get(RNN(), 3000, 1, 2, 64, DOUBLE)
    assert large.nbytes > kernels.budget and kernels.nbytes - large.nbytes < one
    assert kernels.get(RNN(), 3000, 1, 2, 64, DOUBLE) is large
    for T in range(1, 100):
        kernels.get(RNN(), T, 1, 2, 9, DOUBLE)
    assert kernels.nbytes <= kernels.budget


def test_a_slider_of_lengths_needs_few_buffers():
    kernels = Plans(PLANS)
    owners = {id(kernels.get(LSTM(), T, 1, 8, 32, DOUBLE).XH.base) for T in range(200, 1, -1)}
    assert len(owners) == 1
    assert kernels.get(LSTM(), 100_000, 1, 8, 32, DOUBLE).T == 100_000  # large: not rounded up


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
    kernel(LSTM(), 5, 1, 2, 3)
    between = _written.cache_info().misses
    kernel(LSTM(), 9, 1, 2, 4)
    assert _written.cache_info().misses == between <= before + 2
