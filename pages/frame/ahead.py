"""The coming scene, prepared while this one is looked at: Next is then instant."""

from contextlib import suppress
from typing import Final

import streamlit as st

from pages.components.presenter import presenter
from pages.frame.place import Place
from pages.ui import measuring, results, runs, session
from pages.ui.contents import PAGES
from rnn_core.decks import Scene

RESTED: Final = "rested_scene"  # the scene that is painted, whose next is to be prepared


@st.fragment
def keys(place: Place) -> None:
    """The lecturer's keys; when the scene is painted, what the next one needs is computed.

    A fragment of its own: nothing on screen is drawn again for it.
    """
    name, there = f"{place.name}/{place.scene.id}", place.beside(1)
    presenter(name, lambda: session.keep(RESTED, name))
    if there is not None and session.kept(RESTED) == name:
        session.keep(RESTED, None)
        with suppress(results.Waiting, ValueError):  # what takes long waits for its reader
            _prepare(there)


def _prepare(scene: Scene) -> None:
    page = PAGES[scene.page]
    wish = session.read(session.link_of(scene), page)
    if page.uses is None:
        runs.check(runs.compute(wish.experiment))
    if scene.question:
        measuring.value(*measuring.asked(scene.question, measuring.promised(scene)))
