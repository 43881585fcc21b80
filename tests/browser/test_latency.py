"""A rerun that does nothing must cost nothing: the launcher and its configuration, timed."""

import shutil
from pathlib import Path
from statistics import median

from tests.browser.serving import ROOT, serve
from tests.browser.session import Session

# The ballast stands for what a real server gathers once it runs: pages, caches, readers' sessions.
TRIVIAL = """
import streamlit as st

@st.cache_resource
def ballast():
    return [[i] for i in range(400_000)]

ballast()
st.write(f"scale {st.slider('Scale', 0.0, 4.0, 1.0)}")
"""
BOUTS, MOVES = 3, 15
LIMIT_SECONDS = 0.025


def launcher_around(script: str, folder: Path) -> Path:
    """Our launcher and our configuration round a script of the test's own."""
    shutil.copy(ROOT / "app.py", folder / "app.py")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    shutil.copytree(
        ROOT / "rnn_core", folder / "rnn_core", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "pages").mkdir()
    (folder / "pages" / "_shell.py").write_text(script)
    return folder


def test_a_trivial_rerun_takes_under_25_ms(tmp_path):
    """A forced garbage collection after each rerun, or Nagle's algorithm, would take twice that."""
    folder = launcher_around(TRIVIAL, tmp_path)
    with serve(tmp_path / "server.log", folder) as server, Session(server) as session:
        # A busy machine only ever adds time, so the best of a few bouts is the fair one.
        bouts = [[session.move(bout + i / 10) for i in range(MOVES)] for bout in range(BOUTS)]
        assert session.texts == [f"scale {BOUTS - 1 + (MOVES - 1) / 10}"]
    assert min(map(median, bouts)) < LIMIT_SECONDS, [median(bout) for bout in bouts]
