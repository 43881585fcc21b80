"""A gradient before and after clipping: two arrows, all entries by size, the textbook's pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, hypot, inf, isfinite, radians, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import CEILING, FLOOR, INK, Figure, Part, base_figure, number
from rnn_core.engine.clip import Clipped, clip

Floats = NDArray[np.float64]

ZOOM: Final = 12  # the longer arrow leaves the picture beyond this many lengths of the shorter
CLOSE: Final = 2.5  # lengths of the shorter arrow that are then shown
ARC: Final = 0.05  # degrees; a smaller angle is not seen
PER_DECADE: Final = 4  # bins of the histogram
PAIR: Final = (3.0, 0.1)  # the textbook's gradient
PAIR_THRESHOLD: Final = 1.0


@dataclass(frozen=True)
class Look:
    """How a gradient, or a run, is drawn: colour, dash and marker, any one is enough."""

    colour: str
    dash: str
    marker: str


LOOKS: Final = {  # the same on every page about clipping
    "before": Look(INK, "dash", "circle-open"),
    "after": Look("var(--st-primary-color)", "solid", "circle"),
}


@dataclass(frozen=True)
class Plane:
    """Both gradients in the plane that they span; the first axis lies along the one before.

    Lengths and angle are those of the whole vectors. None: it has no direction (zero, inf, nan).
    """

    before: tuple[float, float] | None
    after: tuple[float, float] | None
    angle_degrees: float


def plane(clipped: Clipped) -> Plane:
    """Exact coordinates of both arrows; one that stands alone lies along the first axis."""
    raw, kept, angle = clipped.norm_before, clipped.norm_after, clipped.angle_degrees
    turn = radians(angle) if isfinite(angle) else 0.0
    before = (raw, 0.0) if 0 < raw < inf else None
    after = (kept * cos(turn), kept * sin(turn)) if 0 < kept < inf else None
    return Plane(before, after, angle)


def arrows(clipped: Clipped) -> Figure:
    """Two arrows to scale, the ceiling of clipping by norm as a circle, the angle as an arc."""
    drawn = plane(clipped)
    ends = {"before": drawn.before, "after": drawn.after}
    parts = [_arrow(name, end) for name, end in ends.items() if end]
    title = "The weights' gradient before and after clipping, to scale"
    x = "along the gradient before clipping"
    figure = base_figure([*parts, *_arc(drawn)], title, x, "across it, in the plane of both arrows")
    reach = _reach([hypot(*end) for end in ends.values() if end])
    layout = figure["layout"]
    layout |= {"height": 360, "hovermode": "closest", "annotations": [*_remarks(drawn, reach)]}
    layout["xaxis"] |= {"range": [-0.06 * reach, 1.08 * reach], "constraintoward": "left"}
    top = max(0.28, 1.25 * (drawn.after[1] / reach if drawn.after else 0))
    layout["yaxis"] |= {"range": [-0.1 * reach, top * reach], "scaleanchor": "x"}
    if clipped.mode == "norm" and 0 < clipped.threshold < inf:
        layout["shapes"] = [_circle(clipped.threshold)]
    return figure


def textbook() -> Figure:
    """(3, 0.1) at threshold 1: by value it becomes (1, 0.1) and turns, by norm it does not."""
    done = textbook_pair()
    gradients = {
        "before": done["value"].before["g"],
        "by value": done["value"].after["g"],
        "by norm": done["norm"].after["g"],
    }
    parts = [_textbook_arrow(name, g) for name, g in gradients.items()]
    title = f"The textbook's pair ({PAIR[0]:g}, {PAIR[1]:g}), threshold {PAIR_THRESHOLD:g}"
    figure = base_figure(parts, title, "first entry (dotted: where clipping ends)", "second entry")
    layout = figure["layout"]
    layout |= {"height": 300, "hovermode": "closest"}
    layout["shapes"] = [_circle(PAIR_THRESHOLD), _square(PAIR_THRESHOLD)]
    layout["xaxis"] |= {"range": [-0.1, 3.2], "constraintoward": "left"}
    layout["yaxis"] |= {"range": [-0.2, 0.4], "scaleanchor": "x"}
    return figure


def _textbook_arrow(name: str, gradient: Floats) -> Part:
    look = "before" if name == "before" else "after"
    end = (float(gradient[0]), float(gradient[1]))
    part = _arrow(look, end, name)
    if name == "by norm":
        part["line"] |= {"dash": "dot"}
        part["marker"] |= {"symbol": ["square", "arrow"]}
    return part


def textbook_pair() -> dict[str, Clipped]:
    """The textbook's pair, clipped both ways by the engine."""
    pair = {"g": np.array(PAIR)}
    return {mode: clip(pair, mode, PAIR_THRESHOLD) for mode in ("value", "norm")}


