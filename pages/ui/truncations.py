"""Truncated against full gradients and trainings, made once for all readers."""

from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from pages.ui import runs
from rnn_core import truncation
from rnn_core.cells import CELLS
from rnn_core.experiment import Experiment, normalise
from rnn_core.truncation import Compared, Slice
from rnn_core.unroll import Array


def every_window(e: Experiment, part: str) -> dict[str, Compared]:
    """Every cell's gradient by every window."""
    plain = truncation.uncut(e)
    return {cell: _compared(normalise(replace(plain, cell=cell)), part) for cell in CELLS}


def one_window(e: Experiment, part: str, window: int) -> Compared:
    """The reader's cell, by one window."""
    return _compared(normalise(truncation.uncut(e)), part, (window,))


@st.cache_resource(max_entries=256, show_spinner="Every window…", hash_funcs={Experiment: repr})
def _compared(e: Experiment, part: str, windows: tuple[int, ...] | None = None) -> Compared:
    with runs.LOCK:
        return truncation.compare(runs.compute(e), part, windows)


@st.cache_resource(max_entries=128, show_spinner=False)
def clues(cell: str, seed: int, window: int) -> tuple[Array, Array]:
    """What the first batch of either training says of every input."""
    with runs.LOCK:
        return truncation.first_clues(cell, seed, window)


def race(cell: str, seed: int, window: int) -> Iterator[tuple[Slice, ...]]:
    """Two trainings as far as they are; at once to their end where they have been run before."""
    known, done = _races(cell, seed, window), list[Slice]()
    if known:
        yield tuple(known)
        return
    slices = truncation.race(cell, seed, window)
    for _ in range(truncation.SLICES):
        with runs.LOCK:
            done.append(next(slices))
        yield tuple(done)
    known[:] = done


@st.cache_resource(max_entries=128, show_spinner=False)
def _races(cell: str, seed: int, window: int) -> list[Slice]:
    """Empty until the trainings have been run to their end."""
    return []
