"""The leaves of a figure on the page: sent in parts, once a hand is near the slider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final, NamedTuple

import streamlit as st

from pages.components.factory import component
from pages.components.message import words
from pages.figures.leaves import Leaves

PARTS: Final = 8  # between two of them a slider that is dragged already gets its turn

_component = component("leaves", '<i data-component="leaves" hidden></i>\n', isolate_styles=True)


class Drag(NamedTuple):
    """A setting whose slider a figure can follow without asking, once it has all its leaves."""

    setting: str
    name: str  # of the leaves; another one whenever other leaves are wanted


def leaves(
    drag: Drag, part: int | None, found: Leaves | None, on_ask: Callable[[int], None]
) -> None:
    """Send one part of the leaves, or nothing yet; `on_ask(part)` is told which is wanted next."""

    def asked() -> None:
        name, _, number = str(st.session_state["leaves"]["near"]).partition(" ")
        if name == drag.name and number.isdigit():
            on_ask(int(number) % PARTS)

    message: dict[str, Any] = {**drag._asdict(), "parts": PARTS, "part": part}
    message |= {} if found is None else asdict(found)
    _component(key="leaves", data=words(message), on_near_change=asked)
