"""The frame round every page: link, navigation, controls, then the page itself."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # this script's own folder is there, the repository need not be
    sys.path.insert(0, str(ROOT))

from pages.components.kept import kept  # noqa: E402
from pages.components.unseen import unseen  # noqa: E402
from pages.frame import layout, place, player, rehearsal, story  # noqa: E402
from pages.ui import browser, contents, controls, packed, progress, session  # noqa: E402

layout.window()
page, script = contents.navigation()
packed.arrive()
progress.arrive()
session.begin(page)
act, played = story.told(page), place.here(page)
layout.begin(page, act or played)
if session.has_more():
    controls.panel(page)
with st.container(key="unseen"):
    unseen("accessibility")
    unseen("dragging")
    kept(browser.message(page), key="kept", on_answers=browser.heard)
if act:
    story.tell(act, script.run)
else:
    if played and not session.playing().bare:
        player.bar(played)
    elif place.asks_first():
        packed.offer()
    script.run()
    layout.end(played)
rehearsal.announce(act or played)
