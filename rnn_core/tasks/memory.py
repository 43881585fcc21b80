"""Memory tasks: whether something seen long ago can still be answered for.

Every definition says its variant, because the literature has several of each; every baseline is
what the best answer without memory gets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array
from rnn_core.tasks.task import Baseline, Batch, Split, Task, inside, last_step, mean_weights


@dataclass(frozen=True)
class Adding(Task):
    """Hochreiter & Schmidhuber (1997), in the form of Arjovsky et al. (2016)."""

    length: int = 50
    mean: bool = False  # Pascanu et al. (2013): (a + b) / 2
    label: ClassVar[str] = "adding"
    help: ClassVar[str] = (
        "T steps of a number from U(0, 1) beside a marker; one marker is set in each half. "
        "The target at the end is the sum of the two marked numbers."
    )
    readout: ClassVar[str] = "linear"
    metric: ClassVar[str] = "mse"
    goal: ClassVar[float] = 0.01
    sizes: ClassVar[tuple[int, int]] = (2, 1)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(2, length))

    @property
    def baseline(self) -> Baseline:
        if self.mean:
            return Baseline(1 / 24, "1/24", "always answering 1/2, the mean of two numbers' mean")
        return Baseline(1 / 6, "1/6", "always answering 1, the mean of a sum")

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        T, half, rows = self.length, self.length // 2, np.arange(size)
        x = np.zeros((size, T, 2))
        x[..., 0] = rng.random((size, T))
        x[rows, rng.integers(0, half, size), 1] = 1
        x[rows, rng.integers(half, T, size), 1] = 1
        targets = np.zeros((size, T, 1))
        targets[:, -1, 0] = self._answer(x)
        weights = np.zeros((size, T))
        weights[:, -1] = 2 / size  # the squared error is halved: 2 makes the loss the MSE
        return Batch(x, targets, weights)

    def _answer(self, x: Array) -> Array:
        total = (x[..., 0] * x[..., 1]).sum(1)
        return np.asarray(total / 2 if self.mean else total)

    def oracle(self, batch: Batch) -> Array:
        answers = np.zeros((*batch.x.shape[:2], 1))
        answers[:, -1, 0] = self._answer(batch.x)
        return answers


@dataclass(frozen=True)
class AddingMean(Adding):
    """The same with Pascanu et al.'s target."""

    mean: bool = True
    label: ClassVar[str] = "adding, half the sum"
    help: ClassVar[str] = (
        "The adding problem with the target of Pascanu et al. (2013): half the sum of the two "
        "marked numbers. One marker is set in each half."
    )
    goal: ClassVar[float] = 0.0025


@dataclass(frozen=True)
class CopyMemory(Task):
    """Hochreiter & Schmidhuber (1997), in the form of Arjovsky et al. (2016)."""

    length: int = 20
    symbols: ClassVar[int] = 8
    items: ClassVar[int] = 10
    label: ClassVar[str] = "copy memory"
    help: ClassVar[str] = (
        "10 symbols out of 8, then T - 1 blanks, a marker and 10 blanks: T + 20 steps. The target "
        "is a blank for T + 10 steps, and then the 10 symbols in their order."
    )
    metric: ClassVar[str] = "accuracy"  # of the 10 symbols
    goal: ClassVar[float] = 0.99

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(length)

    @property
    def input_size(self) -> int:
        return self.symbols + 2

    @property
    def output_size(self) -> int:
        return self.symbols + 1

    @property
    def baseline(self) -> Baseline:
        loss = self.items * math.log(self.symbols) / (self.length + 2 * self.items)
        return Baseline(loss, "10 ln 8 / (T + 20)", "knowing when to answer and guessing what")

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        K, n, total = self.symbols, self.items, self.length + 2 * self.items
        x = np.full((size, total), K)
        x[:, :n] = rng.integers(0, K, (size, n))
        x[:, -n - 1] = K + 1
        asked = np.zeros((size, total))
        asked[:, -n:] = 1
        return Batch(x, self._answer(x), mean_weights(np.ones((size, total))), scored=asked)

    def _answer(self, x: Array) -> Array:
        answers = np.full(x.shape, self.symbols)
        answers[:, -self.items :] = x[:, : self.items]
        return answers

    def oracle(self, batch: Batch) -> Array:
        return self._answer(batch.x)


