"""Coloured texts on the page: the payload of `pages.figures.letters`, one character at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pages.components.exhibits import picture
from pages.components.factory import Choice
from pages.components.message import pack
from pages.components.scripts import styles

_HTML = """<div data-component="letters">
  <div data-part="key"></div>
  <div data-part="texts"></div>
  <p data-part="told"></p>
  <div data-part="next"></div>
  <div class="sr-only" data-part="live" aria-live="polite"></div>
</div>"""

_component = picture("letters", html=_HTML, css=styles("component.css", "letters.css"))


def letters(payload: Mapping[str, Any], *, key: str, on_pick: Callable[[int], None]) -> None:
    """Draw texts of the same characters, each coloured by numbers of its own.

    Pointing says a character's numbers in the browser; `on_pick(t)`, from 0, is told of a click or
    a key before the page runs again.
    """
    last = len(payload["chars"]) - 1

    def changed(choice: Choice) -> None:
        on_pick(max(0, min(int(choice["t"]), last)))

    data, start = pack({**payload, "key": key}), {"t": payload["pick"], "at": 0}
    _component(key=key, data=data, start=start, on_choice=changed)
