"""The wiring diagram is the cell's own equations: every wire, every number, for any cell."""

import numpy as np
import pytest

from rnn_core.engine.cells import GRU, LSTM, RNN
from rnn_core.engine.graph import Node, read_cell, walk
from rnn_core.engine.network import Network
from rnn_core.notation.diagram import diagram
from tests.core.cells_under_test import VARIANTS
from tests.core.minimal_gated_unit import MGU, plainly

EVERY = [*VARIANTS, MGU()]
every_cell = pytest.mark.parametrize("cell", EVERY, ids=str)


def kinds(drawn, ids):
    return [drawn.parts[i].kind for i in ids]


@every_cell
def test_every_part_has_one_place_and_reads_parts_before_it(cell):
    drawn = diagram(cell)
    places = [*drawn.lane, *drawn.mixes, *drawn.tail]
    for s in drawn.stacks:
        places += [*(i for chain in s.chains for i in chain), *s.sums, *s.above, s.activation]
    sources = [p.id for p in drawn.parts.values() if p.kind in ("past", "input")]
    assert sorted([*places, *sources]) == sorted(drawn.parts)
    order = list(drawn.parts)
    assert all(order.index(a) < order.index(b) for a, b in drawn.wires)
    assert {p.name for p in drawn.parts.values() if p.kind == "past"} <= {*cell.states}


@every_cell
def test_every_wire_is_an_operand_of_the_equations(cell):
    drawn, reading = diagram(cell), read_cell(cell)
    drawn_nodes = {p.node for p in drawn.parts.values() if p.node}
    for n in walk([*reading.gates.values(), *reading.states.values()]):
        merged = n.op == "add" and n not in drawn_nodes  # a sum inside a sum
        assert n in drawn_nodes or n.op == "P" or merged
    for part in drawn.parts.values():
        if part.node is None or part.kind == "W":
            continue
        read_nodes = {drawn.parts[i].node for i in part.inputs}
        operands = {a for a in part.node.args if isinstance(a, Node) and a.op != "P"}
        flat = {a for a in operands if a in drawn_nodes}
        flat |= {b for a in operands - drawn_nodes for b in a.args}
        assert read_nodes == flat


@every_cell
def test_the_numbers_on_the_wires_are_the_equations(cell):
    """Recomputed here from what enters each part, plainly."""
    drawn = diagram(cell)
    x = np.random.default_rng(0).normal(size=(1, 6, 2))
    network = Network.create(cell, 2, 3, 1, seed=2)
    trace = network.forward(x).layers[0] if cell in VARIANTS else plainly(network, x)
    value = {i: trace.compute(p.node) for i, p in drawn.parts.items() if p.node is not None}
    weights, H = trace.weights, 3
    rows = {g: slice(k * H, (k + 1) * H) for k, g in enumerate(cell.gates)}
    for i, part in drawn.parts.items():
        entering = [value[a] for a in part.inputs if a != "x"]
        if part.kind == "W":
            b = rows[part.gate]
            expected = x @ weights.weight_ih[b].T + weights.bias_ih[b]
        elif part.kind == "U":
            b = rows[part.gate]
            expected = entering[0] @ weights.weight_hh[b].T + weights.bias_hh[b]
        elif part.kind == "P":
            expected = entering[0] * weights.weight_ph[cell.peepholes.index(part.gate)]
        elif part.kind == "past":
            expected = trace.before(part.name)
        else:
            expected = WORKED[part.kind](*entering) if part.kind in WORKED else None
        if expected is not None:
            np.testing.assert_allclose(value[i], expected, rtol=1e-9, atol=1e-12)
    for state, i in drawn.states.items():
        np.testing.assert_array_equal(value[i], trace.after(state))


WORKED = {
    "plus": lambda *v: sum(v),
    "times": lambda a, b: a * b,
    "one-minus": lambda a: 1 - a,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.where(a > 0, a, 0),
}


def test_the_lane_is_the_state_carried_on_by_products_and_sums():
    assert diagram(RNN()).lane_state == ""
    assert diagram(GRU()).lane_state == "h"
    assert diagram(MGU()).lane_state == "h"
    for kind in ("forget", "no-forget", "peephole"):
        assert diagram(LSTM(kind)).lane_state == "c"
    lstm = diagram(LSTM())
    assert kinds(lstm, lstm.lane) == ["times", "plus"]
    assert kinds(lstm, lstm.tail) == ["tanh", "times"]
    assert lstm.parts[lstm.lane[-1]].name == "c"


@pytest.mark.parametrize(
    ("cell", "gates"),
    [
        (RNN(), ["candidate"]),
        (GRU(), ["update", "reset", "candidate"]),
        (GRU("before", "takes"), ["update", "reset", "candidate"]),
        (LSTM(), ["forget", "input", "candidate", "output"]),
        (LSTM("peephole"), ["forget", "input", "candidate", "output"]),
        (MGU(), ["forget", "candidate"]),
    ],
    ids=str,
)
def test_gates_stand_as_textbooks_draw_them(cell, gates):
    assert [s.gate for s in diagram(cell).stacks] == gates


@pytest.mark.parametrize(
    ("cell", "chain"),
    [
        (GRU("after"), ["U", "times"]),
        (GRU("before"), ["times", "U"]),
        (LSTM(), ["U"]),
        (MGU(), ["times", "U"]),
    ],
    ids=str,
)
def test_the_reset_gate_acts_where_the_equations_say(cell, chain):
    drawn = diagram(cell)
    stack = next(s for s in drawn.stacks if s.gate == "candidate")
    assert kinds(drawn, stack.chains[0]) == chain


def test_functions_are_named_as_they_are():
    for cell in EVERY:
        drawn = diagram(cell)
        for stack in drawn.stacks:
            kind = drawn.parts[stack.activation].kind
            expected = "sigmoid" if stack.gate in cell.sigmoid_gates else "tanh"
            assert kind == getattr(cell, "activation", expected)


def test_peepholes_enter_from_above_with_a_circle_of_their_own():
    drawn = diagram(LSTM("peephole"))
    seen = {s.gate: [drawn.parts[i].inputs[0] for i in s.above] for s in drawn.stacks}
    assert seen["forget"] == seen["input"] == ["past.c"]
    assert seen["output"] == [drawn.lane[-1]]
    assert seen["candidate"] == []
    assert [len(s.sums) for s in drawn.stacks] == [2, 2, 1, 2]
