"""Trained networks in the reader's own browser (IndexedDB): they outlive session and server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components.scripts import script

_component = st.components.v2.component(
    "kept",
    html="""<span hidden data-component="kept">
</span>""",
    js=script("kept"),
    isolate_styles=False,
)


def kept(
    message: Mapping[str, Any], *, key: str, on_answers: Callable[[Sequence[Any]], None]
) -> None:
    """Nothing to be seen. `message` says what the browser is to keep and what it is asked for;
    `on_answers` is told what it answers, before the page runs again, and has to check it."""

    def came() -> None:
        said = st.session_state[key]["answers"]
        if isinstance(said, Sequence) and not isinstance(said, str):
            on_answers(said)

    _component(key=key, data=dict(message), on_answers_change=came, height=0)
