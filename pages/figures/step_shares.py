"""Each step's share of the recurrent weights' gradient, before and after clipping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pages.figures.clipping import LOOKS
from pages.figures.norm_axis import beyond, edges, held, norm_axis, plain, zone_words, zones
from pages.figures.numbers import norm
from pages.figures.theme import Figure, Part, base_figure, number
from rnn_core.notation.notation import HOUSE, Notation

if TYPE_CHECKING:
    from rnn_core.engine.clip import Clipped
    from rnn_core.experiment.run import Run

Floats = NDArray[np.float64]


def shares(run: Run) -> Floats:
    """(T,) norm of what each step adds to dL/dW_hh of the top layer, through all networks."""
    found = []
    for stage in run.stages:
        each = stage.gradient.top.share("weight_hh")
        found.append(norm(each.reshape(len(each), -1)))
    return np.concatenate(found)


def factor(clipped: Clipped) -> float | None:
    """Factor by which clipping multiplies every share; None where there is none (by value)."""
    if not clipped.changed:
        return 1.0
    if clipped.mode != "norm" or not 0 < clipped.norm_before < np.inf:
        return None
    return clipped.norm_after / clipped.norm_before


def step_shares(run: Run, notation: Notation = HOUSE) -> Figure:
    """One line before clipping and one after; clipping by norm lowers all steps alike."""
    before, times = shares(run), factor(run.clipped)
    lines = [_line("before", before)]
    if times is not None:
        lines.append(_line("after", before * times))
    W = notation.of(run.experiment.cell).matrix("weight_hh").text
    y = f"‖step t's share of dL/d{W}‖"
    figure = base_figure(lines, _title(before, times), "step t", y)
    layout = figure["layout"]
    layout["yaxis"] |= norm_axis()
    layout["xaxis"] |= {"range": [0.5, len(before) + 0.5], "zeroline": False, "showgrid": False}
    layout["legend"] = {"x": 0.99, "xanchor": "right", "y": 0.1, "yanchor": "bottom"}
    layout |= {
        "height": 380,
        "shapes": zones(),
        "annotations": zone_words(),
        "meta": {"glide": run.clipped.mode},
        "margin": {"l": 84, "r": 16, "t": 52, "b": 52},
    }
    return figure


def _title(before: Floats, times: float | None) -> str:
    return conclusion(before, times) + edges(before[before != 0])


def conclusion(before: Floats, times: float | None) -> str:
    """Which step gives most of the gradient, and what clipping does to all of them."""
    if not np.isfinite(before).all():
        return "Some steps' shares of the gradient overflowed"
    if not before.any():
        return "No step adds anything to this gradient"
    most = int(np.argmax(before)) + 1
    head = f"Step {most} adds most"
    if times is None:
        return f"{head}; clipping by value cuts the sum, so no step keeps a share of its own"
    if times == 1.0:
        return f"{head}; clipping changes no share"
    return f"{head}; clipping makes every share {plain(1 / times)} times smaller"


def _line(when: str, norms: Floats) -> Part:
    look = LOOKS[when]
    name = f"{when} clipping"
    said = [f"{number(v)}{', beyond the axis' if beyond(v) else ''}" for v in norms]
    return {
        "type": "scatter",
        "x": np.arange(1, len(norms) + 1),
        "y": np.where(norms != 0, held(norms), np.nan),  # the first step reads a state of zeros
        "name": name,
        "mode": "lines+markers",
        "line": {"color": look.colour, "dash": look.dash, "width": 3},
        "marker": {"symbol": look.marker, "size": 8, "maxdisplayed": 12},
        "meta": {"glide": "y"} if when == "after" else None,
        "customdata": said,
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }
