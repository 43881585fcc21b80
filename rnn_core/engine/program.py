"""Operations of one step of a cell, derived once from its equations.

Forward: which products with h_{t-1} share one matrix product, and which activations share one call.
Backward: everything in `step_back` is linear in the gradient that arrives, so it is sums of
`base * coefficient`, where the coefficients do not depend on that gradient.  They are found here;
`unroll` computes them for many steps at once and leaves only the products inside the loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations
from typing import Any

from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, Reading, is_constant, node, read_cell, walk


@dataclass(frozen=True)
class Column:
    """One gate's block of the step's matrix product: u, U(h) or their sum."""

    kind: str  # "sum", "u" or "U"
    gate: str
    node: Node


@dataclass(frozen=True)
class Slot:
    """One product `base * coefficient` of the backward step; `gate` if W_hh^T is applied to it."""

    base: Node
    coefficient: Any
    gate: str | None = None


@dataclass(frozen=True)
class Program:
    """The kernel of one step, independent of any shape."""

    reading: Reading
    columns: tuple[Column, ...]  # sigmoid columns first, then tanh, then the rest
    sigmoids: tuple[Node, ...]  # values of the first columns, in order
    tanhs: tuple[Node, ...]  # values of the next columns
    pair: tuple[Node, ...]  # (sum, its two sigmoid factors, tanh factor, carried state) or ()
    mixture: tuple[Node, ...]  # (a * x + (1 - a) * y, x - y, a, y) or ()
    inner: Mapping[str, Node]  # gate -> v of a product U(v) whose v is not h_{t-1}
    peeped: Mapping[str, Node]  # gate -> what its peephole looks at
    bases: tuple[Node, ...]  # quantities the backward step multiplies, in order of need
    slots: tuple[Slot, ...]
    sums: Mapping[Node, tuple[Any, ...]]  # an `add` base or a carried state -> its terms
    carries: Mapping[str, tuple[Any, ...]]
    du: Mapping[str, tuple[Node, Any]]  # gate -> (base, coefficient)
    kept: frozenset[Node] = field(default_factory=frozenset)  # forward values backward needs

    def slot(self, base: Node, coefficient: Any, gate: str | None = None) -> int | None:
        """Index of a product, or None."""
        for k, slot in enumerate(self.slots):
            named = gate is None or slot.gate == gate
            if named and slot.base is base and _same(slot.coefficient, coefficient):
                return k
        return None


@lru_cache(maxsize=64)
def program(cell: Cell) -> Program:
    """Read the cell's text and lay out its step."""
    reading = read_cell(cell)
    forward = walk([*reading.gates.values(), *reading.states.values()])
    columns, sigmoids, tanhs = _columns(reading, forward)
    pair, mixture = _pair(forward, sigmoids, tanhs), _mixture(forward)
    if pair:
        columns, sigmoids = _side_by_side(columns, sigmoids, pair[1:3])
    named = _named(reading)
    carries = {s: _terms([n], named) for s, n in reading.dpast.items()}
    sums = {n: _terms(n.args, named) for n in named}
    bases = _bases(reading, carries, sums)
    slots = _ordered(_slots(reading, bases, carries, sums), bases)
    du = {g: split(n) for g, n in reading.du.items()}
    statics = [s.coefficient for s in slots] + [k for _, k in du.values()]
    inner = {n.args[0]: n.args[1] for n in forward if n.op == "U" and n.args[1].op != "past"}
    if mixture:  # made instead of a, 1 - a and their products
        forward = [n for n in forward if n not in _instead(mixture)] + [mixture[1]]
    kept = _needed(statics, set(forward)) | {*inner.values(), *reading.gates.values()}
    return Program(
        reading,
        columns,
        sigmoids,
        tanhs,
        pair,
        mixture,
        inner,
        _peeped(forward),
        bases,
        slots,
        sums,
        carries,
        du,
        frozenset(kept),
    )


def _peeped(forward: list[Node]) -> dict[str, Node]:
    """Gate -> the quantity that its peephole looks at: the other factor of the product."""
    return {
        n.args[i].args[0]: n.args[1 - i]
        for n in forward
        for i in (0, 1)
        if n.op == "mul" and isinstance(n.args[i], Node) and n.args[i].op == "P"
    }


def _named(reading: Reading) -> set[Node]:
    """Sums that are quantities of their own: dL/dc_t, and whatever is multiplied after adding."""
    everything = [*reading.du.values(), *reading.dpast.values()]
    products = [n.args[1] for n in walk(everything) if n.op == "U.T"]
    factors = [split(n)[0] for n in (*reading.du.values(), *products)]
    return {n for n in (*reading.total.values(), *factors) if n.op == "add"}


def split(value: Any) -> tuple[Node, Any]:
    """A dynamic product -> (base, everything else)."""
    if value.op != "mul":
        return value, 1.0
    left, right = value.args
    if not (isinstance(left, Node) and left.dynamic):
        left, right = right, left
    base, coefficient = split(left)
    return base, _times(coefficient, right)


