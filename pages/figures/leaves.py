"""A picture at every value of a setting, to leaf through while its slider is dragged.

What changes from leaf to leaf is taken from the very figures that a page draws when the slider
rests: lines, labels at their ends, bars with their numbers, and the title. The browser
(assets/plot/leaves.js) draws them over the plot and asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import Figure, Part

DIGITS: Final = 3  # of a power of ten: a thousandth of a decade is no pixel


@dataclass(frozen=True)
class Leaves:
    """All leaves of a setting."""

    setting: str
    values: tuple[float, ...]
    leaves: tuple[Part, ...]


def leaves(setting: str, figures: Iterable[tuple[float, Figure]]) -> Leaves:
    """Take the leaves from a figure for each value; its vertical axis is logarithmic."""
    found = [(value, leaf(figure)) for value, figure in figures]
    return Leaves(setting, tuple(v for v, _ in found), tuple(part for _, part in found))


def leaf(figure: Figure) -> Part:
    """The parts of a figure that change with the slider's value."""
    layout, data = figure["layout"], figure["data"]
    narrow = layout.get("meta", {}).get("narrow", {}).get("title", {})
    lines = [trace for trace in data if trace["type"] == "scatter" and "lines" in trace["mode"]]
    bars = [trace for trace in data if trace["type"] == "bar"]
    return {
        "title": layout["title"]["text"],
        "narrow": narrow.get("text", layout["title"]["text"]),
        "lines": [_logs(trace["y"]) for trace in lines],
        "bars": [_logs(np.add(trace["base"], trace["y"]))[0] for trace in bars],
        "words": [_words(note) for note in layout["annotations"] if moves(note)],
    }


def moves(note: Mapping[str, Any]) -> bool:
    """Whether an annotation goes with the numbers: a line's end, or the number of a bar."""
    return note.get("axref") == "x" or note.get("xref") == "x2"


def _words(note: Mapping[str, Any]) -> Part:
    """An annotation: its text, the power of ten that it tells, and the one where it is drawn."""
    at = round(float(note["y"]), DIGITS)
    return {"text": note["text"], "at": at, "place": round(float(note.get("ay", at)), DIGITS)}


def _logs(values: NDArray[np.float64]) -> list[float | None]:
    """Powers of ten, None where there is nothing to draw."""
    with np.errstate(all="ignore"):
        logs = np.log10(np.asarray(values, dtype=float))
    return [round(float(v), DIGITS) if np.isfinite(v) else None for v in logs]
