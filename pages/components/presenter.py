"""A lecturer's keys: a clicker, arrows, space, letters and digits; nothing to be seen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "presenter",
    html="""<span hidden>
</span>""",
    js=script("presenter"),
    isolate_styles=False,
)


def presenter(scene: str = "", on_rested: Callable[[], None] = lambda: None) -> None:
    """Follow the player's links by key as long as this is drawn.

    `on_rested` is called once the scene of that name is painted and the browser has time.
    """
    _component(key="presenter", data={"scene": scene}, height=0, on_rested_change=on_rested)