def _columns(
    reading: Reading, forward: list[Node]
) -> tuple[tuple[Column, ...], tuple[Node, ...], tuple[Node, ...]]:
    found = set(forward)
    sigmoid: list[Column] = []
    tanh: list[Column] = []
    rest: list[Column] = []
    for gate, value in reading.gates.items():
        u = node("u", gate)
        product = next(n for n in forward if n.op == "U" and n.args[0] == gate)
        fused = node("add", u, product)
        if product.args[1].op != "past":
            rest.append(Column("u", gate, u))
        elif fused not in found:
            rest += [Column("U", gate, product), Column("u", gate, u)]
        else:
            plain = value.args[0] is fused and value not in reading.states.values()
            group = {"sigmoid": sigmoid, "tanh": tanh}.get(value.op, rest) if plain else rest
            group.append(Column("sum", gate, fused))
    values = reading.gates
    return (
        (*sigmoid, *tanh, *rest),
        tuple(values[c.gate] for c in sigmoid),
        tuple(values[c.gate] for c in tanh),
    )


def _pair(
    forward: list[Node], sigmoids: tuple[Node, ...], tanhs: tuple[Node, ...]
) -> tuple[Node, ...]:
    """i * g + f * c: two products that one call can make if their factors lie side by side."""
    for value in forward:
        parts = [a.args for a in value.args if isinstance(a, Node) and a.op == "mul"]
        if value.op != "add" or len(parts) != 2 or len(tanhs) != 1:
            continue
        for (a, b), (x, y) in (parts, parts[::-1]):
            carried = isinstance(y, Node) and y.op == "past" and y.args[0] != "h"
            if b is tanhs[0] and carried and a in sigmoids and x in sigmoids:
                return value, a, x, b, y
    return ()


def _mixture(forward: list[Node]) -> tuple[Node, ...]:
    """a * x + (1 - a) * y is y + a * (x - y): one call less, and backward wants x - y as well."""
    for value in forward:
        parts = [a.args for a in value.args if isinstance(a, Node) and a.op == "mul"]
        if value.op != "add" or len(parts) != 2:
            continue
        for (a, x), (rest, y) in (parts, parts[::-1]):
            if rest.op == "sub" and is_constant(rest.args[0], 1.0) and rest.args[1] is a:
                return value, node("sub", x, y), a, y
    return ()


def _instead(mixture: tuple[Node, ...]) -> set[Node]:
    value, _, a, _ = mixture
    return {*value.args, node("sub", 1.0, a)}


def _side_by_side(
    columns: tuple[Column, ...], sigmoids: tuple[Node, ...], last: tuple[Node, ...]
) -> tuple[tuple[Column, ...], tuple[Node, ...]]:
    """Put the pair's gates last among the sigmoids, right before the tanh."""
    order = [*(v for v in sigmoids if v not in last), *last]
    front = [columns[sigmoids.index(v)] for v in order]
    return (*front, *columns[len(sigmoids) :]), tuple(order)


def _terms(parts: Iterable[Node], named: set[Node]) -> tuple[Any, ...]:
    """A sum -> its products W_hh^T (nodes) and its merged (base, coefficient) pairs."""
    products: list[Node] = []
    pairs: dict[Node, Any] = {}

    def flatten(value: Node) -> None:
        if value.op == "add" and value not in named:
            for argument in value.args:
                flatten(argument)
        elif value.op == "U.T":
            products.append(value)
        else:
            base, k = split(value)
            pairs[base] = pairs[base] + k if base in pairs else k

    for part in parts:
        flatten(part)
    return (*products, *pairs.items())


def _needed(roots: Iterable[Any], forward: set[Node]) -> set[Node]:
    """The forward pass's own quantities that coefficients are made of."""
    found: set[Node] = set()
    for value in roots:
        if isinstance(value, Node):
            found |= {value} if value in forward else _needed(value.args, forward)
    return {n for n in found if n.op not in ("past", "P")}


def _bases(reading: Reading, carries: Any, sums: Any) -> tuple[Node, ...]:
    used = {split(n)[0] for n in reading.du.values()}
    for terms in (*carries.values(), *sums.values()):
        used |= {term[0] for term in terms if isinstance(term, tuple)}
    order = walk([*reading.total.values(), *reading.du.values(), *reading.dpast.values()])
    return tuple(n for n in order if n in used or n in sums)


def _slots(reading: Reading, bases: Any, carries: Any, sums: Any) -> list[Slot]:
    slots: list[Slot] = []
    products = [n for n in walk(reading.dpast.values()) if n.op == "U.T"]
    for product in products:
        gate, argument = product.args
        base, coefficient = split(argument)
        slots.append(Slot(base, coefficient, gate))
    for terms in (*carries.values(), *sums.values()):
        for term in terms:
            if isinstance(term, tuple) and not (term[0].op == "d" and is_constant(term[1], 1.0)):
                slots.append(Slot(term[0], term[1]))
    return slots


def _ordered(slots: list[Slot], bases: tuple[Node, ...]) -> tuple[Slot, ...]:
    """Neighbours belong together: slots of one matrix product first of all, then of one base."""
    early = {s.gate for s in slots if s.gate and _is_base(s, bases)}

    def runs(marks: list[Any]) -> int:
        return sum(a != b for a, b in zip([None, *marks], marks, strict=False) if b is not None)

    def cost(order: tuple[Slot, ...]) -> tuple[int, int]:
        carry = [True if s.gate and s.gate not in early else None for s in order]
        return runs(carry), runs([bases.index(s.base) for s in order])

    return min(permutations(slots), key=cost)


def _is_base(slot: Slot, bases: tuple[Node, ...]) -> bool:
    return any(b.op == "U.T" and b.args[0] == slot.gate for b in bases)


def _times(a: Any, b: Any) -> Any:
    if is_constant(a, 1.0):
        return b
    return a if is_constant(b, 1.0) else a * b


def _same(a: Any, b: Any) -> bool:
    return a is b or (not isinstance(a, Node) and not isinstance(b, Node) and a == b)
