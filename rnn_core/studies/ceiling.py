"""A ceiling, never a floor: four training runs, with and without clipping, from two starts.

All four train a tanh RNN by plain gradient descent on the delayed echo, from the same seed. The
starts are one Gaussian draw of the recurrent matrix, scaled to a large and to a small spectral
radius: with the first gradients explode, with the second they vanish.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rnn_core.analysis.gradient_check import Check
from rnn_core.engine.cells import RNN
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_pass
from rnn_core.experiment.settings import choice, levels, number, whole
from rnn_core.training import comparison
from rnn_core.training.trainer import RATES, Trainer, Training, Update

RUNS: Final = "Both runs"
STARTS: Final = ("exploding", "vanishing")
HIDDEN, BATCH, UPDATES, WATCH = 32, 16, 200, 10
REST: Final = 0.4e-3  # seconds of an update besides the passes
LAST: Final = 20  # updates; the loss of one small batch is noisy, so the end is a mean over these


@dataclass(frozen=True)
class Ceiling:
    """Settings that the four runs share, and the two starts."""

    large: float = number(
        1.8, "Large spectral radius", RUNS, 1.0, 3.0, 0.1, help="Of the start meant to explode."
    )
    small: float = number(
        0.3, "Small spectral radius", RUNS, 0.1, 1.0, 0.1, help="Of the start meant to vanish."
    )
    limit: float = levels(
        0.5,
        "Threshold",
        RUNS,
        (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0),
        help="Of the clipped runs: largest norm of the gradient, or its largest entry.",
    )
    mode: str = choice(
        "norm",
        "Clipped",
        RUNS,
        {"norm": "by norm", "value": "by value"},
        help="How the clipped runs clip.",
    )
    rate: float = levels(1.0, "Learning rate", RUNS, RATES, help="Of plain gradient descent.")
    length: int = whole(
        32, "Task length T", RUNS, 8, 64, help="The bit to repeat was read T/4 steps before."
    )
    draw: int = whole(0, "Draw", RUNS, 0, 99, help="The seed of weights and data in all runs.")


@dataclass(frozen=True, eq=False)
class Course:
    """One training run, update by update."""

    start: str  # "exploding" or "vanishing"
    mode: str  # "off", or how gradients are clipped
    radius: float
    baseline: float  # the loss of guessing
    updates: tuple[Update, ...]
    stopped: str  # why, if training stopped by itself

    @property
    def losses(self) -> NDArray[np.float64]:
        """(K,) of each batch, before its update."""
        return np.array([u.loss for u in self.updates])

    @property
    def norms(self) -> NDArray[np.float64]:
        """(K,) of all weights' gradients together, before clipping."""
        return np.array([u.norm_before for u in self.updates])

    @property
    def used(self) -> NDArray[np.float64]:
        """(K,) of the gradient that each update used, after clipping."""
        return np.array([u.norm_after for u in self.updates])

    @property
    def clipped(self) -> NDArray[np.bool_]:
        """(K,) whether clipping shortened that gradient."""
        return np.array([u.norm_after != u.norm_before for u in self.updates], bool)

    @property
    def final_loss(self) -> float:
        """The mean over the last updates."""
        return float(np.mean(self.losses[-LAST:]))

    def share(self, which: int) -> float:
        """Norm of dL/dh at the first state over the largest norm of all steps.

        `which` counts the updates where it was recorded; 0 is the first, -1 the last.
        """
        norms = self._watched[which]
        largest = float(norms.max())
        return float(norms[0]) / largest if largest else 0.0

    @property
    def growth(self) -> float:
        """The norm of dL/dh_0 over that of dL/dh_T, before the first update."""
        norms = self._watched[0]
        return float(norms[0] / norms[-1]) if norms[-1] else 0.0

    @property
    def _watched(self) -> list[NDArray[np.float64]]:
        """Norms of the total dL/dh_t at all steps, (T+1,), of the updates that recorded them."""
        return [u.steps["h"] for u in self.updates if u.steps is not None]


def training(wish: Ceiling, start: str, mode: str) -> Training:
    """The settings of one of the four runs."""
    return Training(
        task="echo",
        length=wish.length,
        cell="rnn",
        hidden=HIDDEN,
        init="gaussian",
        gain=wish.large if start == "exploding" else wish.small,
        seed=wish.draw,
        optimiser="sgd",
        rate=wish.rate,
        batch=BATCH,
        updates=UPDATES,
        clip=mode,
        threshold=Ceiling.limit if mode == "off" else wish.limit,  # one run for all thresholds
        validate=0,
        watch=WATCH,
    )


def courses(wish: Ceiling) -> Iterator[Course]:
    """The four runs: exploding without and with clipping, vanishing without and with it."""
    for start in STARTS:
        for mode in ("off", wish.mode):
            yield course(training(wish, start, mode), start)


def course(settings: Training, start: str) -> Course:
    """One of the runs."""
    trainer = Trainer(settings)
    guess = trainer.task.baseline
    baseline = guess.loss if guess else float("nan")
    while not trainer.done:
        breathe()
        trainer.step()
    history = tuple(trainer.history)
    return Course(start, settings.clip, settings.gain, baseline, history, trainer.stopped)


def untouched(off: Course, limit: float) -> bool:
    """Whether no gradient of an unclipped run is longer than the threshold: its clipped twin, by
    norm or by value, is then the same run, update by update."""
    return bool((off.norms <= limit).all())


def seconds(settings: Training) -> float:
    """About how long a run takes, on one core."""
    update = network_pass(RNN(), T=settings.length, B=BATCH, D=2, H=HIDDEN, outputs=2)
    return UPDATES * (update.seconds + REST)


def check(settings: Training) -> Check:
    """The gradient of a run's first weights against central differences."""
    return comparison.check(Trainer(settings))
