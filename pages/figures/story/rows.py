"""The numbers that the five acts draw, in long form, to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pages.figures.gradients import clipping_rows
from pages.figures.races import rows as raced
from pages.figures.story.canvas import Floats
from pages.figures.story.memory import Asked
from pages.figures.story.reading import Chain
from rnn_core.engine.clip import Clipped
from rnn_core.studies.story import Highway, Walk

Rows = Mapping[str, Any]

__all__ = ["clips", "holds", "raced", "reads", "remembers", "travels"]


def reads(chain: Chain) -> Rows:
    """Act one: after every letter, the likeliest next ones."""
    found = [
        (t, column.letter, "network" if column.own else "reader", rank, letter, chance)
        for t, column in enumerate(chain.columns, 1)
        for rank, (letter, chance) in enumerate(column.guesses, 1)
    ]
    return _columns("step letter by rank next probability", found)


def remembers(asked: Sequence[Asked]) -> Rows:
    """Act two: at every gap and word, each network's gradient there and its answer."""
    found = [
        (each.gap, cell, t, word, share, each.answer, heard.right)
        for each in asked
        for cell, heard in each.heard.items()
        for t, (word, share) in enumerate(zip(each.words, heard.shares, strict=True), 1)
    ]
    names = "gap cell step word gradient_by_last answer probability_of_answer"
    return _columns(names, found)


def travels(pairs: Iterable[tuple[float, Floats]]) -> Rows:
    """Act three: what is left of the gradient at every state, for every strength."""
    found = [(strength, t, left) for strength, logs in pairs for t, left in enumerate(10.0**logs)]
    return _columns("strength step left", found)


def clips(clipped: Clipped, walk: Walk) -> Rows:
    """Act four: every parameter's gradient before and after, and the descent on the cliff."""
    table = clipping_rows(clipped)
    names = [name for name in table if name != "parameter"]
    found = [
        (parameter, name, float(table[name][k]))
        for k, parameter in enumerate(table["parameter"])
        for name in names
    ]
    for update, (place, error) in enumerate(walk.ball):
        found += [(f"update {update}", "place", place), (f"update {update}", "error", error)]
    return _columns("of quantity value", found)


def holds(ways: Iterable[tuple[float | None, Highway]]) -> Rows:
    """Act five: the forget gate and what travels back along the cell state; None: as it is."""
    found = [
        ("as it is" if at is None else f"{at:g}", t, left, np.nan if t == 0 else way.open[t - 1])
        for at, way in ways
        for t, left in enumerate(10.0**way.left)
    ]
    return _columns("held_at step left forget_gate", found)


def _columns(names: str, found: Sequence[tuple[Any, ...]]) -> Rows:
    """Tuples as columns with names."""
    return dict(zip(names.split(), map(list, zip(*found, strict=True)), strict=True))
