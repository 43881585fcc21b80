"""Lectures: every idea of five lectures, and its place in the app."""

from urllib.parse import urlencode

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import answers, contents, lecturer, page_layout, session, summary, widgets
from pages.ui.models.lectures import play
from pages.ui.shelf import shelf
from pages.ui.table import Table
from rnn_core.decks import Deck, Scene
from rnn_core.decks.syllabus import Syllabus
from rnn_core.experiment.experiment import Experiment

EXPLAINED = """
On the left an idea as the lecture has it, in the lecture's order: it opens the page that shows it,
with settings that show it and **in the lecture's letters**. On the right what is exactly so;
:orange-badge[more exactly] marks what the slides say more loosely than it is.

The lectures are not part of the app, and nothing here replaces them. Whatever a sentence claims can
be measured on its page: change a setting and see whether it still holds.
"""

CLAIM = (
    "Five lectures introduce the same networks, each in its own letters. **Every idea they name "
    "has a place here**: follow one, and its claim is a picture you can move."
)
WIDTHS, WIDE = (2, 3), 420  # of the columns; pixels of the menu
EXACTLY = ":orange-badge[more exactly] "


def picture() -> page_layout.Parts:
    """The lecture's ideas by topic; nothing is computed here, so there is nothing to check."""
    yield "picture"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        widgets.own_control("lecture", width=WIDE)
        if not answers.hidden():
            widgets.own_control("audience")
    for fault in shelf().faults:
        st.error(in_markdown(str(fault)), icon=":material/broken_image:")
    wish = session.own(Syllabus)
    deck = shelf().decks.get(wish.lecture)
    if deck and wish.audience == "lecturer" and not answers.hidden():
        lecturer.plan(wish.lecture, deck)
    elif deck:
        _ideas(wish.lecture, deck)
    return ""


def _ideas(name: str, deck: Deck) -> None:
    _play(name, deck.scenes[0], ":primary[Play from the beginning]")
    summary.summary(name, deck)
    for topic, scenes in deck.topics.items():
        st.subheader(topic, anchor=False)
        for scene in scenes:
            left, right = st.columns(WIDTHS, vertical_alignment="center")
            with left:
                _play(name, scene, f":primary[{scene.title}]")
            mark = answers.mark(name, scene) + EXACTLY * bool(scene.exactly)
            right.markdown(mark + deck.lettered(scene, scene.exactly or scene.say))


def _play(name: str, scene: Scene, label: str) -> None:
    st.page_link(
        contents.page_link(scene.page),
        label=label,
        icon=":material/play_circle:",
        query_params=play(name, scene),
        help=f"Plays from here, on the page {contents.PAGES[scene.page].title}.",
    )


def numbers(_: Experiment, __: session.View, ___: Syllabus) -> Table:
    """All ideas of all lectures, one per row."""
    return Table.of(
        {
            "lecture": name,
            "topic": scene.topic,
            "idea": scene.title,
            "exactly": deck.lettered(scene, scene.exactly or scene.say),
            "more_exactly_than_the_slides": bool(scene.exactly),
            "page": contents.PAGES[scene.page].title,
            "link": f"{scene.page}?{urlencode(deck.link(scene))}",
        }
        for name, deck in shelf().decks.items()
        for scene in deck.scenes
    )


page_layout.page(
    "Five lectures, and a picture for every idea in them", CLAIM, picture, EXPLAINED, numbers
)
