"""Sentences that a reader types: examples to press, and what trained networks make of them."""

from collections.abc import Mapping
from functools import partial
from typing import Protocol

import streamlit as st

from pages.ui import session
from rnn_core.experiment.settings import Value


class Shown(Protocol):
    """An example as a page shows it."""

    @property
    def text(self) -> str:
        """Text for the field."""

    @property
    def claim(self) -> str:
        """The example's claim, in words."""


def examples(table: Mapping[str, Shown], name: str, shown: str, **reset: Value) -> None:
    """Buttons that put an example's text into a setting of the page; the claim of the one shown.
    `reset`: other settings that change with it."""
    with st.container(horizontal=True, gap="small"):
        for title, example in table.items():
            icon = ":material/check:" if example.text == shown else None
            press = partial(session.adjust, **{name: example.text, **reset})
            st.button(title, icon=icon, key=f"example_{title}", on_click=press)
    said = [example.claim for example in table.values() if example.text == shown]
    st.caption(said[0] if said else "Press an example, or type your own.")
