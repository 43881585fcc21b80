"""A text from the internet: asked for by the reader, fetched by their own browser."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.components.factory import component
from rnn_core.tasks.characters import Elsewhere

_HTML = """<div class="dl-fetch" data-component="download" data-drawn="1">
<button type="button"></button> <span role="status"></span>
</div>"""
_CSS = """
.dl-fetch { color: var(--st-text-color); font-family: var(--st-font); }
.dl-fetch button { font: inherit; min-height: 2.5rem; padding: 0 0.9rem; color: inherit;
  background: var(--st-background-color); cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
.dl-fetch button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.dl-fetch button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.dl-fetch button:disabled { opacity: 0.6; cursor: default; }
.dl-fetch [role=status] { margin-left: 0.6rem; font-size: 0.9rem; }
"""

_component = component("download", _HTML, _CSS)


def download(source: Elsewhere, *, key: str, said: str, on_text: Callable[[str], None]) -> None:
    """A button that fetches the text; `on_text` is told what came, and has to check it."""

    def came() -> None:
        text = st.session_state[key]["text"]
        if isinstance(text, str):
            on_text(text)

    label = f"Fetch {source.title} ({source.size / 1e6:.1f} MB)"
    data = {"label": label, "said": said, "url": source.url, "size": source.size}
    _component(key=key, data=data, on_text_change=came)
