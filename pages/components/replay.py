"""A plot whose lines are drawn from left to right, as if they came about just now.

Nothing is drawn that is not there: the lines are uncovered. Who wants no motion sees them at once.
"""

from typing import Final

import streamlit as st

SECONDS: Final = 4

_STYLE: Final = """<style>
@media (prefers-reduced-motion: no-preference) {{
  @keyframes replay-{turn} {{ from {{ clip-path: inset(-8px 100% -8px -8px); }}
    to {{ clip-path: inset(-8px -8px -8px -8px); }} }}
  .st-key-{key} .scatterlayer {{ animation: replay-{turn} {seconds}s linear backwards; }}
}}
</style>"""


def replay(key: str, turn: int, seconds: float = SECONDS) -> None:
    """Uncover the lines of the plot in the container of this key; anew when the turn changes."""
    st.html(_STYLE.format(key=key, turn=turn, seconds=seconds))
