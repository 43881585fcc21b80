"""Traces and gradients: frozen records of named arrays.

Axes: B sequences, T steps, D inputs, H hidden units, O outputs, F features the readout sees.
Everything is in sequence order.  Gates and inputs have a row per step; states have a row per
*boundary* between steps, 0..T: boundary 0 lies left of the first step.  A forward layer starts at
boundary 0, a reverse layer at the right end of its sequence.  Rows beyond a sequence's length are
zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_core.arrays import Array, norms
from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, evaluate, read_cell
from rnn_core.engine.incoming import one_of
from rnn_core.engine.program import program
from rnn_core.engine.scan import Weights, equations

if TYPE_CHECKING:
    from rnn_core.engine.network import Network


@dataclass(frozen=True, eq=False)
class Record:
    """Frozen record of named arrays: nothing that has crossed a wall can be changed from the other
    side.  Its `repr` is one line, with shapes for arrays."""

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            elif isinstance(value, dict):
                for array in value.values():
                    array.flags.writeable = False
                object.__setattr__(self, f.name, MappingProxyType(value))

    def __repr__(self) -> str:
        return in_one_line(self)


def in_one_line(record: Any) -> str:
    """A dataclass's fields: arrays by their shapes, records inside it by their names."""

    def said(value: Any) -> str:
        if isinstance(value, np.ndarray):
            return str(value.shape)
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{name}: {said(each)}" for name, each in value.items()) + "}"
        if isinstance(value, tuple):
            return "(" + ", ".join(map(said, value)) + ")"
        return type(value).__name__ if isinstance(value, Record) else repr(value)

    pairs = (f"{f.name}={said(getattr(record, f.name))}" for f in fields(record))
    return f"{type(record).__name__}({', '.join(pairs)})"


@dataclass(frozen=True, eq=False, repr=False)
class LayerTrace(Record):
    """One layer in one direction: everything its forward pass computed."""

    cell: Cell
    layer: int
    reverse: bool
    weights: Weights
    lengths: Array  # (B,)
    x: Array  # (B, T, D)
    states: Mapping[str, Array]  # (B, T+1, H)
    gates: Mapping[str, Array]  # (B, T, H)

    @property
    def suffix(self) -> str:
        """PyTorch's ending of this layer's weight names: l0, l0_reverse, l1, ..."""
        return f"l{self.layer}" + ("_reverse" if self.reverse else "")

    def named(self, weights: Weights) -> dict[str, Array]:
        """This layer's weights, or their gradients, by PyTorch's names."""
        pairs = weights._asdict().items()
        return {f"{name}_{self.suffix}": array for name, array in pairs if array is not None}

    def after(self, state: str) -> Array:
        """(B, T, H) the state right after each step was read."""
        return self._at_steps(state, self.reverse)

    def before(self, state: str) -> Array:
        """(B, T, H) the state each step started from."""
        return self._at_steps(state, not self.reverse)

    def _at_steps(self, state: str, left: bool) -> Array:
        one_of("state", state, self.states)
        rows = self.states[state][:, :-1] if left else self.states[state][:, 1:]
        padded = bool((self.lengths < rows.shape[1]).any())
        return rows * self.mask[..., None] if padded else rows

    @property
    def mask(self) -> Array:
        """(B, T) True where a step belongs to its sequence."""
        return np.asarray(np.arange(self.x.shape[1]) < self.lengths[:, None])

    def compute(self, value: Node) -> Array:
        """(B, T, H) any quantity of the cell's text, for all steps at once."""
        u, U, P = equations(self.cell, self.weights)
        drives = u(self.x)
        reading = read_cell(self.cell)
        known = {n: self.gates[g] for g, n in reading.gates.items()}
        known |= {n: self.after(s) for s, n in reading.states.items()}

        def leaf(n: Node) -> Any:
            if n.op == "past":
                return self.before(n.args[0])
            if n.op == "u":
                return getattr(drives, n.args[0])
            if n.op == "P":
                return getattr(P, n.args[0])
            if n.op == "U":
                return getattr(U, n.args[0])(evaluate(n.args[1], known, leaf))
            return None

        with np.errstate(all="ignore"):
            return np.asarray(evaluate(value, known, leaf) * self.mask[..., None])

    @cached_property
    def preactivations(self) -> Mapping[str, Array]:
        """(B, T, H) what stands inside each gate's sigmoid, tanh or ReLU."""
        return {g: self.compute(n) for g, n in read_cell(self.cell).preactivations.items()}


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Record):
    """A network's forward pass.  `fed`: each output was the next step's input."""

    network: Network  # whose pass it is
    layers: tuple[LayerTrace, ...]
    lengths: Array  # (B,)
    features: Array  # (B, T, F)
    logits: Array  # (B, T, O); O = 0 where a network has no readout
    outputs: Array  # (B, T, O)
    fed: bool = False

    @property
    def top(self) -> LayerTrace:
        """The last layer (its forward direction)."""
        last = self.layers[-1].layer
        return next(t for t in self.layers if t.layer == last)

    @property
    def final(self) -> dict[str, Array]:
        """PyTorch's h_n, c_n: the last state each layer and direction reached, (L*dirs, B, H)."""
        B = np.arange(len(self.lengths))
        return {
            s: np.stack([t.states[s][B, 0 if t.reverse else t.lengths] for t in self.layers])
            for s in self.layers[0].cell.states
        }

    @property
    def overflow(self) -> int | None:
        """The first step (from 1) with a state that is not a finite number, or None."""
        bad = [~np.isfinite(t.after(s)).all((0, 2)) for t in self.layers for s in t.states]
        steps = np.flatnonzero(np.any(bad, axis=0))
        return int(steps[0]) + 1 if len(steps) else None


