"""The product of Jacobians of a layer, made once for all readers."""

from pages.ui import runs
from pages.ui.results import stored
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.studies.jacobians import Measured, measure


@stored()
def _measured(e: Experiment, layer: int, _done: Run) -> Measured:
    return measure(runs.layers(_done)[layer].trace)


def measured(done: Run, layer: int) -> Measured:
    """The product of the layer asked for, if there is such a layer; once for all readers."""
    return _measured(done.experiment, min(layer, len(runs.layers(done)) - 1), done)
