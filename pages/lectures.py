"""Lectures: every idea of five lectures, and its place in the app."""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from pages.ui import contents, controls, furniture, lab
from pages.ui.syllabus import SYLLABUS, Idea, Syllabus, link
from rnn_core.experiment import Experiment
from rnn_core.notation import NOTATIONS
from rnn_core.prose import translated

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
WIDTHS = (2, 3)


def picture() -> str:
    """The lecture's ideas by topic; nothing is computed here, so there is nothing to check."""
    controls.own_row(["lecture"])
    lecture = lab.own(Syllabus).lecture
    for topic, ideas in SYLLABUS[lecture].items():
        st.subheader(topic, anchor=False)
        for idea in ideas:
            _row(lecture, idea)
    return ""


def _row(lecture: str, idea: Idea) -> None:
    page = contents.PAGES[idea.page]
    left, right = st.columns(WIDTHS, vertical_alignment="center")
    left.page_link(
        contents.page_link(idea.page),
        label=f":primary[{idea.name}]",
        icon=page.icon,
        query_params=link(lecture, idea),
        help=f"Opens the page {page.title}.",
    )
    mark = ":orange-badge[more exactly] " if idea.loose else ""
    right.markdown(mark + translated(idea.exact, NOTATIONS[lecture], idea.cell))


def numbers(_: Experiment, __: lab.View, ___: Syllabus) -> pd.DataFrame:
    """All ideas of all lectures, one per row."""
    return pd.DataFrame(
        {
            "lecture": lecture,
            "topic": topic,
            "idea": idea.name,
            "exactly": translated(idea.exact, NOTATIONS[lecture], idea.cell),
            "more_exactly_than_the_slides": idea.loose,
            "page": contents.PAGES[idea.page].title,
            "link": f"{idea.page}?{urlencode(link(lecture, idea))}",
        }
        for lecture, topics in SYLLABUS.items()
        for topic, ideas in topics.items()
        for idea in ideas
    )


furniture.page("Five lectures", CLAIM, picture, EXPLAINED, numbers)
