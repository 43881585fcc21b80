"""The four training runs of the page "A ceiling, never a floor", made once for all readers."""

from typing import Final

import streamlit as st

from pages.ui import runs
from rnn_core import ceiling
from rnn_core.ceiling import PARTS, STARTS, Ceiling, Course
from rnn_core.check import Check

_WORDS: Final = {"off": "not clipped", "norm": "clipped by norm", "value": "clipped by value"}


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Ceiling: repr})
def _kept(wish: Ceiling) -> dict[tuple[str, str], Course]:
    """The four runs as they are done; empty at first, the same for all readers."""
    return {}


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Ceiling: repr})
def checked(wish: Ceiling) -> Check:
    """The gradient check of these runs' start."""
    return ceiling.check(wish)


def pairs(wish: Ceiling) -> list[list[Course]]:
    """The runs of the exploding and of the vanishing start."""
    kept = _kept(wish)
    if not kept:
        _train(wish, kept)
    return [[c for c in kept.values() if c.start == start] for start in STARTS]


def _train(wish: Ceiling, kept: dict[tuple[str, str], Course]) -> None:
    bar, growing, found = st.progress(0.0, "Training"), ceiling.courses(wish), {}
    for k in range(1, PARTS + 1):
        with runs.LOCK:  # slice by slice: other readers get their turn
            course = next(growing)
        found[course.start, course.mode] = course
        bar.progress(k / PARTS, f"Training: {course.start} start, {_WORDS[course.mode]}")
    kept |= found
    bar.empty()


def made(wish: Ceiling) -> list[Course]:
    """The runs as far as they are there."""
    return list(_kept(wish).values())
