"""A picture in a frame of somebody's page: the way into the app, and its height told outwards."""

from __future__ import annotations

from pages.components.factory import component

_HTML = """<div class="framed" data-component="framed">
<a target="_blank" rel="noopener">Inside an RNN: open this picture <span aria-hidden="true">↗</span>
</a></div>"""
_CSS = """
.framed { text-align: right; font-family: var(--st-font); font-size: 0.8rem; line-height: 1.5rem; }
.framed a { color: var(--st-link-color); text-decoration: none; padding: 0 0.25rem; }
.framed a:is(:hover, :focus-visible) { text-decoration: underline; }
.framed a:focus-visible { outline: 2px solid var(--st-primary-color); }
"""

_component = component("framed", _HTML, _CSS)


def framed() -> None:
    """A small link to the whole page in another tab; the height by `postMessage`."""
    _component(key="framed")
