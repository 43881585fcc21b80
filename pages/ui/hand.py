"""A hand on a slider: the picture follows it, what stands below comes when it rests.

The next value overtakes a run that waits here, and what stands below the picture is neither
computed, nor sent, nor drawn for a value that nobody stops at. A picture that is still computed
when the hand has gone on gives way, though not twice in a row: one that is held must see some.
"""

import time
from contextlib import suppress
from typing import Final

import streamlit as st

from pages.ui import host, results, session

RESTS: Final = 0.3  # seconds without another value
LOOK: Final = 0.002


def moved() -> None:
    """A slider has a new value; for callbacks."""
    session.current().hand = True


def rest() -> None:
    """Answer a slider's value, then wait until the hand rests; nothing where none is on a slider.

    Where the frame is drawn as well, or nothing can overtake a run, there is nothing to wait for;
    a page that runs by itself keeps others waiting.
    """
    mine = session.current()
    if not _follows(mine):
        return
    mine.hand = mine.gave_way = False
    session.tell()
    with results.waiting():
        end = time.monotonic() + RESTS
        while not host.is_overtaken():
            if time.monotonic() > end:
                return
            time.sleep(LOOK)
    st.rerun(scope="fragment")


def give_way() -> None:
    """End the run if the slider has another value by now; called in the midst of computing.

    A part of the picture that can be asked for by itself is finished first: from within it
    Streamlit 1.67 cannot end the run of the whole picture, and says so by a RuntimeError.
    """
    mine = session.current()
    if _follows(mine) and not mine.gave_way and host.is_overtaken():
        mine.gave_way = True
        with suppress(RuntimeError):
            st.rerun(scope="fragment")
        mine.gave_way = False


def _follows(mine: session.Session) -> bool:
    """Whether this run follows a hand, and may be overtaken."""
    return mine.hand and not session.ticking() and host.can_be_overtaken()
