"""A cell's wiring diagram, derived from its equations: what is drawn, and what leads where.

`diagram(cell)` reads the graph of the cell's own text (`graph.read_cell`) and sorts its quantities
as a textbook draws them:

    stacks   one per gate: chains of W x + b and U v + b up to a sum, then sigma, tanh or ReLU
    lane     a state carried on by products and sums alone (the LSTM's c, the GRU's h): the highway
    mixes    what combines gates on their way to the lane
    tail     what is made from the new lane state (the LSTM's o * tanh(c))

Nothing here knows RNN, GRU or LSTM: a new cell needs its equations only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, Reading, is_constant, read_cell, walk

ACTIVATIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "maximum": "relu"}
MIXING = ("add", "sub", "mul")
INPUT = "x"


@dataclass(frozen=True)
class Part:
    """One thing in the diagram and the quantity that leaves it.

    kind: past, input, W, U, P (a weight each), plus, minus, one-minus, times, scale, sigmoid,
    tanh, relu or other.  `inputs` are the parts it reads; `constant` is a plain number in it.
    """

    id: str
    kind: str
    node: Node | None
    inputs: tuple[str, ...] = ()
    gate: str = ""  # whose weight, or whose stack
    name: str = ""  # the gate or state whose value this is; the past state's name
    constant: float | None = None


@dataclass(frozen=True)
class Stack:
    """One gate, bottom up: chains from below, sums, its activation."""

    gate: str
    chains: tuple[tuple[str, ...], ...]  # from x or a state up to the lowest sum
    sums: tuple[str, ...]  # lowest first
    above: tuple[str, ...]  # what enters the sums from above, such as peepholes
    activation: str


@dataclass(frozen=True)
class Diagram:
    """The whole cell; every part is in exactly one of stacks, lane, mixes, tail, or a source."""

    cell: Cell
    parts: Mapping[str, Part]  # arguments before the parts that use them
    stacks: tuple[Stack, ...]  # left to right
    lane_state: str  # "" where no state is carried on by products and sums alone
    lane: tuple[str, ...]  # left to right
    mixes: tuple[str, ...]
    tail: tuple[str, ...]
    states: Mapping[str, str]  # state -> the part that is its new value

    @property
    def wires(self) -> tuple[tuple[str, str], ...]:
        """(from, to) of every wire between parts."""
        return tuple((i, part.id) for part in self.parts.values() for i in part.inputs)

    def readers(self, part: str) -> tuple[str, ...]:
        """The parts that read this one."""
        return tuple(p.id for p in self.parts.values() if part in p.inputs)


@lru_cache(maxsize=64)
def diagram(cell: Cell) -> Diagram:
    """Derive the diagram of a cell from its own equations."""
    reading = read_cell(cell)
    parts = _parts(reading)
    by_node = {p.node: p.id for p in parts.values() if p.node is not None}
    states = {s: by_node[n] for s, n in reading.states.items()}
    lane_state, lane = _lane(reading, by_node)
    stacks = [_stack(parts, gate, by_node[n]) for gate, n in reading.gates.items()]
    taken = {i for s in stacks for i in _members(s)} | {*lane}
    taken |= {p.id for p in parts.values() if p.kind in ("past", "input")}
    rest = [i for i in parts if i not in taken]
    tail = tuple(i for i in rest if lane and _depends(parts, i, {lane[-1]}))
    mixes = tuple(i for i in rest if i not in tail)
    ordered = _ordered(parts, stacks, lane, mixes)
    return Diagram(cell, parts, ordered, lane_state, lane, mixes, tail, states)


# -- parts -----------------------------------------------------------------------------------


def _parts(reading: Reading) -> dict[str, Part]:
    """Every quantity of a step that deserves a place, arguments first."""
    forward = walk([*reading.gates.values(), *reading.states.values()])
    names = {n: s for s, n in reading.states.items()} | {n: g for g, n in reading.gates.items()}
    inner = _inner_sums(reading, forward)
    found = {INPUT: Part(INPUT, "input", None, name="x")}
    ids: dict[Node, str] = {}
    for n in forward:
        if n.op == "P" or n in inner:
            continue
        part = _part(n, f"q{len(found)}", ids, inner, names.get(n, ""))
        ids[n], found[part.id] = part.id, part
    return found


def _part(n: Node, new: str, ids: Mapping[Node, str], inner: set[Node], name: str) -> Part:
    if n.op == "past":
        return Part(f"past.{n.args[0]}", "past", n, name=n.args[0])
    if n.op == "u":
        return Part(new, "W", n, (INPUT,), gate=n.args[0])
    if n.op == "U":
        return Part(new, "U", n, (ids[n.args[1]],), gate=n.args[0])
    weight = next((a for a in n.args if isinstance(a, Node) and a.op == "P"), None)
    if n.op == "mul" and weight is not None:
        (seen,) = (a for a in n.args if a is not weight)
        return Part(new, "P", n, (ids[seen],), gate=weight.args[0], name=name)
    read_from = [a for a in _terms(n, inner) if isinstance(a, Node)]
    numbers = [float(a) for a in n.args if isinstance(a, int | float)]
    inputs = tuple(ids[a] for a in read_from)
    return Part(new, _kind(n), n, inputs, name=name, constant=numbers[0] if numbers else None)


def _kind(n: Node) -> str:
    if n.op == "maximum":
        return "relu" if is_constant(n.args[1], 0.0) else "other"
    if n.op in ACTIVATIONS:
        return ACTIVATIONS[n.op]
    if n.op == "sub":
        return "one-minus" if is_constant(n.args[0], 1.0) else "minus"
    if n.op == "mul":
        return "times" if all(isinstance(a, Node) for a in n.args) else "scale"
    return "plus" if n.op == "add" else "other"


def _inner_sums(reading: Reading, forward: list[Node]) -> set[Node]:
    """Sums inside a sum that nothing else reads: one circle instead of two.

    A term that comes from above (a peephole) keeps a circle of its own.
    """
    named = {*reading.gates.values(), *reading.states.values()}
    readers: dict[Node, list[Node]] = {}
    for n in forward:
        for a in n.args:
            if isinstance(a, Node):
                readers.setdefault(a, []).append(n)
    found = set()
    for n in forward:
        only = readers.get(n, [])
        if n.op == "add" and n not in named and len(only) == 1 and only[0].op == "add":
            others = [a for a in only[0].args if a is not n]
            if all(_from_below(a) for a in others):
                found.add(n)
    return found


def _terms(n: Node, inner: set[Node]) -> Iterator[Any]:
    for a in n.args:
        if isinstance(a, Node) and a in inner:
            yield from _terms(a, inner)
        else:
            yield a


def _from_below(value: Any) -> bool:
    """Does it hold a product with a weight matrix that no activation has hidden?"""
    if not isinstance(value, Node) or value.op in ACTIVATIONS:
        return False
    return value.op in ("u", "U") or any(map(_from_below, value.args))


# -- stacks ----------------------------------------------------------------------------------


def _members(stack: Stack) -> Iterator[str]:
    yield from (i for chain in stack.chains for i in chain)
    yield from (*stack.sums, *stack.above, stack.activation)


def _stack(parts: Mapping[str, Part], gate: str, activation: str) -> Stack:
    """Walk down from the activation: sums, what enters them from above, chains from below."""
    sums: list[str] = []
    above: list[str] = []
    terms = parts[activation].inputs
    while len(terms) == 1 and parts[terms[0]].kind == "plus":
        (total,) = terms
        sums.insert(0, total)
        below = tuple(i for i in parts[total].inputs if _from_below(parts[i].node))
        above += [i for i in parts[total].inputs if i not in below]
        terms = below
    chains = tuple(_chain(parts, i) for i in terms)
    free = tuple(i for i in above if parts[i].kind == "P")
    ordered = tuple(sorted(chains, key=lambda chain: parts[chain[0]].inputs == (INPUT,)))
    return Stack(gate, ordered, tuple(sums), free, activation)


def _chain(parts: Mapping[str, Part], top: str) -> tuple[str, ...]:
    """From the bus up: what follows the weight matrix, the matrix, what is done before it."""
    chain, part = [top], parts[top]
    while part.kind not in ("W", "U"):
        part = parts[next(i for i in part.inputs if _from_below(parts[i].node))]
        chain.insert(0, part.id)
    while part.kind == "U" or part.kind in ("times", "scale"):
        before = [parts[i] for i in part.inputs if parts[i].kind in ("times", "scale", "past")]
        if not before or before[0].kind == "past":
            break
        part = before[0]
        chain.insert(0, part.id)
    return tuple(chain)


# -- lane, order -----------------------------------------------------------------------------


def _lane(reading: Reading, ids: Mapping[Node, str]) -> tuple[str, tuple[str, ...]]:
    """The state whose new value is its old one, multiplied and added to: its parts in order."""
    for state in reversed(reading.cell.states):
        path = _path(reading.states[state], state)
        if path:
            return state, tuple(ids[n] for n in path if n in ids)
    return "", ()


def _path(value: Any, state: str) -> list[Node]:
    """Nodes from the past state to `value` through products and sums alone; [] if there is none."""
    if not isinstance(value, Node) or value.op not in MIXING:
        return []
    for a in value.args:
        if isinstance(a, Node) and a.op == "past" and a.args[0] == state:
            return [value]
        below = _path(a, state)
        if below:
            return [*below, value]
    return []


def _depends(parts: Mapping[str, Part], part: str, on: set[str]) -> bool:
    return part in on or any(_depends(parts, i, on) for i in parts[part].inputs)


def _ordered(
    parts: Mapping[str, Part], stacks: list[Stack], lane: tuple[str, ...], mixes: tuple[str, ...]
) -> tuple[Stack, ...]:
    """Left to right as their values are needed along the lane; what another gate reads, before."""
    free = {*lane, *mixes}

    def meets(stack: Stack) -> float:
        """Place on the lane that this gate's value reaches through mixes alone."""
        front, places = {stack.activation}, []
        while front:
            readers = {p.id for p in parts.values() if front & {*p.inputs}} & free
            places += [lane.index(i) for i in readers if i in lane]
            front = {i for i in readers if i in mixes}
        return min(places, default=float("inf"))

    def key(stack: Stack) -> tuple[float, int]:
        served = [s for s in stacks if s is not stack and _feeds(parts, stack, s)]
        place = min([meets(stack), *(meets(s) - 0.5 for s in served)])
        return place, stacks.index(stack)

    return tuple(sorted(stacks, key=key))


def _feeds(parts: Mapping[str, Part], one: Stack, other: Stack) -> bool:
    inside = {*_members(other)} - {other.activation}
    return any(one.activation in parts[i].inputs for i in inside)
