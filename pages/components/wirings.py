"""A drawing made in Python, in the reader's light or dark colours."""

from __future__ import annotations

from pages.components.exhibits import picture
from pages.components.scripts import styles

_component = picture(
    "wirings",
    html='<div data-component="wirings">\n</div>',
    css=styles("component.css", "wirings.css"),
)


def drawing(svg: str, *, key: str) -> None:
    """Show SVG whose colours are tokens, `var(--chart-3)` or `var(--st-text-color)`."""
    _component(key=key, data=svg.encode())
