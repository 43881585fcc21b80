"""The unrolled graph on the page: the payload of `pages.figures.unrolled.graph`, drawn as SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import words
from pages.components.scripts import markup, styles

_component = picture(
    "unrolled", html=markup("unrolled"), css=styles("component.css", "drawing.css", "unrolled.css")
)


def unrolled(
    payload: Mapping[str, Any],
    *,
    key: str,
    selected: int,
    lit: str,
    first_lit: str = "none",
    on_choose: Callable[[int, str], None],
) -> None:
    """Draw the payload of `unrolled_graph` with a selected step (0-based) and a lit weight.

    `lit` is a weight's name as in the payload, or "none"; empty before the reader has chosen one,
    when `first_lit` is shown. The caller keeps the choice: `on_choose(step, lit)` is called before
    the page runs again, and what it then passes is shown.
    """
    last = payload["steps"] - 1
    start = _clamp(selected, last)

    def changed(choice: Choice) -> None:
        named = choice["lit"] if choice["lit"] in _names(payload) else lit
        on_choose(_clamp(choice["step"], last), named)

    first = {"step": start, "lit": lit, "at": 0}
    data = pack(payload, selected=start, lit=lit, first_lit=first_lit)
    _component(key=key, data=data, start=first, on_choice=changed)


def _names(payload: Mapping[str, Any]) -> set[str]:
    """Names that may be lit: those of the weights, "" and "none"."""
    return {"", "none"} | {w["id"] for stage in payload["stages"] for w in stage["weights"]}


def pack(payload: Mapping[str, Any], *, selected: int, lit: str, first_lit: str) -> bytes:
    """The component's message."""
    return words({"graph": dict(payload), "selected": selected, "lit": lit, "first": first_lit})


def _clamp(step: int, last: int) -> int:
    return max(0, min(int(step), last))
