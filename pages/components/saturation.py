"""Saturated gates on the page: the payload of `pages.figures.saturation`, drawn as SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import pack
from pages.components.scripts import styles

_HTML = """<div data-component="saturation">
  <p data-part="told"></p>
  <div data-part="gates"></div>
  <div data-part="bar">
    <label class="pick">Unit <select data-part="unit" aria-label="Unit marked"></select></label>
    <span data-part="key"></span>
    <span class="saves">
      <button type="button" data-part="svg" aria-label="Download the plots as SVG">SVG</button>
      <button type="button" data-part="png" aria-label="Download the plots as PNG">PNG</button>
    </span>
  </div>
  <div class="sr-only" data-part="live" aria-live="polite"></div>
</div>"""

_component = picture(
    "saturation", html=_HTML, css=styles("component.css", "drawing.css", "saturation.css")
)


def saturation(
    payload: Mapping[str, Any], *, key: str, unit: int, on_pick: Callable[[int], None]
) -> None:
    """Draw the payload of `saturation_picture`; `unit` (from 1, 0 is none) is marked.

    Pointing marks units in the browser; `on_pick(unit)` is told of a click or a key, before the
    page runs again.
    """
    shown = max(0, min(unit, payload["units"]))

    def changed(choice: Choice) -> None:
        on_pick(max(0, min(int(choice["unit"]), payload["units"])))

    data, start = pack({**payload, "unit": shown}), {"unit": shown, "at": 0}
    _component(key=key, data=data, start=start, on_choice=changed)
