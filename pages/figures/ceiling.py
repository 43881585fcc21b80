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
CUT: Final = "before it was cut"  # the name of the triangles
NORM: Final = "norm of all weights' gradients, ‖dL/dW‖"
PANELS: Final = ("", "2")  # Plotly's numbers of both starts' axes
WIDE: Final = ((0.0, 0.48), (0.52, 1.0))  # of the width
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
    """The gradients of both starts' updates, with and without clipping: a panel for each start."""
    pairs = exploding, vanishing
    data = [part for n, pair in enumerate(pairs) for part in _panel(pair, PANELS[n])]
    title = conclusion(exploding, vanishing, limit)
    figure = base_figure(_once_in_legend(data), title, "update", "")
    layout = figure["layout"]
    for n, number_ in enumerate(PANELS):
        layout |= _axes(number_, WIDE[n], len(exploding[0].updates))
    layout |= {
        "height": TALL,
        "hovermode": "closest",
        "legend": layout["legend"] | {"x": 0.005, "y": 0.01},
        "shapes": [part for n in PANELS for part in (*_behind(n), *_level(n, limit))],
        "annotations": _heads(pairs, "{start} start: {end}"),
        "meta": {
            "head": 36,
            "narrow": _stacked(_heads(pairs, "{start} start<br>{end}")),
            "hall": {"annotations": _heads(pairs, "{start} start", crowded=True)},
        },
    }
    return figure


def conclusion(exploding: Pair, vanishing: Pair, limit: float) -> str:
    """How often clipping had something to do."""
    fired = [f"{int(c[1].clipped.sum())} of {len(c[1].updates)}" for c in (exploding, vanishing)]
    return (
        f"The ceiling (dotted, {limit:g}) cut {fired[0]} gradients of the exploding start, "
        f"{fired[1]} of the vanishing one"
    )


def _panel(pair: Pair, n: str) -> list[Part]:
    """The norms that both runs from one start used, and the clipped one's before."""
    axes = {"xaxis": f"x{n}", "yaxis": f"y{n}"}
    return [part | axes for part in (*map(_used, pair), _marks(pair[1]))]


def _once_in_legend(parts: Sequence[Part]) -> list[Part]:
    """Each name once, of the first part that draws anything."""
    named: set[str] = set()
    found = []
    for part in parts:
        first = part["name"] not in named and len(part["x"]) > 0
        named |= {part["name"]} if first else set()
        found.append(part | {"showlegend": first, "legendgroup": part["name"]})
    return found


def _axes(n: str, domain: tuple[float, float], updates: int) -> dict[str, Any]:
    """Updates across, from 1; the fixed axis of norms, written at the first panel."""
    across = {"title": {"text": "update"}, "range": [0, updates + 1], "domain": list(domain)}
    up = norm_axis() | {"title": {"text": NORM if n == "" else ""}, "anchor": f"x{n}"}
    return {
        f"xaxis{n}": across | {"anchor": f"y{n}"},
        f"yaxis{n}": up if n == "" else up | {"showticklabels": False},
    }


def _behind(n: str) -> list[Part]:
    return zones("y", n, f"x{n} domain")


def _level(n: str, limit: float) -> list[Part]:
    """The ceiling as a dotted line across a panel."""
    if limit <= 0:
        return []
    across = {"x0": 0, "x1": 1, "xref": f"x{n} domain", "yref": f"y{n}", "y0": limit, "y1": limit}
    return [{"type": "line", **across, "line": {"color": INK, "dash": "dot", "width": 2}}]


def _heads(pairs: Sequence[Pair], words: str, crowded: bool = False) -> list[Part]:
    """Above each panel: whose it is, and how its losses end; in it the names of the zones.

    `crowded`: but for the lower one of the first panel, where the legend needs all the width.
    """
    found = []
    for n, pair in zip(PANELS, pairs, strict=True):
        text = words.format(start=f"<b>{pair[0].start.capitalize()}</b>", end=_ends(pair))
        at = {"xref": f"x{n} domain", "yref": f"y{n} domain", "x": 0, "y": 1}
        look = {"xanchor": "left", "yanchor": "bottom", "align": "left", "showarrow": False}
        zone_names = zone_words("y", n, f"x{n} domain")
        found += [{"text": text, **at, **look}, *zone_names[crowded and n == PANELS[0] :]]
    return found


def _ends(pair: Pair) -> str:
    off, on = map(_shortly, pair)
    return f"loss ends at {on}, without clipping at {off}"


def _stacked(heads: list[Part]) -> dict[str, Any]:
    """Both panels one below the other, on a phone."""
    every = {"x": (0, 1), "x2": (0, 1), "y": (0.62, 1), "y2": (0, 0.38)}
    axes: dict[str, Any] = {
        f"{name[0]}axis{name[1:]}": {"domain": list(ends)} for name, ends in every.items()
    }
    axes["yaxis2"] |= {"showticklabels": True}
    return axes | {"height": 640, "annotations": heads}


def _shortly(course: Course) -> str:
    return plain(course.final_loss, 2)


def _used(course: Course) -> Part:
    """The norm of what each update used, after clipping where there is any."""
    return _line(course, course.used, "norm used", ENDS)


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
        "name": CUT,
        "mode": "markers",
        "marker": {"symbol": "triangle-down", "size": 6, "color": INKS[course.start]},
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
