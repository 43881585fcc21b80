"""Truncated against full gradients and trainings, made once for all readers."""

from dataclasses import replace

from pages.ui import runs
from pages.ui.results import stored
from rnn_core import truncation
from rnn_core.cells import CELLS
from rnn_core.experiment import Experiment
from rnn_core.run import Run
from rnn_core.truncation import Compared, Slice
from rnn_core.unroll import Array


def every_window(e: Experiment, part: str) -> dict[str, Compared]:
    """Every cell's gradient by every window."""
    plain = truncation.uncut(e)
    done = {cell: runs.compute(replace(plain, cell=cell)) for cell in CELLS}
    return {cell: _compared(run.experiment, part, None, run) for cell, run in done.items()}


def one_window(e: Experiment, part: str, window: int) -> Compared:
    """The reader's cell, by one window."""
    run = runs.compute(truncation.uncut(e))
    return _compared(run.experiment, part, (window,), run)


def _seconds(e: Experiment, part: str, windows: tuple[int, ...] | None, done: Run) -> float:
    return len(CELLS) * truncation.seconds(done) if windows is None else 0.0


@stored(_seconds, "Every window")
def _compared(e: Experiment, part: str, windows: tuple[int, ...] | None, _done: Run) -> Compared:
    return truncation.compare(_done, part, windows)


@stored()
def clues(cell: str, seed: int, window: int) -> tuple[Array, Array]:
    """What the first batch of either training says of every input."""
    return truncation.first_clues(cell, seed, window)


def _race_seconds(cell: str, seed: int, window: int) -> float:
    return truncation.race_seconds(cell)


@stored(_race_seconds, "Training twice")
def race(cell: str, seed: int, window: int) -> tuple[Slice, ...]:
    """Two trainings, to their end."""
    return tuple(truncation.race(cell, seed, window))
