"""The way through the story: five acts, the present one marked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from pages.components.scripts import script, styles

_component = st.components.v2.component(
    "rail",
    html="""<nav data-component="rail" aria-label="The story's acts"><ol>
</ol></nav>""",
    css=styles("rail.css"),
    js=script("rail"),
)


class Stop(NamedTuple):
    """An act, what became of its question, and whether it is the present one."""

    name: str
    mark: str
    here: bool


def rail(stops: Sequence[Stop], *, key: str, on_go: Callable[[int], None]) -> None:
    """Draw the stops; `on_go(k)` is told which was pressed, before the page runs again."""

    def changed() -> None:
        k = st.session_state[key]["choice"].get("act")
        if isinstance(k, int | float) and 0 <= k < len(stops):
            on_go(int(k))

    data = json.dumps([each._asdict() for each in stops], ensure_ascii=False).encode()
    _component(key=key, data=data, default={"choice": {}}, on_choice_change=changed)
