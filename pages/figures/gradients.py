"""How far back the loss can still be felt, and what clipping would do to the weights' gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.literal import in_plot
from pages.figures.theme import (
    CEILING,
    FLOOR,
    INK,
    LINES,
    Figure,
    Part,
    base_figure,
    cell_look,
    number,
)
from rnn_core.engine.clip import Clipped
from rnn_core.notation.notation import HOUSE, Notation

if TYPE_CHECKING:
    from rnn_core.experiment.run import Run

Floats = NDArray[np.float64]

# The axis ends in one of these decades, so that it rests while a slider moves.
LOWEST = (1e-4, 1e-8, FLOOR)
HIGHEST = (1e2, 1e4, 1e8, 1e16, CEILING)


@dataclass(frozen=True)
class Curve:
    """Norm of the total dL/ds_t of one cell's state s at every boundary 0..T, (T+1,).

    Boundary 0 is the initial state, boundary t the state after step t.
    """

    cell: str
    state: str
    norms: Floats
    notation: Notation = HOUSE

    @property
    def quantity(self) -> str:
        """What is drawn, in the letters of the notation: dL/dcₜ."""
        return self.notation.of(self.cell).gradient(self.state)

    @property
    def name(self) -> str:
        """What the legend calls it: LSTM dL/dcₜ."""
        return f"{cell_look(self.cell).label} {self.quantity}"


def curves_of(runs: Mapping[str, Run], layer: int = -1, notation: Notation = HOUSE) -> list[Curve]:
    """The curves of each cell's run, h first. `layer` counts layers and directions; -1 is the top.

    An encoder and its decoder are one line: the decoder starts from the encoder's last state.
    """
    found = []
    for cell, run in runs.items():
        gradients = [
            s.gradient.top if layer == -1 else s.gradient.layers[layer] for s in run.stages
        ]
        for state in gradients[0].states:
            first, *rest = (g.norms(state) for g in gradients)
            norms = np.concatenate([first, *(each[1:] for each in rest)])
            found.append(Curve(cell, state, norms, notation))
    return found


def gradient_norms(
    curves: Sequence[Curve],
    *,
    loss: str,
    title: str = "How much of the gradient reaches each state",
    labels: Sequence[str] = (),
    span: tuple[float, float] | None = None,
) -> Figure:
    """Every curve on one log axis. `loss` says where the loss is: "the last step", "every step".

    Norms beyond the axis are drawn on its edge, inf and nan on the upper one and marked; hover
    shows the true number. `labels` are the T input symbols. `span` fixes the axis.
    """
    low, high = span or _span(curves)
    lines = [_line(c, (low, high), labels if i == 0 else ()) for i, c in enumerate(curves)]
    marks = [_overflow(curve, high) for curve in curves if not np.isfinite(curve.norms).all()]
    figure = base_figure(
        [*lines, *marks],
        title + _edges(curves, low, high),
        "state after step t (t = 0: the initial state)",
        f"{_quantities(curves)}<br>total, loss at {loss}",
    )
    figure["layout"]["yaxis"] |= _decades(np.log10(low), np.log10(high))
    figure["layout"]["xaxis"] |= {"rangemode": "tozero", "hoverformat": "d"}
    return figure


def _quantities(curves: Sequence[Curve]) -> str:
    """What the axis measures, in the letters of the curves: hidden states solid, c dashed."""
    solid = {c.quantity: None for c in curves if c.state == "h"}
    dashed = {c.quantity: None for c in curves if c.state == "c"}
    names = ", ".join(f"‖{name}‖" for name in solid)
    return f"{names} solid, {', '.join(f'‖{n}‖' for n in dashed)} dashed" if dashed else names


def gradient_rows(curves: Sequence[Curve]) -> dict[str, NDArray[Any]]:
    """Long form: cell, state, quantity (its letters), step (0 is the initial state), norm."""
    lengths = [len(c.norms) for c in curves]
    repeat = [c for c in curves for _ in c.norms]
    return {
        "cell": np.array([c.cell for c in repeat], dtype=object),
        "state": np.array([c.state for c in repeat], dtype=object),
        "quantity": np.array([c.quantity for c in repeat], dtype=object),
        "step": np.concatenate([np.arange(n) for n in lengths] or [np.arange(0)]),
        "norm": np.concatenate([c.norms for c in curves] or [np.zeros(0)]),
    }


def clipping_bars(clipped: Clipped, measure: str = "") -> Figure:
    """A bar from before to after clipping for every parameter, and for all of them together.

    By value the threshold bounds single entries, so the largest entry is drawn instead of the norm;
    `measure` "norm" draws the norm all the same, without the threshold, which does not bound it.
    """
    rows = clipping_rows(clipped)
    bounded = "largest entry" if clipped.mode == "value" else "norm"
    measure = measure or bounded
    names = [str(name) for name in rows["parameter"]]
    before, after = (_drawable(rows[f"{measure} {when}"]) for when in ("before", "after"))
    ends = _ends(rows, names, measure, before, after)
    title = "Clipping: weights' gradients before and after"
    figure = base_figure([_bars(names, before, after), *ends], title, _measured(clipped), "")
    if measure != bounded:
        figure["layout"]["xaxis"] |= {"title": {"text": f"{measure} of dL/dW"}}
    shown = np.concatenate([before, after, [max(clipped.threshold, FLOOR)]])
    low, high = np.log10(np.nanmin(shown)), np.log10(np.nanmax(shown))
    layout = figure["layout"]
    layout["xaxis"] |= _decades(low - 0.5, high + 0.5)
    layout["yaxis"] |= {"autorange": "reversed", "automargin": True}
    layout |= {"height": 180 + 24 * len(names), "hovermode": "closest"}
    if clipped.mode != "off" and 0 < clipped.threshold < np.inf and measure == bounded:
        layout["shapes"] = [_threshold(clipped.threshold)]
    return figure


def clipping_rows(clipped: Clipped) -> dict[str, NDArray[Any]]:
    """Norm and largest entry before and after, for all parameters together and for each."""
    together = {"all together": list(clipped.before)} | {name: [name] for name in clipped.before}
    columns: dict[str, list[Any]] = {"parameter": list(together)}
    for when, gradients in (("before", clipped.before), ("after", clipped.after)):
        flat = [np.concatenate([np.ravel(gradients[n]) for n in ns]) for ns in together.values()]
        columns[f"norm {when}"] = [_norm(v) for v in flat]
        columns[f"largest entry {when}"] = [float(np.abs(v).max(initial=0.0)) for v in flat]
    return {
        name: np.array(v, dtype=object if name == "parameter" else float)
        for name, v in columns.items()
    }


def _line(curve: Curve, span: tuple[float, float], labels: Sequence[str]) -> Part:
    look, norms = cell_look(curve.cell), curve.norms
    return {
        "type": "scatter",
        "x": np.arange(len(norms)),
        "y": np.where(np.isfinite(norms), np.clip(norms, *span), np.nan),
        "name": curve.name,
        "mode": "lines+markers",
        "line": {
            "color": look.colour,
            "width": 2.5,
            "dash": "dash" if curve.state == "c" else "solid",
        },
        "marker": {
            "symbol": look.marker + ("-open" if curve.state == "c" else ""),
            "size": 8,
            "maxdisplayed": 12,
        },
        "customdata": [_said(t, v, span, labels) for t, v in enumerate(norms)],
        "hovertemplate": "%{customdata}<extra>" + curve.name + "</extra>",
    }


def _overflow(curve: Curve, high: float) -> Part:
    """Marks on the upper edge for what is no finite number."""
    steps = np.flatnonzero(~np.isfinite(curve.norms))
    infinite = np.isinf(curve.norms[steps])
    return {
        "type": "scatter",
        "x": steps,
        "y": np.full(len(steps), high),
        "name": f"{curve.name}: overflow",
        "mode": "markers",
        "marker": {
            "color": cell_look(curve.cell).colour,
            "size": 7,
            "symbol": np.where(infinite, "triangle-up", "x").tolist(),
        },
        "customdata": np.where(infinite, "overflow: inf", "overflow: nan").tolist(),
        "hovertemplate": "%{customdata}<extra>" + curve.name + "</extra>",
    }


def _said(t: int, value: float, span: tuple[float, float], labels: Sequence[str]) -> str:
    """The hover's words: the true number, also where the drawing cannot show it."""
    symbol = f" (read “{in_plot(labels[t - 1])}”)" if labels and 1 <= t <= len(labels) else ""
    outside = ", drawn on the edge" if not span[0] <= value <= span[1] else ""
    return f"{number(value)}{outside}{symbol}"


