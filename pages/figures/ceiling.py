"""Training with and without clipping: loss and gradient norm, update by update, and their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.clipping import LOOKS, Look
from pages.figures.norm_axis import HIGH, LOW, held, norm_axis, plain, zone_words, zones
from pages.figures.theme import (
    CEILING,
    COOL_INK,
    FLOOR,
    INK,
    WARM_INK,
    Figure,
    Part,
    base_figure,
    number,
)
from rnn_core.studies.ceiling import LAST, Course

Floats = NDArray[np.float64]
Pair = Sequence[Course]  # without clipping, with it

WORDS: Final = {"off": "without clipping", "norm": "clipped by norm", "value": "clipped by value"}
TALL: Final = 420  # pixels of the picture
ENDS: Final = (LOW, HIGH)
INKS: Final = {"exploding": WARM_INK, "vanishing": COOL_INK}
GUESSING: Final = 0.97  # a loss above this part of the baseline is no better than guessing


def losses(pair: Pair, every: Sequence[Course]) -> Figure:
    """Each batch's loss before its update; `every` course shares the axis."""
    lines = [_line(c, c.losses, "loss") for c in pair]
    title = f"{_named(pair)}: loss (dotted: guessing, {number(pair[0].baseline)})"
    figure = base_figure(lines, title, "update", "loss of the batch")
    shown = [c.losses for c in every] + [np.array([c.baseline for c in every])]
    return _logarithmic(figure, np.concatenate(shown), pair[0].baseline)


def steps(exploding: Pair, vanishing: Pair, limit: float) -> Figure:
    """The gradient that each update used: both starts, with and without clipping."""
    lines = [_used(c) for pair in (vanishing, exploding) for c in pair]
    marks = [_marks(pair[1]) for pair in (vanishing, exploding)]
    y = "‖dL/dW‖ that the update used"
    figure = base_figure([*lines, *marks], conclusion(exploding, vanishing, limit), "update", y)
    figure = _logarithmic(figure, np.array([LOW, HIGH]), limit)
    layout = figure["layout"]
    layout["yaxis"] |= norm_axis()
    layout["shapes"] = [*zones(), *layout.get("shapes", [])]
    layout["annotations"] = zone_words()
    layout |= {"height": TALL, "hovermode": "closest", "meta": {"narrow": {"height": 620}}}
    return figure


def conclusion(exploding: Pair, vanishing: Pair, limit: float) -> str:
    """How often clipping had something to do, and how the exploding start's losses end."""
    fired = [f"{int(c[1].clipped.sum())} of {len(c[1].updates)}" for c in (exploding, vanishing)]
    ends = " and ".join(
        f"{_shortly(c)} {how}" for c, how in zip(exploding, ("without", "with"), strict=True)
    )
    return (
        f"The ceiling (dotted, {limit:g}) cut {fired[0]} gradients of the exploding start, "
        f"{fired[1]} of the vanishing one"
        f"<br>The exploding start's loss ends at {ends} clipping"
    )


def _shortly(course: Course) -> str:
    return plain(course.final_loss, 2)


def _used(course: Course) -> Part:
    """The norm after clipping, update by update, in the colour of what its start does."""
    line, vanishing = _line(course, course.used, "norm used", ENDS), course.start == "vanishing"
    name = f"{course.start}, {WORDS[course.mode]}"
    line["line"] |= {"width": 1.5 if vanishing else 3, "color": INKS[course.start]}
    return line | {"name": name, "hovertemplate": f"%{{customdata}}<extra>{name}</extra>"}


def headline(exploding: Pair, vanishing: Pair) -> str:
    """The sentence to learn, with its numbers."""
    fired = [f"{int(c.clipped.sum())} of {len(c.updates)}" for c in (exploding[1], vanishing[1])]
    return (
        f"Clipping is a **ceiling, never a floor**: it shortened **{fired[0]}** gradients of the "
        f"exploding start, and **{fired[1]}** of the vanishing one."
    )


def told(pair: Pair) -> str:
    """How both runs from one start ended."""
    off, on = pair
    ends = [f"{WORDS[c.mode]} at **{number(c.final_loss)}**, {_against(c)}" for c in pair]
    head = f"**{_named(pair)}.** The loss ends {ends[0]}; {ends[1]} (means of the last {LAST})."
    stops = [f" {WORDS[c.mode].capitalize()}: {c.stopped}" for c in pair if c.stopped]
    return head + _compared(off, on) + "".join(stops)


