"""One network on kernels: forward and back over a batch, with no record made.

The buffers that a pass works on are large (an LSTM of three layers, H=64, T=500: 20 MB for each
sequence) and slow to make.  They belong to nobody: a pass takes them from a pool that all passes
of the process share and gives them back, so that ten training readers keep no more than one.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array, norms
from rnn_core.engine.budget import TRAINING
from rnn_core.engine.cells import Cell
from rnn_core.engine.incoming import lengths_of
from rnn_core.engine.kernel import Kernel
from rnn_core.engine.network import Network
from rnn_core.engine.price import Price, network_pass
from rnn_core.engine.scan import Weights
from rnn_core.tasks.task import Batch

States = Mapping[str, Array]  # (L*dirs, B, H) each


@dataclass(frozen=True)
class Drop:
    """Dropout between layers, as in `torch.nn.LSTM(dropout=...)`: not after the last one."""

    share: float
    rng: Generator

    def draw(self, steps: int, size: int, features: int) -> Array:
        """(T, B, F) True where a hidden state is kept; drawn step by step, which needs no room."""
        kept = np.empty((steps, size, features), bool)
        for row in kept:
            np.greater_equal(self.rng.random(row.shape), self.share, out=row)
        return kept

    def scaled(self, kept: Array, dtype: Any) -> Array:
        """Factors of the hidden states: 0, or more than 1, so that their mean stays."""
        return np.asarray(kept / (1 - self.share), dtype)


class Shape(NamedTuple):
    """Sizes that decide a network's buffers."""

    cell: Cell
    T: int
    B: int
    D: int
    H: int
    layers: int
    sides: int
    dtype: np.dtype[Any]

    @property
    def price(self) -> Price:
        """Of a pass forward and back; the readout is not among the buffers."""
        _, T, B, D, H, layers, sides, _ = self
        return network_pass(self.cell, T=T, B=B, D=D, H=H, layers=layers, sides=sides)


class Buffers:
    """The kernels of every layer and direction at one shape, and room for one-hot inputs."""

    def __init__(self, shape: Shape):
        self.shape = shape
        self.kernels: list[Kernel] = []
        self.bytes = shape.price.bytes * shape.dtype.itemsize // 8
        self._hot: Array | None = None  # (T*B, D)
        self._was: Any = 0  # where its ones are

    def build(self) -> Iterator[None]:
        """Kernel one layer after another; at a new shape that takes long, so whoever asks may rest
        in between."""
        cell, T, B, D, H, layers, sides, dtype = self.shape
        for layer in range(layers):
            for _ in range(sides):
                self.kernels.append(Kernel(cell, T, B, D if layer == 0 else H * sides, H, dtype))
                yield

    def one_hot(self, x: Array) -> Array:
        """(B, T) integers -> (T, B, D) with a 1 at each; the next call overwrites it."""
        B, T = x.shape
        if self._hot is None:
            self._hot = np.zeros((T * B, self.shape.D), self.shape.dtype)
        rows = np.arange(T * B)
        self._hot[rows, self._was] = 0
        self._was = x.T.reshape(-1)
        self._hot[rows, self._was] = 1
        return self._hot.reshape(T, B, self.shape.D)


def _built(shape: Shape) -> Buffers:
    made = Buffers(shape)
    for _ in made.build():
        pass
    return made


class Pool:
    """Buffers of shapes met before, lent to one pass at a time; those unused longest go first."""

    def __init__(self, most_bytes: int = TRAINING):
        self.most_bytes, self.bytes = most_bytes, 0
        self._free: OrderedDict[Shape, list[Buffers]] = OrderedDict()
        self._lock = threading.Lock()
        self._used = time.monotonic()

    def take(self, shape: Shape) -> Buffers | None:
        """Buffers of this shape that nobody uses, if there are any."""
        with self._lock:
            waiting = self._free.get(shape)
            if not waiting:
                return None
            found = waiting.pop()
            if not waiting:
                del self._free[shape]
            self.bytes -= found.bytes
            return found

    def has(self, shape: Shape) -> bool:
        """Whether `take` would find some."""
        return shape in self._free

    def give(self, buffers: Buffers) -> None:
        """Whoever took or made buffers has no more use for them."""
        with self._lock:
            self._used = time.monotonic()
            self._free.setdefault(buffers.shape, []).append(buffers)
            self._free.move_to_end(buffers.shape)
            self.bytes += buffers.bytes
            while self.bytes > self.most_bytes and len(self._free) > 1:
                _, gone = self._free.popitem(last=False)
                self.bytes -= sum(one.bytes for one in gone)

    def clear(self) -> None:
        """Let go of everything that nobody uses."""
        with self._lock:
            self._free.clear()
            self.bytes = 0

    def rest(self, unused: float) -> int:
        """Let go of everything if nobody has taken or given any for so many seconds; how much."""
        if time.monotonic() - self._used < unused:
            return 0
        size = self.bytes
        self.clear()
        return size


POOL: Final = Pool()


def step_norms(array: Array) -> Array:
    """(T+1, B, H) -> (T+1,) Euclidean norms, inf where an entry is; no square overflows."""
    found = norms(array, (1, 2))
    found.flags.writeable = False
    return found


