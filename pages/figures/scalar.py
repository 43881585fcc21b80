"""One unit: the scalar rule |w|^k beside the product that the engine computes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.credit import steps as counted
from pages.figures.jacobians.products import backwards
from pages.figures.norm_axis import (
    EXPLODED,
    VANISHED,
    edges,
    fate,
    held,
    norm_axis,
    plain,
    zone_words,
    zones,
)
from pages.figures.theme import (
    INK,
    Figure,
    Part,
    base_figure,
    cell_look,
    number,
    quantity_look,
)
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.notation.prose import translated
from rnn_core.studies.scalar import Unrolled

HEIGHT, BELOW = 420, 260  # pixels
DISTANCE: Final = "← distance k = n − t, steps back from the end"
PRODUCT: Final = "|∂h_n/∂hₜ|"
RULE, SLOPES = "|w|ᵏ, the scalar rule", "∏φ′ₜ, the slopes alone"
FULL: Final = "∏φ′ₜw, the real product"


def unit_figure(done: Unrolled, notation: Notation = HOUSE) -> Figure:
    """Rule, product and slopes over the distance, on the axis of norms."""
    k = np.arange(len(done.powers))
    every = np.concatenate([done.powers, done.product, done.slopes])
    rnn, ink = cell_look("rnn"), {"color": INK, "width": 2}
    data = [
        _above(k, done.powers, RULE, ink | {"dash": "dash"}, "square-open"),
        _above(k, done.product, FULL, {"color": rnn.colour, "width": 3.5}, rnn.marker),
        _above(k, done.slopes, SLOPES, ink | {"dash": "dot"}, "triangle-up"),
    ]
    y = f"{translated(PRODUCT, notation, 'rnn')} over k steps"
    figure = base_figure(data, conclusion(done) + edges(every), DISTANCE, y)
    layout = figure["layout"]
    layout["xaxis"] |= backwards(len(k) - 1)
    layout["yaxis"] |= norm_axis()
    layout |= {"height": HEIGHT, "shapes": zones(), "annotations": zone_words()}
    return figure


def states_figure(done: Unrolled, notation: Notation = HOUSE) -> Figure:
    """The states and slopes of the very steps that are multiplied, on the same distances."""
    k = np.arange(len(done.states))
    state = translated("state hₜ", notation, "rnn")
    look = quantity_look("h")
    data = [
        _below(k, done.states[::-1], state, {"color": look.colour, "width": 2}),
        _below(k[:-1], done.each[::-1], "slope φ′ₜ", {"color": INK, "width": 2, "dash": "dot"}),
    ]
    figure = base_figure(data, _settled(done), DISTANCE, "state, slope")
    layout = figure["layout"]
    layout["xaxis"] |= backwards(len(k) - 1)
    layout["yaxis"] |= {"rangemode": "tozero"}
    layout |= {"height": BELOW}
    return figure


def _settled(done: Unrolled) -> str:
    """Factor of the last step."""
    w, slope = number(done.wish.w), float(done.each[-1])
    factor = plain(done.wish.w * slope)
    return f"The last step multiplies by φ′w = {plain(slope)} · {w} = {factor}"


def conclusion(done: Unrolled) -> str:
    """The rule's number beside the real one."""
    rule, real = float(done.powers[-1]), float(done.product[-1])
    n, w = counted(done.wish.n), number(done.wish.w)
    if np.isclose(rule, real, rtol=1e-6):
        return f"w = {w}: over {n} the product {fate(real)}, as the rule says: {plain(real)}"
    return f"w = {w}, {n}: the rule says {plain(rule)}, the real product is {plain(real)}"


def _above(
    k: NDArray[Any],
    values: NDArray[np.float64],
    name: str,
    line: Part,
    marker: str,
) -> Part:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": k,
        "y": held(values),
        "name": name,
        "line": line,
        "marker": {"symbol": marker, "size": 8, "maxdisplayed": 10},
        "customdata": [number(float(v)) for v in values],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _below(k: NDArray[Any], values: NDArray[np.float64], name: str, line: Part) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": k,
        "y": np.ascontiguousarray(values),
        "name": name,
        "line": line,
        "hovertemplate": "%{y:.4g}<extra>" + name + "</extra>",
    }


def unit_words(done: Unrolled) -> tuple[str, ...]:
    """Three texts: the rule beside the measured product, why they differ, and w in general."""
    n, w = done.wish.n, done.wish.w
    rule, real = float(done.powers[-1]), float(done.product[-1])
    said = (
        f"The scalar rule: {number(w)}ᵏ is **{number(rule)}** at k = {n}: it {_judged(rule)}. "
        f"The real product is **{number(real)}**: it {_judged(real)}.{_tiny(w, real)}"
    )
    return said, _why(done, rule, real), _general(done)


def _judged(value: float) -> str:
    if value < 1:
        return "vanishes" if value < VANISHED else "shrinks"
    if value > 1:
        return "explodes" if value > EXPLODED else "grows"
    return "stays 1"


def _tiny(w: float, real: float) -> str:
    return " (It is not exactly 0, only smaller than a number can be.)" if real == 0 < w else ""


def _why(done: Unrolled, rule: float, real: float) -> str:
    if done.wish.phi == "linear":
        return "For the linear unit every slope is 1, so the rule is exact."
    slopes = float(done.slopes[-1])
    told = f"The slopes alone multiply to {number(slopes)}"
    turned = rule > 1 > real
    return f"{told}: they turn growth into shrinking." if turned else f"{told}."


def _general(done: Unrolled) -> str:
    """Statement about w in general: necessary and sufficient apart, from the largest slope."""
    w, limit, name = done.wish.w, done.limit, done.wish.phi
    if name == "linear":
        return (
            "w < 1 vanishes and w > 1 explodes hold exactly for this unit, and for no other here."
        )
    if w < limit:
        return (
            f"No slope of {name} is above {number(1 / limit)}: w below {number(limit)} is "
            "sufficient for the product to shrink at every step, whatever the states."
        )
    if w == limit:
        return f"At w = {number(limit)} no step can stretch, whatever the states."
    return (
        f"w above {number(limit)} is necessary for exploding with {name}, and not sufficient: "
        "where the states settle decides."
    )


def unit_rows(done: Unrolled) -> dict[str, NDArray[Any]]:
    """One row per distance k: state k steps back, |w|^k, the slopes' product, the product."""
    return {
        "k": np.arange(len(done.powers)),
        "state": done.states[::-1],
        "w^k": done.powers,
        "slopes": done.slopes,
        "product": done.product,
    }
