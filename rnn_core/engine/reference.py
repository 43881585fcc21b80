"""Reference scan: a cell's own equations step by step, forward and back, without a kernel.

It runs what no planned loop can: outputs that become inputs (`closed_loop`), and a cell that is
not the same at every step (`Network.at`).  Every sequence of a batch has the full length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.pace import breathe
from rnn_core.engine.scan import Listening, Weights, equations
from rnn_core.engine.trace import LayerGradient, LayerTrace

CellAt = Callable[[int], Cell]  # step, from 0 in sequence order -> its cell; names as of any step
States = Mapping[str, Array]


class LayerForward:
    """One layer in one direction on its way forward from `start`, (B, H) of each state."""

    def __init__(self, cell: Cell, at: CellAt, weights: Weights, start: States):
        self.cell, self.at, self.weights = cell, at, weights
        self.text = equations(cell, weights)
        self.xs: list[Array] = []
        self.states: list[States] = [dict(start)]
        self.gates: list[States] = []

    def step(self, t: int, x: Array) -> Array:
        """x (B, D), read at step t -> (B, H) h_t."""
        u, U, P = self.text
        gates, states = self.at(t).step(u(x), U, P, SimpleNamespace(**self.states[-1]))
        self.xs.append(x)
        self.gates.append(gates)
        self.states.append(states)
        return np.asarray(states["h"])

    def trace(self, layer: int, reverse: bool = False) -> LayerTrace:
        """The steps so far; those of a reverse layer were read from right to left."""
        turn = -1 if reverse else 1
        xs = np.stack(self.xs[::turn], 1)
        lengths = np.full(len(xs), len(self.xs))
        states, gates = _stacked(self.states[::turn]), _stacked(self.gates[::turn])
        return LayerTrace(self.cell, layer, reverse, self.weights, lengths, xs, states, gates)


class LayerBackward:
    """The way back through one layer in one direction; `final`: dL/d(its last states)."""

    def __init__(self, trace: LayerTrace, at: CellAt, final: States | None, window: int | None):
        self.of, self.at, self.window = trace, at, window
        self.zero = {s: np.zeros_like(a[:, 0]) for s, a in trace.states.items()}
        self.carried: States = dict(final or self.zero)
        _, self.U, self.P = equations(trace.cell, trace.weights)
        self.log: list[dict[str, Any]] = []

    def step(self, t: int, dh: Array) -> Array:
        """dh (B, H): what the loss says of h_t alone -> (B, D) dL/dx_t."""
        of, cell = self.of, self.at(t)
        old, new = (t + 1, t) if of.reverse else (t, t + 1)
        past = SimpleNamespace(**{s: a[:, old] for s, a in of.states.items()})
        after = {s: a[:, new] for s, a in of.states.items()}
        now = SimpleNamespace(**{g: a[:, t] for g, a in of.gates.items()}, **after)

        def back(d: States, ear: Listening) -> tuple[States, States, States]:
            return cell.step_back(SimpleNamespace(**d), ear, self.P, past, now)

        arriving, ear = {**self.carried, "h": self.carried["h"] + dh}, Listening(self.U, cell.gates)
        du, dpast, total = back(arriving, ear)
        here = dict(self.zero)
        if len(here) > 1:  # what came through h of the same step, and not from the next one
            mute = Listening(self.U, cell.gates, mute=True)
            here = dict(back({**self.zero, "h": arriving["h"]}, mute)[2])
        here["h"] = dh
        H, rows = dh.shape[-1], of.weights.weight_ih
        dx = np.asarray(sum(du[g] @ rows[k * H : (k + 1) * H] for k, g in enumerate(cell.gates)))
        found = {"total": total, "here": here, "carried": self.carried, "du": du}
        self.log.append({**found, "dv": ear.heard, "dx": dx})
        read = of.x.shape[1] - 1 - t if of.reverse else t  # steps read before
        cut = self.window and read and read % self.window == 0
        self.carried = self.zero if cut else dpast
        return dx

    def gradient(self) -> LayerGradient:
        """Every step's; what is carried now reaches the initial state."""
        start = {"total": self.carried, "here": self.zero, "carried": self.carried}
        turn = 1 if self.of.reverse else -1
        steps, ends = self.log[::turn], [*self.log, start][::turn]
        total, here, carried = (_stacked([each[part] for each in ends]) for part in start)
        du, dv = (_stacked([each[part] for each in steps]) for part in ("du", "dv"))
        dx = np.stack([each["dx"] for each in steps], 1)
        return LayerGradient(self.of, total, here, carried, du, dv, dx)


def run_layer(forward: LayerForward, x: Array, layer: int, reverse: bool) -> LayerTrace:
    """Every step of x (B, T, D), which is known beforehand."""
    steps = range(x.shape[1])
    with np.errstate(all="ignore"):
        for t in reversed(steps) if reverse else steps:
            breathe()
            forward.step(t, x[:, t])
    return forward.trace(layer, reverse)


def back_layer(back: LayerBackward, dh: Array) -> LayerGradient:
    """dh (B, T, H): what the loss says of each h_t alone."""
    steps = range(dh.shape[1])
    with np.errstate(all="ignore"):
        for t in steps if back.of.reverse else reversed(steps):
            breathe()
            back.step(t, dh[:, t])
    return back.gradient()


def weight_gradients(gradient: LayerGradient) -> Weights:
    """The sum of every step's shares."""
    found: dict[str, Array | None] = {}
    for name, weight in gradient.trace.weights._asdict().items():
        breathe()
        found[name] = None if weight is None else np.asarray(gradient.share(name).sum(0))
    return Weights(**found)  # type: ignore[arg-type]


def _stacked(rows: list[Any]) -> dict[str, Array]:
    return {name: np.stack([row[name] for row in rows], 1) for name in rows[0]}
