"""A drawing made in Python, in the reader's light or dark colours."""

from __future__ import annotations

from pathlib import Path

from pages.components.exhibits import picture

_ASSETS = Path(__file__).resolve().parents[2] / "assets"

_component = picture(
    "wirings",
    html='<div data-component="wirings">\n</div>',
    css=(_ASSETS / "wirings.css").read_text(encoding="utf-8"),
    script="wirings",
)


def drawing(svg: str, *, key: str) -> None:
    """Show SVG whose colours are tokens, `var(--chart-3)` or `var(--st-text-color)`."""
    _component(key=key, data=svg.encode())
