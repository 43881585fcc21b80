"""Preparation of the scenes that a lecturer is likely to ask for next.

A scene's page runs with a session of its own, as it will run when it is asked for; whatever it has
computed is in the store then. Nobody sees it: `app.py` gives it a place where nothing is sent and
where it ends as soon as its reader asks for anything. Without `app.py` nothing is made ready.
"""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.frame import asking, layout
from pages.frame.place import Place
from pages.ui import answers, judging, session
from pages.ui.answers import Answer
from pages.ui.contents import FOLDER, PAGES, Page
from pages.ui.models import lectures
from rnn_core.decks.records import Link


class Coming(NamedTuple):
    """A scene at the settings that its link says."""

    place: Place
    link: dict[str, str]
    measures: bool  # what decides its question is measured as well

    @property
    def page(self) -> Page:
        """The page that the scene is on."""
        return PAGES[self.place.scene.page]

    @property
    def script(self) -> Path:
        """That page's file."""
        return FOLDER / f"{self.place.scene.page}.py"


def announce(place: Place | None) -> None:
    """Keep for `app.py` what is likely to be asked for next, if this is a lecture."""
    presents = place is not None and session.playing().presents
    session.current().coming = _likely(place) if place and presents else []


def _likely(place: Place) -> list[Coming]:
    """Scenes likely to be asked for: the answer to the question on screen, then the next one."""
    found, scene = [], place.scene
    if asking.is_open(place):
        found.append(_coming(place, scene.then, measures=not answers.hidden()))
    if there := place.beside(1):
        found.append(_coming(place._replace(number=place.number + 1), there.before))
    return found


def _coming(place: Place, settings: Link, measures: bool = False) -> Coming:
    return Coming(place, lectures.play(place.name, place.scene, settings), measures)


def rehearse(coming: Coming) -> None:
    """Run the scene's page; for a place where nothing is seen, in a session without a past."""
    place = coming.place
    if place.name == session.MINE:
        session.keep(session.MINE, place.deck)
    st.query_params.from_dict(coming.link)
    session.begin(coming.page)
    layout.begin(coming.page, place)
    if coming.measures:
        judging.judged(place.scene, Answer(0))
    code = compile(coming.script.read_bytes(), str(coming.script), "exec")
    exec(code, {"__name__": "__main__", "__file__": str(coming.script)})  # as Streamlit runs it
