"""Wiring diagram and equations of the cell; payload by `pages.figures.cell`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import pack
from pages.components.scripts import styles

_HTML = """<div data-component="cell">
  <div data-part="bar">
    <button type="button" data-part="prev" aria-label="One step back">‹</button>
    <input type="range" data-part="scrub" min="1" step="1" aria-label="Step">
    <button type="button" data-part="next" aria-label="One step on">›</button>
    <span data-part="where"></span>
    <label class="pick">Unit <select data-part="unit" aria-label="Unit shown on the wires"></select>
    </label>
    <span class="saves">
      <button type="button" data-part="svg" aria-label="Download the diagram as SVG">SVG</button>
      <button type="button" data-part="png" aria-label="Download the diagram as PNG">PNG</button>
    </span>
  </div>
  <div data-part="main">
    <div data-part="figure">
      <div data-part="box"></div>
    </div>
    <div data-part="beside">
      <div data-part="equations"></div>
      <p data-part="told"></p>
    </div>
  </div>
  <section data-part="zoom" aria-label="Zoom into one hidden unit"></section>
  <div class="sr-only" data-part="live" aria-live="polite"></div>
</div>"""

_component = picture("cell", html=_HTML, css=styles("component.css", "drawing.css", "cell.css"))


def cell(
    payload: Mapping[str, Any],
    *,
    key: str,
    on_choose: Callable[[int, int], None] | None = None,
    zoom: bool = True,
    shows: str = "all",
) -> None:
    """Draw the payload of `cell_picture`: all of it, or its equations alone.

    Stepping and picking a unit happen in the browser; `on_choose(step, unit)` is told afterwards,
    with the step from 0 and the unit from 1 (0: the mean), before the page runs again. `zoom`: one
    unit's sums are written out below.
    """
    start = {"step": payload["selected"], "unit": payload["unit"]}

    def changed(chosen: Choice) -> None:
        if on_choose is not None:
            step = max(0, min(int(chosen["step"]), payload["steps"] - 1))
            on_choose(step, max(0, min(int(chosen["unit"]), payload["units"])))

    data = pack({**payload, "zoom": zoom, "shows": shows})
    _component(key=key, data=data, start=start, on_choice=changed)
