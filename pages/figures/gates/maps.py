"""Gates and states as one Plotly figure, for a notebook; the app's page draws on a canvas."""

from __future__ import annotations

from typing import Any, Final

from pages.figures.gates.panels import Panel, Payload
from pages.figures.literal import in_plot
from pages.figures.theme import PAPER, Figure, Part, base_figure

ROW, TOP, BOTTOM, BETWEEN = 150, 60, 56, 44  # pixels
Span = tuple[float, float]
UP: Final = [f"var(--ramp-{k})" for k in range(10)]
HEAT: Final = [f"var(--heat-{k})" for k in range(10)]
BOTH: Final = [*HEAT[:5], PAPER, *HEAT[5:]]  # 0 is bare paper


def gate_maps(payload: Payload) -> Figure:
    """The panels of `gate_panels` one below the other, units down and steps across."""
    panels, steps = payload["panels"], payload["labels"]
    n = len(panels)
    inside = n * ROW + (n - 1) * BETWEEN
    figure = base_figure([], in_plot(payload["title"]), "", "")
    layout = figure["layout"]
    layout |= {"height": TOP + inside + BOTTOM, "hovermode": "closest", "annotations": []}
    layout["margin"] = {"l": 60, "r": 90, "t": TOP, "b": BOTTOM}
    for k, panel in enumerate(panels):
        top = 1 - k * (ROW + BETWEEN) / inside
        span = (max(0.0, top - ROW / inside), top)
        figure["data"].append(_map(panel, k, payload["order"], span))
        _axes(layout, k, panel, span, steps if k == n - 1 else [])
    return figure


def _map(panel: Panel, k: int, order: list[int], span: Span) -> Part:
    number = "" if k == 0 else str(k + 1)
    stops = UP if panel["kind"] == "unit" else BOTH
    values = panel["values"][order]
    return {
        "type": "heatmap",
        "z": values,
        "x": list(range(1, values.shape[1] + 1)),
        "y": [f"{unit + 1}" for unit in order],
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "zmin": panel["low"],
        "zmax": panel["high"],
        "colorscale": [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)],
        "colorbar": {"len": span[1] - span[0], "y": sum(span) / 2, "thickness": 10},
        "name": f"{panel['label']} {panel['symbol']}",
        "hovertemplate": "step %{x}, unit %{y}: %{z:.4g}<extra></extra>",
    }


def _axes(layout: dict[str, Any], k: int, panel: Panel, span: Span, labels: list[str]) -> None:
    """A panel's axes and heading; the last one has the steps' symbols."""
    number = "" if k == 0 else str(k + 1)
    layout[f"yaxis{number}"] = {
        "domain": list(span),
        "anchor": f"x{number}",
        "type": "category",
        "autorange": "reversed",
        "title": {"text": "unit"},
    }
    ticks: Part = {"tickvals": [], "title": {"text": ""}}
    if labels:
        every = max(1, len(labels) // 40)
        where = list(range(1, len(labels) + 1, every))
        ticks = {"tickvals": where, "ticktext": [in_plot(labels[t - 1]) for t in where]}
        ticks["title"] = {"text": "input of each step"}
    layout[f"xaxis{number}"] = {"anchor": f"y{number}", **ticks}
    if k:
        layout[f"xaxis{number}"]["matches"] = "x"
    note = f" ({panel['note']})" if panel["note"] else ""
    layout["annotations"].append(
        {
            **{"xref": "paper", "yref": "paper", "x": 0, "y": span[1], "showarrow": False},
            **{"xanchor": "left", "yanchor": "bottom"},
            "text": in_plot(
                f"{panel['label']} {panel['symbol']}, {panel['low']:g} to {panel['high']:g}{note}"
            ),
        }
    )
