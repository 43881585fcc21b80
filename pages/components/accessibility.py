"""Accessibility fixes for Streamlit's navigation; nothing to be seen."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "accessibility",
    html="""<span hidden>
</span>""",
    js=script("accessibility"),
    isolate_styles=False,
)


def accessibility() -> None:
    """Mend the navigation's markup, once and whenever it changes."""
    _component(key="accessibility", height=0)
