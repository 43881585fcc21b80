"""The launcher's replacements for Streamlit's methods, compared with Streamlit's own."""

import shutil
import urllib.request
from contextlib import ExitStack

from pages.components import plot
from tests.browser.serving import ROOT, serve
from tests.browser.session import Session
from tests.browser.test_latency import launcher_around

STATEFUL = """
import streamlit as st

st.session_state.setdefault("scale", 2.5)  # a slider without a default looks it up
scale = st.slider("Scale", 0.0, 4.0, key="scale")
st.selectbox("Cell", ["rnn", "gru"], key="cell")
st.text_input("Text", key="text")
for k in range(200):
    st.text(f"{k} of {scale}")
st.text(sorted(st.session_state))
st.text("cell" in st.session_state and "other" not in st.session_state)
st.session_state.scale_seen = scale
"""
SLOW = """
from pathlib import Path
from time import sleep

import streamlit as st

heard = Path(__file__).parent / "heard"
sleep(0.3)  # by now messages are gathered
st.text("begun")
while not heard.exists():
    sleep(0.01)
st.text("ended")
"""


def test_a_run_says_what_streamlit_would_in_the_same_order(tmp_path):
    ours, bare = launcher_around(STATEFUL, tmp_path / "ours"), tmp_path / "bare"
    bare.mkdir()
    (bare / "app.py").write_text(STATEFUL)
    shutil.copytree(ROOT / ".streamlit", bare / ".streamlit")
    with ExitStack() as stack:
        servers = [stack.enter_context(serve(tmp_path / f"{f.name}.log", f)) for f in (ours, bare)]
        mine, theirs = (stack.enter_context(Session(server)) for server in servers)
        for value in (None, 1.5, 3.0):
            for session in (mine, theirs):
                if value is not None:
                    session.move(value)
            assert mine.texts == theirs.texts
            assert mine.screen.theme == theirs.screen.theme
            assert mine.texts[:2] == [f"{k} of {value or 2.5}" for k in (0, 1)]
        for server in servers:
            server.check_log()
    assert len(mine.screen.theme) > 500  # light, dark and their sidebars


def test_what_is_said_early_is_not_kept_back_until_the_end(tmp_path):
    """The script waits for its reader, who waits for the script."""
    folder = launcher_around(SLOW, tmp_path / "slow")
    module = folder / "pages" / "server" / "messages.py"
    text = module.read_text()
    assert "GATHERING = 0.04" in text
    module.write_text(text.replace("GATHERING = 0.04", "GATHERING = 2"))

    def heard(text: str) -> None:
        if text == "begun":
            (folder / "pages" / "heard").touch()

    with serve(tmp_path / "slow.log", folder) as server, Session(server, on_text=heard) as session:
        assert session.texts == ["begun", "ended"]


def test_pages_that_plot_and_no_others_have_plotly_fetched_ahead(server):
    """By the very address that the component asks for later, or it would be fetched twice."""
    for page, ahead in (("gradients", True), ("training", True), ("gates", False), ("", False)):
        with urllib.request.urlopen(f"{server.url}/{page}") as answer:
            links = answer.headers.get_all("Link") or []
        assert links == ([f"<{plot.SOURCE}>; rel=preload; as=script"] if ahead else []), page
    with urllib.request.urlopen(f"{server.url}/{plot.SOURCE}") as answer:
        assert answer.headers["Content-Type"].startswith("text/javascript")
