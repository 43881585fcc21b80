"""Trained networks in the reader's own browser (IndexedDB): they outlive session and server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.components.factory import unseen

_component = unseen("kept", waited_for=True)


def kept(
    message: Mapping[str, Any], *, key: str, on_answers: Callable[[Sequence[Any]], None]
) -> None:
    """Invisible component; `message` tells the browser which files to keep and which to look for.

    `on_answers` is told its answers, before the page runs again, and has to check it."""

    def came() -> None:
        said = st.session_state[key]["answers"]
        if isinstance(said, Sequence) and not isinstance(said, str):
            on_answers(said)

    _component(key=key, data=dict(message), on_answers_change=came)