class Stack:
    """One network's layers and directions on kernels; everything time-major.

    `use`, then `forward`, `backward` and what they left, then `release`.
    """

    def __init__(self, network: Network):
        self.cell, self.reverses = network.cell, network.reverses
        self.depth = len(network.layers) // len(self.reverses)
        self.D, self.H = network.input_size, network.hidden_size
        self.dtype = network.layers[0].weight_hh.dtype
        endings = [
            f"_l{layer}" + ("_reverse" if reverse else "")
            for layer in range(self.depth)
            for reverse in self.reverses
        ]
        self._names = [tuple(name + ending for name in Weights._fields) for ending in endings]
        self._buffers: Buffers | None = None

    def shape(self, T: int, B: int) -> Shape:
        """Sizes that decide the buffers for B sequences of T steps."""
        sides = len(self.reverses)
        return Shape(self.cell, T, B, self.D, self.H, self.depth, sides, self.dtype)

    def kernel(self, T: int, B: int) -> Iterator[None]:
        """Have buffers of this shape wait in the pool; rests where they are planned first."""
        shape = self.shape(T, B)
        if POOL.has(shape):
            return
        made = Buffers(shape)
        yield from made.build()
        POOL.give(made)

    def use(self, T: int, B: int) -> None:
        """Take buffers for B sequences of T steps, until `release`."""
        shape = self.shape(T, B)
        if self._buffers is None or self._buffers.shape != shape:
            self.release()
            self._buffers = POOL.take(shape) or _built(shape)

    def release(self) -> None:
        """Give the buffers back: what the passes left there is read no more."""
        if self._buffers is not None:
            POOL.give(self._buffers)
            self._buffers = None

    @property
    def buffers(self) -> Buffers:
        """Those that are in use."""
        assert self._buffers is not None, "a pass begins with `use`"
        return self._buffers

    @property
    def kernels(self) -> list[Kernel]:
        """One for each layer and direction."""
        return self.buffers.kernels

    def forward(
        self,
        weights: Mapping[str, Array],
        batch: Batch,
        initial: States | None = None,
        masks: Sequence[Array] = (),
    ) -> Array:
        """(T, B, F) what the readout sees; a view of buffers.

        `masks`: what each layer's output but the last one's is multiplied with, or nothing."""
        B, T = batch.x.shape[:2]
        lengths = None if batch.lengths is None else lengths_of(batch.lengths, B, T)
        self.uneven = None if lengths is None or (lengths == T).all() else lengths
        self.masks = masks
        x = batch.x
        features = x.transpose(1, 0, 2) if x.ndim == 3 else self.buffers.one_hot(x)
        sides = len(self.reverses)
        for layer in range(self.depth):
            found = []
            for k in range(layer * sides, (layer + 1) * sides):
                p = self.kernels[k]
                p.load(self._weights(weights, k))
                start = None if initial is None else {s: a[k] for s, a in initial.items()}
                p.forward(self._turned(features, k), start, self.uneven)
                found.append(self._turned(p.states["h"][1:], k))
            features = found[0] if sides == 1 else np.concatenate(found, axis=-1)
            if layer < len(masks):
                features = features * masks[layer]
        return features

    @property
    def lengths(self) -> Array:
        """(B,) of the last batch."""
        p = self.kernels[0]
        return np.full(p.B, p.T) if self.uneven is None else self.uneven

    def backward(
        self, dfeatures: Array, final: States | None, window: int | None
    ) -> dict[str, Array]:
        """Every weight's gradient."""
        gradient: dict[str, Array] = {}
        sides = len(self.reverses)
        for layer in reversed(range(self.depth)):
            if layer < len(self.masks):
                dfeatures = dfeatures * self.masks[layer]
            parts = np.split(dfeatures, sides, axis=-1) if sides > 1 else [dfeatures]
            below: Any = 0
            for k, part in enumerate(parts, layer * sides):
                p, outside = self.kernels[k], None
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
        return {s: np.stack([p.total[s][0] for p in self.kernels]) for s in self.cell.states}

    def final(self) -> States:
        """The last states that were reached, (L*dirs, B, H)."""
        lengths = self.lengths
        rows = np.arange(len(lengths))
        return {
            s: np.stack([p.states[s][lengths, rows] for p in self.kernels])
            for s in self.cell.states
        }

    def norms(self) -> dict[str, Array]:
        """(T+1,) norms of the total dL/dh_t (and dL/dc_t) at the top layer's boundaries."""
        top = self.kernels[(self.depth - 1) * len(self.reverses)]
        return {s: step_norms(self._boundaries(a)) for s, a in top.total.items()}

    def _boundaries(self, states: Array) -> Array:
        """(T+1, B, H) from the top layer's reading order to sequence order."""
        if not self.reverses[0]:
            return states
        steps, lengths = np.arange(len(states))[:, None], self.lengths
        order = np.where(steps <= lengths, lengths - steps, steps)
        return np.take_along_axis(states, order[..., None], axis=0)

    def _turned(self, array: Array, k: int) -> Array:
        """Sequence order <-> the order in which kernel k reads; its own inverse."""
        if not self.reverses[k % len(self.reverses)]:
            return array
        if self.uneven is None:
            return array[::-1]
        steps = np.arange(len(array))[:, None]
        order = np.where(steps < self.uneven, self.uneven - 1 - steps, steps)
        return np.take_along_axis(array, order[..., None], axis=0)

    def _weights(self, weights: Mapping[str, Array], k: int) -> Weights:
        return Weights(*(weights.get(name) for name in self._names[k]))  # type: ignore[arg-type]
