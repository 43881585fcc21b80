"""Starts compared: one small chart for each start, all on one log axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.flow.letters import measured
from pages.figures.jacobians.products import ONE
from pages.figures.norm_axis import edges, held, norm_axis, plain, zones
from pages.figures.theme import INK, LINES, PAPER, Figure, Part, base_figure, cell_look, number
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.flow import summary

Floats = NDArray[np.float64]

COLUMNS, NARROW_COLUMNS = 4, 2
GAP, AIR = 0.14, 0.02  # between two charts, and beyond both ends of one, as shares of its length
TICKS, TICKS_IN_A_CHART = (1, 2, 5, 10, 20, 50, 100), 3
ROW, TALL = 190, 300  # pixels of a row of charts with its title on a phone; of all rows else
TOP, BOTTOM = 64, 56  # pixels above and below all rows
BAND: Final = 0.22  # opacity
YOURS: Final = ", yours"


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
    every, charts = np.stack(list(found.values())), range(len(found))
    data = [part for n in charts for part in _behind(done, every, n)]
    data += [_median(done, name, rows, n) for n, (name, rows) in enumerate(found.items())]
    figure = base_figure(data, conclusion(done) + edges(every).replace(" (", "<br>(", 1), "", "")
    layout = figure["layout"]
    layout |= _grid(done, COLUMNS) | {"hovermode": "closest", "showlegend": False}
    layout["margin"] = {"l": 84, "r": 12, "t": TOP, "b": BOTTOM}
    hall = {"annotations": _in_a_hall(layout["annotations"])}
    layout["meta"] = {"narrow": _grid(done, NARROW_COLUMNS), "hall": hall}
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
    """Behind the median of chart `n`: the medians of all other charts, and its own band."""
    x, (_, low, high) = _across(done, n), held(every[n])
    others = [held(rows[0]) for m, rows in enumerate(every) if m != n]
    thin = _line([[*x, None] for _ in others], [[*_short(y), None] for y in others], n)
    thin |= {"name": "others", "line": {"color": LINES, "width": 1}, "hoverinfo": "skip"}
    band = _line([x, x[::-1]], [_short(high), _short(low[::-1])], n)
    colour = cell_look(done.cell).colour
    band |= {"name": "band", "fill": "toself", "fillcolor": colour, "opacity": BAND}
    return [thin, band | {"line": {"width": 0}, "hoverinfo": "skip"}]


def _line(x: Iterable[Iterable[Any]], y: Iterable[Iterable[Any]], n: int) -> Part:
    """A line of pieces in chart `n`, on the axes of its row."""
    wide, narrow = (
        {"xaxis": f"x{_n(n // columns)}", "yaxis": f"y{_n(n // columns)}"}
        for columns in (COLUMNS, NARROW_COLUMNS)
    )
    places = {"x": [*chain(*x)], "y": [*chain(*y)], **wide, "meta": {"narrow": narrow}}
    return {"type": "scatter", "mode": "lines", **places}


def _short(values: NDArray[Any]) -> list[float]:
    """Numbers of four digits: nobody reads more off a line."""
    return [float(f"{v:.4g}") for v in values]


def _median(done: Compared, name: str, rows: Floats, n: int) -> Part:
    look = {"color": cell_look(done.cell).colour, "width": 3}
    hover = "%{text}<extra>" + name + "</extra>"
    told = {"text": _spelled(done.distance, rows), "hovertemplate": hover}
    return (
        _line([_across(done, n)], [held(rows[0]).tolist()], n) | {"name": name, "line": look} | told
    )


def _spelled(k: NDArray[Any], rows: Floats) -> list[str]:
    """At each distance: the median, and the band's ends."""
    return [
        f"k = {d}: {number(float(m))}<br>band {number(float(low))} to {number(float(high))}"
        for d, m, low, high in zip(k, *rows, strict=True)
    ]


def _n(n: int) -> str:
    """Plotly's number of an axis: none for the first, then 2, 3, ..."""
    return "" if n == 0 else str(n + 1)


def _title(name: str, own: bool, row: int, left: float) -> Part:
    return {
        "text": f"<b>{name}</b>{YOURS}" if own else name,
        "showarrow": False,
        "xref": f"x{_n(row)}",
        "x": left,
        "xanchor": "left",
        "yref": f"y{_n(row)} domain",
        "y": 1,
        "yanchor": "bottom",
        "font": {"color": INK},
    }


