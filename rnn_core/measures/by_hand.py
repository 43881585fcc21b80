"""The page "BPTT by hand": a network small enough to write down."""

from __future__ import annotations

import numpy as np

from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.measures.measure import Own, check_range
from rnn_core.measures.own_settings import row
from rnn_core.studies.byhand import Walk, Written, write_out


def _written(e: Experiment, own: Own) -> Written:
    wish = row(Walk, own)
    return write_out(e, wish.length, wish.units, wish.losses)


def _share_norms(found: Written) -> Array:
    """(T,) of every step's share of dL/dW_hh."""
    return np.asarray(np.sqrt(np.square(found.back.share("weight_hh")).sum((1, 2))))


def from_next_share(e: Experiment, own: Own, *, step: int) -> float:
    """The next step's part of the error of a state, by norms of the two parts."""
    found = _written(e, own)
    check_range("step", step, 1, found.steps)
    later, here = (
        float(np.linalg.norm(part["h"][0, step]))
        for part in (found.back.from_next, found.back.from_output)
    )
    return later / (later + here)


def step_share(e: Experiment, own: Own, *, step: int) -> float:
    """One step's share of the gradient of W_hh, by the sum of all shares' norms."""
    found = _written(e, own)
    check_range("step", step, 1, found.steps)
    shares = _share_norms(found)
    return float(shares[step - 1] / shares.sum())


def sum_over_shares(e: Experiment, own: Own) -> float:
    """Norm of the gradient of W_hh over the sum of the norms of its shares, one per step.

    1 where all shares point the same way; less where they cancel.
    """
    found = _written(e, own)
    shares = _share_norms(found)
    return float(np.linalg.norm(found.total("hh")) / shares.sum())
