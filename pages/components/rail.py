"""The way through the story: five acts, the present one marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pages.components.factory import Choice, component
from pages.components.message import words
from pages.components.scripts import styles

_component = component(
    "rail",
    """<nav data-component="rail" aria-label="The story's acts"><ol>
</ol></nav>""",
    styles("rail.css"),
    isolate_styles=True,
)


class Stop(NamedTuple):
    """An act, what became of its question, and whether it is the present one."""

    name: str
    mark: str
    here: bool


def rail(stops: Sequence[Stop], *, key: str, on_go: Callable[[int], None]) -> None:
    """Draw the stops; `on_go(k)` is told which was pressed, before the page runs again."""

    def changed(choice: Choice) -> None:
        k = choice.get("act")
        if isinstance(k, int | float) and 0 <= k < len(stops):
            on_go(int(k))

    _component(key=key, data=words([each._asdict() for each in stops]), on_choice=changed)
