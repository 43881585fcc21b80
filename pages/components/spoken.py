"""Tables of words in the reader's light or dark colours; a column's button may be pressed."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from pages.components.exhibits import picture
from pages.components.scripts import styles

_component = picture(
    "spoken",
    html='<div data-component="spoken">\n</div>',
    css=styles("spoken.css"),
    script="spoken",
)


def spoken(html: str, *, key: str, on_pick: Callable[[int], None] | None = None) -> None:
    """Show HTML of `pages.figures.spoken`, whose text is escaped there.

    `on_pick(n)` is told which button (`data-go`) was pressed, before the page runs again.
    """

    def changed() -> None:
        picked = st.session_state[key]["choice"].get("go")
        if on_pick is not None and isinstance(picked, int | float):
            on_pick(int(picked))

    data = json.dumps(html, ensure_ascii=False).encode()
    _component(key=key, data=data, default={"choice": {}}, on_choice_change=changed)
