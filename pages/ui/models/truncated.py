"""Truncated against full gradients and trainings, made once for all readers."""

from dataclasses import replace

from pages.ui import runs
from pages.ui.results import stored
from rnn_core.arrays import Array
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.studies import truncated
from rnn_core.studies.truncated import Compared, Slice


def every_window(e: Experiment, part: str) -> dict[str, Compared]:
    """Every cell's gradient by every window."""
    plain = truncated.uncut(e)
    done = {cell: runs.compute(replace(plain, cell=cell)) for cell in CELLS}
    return {cell: _compared(run.experiment, part, None, run) for cell, run in done.items()}


def one_window(e: Experiment, part: str, window: int) -> Compared:
    """The reader's cell, by one window."""
    run = runs.compute(truncated.uncut(e))
    return _compared(run.experiment, part, (window,), run)


def _seconds(e: Experiment, part: str, windows: tuple[int, ...] | None, done: Run) -> float:
    return len(CELLS) * truncated.seconds(done) if windows is None else 0.0


@stored(_seconds, "Every window")
def _compared(e: Experiment, part: str, windows: tuple[int, ...] | None, _done: Run) -> Compared:
    return truncated.compare(_done, part, windows)


@stored()
def clues(cell: str, seed: int, window: int) -> tuple[Array, Array]:
    """(T,) each: norms of dL/dx_t in the first batch, by full BPTT and with the window."""
    return truncated.first_clues(cell, seed, window)


def _race_seconds(cell: str, seed: int, window: int) -> float:
    return truncated.race_seconds(cell)


@stored(_race_seconds, "Training twice")
def race(cell: str, seed: int, window: int) -> tuple[Slice, ...]:
    """Two trainings, to their end."""
    return tuple(truncated.race(cell, seed, window))
