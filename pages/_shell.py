"""The frame round every page: link, navigation, controls, then the page itself."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # this script's own folder is there, the repository need not be
    sys.path.insert(0, str(ROOT))

from pages.components.accessibility import accessibility  # noqa: E402
from pages.components.kept import kept  # noqa: E402
from pages.frame import place, player  # noqa: E402
from pages.ui import contents, controls, keeping, session  # noqa: E402

st.set_page_config(page_title="Inside an RNN", page_icon=contents.ICON, layout="wide")
page, script = contents.navigation()
session.begin(page)
played = place.here(page)
if not session.playing().presents:
    controls.sidebar(page)
with st.sidebar:
    accessibility()
    kept(keeping.message(keeping.lost()), key="kept", on_answers=keeping.heard)
if played:
    player.bar(played)
script.run()
