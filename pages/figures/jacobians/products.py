"""Products of Jacobians over a distance: their singular values, and their factors apart.

Everything here is about one layer's state s: h, and for an LSTM h and c stacked.  The product over
the distance k = T - t is ds_T/ds_t, every state s_t taken as a free number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.norm_axis import HIGH, edges, fate, held, norm_axis, plain, zone_words, zones
from pages.figures.theme import (
    CALLOUT,
    INK,
    Figure,
    Part,
    base_figure,
    cell_look,
    number,
    quantity_look,
)
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.jacobians import Measured, largest, typical

Floats = NDArray[np.float64]

TALL, PICTURE = 440, 420  # pixels
ONE: Final = 1e-9  # nearer to 1 than this, rounding decides


@dataclass(frozen=True)
class Line:
    """One quantity over the distance, and how it looks; its name says exactly what it is."""

    name: str
    norms: Floats  # (K,)
    colour: str
    dash: str = "solid"
    marker: str = ""
    width: float = 2.0


def letters(done: Measured, notation: Notation = HOUSE) -> dict[str, str]:
    """Letters of the axes: the product of each state, and W_hh."""
    own = notation.of(done.cell)
    states = {s: (own.symbol(s, "T").text, own.symbol(s).text) for s in ("h", "c")}
    found = {s: f"∂{end}/∂{start}" for s, (end, start) in states.items()}
    both = [", ".join(pair) for pair in zip(*states.values(), strict=True)]
    found["s"] = found["h"] if "c" not in done.norms else "∂({})/∂({})".format(*both)
    return found | {"W": own.symbol("weight_hh.candidate").text}


def bounding(done: Measured, notation: Notation = HOUSE) -> list[Line]:
    """The spectral norm, and for a vanilla RNN what theory puts beside it."""
    look, names = cell_look(done.cell), letters(done, notation)
    found = [
        Line(
            f"‖{names['s']}‖₂, the spectral norm",
            done.norms["s"],
            look.colour,
            marker=look.marker,
            width=3.5,
        )
    ]
    if done.bound is None:
        return found
    bound, k = done.bound, done.distance
    with np.errstate(all="ignore"):
        slope = bound.radius ** k.astype(float)
    sigma = f"bound (σₘₐₓ γ)ᵏ = {number(bound.factor)}ᵏ"
    rho = f"reference ρᵏ = {number(bound.radius)}ᵏ"
    return [
        *found,
        Line(sigma, bound.envelope(k), INK, "dot"),
        Line(rho, np.asarray(slope), INK, "dash", width=1.5),
    ]


def apart(done: Measured, notation: Notation = HOUSE) -> list[Line]:
    """The full product first, then what a lecture's formula keeps of it."""
    look, names = cell_look(done.cell), letters(done, notation)
    full = Line(
        f"full product ‖{names['s']}‖₂", done.norms["s"], look.colour, marker=look.marker, width=3.5
    )
    return [full, *_blocks(done, names), *_weights(done, names), *_direct(done, notation)]


def _blocks(done: Measured, names: Mapping[str, str]) -> Iterator[Line]:
    """Lines of each part's own block, where the state has two parts."""
    if "c" in done.norms:
        c = quantity_look("c").colour
        yield Line(f"its block ‖{names['c']}‖₂", done.norms["c"], c, "solid", "x")
        yield Line(f"its block ‖{names['h']}‖₂", done.norms["h"], INK, "solid", "circle-open", 1.5)


def _weights(done: Measured, names: Mapping[str, str]) -> Iterator[Line]:
    """Lines of the weights alone and of the slopes alone, where a step is their product."""
    if done.weights is None or done.slopes is None:
        return
    yield Line(f"weights alone ‖{names['W']}ᵏ‖₂", done.weights, INK, "dash", "square-open")
    yield Line("slopes alone ∏φ′, largest unit", largest(done.slopes), INK, "dot", "triangle-up")
    yield Line("∏φ′, geometric mean", typical(done.slopes), INK, "dot", width=1)


