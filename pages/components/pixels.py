"""A small drawing that the reader paints: by mouse, pen or keys."""

from __future__ import annotations

from collections.abc import Callable

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import words
from pages.components.scripts import styles
from rnn_core.applications.captions import INK, PAPER

_component = picture(
    "pixels",
    html="""<div data-component="pixels">
  <p><b></b><small>Click or drag to paint</small></p>
  <div role="grid"></div>
</div>""",
    css=styles("component.css", "pixels.css"),
)


def pixels(hexadecimal: str, *, key: str, title: str, on_paint: Callable[[str], None]) -> None:
    """Draw 8 x 8 pixels, a hexadecimal digit each, and let the reader paint ink and paper.

    `on_paint(hexadecimal)` is told of the drawing after each stroke, before the page runs again.
    """

    def changed(choice: Choice) -> None:
        on_paint(str(choice.get("hex", "")))

    given = {"hex": hexadecimal, "paper": f"{PAPER:x}", "ink": f"{INK:x}", "title": title}
    _component(key=key, data=words(given), on_choice=changed)
