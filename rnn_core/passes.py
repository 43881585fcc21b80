"""Loss and gradient of a batch, as training needs them: on plans alone, with no record made.

`Network.forward` and `backward` hand out frozen copies of everything, which is what pictures are
made of and more than an update needs.  Here the same plans run on one vector of weights,
buffers are kept from batch to batch, and only the loss, the gradient and, on request, the norms of
dL/dh_t come out.  Tests hold both ways to the same numbers.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator

from rnn_core.incoming import lengths_of
from rnn_core.network import Network
from rnn_core.readout import Readout
from rnn_core.tasks.task import METRICS, Batch
from rnn_core.unroll import Array, Plan, Weights

MOST_PLANS = 6  # shapes whose buffers are kept; a task with many lengths should pad to one
States = Mapping[str, Array]  # (L*dirs, B, H) each


@dataclass(frozen=True)
class Drop:
    """Dropout between layers, as in `torch.nn.LSTM(dropout=...)`: not after the last one."""

    share: float
    rng: Generator

    def mask(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """0, or what makes up for the dropped ones."""
        kept = self.rng.random(shape) >= self.share
        return np.asarray(kept / (1 - self.share), dtype)


def step_norms(array: Array) -> Array:
    """(T+1, B, H) -> (T+1,) Euclidean norms, inf where an entry is; no square overflows."""
    with np.errstate(all="ignore"):
        largest = np.abs(array).max((1, 2))
        scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)[:, None, None]
        norms = np.sqrt(np.square(array / scale).sum((1, 2))) * scale[:, 0, 0]
    norms.flags.writeable = False
    return np.asarray(norms)


class Packing:
    """All weights of one or two networks in one vector, and views of it by name."""

    def __init__(self, networks: Sequence[Network], names: Sequence[str]):
        self.places: list[dict[str, tuple[slice, tuple[int, ...]]]] = []
        self.names = tuple(names)
        end = 0
        for network in networks:
            self.places.append({})
            for name, array in network.weights.items():
                self.places[-1][name] = slice(end, end + array.size), array.shape
                end += array.size
        self.size = end

    def pack(
        self, each: Sequence[Mapping[str, Array]], dtype: Any, out: Array | None = None
    ) -> Array:
        """Weights of every network -> one vector."""
        vector = np.empty(self.size, dtype) if out is None else out
        for weights, places in zip(each, self.places, strict=True):
            for name, (where, shape) in places.items():
                vector[where].reshape(shape)[...] = weights[name]
        return vector

    def unpack(self, vector: Array) -> list[dict[str, Array]]:
        """One vector -> views by name, for every network."""
        return [
            {name: vector[where].reshape(shape) for name, (where, shape) in places.items()}
            for places in self.places
        ]

    def named(self, vector: Array) -> dict[str, Array]:
        """Copies by name, behind the network's name where there are two."""
        several = len(self.places) > 1
        return {
            f"{prefix}.{name}" if several else name: array.copy()
            for prefix, found in zip(self.names, self.unpack(vector), strict=True)
            for name, array in found.items()
        }

    def from_named(self, weights: Mapping[str, Array], dtype: Any) -> Array:
        """`named` undone; names and shapes must be right."""
        several, each = len(self.places) > 1, []
        for prefix, places in zip(self.names, self.places, strict=True):
            full = {n: f"{prefix}.{n}" if several else n for n in places}
            for name, (_, shape) in places.items():
                got = np.shape(weights[full[name]]) if full[name] in weights else "nothing"
                if got != shape:
                    raise ValueError(f"{full[name]}: expected shape {shape}, got {got}")
            each.append({n: weights[full[n]] for n in places})
        return self.pack(each, dtype)


