"""Loss and gradient of a batch, as training needs them: on kernels alone, with no record made.

`Network.forward` and `backward` hand out frozen copies of everything, which is what pictures are
made of and more than an update needs.  Here the same kernels run on one vector of weights, and only
the loss, the gradient and, on request, the norms of dL/dh_t come out.  Tests hold both ways to the
same numbers.

A batch that costs more than a slice of time is read in pieces, some sequences at a time.  A batch's
loss is a sum over its sequences (its weights say what each step counts), so the sum of the pieces'
gradients is the gradient.  Between two pieces a generator rests, and nothing large is held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.pieces import Pieces, finished
from rnn_core.engine.price import Price, network_pass, record
from rnn_core.engine.readout import Readout
from rnn_core.tasks.task import METRICS, Batch
from rnn_core.training.stack import Drop, Stack, States, step_norms

PIECE_SECONDS: Final = 0.06  # what a piece of a batch may take, as far as can be foretold
PIECE_BYTES: Final = 48_000_000  # and hold
FED_CALLS: Final = 12  # NumPy calls of a step that reads its own output, for one of a kernel


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


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers at the counted steps of a batch; N of them, time-major."""

    rows: Array | None  # (N,) places t * B + b; None: all
    features: Array  # (N, F)
    logits: Array  # (N, O)
    targets: Array  # (N, O), or (N,) integers
    weights: Array  # (N,)


@dataclass(frozen=True, eq=False)
class Found:
    """A piece's gradient: for every network, by name."""

    each: Sequence[Mapping[str, Array]]
    norms: dict[str, Array] | None = None  # of dL/dh_t at every boundary, where they are wanted


@dataclass(frozen=True)
class Scored:
    """A piece's share of the loss, its metric, and what that counts among the pieces."""

    loss: float
    score: float
    weight: float


def _together(found: list[Scored]) -> tuple[float, float]:
    """Losses add up, metrics are means by weight."""
    if len(found) == 1:
        return found[0].loss, found[0].score
    total = sum(one.weight for one in found)
    score = sum(one.score * one.weight for one in found if one.weight)
    return sum(one.loss for one in found), score / total if total else math.nan


