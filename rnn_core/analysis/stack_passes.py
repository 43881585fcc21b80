"""A stack's way forward and back, by the cells' own text on all of its networks at once.

Arrays are (M, S, H) on the way forward and (N, M, S, H) on the way back, where N things are pulled
back through the same forward pass: the losses of N sequence lengths, or the rows of a Jacobian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from rnn_core.analysis.stack import Stack
from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import PEEPHOLES, namespace
from rnn_core.engine.pace import breathe
from rnn_core.engine.program import program
from rnn_core.engine.scan import Listening, Weights


class _Stacked:
    """One gate's W_hh for all networks: v (..., M, S, H) -> W v + b, and d -> W^T d."""

    def __init__(self, weight: Array, bias: Array, factor: Array):
        self.weight, self.across = weight, np.ascontiguousarray(weight.swapaxes(1, 2))
        self.bias, self.factor = bias[:, None], factor[:, None]
        self.plain = bool((factor == 1).all())

    def __call__(self, v: Array) -> Array:
        return self._product(v, self.across) + self.bias

    def T(self, d: Array) -> Array:
        return self._product(d, self.weight)

    def _product(self, v: Array, weight: Array) -> Array:
        if v.ndim == 4 and len(v) > 1:  # N becomes rows of the product: few large ones are quicker
            N, M, S, H = v.shape
            rows = v.transpose(1, 0, 2, 3).reshape(M, N * S, H)
            found = np.matmul(rows, weight).reshape(M, N, S, H).transpose(1, 0, 2, 3)
        else:
            found = np.matmul(v, weight)
        return found if self.plain else found * self.factor


class _Shared:
    """U: one stacked product for all gates that ask about the same v, and what each asked about."""

    def __init__(self, cell: Cell, weights: Weights, factor: Array):
        inner = program(cell).inner
        outer = [g for g in cell.gates if g not in inner]
        self.asked: dict[str, Array] = {}
        for gate in inner:
            setattr(self, gate, self._alone(gate, _product(cell, weights, factor, [gate])))
        together, H = _product(cell, weights, factor, outer), weights.weight_hh.shape[2]
        self._answer: tuple[Any, Any] = (None, None)
        for k, gate in enumerate(outer):
            setattr(self, gate, self._block(gate, together, slice(k * H, (k + 1) * H)))

    def _block(self, gate: str, together: _Stacked, block: slice) -> Callable[[Array], Array]:
        def ask(v: Array) -> Array:
            self.asked[gate] = v
            if self._answer[0] is not v:
                self._answer = v, together(v)
            return np.asarray(self._answer[1][..., block])

        return ask

    def _alone(self, gate: str, product: _Stacked) -> Callable[[Array], Array]:
        def ask(v: Array) -> Array:
            self.asked[gate] = v
            return product(v)

        return ask


def _product(cell: Cell, weights: Weights, factor: Array, gates: Sequence[str]) -> _Stacked:
    """The product of some gates' blocks of W_hh."""
    H = weights.weight_hh.shape[2]
    rows = np.concatenate([np.arange(H) + H * cell.gates.index(g) for g in gates])
    return _Stacked(weights.weight_hh[:, rows], weights.bias_hh[:, rows], factor)


def _apart(cell: Cell, weights: Weights, factor: Array) -> Any:
    """U for the way back: every gate by itself."""
    return namespace({g: _product(cell, weights, factor, [g]) for g in cell.gates})


def _peepholes(cell: Cell, weights: Weights) -> Any:
    rows: dict[str, Any] = dict.fromkeys(PEEPHOLES, 0.0)
    if weights.weight_ph is not None:
        rows |= {g: weights.weight_ph[:, k, None] for k, g in enumerate(cell.peepholes)}
    return namespace(rows)


@dataclass(frozen=True, eq=False)
class Forward:
    """Record of the forward pass: states before each step, gates and states after it."""

    stack: Stack
    states: Mapping[str, list[Array]]  # T+1 of (M, S, H)
    now: list[SimpleNamespace]
    asked: list[dict[str, Array]]  # gate -> v of U(v), of every step

    @property
    def features(self) -> Array:
        """(T, M, S, H) the hidden states the readout sees."""
        return np.stack(self.states["h"][1:])


def _inputs(many: Stack) -> dict[str, Array]:
    """gate -> (T, M, S or 1, H) what the input asks."""
    weights, H = many.weights, many.hidden
    asked = np.matmul(many.x, weights.weight_ih.swapaxes(1, 2)) + weights.bias_ih[:, None]
    asked = asked.transpose(1, 0, 2)[:, :, None]
    found = {g: asked[..., k * H : (k + 1) * H] for k, g in enumerate(many.cell.gates)}
    return {g: u + many.shifts[g][:, None] if g in many.shifts else u for g, u in found.items()}


def forward(many: Stack) -> Forward:
    """The whole sequence through all networks, by the cell's own `step`."""
    cell, u = many.cell, _inputs(many)
    U, P = _Shared(cell, many.weights, many.factor), _peepholes(cell, many.weights)
    shape = (*many.shape, many.hidden)
    past = {s: np.broadcast_to(many.initial[s][:, None], shape) for s in cell.states}
    states, now, asked = {s: [a] for s, a in past.items()}, [], []
    with np.errstate(all="ignore"):
        for t in range(many.steps):
            breathe()
            inputs = namespace({g: a[t] for g, a in u.items()})
            gates, after = cell.step(inputs, U, P, namespace(past))
            past = dict(after)
            for s, array in past.items():
                states[s].append(array)
            now.append(namespace({**gates, **past}))
            asked.append(dict(U.asked))
    return Forward(many, states, now, asked)


@dataclass(frozen=True, eq=False)
class Step:
    """One step on the way back: totals dL/ds_t after step t, and what W_hh^T was applied to."""

    t: int  # from 0
    total: Mapping[str, Array]  # (N, M, S, H)
    carried: Mapping[str, Array]  # (N, M, S, H) dL/ds before the step, from this step on
    heard: Mapping[str, Array]


def pull_back(
    done: Forward,
    enter: Callable[[int], Mapping[str, Array] | None],
    own: Callable[[int, int], Array | None],
    window: int = 0,
) -> Iterator[Step]:
    """From the last step to the first, by the cell's own `step_back`.

    enter(t): state -> (n, M, S, H) gradients that join at state t + 1, behind those under way (a
    state that is not named gets zeros);
    own(t, N): what step t's own output adds to all N of them.
    """
    many = done.stack
    cell, shape = many.cell, (*many.shape, many.hidden)
    U = Listening(_apart(cell, many.weights, many.factor), cell.gates)
    P, carried = _peepholes(cell, many.weights), {s: np.zeros((0, *shape)) for s in cell.states}
    for t in range(many.steps - 1, -1, -1):
        breathe()
        fresh = enter(t)
        if fresh is not None:
            none = np.zeros_like(fresh["h"])
            carried = {s: _joined(a, fresh.get(s, none)) for s, a in carried.items()}
        N = len(carried["h"])
        if not N:
            continue
        added = own(t, N)
        d = carried if added is None else carried | {"h": carried["h"] + added}
        past = namespace({s: a[t] for s, a in done.states.items()})
        with np.errstate(all="ignore"):
            _, before, total = cell.step_back(namespace(d), U, P, past, done.now[t])
        carried = dict(before)
        if window and t and t % window == 0:
            carried = {s: np.zeros_like(a) for s, a in carried.items()}
        yield Step(t, total, carried, U.heard)


def _joined(some: Array, more: Array) -> Array:
    return np.concatenate([some, more]) if len(some) else more
