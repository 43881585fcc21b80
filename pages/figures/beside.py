"""Several charts as one figure: drawn at once, side by side, or one below the other on a phone.

One figure is drawn faster than three. Each chart keeps its axes, legend and title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pages.figures.theme import INK, Figure, Part

WIDE: Final = (440, 44, 170)  # pixels of the whole, above and below the charts
ROW: Final = (
    44,
    240,
    170,
)  # pixels above a chart, of it, and below it (axis and legend) on a phone
LEGEND: Final = 46  # pixels from a chart down to its legend
TOP: Final = 36  # pixels that the narrow figure keeps above all charts
AIR: Final = 0.07  # of the width, between two charts

Span = tuple[float, float]


def beside(figures: Sequence[Figure], shares: Sequence[float]) -> Figure:
    """Charts made by `theme.house`, of these shares of the width, as one figure."""
    height, top, bottom = WIDE
    wide = [(x, (0.0, 1.0)) for x in _columns(shares)]
    data = [part | _axes(n) for n, f in enumerate(figures) for part in f["data"]]
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 64, "r": 12, "t": top, "b": bottom},
        "hovermode": "closest",
        "showlegend": True,
        "shapes": [
            s | _own(s, n) for n, f in enumerate(figures) for s in f["layout"].get("shapes", [])
        ],
        "annotations": [a for n, f in enumerate(figures) for a in _notes(f["layout"], n)],
    }
    for n, figure in enumerate(figures):
        layout |= {axis + _n(n): _axis(figure["layout"][axis], axis, n) for axis in AXES}
    layout["meta"] = {"narrow": _narrow(len(figures))}
    placed = _placed(wide, height - top - bottom)
    return {
        "data": data,
        "layout": {
            k: v | placed.pop(k, {}) if isinstance(v, dict) else v for k, v in layout.items()
        }
        | placed,
    }


AXES: Final = ("xaxis", "yaxis")


def _n(n: int) -> str:
    """Plotly's number of an axis: none for the first, then 2, 3, ..."""
    return "" if n == 0 else str(n + 1)


def _legend(n: int) -> str:
    """The legend called plainly "legend" has a place of its own on a phone: it is not used."""
    return f"legend{n + 2}"


def _axes(n: int) -> Part:
    return {"xaxis": f"x{_n(n)}", "yaxis": f"y{_n(n)}", "legend": _legend(n)}


def _columns(shares: Sequence[float]) -> list[Span]:
    """Start and end of each chart's column, from 0 to 1."""
    room = 1 - AIR * (len(shares) - 1)
    ends, at = [], 0.0
    for share in shares:
        ends.append((at, min(1.0, at + room * share / sum(shares))))
        at = ends[-1][1] + AIR
    return ends


def _axis(axis: Part, name: str, n: int) -> Part:
    other = {"xaxis": "y", "yaxis": "x"}[name] + _n(n)
    return axis | {"anchor": other} | ({"scaleanchor": other} if "scaleanchor" in axis else {})


def _notes(layout: Part, n: int) -> list[Part]:
    """The chart's title, in two lines where it says what the axis cannot show; and its notes."""
    at = {"xref": f"x{_n(n)} domain", "yref": f"y{_n(n)} domain", "x": 0, "y": 1}
    text = layout["title"]["text"].replace(" (", "<br>(", 1)
    title = {
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "font": {"color": INK},
    }
    notes = [a | _own(a, n) for a in layout.get("annotations", [])]
    return [at | title, *notes]


def _own(part: Part, n: int) -> Part:
    """References of a shape or note to the axes of chart `n`."""
    own = {axis: f"{axis}{_n(n)}" for axis in ("x", "y")}
    return {
        f"{axis}ref": f"{ref} domain" if part.get(f"{axis}ref") == "paper" else ref
        for axis, ref in own.items()
    }


def _placed(places: Sequence[tuple[Span, Span]], pixels: float) -> dict[str, Any]:
    """Axes and legends of charts at these places, of so many pixels from 0 to 1 in height."""
    found: dict[str, Any] = {}
    for n, (x, y) in enumerate(places):
        found |= {f"xaxis{_n(n)}": {"domain": list(x)}, f"yaxis{_n(n)}": {"domain": list(y)}}
        found[_legend(n)] = {
            "orientation": "v",
            "x": x[0],
            "xanchor": "left",
            "yanchor": "top",
            "y": y[0] - LEGEND / pixels,
        }
    return found


def _narrow(count: int) -> dict[str, Any]:
    """One below the other."""
    above, chart, below = ROW
    height = count * sum(ROW)
    pixels = height - TOP - below
    tops = [n * sum(ROW) + above - TOP for n in range(count)]
    places = [((0.0, 1.0), (1 - (t + chart) / pixels, 1 - t / pixels)) for t in tops]
    placed = _placed(places, pixels)
    placed[f"yaxis{_n(count - 1)}"]["domain"][0] = max(0.0, places[-1][1][0])
    return {"height": height, "margin": {"b": below}, **placed}