def _direct(done: Measured, notation: Notation) -> Iterator[Line]:
    """Lines of the product of a gate's values, where a gate keeps the state."""
    if done.direct is None:
        return
    colour, kept = _keeper(done, notation)
    said = f"direct path ∏{kept}, largest unit"
    yield Line(said, largest(done.direct), colour, "dash", "square-open")
    yield Line("direct path, geometric mean", typical(done.direct), colour, "dash", width=1)
    if done.slopes is not None:
        slopes = "lecture 000: ∏σ′ = ∏z(1 − z), largest unit"
        yield Line(slopes, largest(done.slopes), INK, "dot", "triangle-up")


def _keeper(done: Measured, notation: Notation) -> tuple[str, str]:
    """The colour of the gate that keeps the state, and its letter: f itself, or what z keeps."""
    gate = next((g for g in ("forget", "update") if g in done.kind.gates), None)
    if gate is None:
        return quantity_look("forget").colour, " of what is kept"
    letter = notation.of(done.cell).symbol(gate).text
    whole = "c" in done.norms
    return quantity_look(gate).colour, letter if whole else f" of what {letter} keeps"


# -- the two charts ----------------------------------------------------------------------------


def backwards(steps: int) -> Part:
    """An axis of distances on which time runs to the right: the last step stands there."""
    air = 0.02 * max(1, steps)
    return {"range": [steps + air, -air], "hoverformat": "d", "zeroline": False, "showgrid": False}


def singular_figure(done: Measured, notation: Notation = HOUSE) -> Figure:
    """All singular values of the product over the distance, the largest of them thick."""
    lines = bounding(done, notation)
    every = np.concatenate([done.values.ravel(), *(line.norms for line in lines)])
    drawn = [_all_values(done), *(_drawn(line, done.distance) for line in lines)]
    what = f"singular values of {letters(done, notation)['s']}"
    return _chart(done, drawn, at_the_end(done) + edges(every), what)


def apart_figure(done: Measured, notation: Notation = HOUSE) -> Figure:
    """The full product, its factors (RNN) or direct path (GRU, LSTM), and for an RNN its bound."""
    lines = [*apart(done, notation), *bounding(done, notation)[1:]]
    every = np.concatenate([line.norms for line in lines])
    drawn = [_drawn(line, done.distance) for line in lines]
    title = f"{conclusion(done)}<br>{_apart_words(done)}{edges(every)}"
    figure = _chart(done, drawn, title, "spectral norm")
    layout = figure["layout"]
    layout["annotations"] += _peaked(done)
    layout |= {"height": PICTURE, "margin": {"l": 72, "r": 12, "t": 96, "b": 48}}
    layout["legend"] = {"orientation": "h", "x": 0, "y": 1.01, "xanchor": "left"}
    layout["legend"] |= {"yanchor": "bottom"}
    # Long words and six entries below each other; the factors' numbers stand in the words below.
    short = {"title": {"text": conclusion(done)}}
    layout["meta"] = {"narrow": short | {"height": 640}, "hall": short}
    return figure


def conclusion(done: Measured) -> str:
    """Norm of the whole product over the largest distance, and how it grew if it is small then."""
    top = peak(done)
    if top is None or done.norms["s"][-1] >= 1:
        return at_the_end(done)
    grown = plain(float(done.norms["s"][top]))
    return f"{at_the_end(done)}; it first grew, to {grown} at k = {done.distance[top]}"


def at_the_end(done: Measured) -> str:
    """Norm of the whole product over the largest distance, in words."""
    last = float(done.norms["s"][-1])
    if not np.isfinite(last):
        return f"Over {done.steps} steps the product overflows"
    return f"Over {done.steps} steps the product {fate(last)}: times {plain(last)}"


def peak(done: Measured) -> int | None:
    """Index of the distance at which the product is largest, if it first grew and then shrank."""
    norms = done.norms["s"]
    if not np.isfinite(norms).all():
        return None
    top = int(norms.argmax())
    grew, shrank = norms[top] > 1 + ONE, norms[-1] < norms[top] * (1 - ONE)
    return top if grew and shrank else None


def _apart_words(done: Measured) -> str:
    """The full product beside its parts, in numbers."""
    full = float(done.norms["s"][-1])
    if done.weights is not None and done.slopes is not None:
        weights, slopes = plain(float(done.weights[-1])), plain(float(largest(done.slopes)[-1]))
        return f"Weights alone {weights}, slopes alone {slopes}, both {plain(full)}"
    if done.direct is None:
        return f"Full product {plain(full)}"
    return f"Direct path {plain(float(largest(done.direct)[-1]))}, full product {plain(full)}"


