"""The matrix of losses against states, and the entries that truncated BPTT leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.norm_axis import DECADES, HIGH, LOW, norm_axis, plain, power, zones
from pages.figures.theme import INK, LINES, Figure, Part, base_figure, number
from rnn_core.analysis.loss_state_matrix import LossStateMatrix, Reach, kept, kept_states
from rnn_core.arrays import length
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Colours of the decades: most of them lie where most norms do. The palest one is the paper.
STOPS: Final = (-9, -6, -4.5, -3, -2, -1, 0, 3, 7)
RAMP: Final = [
    [(d - DECADES[0]) / (DECADES[1] - DECADES[0]), f"var(--ramp-{i + 1})"]
    for i, d in enumerate(STOPS)
]
HEIGHT, PROFILE = 420, 260  # pixels
PAPER: Final = "var(--st-background-color)"
HATCHING: Final[Part] = {
    "shape": "/",
    "fgcolor": INK,
    "bgcolor": "rgba(128, 128, 128, 0.25)",
    "size": 7,
    "solidity": 0.12,
    "fillmode": "overlay",
}


@dataclass(frozen=True)
class Matrix:
    """Norms of every pair: nan where no way joins them, inf where the numbers overflowed."""

    of: str  # h, c, x or jacobian
    quantity: str  # dLₜ/dhₖ
    rows: NDArray[Any]  # (n,) t
    columns: NDArray[Any]  # (m,) k
    values: Floats  # (n, m)
    kept: Mask | None  # (n, m) what the window leaves; None: not drawn
    window: int
    total: Floats | None  # (m,) norm of the vectors summed over all rows
    reverse: bool = False
    every: int = 1

    @property
    def row_words(self) -> str:
        """Meaning of the rows' index t."""
        return "state after step t" if self.of == "jacobian" else "loss of step t"

    @property
    def column_words(self) -> str:
        """Meaning of the columns' index k."""
        if self.of == "x":
            return "input of step k"
        start = "read from right to left, from k = T" if self.reverse else "k = 0: the initial one"
        return f"{'cell' if self.of == 'c' else 'hidden'} state k ({start})"

    @property
    def span(self) -> tuple[float, float]:
        """The ends of the colours and of the profiles, the same for every matrix."""
        return LOW, HIGH

    def row(self, t: int) -> int:
        """The row that lies nearest to step t; -1 is the last one read."""
        t = int(self.rows[0 if self.reverse else -1]) if t < 0 else t
        return int(np.abs(self.rows - t).argmin())

    def column(self, k: int) -> int:
        """The column that lies nearest to k; -1 is what the first step reads, or leaves."""
        first = 0 if self.of == "x" else 1  # column 0 is the initial state
        k = int(self.columns[-1 - first if self.reverse else first]) if k < 0 else k
        return int(np.abs(self.columns - k).argmin())

    @property
    def cut(self) -> Mask:
        """Mask of the entries whose gradient paths the window cuts."""
        joined = ~np.isnan(self.values)
        return joined & ~self.kept if self.kept is not None else np.zeros_like(joined)


def loss_matrix(
    done: Run, layers: Sequence[LossStateMatrix], which: int, of: str, notation: Notation = HOUSE
) -> Matrix:
    """Every step's own loss against every state or input of one layer."""
    layer, window = layers[which], done.experiment.window
    letters = notation.of(layer.cell)
    mask = kept(done, which, window) if window else None
    steps = np.arange(layer.steps + 1)
    if of == "x":
        both = len(done.stages[-1].network.reverses) > 1
        after = slice(0, -1) if layer.reverse else slice(1, None)
        mask = None if mask is None or both else mask[:, after]
        steps, norms, totals = steps[1:], layer.inputs, layer.input_totals
    else:
        of = of if of in layer.norms else "h"
        norms, totals = layer.norms[of], layer.totals[of]
    return Matrix(
        of,
        letters.gradient(of, "k", "t"),
        layer.losses,
        steps,
        norms,
        mask,
        window,
        length(totals),
        layer.reverse,
    )


def jacobian_matrix(done: Run, reach: Reach, which: int, notation: Notation = HOUSE) -> Matrix:
    """Every hidden state against every earlier one of the same layer."""
    trace, window = done.stages[-1].trace.layers[which], done.experiment.window
    letters = notation.of(trace.cell)
    t, k = (letters.symbol("h", step).text for step in ("t", "k"))
    at = np.ix_(reach.boundaries, reach.boundaries)
    return Matrix(
        "jacobian",
        f"∂{t}/∂{k}",
        reach.boundaries,
        reach.boundaries,
        reach.norms,
        kept_states(done, which, window)[at] if window else None,
        window,
        None,
        trace.reverse,
        reach.every,
    )