class Stack:
    """One network's layers and directions on their own plans; everything time-major."""

    def __init__(self, network: Network):
        self.cell, self.reverses = network.cell, network.reverses
        self.depth = len(network.layers) // len(self.reverses)
        self.D, self.H = network.input_size, network.hidden_size
        self.dtype = network.layers[0].weight_hh.dtype
        endings = [
            f"_l{layer}" + ("_reverse" if reverse else "")
            for layer in range(self.depth) for reverse in self.reverses
        ]  # fmt: skip
        self._names = [tuple(name + ending for name in Weights._fields) for ending in endings]
        self._kept: OrderedDict[tuple[int, int], list[Plan]] = OrderedDict()
        self._hot: dict[tuple[int, int], Array] = {}
        self._was: dict[tuple[int, int], Array] = {}
        self.plans: list[Plan] = []

    def _use(self, T: int, B: int) -> None:
        """The plans of this shape; the shapes used last are kept."""
        if (T, B) not in self._kept:
            if len(self._kept) >= MOST_PLANS:
                oldest, _ = self._kept.popitem(last=False)
                self._hot.pop(oldest, None)
            self._kept[T, B] = [
                Plan(self.cell, T, B, self.D if layer == 0 else self.H * len(self.reverses),
                     self.H, self.dtype)
                for layer in range(self.depth) for _ in self.reverses
            ]  # fmt: skip
        self._kept.move_to_end((T, B))
        self.plans = self._kept[T, B]

    def forward(
        self, weights: Mapping[str, Array], batch: Batch, initial: States | None = None,
        drop: Drop | None = None,
    ) -> Array:  # fmt: skip
        """(T, B, F) what the readout sees; a view of buffers."""
        B, T = batch.x.shape[:2]
        self._use(T, B)
        lengths = None if batch.lengths is None else lengths_of(batch.lengths, B, T)
        self.uneven = None if lengths is None or (lengths == T).all() else lengths
        self.masks: list[Array | None] = [None] * self.depth
        features, sides = self._read(batch.x), len(self.reverses)
        for layer in range(self.depth):
            found = []
            for k in range(layer * sides, (layer + 1) * sides):
                p = self.plans[k]
                p.load(self._weights(weights, k))
                start = None if initial is None else {s: a[k] for s, a in initial.items()}
                p.forward(self._turned(features, k), start, self.uneven)
                found.append(self._turned(p.states["h"][1:], k))
            features = found[0] if sides == 1 else np.concatenate(found, axis=-1)
            if drop and layer + 1 < self.depth:
                self.masks[layer] = drop.mask(features.shape, self.dtype)
                features = features * self.masks[layer]
        return features

    @property
    def lengths(self) -> Array:
        """(B,) of the last batch."""
        p = self.plans[0]
        return np.full(p.B, p.T) if self.uneven is None else self.uneven

    def backward(
        self, dfeatures: Array, final: States | None, window: int | None
    ) -> dict[str, Array]:
        """Every weight's gradient."""
        gradient: dict[str, Array] = {}
        sides = len(self.reverses)
        for layer in reversed(range(self.depth)):
            if (mask := self.masks[layer]) is not None:
                dfeatures = dfeatures * mask
            parts = np.split(dfeatures, sides, axis=-1) if sides > 1 else [dfeatures]
            below: Any = 0
            for k, part in enumerate(parts, layer * sides):
                p, outside = self.plans[k], None
                if final is not None:
                    outside = {s: a[k] for s, a in final.items()}
                p.backward(self._turned(part, k), outside, window, self.uneven)
                found = zip(self._names[k], p.weight_gradients(), strict=True)
                gradient.update((name, d) for name, d in found if d is not None)
                if layer:
                    below = below + self._turned(p.input_gradient(), k)
            dfeatures = below
        return gradient

    def initial(self) -> States:
        """dL/d(initial states), (L*dirs, B, H)."""
        return {s: np.stack([p.total[s][0] for p in self.plans]) for s in self.cell.states}

    def final(self) -> States:
        """The last states that were reached, (L*dirs, B, H)."""
        lengths = self.lengths
        rows = np.arange(len(lengths))
        return {
            s: np.stack([p.states[s][lengths, rows] for p in self.plans]) for s in self.cell.states
        }

    def norms(self) -> dict[str, Array]:
        """(T+1,) norms of the total dL/dh_t (and dL/dc_t) at the top layer's boundaries."""
        top = self.plans[(self.depth - 1) * len(self.reverses)]
        return {s: step_norms(self._boundaries(a)) for s, a in top.total.items()}

    def _boundaries(self, states: Array) -> Array:
        """(T+1, B, H) from the top layer's reading order to sequence order."""
        if not self.reverses[0]:
            return states
        steps, lengths = np.arange(len(states))[:, None], self.lengths
        order = np.where(steps <= lengths, lengths - steps, steps)
        return np.take_along_axis(states, order[..., None], axis=0)

    def _read(self, x: Array) -> Array:
        """(B, T, D) numbers or (B, T) integers -> (T, B, D)."""
        if x.ndim == 3:
            return x.transpose(1, 0, 2)
        B, T = x.shape
        if (T, B) not in self._hot:
            self._hot[T, B] = np.zeros((T * B, self.D), self.dtype)
            self._was[T, B] = np.zeros(T * B, int)
        hot, rows = self._hot[T, B], np.arange(T * B)
        hot[rows, self._was[T, B]] = 0
        self._was[T, B] = x.T.reshape(-1)
        hot[rows, self._was[T, B]] = 1
        return hot.reshape(T, B, self.D)

    def _turned(self, array: Array, k: int) -> Array:
        """Sequence order <-> the order in which plan k reads; its own inverse."""
        if not self.reverses[k % len(self.reverses)]:
            return array
        if self.uneven is None:
            return array[::-1]
        steps = np.arange(len(array))[:, None]
        order = np.where(steps < self.uneven, self.uneven - 1 - steps, steps)
        return np.take_along_axis(array, order[..., None], axis=0)

    def _weights(self, weights: Mapping[str, Array], k: int) -> Weights:
        return Weights(*(weights.get(name) for name in self._names[k]))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Answers:
    """What was said at the counted steps of a batch; N of them, time-major."""

    rows: Array | None  # (N,) places t * B + b; None: all
    features: Array  # (N, F)
    logits: Array  # (N, O)
    targets: Array  # (N, O), or (N,) integers
    weights: Array  # (N,)


