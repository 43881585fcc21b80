"""The written-out network on the page: a table to walk through, with arrows between its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import words
from pages.components.scripts import styles

_HTML = """<div data-component="byhand">
  <div class="frame" tabindex="0" role="group"><div class="paper"></div></div>
  <div class="sr-only" aria-live="polite"></div>
</div>"""

_component = picture("byhand", html=_HTML, css=styles("component.css", "byhand.css"))


def board(
    payload: Mapping[str, Any],
    key: str,
    on_go: Callable[[str, int], None] | None = None,
    on_move: Callable[[int], None] | None = None,
) -> None:
    """Draw a table of `pages.figures.byhand.sheet` or `byhand_expansion`.

    `on_go(stage, t)` is told which cell was chosen, `on_move(+1 or -1)` which way the arrow keys
    went, before the page runs again.
    """

    def changed(choice: Choice) -> None:
        if choice.get("move") and on_move is not None:
            on_move(1 if int(choice["move"]) > 0 else -1)
        elif choice.get("go") and on_go is not None:
            on_go(str(choice.get("stage", "")), int(choice["go"]))

    _component(key=key, data=words(payload), on_choice=changed)
