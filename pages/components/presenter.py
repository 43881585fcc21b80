"""A lecturer's keys: a clicker, arrows, space, letters and digits; nothing to be seen."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "presenter",
    html="""<span hidden>
</span>""",
    js=script("presenter"),
    isolate_styles=False,
)


def presenter() -> None:
    """Follow the player's links by key as long as this is drawn."""
    _component(key="presenter", height=0)
