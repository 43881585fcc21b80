"""Cells as equations: pinned values, ranges, and what makes a variant a variant."""

from types import SimpleNamespace

import numpy as np
import pytest

from rnn_core.engine.cells import CELLS, GRU, LSTM, RNN, sigmoid
from rnn_core.engine.graph import read_cell, walk
from rnn_core.engine.program import program
from rnn_core.engine.scan import equations
from tests.core.cells_under_test import VARIANTS, random_weights


def test_sigmoid_is_the_logistic_function_and_never_overflows():
    a = np.array([-800.0, -2.0, 0.0, 2.0, 800.0])
    expected = [0, 0.11920292202211755, 0.5, 0.8807970779778823, 1]
    np.testing.assert_allclose(sigmoid(a), expected, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_gates_stay_in_their_ranges(cell):
    rng = np.random.default_rng(0)
    u, U, P = equations(cell, random_weights(cell, 3, 5, rng))
    past = SimpleNamespace(**{s: rng.normal(size=(2, 5)) for s in cell.states})
    gates, states = cell.step(u(rng.normal(size=(2, 3))), U, P, past)
    assert tuple(gates) == cell.gates
    assert tuple(states) == cell.states
    for gate in cell.sigmoid_gates:
        assert ((gates[gate] > 0) & (gates[gate] < 1)).all()


def test_z_keeps_and_z_takes_are_mirror_images():
    """Turning the update gate's weights round turns one variant into the other."""
    rng = np.random.default_rng(1)
    weights = random_weights(GRU(), 3, 4, rng)
    mirrored = type(weights)(*(None if w is None else w.copy() for w in weights))
    for array in mirrored[:4]:
        array[4:8] *= -1
    x, h = rng.normal(size=(2, 3)), SimpleNamespace(h=rng.normal(size=(2, 4)))
    results = []
    for cell, w in ((GRU(update="keeps"), weights), (GRU(update="takes"), mirrored)):
        u, U, P = equations(cell, w)
        results.append(cell.step(u(x), U, P, h)[1]["h"])
    np.testing.assert_allclose(*results, rtol=1e-12)


def test_reset_before_and_after_differ():
    rng = np.random.default_rng(2)
    weights = random_weights(GRU(), 3, 4, rng)
    x, h = rng.normal(size=(1, 3)), SimpleNamespace(h=rng.normal(size=(1, 4)))
    after, before = (
        GRU(reset).step(u(x), U, P, h)[1]["h"]
        for reset in ("after", "before")
        for u, U, P in [equations(GRU(reset), weights)]
    )
    assert np.abs(after - before).max() > 1e-3


def test_a_peephole_lstm_without_peephole_weights_is_the_plain_one():
    rng = np.random.default_rng(3)
    weights = random_weights(LSTM("peephole"), 2, 3, rng)
    weights.weight_ph[:] = 0
    past = SimpleNamespace(h=rng.normal(size=(1, 3)), c=rng.normal(size=(1, 3)))
    x, found = rng.normal(size=(1, 2)), []
    for kind in ("peephole", "forget"):
        u, U, P = equations(
            LSTM(kind), weights._replace(weight_ph=None) if kind == "forget" else weights
        )
        found.append(LSTM(kind).step(u(x), U, P, past)[1]["c"])
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: RNN("swish"), "activation: expected one of 'tanh'"),
        (lambda: GRU(reset="never"), "reset: expected one of 'after'"),
        (lambda: GRU(update="?"), "update: expected one of 'keeps'"),
        (lambda: LSTM("1996"), "kind: expected one of 'forget'"),
    ],
)
def test_unknown_variants_say_what_was_expected(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_the_text_is_read_into_one_graph(cell):
    """tanh(c) of the backward text is the forward pass's own tanh(c): equal text is one node."""
    reading = read_cell(cell)
    nodes = walk([*reading.states.values(), *reading.dpast.values()])
    keys = [(n.op, *map(id, n.args)) for n in nodes if n.args and not isinstance(n.args[0], str)]
    assert len(keys) == len(set(keys))
    assert all(slot.coefficient is not None for slot in program(cell).slots)


def test_the_table_names_every_cell():
    assert {name: cell.name for name, cell in CELLS.items()} == {n: n for n in CELLS}