class Passes:
    """Loss and gradient of one network, or of an encoder and a decoder, from one vector."""

    def __init__(self, networks: Sequence[Network]):
        self.networks = tuple(networks)
        self.names = ("network",) if len(networks) == 1 else ("encoder", "decoder")
        self.packing = Packing(networks, self.names)
        self.dtype = networks[-1].layers[0].weight_hh.dtype
        self.stacks = [Stack(network) for network in networks]
        self._fed_norms: dict[str, Array] = {}
        self.start = self.packing.pack([n.weights for n in networks], self.dtype)
        self.start.flags.writeable = False
        self._g = np.empty_like(self.start)

    @property
    def head(self) -> Readout:
        return self.networks[-1].head

    @cached_property
    def _fused(self) -> bool:
        return (self.head.activation, self.head.loss) == ("softmax", "cross-entropy")

    def made(self, vector: Array) -> tuple[Network, ...]:
        """The networks with these weights."""
        weights = self.packing.unpack(vector)
        return tuple(n.load_state_dict(w) for n, w in zip(self.networks, weights, strict=True))

    # -- forward -----------------------------------------------------------------------------

    def forward(self, weights: list[dict[str, Array]], batch: Batch, drop: Drop | None) -> Answers:
        """Every part in turn, each from the last states of the one before it."""
        start: States | None = None
        if batch.encoder is not None:
            self.stacks[0].forward(weights[0], batch.encoder, None, drop)
            start = self.stacks[0].final()
        features = self.stacks[-1].forward(weights[-1], batch, start, drop)
        return self._answers(weights[-1], features.reshape(-1, features.shape[-1]), batch)

    def _answers(self, weights: Mapping[str, Array], features: Array, batch: Batch) -> Answers:
        counted = batch.weights.T.reshape(-1)
        rows = None if counted.all() else np.flatnonzero(counted)
        targets = np.moveaxis(batch.targets, 1, 0).reshape(len(counted), *batch.targets.shape[2:])
        if rows is not None:
            features, targets, counted = features[rows], targets[rows], counted[rows]
        logits = features @ weights["readout.weight"].T + weights["readout.bias"]
        return Answers(rows, features, logits, targets, counted.astype(self.dtype))

    def evaluate(self, vector: Array, batch: Batch, metric: str) -> tuple[float, float]:
        """Loss and metric, without dropout."""
        with np.errstate(all="ignore"):
            said = self.forward(self.packing.unpack(vector), batch, None)
            loss, _ = self._loss(said)
            targets = said.targets
            if targets.ndim == 1:
                targets = np.eye(said.logits.shape[1])[targets]
            weights = said.weights
            if batch.scored is not None:
                scored = batch.scored.T.reshape(-1)
                weights = scored if said.rows is None else scored[said.rows]
            score = METRICS[metric].measure(self.head.outputs(said.logits), targets, weights)
            return loss, score

    def _loss(self, said: Answers) -> tuple[float, Array]:
        """The loss and dL/dlogits (N, O); softmax with classes in one go."""
        if self._fused and said.targets.ndim == 1:
            return _softmax_loss(said)
        targets = said.targets
        if targets.ndim == 1:
            targets = np.eye(said.logits.shape[1], dtype=self.dtype)[targets]
        losses = self.head.losses(said.logits, targets)
        dlogits = self.head.dlogits(said.logits, targets) * said.weights[:, None]
        return float(losses @ said.weights), dlogits

    # -- backward ----------------------------------------------------------------------------

    def gradient(
        self, vector: Array, batch: Batch, *, window: int | None = None,
        drop: Drop | None = None, free: bool = False,
    ) -> tuple[float, Array]:  # fmt: skip
        """The loss and its gradient, one vector that the next call overwrites.

        `free`: the network's own outputs are read instead of the right answers.
        """
        if free:
            return self._gradient_free(vector, batch, window)
        with np.errstate(all="ignore"):
            weights = self.packing.unpack(vector)
            said = self.forward(weights, batch, drop)
            loss, dlogits = self._loss(said)
            if not math.isfinite(loss):
                return loss, np.full_like(vector, math.nan)
            found = {"readout.weight": dlogits.T @ said.features, "readout.bias": dlogits.sum(0)}
            dfeatures = self._spread(dlogits @ weights[-1]["readout.weight"], said.rows, batch)
            each = [found | self.stacks[-1].backward(dfeatures, None, window)]
            if batch.encoder is not None:
                B, T = batch.encoder.x.shape[:2]
                silent = np.zeros((T, B, self.stacks[0].H * len(self.stacks[0].reverses)))
                handed = self.stacks[-1].initial()
                each.insert(0, self.stacks[0].backward(silent, handed, window))
            return loss, self.packing.pack(each, vector.dtype, self._g)

    def _spread(self, dfeatures: Array, rows: Array | None, batch: Batch) -> Array:
        """(N, F) -> (T, B, F), 0 where nothing is counted."""
        B, T = batch.weights.shape
        if rows is not None:
            every = np.zeros((T * B, dfeatures.shape[1]), dfeatures.dtype)
            every[rows] = dfeatures
            dfeatures = every
        return dfeatures.reshape(T, B, -1)

    def _gradient_free(
        self, vector: Array, batch: Batch, window: int | None
    ) -> tuple[float, Array]:
        """Each output is the next input: through `Network.generate`, records and all."""
        networks, encoder, start = self.made(vector), None, None
        if batch.encoder is not None:
            x = batch.encoder.inputs(networks[0].input_size)
            encoder = networks[0].forward(x, batch.encoder.lengths)
            start = encoder.final
        last = networks[-1]
        x, targets = batch.inputs(last.input_size), batch.answers(last.output_size)
        trace = last.generate(x[:, 0], batch.steps, start)
        counted = batch.weights > 0
        loss = float((batch.weights * last.head.losses(trace.logits, targets))[counted].sum())
        dlogits = np.zeros_like(trace.logits)
        found = last.head.dlogits(trace.logits, targets)
        dlogits[counted] = batch.weights[counted][:, None] * found[counted]
        gradient = last.backward(trace, dlogits, None, window)
        self._fed_norms = {s: gradient.top.norms(s) for s in last.cell.states}
        each = [gradient.weights]
        if encoder is not None:
            back = networks[0].backward(encoder, encoder.logits, gradient.initial, window)
            each.insert(0, back.weights)
        return loss, self.packing.pack(each, vector.dtype)

    def norms(self) -> dict[str, Array]:
        """Norms of dL/dh_t at every boundary of the batch that `gradient` met last, (T+1,)."""
        return self._fed_norms or self.stacks[-1].norms()


def _softmax_loss(said: Answers) -> tuple[float, Array]:
    """-log p of the right class, and (p - 1 at the right class) times the weight."""
    shifted, rows = said.logits - said.logits.max(1, keepdims=True), np.arange(len(said.logits))
    right = shifted[rows, said.targets]
    p = np.exp(shifted, shifted)
    total = p.sum(1)
    loss = float((np.log(total) - right) @ said.weights)
    p *= (said.weights / total)[:, None]
    p[rows, said.targets] -= said.weights
    return loss, p
