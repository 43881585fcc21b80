"""SVG by hand: words, boxes, lines and arrows, whose looks are classes of a style sheet."""

from __future__ import annotations

from html import escape

import numpy as np

BOX = 22  # height of a box

Point = tuple[float, float]


def text(x: float, y: float, words: str, look: str, anchor: str = "start") -> str:
    """Words at a point; `anchor` says which end of them stands there."""
    kind = f' class="{look}"' if look else ""
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{side}>{escape(words)}</text>'


def box(x: float, y: float, half: float, look: str, more: str = "") -> str:
    """A rounded box by its middle and half its width."""
    return (
        f'<rect class="{look}" x="{x - half:.1f}" y="{y - BOX / 2:.1f}" width="{2 * half:.1f}" '
        f'height="{BOX}" rx="4" {more}/>'
    )


def line(start: Point, end: Point, look: str = "wg-wire") -> str:
    """A straight line."""
    (x, y), (u, v) = start, end
    return f'<path class="{look}" d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}"/>'


def arrow(start: Point, end: Point, look: str = "wg-wire") -> str:
    """A straight line with a head; the head's look is the line's with `-head`."""
    return line(start, end, look) + head(start, end, f"{look}-head")


def head(start: Point, end: Point, look: str) -> str:
    """A small triangle at the end of a horizontal or vertical line."""
    (x, y), (u, v) = start, end
    along = float(np.sign(u - x)), float(np.sign(v - y))
    a, b = u - 5 * along[0], v - 5 * along[1]
    side = 3 * abs(along[1]), 3 * abs(along[0])
    corners = (
        f"{u:.1f},{v:.1f} {a - side[0]:.1f},{b - side[1]:.1f} {a + side[0]:.1f},{b + side[1]:.1f}"
    )
    return f'<polygon class="{look}" points="{corners}"/>'


def marker(kind: str, x: float, y: float) -> str:
    """A point of a curve: circle, square or diamond."""
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.3"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if kind == "diamond" else ""
    return f'<rect x="{x - 2:.1f}" y="{y - 2:.1f}" width="4" height="4"{turn}/>'
