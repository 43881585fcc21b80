"""Time series: the next value from all values before it, against the naive forecast.

Two kinds.  A noisy wave of ours (two sines of drawn phase and period): its past tells its future,
and a network should come close to the noise, which nobody can forecast.  And real prices, which
come in as an argument: each week's relative change is to be forecast from the changes before it.
The naive forecast says that the next value is the last one, for prices: that nothing changes.
A price series close to a random walk leaves nothing to gain, and then that is the result.
Held out: the last quarter of the weeks of every price series; and freshly drawn waves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np

from rnn_core.arrays import Array
from rnn_core.tasks.task import Baseline, Batch, Split, Task, mean_weights

NOISE: Final = 0.1  # standard deviation of the wave's noise
PERIODS: Final = ((7.0, 11.0), (17.0, 29.0))  # shortest and longest period of the two sines
WAVE_STEPS: Final = 60
SEEN: Final = 0.75  # share of the weeks that training sees


def waves(rng: np.random.Generator, count: int, steps: int = WAVE_STEPS + 1) -> Array:
    """(count, steps) sums of two sines of drawn phase and period, with Gaussian noise."""
    time, total = np.arange(steps), np.zeros((count, steps))
    for shortest, longest in PERIODS:
        period = rng.uniform(shortest, longest, (count, 1))
        phase = rng.uniform(0, 2 * np.pi, (count, 1))
        total += np.sin(2 * np.pi * time / period + phase) / len(PERIODS)
    return total + rng.normal(0.0, NOISE, total.shape)


@dataclass(frozen=True)
class Wave(Task):
    """The next value of a noisy wave."""

    steps: int = WAVE_STEPS

    label: ClassVar[str] = "Noisy wave"
    help: ClassVar[str] = (
        "Two sines of drawn phase and period, and noise of standard deviation 0.1; every step "
        "answers the next value. Length: steps."
    )
    readout: ClassVar[str] = "linear"
    metric: ClassVar[str] = "mse"
    goal: ClassVar[float] = 0.03
    sizes: ClassVar[tuple[int, int]] = (1, 1)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        """`length` steps."""
        return cls(max(length, 2))

    @property
    def baseline(self) -> Baseline | None:
        loss = 0.5 * (2 * 0.5 / len(PERIODS) ** 2 + NOISE**2)
        return Baseline(loss, "variance / 2", "always 0, the mean of all waves")

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        return wave_batch(waves(rng, size, self.steps + 1))


def wave_batch(values: Array) -> Batch:
    """(B, T+1) values: each step reads one and answers the next."""
    weights = mean_weights(np.ones(values[:, 1:].shape, dtype=bool))
    return Batch(values[:, :-1, None], values[:, 1:, None], weights)


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices of several shares, (S, W), as relative changes in units of their spread."""

    names: tuple[str, ...]
    prices: Array  # (S, W)

    def __post_init__(self) -> None:
        shape = np.shape(self.prices)
        if len(shape) != 2 or len(self.names) != shape[0] or shape[1] < 9:
            raise ValueError(f"Prices are (shares, at least 9 weeks), not of shape {shape}.")
        if not (np.isfinite(self.prices).all() and (self.prices > 0).all()):
            raise ValueError("Prices must be finite numbers above 0.")

    @classmethod
    def of(cls, table: Mapping[str, Sequence[float]]) -> Prices:
        """From columns: name -> prices, week after week."""
        rows = np.array([np.asarray(column, dtype=np.float64) for column in table.values()])
        return cls(tuple(str(name) for name in table), rows)

    @property
    def cut(self) -> int:
        """Number of the W-1 changes that training sees."""
        return round(SEEN * (self.prices.shape[1] - 1))

    @property
    def changes(self) -> Array:
        """(S, W-1) the logarithm of each week's price over that of the week before."""
        return np.diff(np.log(self.prices), axis=1)

    @property
    def spread(self) -> float:
        """Standard deviation of the changes that training sees: the unit of inputs and targets."""
        return float(self.changes[:, : self.cut].std()) or 1.0

    def batch(self, split: Split = "train") -> Batch:
        """All shares over all weeks; the loss counts the weeks of the split only."""
        changes = self.changes / self.spread
        answered = np.arange(1, changes.shape[1])  # which change each step forecasts
        counted = (answered < self.cut) if split == "train" else (answered >= self.cut)
        weights = mean_weights(np.broadcast_to(counted, changes[:, 1:].shape))
        return Batch(changes[:, :-1, None], changes[:, 1:, None], weights)


@dataclass(frozen=True, eq=False)
class PriceChanges(Task):
    """The next week's relative change of every share."""

    prices: Prices

    label: ClassVar[str] = "Stock prices"
    help: ClassVar[str] = (
        "Weekly relative changes of real prices; every step answers the next week's change. "
        "Held out: the last quarter of the weeks."
    )
    readout: ClassVar[str] = "linear"
    metric: ClassVar[str] = "mse"
    goal: ClassVar[float] = 0.0
    sizes: ClassVar[tuple[int, int]] = (1, 1)

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        """Not possible: the prices are an argument."""
        raise ValueError("The prices come in as an argument: PriceChanges(Prices.of(table)).")

    @property
    def baseline(self) -> Baseline | None:
        """The naive forecast on the held-out weeks: no change."""
        made = self.prices.batch("validation")
        loss = float(0.5 * (made.weights * made.targets[..., 0] ** 2).sum())
        return Baseline(loss, "mean change² / 2", "the price stays as it is")

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        return self.prices.batch(split)


def error(forecast: Array, targets: Array, weights: Array) -> float:
    """Root of the mean squared error of the counted steps; (B, T) or (B, T, 1) each."""
    squares = np.square(np.reshape(forecast, weights.shape) - np.reshape(targets, weights.shape))
    return float(np.sqrt((weights * squares).sum() / weights.sum()))


def naive(batch: Batch, changes: bool) -> Array:
    """(B, T) the naive forecast: the last value again, or, where changes are read, no change."""
    last = np.asarray(batch.x[..., 0])
    return np.zeros_like(last) if changes else last
