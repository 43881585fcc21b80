"""Drawings that move: flat lists of SVG elements, and what differs from one to the next.

A picture is drawn once for every position of its slider, with the same elements in the same order.
The browser gets the first drawing and the attributes that ever change: to leap from one position
to another it asks nobody, and every number it shows was computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TEXT: Final = "text"  # the name under which an element's words change


class Size(NamedTuple):
    """Width and height of a drawing in its own units, about a pixel each."""

    width: int
    height: int

    @property
    def narrow(self) -> bool:
        """Whether there is room for few words: on a phone, and in a hall, where type is large."""
        return self.width < 700


WIDE, NARROW, HALL = Size(1130, 430), Size(360, 480), Size(640, 480)
SIZES: Final = (WIDE, NARROW, HALL)
READER: Final = (WIDE, NARROW)  # the browser shows the one that fits


class Item(NamedTuple):
    """An SVG element without children."""

    tag: str
    attributes: Mapping[str, str]
    words: str = ""


Drawing = tuple[Item, ...]


@dataclass(frozen=True, eq=False)
class Position:
    """One position of the slider: the conclusion, the alternative text and the drawings."""

    said: str
    alt: str
    drawings: tuple[Drawing, ...]  # one for each of `SIZES`


# -- elements --------------------------------------------------------------------------------------


def item(tag: str, look: str, words: str = "", /, **attributes: Any) -> Item:
    """An element of a class; numbers are written to a tenth, `stroke_width` is `stroke-width`."""
    given = {name.replace("_", "-"): _written(value) for name, value in attributes.items()}
    return Item(tag, {"class": look} | given, words)


def _written(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def text(x: float, y: float, words: str, look: str = "", anchor: str = "start") -> Item:
    """Words; `anchor` says which end of them stands at x."""
    return item("text", look, words, x=float(x), y=float(y), text_anchor=anchor)


def box(x: float, y: float, width: float, height: float, look: str, round_: float = 0) -> Item:
    """A rectangle, with round corners if `round_` is above 0."""
    w, h = max(0.0, float(width)), max(0.0, float(height))
    return item("rect", look, x=float(x), y=float(y), width=w, height=h, rx=float(round_))


def line(x: float, y: float, u: float, v: float, look: str) -> Item:
    """A straight line."""
    return item("line", look, x1=float(x), y1=float(y), x2=float(u), y2=float(v))


def path(points: Sequence[tuple[float, float]] | Floats, look: str, closed: bool = False) -> Item:
    """A line through points, or the area that it closes."""
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return item("path", look, d=d + "Z" * closed)


def ball(x: float, y: float, radius: float, look: str) -> Item:
    """A filled circle."""
    return item("circle", look, cx=float(x), cy=float(y), r=float(radius))


# -- as markup -------------------------------------------------------------------------------------


def svg(drawing: Drawing, size: Size) -> str:
    """The drawing's markup; every element says its number."""
    inside = "".join(_markup(each, k) for k, each in enumerate(drawing))
    kind = "hall" if size is HALL else "narrow" if size.narrow else "wide"
    return (
        f'<svg class="{kind}" viewBox="0 0 {size.width} {size.height}" aria-hidden="true">'
        f"{inside}</svg>"
    )


def _markup(each: Item, k: int) -> str:
    attributes = "".join(f' {n}="{escape(v)}"' for n, v in each.attributes.items())
    return f'<{each.tag} data-k="{k}"{attributes}>{escape(each.words)}</{each.tag}>'


def moving(drawings: Sequence[Drawing]) -> dict[str, Any]:
    """Which attributes ever change from the first drawing on, and their values in each of them."""
    live = [
        (k, name)
        for k, several in enumerate(zip(*drawings, strict=True))
        for name in (*several[0].attributes, TEXT)
        if len({_value(each, name) for each in several}) > 1
    ]
    return {
        "live": [list(each) for each in live],
        "values": [[_value(drawing[k], name) for k, name in live] for drawing in drawings],
    }


def _value(each: Item, name: str) -> str:
    return each.words if name == TEXT else each.attributes[name]


def payload(positions: Sequence[Position], sizes: Sequence[Size] = READER) -> dict[str, Any]:
    """All positions as the browser takes them, in these sizes."""
    drawn = []
    for size in sizes:
        drawings = [position.drawings[SIZES.index(size)] for position in positions]
        drawn.append({"svg": svg(drawings[0], size)} | moving(drawings))
    return {
        "said": [position.said for position in positions],
        "alt": [position.alt for position in positions],
        "sizes": drawn,
    }
