"""A drawing made in Python, in the reader's light or dark colours."""

from __future__ import annotations

from pages.components.exhibits import picture
from pages.components.scripts import styles

_component = picture(
    "wirings",
    html='<div data-component="wirings">\n</div>',
    css=styles("component.css", "wirings.css"),
)


def drawing(svg: str, *, key: str) -> str:
    """Show SVG whose colours are tokens, `var(--chart-3)` or `var(--st-text-color)`.

    Gives the `data-opens` of a link in it that was followed in this run, else nothing."""
    return _component(key=key, data=svg.encode(), on_opens_change=lambda: None).opens or ""
