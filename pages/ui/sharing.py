"""Share: what is on screen as a link for a reader, a hall, a page of slides, and as files."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from pages.components.sharing import Way, sharing
from pages.ui import session, take_home
from pages.ui.contents import Page
from rnn_core.decks import MOST_CONTROLS, pack
from rnn_core.decks.playing import NO_CONTROLS

KEY: Final = "copy_link"  # of the popover
Changes = Mapping[str, str | None]

PLAIN: Final[Changes] = {"present": None, "frame": None, "controls": None}  # a reader's page
NO_DECK: Final[Changes] = {"deck": None, "scene": None}  # the reader's own is in no other browser
PARAMETER: Final = "pack"  # of a link that brings a deck


def copy_link(page: Page) -> None:
    """A button, and behind it links and files; drawn only when it is opened."""
    box = st.popover(
        "Share",
        icon=":material/ios_share:",
        type="tertiary",
        key=KEY,
        on_change="rerun",
        help="This view as a link, as a frame for slides, as a file, as code",
    )
    if box.open:
        with box:
            sharing(ways(page), key="sharing")
            take_home.files(page)


def is_open() -> bool:
    """Whether links and files are shown: only then is the picture kept for a file."""
    return bool(st.session_state.get(KEY))


def ways(page: Page) -> tuple[Way, ...]:
    """The links that can be copied on a page."""
    own = session.playing().deck == session.MINE
    plain = {**PLAIN, **(NO_DECK if own else {})}
    played = {**PLAIN, **_own_deck()} if own else plain
    return (
        Way("view", "This view", plain),
        Way("lecture", "Lecture mode", {**played, "present": "1"}),
        Way(
            "frame",
            "A frame for slides or a course page (HTML)",
            {**plain, "frame": "only", "controls": controls(page)},
            f"{page.title}: Inside an RNN",
        ),
    )


def _own_deck() -> Changes:
    """The reader's own deck, for a link that is opened in another browser; none if too long."""
    deck = session.deck_of(session.MINE)
    try:
        return NO_DECK if deck is None else {PARAMETER: pack(deck)}
    except ValueError:
        return NO_DECK


def controls(page: Page) -> str:
    """The controls that stand above the picture just now, as a link names them."""
    wanted, (main, others) = session.wanted(), session.shown()
    shown = [n for n in wanted or main if n in (*main, *others)]
    return ",".join(shown[:MOST_CONTROLS]) or NO_CONTROLS
