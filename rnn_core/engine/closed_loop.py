"""Closed loop (one to many, output fed back): inputs that are not known beforehand.

The cells' equations run as they stand, step by step, so that y_t can become x_{t+1}.  On the way
back two roads lead away from a step: its state, and its output that became the next input.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.program import program
from rnn_core.engine.scan import Listening, Weights, equations
from rnn_core.engine.trace import Gradient, LayerGradient, LayerTrace, Seeds, Trace

if TYPE_CHECKING:
    from rnn_core.engine.network import Network


def forward_fed(network: Network, first: Array, steps: int, starts: Mapping[str, Array]) -> Trace:
    """first (B, D) is read, then every output (B, O = D) is the next input; `steps` in all."""
    texts = [equations(network.cell, w) for w in network.layers]
    past: list[Mapping[str, Array]] = [
        {s: a[k] for s, a in starts.items()} for k in range(len(texts))
    ]
    xs: list[list[Array]] = [[] for _ in texts]
    states: list[list[Mapping[str, Array]]] = [[p] for p in past]
    gates: list[list[Mapping[str, Array]]] = [[] for _ in texts]
    logits, x = [], first
    with np.errstate(all="ignore"):
        for _ in range(steps):
            for k, (u, U, P) in enumerate(texts):
                xs[k].append(x)
                gate, past[k] = network.cell.step(u(x), U, P, SimpleNamespace(**past[k]))
                states[k].append(past[k])
                gates[k].append(gate)
                x = past[k]["h"]
            logits.append(network.logits(x))
            x = network.outputs(logits[-1])
    lengths = np.full(len(first), steps)
    layers = tuple(
        LayerTrace(
            network.cell,
            k,
            False,
            w,
            lengths,
            np.stack(xs[k], 1),
            _stack(states[k]),
            _stack(gates[k]),
        )
        for k, w in enumerate(network.layers)
    )
    z = np.stack(logits, 1)
    return Trace(network, layers, lengths, layers[-1].after("h"), z, network.outputs(z), fed=True)


def _stack(steps: list[Any]) -> dict[str, Array]:
    return {name: np.stack([step[name] for step in steps], 1) for name in steps[0]}


def backward_fed(network: Network, trace: Trace, seeds: Seeds, window: int | None) -> Gradient:
    """Two roads lead back from a step: its state, and its output that became the next input."""
    cell, T = network.cell, trace.logits.shape[1]
    texts = [equations(cell, w) for w in network.layers]
    zero = {s: np.zeros_like(trace.layers[0].states[s][:, 0]) for s in cell.states}
    carried: list[Any] = [seeds.reaching(k) or dict(zero) for k in range(len(texts))]
    log: list[list[Any]] = [[] for _ in texts]
    dz = np.array(seeds.dlogits)
    dx: Any = 0.0
    with np.errstate(all="ignore"):
        for t in reversed(range(T)):
            if t + 1 < T and not (window and (t + 1) % window == 0):
                dz[:, t] += network.head.backward_outputs(trace.logits[:, t], dx)
            d = dz[:, t] @ network.weights["readout.weight"]
            d = d if seeds.dh is None else d + seeds.dh[:, t]
            for k in reversed(range(len(texts))):
                step = _step_back(cell, texts[k], trace.layers[k], t, carried[k], d)
                log[k].append((carried[k], d, step))
                cut = window and t % window == 0 and t
                carried[k] = dict(zero) if cut else dict(step.dpast)
                d = step.dx
            dx = d
    layers = tuple(_assemble(trace.layers[k], log[k][::-1], carried[k]) for k in range(len(texts)))
    weights = _sum_shares(layers)
    network.backward_readout(trace, dz, weights)
    return Gradient(layers, {name: weights[name] for name in network.weights}, dz)


def _step_back(
    cell: Cell, text: Any, trace: LayerTrace, t: int, carried: Mapping[str, Array], dh: Array
) -> SimpleNamespace:
    _, U, P = text
    ear = Listening(U, cell.gates)
    past = SimpleNamespace(**{s: a[:, t] for s, a in trace.states.items()})
    now = {g: a[:, t] for g, a in trace.gates.items()}
    now |= {s: a[:, t + 1] for s, a in trace.states.items()}
    arriving = SimpleNamespace(**{**carried, "h": carried["h"] + dh})
    du, dpast, total = cell.step_back(arriving, ear, P, past, SimpleNamespace(**now))
    H = trace.weights.weight_hh.shape[1]
    rows = trace.weights.weight_ih
    dx = sum(du[g] @ rows[k * H : (k + 1) * H] for k, g in enumerate(cell.gates))
    return SimpleNamespace(du=du, dpast=dpast, total=total, dv=ear.heard, dx=dx)


def _assemble(trace: LayerTrace, log: list[Any], first: Mapping[str, Array]) -> LayerGradient:
    steps = [step for _, _, step in log]
    from_next = {s: np.stack([first[s], *(c[s] for c, _, _ in log)], 1) for s in trace.cell.states}
    total = {
        s: np.stack([first[s], *(step.total[s] for step in steps)], 1) for s in trace.cell.states
    }
    here = {"h": np.stack([np.zeros_like(first["h"]), *(d for _, d, _ in log)], 1)}
    here |= {s: _through_h(trace, s, total["h"]) for s in trace.cell.states if s != "h"}
    return LayerGradient(
        trace,
        total,
        here,
        from_next,
        {g: np.stack([step.du[g] for step in steps], 1) for g in trace.cell.gates},
        {g: np.stack([step.dv[g] for step in steps], 1) for g in trace.cell.gates},
        np.stack([step.dx for step in steps], 1),
    )


def _through_h(trace: LayerTrace, state: str, dh: Array) -> Array:
    """The part of dL/dc_t that came through h of the same step, (B, T+1, H)."""
    kernel = program(trace.cell)
    here = np.zeros_like(dh)
    for base, coefficient in kernel.sums.get(kernel.reading.total[state], ()):
        if base.op == "d" and base.args[0] == "h":
            with np.errstate(all="ignore"):
                here[:, 1:] += dh[:, 1:] * trace.compute(coefficient)
    return here


def _sum_shares(layers: tuple[LayerGradient, ...]) -> dict[str, Array]:
    found = {}
    for gradient in layers:
        for name, weight in zip(Weights._fields, gradient.trace.weights, strict=True):
            if weight is not None:
                found[f"{name}_{gradient.trace.suffix}"] = gradient.share(name).sum(0)
    return found
