"""Scripts that mend or follow the page; nothing of them is to be seen.

* accessibility: mends the navigation's markup, once and whenever it changes
* dragging: lets every slider with one handle speak while it is dragged
* presenter: a lecturer's keys (a clicker, arrows, space, letters, digits) lead the player
"""

from __future__ import annotations

from typing import Final

from pages.components import factory

NAMES: Final = ("accessibility", "dragging", "presenter")
_made: Final = {name: factory.unseen(name) for name in NAMES}


def unseen(name: str) -> None:
    """Let one of the scripts work as long as this is drawn."""
    _made[name](key=name)
