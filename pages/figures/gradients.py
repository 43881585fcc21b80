"""How far back the loss can still be felt, and what clipping would do to the weights' gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.clip_bar import bars, strip_threshold, strip_words
from pages.figures.clip_bar import conclusion as clipped_words
from pages.figures.leaves import Leaves, leaves
from pages.figures.literal import in_plot
from pages.figures.norm_axis import (
    AIR,
    DECADES,
    HIGH,
    LOW,
    apart,
    beyond,
    fate,
    held,
    norm_axis,
    plain,
    share,
    zone_words,
    zones,
)
from pages.figures.numbers import norm
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

HEIGHT: Final = 415
STRIP: Final = 0.8  # of the width: there the lines end and the bars of the weights' gradient begin
LABELS, NARROW_LABELS = 0.22, 0.75  # of the steps: room at the left for what the lines end in
HALL_LABELS = 0.42  # the same where type is large
GAP, HALL_GAP = 0.07, 0.09  # of the height, between two of those labels; in a hall they are large


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
        """The gradient's symbol in the chosen notation: dL/dcₜ."""
        return self.notation.of(self.cell).gradient(self.state)

    @property
    def name(self) -> str:
        """Name in the legend: LSTM dL/dcₜ."""
        return f"{cell_look(self.cell).label} {self.quantity}"

    @property
    def label(self) -> str:
        """Label at the line's end: LSTM, or LSTM c."""
        name = cell_look(self.cell).label
        if self.state == "h":
            return name
        return f"{name} {self.notation.of(self.cell).letter(self.state).text}"


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


def of_runs(results: Mapping[str, Run], cell: str, loss: str, notation: Notation) -> Figure:
    """The picture of every cell's run, with the step of one cell's weights beside it."""
    run, curves = results[cell], curves_of(results, notation=notation)
    labels = run.sequence.labels
    return gradient_norms(curves, loss=loss, labels=labels, clipped=run.clipped, cell=cell)


def turned(
    every: Iterable[tuple[float, Mapping[str, Run]]], cell: str, loss: str, notation: Notation
) -> Leaves:
    """The picture at every value of the weight scale, of every cell's runs there."""
    return leaves("scale", ((v, of_runs(results, cell, loss, notation)) for v, results in every))


def gradient_norms(
    curves: Sequence[Curve],
    *,
    loss: str,
    labels: Sequence[str] = (),
    clipped: Clipped | None = None,
    cell: str = "",
) -> Figure:
    """Every curve on the fixed axis of norms; beside it, where given, the step of `cell`'s weights.

    `loss` says where the loss is: "the last step", "every step". Norms beyond the axis are marked
    on its border, and hover shows the true number. `labels` are the T input symbols.
    """
    lines = [_line(c, labels if i == 0 else ()) for i, c in enumerate(curves)]
    marks = [_outside(c, labels) for c in curves if beyond(c.norms).any()]
    figure = base_figure(
        [*lines, *marks],
        conclusion(curves, loss),
        "state after step t (t = 0: the initial state)",
        f"{_quantities(curves)}<br>total, loss at {loss}",
    )
    _lay_out(figure["layout"], curves)
    if clipped is not None:
        _beside(figure, clipped, cell)
    return figure


def _lay_out(layout: Part, curves: Sequence[Curve]) -> None:
    """The axes, zones behind the lines, and a label at each line's end; a legend where it fits."""
    steps = max((len(c.norms) for c in curves), default=2) - 1
    layout["yaxis"] |= norm_axis()
    layout["xaxis"] |= {"range": [-LABELS * steps, steps * 1.02], "hoverformat": "d"}
    layout["xaxis"] |= {"zeroline": False, "showgrid": False, "domain": [0, 1], **_ticks(steps)}
    layout |= {"height": HEIGHT, "shapes": zones(), "margin": {"l": 84, "r": 16, "t": 52, "b": 52}}
    words = zone_words(other="x domain")
    layout["annotations"] = [*words, *_ends(curves, steps)]
    layout["legend"] = {"x": 0.99, "xanchor": "right", "y": 0.93, "yanchor": "top"}
    wider = {"range": [-NARROW_LABELS * steps, steps * 1.02], "tickvals": [0, steps]}
    small = {"xaxis": wider, "showlegend": False}
    large = {"showlegend": False, "annotations": [*words, *_ends(curves, steps, HALL_GAP)]}
    large["xaxis"] = {"range": [-HALL_LABELS * steps, steps * 1.02]}
    large["yaxis"] = {"title": {"text": _shortly(curves)}}
    layout["meta"] = {"narrow": small, "hall": large}


