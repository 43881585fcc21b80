"""The cliff as contours and as a surface, two descents across it, and how they went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.clipping import LOOKS, Look
from pages.figures.theme import (
    CALLOUT,
    FLOOR,
    INK,
    LINES,
    PAPER,
    Figure,
    Part,
    base_figure,
    number,
)
from rnn_core.studies.cliff import (
    B_RANGE,
    HIGHEST,
    START,
    STEPS,
    THROWN,
    W_RANGE,
    Cliff,
    Path,
    Surface,
    edge,
    factor,
    slope,
)

Floats = NDArray[np.float64]

SCALE: Final = ((0, PAPER), (1, LINES))  # of the error, 0 to its highest
GROUND: Final = ((0, "var(--st-secondary-background-color)"), (1, LINES))  # stands off the page
BAR: Final = {
    "title": {"text": f"error E after {STEPS} steps", "side": "right"},
    "thickness": 12,
}
W_WORDS, B_WORDS = "recurrent weight w", "bias b"
MIDDLE: Final = 5.0  # the w at which the words look at the line of the cliff
LIFT: Final = 0.006  # a path lies this far above the surface, to be seen


def contours(land: Surface, paths: Sequence[Path]) -> Figure:
    """The error from above, the cliff's own line, both descents, and where one was thrown."""
    field = {
        "type": "contour",
        "x": land.w,
        "y": land.b,
        "z": land.slope.error,
        "coloraxis": "coloraxis",
        "contours": {"start": 0.02, "end": 0.48, "size": 0.04},
        "line": {"width": 0.7, "color": INK},
        "opacity": 0.9,
        "hovertemplate": "w = %{x:.2f}, b = %{y:.2f}: error %{z:.3f}<extra></extra>",
    }
    walked = [part for path in paths for part in (_halo(path), _track(path))]
    thrown = [mark for path in paths for mark in _throws(path)]
    figure = base_figure(
        [field, _edge(), *walked, *thrown, *_start(paths)], conclusion(paths), W_WORDS, B_WORDS
    )
    layout = figure["layout"]
    layout |= {"height": 410, "hovermode": "closest", "annotations": _notes(paths)}
    layout["coloraxis"] = {"cmin": 0, "cmax": HIGHEST, "colorscale": SCALE, "colorbar": BAR}
    layout["meta"] = {"narrow": {"coloraxis": {"showscale": False}}}  # the paths need its room
    layout["xaxis"] |= {"range": list(W_RANGE)}
    layout["yaxis"] |= {"range": list(B_RANGE)}
    return figure


def conclusion(paths: Sequence[Path]) -> str:
    """Outcome of the paths, in one sentence."""
    told = "; ".join(map(_fallen, paths))
    return told[0].upper() + told[1:]


def _fallen(path: Path) -> str:
    end = number(float(f"{path.errors[-1]:.2g}"))
    if not path.throws:
        return f"{words(path)} it rolls on to error {end}"
    first = path.throws[0]
    far = number(float(f"{path.lengths[first - 1]:.2g}"))
    return f"{words(path)} update {first} throws it {far} far, and it ends at error {end}"


def relief(land: Surface, paths: Sequence[Path]) -> Figure:
    """The error as a surface, with both descents; points outside the window are left out."""
    ground = {
        "type": "surface",
        "x": land.w,
        "y": land.b,
        "z": land.slope.error,
        "cmin": 0,
        "cmax": HIGHEST,
        "colorscale": GROUND,
        "showscale": False,
        "contours": {axis: _mesh(*ends) for axis, ends in (("x", W_RANGE), ("y", B_RANGE))},
        "hovertemplate": "w = %{x:.2f}, b = %{y:.2f}: error %{z:.3f}<extra></extra>",
    }
    figure = base_figure(
        [ground, *(_track_3d(p) for p in paths)], "The same error as a surface", "", ""
    )
    layout = figure["layout"]
    del layout["xaxis"], layout["yaxis"]
    limits = {"xaxis": W_RANGE, "yaxis": B_RANGE, "zaxis": (0, HIGHEST)}
    words = {"xaxis": "w", "yaxis": "b", "zaxis": "error E"}
    axes = {axis: _axis_3d(words[axis], ends) for axis, ends in limits.items()}
    layout |= {
        "height": 460,
        "margin": {"l": 0, "r": 0, "t": 76, "b": 0},
        "scene": axes
        | {"aspectmode": "manual", "aspectratio": {"x": 1.2, "y": 1, "z": 0.7}}
        | {"camera": {"eye": {"x": 1.5, "y": 2.45, "z": 1.3}}},
    }
    return figure


