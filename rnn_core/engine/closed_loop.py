"""Closed loop (one to many, output fed back): inputs that are not known beforehand.

The cells' equations run as they stand, step by step, so that y_t can become x_{t+1}.  On the way
back two roads lead away from a step: its state, and its output that became the next input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.reference import LayerBackward, LayerForward, weight_gradients
from rnn_core.engine.trace import Gradient, Seeds, Trace

if TYPE_CHECKING:
    from rnn_core.engine.network import Network


def forward_fed(network: Network, first: Array, steps: int, starts: Mapping[str, Array]) -> Trace:
    """first (B, D) is read, then every output (B, O = D) is the next input; `steps` in all."""
    layers = [
        LayerForward(network.cell, network.cell_at, w, {s: a[k] for s, a in starts.items()})
        for k, w in enumerate(network.layers)
    ]
    logits, x = [], first
    with np.errstate(all="ignore"):
        for t in range(steps):
            for layer in layers:
                x = layer.step(t, x)
            logits.append(network.logits(x))
            x = network.outputs(logits[-1])
    traces = tuple(layer.trace(k) for k, layer in enumerate(layers))
    z, lengths = np.stack(logits, 1), np.full(len(first), steps)
    return Trace(network, traces, lengths, traces[-1].after("h"), z, network.outputs(z), fed=True)


def backward_fed(network: Network, trace: Trace, seeds: Seeds, window: int | None) -> Gradient:
    """Two roads lead back from a step: its state, and its output that became the next input."""
    T = trace.logits.shape[1]
    layers = [
        LayerBackward(layer, network.cell_at, seeds.reaching(k), window)
        for k, layer in enumerate(trace.layers)
    ]
    dz = np.array(seeds.dlogits)
    dx: Any = 0.0
    with np.errstate(all="ignore"):
        for t in reversed(range(T)):
            if t + 1 < T and not (window and (t + 1) % window == 0):
                dz[:, t] += network.head.backward_outputs(trace.logits[:, t], dx)
            d = dz[:, t] @ network.weights["readout.weight"]
            d = d if seeds.dh is None else d + seeds.dh[:, t]
            for layer in reversed(layers):
                d = layer.step(t, d)
            dx = d
    found = tuple(layer.gradient() for layer in layers)
    weights: dict[str, Array] = {}
    for each in found:
        weights |= each.trace.named(weight_gradients(each))
    network.backward_readout(trace, dz, weights)
    return Gradient(found, {name: weights[name] for name in network.weights}, dz)
