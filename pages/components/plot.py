"""Plotly figures drawn in place: zoom, legend and size survive every change of the data.

`st.plotly_chart` makes a new chart for every new number. This component keeps the chart and lets
Plotly mend it, which is faster and does not lose the reader's zoom. plotly.js comes from the
installed Plotly package, through a route of the app itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.components.exhibits import picture
from pages.components.leaves import Drag

SOURCE = f"vendor/plotly/plotly.min.js?v={version('plotly')}"  # relative to the app's address
_HTML = """<div class="pl-plot">
<div class="plotly-live" role="figure"></div>
<p class="pl-error" role="alert" hidden></p>
<div class="pl-tools"><button type="button" data-again hidden>Roll again</button>
<button type="button" data-format="png">PNG</button>
<button type="button" data-format="svg">SVG</button></div>
</div>"""
_CSS = """
.pl-plot { color: var(--st-text-color); font-family: var(--st-font); width: 100%; }
.pl-plot .plotly-live { position: relative; width: 100%; min-height: 260px; }
.pl-plot .annotation text { paint-order: stroke; stroke: var(--st-background-color);
  stroke-width: 3px; stroke-opacity: 0.85; stroke-linejoin: round; } /* legible on lines */
.pl-plot .pl-error { margin: 0; padding: 0.75rem 1rem; border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); }
.pl-plot .pl-tools { display: flex; gap: 0.5rem; justify-content: flex-end; }
.pl-plot button { font: inherit; font-size: 0.8rem; min-height: 1.75rem; padding: 0 0.7rem;
  color: inherit; background: var(--st-background-color); cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
.pl-plot button[hidden] { display: none; }
.pl-plot button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.pl-plot button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""

_component = picture(
    "plot",
    html=_HTML,
    css=_CSS,
    isolate_styles=False,  # Plotly puts its own styles into the document
)


class Plot(NamedTuple):
    """A figure; `alt` says in words what it shows, `name` names the downloaded files."""

    figure: Mapping[str, Any]
    alt: str
    name: str


def draw(drawn: Plot, *, key: str, drag: Drag | None = None) -> None:
    """Draw a figure that comes with its words."""
    plot(**drawn._asdict(), key=key, drag=drag)


def message(drawn: Plot, pick: bool = False, drag: Drag | None = None) -> bytes:
    """The component's message."""
    about: dict[str, Any] = {"alt": drawn.alt, "name": drawn.name, "source": SOURCE, "pick": pick}
    about |= {"drag": drag and drag._asdict()}
    said = json.dumps(about, ensure_ascii=False)
    return f'{{"about":{said},"spec":{figure_json(drawn.figure)}}}'.encode()


def plot(
    figure: Mapping[str, Any],
    *,
    key: str,
    alt: str,
    name: str,
    on_pick: Callable[[float, float], None] | None = None,
    drag: Drag | None = None,
) -> None:
    """Draw a figure; `alt` says in words what it shows, `name` names the downloaded files.

    `on_pick(x, y)` is told which point was clicked. `drag` names the leaves that the figure shows
    while their slider is dragged (`pages.components.leaves`)."""
    data = message(Plot(figure, alt, name), on_pick is not None, drag)

    def picked() -> None:
        point = st.session_state[key]["pick"]
        if on_pick is not None and point is not None:
            on_pick(float(point[0]), float(point[1]))

    _component(key=key, data=data, on_pick_change=picked)


def figure_json(figure: Mapping[str, Any]) -> str:
    """A figure as JSON, as Plotly's own `to_json` writes it; no number is null.

    Figures are plain dicts: Plotly itself, the largest package of all, need not be loaded."""
    try:
        return json.dumps(figure, default=_plain, allow_nan=False, separators=(",", ":"))
    except ValueError:  # there are numbers that JSON does not have
        text = json.dumps(figure, default=_plain)
        return json.dumps(json.loads(text, parse_constant=lambda _: None), separators=(",", ":"))


def _plain(thing: object) -> Any:
    """Arrays, and single numbers of NumPy's, as lists and numbers."""
    if isinstance(thing, np.ndarray | np.generic):
        return thing.tolist()
    raise TypeError(f"A figure holds a {type(thing).__name__}, which is no JSON.")