def _edges(curves: Sequence[Curve], low: float, high: float) -> str:
    """The title's word about what the axis cannot show; nothing where it shows all."""
    norms = np.concatenate([c.norms for c in curves] or [np.ones(1)])
    if ((norms >= low) & (norms <= high)).all():
        return ""
    return f" (drawn between {number(low)} and {number(high)})"


def _span(curves: Sequence[Curve]) -> tuple[float, float]:
    norms = np.concatenate([c.norms for c in curves] or [np.ones(1)])
    finite = norms[np.isfinite(norms)]
    least, most = (finite.min(), finite.max()) if finite.size else (1.0, 1.0)
    low = next((v for v in LOWEST if v <= least), FLOOR)
    return low, next((v for v in HIGHEST if v >= most), CEILING)


def _decades(low: float, high: float) -> dict[str, Any]:
    """A log axis between two powers of ten, with a tick at every decade or every few."""
    every = max(1, int(np.ceil((high - low) / 9)))
    air = 0.02 * (high - low)  # marks on the edges are seen whole
    return {
        "type": "log",
        "exponentformat": "power",
        "range": [float(low - air), float(high + air)],
        "dtick": every,
        "tick0": 0,
    }


def _threshold(value: float) -> Part:
    """A dotted line across the whole height."""
    across = {"x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **across, "line": {"color": INK, "dash": "dot", "width": 1.5}}


def _bars(names: list[str], before: Floats, after: Floats) -> Part:
    """One segment per row; None breaks the line between rows."""
    xs = np.stack([before, after, np.full(len(names), np.nan)], axis=1).ravel()
    ys = [y for name in names for y in (name, name, None)]
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines",
        "line": {"color": LINES, "width": 6},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _ends(
    rows: Mapping[str, NDArray[Any]], names: list[str], measure: str, before: Floats, after: Floats
) -> list[Part]:
    looks = {"before": ("circle-open", 13, before), "after": ("circle", 7, after)}
    return [
        {
            "type": "scatter",
            "x": x,
            "y": names,
            "name": when,
            "mode": "markers",
            "marker": {"symbol": symbol, "size": size, "color": INK, "line": {"width": 2}},
            "customdata": [f"{when} {number(v)}" for v in rows[f"{measure} {when}"]],
            "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        }
        for when, (symbol, size, x) in looks.items()
    ]


def _measured(clipped: Clipped) -> str:
    """The axis label: what is drawn, and what the dotted line bounds."""
    line = f"dotted: threshold {clipped.threshold:g}"
    if clipped.mode == "value":
        return f"largest |entry| of dL/dW<br>{line} for every entry"
    norm = "Euclidean norm of dL/dW"
    return (
        f"{norm}<br>{line} for all together" if clipped.mode == "norm" else f"{norm}, not clipped"
    )


def _drawable(values: NDArray[Any]) -> Floats:
    """Finite values on the log axis: zero on the floor, overflow on the ceiling, nan left out."""
    finite = np.nan_to_num(values.astype(float), nan=np.nan, posinf=CEILING)
    return np.asarray(np.clip(finite, FLOOR, CEILING))


def _norm(flat: NDArray[Any]) -> float:
    """Euclidean norm without overflow of the squares."""
    largest = float(np.abs(flat).max(initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.square(flat / largest).sum()))