def _ticks(steps: int) -> Part:
    """Steps from 0 on: none under the labels at the left."""
    every = next((n for n in (1, 2, 5, 10, 20, 25, 50) if steps / n <= 10), 100)
    return {"tickmode": "array", "tickvals": list(range(0, steps + 1, every))}


def _beside(figure: Figure, clipped: Clipped, cell: str) -> None:
    """The bars of the weights' gradient on the same axis, right of the lines."""
    layout = figure["layout"]
    figure["data"] += bars(clipped, "y", xaxis="x2", showlegend=False)
    layout["xaxis"]["domain"] = [0, STRIP - 0.02]
    layout["xaxis2"] = {
        "domain": [STRIP, 1],
        "range": [-0.6, 0.6],
        "tickvals": [],
        "fixedrange": True,
        "zeroline": False,
        "title": {"text": f"norm of all weights'<br>gradients, {cell_look(cell).label}"},
    }
    layout["legend"]["x"] = STRIP - 0.03
    stay = "" if clipped.mode == "off" else "; the curves stay where they are"
    said = f"{clipped_words(clipped)}{stay}"
    layout["meta"]["narrow"]["title"] = {"text": layout["title"]["text"]}  # a phone has no room
    layout["title"]["text"] += f"<br>{said}"
    for place in (layout, layout["meta"]["hall"]):
        place["annotations"] = [*place["annotations"], *strip_words(clipped)]
    if clipped.mode == "off":  # a hall has no room for a line that says so
        layout["meta"]["hall"]["title"] = layout["meta"]["narrow"]["title"]
    layout["shapes"] += strip_threshold(clipped)
    layout |= {"barmode": "overlay", "hovermode": "closest"}
    layout["meta"] |= {"glide": clipped.mode}
    layout["meta"]["narrow"] |= {"xaxis2": {"title": {"text": "weights"}}}


def conclusion(curves: Sequence[Curve], loss: str) -> str:
    """Conclusion in words: the first state's gradient as a multiple of the last state's."""
    ratios = {c.cell: reached(c.norms) for c in curves if c.state == "h"}
    if not ratios:
        return "No gradient was computed"
    first = max(ratios, key=lambda cell: _extreme(ratios[cell]))
    others = [f"{cell_look(c).label} {_felt(r)}" for c, r in ratios.items() if c != first]
    name, rest = cell_look(first).label, f"; {', '.join(others)}" if others else ""
    if loss != "the last step":
        told = f"of the last one (loss at {loss}: each adds its own)"
        return f"{name}: the first state's gradient is {_felt(ratios[first])} that {told}{rest}"
    if np.isnan(ratios[first]):
        return f"{name}: no gradient of the loss arrives at the first state{rest}"
    verb = fate(ratios[first])
    return (
        f"{name} {verb}: the first state feels {_felt(ratios[first])} what the last one does{rest}"
    )


def reached(norms: Floats) -> float:
    """The first state's norm over the one where the loss enters; inf: overflow; nan: no loss."""
    seen = np.flatnonzero(norms != 0)
    if not seen.size:
        return float("nan")
    last, first = float(norms[seen.max()]), float(norms[0])
    if not np.isfinite([last, first]).all():
        return float("inf")
    return float(np.exp(np.log(first) - np.log(last))) if first > 0 else 0.0


def _extreme(ratio: float) -> float:
    """Distance of a ratio from 1, in decades."""
    if np.isnan(ratio):
        return -1.0
    return abs(float(np.log10(ratio))) if 0 < ratio < np.inf else np.inf


def _felt(ratio: float) -> str:
    if np.isnan(ratio):
        return "nothing"
    return f"{plain(ratio)} times" if np.isfinite(ratio) else "an overflowing multiple of"


def _ends(curves: Sequence[Curve], steps: int, gap: float = GAP) -> list[Part]:
    """Labels at the left ends of the lines, moved apart so that none covers another."""
    gap *= 1 if len(curves) < 6 else 0.8
    places = apart([share(_shown(c.norms[0])) for c in curves], gap, 0.04, 0.96)
    low, high = DECADES[0] - AIR, DECADES[1] + AIR
    return [
        {
            "x": 0,
            "y": float(np.log10(_shown(c.norms[0]))),
            "ax": -0.025 * steps,
            "ay": low + place * (high - low),
            "axref": "x",
            "ayref": "y",
            "xanchor": "right",
            "text": f"<b>{c.label}</b> {_arrow(c.norms[0])}{plain(c.norms[0], 2)}",
            "arrowcolor": cell_look(c.cell).colour,
            "arrowwidth": 2,
            "arrowhead": 0,
            "standoff": 4,
        }
        for c, place in zip(curves, places, strict=True)
    ]


