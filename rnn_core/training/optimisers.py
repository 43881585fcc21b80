"""Optimisers: update rules for a gradient, clipping in place, learning-rate schedules.

An optimiser is a frozen rule.  It is handed all weights as one vector, their gradient, what it
remembers and the learning rate, and returns the new weights and what to remember next:

    w   weights          g   gradient (clipped already)          rate   the learning rate
    s   what it remembers: arrays of the shape of w (and Adam: the number of updates t)

The formulas, and where each epsilon stands, are those of `torch.optim`.  Clipping is an act of its
own, before the rule, and reports the norm before and after.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.clip import EPSILON, MODES, global_norm

Memory = Mapping[str, Any]


class Optimiser(ABC):
    """A rule and its constants; it keeps no data."""

    label: ClassVar[str]
    help: ClassVar[str]
    remembers: ClassVar[tuple[str, ...]] = ()

    def start(self, w: Array) -> Memory:
        """Memory before the first update: zeros."""
        return {name: np.zeros_like(w) for name in self.remembers}

    @abstractmethod
    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        """New weights, and what to remember for the next update."""


@dataclass(frozen=True)
class SGD(Optimiser):
    """Gradient descent.  w - rate g"""

    label: ClassVar[str] = "SGD"
    help: ClassVar[str] = "One step down the gradient, as long as the gradient is steep."

    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        return w - rate * g, {}


@dataclass(frozen=True)
class Momentum(Optimiser):
    """Polyak (1964).  v = momentum v + g;  w - rate v"""

    momentum: float = 0.9
    label: ClassVar[str] = "momentum"
    help: ClassVar[str] = "Steps add up while the gradient keeps its direction."
    remembers: ClassVar[tuple[str, ...]] = ("v",)

    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        v = self.momentum * s["v"] + g

        return w - rate * v, {"v": v}


@dataclass(frozen=True)
class Adagrad(Optimiser):
    """Duchi et al. (2011).  n = n + g^2;  w - rate g / (sqrt n + eps)"""

    eps: float = 1e-10
    label: ClassVar[str] = "Adagrad"
    help: ClassVar[str] = "Every weight's steps shrink with all the gradients it has seen."
    remembers: ClassVar[tuple[str, ...]] = ("n",)

    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        n = s["n"] + g * g

        return w - rate * g / (np.sqrt(n) + self.eps), {"n": n}


@dataclass(frozen=True)
class RMSprop(Optimiser):
    """Tieleman & Hinton (2012).  n = decay n + (1 - decay) g^2;  w - rate g / (sqrt n + eps)"""

    decay: float = 0.99
    eps: float = 1e-8
    label: ClassVar[str] = "RMSprop"
    help: ClassVar[str] = "Every weight's steps are measured by its recent gradients."
    remembers: ClassVar[tuple[str, ...]] = ("n",)

    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        n = self.decay * s["n"] + (1 - self.decay) * (g * g)

        return w - rate * g / (np.sqrt(n) + self.eps), {"n": n}


@dataclass(frozen=True)
class Adam(Optimiser):
    """Kingma & Ba (2015).

    m = b1 m + (1 - b1) g,  n = b2 n + (1 - b2) g^2
    w - rate m' / (sqrt n' + eps),  m' = m / (1 - b1^t),  n' = n / (1 - b2^t)
    """

    b1: float = 0.9
    b2: float = 0.999
    eps: float = 1e-8
    label: ClassVar[str] = "Adam"
    help: ClassVar[str] = "Momentum, and every weight's steps measured by its recent gradients."
    remembers: ClassVar[tuple[str, ...]] = ("m", "n")

    def start(self, w: Array) -> Memory:
        return {**super().start(w), "t": 0}

    def step(self, w: Array, g: Array, s: Memory, rate: float) -> tuple[Array, Memory]:
        t = int(s["t"]) + 1
        m = self.b1 * s["m"] + (1 - self.b1) * g
        n = self.b2 * s["n"] + (1 - self.b2) * (g * g)
        root = np.sqrt(n) / math.sqrt(1 - self.b2**t) + self.eps

        return w - (rate / (1 - self.b1**t)) * m / root, {"m": m, "n": n, "t": t}


OPTIMISERS: dict[str, Optimiser] = {
    "sgd": SGD(),
    "momentum": Momentum(),
    "adagrad": Adagrad(),
    "rmsprop": RMSprop(),
    "adam": Adam(),
}


BLOCK = 12_288  # weights that are updated at once: what a rule makes in between stays in cache


def take_step(
    rule: Optimiser, w: Array, g: Array, s: dict[str, Any], rate: float, out: Array
) -> None:
    """The rule, block by block, which is the same since it treats every weight alone.

    New weights go into `out`, what is remembered is renewed in `s`; `w` stays as it was.
    """
    arrays = {name: s[name] for name in rule.remembers}
    now: Memory = {}
    for start in range(0, len(w), BLOCK):
        here = slice(start, start + BLOCK)
        before = {**s, **{name: array[here] for name, array in arrays.items()}}
        out[here], now = rule.step(w[here], g[here], before, rate)
        for name, array in arrays.items():
            array[here] = now[name]
    s.update({name: value for name, value in now.items() if name not in arrays})


# -- clipping, on one vector -----------------------------------------------------------------


def clip_vector(g: Array, mode: str, threshold: float) -> tuple[float, float]:
    """Clip in place; the norm before and after.  `rnn_core.engine.clip.clip` without its record."""
    before = vector_norm(g)
    if mode == "norm":
        factor = min(threshold / (before + EPSILON), 1.0)  # nan stays nan: it is the first
        if factor != 1.0:
            g *= factor
        return before, before * factor
    if mode == "value":
        if before <= threshold:  # then no single entry is larger
            return before, before
        np.minimum(g, threshold, out=g)
        np.maximum(g, -threshold, out=g)
        return before, vector_norm(g)
    if mode != "off":
        raise ValueError(f"Unknown clipping {mode!r}; choose one of {', '.join(MODES)}.")
    return before, before


def vector_norm(g: Array) -> float:
    """The Euclidean norm; where squares would overflow or underflow, by `global_norm`."""
    with np.errstate(all="ignore"):
        square = float(g.dot(g))
    return math.sqrt(square) if 1e-30 < square < 1e30 else global_norm({"g": g})


# -- the learning rate over time -------------------------------------------------------------


@dataclass(frozen=True)
class Schedule:
    """`factor(p)` multiplies the rate; p runs from 0 to 1 over all updates."""

    label: str
    help: str
    factor: Callable[[float], float]


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule("constant", "The same rate throughout.", lambda p: 1.0),
    "linear": Schedule("linear to 0", "Falls evenly to 0.", lambda p: 1 - p),
    "cosine": Schedule(
        "cosine to 0",
        "Falls slowly, then fast, then slowly to 0.",
        lambda p: 0.5 + 0.5 * math.cos(math.pi * p),
    ),
    "halved": Schedule(
        "halved every quarter", "Halved after each quarter.", lambda p: 0.5 ** min(3, int(4 * p))
    ),
    "warm-up": Schedule(
        "warm-up", "Rises evenly over the first tenth, then stays.", lambda p: min(1.0, 10 * p)
    ),
}