@dataclass(frozen=True, eq=False, repr=False)
class LayerGradient(Record):
    """One layer in one direction: everything its backward pass computed.  Nothing is clipped.

    states = from_output + from_next.  For h, `from_output` came from this step's output (or the
    layer above), `from_next` from the next step's state (lecture 001's two sources of error).
    For c, `from_output` came through h of the same step.
    """

    trace: LayerTrace
    states: Mapping[str, Array]  # (B, T+1, H) total dL/ds
    from_output: Mapping[str, Array]  # (B, T+1, H)
    from_next: Mapping[str, Array]  # (B, T+1, H)
    du: Mapping[str, Array]  # gate -> (B, T, H), dL/d(W_ih x + b_ih)
    dv: Mapping[str, Array]  # gate -> (B, T, H), dL/d(W_hh h + b_hh)
    x: Array  # (B, T, D) dL/dx

    def share(self, name: str) -> Array:
        """(T, *shape) each step's share of a weight's gradient; the shares sum to the gradient.

        `name` without PyTorch's ending: weight_ih, weight_hh, bias_ih, bias_hh, weight_ph.
        """
        one_of("share", name, [n for n, w in self.trace.weights._asdict().items() if w is not None])
        gates = self.trace.cell.gates
        with np.errstate(all="ignore"):
            if name == "weight_ih":
                parts = [np.einsum("bth,btd->thd", self.du[g], self.trace.x) for g in gates]
            elif name == "weight_hh":
                parts = [np.einsum("bth,btk->thk", self.dv[g], self._v(g)) for g in gates]
            elif name == "weight_ph":
                parts = [self._peephole(g)[:, None] for g in self.trace.cell.peepholes]
            else:
                sides = self.du if name == "bias_ih" else self.dv
                parts = [sides[g].sum(0) for g in gates]
            return np.concatenate(parts, axis=1)

    def norms(self, state: str = "h", part: str = "states") -> Array:
        """(T+1,) Euclidean norm over sequences and units at every boundary; inf on overflow."""
        one_of("part", part, ("states", "from_output", "from_next"))
        one_of("state", state, self.states)
        return norms(getattr(self, part)[state], (0, 2))

    def _v(self, gate: str) -> Array:
        inner = program(self.trace.cell).inner
        return self.trace.compute(inner[gate]) if gate in inner else self.trace.before("h")

    def _peephole(self, gate: str) -> Array:
        seen = self.trace.compute(program(self.trace.cell).peeped[gate])
        return np.asarray((self.du[gate] * seen).sum(0))


class Seeds(NamedTuple):
    """The gradients that BPTT starts from."""

    dlogits: Array  # (B, T, O)
    dh: Array | None = None  # (B, T, F) dL/d(top layer's states), not through the readout
    final: Mapping[str, Array] | None = None  # (L*dirs, B, H) dL/d(last states)

    def reaching(self, k: int) -> dict[str, Array] | None:
        """(B, H) of every state: what reaches the last states of one layer and direction."""
        return None if self.final is None else {s: a[k] for s, a in self.final.items()}


@dataclass(frozen=True, eq=False, repr=False)
class Gradient(Record):
    """A network's backward pass."""

    layers: tuple[LayerGradient, ...]
    weights: Mapping[str, Array]  # PyTorch's names
    logits: Array  # (B, T, O) dL/dlogits, all of it (a fed-back output has two sources)

    @property
    def top(self) -> LayerGradient:
        """The last layer (its forward direction)."""
        last = self.layers[-1].trace.layer
        return next(g for g in self.layers if g.trace.layer == last)

    @property
    def x(self) -> Array:
        """(B, T, D) dL/dx, of both directions together."""
        found = sum(g.x for g in self.layers if g.trace.layer == 0)
        return np.asarray(found)

    @property
    def initial(self) -> dict[str, Array]:
        """dL/d(initial states), (L*dirs, B, H)."""
        names = self.layers[0].trace.cell.states
        return {s: np.stack([_start(g, s) for g in self.layers]) for s in names}


def _start(gradient: LayerGradient, state: str) -> Array:
    trace = gradient.trace
    rows = trace.lengths if trace.reverse else np.zeros_like(trace.lengths)
    return np.asarray(gradient.states[state][np.arange(len(rows)), rows])
