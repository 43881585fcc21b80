"""The page "One weight": a single unit, its product of slopes, and where it comes to rest."""

from __future__ import annotations

from rnn_core.experiment.experiment import Experiment
from rnn_core.measures.gradients import logarithm
from rnn_core.measures.measure import Own
from rnn_core.measures.own_settings import row
from rnn_core.studies.scalar import Scalar, unroll_unit


def unit_product(e: Experiment, own: Own) -> float:
    """log10 of |dh_n/dh_0| of the unit."""
    return logarithm(float(unroll_unit(row(Scalar, own)).product[-1]))


def unit_rest(e: Experiment, own: Own) -> float:
    """The unit's state after its last step."""
    return float(unroll_unit(row(Scalar, own)).states[-1])


def unit_slope(e: Experiment, own: Own) -> float:
    """The factor w·φ′ of the unit's last step."""
    done = unroll_unit(row(Scalar, own))
    return float(done.wish.w * done.each[-1])