def errors(paths: Sequence[Path]) -> Figure:
    """The error before the first update and after each."""
    lines = [_line(p, np.arange(len(p.errors)), p.errors, "error") for p in paths]
    figure = base_figure(lines, "Error on the way", "number of updates made", "error E")
    figure["layout"] |= {"height": 320}
    figure["layout"]["yaxis"] |= {"range": [-0.02, HIGHEST * 1.05]}
    return figure


def lengths(paths: Sequence[Path]) -> Figure:
    """How far each update moved (w, b); above the dotted line it is called a throw."""
    lines = [
        _line(p, np.arange(1, len(p.lengths) + 1), np.maximum(p.lengths, FLOOR), "length")
        for p in paths
    ]
    axis = "update's length in (w, b)"
    figure = base_figure(lines, f"How far each update moves (dotted: {THROWN:g})", "update", axis)
    figure["layout"] |= {"height": 320, "shapes": [_level(THROWN)]}
    drawn = np.concatenate([[THROWN], *(line["y"] for line in lines)])
    ends = np.log10([drawn.min(), drawn.max()])
    figure["layout"]["yaxis"] |= {
        "type": "log",
        "exponentformat": "power",
        "range": [float(ends[0]) - 0.3, float(ends[1]) + 0.3],
        "dtick": max(1, int(np.ceil((ends[1] - ends[0]) / 6))),
    }
    return figure


def told(path: Path, wish: Cliff) -> str:
    """Report of one path in numbers: clipped updates, the first throw, the last error."""
    name, made = words(path), len(path.norms)
    end = f"error **{number(float(path.errors[-1]))}** after {made} updates"
    if made < wish.updates:
        end += ", where a number overflowed and the run ended"
    clipped = f"{int(path.clipped.sum())} of {made} gradients were clipped. "
    head = f"**{name[0].upper()}{name[1:]}**: {clipped if path.mode != 'off' else ''}"
    if not path.throws:
        longest = float(path.lengths.max(initial=0))
        return f"{head}The longest update is {number(longest)} long, none above {THROWN:g}; {end}."
    first, more = path.throws[0], len(path.throws) - 1
    far, norm = path.lengths[first - 1], path.norms[first - 1]
    also = f" ({more} more later)" if more else ""
    return (
        f"{head}**Update {first} throws it** {number(float(far))} far{also}: the gradient's norm "
        f"there is {number(float(norm))}; {end}."
    )


def slopes_told(land: Surface) -> str:
    """How steep the landscape is: usually, at its worst point, and on the cliff's own line."""
    norm, dw = land.slope.norm, np.abs(land.slope.dw)
    w, b = land.steepest
    usual, most = number(float(np.median(norm))), number(float(norm.max()))
    sideways = f"{number(float(np.median(dw)))} and {number(float(dw.max()))}"
    line = number(float(slope(MIDDLE, edge(MIDDLE)).norm))
    return (
        f"On the {len(land.w)} × {len(land.b)} points of this surface the gradient's norm has the "
        f"**median {usual}** and the **maximum {most}**, at w = {number(w)}, b = {number(b)} "
        f"(|dE/dw| alone: {sideways}). Between the points it is steeper still: on the dash-dotted "
        f"line at w = {MIDDLE:g} each step's Jacobian is "
        f"{float(factor(MIDDLE)):.3f}, and {STEPS} of them make a gradient of norm **{line}**."
    )


def words(path: Path) -> str:
    """Name of a path, from how its gradients are clipped."""
    return {
        "off": "without clipping",
        "norm": "clipped by norm",
        "value": "clipped by value",
    }[path.mode]


def rows(paths: Sequence[Path]) -> Mapping[str, NDArray[Any]]:
    """Long form: clipping, update, w, b, error, and the gradient that led there."""
    counts = [len(p.errors) for p in paths]
    before = [np.concatenate([[np.nan], p.norms]) for p in paths]
    return {
        "clipping": np.repeat(np.array([p.mode for p in paths], dtype=object), counts),
        "update": np.concatenate([np.arange(n) for n in counts]),
        "w": np.concatenate([p.points[:, 0] for p in paths]),
        "b": np.concatenate([p.points[:, 1] for p in paths]),
        "error": np.concatenate([p.errors for p in paths]),
        "gradient norm before the update": np.concatenate(before),
    }


def look(path: Path) -> Look:
    """Colour, dash and marker of a path."""
    return LOOKS["before" if path.mode == "off" else "after"]


def _track(path: Path) -> Part:
    style = look(path)
    said = [
        f"{words(path)}, after {k} updates: error {number(float(e))}"
        for k, e in enumerate(path.errors)
    ]
    return {
        "type": "scatter",
        "x": path.points[:, 0],
        "y": path.points[:, 1],
        "name": words(path),
        "mode": "lines+markers",
        "line": {"color": style.colour, "width": 2, "dash": style.dash},
        "marker": {"symbol": style.marker, "size": 6, "color": style.colour},
        "meta": {"roll": True},
        "customdata": said,
        "hovertemplate": "%{customdata}<br>w = %{x:.3f}, b = %{y:.3f}<extra></extra>",
    }


