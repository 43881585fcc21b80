"""Starts compared: one small chart for each start, all on one log axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.flow.letters import measured
from pages.figures.jacobians.products import backwards
from pages.figures.jacobians.words import ONE
from pages.figures.norm_axis import edges, held, norm_axis, plain, zones
from pages.figures.theme import INK, LINES, Figure, Part, base_figure, cell_look, number
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.flow import summary

Floats = NDArray[np.float64]

COLUMNS, NARROW_COLUMNS = 4, 2
ROW, TALL = 190, 300  # pixels of a row of charts with its title on a phone; of all rows else
TOP, BOTTOM = 64, 56  # pixels above and below all rows
BAND: Final = 0.22  # opacity


@dataclass(frozen=True)
class Compared:
    """Spectral norms of every start: (M, K) of M seeds at K distances; inf: overflow."""

    cell: str
    distance: NDArray[np.int64]  # (K,)
    norms: Mapping[str, Floats]
    own: str  # the start that the reader has set, or ""
    depth: bool = False  # the norms are of dh_T (top) / dh_t (bottom)
    notation: Notation = HOUSE

    @property
    def quantity(self) -> str:
        """The quantity that is drawn, as the norm of a Jacobian."""
        if not self.depth:
            return measured(self.cell, "h", "state", self.notation)
        last, first = (self.notation.of(self.cell).symbol("h", t) for t in ("T", "t"))
        return f"‖∂{last} (top layer)/∂{first} (bottom layer)‖₂"

    @property
    def seeds(self) -> int:
        """Number of seeds, M."""
        return len(next(iter(self.norms.values())))


def bands(norms: Floats) -> Floats:
    """(M, K) -> (3, K): median, and the second lowest and second highest of ten seeds."""
    with np.errstate(all="ignore"):
        return np.asarray(10.0 ** summary(np.log10(norms)[None])[0, :3])


def starts_figure(done: Compared) -> Figure:
    """Median and band in each chart; behind them, thin, the medians of all the others."""
    found = {name: bands(norms) for name, norms in done.norms.items()}
    data = [_median(done, name, rows, n) for n, (name, rows) in enumerate(found.items())]
    every = np.stack(list(found.values()))
    figure = base_figure(data, conclusion(done) + edges(every).replace(" (", "<br>(", 1), "", "")
    layout = figure["layout"]
    layout |= _grid(len(found), COLUMNS, done) | {"hovermode": "closest", "showlegend": False}
    layout["shapes"] = [part for n in range(len(found)) for part in _behind(done, every, n)]
    layout["annotations"] = [_title(done, name, n) for n, name in enumerate(found)]
    layout["annotations"].append(_quantity(done))
    layout["margin"] = {"l": 84, "r": 12, "t": TOP, "b": BOTTOM}
    layout["meta"] = {"narrow": _grid(len(found), NARROW_COLUMNS, done)}
    return figure


def conclusion(done: Compared) -> str:
    """How far apart the starts are at the largest distance."""
    ends = {name: float(bands(norms)[0, -1]) for name, norms in done.norms.items()}
    low, high = min(ends, key=lambda n: ends[n]), max(ends, key=lambda n: ends[n])
    T = int(done.distance[-1])
    if low == high:
        return f"{T} steps back {plain(ends[low])} is left from {low}"
    return (
        f"{T} steps back: {plain(ends[low])} is left from {low}, {plain(ends[high])} from {high} "
        f"(medians of {done.seeds} seeds)"
    )


def _behind(done: Compared, every: Floats, n: int) -> list[Part]:
    """Behind the median of chart `n`: the zones, the medians of all other charts, its own band.

    As shapes: a trace for each would take Plotly half as long again for every picture."""
    axes = {"type": "path", "layer": "below", "xref": f"x{_n(n)}", "yref": f"y{_n(n)}"}
    k, (_, low, high) = done.distance, held(every[n])
    others = "".join(_path(k, held(rows[0])) for m, rows in enumerate(every) if m != n)
    band = f"{_path(k, high)}{_path(k[::-1], low[::-1], 'L')}Z"
    thin = {"name": "others", "path": others, "line": {"color": LINES, "width": 1}}
    filled = {"name": "band", "path": band, "fillcolor": cell_look(done.cell).colour}
    return [
        *zones("y", _n(n), f"x{_n(n)} domain"),
        *([axes | thin] if others else []),
        axes | filled | {"opacity": BAND, "line": {"width": 0}},
    ]


def _path(x: NDArray[Any], y: NDArray[Any], begin: str = "M") -> str:
    """An SVG path through points in the numbers of the axes."""
    return begin + "L".join(f"{a:g} {b:.4g}" for a, b in zip(x, y, strict=True))


def _median(done: Compared, name: str, rows: Floats, n: int) -> Part:
    k = done.distance
    return {
        "type": "scatter",
        "xaxis": f"x{_n(n)}",
        "yaxis": f"y{_n(n)}",
        "mode": "lines",
        "x": k,
        "y": held(rows[0]),
        "name": name,
        "line": {"color": cell_look(done.cell).colour, "width": 3},
        "text": _spelled(k, rows),
        "hovertemplate": "%{text}<extra>" + name + "</extra>",
    }


def _spelled(k: NDArray[Any], rows: Floats) -> list[str]:
    """At each distance: the median, and the band's ends."""
    return [
        f"k = {d}: {number(float(m))}<br>band {number(float(low))} to {number(float(high))}"
        for d, m, low, high in zip(k, *rows, strict=True)
    ]