# -- the map -----------------------------------------------------------------------------------


def heatmap(matrix: Matrix, t: int, k: int) -> Figure:
    """All pairs in colour, the picked one ringed, what the window cuts hatched."""
    data = [_cells(matrix), *_hatched(matrix), *_ring(matrix, t, k)]
    figure = base_figure(data, _title(matrix), matrix.column_words, matrix.row_words)
    figure["layout"] |= {"height": HEIGHT, "hovermode": "closest", "showlegend": False}
    figure["layout"]["margin"] = {"l": 60, "r": 8, "t": 52, "b": 48}
    quiet = {"zeroline": False, "showgrid": False}
    figure["layout"]["xaxis"] |= {"range": _ends(matrix.columns), **quiet, **whole(matrix.columns)}
    figure["layout"]["yaxis"] |= {"range": _ends(matrix.rows)[::-1], **quiet, **whole(matrix.rows)}
    return figure


def conclusion(matrix: Matrix) -> str:
    """The last row's number at its own step, and at the farthest state that it reaches."""
    row = matrix.values[matrix.row(-1)]
    t, joined = int(matrix.rows[matrix.row(-1)]), np.flatnonzero(~np.isnan(row))
    far = matrix.column(-1)
    near = int(joined[0 if matrix.reverse else -1]) if len(joined) else far
    apart = abs(int(matrix.columns[near]) - int(matrix.columns[far]))
    who = f"State {t} depends on itself by" if matrix.of == "jacobian" else f"Loss of step {t}:"
    there = "" if matrix.of == "jacobian" else " at its own step"
    back = f", {plain(float(row[far]))} {steps(apart)} back" if apart else ""
    return f"{who} {plain(float(row[near]))}{there}{back}"


def _title(matrix: Matrix) -> str:
    notes = ["Frobenius norm"] if matrix.of == "jacobian" else []
    notes += [f"every {matrix.every} steps"] if matrix.every > 1 else []
    return f"{conclusion(matrix)} ({', '.join(notes)})" if notes else conclusion(matrix)


def _cells(matrix: Matrix) -> Part:
    low, high = (float(np.log10(v)) for v in matrix.span)
    ticks = list(range(-8, 8, 2))
    return {
        "type": "heatmap",
        "x": matrix.columns,
        "y": matrix.rows,
        "z": shades(matrix),
        "zmin": low,
        "zmax": high,
        "colorscale": RAMP,
        "customdata": matrix.values,
        "hovertemplate": f"t = %{{y}}, k = %{{x}}<br>‖{matrix.quantity}‖ = %{{customdata:.3g}}"
        "<extra></extra>",
        "hoverongaps": False,
        "colorbar": {
            "title": {"text": f"‖{matrix.quantity}‖", "side": "top"},
            "thickness": 12,
            "tickvals": ticks,
            "ticktext": [power(v) for v in ticks],
        },
    }