def reached(exploding: Pair, vanishing: Pair) -> str:
    """Growth of both starts' gradients on their way back through time, in Markdown."""
    off, on = vanishing
    grown, left = (number(pair[0].growth) for pair in (exploding, vanishing))
    return (
        "Before the first update ‖dL/dh₀‖ / ‖dL/dh_T‖ is "
        f"**{grown}** for the {exploding[0].start} start and **{left}** for the {off.start} one. "
        f"There the share of the gradient that reaches the first state, ‖dL/dh₀‖ over the largest "
        f"‖dL/dhₜ‖, is {number(off.share(0))} at the first update. At the last one recorded it "
        f"is **{number(off.share(-1))}** without clipping, **{number(on.share(-1))}** with it."
    )


def rows(every: Sequence[Course]) -> Mapping[str, NDArray[Any]]:
    """Long form: start, clipping, update, loss, norm before and after."""
    updates = [(c, u) for c in every for u in c.updates]
    return {
        "start": np.array([c.start for c, _ in updates], dtype=object),
        "spectral radius": np.array([c.radius for c, _ in updates]),
        "clipping": np.array([c.mode for c, _ in updates], dtype=object),
        "update": np.array([u.update for _, u in updates]),
        "loss": np.array([u.loss for _, u in updates]),
        "norm before": np.array([u.norm_before for _, u in updates]),
        "norm after": np.array([u.norm_after for _, u in updates]),
    }


def look(course: Course) -> Look:
    """Colour, dash and marker of a course."""
    return LOOKS["before" if course.mode == "off" else "after"]


def _named(pair: Pair) -> str:
    return f"{pair[0].start.capitalize()} start, spectral radius {pair[0].radius:g}"


def _against(course: Course) -> str:
    if not np.isfinite(course.final_loss):
        return "overflowed"
    guessed = course.final_loss > GUESSING * course.baseline
    return "no better than guessing" if guessed else "better than guessing"


def _compared(off: Course, on: Course) -> str:
    if np.array_equal(off.losses, on.losses, equal_nan=True):
        return " Both runs are **the same to the last digit**: clipping changed nothing."
    return f" {int(on.clipped.sum())} of {len(on.updates)} gradients were clipped."


def _line(
    course: Course, values: Floats, what: str, ends: tuple[float, float] = (FLOOR, CEILING)
) -> Part:
    style, name = look(course), WORDS[course.mode]
    finite = np.where(np.isfinite(values), np.clip(values, *ends), np.nan)
    return {
        "type": "scatter",
        "x": np.arange(1, len(values) + 1),
        "y": finite,
        "name": name,
        "mode": "lines",
        "line": {"color": style.colour, "dash": style.dash, "width": 2},
        "customdata": [f"{what} {number(float(v))}" for v in values],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _marks(course: Course) -> Part:
    """A triangle at every update whose gradient was clipped."""
    where = np.flatnonzero(course.clipped)
    heights = course.norms[where]
    return {
        "type": "scatter",
        "x": where + 1,
        "y": np.where(np.isfinite(heights), held(heights), HIGH),
        "name": f"{course.start}, before clipping",
        "showlegend": bool(len(where)),
        "mode": "markers",
        "marker": {"symbol": "triangle-down", "size": 8, "color": INKS[course.start]},
        "hoverinfo": "skip",
    }


def _logarithmic(figure: Figure, shown: Floats, level: float) -> Figure:
    """One logarithmic axis for all values to be shown, a dotted line at a level."""
    finite = np.clip(shown[np.isfinite(shown) & (shown > 0)], FLOOR, CEILING)
    low, high = np.log10([finite.min(), finite.max()]) if finite.size else (-1.0, 1.0)
    layout = figure["layout"]
    layout |= {"height": 320}
    layout["xaxis"] |= {"range": [0, len(figure["data"][0]["x"]) + 1]}
    layout["yaxis"] |= {
        "type": "log",
        "exponentformat": "power",
        "range": [float(low) - 0.2, float(high) + 0.2],
        "dtick": max(1, int(np.ceil((high - low) / 6))),
    }
    if level > 0:
        across = {"x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level}
        line = {"color": INK, "dash": "dot", "width": 1.5}
        layout["shapes"] = [{"type": "line", **across, "line": line}]
    return figure
