"""Another run of the fragment that this is drawn in, asked for once it is on screen."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "again",
    html="""<span hidden data-component="again">
</span>""",
    js=script("again"),
    isolate_styles=False,
)


def again(turn: int) -> None:
    """Ask the page for another run, once for every `turn`; draws nothing."""
    _component(key="again", data={"turn": turn}, on_asked_change=lambda: None, height=0)