def shades(matrix: Matrix) -> Floats:
    """log10 of the norms, ends of the scale for what lies beyond; nan where nothing is drawn."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(np.clip(matrix.values, *matrix.span)))


def _edges(places: NDArray[Any]) -> Floats:
    """Boundaries between cells that have these places as their middles."""
    inner = (places[1:] + places[:-1]) / 2
    if not len(inner):
        return np.array([places[0] - 0.5, places[0] + 0.5])
    return np.concatenate([[2 * places[0] - inner[0]], inner, [2 * places[-1] - inner[-1]]])


def _ends(places: NDArray[Any]) -> list[float]:
    edges = _edges(places)
    return [float(edges[0]), float(edges[-1])]


def whole(places: NDArray[Any]) -> dict[str, int]:
    """Steps are whole numbers, also where an axis has only a few of them."""
    return {"tick0": 0, "dtick": 1} if len(places) < 8 else {}


def _hatched(matrix: Matrix) -> list[Part]:
    """One rectangle for neighbouring rows that lose the same columns."""
    boxes = _boxes(matrix.cut)
    if not boxes:
        return []
    x, y = _edges(matrix.columns), _edges(matrix.rows)
    corners = [
        [(x[a], y[top]), (x[b], y[top]), (x[b], y[end]), (x[a], y[end]), (x[a], y[top])]
        for top, end, a, b in boxes
    ]
    path = [point for box in corners for point in (*box, (None, None))]
    return [
        {
            "type": "scatter",
            "x": [p[0] for p in path],
            "y": [p[1] for p in path],
            "mode": "lines",
            "fill": "toself",
            "fillpattern": HATCHING,
            "line": {"color": INK, "width": 1},
            "hoverinfo": "skip",
            "name": f"cut by window {matrix.window}",
        }
    ]


def _boxes(cut: Mask) -> list[tuple[int, int, int, int]]:
    """(first row, end row, first column, end column) of what is cut; a row has one run of it."""
    found: list[tuple[int, int, int, int]] = []
    for row, lost in enumerate(cut):
        columns = np.flatnonzero(lost)
        if not len(columns):
            continue
        a, b = int(columns[0]), int(columns[-1]) + 1
        if found and found[-1][1:] == (row, a, b):
            found[-1] = (found[-1][0], row + 1, a, b)
        else:
            found.append((row, row + 1, a, b))
    return found


def _ring(matrix: Matrix, t: int, k: int) -> list[Part]:
    """The picked pair: lines along its row and its column, dark on light, and a ring."""
    y, x = float(matrix.rows[matrix.row(t)]), float(matrix.columns[matrix.column(k)])
    (left, right), (top, bottom) = _ends(matrix.columns), _ends(matrix.rows)
    lines = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "x": [left, right, None, x, x],
        "y": [y, y, None, top, bottom],
    }
    ring = {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "skip",
        "cliponaxis": False,
        "x": [x],
        "y": [y],
    }
    wide = {"symbol": "circle-open", "size": 16, "color": PAPER, "line": {"width": 6}}
    thin = {"symbol": "circle-open", "size": 16, "color": INK, "line": {"width": 2.5}}
    return [
        {**lines, "line": {"color": PAPER, "width": 2}, "name": "row and column"},
        {**lines, "line": {"color": INK, "width": 1.5, "dash": "dot"}, "name": "row and column"},
        {**ring, "marker": wide, "name": "picked"},
        {**ring, "marker": thin, "name": "picked"},
    ]


# -- its row and its column --------------------------------------------------------------------


def row_profile(matrix: Matrix, t: int, k: int) -> Figure:
    """How far back one row reaches."""
    i = matrix.row(t)
    title = f"How far back the loss of step {matrix.rows[i]} is felt"
    if matrix.of == "jacobian":
        title = f"How far back state {matrix.rows[i]} depends on states"
    figure = _profile(
        matrix, matrix.columns, matrix.values[i], matrix.cut[i], matrix.column(k), title
    )
    figure["layout"]["xaxis"]["title"] = {"text": matrix.column_words}
    return figure


def column_profile(matrix: Matrix, t: int, k: int) -> Figure:
    """Which rows reach one column, and what all of them make together."""
    j = matrix.column(k)
    place = f"{'input' if matrix.of == 'x' else 'state'} {matrix.columns[j]}"
    who = "Which states" if matrix.of == "jacobian" else "Which losses"
    title = f"{who} {'depend on' if matrix.of == 'jacobian' else 'reach'} {place}"
    figure = _profile(
        matrix, matrix.rows, matrix.values[:, j], matrix.cut[:, j], matrix.row(t), title
    )
    figure["layout"]["xaxis"]["title"] = {"text": matrix.row_words}
    if matrix.total is not None:
        figure["data"].append(_sum(matrix, j))
        figure["layout"]["showlegend"] = True
    return figure


def _profile(
    matrix: Matrix, x: NDArray[Any], values: Floats, cut: Mask, picked: int, title: str
) -> Figure:
    low, high = matrix.span
    drawn = np.clip(values, low, high)
    data = [
        _points("each", x, np.where(cut, np.nan, drawn), values, "circle", INK),
        _points(
            f"cut by window {matrix.window}",
            x,
            np.where(cut, drawn, np.nan),
            values,
            "x-thin-open",
            LINES,
        ),
    ]
    data = data if cut.any() else data[:1]
    figure = base_figure([*data, _mark(x, drawn, picked)], title, "", f"‖{matrix.quantity}‖")
    layout = figure["layout"]
    layout |= {"height": PROFILE, "hovermode": "closest", "showlegend": bool(cut.any())}
    layout["margin"] = {"l": 72, "r": 8, "t": 60, "b": 44}
    layout["xaxis"] |= {"range": _ends(x), "zeroline": False, **whole(x)}
    layout["yaxis"] |= norm_axis()
    layout["shapes"] = zones()
    return figure


def _points(
    name: str, x: NDArray[Any], y: Floats, values: Floats, symbol: str, colour: str
) -> Part:
    cut = symbol != "circle"
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "markers" if cut else "lines+markers",
        "name": name,
        "showlegend": cut,
        "line": {"color": colour, "width": 1.5},
        "marker": {
            "symbol": symbol,
            "color": INK if cut else colour,
            "size": (6 if cut else 5) - 2 * (len(x) > 60),
            "line": {"width": 1.2, "color": INK},
        },
        "customdata": [size(float(v)) for v in values],
        "hovertemplate": "%{x}: %{customdata}<extra></extra>",
    }


def _mark(x: NDArray[Any], y: Floats, picked: int) -> Part:
    return {
        "type": "scatter",
        "x": [float(x[picked])],
        "y": [float(y[picked])],
        "mode": "markers",
        "name": "picked",
        "showlegend": False,
        "marker": {
            "symbol": "circle-open",
            "size": 15,
            "color": "var(--st-primary-color)",
            "line": {"width": 2.5},
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _sum(matrix: Matrix, j: int) -> Part:
    """The norm of the summed vectors, as a line across."""
    assert matrix.total is not None
    height = float(np.clip(matrix.total[j], *matrix.span))
    left, right = _ends(matrix.rows)
    return {
        "type": "scatter",
        "x": [left, right],
        "y": [height, height],
        "mode": "lines",
        "name": f"all losses together, uncut: {size(float(matrix.total[j]))}",
        "line": {"color": "var(--st-primary-color)", "width": 2, "dash": "dash"},
        "customdata": [size(float(matrix.total[j]))] * 2,
        "hovertemplate": "all losses together: %{customdata}<extra></extra>",
    }


# -- in words and numbers ----------------------------------------------------------------------


def sentence(matrix: Matrix, t: int, k: int) -> str:
    """The picked pair, in words."""
    i, j = matrix.row(t), matrix.column(k)
    value, row, column = float(matrix.values[i, j]), int(matrix.rows[i]), int(matrix.columns[j])
    what = {"x": f"input {column}", "c": f"cell state {column}"}.get(
        matrix.of, f"hidden state {column}"
    )
    whose = f"hidden state {row}" if matrix.of == "jacobian" else f"the loss of step {row}"
    if np.isnan(value):
        return f"No way leads from {whose} back to {what}: it comes later, or is read later."
    said = f"From {whose} back to {what}: **{size(value)}**"
    if matrix.cut[i, j]:
        said += f", all of it **cut** by the window of {steps(matrix.window)}"
    if matrix.total is not None:
        all_of_them = size(float(matrix.total[j]))
        said += f". All losses together, as vectors and uncut, make **{all_of_them}** there"
    return said + "."


def moves(matrix: Matrix, t: int, k: int) -> dict[str, dict[str, int]]:
    """Label -> what to pick: one row or column on, staying inside."""
    i, j = matrix.row(t), matrix.column(k)
    last_row, last_column = len(matrix.rows) - 1, len(matrix.columns) - 1
    return {
        "t − 1": {"loss": int(matrix.rows[max(i - 1, 0)])},
        "t + 1": {"loss": int(matrix.rows[min(i + 1, last_row)])},
        "k − 1": {"state": int(matrix.columns[max(j - 1, 0)])},
        "k + 1": {"state": int(matrix.columns[min(j + 1, last_column)])},
    }


def steps(count: int) -> str:
    """A number of steps in words."""
    return "1 step" if count == 1 else f"{count} steps"


def size(value: float) -> str:
    """A norm in words."""
    return "overflow" if not np.isfinite(value) else number(value)


def lost(matrix: Matrix) -> str:
    """How many pairs the window cuts, and the largest of them."""
    if matrix.window == 0:
        return "No window: nothing is cut."
    if matrix.kept is None:
        return (
            "The window is not drawn here: between layers that read both ways it cuts some of the "
            "ways of a pair and leaves others."
        )
    pairs, cut = int((~np.isnan(matrix.values)).sum()), int(matrix.cut.sum())
    if not cut:
        return f"A window of {steps(matrix.window)} cuts none of the {pairs} pairs."
    largest = size(float(matrix.values[matrix.cut].max()))
    return f"A window of {steps(matrix.window)} cuts {cut} of {pairs} pairs, the largest {largest}."


def matrix_rows(matrix: Matrix) -> dict[str, NDArray[Any]]:
    """Long form: t, k, the norm, and whether the window cuts it; only pairs that a way joins."""
    i, j = np.nonzero(~np.isnan(matrix.values))
    return {
        "quantity": np.full(len(i), matrix.quantity, dtype=object),
        "t": matrix.rows[i],
        "k": matrix.columns[j],
        "norm": matrix.values[i, j],
        "cut_by_window": matrix.cut[i, j],
    }
