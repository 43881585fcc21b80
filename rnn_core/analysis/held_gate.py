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
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, evaluate, read_cell
from rnn_core.engine.incoming import is_finite
from rnn_core.engine.network import LayerBack, Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.readout import parse_steps
from rnn_core.engine.scan import Weights, equations
from rnn_core.engine.trace import LayerGradient, LayerTrace, Trace
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


# -- a network with a held gate --------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class HeldNetwork(Network):
    """A network whose cell holds a gate.  Its loops are plain: a held cell has no planned ones.

    Where an output is fed back as the next input, the gate is held at every step.
    """

    hold: Hold = Hold("", 0.0)
    first: int = 0  # the number of the first step; a decoder's steps follow the encoder's

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.held  # a gate that the cell has, at a finite value

    @property
    def held(self) -> HeldCell:
        """The cell with the gate held."""
        return HeldCell(self.cell, self.hold.gate, self.hold.value)

    def at(self, t: int) -> Cell:
        """The cell of one step."""
        return self.held if self.hold.at(self.first + t) else self.cell

    def _run_layer(
        self, k: int, x: Array, lengths: Array, initial: Mapping[str, Array]
    ) -> LayerTrace:
        """Every sequence of the batch has to have the full length."""
        if (lengths < x.shape[1]).any():
            raise ValueError(f"lengths: a held gate needs full ones, {x.shape[1]}; got {lengths}")
        reverse, T = self.reverses[k % len(self.reverses)], x.shape[1]
        weights = self.layers[k]
        u, U, P = equations(self.cell, weights)
        past, states, gates = dict(initial), [dict(initial)], []
        with np.errstate(all="ignore"):
            for t in reversed(range(T)) if reverse else range(T):
                breathe()
                gate, new = self.at(t).step(u(x[:, t]), U, P, SimpleNamespace(**past))
                past = dict(new)
                states.append(past)
                gates.append(gate)
        if reverse:
            states, gates = states[::-1], gates[::-1]
        return LayerTrace(
            self.cell,
            k // len(self.reverses),
            reverse,
            weights,
            lengths,
            x,
            _stacked(states),
            _stacked(gates),
        )

    def _back_layer(
        self, trace: LayerTrace, dh: Array, final: Mapping[str, Array] | None, window: int | None
    ) -> LayerBack:
        T = trace.x.shape[1]
        zero = {s: np.zeros_like(dh[:, 0]) for s in self.cell.states}
        carried = zero if final is None else dict(final)
        log: list[Any] = []
        _, U, P = equations(self.cell, trace.weights)
        read_as = list(reversed(range(T))) if trace.reverse else list(range(T))
        for k, t in reversed(list(enumerate(read_as))):
            breathe()
            back = _step_back(self.at(t), U, P, trace, t, carried, dh[:, t])
            log.append(back)
            cut = window and k % window == 0 and k
            carried = zero if cut else dict(back.dpast)
        found = _assembled(trace, log if trace.reverse else log[::-1], carried, dh)
        pairs = zip(Weights._fields, trace.weights, strict=True)
        sums = (None if w is None else _summed(found, name) for name, w in pairs)
        return LayerBack(found, Weights(*sums))  # type: ignore[arg-type]

    def generate(
        self, first: Array, steps: int, initial: Mapping[str, Array] | None = None
    ) -> Trace:
        """As `Network.generate`, held at every step."""
        made = super().generate(first, steps, initial)
        return replace(made, layers=tuple(replace(t, cell=self.cell) for t in made.layers))

    @property
    def _stepwise(self) -> Network:
        return Network(self.held, self.weights, self.direction, self.readout)


def _summed(found: LayerGradient, name: str) -> Array:
    breathe()
    return np.asarray(found.share(name).sum(0))


class _Ear:
    """U, noting what W_hh^T is applied to: dL/d(what the past asks)."""

    def __init__(self, U: Any, gates: tuple[str, ...]):
        self.heard: dict[str, Array] = {}
        for gate in gates:
            setattr(self, gate, self._listening(gate, getattr(U, gate)))

    def _listening(self, gate: str, affine: Any) -> Any:
        def back(d: Array) -> Array:
            self.heard[gate] = np.asarray(d)
            return np.asarray(affine.T(d))

        def product(v: Array) -> Array:
            return np.asarray(affine(v))

        product.T = back  # type: ignore[attr-defined]
        return product


def _step_back(
    cell: Cell, U: Any, P: Any, trace: LayerTrace, t: int, carried: Values, dh: Array
) -> SimpleNamespace:
    ear = _Ear(U, cell.gates)
    old, new = (t + 1, t) if trace.reverse else (t, t + 1)
    past = SimpleNamespace(**{s: a[:, old] for s, a in trace.states.items()})
    now = {g: a[:, t] for g, a in trace.gates.items()}
    now |= {s: a[:, new] for s, a in trace.states.items()}
    arriving = SimpleNamespace(**{**carried, "h": carried["h"] + dh})
    with np.errstate(all="ignore"):
        du, dpast, total = cell.step_back(arriving, ear, P, past, SimpleNamespace(**now))
    H, rows = dh.shape[-1], trace.weights.weight_ih
    dx = sum(du[g] @ rows[k * H : (k + 1) * H] for k, g in enumerate(cell.gates))
    return SimpleNamespace(du=du, dpast=dpast, total=total, dv=ear.heard, dx=dx, carried=carried)


def _assembled(trace: LayerTrace, log: list[Any], first: Values, dh: Array) -> LayerGradient:
    """`log` in sequence order; `first` is what reaches the initial state."""
    cell, ends = trace.cell, -1 if trace.reverse else 0

    def states(rows: list[Values]) -> dict[str, Array]:
        rows = [*rows, first] if ends else [first, *rows]
        return _stacked(rows)

    total, carried = states([b.total for b in log]), states([b.carried for b in log])
    here = {s: total[s] - carried[s] for s in cell.states}
    zero = np.zeros_like(dh[:, :1])
    here["h"] = np.concatenate([dh, zero] if ends else [zero, dh], axis=1)
    return LayerGradient(
        trace,
        total,
        here,
        carried,
        _stacked([b.du for b in log]),
        _stacked([b.dv for b in log]),
        np.stack([b.dx for b in log], 1),
    )


def _stacked(rows: list[Any]) -> dict[str, Array]:
    return {name: np.stack([row[name] for row in rows], 1) for name in rows[0]}


# -- a whole run -----------------------------------------------------------------------------


def seconds(done: Run) -> float:
    """About how long `hold_gate` and the check of what it makes take, on one core."""
    return PER_STEP * sum(len(s.trace.layers) * s.x.shape[1] for s in done.stages)


def hold_gate(done: Run, hold: Hold) -> Run:
    """The run's twin with a gate held: same inputs, weights and loss, other states and gradients.

    Steps count through all stages, encoder and decoder alike.
    """
    networks, first = [], 0
    for stage in done.stages:
        n = stage.network
        networks.append(HeldNetwork(n.cell, n.weights, n.direction, n.readout, hold, first))
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
