"""What a page owes a screen reader and Streamlit does not give it; nothing to be seen."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "manners",
    html="""<span hidden>
</span>""",
    js=script("manners"),
    isolate_styles=False,
)


def manners() -> None:
    """Mend the navigation's markup, once and whenever it changes."""
    _component(key="manners", height=0)