def _halo(path: Path) -> Part:
    """A light line beneath the path, so that it is seen on any ground."""
    return {
        "type": "scatter",
        "x": path.points[:, 0],
        "y": path.points[:, 1],
        "mode": "lines",
        "line": {"color": PAPER, "width": 6},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _throws(path: Path) -> list[Part]:
    """A cross where each throw begins, its number and length beside it."""
    if not path.throws:
        return []
    begins = np.array(path.throws) - 1
    said = [f"update {k + 1}: {number(float(path.lengths[k]))} long" for k in begins]
    return [
        {
            "type": "scatter",
            "x": path.points[begins, 0],
            "y": path.points[begins, 1],
            "name": f"thrown {words(path)}",
            "showlegend": False,
            "mode": "markers",
            "marker": {"symbol": "x", "size": 13, "color": look(path).colour},
            "customdata": said,
            "hovertemplate": "%{customdata}<extra>thrown</extra>",
        }
    ]


def _start(paths: Sequence[Path]) -> list[Part]:
    w, b = paths[0].points[0]
    return [
        {
            "type": "scatter",
            "x": [float(w)],
            "y": [float(b)],
            "name": "start",
            "showlegend": False,
            "mode": "markers+text",
            "text": ["start"],
            "textposition": "bottom right",
            "marker": {"symbol": "star", "size": 14, "color": INK},
            "hovertemplate": "start<extra></extra>",
        }
    ]


def _edge() -> Part:
    """The cliff's line: x stays at its start for ever, and every step's Jacobian is above 1."""
    first = 1 / float(factor(1.0))
    w = np.linspace(first, W_RANGE[1], 60)
    return {
        "type": "scatter",
        "x": w,
        "y": edge(w),
        "name": f"x stays at {START:g}",
        "showlegend": False,
        "mode": "lines",
        "line": {"color": INK, "width": 1.5, "dash": "dashdot"},
        "customdata": factor(w),
        "hovertemplate": "every step's Jacobian is %{customdata:.3f}<extra></extra>",
    }


def _notes(paths: Sequence[Path]) -> list[Part]:
    """Labels of the cliff's line and of each path's first throw, on an opaque ground."""
    line = {"x": 6.2, "y": float(edge(6.2)), "text": f"x stays at {START:g}", "ax": 60, "ay": -30}
    found = [{**line, **CALLOUT}]
    for path in paths:
        for k in path.throws[:1]:
            w, b = path.points[k - 1]
            text = f"update {k}: {number(float(path.lengths[k - 1]))} long"
            found.append({"x": w, "y": b, "text": text, "ax": 110, "ay": -12, **CALLOUT})
    return found


def _mesh(low: float, high: float) -> Part:
    """Lines on the surface, by which its shape is seen where its colour is even."""
    return {"show": True, "start": low, "end": high, "size": 0.5, "color": INK, "width": 1}


def _track_3d(path: Path) -> Part:
    style = look(path)
    (w, b), z = path.points.T, path.errors + LIFT
    inside = (w >= W_RANGE[0]) & (w <= W_RANGE[1]) & (b >= B_RANGE[0]) & (b <= B_RANGE[1])
    return {
        "type": "scatter3d",
        "x": np.where(inside, w, np.nan),
        "y": np.where(inside, b, np.nan),
        "z": np.where(inside, z, np.nan),
        "name": words(path),
        "mode": "lines+markers",
        "line": {"color": style.colour, "width": 5, "dash": style.dash},
        "marker": {"symbol": style.marker, "size": 3, "color": style.colour},
        "hoverinfo": "name",
    }


def _axis_3d(text: str, ends: tuple[float, float]) -> Part:
    return {
        "title": {"text": text},
        "range": list(ends),
        "color": INK,
        "gridcolor": LINES,
        "zeroline": False,
        "showbackground": False,
    }


def _line(path: Path, x: NDArray[Any], y: Floats, what: str) -> Part:
    style = look(path)
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "name": words(path),
        "mode": "lines+markers",
        "line": {"color": style.colour, "width": 2, "dash": style.dash},
        "marker": {"symbol": style.marker, "size": 5, "color": style.colour},
        "customdata": [f"{what} {number(float(v))}" for v in y],
        "hovertemplate": "%{customdata}<extra>" + words(path) + "</extra>",
    }


def _level(value: float) -> Part:
    across = {"x0": 0, "x1": 1, "xref": "paper", "y0": value, "y1": value}
    return {"type": "line", **across, "line": {"color": INK, "dash": "dot", "width": 1.5}}
