"""Find: pages, scenes and terms by their words."""

import streamlit as st

from pages.ui import contents, index, page_layout, session, widgets
from pages.ui.answers import lettered
from pages.ui.models.lectures import play
from pages.ui.shelf import shelf
from pages.ui.table import Table
from rnn_core.decks.finding import Entry, Sought, found
from rnn_core.experiment.experiment import Experiment

EXPLAINED = """
Every word that you type must stand in the title or the text of what is found; the beginning of a
word is enough. Pages come first, then the ideas of the lectures: they open as scenes.
"""

CLAIM = "Type a term, such as forget gate, clipping, spectral radius or teacher forcing."


def picture() -> page_layout.Parts:
    """The field, and what was found."""
    yield "picture"
    widgets.own_control("find")
    query = session.own(Sought).find
    results = found(query, index.entries())
    if query.strip() and not results:
        st.markdown("Nothing holds all of these words. Fewer words, or shorter ones, find more.")
    for entry in results:
        _shown(entry)
    return ""


def _shown(entry: Entry) -> None:
    page = contents.PAGES[entry.page]
    if not entry.deck:
        is_page = entry.title == page.title
        label = f"**{entry.title}**" if is_page else f"{entry.title} :small[a setting]"
        st.page_link(contents.page_link(entry.page), label=label, icon=page.icon)
        return
    scene = next(s for s in shelf().decks[entry.deck].scenes if s.id == entry.scene)
    st.page_link(
        contents.page_link(entry.page),
        label=f"{lettered(scene, scene.title)} :small[on {page.title}]",
        icon=":material/play_circle:",
        query_params=play(entry.deck, scene),
    )


def numbers(_: Experiment, __: session.View, wish: Sought) -> Table:
    """The places found, one per row."""
    return Table.of(vars(each) for each in found(wish.find, index.entries()))


page_layout.page("Find a page, a scene or a term", CLAIM, picture, EXPLAINED, numbers)