def _arrow(norm: float) -> str:
    """Which border a norm lies beyond."""
    if not beyond(norm):
        return ""
    return "↓ " if norm < LOW else "↑ "


def _shown(norm: float) -> float:
    """Norm at which a point is drawn: an overflow at the upper border."""
    return HIGH if np.isnan(norm) else float(held(norm))


def _quantities(curves: Sequence[Curve]) -> str:
    """Axis label in the letters of the curves: hidden states solid, cell states dashed."""
    solid = {c.quantity: None for c in curves if c.state == "h"}
    dashed = {c.quantity: None for c in curves if c.state == "c"}
    names = ", ".join(f"‖{name}‖" for name in solid)
    return f"{names} solid, {', '.join(f'‖{n}‖' for n in dashed)} dashed" if dashed else names


def _shortly(curves: Sequence[Curve]) -> str:
    """Axis label where there is little room: letters only if the cells share them."""
    several = len({c.quantity for c in curves if c.state == "h"}) > 1
    return "norm of the states' gradients" if several else _quantities(curves)


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
    ends = _dots(rows, names, measure, before, after)
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
        columns[f"norm {when}"] = [float(norm(v)) for v in flat]
        columns[f"largest entry {when}"] = [float(np.abs(v).max(initial=0.0)) for v in flat]
    return {
        name: np.array(v, dtype=object if name == "parameter" else float)
        for name, v in columns.items()
    }


def _line(curve: Curve, labels: Sequence[str]) -> Part:
    """The norms that the axis can show, and the border where the line leaves it."""
    look, norms = cell_look(curve.cell), curve.norms
    return {
        "type": "scatter",
        "x": np.arange(len(norms)),
        "y": _visible(norms),
        "name": curve.name,
        "mode": "lines+markers",
        "line": {
            "color": look.colour,
            "width": 3,
            "dash": "dash" if curve.state == "c" else "solid",
        },
        "marker": {
            "symbol": look.marker + ("-open" if curve.state == "c" else ""),
            "size": 8,
            "maxdisplayed": 12,
        },
        "customdata": [_said(t, v, labels) for t, v in enumerate(norms)],
        "hovertemplate": "%{customdata}<extra>" + curve.name + "</extra>",
    }


def _visible(norms: Floats) -> Floats:
    """nan beyond the border, but for the one step on which the line reaches it."""
    outside = beyond(norms)
    inside_next = np.append(~outside[1:], False) | np.append(False, ~outside[:-1])
    return np.where(outside & ~(inside_next & np.isfinite(norms)), np.nan, held(norms))


def _outside(curve: Curve, labels: Sequence[str]) -> Part:
    """Arrows on the border where a line leaves; for the hover, every norm beyond it."""
    steps = np.flatnonzero(beyond(curve.norms))
    norms = curve.norms[steps]
    leaves = ~np.isnan(_visible(curve.norms)[steps])
    leaves[0] = True  # the one farthest back
    up = ~(norms < LOW)
    return {
        "type": "scatter",
        "x": steps,
        "y": np.where(up, HIGH, LOW),
        "name": f"{curve.name}: beyond the axis",
        "mode": "markers",
        "showlegend": False,
        "cliponaxis": False,
        "marker": {
            "color": cell_look(curve.cell).colour,
            "size": 12,
            "opacity": np.where(leaves, 1.0, 0.0),
            "symbol": np.where(
                np.isnan(norms), "x", np.where(up, "triangle-up", "triangle-down")
            ).tolist(),
        },
        "customdata": [_said(int(t), v, labels) for t, v in zip(steps, norms, strict=True)],
        "hovertemplate": "%{customdata}<extra>" + curve.name + "</extra>",
    }


def _said(t: int, value: float, labels: Sequence[str]) -> str:
    """The hover's words: the true number, also where the drawing cannot show it."""
    symbol = f" (read “{in_plot(labels[t - 1])}”)" if labels and 1 <= t <= len(labels) else ""
    if not np.isfinite(value):
        return f"overflow: {'nan' if np.isnan(value) else 'inf'}{symbol}"
    outside = ", beyond the axis" if beyond(value) else ""
    return f"t = {t}: {number(value)}{outside}{symbol}"


def _decades(low: float, high: float) -> dict[str, Any]:
    """A log axis between two powers of ten, with a tick at every decade or every few."""
    air = 0.02 * (high - low)  # marks on the edges are seen whole
    return {
        "type": "log",
        "exponentformat": "power",
        "range": [float(low - air), float(high + air)],
        "dtick": max(1, int(np.ceil((high - low) / 9))),
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


def _dots(
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
