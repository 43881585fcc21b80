"""A hand on a slider: the picture follows it, what stands below comes when it rests.

The next value overtakes a run that waits here, and what stands below the picture is neither
computed, nor sent, nor drawn for a value that nobody stops at.
"""

import time
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
    if not mine.hand or session.ticking() or not host.can_be_overtaken():
        return
    mine.hand = False
    session.tell()
    with results.waiting():
        end = time.monotonic() + RESTS
        while not host.is_overtaken():
            if time.monotonic() > end:
                return
            time.sleep(LOOK)
    st.rerun(scope="fragment")
