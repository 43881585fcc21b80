"""Tasks: batches to learn from, the baseline, and an oracle that solves them.

A `Batch` says what is read, what is right, and how much each step counts; the loss of a batch is
`sum(weights * losses)`, so the mean over a batch is said by weights that sum to 1.  A many-to-one
task counts the last step only, a many-to-many task every step, and padding never counts.  An
encoder-decoder task has a second batch, `encoder`, which is read first and has no answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array

Split = Literal["train", "validation"]


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences of at most T steps.  Integers stand for one-hot rows: smaller, and faster."""

    x: Array  # (B, T, D) numbers, or (B, T) integers: which of the D inputs is 1
    targets: Array  # (B, T, O) numbers, or (B, T) integers: the right class of each step
    weights: Array  # (B, T) what each step's loss counts; 0: not asked
    lengths: Array | None = None  # (B,) steps of each sequence; None: all have T
    encoder: Batch | None = None  # what another network reads first, handing on its last states
    scored: Array | None = None  # (B, T) what each step counts in the metric; None: its weight

    def __post_init__(self) -> None:
        B, T = self.x.shape[:2]
        for name in ("targets", "weights"):
            if getattr(self, name).shape[:2] != (B, T):
                got = getattr(self, name).shape
                raise ValueError(f"{name}: expected {B} sequences of {T} steps; got {got}")
        if self.lengths is not None and len(self.lengths) != B:
            raise ValueError(f"lengths: expected {B} numbers; got {len(self.lengths)}")
        if self.encoder is not None and len(self.encoder) != B:
            raise ValueError(f"encoder: expected {B} sequences; got {len(self.encoder)}")

    def __len__(self) -> int:
        return len(self.x)

    @property
    def steps(self) -> int:
        """T, padding included."""
        return int(self.x.shape[1])

    @property
    def tokens(self) -> int:
        """Steps that belong to a sequence, the encoder's too."""
        own = self.x.shape[0] * self.steps if self.lengths is None else int(self.lengths.sum())
        return own + (self.encoder.tokens if self.encoder else 0)

    def inputs(self, size: int) -> Array:
        """(B, T, D) the inputs as numbers, whichever way they are held; D = `size`."""
        return one_hot(self.x, size) if self.x.ndim == 2 else self.x

    def answers(self, size: int) -> Array:
        """(B, T, O) the targets as numbers, whichever way they are held; O = `size`."""
        return one_hot(self.targets, size) if self.targets.ndim == 2 else self.targets

    def part(self, where: slice) -> Batch:
        """Some of the sequences; what each counts stays as it is."""
        if (where.start, where.stop) == (0, len(self)):
            return self
        return Batch(
            self.x[where],
            self.targets[where],
            self.weights[where],
            None if self.lengths is None else self.lengths[where],
            None if self.encoder is None else self.encoder.part(where),
            None if self.scored is None else self.scored[where],
        )

    @classmethod
    def read_only(cls, x: Array, lengths: Array | None = None) -> Batch:
        """Batch of an encoder: no step has an answer."""
        B, T = x.shape[:2]
        return cls(x, np.zeros((B, T, 0)), np.zeros((B, T)), lengths)


def one_hot(numbers: Array, size: int) -> Array:
    """(...) integers -> (..., size) with a 1 at each."""
    return np.asarray(np.eye(size)[numbers])


def mean_weights(counted: Array) -> Array:
    """(B, T) of True or False -> weights that sum to 1: the mean loss of the counted steps."""
    return np.asarray(counted / max(1, np.count_nonzero(counted)), dtype=np.float64)


@lru_cache(maxsize=16)
def every_step(size: int, steps: int) -> Array:
    """(B, T) the mean over all steps; one read-only array for all batches of a shape."""
    weights = np.full((size, steps), 1 / (size * steps))
    weights.flags.writeable = False
    return weights


def last_step(lengths: Array, steps: int) -> Array:
    """(B, T) True at the last step of each sequence."""
    return np.asarray(np.arange(1, steps + 1) == np.asarray(lengths)[:, None])


def inside(lengths: Array, steps: int) -> Array:
    """(B, T) True at the steps that belong to a sequence."""
    return np.asarray(np.arange(steps) < np.asarray(lengths)[:, None])


@dataclass(frozen=True)
class Baseline:
    """The loss of the best answer that remembers nothing, and that answer in words."""

    loss: float
    formula: str
    words: str


class Task(ABC):
    """Frozen dataclasses of settings; all data come out of `batch`, from a Generator."""

    label: ClassVar[str]
    help: ClassVar[str]  # the definition, the variant said
    readout: ClassVar[str] = "softmax"  # a name in `rnn_core.engine.readout.READOUTS`
    metric: ClassVar[str] = "accuracy"  # a name in `METRICS`
    goal: ClassVar[float]  # the metric at which the task counts as solved
    sizes: ClassVar[tuple[int, int]]  # D and O, where no setting changes them

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        """The task at a length (what that counts, `help` says), on a text if it reads one.

        Where a grammar of ours makes the data, neither plays a part."""
        return cls()

    @property
    def input_size(self) -> int:
        """D."""
        return self.sizes[0]

    @property
    def output_size(self) -> int:
        """O."""
        return self.sizes[1]

    @property
    def encoder_size(self) -> int:
        """D of the encoder; 0: there is none."""
        return 0

    @property
    def input_labels(self) -> tuple[str, ...]:
        """Label of each one-hot input; (): numbers."""
        return tuple(getattr(self, "alphabet", ()))

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Label of each output; (): numbers."""
        return ()

    @property
    def baseline(self) -> Baseline | None:
        """Loss of the best answer without memory; None where it is not known."""
        return None

    @abstractmethod
    def batch(self, rng: Generator, size: int, split: Split = "train") -> Batch:
        """Up to `size` sequences.  Tasks with endless data draw fresh ones for either split."""

    def oracle(self, batch: Batch) -> Array:
        """(B, T, O) or (B, T) the right answers, worked out from what is read alone."""
        raise NotImplementedError(f"{self.label} has no known solution")

    def solved(self, score: float) -> bool:
        """Whether a value of the metric reaches the goal."""
        return METRICS[self.metric].reached(score, self.goal)


# -- how well it went ------------------------------------------------------------------------


@dataclass(frozen=True)
class Metric:
    """`measure(outputs (B, T, O), targets (B, T, O), weights (B, T))`."""

    label: str
    measure: Callable[[Array, Array, Array], float]
    higher_is_better: bool

    def reached(self, score: float, goal: float) -> bool:
        return score >= goal if self.higher_is_better else score <= goal


def _accuracy(outputs: Array, targets: Array, weights: Array) -> float:
    """The share of counted steps whose answer is right (by weight)."""
    if outputs.shape[-1] == 1:
        right = (outputs[..., 0] > 0.5) == (targets[..., 0] > 0.5)
    else:
        right = outputs.argmax(-1) == targets.argmax(-1)
    return float((right * weights).sum() / weights.sum())


def _mse(outputs: Array, targets: Array, weights: Array) -> float:
    with np.errstate(all="ignore"):
        squares = np.square(outputs - targets).mean(-1)
        return float((squares * weights).sum() / weights.sum())


METRICS: dict[str, Metric] = {
    "accuracy": Metric("accuracy", _accuracy, True),
    "mse": Metric("mean squared error", _mse, False),
}
