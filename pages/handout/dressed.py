"""A figure of the app for a notebook: its colour tokens resolved, fonts and lines of the house."""

from __future__ import annotations

from textwrap import wrap
from typing import Any, Final

import plotly.graph_objects as go

from pages.figures.theme import Figure
from pages.handout.colours import colour, variables

WIDEST: Final = 80  # letters in a line of a title
LINE: Final = 22  # pixels of one


def dressed(figure: Figure, mode: str = "light") -> go.Figure:
    """A Plotly object that looks as in the app, `mode` "light" or "dark"."""
    inks = variables(mode)
    ink, lines, paper = (inks[f"--st-{n}-color"] for n in ("text", "border", "background"))
    axis = {"gridcolor": lines, "linecolor": lines, "zerolinecolor": lines, "automargin": True}
    layout = {
        "font": {"family": inks["--st-font"], "color": ink, "size": 14},
        "paper_bgcolor": paper,
        "plot_bgcolor": paper,
        "xaxis": axis,
        "yaxis": axis,
    }
    whole: dict[str, Any] = painted(figure, mode)
    own = whole["layout"]
    own.pop("meta", None)  # the app's own: how it moves, how it fits a phone
    title = [part for line in own["title"]["text"].split("<br>") for part in wrap(line, WIDEST)]
    own["title"]["text"] = "<br>".join(title)
    own["margin"]["t"] += LINE * max(0, len(title) - 1)
    return go.Figure(whole).update_layout(template={"layout": layout})


def painted(value: Any, mode: str) -> Any:
    """A copy with every token replaced by its colour."""
    if isinstance(value, str):
        return colour(value, mode) if value.startswith("var(--") else value
    if isinstance(value, dict):
        return {key: painted(each, mode) for key, each in value.items()}
    return [painted(each, mode) for each in value] if isinstance(value, list | tuple) else value
