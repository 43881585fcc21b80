"""A page's own inputs in one row above its picture, those that are wanted there."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import session, widgets


def row() -> DeltaGenerator:
    """One row; on a narrow screen what does not fit stands below."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="inputs")


def own(name: str, **shape: Any) -> None:
    """The widget of one of the page's own settings, where it is wanted with the picture."""
    if session.is_wanted(name):
        widgets.own_control(name, **shape)
