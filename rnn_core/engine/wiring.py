"""Wirings: where inputs enter and outputs leave, and how each one runs.

A wiring is one or two parts.  Every part reads its inputs in one of three ways: all of them, only
the first (zeros after it), or the first and from then on its own outputs.  In an encoder-decoder
the encoder (many-to-one, no readout) hands its last states to the decoder (one-to-many).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.trace import Gradient, Trace


@dataclass(frozen=True)
class Wiring:
    """One entry of the table.  `placement` None: the reader chooses where the losses sit."""

    label: str
    task: str
    reads: str = "all"  # "all", "first" or "fed"
    placement: str | None = None
    encoder: bool = False
    one_step: bool = False


WIRINGS: Final[dict[str, Wiring]] = {
    "many-to-many": Wiring("many to many, in step", "labelling each step, next character"),
    "many-to-one": Wiring("many to one", "sentiment of a whole text", placement="last"),
    "one-to-many-fed": Wiring("one to many, output fed back", "captioning", reads="fed"),
    "one-to-many-first": Wiring("one to many, input only first", "captioning", reads="first"),
    "encoder-decoder": Wiring(
        "encoder and decoder", "translation", placement="every", encoder=True
    ),
    "one-to-one": Wiring("one to one", "no recurrence", placement="every", one_step=True),
}


@dataclass(frozen=True, eq=False)
class Part:
    """One network's inputs and targets; `weights`: how much each step's loss counts."""

    name: str
    x: Array  # (B, T, D)
    targets: Array  # (B, T, O); O = 0 for an encoder
    weights: Array  # (B, T)
    fed: bool = False

    def __post_init__(self) -> None:
        shapes = [np.shape(a) for a in (self.x, self.targets, self.weights)]
        if [len(s) for s in shapes] != [3, 3, 2] or len({s[:2] for s in shapes}) > 1:
            raise ValueError(
                f"{self.name}: expected x (B, T, D), targets (B, T, O) and weights (B, T) of the "
                f"same B and T; got {', '.join(map(str, shapes))}"
            )


@dataclass(frozen=True, eq=False)
class Pass:
    """A forward pass through all parts."""

    traces: tuple[Trace, ...]
    losses: tuple[Array, ...]  # (B, T) each, unweighted
    total: float


def run_forward(
    parts: Sequence[Part], networks: Sequence[Network], initial: Mapping[str, Array] | None
) -> Pass:
    """Each part starts from the last states of the one before it."""
    traces, losses, total, start = [], [], 0.0, initial
    for part, network in zip(parts, networks, strict=True):
        if part.fed:
            trace = network.generate(part.x[:, 0], part.x.shape[1], start)
        else:
            trace = network.forward(part.x, initial=start)
        loss = np.zeros(part.weights.shape)
        if network.output_size:
            loss = network.head.losses(trace.logits, part.targets)
        with np.errstate(all="ignore"):
            total += float((part.weights * loss)[part.weights > 0].sum())
        traces.append(trace)
        losses.append(loss)
        start = trace.final
    return Pass(tuple(traces), tuple(losses), total)


def run_backward(
    parts: Sequence[Part],
    networks: Sequence[Network],
    done: Pass,
    window: int | None = None,
) -> tuple[Gradient, ...]:
    """BPTT through all parts: a decoder's dL/d(initial state) is the encoder's final gradient."""
    gradients: list[Gradient] = []
    final: Mapping[str, Array] | None = None
    for part, network, trace in reversed(list(zip(parts, networks, done.traces, strict=True))):
        dlogits = np.zeros_like(trace.logits)
        if network.output_size:
            with np.errstate(all="ignore"):
                found = network.head.dlogits(trace.logits, part.targets)
                counted = part.weights > 0
                dlogits[counted] = part.weights[counted][:, None] * found[counted]
        gradients.insert(0, network.backward(trace, dlogits, final, window))
        final = gradients[0].initial
    return tuple(gradients)
