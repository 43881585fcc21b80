"""Buttons for files, each made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def file_button(
    label: str, made: Callable[[], str | bytes], file: str, mime: str, *, key: str, **more: Any
) -> None:
    """A quiet button that saves what `made` returns; it is called outside of any run."""
    look = {"icon": ":material/download:", "type": "tertiary", **more}
    st.download_button(label, made, file, mime, key, on_click="ignore", **look)
