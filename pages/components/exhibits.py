"""Records of a page's pictures and conclusions, for readers who may take them home.

While they may, a component made by `picture` leaves a record each time it is drawn: the message it
was sent, and whatever a file needs to draw the same. At all other times nothing is kept: a message
may have a megabyte, and a class a hundred readers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import streamlit as st

from pages.components.factory import Mounted, component
from pages.handout.exhibit import Exhibit

NAME: Final = "exhibits"


class Piece(NamedTuple):
    """An exhibit, or words (Markdown), and the part of the page that it stands in."""

    part: str
    content: Exhibit | str


@dataclass
class Desk:
    """One reader's records: those on screen, and those of the picture that is being drawn."""

    shown: tuple[Piece, ...] = ()
    drawing: dict[str, Piece] = field(default_factory=dict)
    part: str = ""
    keeps: bool = False

    def pieces(self, part: str | None = None) -> tuple[Exhibit | str, ...]:
        """Records on screen: all of them, or those of one part; "" is the first part."""
        wanted = next((p.part for p in self.shown), "") if part == "" else part
        return tuple(p.content for p in self.shown if part is None or p.part == wanted)


def desk() -> Desk:
    """This reader's records, made at the first call."""
    found = st.session_state.get(NAME)
    if not isinstance(found, Desk):
        found = st.session_state[NAME] = Desk()
    return found


def begin(keeps: bool) -> None:
    """Begin the records of a page's picture; `keeps`: its reader may take it home."""
    mine = desk()
    mine.drawing, mine.keeps = {}, keeps


def begin_part(name: str) -> None:
    """Begin the records of one part of the picture."""
    desk().part = name


def end() -> None:
    """End the records of the picture: from now on they are those on screen."""
    mine = desk()
    mine.shown = tuple(mine.drawing.values())


def say(words: str) -> None:
    """Show a conclusion that no figure has in its title, and keep it with the picture."""
    _keep(f"words {len(desk().drawing)}", words)
    st.markdown(words)


def _keep(key: str, content: Exhibit | str) -> None:
    mine = desk()
    if mine.keeps:
        mine.drawing[key] = Piece(mine.part, content)


def picture(
    name: str, *, html: str, css: str, script: str = "", isolate_styles: bool = True
) -> Mounted:
    """A component whose `data` are bytes, and that leaves a record."""
    script = script or name
    mount = component(name, html, css, script=script, isolate_styles=isolate_styles)

    def mounted(*, key: str, data: bytes, **more: Any) -> Any:
        _keep(key, Exhibit(key, script, html, css, isolate_styles, data))
        return mount(key=key, data=data, **more)

    return mounted