@dataclass(frozen=True)
class TemporalOrder(Task):
    """Hochreiter & Schmidhuber (1997), task 6a, its times scaled to T."""

    length: int = 50
    alphabet: ClassVar[str] = "XYabcdEB"  # X and Y matter, E starts and B ends a sequence
    label: ClassVar[str] = "temporal order"
    help: ClassVar[str] = (
        "Between a start and an end symbol lie T - 2 distractors out of four, two of them replaced "
        "by X or Y: one between T/10 and T/5, one between T/2 and 3T/5. At the end: which of XX, "
        "XY, YX, YY was it?"
    )
    goal: ClassVar[float] = 0.99

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(5, length))

    @property
    def input_size(self) -> int:
        return len(self.alphabet)

    @property
    def output_size(self) -> int:
        return 4

    @property
    def baseline(self) -> Baseline:
        return Baseline(math.log(4), "ln 4", "guessing one of four classes")

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        T, rows = self.length, np.arange(size)
        x = rng.integers(2, 6, (size, T))
        x[:, 0], x[:, -1] = self.alphabet.index("E"), self.alphabet.index("B")
        for low, high in ((max(1, T // 10), T // 5), (T // 2, 3 * T // 5)):
            x[rows, rng.integers(low, max(low, high) + 1, size)] = rng.integers(0, 2, size)
        weights = np.zeros((size, T))
        weights[:, -1] = 1 / size
        return Batch(x, self._answer(x), weights)

    def _answer(self, x: Array) -> Array:
        first, second = (x < 2).argmax(1), x.shape[1] - 1 - (x < 2)[:, ::-1].argmax(1)
        rows, answers = np.arange(len(x)), np.zeros(x.shape, int)
        answers[:, -1] = 2 * x[rows, first] + x[rows, second]
        return answers

    def oracle(self, batch: Batch) -> Array:
        return self._answer(batch.x)


@dataclass(frozen=True)
class AnBn(Task):
    """The context-free language a^n b^n: a machine without a counter cannot know where it ends."""

    length: int = 20
    alphabet: ClassVar[str] = "ab."
    label: ClassVar[str] = "aⁿbⁿ"
    help: ClassVar[str] = (
        "n times a, then n times b, n drawn evenly from 1 to T/2. After every b: does another b "
        "follow, or the end? Counted from the first b on, where the answer is determined."
    )
    goal: ClassVar[float] = 0.999
    sizes: ClassVar[tuple[int, int]] = (2, 3)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(2, length))

    @property
    def most(self) -> int:
        """The largest n."""
        return self.length // 2

    @property
    def baseline(self) -> Baseline:
        end = 2 / (self.most + 1)  # one of the (N + 1) / 2 b's of a string is its last, on average
        loss = -sum(p * math.log(p) for p in (end, 1 - end) if p > 0)
        words = "not counting: after each b, the end with its mean frequency 2/(N + 1), N = T/2"
        return Baseline(loss, "entropy of 2/(N + 1)", words)

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        n = rng.integers(1, self.most + 1, size)
        steps = 2 * self.most  # always: one shape, one set of buffers
        x = (np.arange(steps) >= n[:, None]).astype(int)
        belongs = inside(2 * n, steps)
        x[~belongs] = 0
        weights = mean_weights(belongs & (x == 1))
        return Batch(x, self._answer(x, 2 * n), weights, 2 * n)

    def _answer(self, x: Array, lengths: Array) -> Array:
        """b after an a or b; the end after the last b."""
        return np.where(last_step(lengths, x.shape[1]), 2, 1)

    def oracle(self, batch: Batch) -> Array:
        """Counts up with a and down with b: the end when the count is 0."""
        count = np.cumsum(np.where(batch.x == 0, 1, -1), axis=1)
        return np.where(count == 0, 2, 1)


@dataclass(frozen=True)
class Parity(Task):
    """Whether the ones so far are odd or even: one bit of memory that every one flips."""

    length: int = 20
    label: ClassVar[str] = "parity"
    help: ClassVar[str] = (
        "T random bits; at every step: is the number of ones so far odd? The first step is not "
        "counted, since it needs no memory."
    )
    readout: ClassVar[str] = "sigmoid"
    goal: ClassVar[float] = 0.99
    sizes: ClassVar[tuple[int, int]] = (1, 1)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(2, length))

    @property
    def baseline(self) -> Baseline:
        return Baseline(math.log(2), "ln 2", "guessing one of two answers")

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        bits = rng.integers(0, 2, (size, self.length)).astype(float)[..., None]
        counted = np.ones((size, self.length))
        counted[:, 0] = 0
        return Batch(bits, self._answer(bits), mean_weights(counted))

    def _answer(self, bits: Array) -> Array:
        return np.cumsum(bits, axis=1) % 2

    def oracle(self, batch: Batch) -> Array:
        return self._answer(batch.x)


@dataclass(frozen=True)
class DelayedEcho(Task):
    """Repeat what was read some steps ago: as many bits of memory as the delay is long."""

    length: int = 20
    delay: int = 5
    label: ClassVar[str] = "delayed echo"
    help: ClassVar[str] = (
        "T random bits; at every step: which bit was read T/4 steps ago? Counted from the first "
        "step that has an answer."
    )
    readout: ClassVar[str] = "sigmoid"
    goal: ClassVar[float] = 0.99
    sizes: ClassVar[tuple[int, int]] = (1, 1)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(2, length), max(1, length // 4))

    @property
    def baseline(self) -> Baseline:
        return Baseline(math.log(2), "ln 2", "guessing one of two bits")

    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        bits = rng.integers(0, 2, (size, self.length)).astype(float)[..., None]
        counted = np.ones((size, self.length))
        counted[:, : self.delay] = 0
        return Batch(bits, self._answer(bits), mean_weights(counted))

    def _answer(self, bits: Array) -> Array:
        answers = np.zeros_like(bits)
        answers[:, self.delay :] = bits[:, : -self.delay]
        return answers

    def oracle(self, batch: Batch) -> Array:
        return self._answer(batch.x)
