"""Every cell's phase map, made once for all readers."""

from pages.ui import runs
from pages.ui.results import stored
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.studies import phase


@stored(phase.seconds, "Phase map")
def _maps(e: Experiment, _lengths: tuple[int, ...], _series: Series | None) -> dict[str, Array]:
    return phase.maps(e, _lengths, _series)


def lengths_and_maps(e: Experiment) -> tuple[tuple[int, ...], dict[str, Array]]:
    """The lengths of the maps' columns, and the maps."""
    series = runs.series(e)
    lengths = phase.lengths_of(e, series)
    return lengths, _maps(phase.mapped(e), lengths, series)