class Objective:
    """Loss and gradient of one network, or of an encoder and a decoder, from one vector."""

    def __init__(self, networks: Sequence[Network]):
        self.networks = tuple(networks)
        self.names = ("network",) if len(networks) == 1 else ("encoder", "decoder")
        self.packing = Packing(networks, self.names)
        self.dtype = networks[-1].layers[0].weight_hh.dtype
        self.stacks = [Stack(network) for network in networks]
        self.start = self.packing.pack([n.weights for n in networks], self.dtype)
        self.start.flags.writeable = False
        self._g = np.empty_like(self.start)
        self._most: dict[tuple[int, int, bool], int] = {}
        self._norms: list[dict[str, Array]] = []  # of every piece, where they are asked for

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

    # -- pieces ------------------------------------------------------------------------------

    def price(self, batch: Batch, size: int, free: bool = False) -> Price:
        """A pass forward and back over `size` sequences as long as those of the batch."""
        each = [part for part in (batch.encoder, batch) if part is not None]
        price = Price()
        for network, part in zip(self.networks, each, strict=True):
            layers, sides = len(network.layers) // len(network.reverses), len(network.reverses)
            sizes = {"T": part.steps, "B": size, "D": network.input_size, "H": network.hidden_size}
            shape: Any = {**sizes, "layers": layers, "sides": sides}
            outputs = network.output_size if part is batch else 0
            price = price.plus(network_pass(network.cell, outputs=outputs, **shape))
            if free:
                price = price.plus(record(network.cell, **shape))
        return price._replace(calls=price.calls * FED_CALLS) if free else price

    def pieces(self, batch: Batch, free: bool = False) -> list[slice]:
        """Slices of the batch that are read at a time, as even as can be."""
        encoder = batch.encoder.steps if batch.encoder is not None else 0
        key = batch.steps, encoder, free
        if key not in self._most:
            self._most[key] = self._most_sequences(batch, free)
        count = -(-len(batch) // self._most[key])
        edges = (k * len(batch) // count for k in range(count + 1))
        return [slice(a, b) for a, b in pairwise(edges)]

    def seconds(self, batch: Batch, free: bool = False) -> float:
        """Expected time of the batch's gradient."""
        pieces = self.pieces(batch, free)
        return sum(self.price(batch, p.stop - p.start, free).seconds for p in pieces)

    def _most_sequences(self, batch: Batch, free: bool) -> int:
        """Number of sequences that fit the budget, at least one."""
        one, two = (self.price(batch, size, free) for size in (1, 2))
        by_time = (PIECE_SECONDS - one.seconds) / (two.seconds - one.seconds)
        by_room = (PIECE_BYTES - one.bytes) / (two.bytes - one.bytes)
        return 1 + max(0, int(min(by_time, by_room)))

    def _shapes(self, batch: Batch) -> list[tuple[Stack, int, int]]:
        each = [part for part in (batch.encoder, batch) if part is not None]
        return [(s, p.steps, len(p)) for s, p in zip(self.stacks, each, strict=True)]

    def _kernel(self, batch: Batch) -> Pieces[None]:
        for stack, T, B in self._shapes(batch):
            yield from stack.kernel(T, B)

    @contextmanager
    def _buffers(self, batch: Batch) -> Iterator[None]:
        """No rest in here: while a pass rests, its buffers are for all."""
        for stack, T, B in self._shapes(batch):
            stack.use(T, B)
        try:
            yield
        finally:
            for stack in self.stacks:
                stack.release()

    # -- forward -----------------------------------------------------------------------------

    def forward(
        self, weights: list[dict[str, Array]], batch: Batch, masks: Sequence[Sequence[Array]] = ()
    ) -> Answers:
        """Every part in turn, each from the last states of the one before it."""
        start: States | None = None
        if batch.encoder is not None:
            self.stacks[0].forward(weights[0], batch.encoder, None, masks[0] if masks else ())
            start = self.stacks[0].final()
        last = masks[-1] if masks else ()
        features = self.stacks[-1].forward(weights[-1], batch, start, last)
        return self._answers(weights[-1], features.reshape(-1, features.shape[-1]), batch)

    def _answers(self, weights: Mapping[str, Array], features: Array, batch: Batch) -> Answers:
        counted = batch.weights.T.reshape(-1)
        rows = None if counted.all() else np.flatnonzero(counted)
        targets = np.moveaxis(batch.targets, 1, 0).reshape(len(counted), *batch.targets.shape[2:])
        if rows is not None:
            features, targets, counted = features[rows], targets[rows], counted[rows]
        logits = features @ weights["readout.weight"].T + weights["readout.bias"]
        return Answers(rows, features, logits, targets, counted.astype(self.dtype))

    def loss_in_pieces(self, vector: Array, batch: Batch) -> Pieces[float]:
        """The loss alone, without dropout."""
        loss, _ = yield from self.evaluate_in_pieces(vector, batch, None)
        return loss

    def evaluate(self, vector: Array, batch: Batch, metric: str) -> tuple[float, float]:
        """Loss and metric, without dropout."""
        return finished(self.evaluate_in_pieces(vector, batch, metric))

    def evaluate_in_pieces(
        self, vector: Array, batch: Batch, metric: str | None
    ) -> Pieces[tuple[float, float]]:
        """Loss and metric (nan: none is asked for), without dropout."""
        found: list[Scored] = []
        for where in self.pieces(batch):
            if found:
                yield
            part = batch.part(where)
            yield from self._kernel(part)
            with self._buffers(part):
                found.append(self._scored(vector, part, metric))
        return _together(found)

    def _scored(self, vector: Array, batch: Batch, metric: str | None) -> Scored:
        with np.errstate(all="ignore"):
            said = self.forward(self.packing.unpack(vector), batch)
            loss, _ = self._loss(said)
            weights = said.weights
            if batch.scored is not None:
                scored = batch.scored.T.reshape(-1)
                weights = scored if said.rows is None else scored[said.rows]
            if metric is None:
                return Scored(loss, math.nan, 0.0)
            targets = said.targets
            if targets.ndim == 1:
                targets = np.eye(said.logits.shape[1])[targets]
            score = METRICS[metric].measure(self.head.outputs(said.logits), targets, weights)
            return Scored(loss, score, float(weights.sum()))

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
        self,
        vector: Array,
        batch: Batch,
        *,
        window: int | None = None,
        drop: Drop | None = None,
        free: bool = False,
        watch: bool = False,
    ) -> tuple[float, Array]:
        """The loss and its gradient, one vector that the next call overwrites.

        `free`: the network's own outputs are read instead of the right answers.  `watch`: `norms`
        will be asked for.
        """
        return finished(
            self.gradient_in_pieces(vector, batch, window=window, drop=drop, free=free, watch=watch)
        )

    def gradient_in_pieces(
        self,
        vector: Array,
        batch: Batch,
        *,
        window: int | None = None,
        drop: Drop | None = None,
        free: bool = False,
        watch: bool = False,
    ) -> Pieces[tuple[float, Array]]:
        """The same, resting between pieces; `vector` must stay as it is until the end."""
        masks = yield from self._draw(batch, drop)
        self._norms, total = [], 0.0
        for where in self.pieces(batch, free):
            if where.start:
                yield
            part = batch.part(where)
            cut = [[kept[:, where] for kept in network] for network in masks]
            if free:
                loss, found = self._gradient_free(vector, part, window, watch)
            else:
                yield from self._kernel(part)
                with self._buffers(part):
                    loss, found = self._gradient(vector, part, window, drop, cut, watch)
            total += loss
            if not math.isfinite(total):
                return total, np.full_like(vector, math.nan)
            self._add(found.each, first=where.start == 0)
            if found.norms is not None:
                self._norms.append(found.norms)
        return total, self._g

    def _add(self, each: Sequence[Mapping[str, Array]], first: bool) -> None:
        """A piece's gradient to those of the pieces before it."""
        if first:
            self.packing.pack(each, self.dtype, self._g)
            return
        with np.errstate(all="ignore"):
            self._g += self.packing.pack(each, self.dtype)

    def _draw(self, batch: Batch, drop: Drop | None) -> Pieces[list[list[Array]]]:
        """Dropout masks of the whole batch, for every network and layer but the last."""
        if drop is None:
            return []
        masks: list[list[Array]] = []
        each = [part for part in (batch.encoder, batch) if part is not None]
        for stack, part in zip(self.stacks, each, strict=True):
            masks.append([])
            for _ in range(stack.depth - 1):
                features = stack.H * len(stack.reverses)
                masks[-1].append(drop.draw(part.steps, len(part), features))
                yield
        return masks

    def _gradient(
        self,
        vector: Array,
        batch: Batch,
        window: int | None,
        drop: Drop | None,
        kept: list[list[Array]],
        watch: bool,
    ) -> tuple[float, Found]:
        """One piece."""
        with np.errstate(all="ignore"):
            weights = self.packing.unpack(vector)
            scale = drop.scaled if drop else np.asarray
            masks = [[scale(m, self.dtype) for m in network] for network in kept]
            said = self.forward(weights, batch, masks)
            loss, dlogits = self._loss(said)
            if not math.isfinite(loss):
                return loss, Found([])
            found = {"readout.weight": dlogits.T @ said.features, "readout.bias": dlogits.sum(0)}
            dfeatures = self._spread(dlogits @ weights[-1]["readout.weight"], said.rows, batch)
            each = [found | self.stacks[-1].backward(dfeatures, None, window)]
            if batch.encoder is not None:
                B, T = batch.encoder.x.shape[:2]
                silent = np.zeros((T, B, self.stacks[0].H * len(self.stacks[0].reverses)))
                handed = self.stacks[-1].initial()
                each.insert(0, self.stacks[0].backward(silent, handed, window))
            return loss, Found(each, self.stacks[-1].norms() if watch else None)

    def _spread(self, dfeatures: Array, rows: Array | None, batch: Batch) -> Array:
        """(N, F) -> (T, B, F), 0 where nothing is counted."""
        B, T = batch.weights.shape
        if rows is not None:
            every = np.zeros((T * B, dfeatures.shape[1]), dfeatures.dtype)
            every[rows] = dfeatures
            dfeatures = every
        return dfeatures.reshape(T, B, -1)

    def _gradient_free(
        self, vector: Array, batch: Batch, window: int | None, watch: bool
    ) -> tuple[float, Found]:
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
        norms = {s: gradient.top.norms(s) for s in last.cell.states} if watch else None
        each = [gradient.weights]
        if encoder is not None:
            back = networks[0].backward(encoder, encoder.logits, gradient.initial, window)
            each.insert(0, back.weights)
        return loss, Found(each, norms)

    def norms(self) -> dict[str, Array]:
        """Norms of dL/dh_t at every boundary of the batch that `gradient` watched last, (T+1,)."""
        if len(self._norms) == 1:
            return self._norms[0]
        return {
            s: step_norms(np.stack([found[s] for found in self._norms], 1)[..., None])
            for s in self.networks[-1].cell.states
        }


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
