"""The phase maps, each cell's made once for all readers."""

from pages.ui import runs
from pages.ui.results import stored
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.studies import phase
from rnn_core.studies.flow import CELLS


@stored(phase.seconds, "Phase map")
def _map(e: Experiment, _lengths: tuple[int, ...], _series: Series | None) -> Array:
    return phase.ratios(e, _lengths, _series)


def lengths_and_maps(e: Experiment) -> tuple[tuple[int, ...], dict[str, Array]]:
    """The lengths of the maps' columns, and every cell's map: a gate's bias moves its own cell's
    alone."""
    series = runs.series(e)
    lengths = phase.lengths_of(e, series)
    wishes = {cell: phase.mapped(e, cell) for cell in CELLS}
    return lengths, dict(
        zip(wishes, _map.each((wish, lengths, series) for wish in wishes.values()), strict=True)
    )
