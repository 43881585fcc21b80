"""All pairs of a loss and a state before it, made once for all readers."""

from pages.ui.results import stored
from rnn_core.analysis.loss_state_matrix import (
    LossStateMatrix,
    Reach,
    loss_state_matrix,
    reach,
    seconds,
)
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run


def _seconds(e: Experiment, done: Run) -> float:
    return seconds(done)


@stored(_seconds, "All losses")
def losses(e: Experiment, _done: Run) -> tuple[LossStateMatrix, ...]:
    """The gradient of every step's loss by every state before it, a matrix for each layer."""
    return loss_state_matrix(_done)


@stored(words="All products")
def products(e: Experiment, which: int, _done: Run) -> Reach:
    """The product of Jacobians between every two states of one layer."""
    return reach(_done, which)