def _quantity(done: Compared) -> Part:
    """Label that all vertical axes share, drawn once along the left side."""
    place = {"xref": "paper", "x": 0, "xshift": -60, "yref": "paper", "y": 0.5, "textangle": -90}
    return {"text": done.quantity, "showarrow": False, "xanchor": "center", **place}


# --- charts in rows -------------------------------------------------------------------------------
# All charts of a row stand on one pair of axes, one behind the other: with a pair for each chart
# Plotly takes about a quarter longer for every picture. Chart n begins at n times `_pitch`.


def _pitch(done: Compared) -> int:
    """Distances from the beginning of a chart to that of the next one."""
    T = int(done.distance[-1])
    return T + max(1, round(GAP * T))


def _across(done: Compared, n: int) -> list[int]:
    """Places of the distances in chart `n`: time runs to the right."""
    end = n * _pitch(done) + int(done.distance[-1])
    return [end - k for k in done.distance.tolist()]


def _grid(done: Compared, columns: int) -> dict[str, Any]:
    """Axes, zones and titles of so many charts in a row, and how tall that is."""
    count = len(done.norms)
    columns = min(columns, count)
    rows = -(-count // columns)
    charts = rows * ROW if columns <= NARROW_COLUMNS else TALL
    layout: dict[str, Any] = {"height": TOP + BOTTOM + charts, "shapes": [], "annotations": []}
    for row in range(rows):
        inside = range(row * columns, min(count, (row + 1) * columns))
        layout[f"xaxis{_n(row)}"] = _time(done, inside, row, columns)
        layout[f"yaxis{_n(row)}"] = _norms(row, rows)
        layout["shapes"] += [*zones("y", _n(row), f"x{_n(row)} domain"), *_gaps(done, inside, row)]
        for n, name in list(enumerate(done.norms))[inside.start : inside.stop]:
            layout["annotations"].append(_title(name, name == done.own, row, n * _pitch(done)))
    layout["annotations"].append(_quantity(done))
    return layout


def _in_a_hall(notes: Sequence[Part]) -> list[Part]:
    """Titles in large type: the reader's own is bold, and has no room to say more."""
    return [{**note, "text": note["text"].removesuffix(YOURS)} for note in notes]


def _time(done: Compared, inside: range, row: int, columns: int) -> Part:
    """The axis of a row's distances, with numbers under charts that none stands below."""
    T, pitch, count = int(done.distance[-1]), _pitch(done), len(done.norms)
    step = next(s for s in TICKS if TICKS_IN_A_CHART * s >= T)
    below = [n for n in inside if n + columns >= count]
    ticks = [(n * pitch + T - k, str(k)) for n in below for k in range(0, T + 1, step)]
    own, full = ((m - 1) * pitch + T * (1 + 2 * AIR) for m in (len(inside), columns))
    return {
        "domain": [0, own / full],
        "anchor": f"y{_n(row)}",
        "range": [inside.start * pitch - AIR * T, (inside.stop - 1) * pitch + T * (1 + AIR)],
        "tickvals": [at for at, _ in ticks],
        "ticktext": [words for _, words in ticks],
        "title": {"text": "← k steps back" if inside.stop == count else ""},
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,  # a part of it would be a part of one chart
    }


def _norms(row: int, rows: int) -> Part:
    """The axis of a row's norms; all rows move together."""
    tall, low = 1 / rows, 1 - (row + 1) / rows
    return {
        "domain": [low + 0.16 * tall * (row + 1 < rows), low + 0.88 * tall],
        "anchor": f"x{_n(row)}",
        "matches": "y" if row else None,
        **norm_axis(),
        "title": {"text": ""},
    }


def _gaps(done: Compared, inside: range, row: int) -> list[Part]:
    """The page between the charts of a row; it covers the lines of the axis."""
    T, pitch = int(done.distance[-1]), _pitch(done)
    base: Part = {"type": "rect", "layer": "above", "line": {"width": 0}, "fillcolor": PAPER}
    base |= {"xref": f"x{_n(row)}", "yref": f"y{_n(row)} domain", "y0": 0, "y1": 1}
    ends = [(n * pitch + T * (1 + AIR), (n + 1) * pitch - AIR * T) for n in inside[:-1]]
    return [{**base, "x0": left, "x1": right} for left, right in ends]


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
