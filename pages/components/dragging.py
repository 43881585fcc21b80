"""Sliders that move the picture while they are dragged; nothing to be seen."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "dragging",
    html="""<span hidden>
</span>""",
    js=script("dragging"),
    isolate_styles=False,
)


def dragging() -> None:
    """Let every slider with one handle speak while it is dragged, as long as this is drawn."""
    _component(key="dragging", height=0)
