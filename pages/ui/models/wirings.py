"""What stands below a wiring's drawing: words, and the way to its unrolled graph."""

import streamlit as st

from pages.ui import contents, session
from rnn_core.experiment.experiment import Experiment, to_params


def told(words: str, title: str, wired: Experiment) -> None:
    """What a wiring is for and what its run says, and a link to the graph of this experiment."""
    st.markdown(words)
    st.page_link(
        contents.page_link("unrolled"),
        label=f"Open “{title}”",
        query_params=to_params(wired) | to_params(session.view()),
        icon=contents.PAGES["unrolled"].icon,
    )
