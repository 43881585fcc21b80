"""Holding a gate: the same network with one gate fixed at a value, at all or at chosen steps.

`HeldCell` is a cell's own text with one quantity replaced: forward, the gate's node is the number;
back, nothing flows into what the gate was made of (dL/da = 0), all else is the cell's own
derivative.  So the gradients are those of the held network, exactly.

    held = hold_gate(done, Hold("forget", 1.0))          # a `Run` like any other
    held = hold_gate(done, Hold("reset", 0.0, (3, 4)))   # at steps 3 and 4 alone, from 0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, evaluate, read_cell
from rnn_core.engine.incoming import is_finite
from rnn_core.engine.network import Network
from rnn_core.engine.readout import parse_steps
from rnn_core.engine.wiring import run_backward, run_forward

if TYPE_CHECKING:
    from rnn_core.experiment.run import Run

Values = Mapping[str, Any]
ALL = "all"

PER_STEP = 1.6e-3  # seconds of a layer and step: there, back, and four times there


@dataclass(frozen=True)
class Hold:
    """Gate, value and steps (from 0) of a held gate; `steps` None: at all of them."""

    gate: str
    value: float
    steps: tuple[int, ...] | None = None

    def at(self, step: int) -> bool:
        """Whether the gate is held at this step."""
        return self.steps is None or step in self.steps

    def __str__(self) -> str:
        what = "the candidate" if self.gate == "candidate" else f"the {self.gate} gate"
        steps = ",".join(str(t + 1) for t in self.steps or ())
        where = "" if self.steps is None else f" at step{'s' * (len(self.steps) != 1)} {steps}"
        return f"{what} held at {self.value:g}{where}"


def read_steps(text: str) -> tuple[int, ...] | None:
    """Steps as a reader writes them, "3" or "1,5-8" from 1, as numbers from 0; "all" is None."""
    return None if text == ALL else tuple(step - 1 for step in parse_steps(text))


def may_be_steps(text: str) -> bool:
    """Whether `read_steps` can read this; a `ValueError` says why not."""
    return text == ALL or bool(parse_steps(text))


@dataclass(frozen=True)
class HeldCell(Cell):
    """A cell's own equations with one gate's value replaced by a number."""

    cell: Cell
    gate: str
    value: float

    def __post_init__(self) -> None:
        if self.gate not in self.cell.gates:
            known = ", ".join(self.cell.gates)
            raise ValueError(f"gate: expected one of {known} of {self.cell}; got {self.gate!r}")
        if not is_finite(self.value):
            raise ValueError(f"value: expected a finite number to hold; got {self.value!r}")

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.cell.name

    @property
    def states(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.cell.states

    @property
    def gates(self) -> tuple[str, ...]:
        return self.cell.gates

    @property
    def sigmoid_gates(self) -> tuple[str, ...]:
        return self.cell.sigmoid_gates

    @property
    def peepholes(self) -> tuple[str, ...]:
        return self.cell.peepholes

    def step(self, u: Any, U: Any, P: Any, past: Any) -> tuple[Values, Values]:
        reading = read_cell(self.cell)
        known = {reading.gates[self.gate]: np.full_like(past.h, self.value)}
        leaf = _leaves(u=u, U=U, P=P, past=past)
        gates = {g: _value(n, known, leaf) for g, n in reading.gates.items()}
        return gates, {s: _value(n, known, leaf) for s, n in reading.states.items()}

    def step_back(
        self, d: Any, U: Any, P: Any, past: Any, now: Any
    ) -> tuple[Values, Values, Values]:
        reading = read_cell(self.cell)
        known = {n: getattr(now, s) for s, n in reading.states.items()}
        known |= {n: getattr(now, g) for g, n in reading.gates.items()}
        known[reading.du[self.gate]] = np.zeros_like(past.h)
        leaf = _leaves(U=U, P=P, past=past, d=d)
        found = (reading.du, reading.dpast, reading.total)
        du, dpast, total = (
            {name: _value(n, known, leaf) for name, n in part.items()} for part in found
        )
        return du, dpast, total


def _leaves(U: Any, **given: Any) -> Any:
    """Lookup that `graph.evaluate` calls for inputs, states, weights and products."""

    def leaf(n: Node) -> Any:
        if n.op in given:
            return getattr(given[n.op], n.args[0])
        if n.op in ("U", "U.T"):
            product = getattr(U, n.args[0])
            return (product if n.op == "U" else product.T)(_value(n.args[1], leaf.known, leaf))  # type: ignore[attr-defined]
        return None

    leaf.known = {}  # type: ignore[attr-defined]
    return leaf


def _value(value: Any, known: dict[Node, Any], leaf: Any) -> Any:
    leaf.known = known
    with np.errstate(all="ignore"):
        return evaluate(value, known, leaf)


@dataclass(frozen=True)
class HeldAt:
    """The cell of each step: held at the steps of `hold`, itself at all others."""

    cell: Cell
    hold: Hold
    first: int = 0  # the number of the first step; a decoder's steps follow the encoder's

    def __post_init__(self) -> None:
        _ = self.held  # a gate that the cell has, at a finite value

    @property
    def held(self) -> HeldCell:
        """The cell with the gate held."""
        return HeldCell(self.cell, self.hold.gate, self.hold.value)

    def __call__(self, t: int) -> Cell:
        return self.held if self.hold.at(self.first + t) else self.cell


def hold_network(network: Network, hold: Hold, first: int = 0) -> Network:
    """The same network with a gate held; it runs by the reference scan."""
    return replace(network, at=HeldAt(network.cell, hold, first))


# -- a whole run -----------------------------------------------------------------------------


def seconds(done: Run) -> float:
    """About how long `hold_gate` and the check of what it makes take, on one core."""
    return PER_STEP * sum(len(s.trace.layers) * s.x.shape[1] for s in done.stages)


def hold_gate(done: Run, hold: Hold) -> Run:
    """The run's twin with a gate held: same inputs, weights and loss, other states and gradients.

    Steps count through all stages, encoder and decoder alike.  Where a stage's output is fed back
    as its next input, the gate is held at every step of it.
    """
    networks, first = [], 0
    for stage, part in zip(done.stages, done.parts, strict=True):
        now = replace(hold, steps=None) if part.fed else hold
        networks.append(hold_network(stage.network, now, first))
        first += stage.x.shape[1]
    found = run_forward(done.parts, networks, done.initial)
    gradients = run_backward(done.parts, networks, found, done.experiment.window or None)
    stages = tuple(
        replace(stage, network=n, trace=t, gradient=g, loss=loss)
        for stage, n, t, g, loss in zip(
            done.stages, networks, found.traces, gradients, found.losses, strict=True
        )
    )
    return replace(done, stages=stages, loss=found.total, changed=str(hold))