def _n(n: int) -> str:
    """Plotly's number of an axis: none for the first, then 2, 3, ..."""
    return "" if n == 0 else str(n + 1)


def _title(done: Compared, name: str, n: int) -> Part:
    return {
        "text": f"<b>{name}</b>, yours" if name == done.own else name,
        "showarrow": False,
        "xref": f"x{_n(n)} domain",
        "yref": f"y{_n(n)} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"color": INK},
    }


def _quantity(done: Compared) -> Part:
    """Label that all vertical axes share, drawn once along the left side."""
    place = {"xref": "paper", "x": 0, "xshift": -60, "yref": "paper", "y": 0.5, "textangle": -90}
    return {"text": done.quantity, "showarrow": False, "xanchor": "center", **place}


def _grid(count: int, columns: int, done: Compared) -> dict[str, Any]:
    """All axes of a grid of charts, and how tall it is: one range, numbers at the edges only."""
    columns = min(columns, count)
    rows = -(-count // columns)
    charts = rows * ROW if columns <= NARROW_COLUMNS else TALL
    layout: dict[str, Any] = {"height": TOP + BOTTOM + charts}
    wide, tall = 1 / columns, 1 / rows
    for n in range(count):
        row, column = divmod(n, columns)
        last = n + columns >= count
        layout[f"xaxis{_n(n)}"] = {
            "domain": [column * wide + 0.03 * (column > 0), (column + 1) * wide],
            "anchor": f"y{_n(n)}",
            "matches": "x" if n else None,
            "showticklabels": last,
            "title": {"text": "← k steps back" if last else ""},
            "nticks": 5,
            **backwards(int(done.distance[-1])),
        }
        bottom = 1 - (row + 1) * tall
        layout[f"yaxis{_n(n)}"] = {
            "domain": [bottom + 0.16 * tall * (row + 1 < rows), 1 - (row + 0.12) * tall],
            "anchor": f"x{_n(n)}",
            "matches": "y" if n else None,
            **norm_axis(),
            "showticklabels": column == 0,
            "title": {"text": ""},
        }
    return layout


def starts_table(done: Compared) -> str:
    """Markdown: each start's median halfway and at the largest distance, with its band there."""
    T = done.distance[-1]
    half = int(np.abs(done.distance - T / 2).argmin())
    lines = [
        f"| start | median at k = {done.distance[half]} | at k = {T} | band at k = {T} |",
        "|---|---:|---:|---:|",
    ]
    for name, norms in done.norms.items():
        median, low, high = bands(norms)
        band = " to ".join(number(float(v[-1])) for v in (low, high))
        middle, end = (number(float(median[place])) for place in (half, -1))
        lines.append(f"| {name} | {middle} | {end} | {band} |")
    return "\n".join(lines)


def starts_words(done: Compared) -> tuple[str, ...]:
    """The smallest and the largest median at T, and what this is not."""
    ends = {name: float(bands(norms)[0, -1]) for name, norms in done.norms.items()}
    low, high = min(ends, key=lambda n: ends[n]), max(ends, key=lambda n: ends[n])
    T = int(done.distance[-1])
    said = f"At k = {T} the medians lie between {_value(ends[low])} ({low}) and "
    said += f"{_value(ends[high])} ({high})"
    apart = ends[high] / ends[low] if ends[low] > 0 and np.isfinite(ends[high]) else 0.0
    return (
        f"{said}: a factor of {number(apart)}." if apart else f"{said}.",
        _counted(done, T),
        f"{done.seeds} draws of the weights on one input, before any training: **not a proof**.",
    )


def _value(value: float) -> str:
    return f"**{number(value)}**" if np.isfinite(value) else "**overflow**"


def _counted(done: Compared, T: int) -> str:
    """Whether the draws agree about growing or shrinking."""
    ends = {name: norms[:, -1] for name, norms in done.norms.items()}
    agreed = {
        "above 1": [name for name, v in ends.items() if (v > 1 + ONE).all()],
        "below 1": [name for name, v in ends.items() if (v < 1 - ONE).all()],
        "1": [name for name, v in ends.items() if (np.abs(v - 1) <= ONE).all()],
    }
    said = [f"{kind} for {', '.join(names)}" for kind, names in agreed.items() if names]
    told = f"At k = {T} every draw is {'; '.join(said)}." if said else ""
    sure = [name for names in agreed.values() for name in names]
    rest = ", ".join(name for name in ends if name not in sure)
    return f"{told} The draws disagree about 1 for {rest}.".strip() if rest else told


def starts_rows(done: Compared) -> dict[str, NDArray[Any]]:
    """Long form: start, distance k, draw (from 1), spectral norm."""
    K, M = len(done.distance), done.seeds
    return {
        "start": np.repeat(np.array(list(done.norms), dtype=object), M * K),
        "draw": np.tile(np.repeat(np.arange(1, M + 1), K), len(done.norms)),
        "k": np.tile(done.distance, M * len(done.norms)),
        "norm": np.concatenate([norms.ravel() for norms in done.norms.values()]),
    }