def textbook_words() -> str:
    """Numbers of the textbook example in the small picture, in Markdown."""
    done = textbook_pair()
    one, other = (done["value"].before["g"], done["value"].after["g"])
    heights = [float(np.degrees(np.arctan2(g[1], g[0]))) for g in (one, other)]
    return (
        f"By value ({one[0]:g}, {one[1]:g}) becomes ({other[0]:g}, {other[1]:g}) and turns by "
        f"**{done['value'].angle_degrees:.1f}°**, from {heights[0]:.1f}° to {heights[1]:.1f}° "
        f"above the axis. By norm it turns by {done['norm'].angle_degrees:.1f}°. "
        "The square bounds single entries, the circle the norm."
    )


def entries(clipped: Clipped) -> Figure:
    """How many entries have which size, before and after, on one logarithmic axis."""
    sizes = {when: _sizes(g) for when, g in _both(clipped).items()}
    edges = _edges(np.concatenate(list(sizes.values())))
    parts = [_steps(when, edges, _counts(s, edges)) for when, s in sizes.items()]
    title = "Every entry of the weights' gradient, by size"
    label = f"|entry| of dL/dW, {PER_DECADE} bins per decade{_marked(clipped)}{_left_out(clipped)}"
    figure = base_figure(parts, title, label, "number of entries")
    layout = figure["layout"]
    layout |= {"height": 340, "hovermode": "closest"}
    c = clipped.threshold
    low, high = np.log10([edges[0], edges[-1]])
    if _marked(clipped):
        low, high = min(low, np.log10(c) - 0.2), max(high, np.log10(c) + 0.2)
        layout["shapes"] = [_upright(c)]
    layout["xaxis"] |= {"type": "log", "exponentformat": "power", "range": [low, high]}
    layout["xaxis"] |= {"dtick": max(1, int(np.ceil((high - low) / 8)))}
    layout["yaxis"] |= {"rangemode": "tozero"}
    return figure


def sentence(clipped: Clipped) -> str:
    """Effect of clipping on this gradient, in one or two plain sentences."""
    raw, c = clipped.norm_before, clipped.threshold
    if not isfinite(raw):
        return _overflowed(clipped)
    if raw == 0:
        return "The gradient is **exactly zero**: no direction, and clipping changes nothing."
    before = f"The norm of all weights' gradients together is **{number(raw)}**"
    if clipped.mode == "off":
        return f"{before}. Clipping is **off**, as if the threshold were infinite."
    if not clipped.changed:
        what = "this" if clipped.mode == "norm" else "the largest entry"
        return (
            f"{before}, and {what} does not exceed the threshold {c:g}: **nothing is clipped**, "
            "and nothing is made larger. Clipping is a ceiling, never a floor."
        )
    if clipped.norm_after == 0:
        return f"{before}; a threshold of 0 leaves **nothing** of it: no learning."
    after = f"{before} before and **{number(clipped.norm_after)}** after clipping"
    if clipped.mode == "norm":
        return f"{after}. The direction is kept: it turns by {_degrees(clipped)}."
    many, all_ = changed_entries(clipped)
    cut_words = f"{many:,} of {all_:,} entries were cut to ±{c:g}"
    return f"{after}. {cut_words}, and it turns by **{_degrees(clipped)}**."


def changed_entries(clipped: Clipped) -> tuple[int, int]:
    """How many entries clipping changed, and how many there are."""
    before, after = (_flat(g) for g in _both(clipped).values())
    return int(np.sum((before != after) & ~(np.isnan(before) & np.isnan(after)))), len(before)


def _overflowed(clipped: Clipped) -> str:
    kind = "not a number (nan)" if np.isnan(clipped.norm_before) else "infinite"
    words = f"The gradient overflowed: its norm is **{kind}**, and it has no direction. "
    if clipped.mode == "off":
        return words + "Off, the optimiser gets it as it is, and every weight is lost."
    if clipped.mode == "norm":
        return words + "By norm, what is left are zeros and nan: **clipping cannot mend it**."
    if isfinite(clipped.norm_after):
        return words + (
            f"By value, every infinite entry becomes ±{clipped.threshold:g} and the norm "
            f"**{number(clipped.norm_after)}**: finite, but only the signs are left of it."
        )
    return words + "By value, infinite entries become ±threshold, but nan stays nan."


def _degrees(clipped: Clipped) -> str:
    angle = clipped.angle_degrees
    return f"{angle:.1f}°" if angle >= 0.1 or angle < 1e-6 else f"{number(angle)}°"


def _both(clipped: Clipped) -> dict[str, Mapping[str, Floats]]:
    return {"before": clipped.before, "after": clipped.after}


def _flat(gradient: Mapping[str, Floats]) -> Floats:
    return np.concatenate([np.ravel(g) for g in gradient.values()] or [np.zeros(0)])


