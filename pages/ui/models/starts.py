"""Every start's norms, made once for all readers."""

from pages.ui import runs
from pages.ui.results import stored
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.studies import starts
from rnn_core.studies.flow import seeds_of
from rnn_core.studies.starts import Left

SEEDS, DEPTH_SEEDS = 10, 5  # layers are run one network at a time


def _seconds(wishes: tuple[Experiment, ...], deep: bool, series: Series | None) -> float:
    seeds = DEPTH_SEEDS if deep else SEEDS
    return sum(starts.seconds(wish, seeds, deep, series) for wish in wishes)


@stored(_seconds, "Every start")
def _norms(wishes: tuple[Experiment, ...], deep: bool, _series: Series | None) -> tuple[Array, ...]:
    measure, seeds = starts.depth_norms if deep else starts.norms, DEPTH_SEEDS if deep else SEEDS
    return tuple(measure(wish, seeds_of(wish, seeds), _series) for wish in wishes)


def left(e: Experiment, vary: str) -> Left:
    """Norms that every start leaves of the state, and the name of the reader's own start."""
    vary, series = starts.usable(e, vary), runs.series(e)
    deep, wishes, mine = vary == "layers", starts.starts(e, vary), starts.plain(e, vary)
    own = next((name for name, wish in wishes.items() if wish == mine), "")
    norms = _norms(tuple(wishes.values()), deep, series)
    k = starts.distances(starts.length(e, series))
    return Left(e.cell, k, dict(zip(wishes, norms, strict=True)), own, deep)
