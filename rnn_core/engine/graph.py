"""Expression graph of a cell: its equations run on names, not numbers.

`read(cell)` runs `step` and `step_back` once on symbols and keeps what they said as a small graph.
Equal expressions are one node, so tanh(c) of the backward text is the forward pass's own tanh(c).
`unroll` kernels its loops from this graph; `evaluate` computes any node of it for all steps at
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from rnn_core.engine.cells import Cell, sigmoid

_NAMES: dict[Any, str] = {
    np.add: "add",
    np.subtract: "sub",
    np.multiply: "mul",
    np.tanh: "tanh",
    np.maximum: "maximum",
    np.greater: "greater",
}
UFUNCS: dict[str, Any] = {name: ufunc for ufunc, name in _NAMES.items()}


def _maximum(a: Any, b: Any, out: Any = None) -> Any:
    return np.maximum(a, b, out=out)  # of all these only this one takes no positional `out`


def _greater(a: Any, b: Any, out: Any = None) -> Any:
    return np.greater(a, b, out=out, casting="unsafe")  # into numbers 0 and 1, if asked


UFUNCS |= {"maximum": _maximum, "greater": _greater}
_pool: dict[tuple[Any, ...], Node] = {}


class Node:
    """One quantity of a step: an operation's name and what it is applied to."""

    __slots__ = ("args", "dynamic", "op")
    op: str
    args: tuple[Any, ...]
    dynamic: bool  # does it depend on the gradient that arrives from the next step?

    def __add__(self, other: Any) -> Node:
        return self if is_constant(other, 0.0) else node("add", self, other)

    def __radd__(self, other: Any) -> Node:
        return self.__add__(other)

    def __sub__(self, other: Any) -> Any:
        return node("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return node("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        if is_constant(other, 0.0):
            return 0.0
        return self if is_constant(other, 1.0) else node("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __gt__(self, other: Any) -> Node:
        return node("greater", self, other)

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs or ufunc not in _NAMES:
            return NotImplemented
        return node(_NAMES[ufunc], *args)

    def __repr__(self) -> str:
        return f"<{self.op} of {len(self.args)}>"


@sigmoid.register
def _(a: Node) -> Node:
    return node("sigmoid", a)


def node(op: str, *args: Any) -> Node:
    """The one node for this operation on these arguments."""
    key = (op, *(("constant", float(a)) if isinstance(a, int | float) else a for a in args))
    if key not in _pool:
        new = Node()
        new.op, new.args = op, args
        new.dynamic = op in ("d", "U.T") or any(isinstance(a, Node) and a.dynamic for a in args)
        _pool[key] = new
    found: Node = _pool[key]
    return found


def is_constant(value: Any, number: float) -> bool:
    """Whether this is the plain number (and not a node)."""
    return isinstance(value, int | float) and value == number


class _Product:
    """U.gate: calls make products with W_hh, `.T` the same backwards."""

    def __init__(self, gate: str):
        self.gate = gate

    def __call__(self, v: Any) -> Node:
        return node("U", self.gate, v)

    def T(self, d: Any) -> Node:
        return node("U.T", self.gate, d)


@dataclass(frozen=True)
class Reading:
    """Graph of a cell's text.  Forward: gates, states.  Backward: du, dpast, total."""

    cell: Cell
    gates: Mapping[str, Node]
    states: Mapping[str, Node]
    du: Mapping[str, Node]
    dpast: Mapping[str, Node]
    total: Mapping[str, Node]

    @property
    def preactivations(self) -> dict[str, Node]:
        """Gate -> the node inside its sigma, tanh or ReLU."""
        return {name: gate.args[0] for name, gate in self.gates.items()}


def namespace(values: Mapping[str, Any]) -> SimpleNamespace:
    """Attribute access for a cell's text."""
    return SimpleNamespace(**values)


PEEPHOLES = ("input", "forget", "output")


@lru_cache(maxsize=64)
def read_cell(cell: Cell) -> Reading:
    """Run the cell's own text on symbols."""
    u = namespace({g: node("u", g) for g in cell.gates})
    U = namespace({g: _Product(g) for g in cell.gates})
    P = namespace({g: node("P", g) if g in cell.peepholes else 0.0 for g in PEEPHOLES})
    past = namespace({s: node("past", s) for s in cell.states})
    gates, states = cell.step(u, U, P, past)
    d = namespace({s: node("d", s) for s in cell.states})
    du, dpast, total = cell.step_back(d, U, P, past, namespace({**gates, **states}))
    return Reading(cell, gates, states, du, dpast, total)


def kept(value: Any, state: str) -> Any:
    """Factor of the past state in a value's sums and products; None where it is in none of them.

    f of c_t = f * c_{t-1} + i * g.  Ways through activations and matrices do not count.
    """
    if not isinstance(value, Node):
        return None
    if value.op == "past":
        return 1.0 if value.args[0] == state else None
    if value.op == "mul":
        for mine, other in (value.args, value.args[::-1]):
            factor = kept(mine, state)
            if factor is not None:
                return factor * other
    if value.op in ("add", "sub"):
        left, right = (kept(argument, state) for argument in value.args)
        if right is None:
            return left
        right = right if value.op == "add" else -1.0 * right
        return right if left is None else left + right
    return None


def walk(roots: Iterable[Any]) -> list[Node]:
    """Every node below the roots, arguments before the nodes that use them."""
    seen: dict[Node, None] = {}

    def visit(value: Any) -> None:
        if isinstance(value, Node) and value not in seen:
            for argument in value.args:
                visit(argument)
            seen[value] = None

    for root in roots:
        visit(root)
    return list(seen)


def evaluate(value: Any, known: dict[Node, Any], leaf: Callable[[Node], Any]) -> Any:
    """Compute a node; `known` remembers, `leaf` supplies inputs, products and stored values."""
    if not isinstance(value, Node):
        return value
    if value not in known:
        found = leaf(value)
        if found is None:
            arguments = [evaluate(a, known, leaf) for a in value.args]
            found = sigmoid(*arguments) if value.op == "sigmoid" else UFUNCS[value.op](*arguments)
        known[value] = found
    return known[value]
