"""The unrolled graph on the page: the payload of `pages.figures.unrolled`, drawn as SVG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from pages.components.scripts import script

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_HTML = """<div data-component="unrolled">
  <div data-part="bar">
    <button type="button" data-part="play">▶ Play</button>
    <button type="button" data-part="prev" aria-label="One computation back">‹</button>
    <button type="button" data-part="next" aria-label="One computation on">›</button>
    <input type="range" data-part="scrub" min="0" step="1" aria-label="Order of computation">
    <span data-part="phase"></span>
    <button type="button" data-part="roll" aria-pressed="false">↻ Rolled up</button>
    <span data-part="weights" role="group" aria-label="Light a weight at every step"></span>
    <span class="saves">
      <button type="button" data-part="svg" aria-label="Download the picture as SVG">SVG</button>
      <button type="button" data-part="png" aria-label="Download the picture as PNG">PNG</button>
    </span>
  </div>
  <div data-part="box"></div>
  <div data-part="readout"></div>
  <div data-part="sums"></div>
  <div data-part="share"></div>
  <div data-part="legend"></div>
  <div class="sr-only" data-part="live" aria-live="polite"></div>
  <div data-part="bubble" aria-hidden="true" hidden></div>
  <span data-part="probe" hidden></span>
</div>"""


_component = st.components.v2.component(
    "unrolled",
    html=_HTML,
    css=(_ASSETS / "unrolled.css").read_text(encoding="utf-8"),
    js=script("unrolled"),
)


def unrolled(
    payload: Mapping[str, Any],
    *,
    key: str,
    selected: int,
    on_select: Callable[[int], None] | None = None,
) -> int:
    """Draw the payload of `unrolled_graph` and return the selected step (0-based).

    Without `on_select` the reader's choice is kept by the component and `selected` is where it
    starts. With it the caller keeps the choice: `on_select(step)` is called before the page runs
    again, and what the caller then passes as `selected` is shown.
    """
    last = payload["steps"] - 1
    start = _clamp(selected, last)

    def changed() -> None:
        if on_select is not None:
            on_select(_clamp(st.session_state[key]["choice"]["step"], last))

    data = pack(payload, selected=start)
    first = {"step": start, "at": 0}
    result = _component(key=key, data=data, default={"choice": first}, on_choice_change=changed)
    return start if on_select is not None else _clamp(result.choice["step"], last)


def pack(payload: Mapping[str, Any], *, selected: int) -> bytes:
    """The component's message: JSON as bytes; Streamlit need not look into it."""
    message = {"graph": dict(payload), "selected": selected}
    return json.dumps(message, ensure_ascii=False, allow_nan=False).encode()


def _clamp(step: int, last: int) -> int:
    return max(0, min(int(step), last))
