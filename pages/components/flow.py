"""The gradient-flow bench and its phase map on the page; one script draws both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import pack
from pages.components.scripts import styles

_HTML = '<div class="flow" data-component="{}">\n</div>'
_CSS = styles("component.css", "flow.css")
_bench = picture("flow", html=_HTML.format("flow"), css=_CSS)
_map = picture("flowmap", html=_HTML.format("flowmap"), css=_CSS, script="flow")


def bench(
    payload: Mapping[str, Any], *, key: str, on_choice: Callable[[str, str, float], None]
) -> None:
    """Draw the payload of `pages.figures.flow.bench`.  Dragging happens in the browser.

    `on_choice(knob, quantity, value)` is told when the knob is let go or another is chosen.
    """
    start = {"knob": payload["knob"], "quantity": payload["quantity"]}
    start |= {"value": payload["setting"], "at": 0}

    def changed(choice: Choice) -> None:
        on_choice(str(choice["knob"]), str(choice["quantity"]), float(choice["value"]))

    _bench(key=key, data=pack(payload, single=True), start=start, on_choice=changed)


def phase_map(
    payload: Mapping[str, Any], *, key: str, on_pick: Callable[[float, int], None]
) -> None:
    """Draw the phase map; `on_pick(scale, steps)` is told which of its cells was chosen."""
    start = {"scale": payload["scale"], "steps": payload["steps"], "at": 0}

    def changed(choice: Choice) -> None:
        on_pick(float(choice["scale"]), int(choice["steps"]))

    _map(key=key, data=pack(payload, single=True), start=start, on_choice=changed)
