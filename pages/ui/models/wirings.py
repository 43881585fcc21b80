"""Words below a wiring's drawing, and a link to its unrolled graph."""

import streamlit as st

from pages.ui import contents, session
from rnn_core.experiment.experiment import Experiment, to_params


def told(words: str, title: str, wired: Experiment) -> None:
    """Write the words below a wiring's drawing, and a link to the graph of this experiment."""
    st.markdown(words)
    st.page_link(
        contents.page_link("unrolled"),
        label=f"Open “{title}”",
        query_params=to_params(wired) | to_params(session.view()),
        icon=contents.PAGES["unrolled"].icon,
    )
