"""Plotly figures drawn in place: zoom, legend and size survive every change of the data.

`st.plotly_chart` makes a new chart for every new number. This component keeps the chart and lets
Plotly mend it, which is faster and does not lose the reader's zoom. plotly.js comes from the
installed Plotly package, through a route of the app itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from pages.components.leaves import Drag
from pages.components.scripts import script

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_SOURCE = f"vendor/plotly/plotly.min.js?v={plotly.__version__}"  # relative to the app's address
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

_component = st.components.v2.component(
    "plot",
    html=_HTML,
    css=_CSS,
    js=script("plot"),
    isolate_styles=False,  # Plotly puts its own styles into the document
)


def plot(
    figure: go.Figure | dict[str, Any],
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
    about: dict[str, Any] = {"alt": alt, "name": name, "source": _SOURCE}
    about |= {"pick": on_pick is not None}
    about |= {"drag": drag and drag._asdict()}
    spec = pio.to_json(figure, validate=False)
    data = f'{{"about":{json.dumps(about, ensure_ascii=False)},"spec":{spec}}}'

    def picked() -> None:
        point = st.session_state[key]["pick"]
        if on_pick is not None and point is not None:
            on_pick(float(point[0]), float(point[1]))

    _component(key=key, data=data.encode(), on_pick_change=picked)