def _all_values(done: Measured) -> Part:
    """One trace for all: the n-th largest value over k is one line, nan lifts the pen."""
    gap = np.full((done.values.shape[1], 1), np.nan)
    y = np.concatenate([held(done.values.T), gap], axis=1).ravel()
    x = np.concatenate([np.broadcast_to(done.distance, done.values.T.shape), gap], axis=1).ravel()
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x.astype(np.float32),
        "y": y.astype(np.float32),
        "name": f"all {done.values.shape[1]} singular values",
        "hoverinfo": "skip",
        "line": {"color": cell_look(done.cell).colour, "width": 0.8},
        "opacity": 0.7,
    }


def _drawn(line: Line, k: NDArray[np.int64]) -> Part:
    """Trace of a line, held at the edge of the axis; the hover tells the true norm."""
    shown = np.where(np.isnan(line.norms), np.nan, held(line.norms))
    return {
        "type": "scatter",
        "x": k,
        "y": shown,
        "name": line.name,
        "mode": "lines+markers" if line.marker else "lines",
        "line": {"color": line.colour, "dash": line.dash, "width": line.width},
        "marker": {"symbol": line.marker or "circle", "size": 8, "maxdisplayed": 10},
        "customdata": [number(v) if np.isfinite(v) else "overflow" for v in line.norms],
        "hovertemplate": "%{customdata}<extra>" + line.name + "</extra>",
    }


def _chart(done: Measured, lines: Sequence[Part], title: str, y: str) -> Figure:
    """Lines on the axis of norms, the last step at the right: farther left is farther back."""
    figure = base_figure(list(lines), title, "← distance k = T − t, steps back from the end", y)
    layout = figure["layout"]
    layout["yaxis"] |= norm_axis()
    layout["xaxis"] |= backwards(done.steps)
    notes = [*zone_words(), *_overflowed(done)]
    layout |= {"height": TALL, "shapes": zones(), "annotations": notes}
    layout["legend"] = {"orientation": "v", "x": 0, "y": -0.16, "xanchor": "left", "yanchor": "top"}
    layout["margin"] = {"l": 72, "r": 12, "t": 48, "b": 150}
    return figure


def _overflowed(done: Measured) -> list[Part]:
    lost = np.flatnonzero(~np.isfinite(done.norms["s"]))
    if not lost.size:
        return []
    k = int(done.distance[lost[0]])
    return [
        {
            "x": k,
            "y": float(np.log10(HIGH)),
            "text": f"overflow from k = {k} on",
            "showarrow": False,
            "xanchor": "right" if k < done.steps / 2 else "left",
            "yanchor": "top",
        }
    ]


def _peaked(done: Measured) -> list[Part]:
    """The largest norm, where the last one alone would not show that the product grew."""
    top = peak(done)
    if top is None:
        return []
    k, norm = int(done.distance[top]), float(done.norms["s"][top])
    text = f"<b>{number(norm)}</b> at k = {k}"
    place = {"x": k, "y": float(np.log10(held(np.array([norm])))[0]), "ax": 0, "ay": -30}
    side = "right" if k < done.steps / 2 else "left"
    return [place | CALLOUT | {"text": text, "showarrow": True, "xanchor": side}]


def product_rows(done: Measured, notation: Notation = HOUSE) -> dict[str, NDArray[Any]]:
    """Long form: what it is, the distance k, the rank of a singular value (0 else), the number."""
    lines = [*apart(done, notation), *bounding(done, notation)[1:]]
    blocks = [(line.name, 0, line.norms) for line in lines]
    blocks += [("singular value", n + 1, v) for n, v in enumerate(done.values.T)]
    K = len(done.distance)
    return {
        "quantity": np.repeat(np.array([b[0] for b in blocks], dtype=object), K),
        "k": np.tile(done.distance, len(blocks)),
        "rank": np.repeat([b[1] for b in blocks], K),
        "value": np.concatenate([b[2] for b in blocks]),
    }
