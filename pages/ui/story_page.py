"""The living part of the first page: the act's picture runs alone when its own controls move."""

from collections.abc import Callable

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import results, session


def page(picture: Callable[[], None]) -> None:
    """Draw a warning about the link, if any, and the picture."""
    if session.notes():
        st.warning("\n\n".join(map(in_markdown, session.notes())), icon=":material/link_off:")
    st.fragment(_living)(picture)


def _living(picture: Callable[[], None]) -> None:
    if session.frame_is_old():
        st.rerun()
    results.place_for_progress()
    try:
        picture()
    except ValueError as fault:  # a network of the app's folder that cannot be had
        st.error(in_markdown(str(fault)), icon=":material/broken_image:")
    session.end()