def _arrow(name: str, end: tuple[float, float], label: str = "") -> Part:
    look = LOOKS[name]
    said = f"{label or name}: length {number(hypot(*end))}"
    return {
        "type": "scatter",
        "x": [0.0, float(end[0])],
        "y": [0.0, float(end[1])],
        "name": label or f"{name} clipping",
        "mode": "lines+markers",
        "line": {"color": look.colour, "width": 3, "dash": look.dash},
        "marker": {
            "symbol": [look.marker, "arrow"],
            "angleref": "previous",
            "size": [6, 16],
            "color": look.colour,
        },
        "customdata": [said, said],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _arc(drawn: Plane) -> list[Part]:
    """The angle, drawn near the tip of the shorter arrow."""
    if not (drawn.before and drawn.after) or not drawn.angle_degrees > ARC:
        return []
    turns = np.radians(np.linspace(0, drawn.angle_degrees, 30))
    radius = 0.7 * min(hypot(*drawn.before), hypot(*drawn.after))
    return [
        {
            "type": "scatter",
            "x": radius * np.cos(turns),
            "y": radius * np.sin(turns),
            "name": f"angle {drawn.angle_degrees:.1f}°",
            "mode": "lines",
            "line": {"color": INK, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]


def _reach(lengths: list[float]) -> float:
    """How far the axis goes: to the longer tip, unless that would hide the shorter arrow."""
    if not lengths:
        return 1.0
    longest, shortest = max(lengths), min(lengths)
    return longest if longest <= ZOOM * shortest else CLOSE * shortest


def _remarks(drawn: Plane, reach: float) -> list[Part]:
    if not (drawn.before or drawn.after):
        said, where = "no arrow: a gradient without direction", {"x": 0.5, "xanchor": "center"}
    elif drawn.before and drawn.before[0] > reach:
        said, where = f"goes on to {number(drawn.before[0])} →", {"x": 1, "xanchor": "right"}
    else:
        return []
    low = {"xref": "paper", "y": 0, "yanchor": "top", "showarrow": False}
    return [{"text": said, **where, **low}]


def _circle(radius: float) -> Part:
    """Circle of all gradients whose norm is the radius."""
    ends = {"x0": -radius, "y0": -radius, "x1": radius, "y1": radius}
    return {"type": "circle", **ends, "line": {"color": INK, "dash": "dot", "width": 1.5}}


def _square(half: float) -> Part:
    """Square of all gradients whose largest entry is `half`."""
    return _circle(half) | {"type": "rect"}


def _sizes(gradient: Mapping[str, Floats]) -> Floats:
    """The finite entries that are not zero, by magnitude."""
    flat = np.abs(_flat(gradient))
    return flat[np.isfinite(flat) & (flat > 0)]


def _edges(sizes: Floats) -> Floats:
    """Bins whose edges rest while the numbers change: equal parts of every decade."""
    if not sizes.size:
        return np.logspace(-2, 0, 2 * PER_DECADE + 1)
    low, high = np.log10(np.clip([sizes.min(), sizes.max()], FLOOR, CEILING))
    first, last = np.floor(low * PER_DECADE), np.floor(high * PER_DECADE) + 1
    return np.asarray(10 ** (np.arange(first, last + 1) / PER_DECADE))


def _counts(sizes: Floats, edges: Floats) -> NDArray[np.int64]:
    """Number of sizes in each bin; those beyond the edges count in the outermost bins.

    What clipping has cut lies exactly at the threshold, often on an edge itself: by a hair of
    rounding it may fall to either side, so a hair is added.
    """
    first = np.round(np.log10(edges[0]) * PER_DECADE)
    where = np.floor(np.log10(sizes) * PER_DECADE + 1e-9) - first
    return np.bincount(np.clip(where, 0, len(edges) - 2).astype(int), minlength=len(edges) - 1)


def _steps(when: str, edges: Floats, counts: NDArray[np.int64]) -> Part:
    look = LOOKS[when]
    ends = zip(edges[:-1], edges[1:], counts, strict=True)
    said = [f"{when}: {n} between {number(a)} and {number(b)}" for a, b, n in ends]
    return {
        "type": "scatter",
        "x": edges,
        "y": np.append(counts, 0),
        "name": f"{when} clipping",
        "mode": "lines",
        "line": {"color": look.colour, "dash": look.dash, "width": 2, "shape": "hv"},
        "fill": "tozeroy" if when == "after" else "none",
        "customdata": [*said, ""],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _marked(clipped: Clipped) -> str:
    """The axis's word about the threshold, if it can be drawn."""
    finite = clipped.mode != "off" and 0 < clipped.threshold < inf
    return f"<br>dotted: threshold {clipped.threshold:g}" if finite else ""


def _left_out(clipped: Clipped) -> str:
    """The axis's word about what a logarithmic axis cannot show."""
    words = []
    for when, gradient in _both(clipped).items():
        flat = _flat(gradient)
        zeros, odd = int(np.sum(flat == 0)), int(np.sum(~np.isfinite(flat)))
        found = [f"{zeros:,} zero{'s' * (zeros > 1)}"] * bool(zeros) + [
            f"{odd:,} inf or nan"
        ] * bool(odd)
        words += [f"{when} {' and '.join(found)}"] * bool(found)
    return f"<br>not drawn: {'; '.join(words)}" if words else ""


def _upright(value: float) -> Part:
    across = {"x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **across, "line": {"color": INK, "dash": "dot", "width": 1.5}}
