"""Short trainings that a question may ask for: they are run, not remembered."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from rnn_core.experiment.experiment import Experiment
from rnn_core.measures.measure import Own
from rnn_core.measures.own_settings import row
from rnn_core.training.comparison import Plan
from rnn_core.training.trainer import Trainer, Training, training_of

MOST_UPDATES: Final = 300  # a question must not keep its reader waiting
LAST: Final = 20  # updates that a loss is averaged over


@lru_cache(maxsize=16)
def _losses(settings: Training) -> tuple[tuple[float, ...], float]:
    """The loss of every update, and the baseline's."""
    if settings.updates > MOST_UPDATES:
        raise ValueError(f"updates: expected {MOST_UPDATES} at most, got {settings.updates}.")
    trainer = Trainer(replace(settings, validate=0, watch=0))
    losses = tuple(update.loss for update in trainer.updates())
    guess = trainer.task.baseline
    return losses, guess.loss if guess else float("nan")


def loss_over_baseline(e: Experiment, own: Own) -> float:
    """Loss of the last updates of a training over that of its baseline."""
    losses, baseline = _losses(training_of(e, row(Plan, own)))
    some = losses[-LAST:]
    return sum(some) / len(some) / baseline


def dropout_changes(e: Experiment, own: Own) -> float:
    """Largest difference of the loss with dropout and without it, over all updates."""
    wish = training_of(e, row(Plan, own))
    with_it, without = (_losses(replace(wish, dropout=d))[0] for d in (wish.dropout, 0.0))
    return max(abs(a - b) for a, b in zip(with_it, without, strict=True))
