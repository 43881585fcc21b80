"""The one axis of gradient norms: fixed decades, a cool zone of vanishing, a warm one of exploding.

Every page draws norms between the same two decades, so that the same height means the same on
every picture and nothing moves but the lines. What lies beyond is drawn on the border and says its
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import COOL, COOL_INK, INK, SUPERSCRIPTS, WARM, WARM_INK, Part, number

Floats = NDArray[np.float64]

LOW, HIGH = 1e-9, 1e7  # the ends of the axis
VANISHED, EXPLODED = 1e-6, 1e3  # where the zones begin; of a ratio: what "vanished" means in words
DECADES: Final = (-9, 7)
AIR: Final = 0.1  # decades beyond both ends, so that marks on the border are seen whole
SHADE: Final = 0.4  # opacity of a zone: lines of every cell stand out from it


def norm_axis() -> dict[str, Any]:
    """A logarithmic axis that is the same whatever is drawn; its ticks come when it is drawn."""
    low, high = DECADES
    return {
        "type": "log",
        "exponentformat": "power",
        "range": [low - AIR, high + AIR],
        "dtick": 2,
        "tick0": 0,
        "zeroline": False,
    }


def share(value: float) -> float:
    """Place of a norm on the axis, from 0 at its lower end to 1 at its upper one."""
    low, high = DECADES[0] - AIR, DECADES[1] + AIR
    return float((np.log10(held(value)) - low) / (high - low))


def held(values: Any) -> Any:
    """Norms held within the axis; beyond it or overflowed: on its border; nan stays nan."""
    return np.clip(values, LOW, HIGH)


def beyond(values: Any) -> NDArray[np.bool_]:
    """Which norms the axis cannot show; exact zeros and overflows are among them."""
    return np.asarray(~((np.asarray(values) >= LOW) & (np.asarray(values) <= HIGH)))


def edges(values: Floats) -> str:
    """A title's word about what the axis cannot show; nothing where it shows all."""
    seen = values[~np.isnan(values)]
    if not beyond(seen).any():
        return ""
    return f" (drawn between {number(LOW)} and {number(HIGH)})"


def zones(axis: str = "y", n: str = "", other: str = "paper") -> list[Part]:
    """Both zones and the line at 1, behind all lines of axis "x" or "y" number `n`.

    `other` is what they reach across: the paper, or the domain of the other axis ("x2 domain").
    """
    across = "y" if axis == "x" else "x"
    base = {f"{axis}ref": f"{axis}{n}", f"{across}ref": other, f"{across}0": 0, f"{across}1": 1}
    below = base | {"layer": "below"}
    rect = {"type": "rect", "opacity": SHADE, "line": {"width": 0}, **below}
    ends = 10.0 ** (DECADES[0] - 2 * AIR), 10.0 ** (DECADES[1] + 2 * AIR)
    return [
        {**rect, "fillcolor": COOL, f"{axis}0": ends[0], f"{axis}1": VANISHED},
        {**rect, "fillcolor": WARM, f"{axis}0": EXPLODED, f"{axis}1": ends[1]},
        {
            "type": "line",
            **below,
            f"{axis}0": 1,
            f"{axis}1": 1,
            "line": {"color": INK, "width": 1},
            "opacity": 0.45,
        },
    ]


def zone_words(axis: str = "y", n: str = "", other: str = "paper") -> list[Part]:
    """Labels "vanishing" and "exploding" at the outer corners of their zones."""
    across = "y" if axis == "x" else "x"
    words = (("vanishing", COOL_INK, LOW, "bottom"), ("exploding", WARM_INK, HIGH, "top"))
    return [
        {
            "text": f"<b>{text}</b>",
            "showarrow": False,
            "font": {"color": colour},
            f"{axis}ref": f"{axis}{n}",
            f"{axis}": float(np.log10(at)),  # annotations on a log axis stand at the logarithm
            f"{across}ref": other,
            f"{across}": 1,
            f"{axis}anchor": _anchor(axis, end),
            f"{across}anchor": "right" if across == "x" else "top",
        }
        for text, colour, at, end in words
    ]


def _anchor(axis: str, end: str) -> str:
    return end if axis == "y" else {"bottom": "left", "top": "right"}[end]


def fate(ratio: float) -> str:
    """One word for how much is left: explodes, grows, holds, shrinks, vanishes."""
    if ratio > 10:
        return "explodes" if ratio > EXPLODED else "grows"
    if ratio < 0.1:
        return "vanishes" if ratio < VANISHED else "shrinks"
    return "holds"


def power(decade: int) -> str:
    """Power of ten in text: 10⁻⁶; 1 for the zeroth."""
    return f"10{str(decade).translate(SUPERSCRIPTS)}" if decade else "1"


def plain(value: float, digits: int = 3) -> str:
    """A number as it is said aloud: 666 000, 0.31, 3·10⁻⁹."""
    if not np.isfinite(value):
        return "overflow"
    rounded = float(f"{value:.{digits}g}")
    if not 1000 <= abs(rounded) < 1e7:
        return number(rounded)
    return f"{rounded:,.0f}".replace(",", "\u202f")


def apart(places: Sequence[float], gap: float, low: float = 0.0, high: float = 1.0) -> list[float]:
    """Heights of labels that keep `gap` from each other, near their places, between two ends."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    found = [min(max(places[i], low), high) for i in order]
    for k in range(1, len(found)):
        found[k] = max(found[k], found[k - 1] + gap)
    over = max(0.0, found[-1] - high) if found else 0.0
    if over:
        found[-1] -= over
        for k in range(len(found) - 2, -1, -1):
            found[k] = min(found[k], found[k + 1] - gap)
    back = dict(zip(order, found, strict=True))
    return [back[i] for i in range(len(places))]
