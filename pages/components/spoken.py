"""Tables of words in the reader's light or dark colours; a column's button may be pressed."""

from __future__ import annotations

from collections.abc import Callable

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import words
from pages.components.scripts import styles

_component = picture(
    "spoken",
    html='<div data-component="spoken">\n</div>',
    css=styles("component.css", "spoken.css"),
)


def spoken(html: str, *, key: str, on_pick: Callable[[int], None] | None = None) -> None:
    """Show HTML of `pages.figures.spoken`, whose text is escaped there.

    `on_pick(n)` is told which button (`data-go`) was pressed, before the page runs again.
    """

    def changed(choice: Choice) -> None:
        picked = choice.get("go")
        if on_pick is not None and isinstance(picked, int | float):
            on_pick(int(picked))

    _component(key=key, data=words(html), on_choice=changed)
