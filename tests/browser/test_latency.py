"""A rerun that does nothing must cost nothing: the launcher and its configuration, timed."""

import shutil
from contextlib import ExitStack
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
AT_MOST = 0.2  # of the same script under Streamlit as it comes: .05 measured


def copied(folder: Path, *more: str) -> Path:
    """The launcher, its configuration, what they ask for, and `more` of the rooms."""
    folder.mkdir()
    shutil.copy(ROOT / "app.py", folder / "app.py")
    for room in (".streamlit", "pages", "rnn_core", *more):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def launcher_around(script: str, folder: Path) -> Path:
    """Our launcher and our configuration round a script of the test's own."""
    (copied(folder) / "pages" / "_shell.py").write_text(script)
    return folder


def test_a_trivial_rerun_is_far_quicker_than_streamlit_as_it_comes(tmp_path):
    """With Nagle's algorithm it would be .45 of it, with a forced garbage collection .3."""
    ours, bare = launcher_around(TRIVIAL, tmp_path / "ours"), tmp_path / "bare"
    bare.mkdir()
    (bare / "app.py").write_text(TRIVIAL)
    with ExitStack() as stack:
        servers = [stack.enter_context(serve(tmp_path / f"{f.name}.log", f)) for f in (ours, bare)]
        sessions = [stack.enter_context(Session(server)) for server in servers]
        # In bouts: after a pause acknowledgements come at once, and Nagle would cost nothing.
        times = [[bout_of_moves(session, n) for session in sessions] for n in range(BOUTS)]
        end = f"scale {BOUTS - 1 + (MOVES - 1) / 10}"
        assert sessions[0].texts == sessions[1].texts == [end]
    mine, theirs = (median(column) for column in zip(*times, strict=True))
    assert mine < AT_MOST * theirs, times


def bout_of_moves(session: Session, n: int) -> float:
    """The median seconds of moves one upon the other."""
    return median(session.move(n + k / 10) for k in range(MOVES))
