"""A picture in a frame of somebody's page: the way into the app, and its height told outwards."""

from __future__ import annotations

import streamlit as st

from pages.components.scripts import script

_HTML = """<div class="framed" data-component="framed">
<a target="_blank" rel="noopener">Inside an RNN: open this picture <span aria-hidden="true">↗</span>
</a></div>"""
_CSS = """
.framed { text-align: right; font-family: var(--st-font); font-size: 0.8rem; line-height: 1.5rem; }
.framed a { color: var(--st-link-color); text-decoration: none; padding: 0 0.25rem; }
.framed a:is(:hover, :focus-visible) { text-decoration: underline; }
.framed a:focus-visible { outline: 2px solid var(--st-primary-color); }
"""

_component = st.components.v2.component(
    "framed", html=_HTML, css=_CSS, js=script("framed"), isolate_styles=False
)


def framed() -> None:
    """A small link to the whole page in another tab; the height by `postMessage`."""
    _component(key="framed")
