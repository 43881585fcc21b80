"""Measures of clipping: its effect on an update, and on nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np

from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.measures.measure import Own
from rnn_core.measures.own_settings import row
from rnn_core.studies.ceiling import LAST, Ceiling, training
from rnn_core.studies.cliff import Cliff, Path, descend
from rnn_core.training.trainer import Trainer


def norm_before(e: Experiment, own: Own) -> float:
    """Norm of all weights' gradients together, before clipping."""
    return run(e).clipped.norm_before


def norm_after(e: Experiment, own: Own) -> float:
    """Norm of all weights' gradients together, after clipping."""
    return run(e).clipped.norm_after


def clip_angle(e: Experiment, own: Own) -> float:
    """Degrees between the gradient before clipping and after it."""
    return run(e).clipped.angle_degrees


def inside_changed(e: Experiment, own: Own) -> float:
    """Largest change that clipping makes to the norm of dL/dh at any step, by that norm."""
    with_it, without = (
        run(wish).stages[-1].gradient.top.norms("h") for wish in (e, replace(e, clip="off"))
    )
    return float(np.max(np.abs(with_it - without) / without))


def update_kept(e: Experiment, own: Own) -> float:
    """Norm of the gradient after clipping over its norm before."""
    done = run(e).clipped
    return done.norm_after / done.norm_before


def _descent(own: Own, clipped: str) -> Path:
    wish = row(Cliff, own)
    return descend(wish, wish.mode if clipped == "yes" else "off")


def longest_update(e: Experiment, own: Own, *, clipped: Literal["yes", "no"] = "no") -> float:
    """Length of the longest update of a descent across the cliff, in the plane of w and b."""
    return float(_descent(own, clipped).lengths.max())


def descent_error(e: Experiment, own: Own, *, clipped: Literal["yes", "no"] = "yes") -> float:
    """Error at the end of a descent across the cliff, over the error at its start."""
    errors = _descent(own, clipped).errors
    return float(errors[-1] / errors[0])


def clipped_loss(
    e: Experiment, own: Own, *, start: Literal["exploding", "vanishing"] = "vanishing"
) -> float:
    """Final loss of the training that clips, over that of the same training without clipping."""
    wish = row(Ceiling, own)
    return _final_loss(wish, start, wish.mode) / _final_loss(wish, start, "off")


@lru_cache(maxsize=4)
def _final_loss(wish: Ceiling, start: str, mode: str) -> float:
    """The mean loss of the last updates, as the page's own curves end."""
    updates = list(Trainer(training(wish, start, mode)).updates())
    return float(np.mean([update.loss for update in updates[-LAST:]]))
