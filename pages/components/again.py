"""Another run of the fragment that this is drawn in, asked for once it is on screen."""

from __future__ import annotations

from pages.components.factory import unseen

_component = unseen("again", waited_for=True)


def again(turn: int) -> None:
    """Ask the page for another run, once for every `turn`; draws nothing."""
    _component(key="again", data={"turn": turn}, on_asked_change=lambda: None)
