"""Where the controls stand: a few below the picture, all others at the side."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import keeping, registry, session, widgets
from pages.ui.contents import Page
from rnn_core.experiment.experiment import GROUPS, INPUT, NETWORK, SETTINGS, Experiment
from rnn_core.experiment.presets import PRESETS

OPEN: Final = (INPUT, NETWORK)  # a closed group is not even sent
WIDE, WIDER = 220, 300  # pixels: four or three controls in a row, one below the other on a phone


def bench(elsewhere: Sequence[str] = ()) -> None:
    """The settings this page is about, but for those of its own that it draws elsewhere."""
    names = [n for n in session.shown()[0] if session.is_wanted(n)]
    own = [n for n in session.own_names() if n not in elsewhere and session.is_wanted(n)]
    width = WIDE if len(names) + len(own) > 3 else WIDER
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        for name in names:
            if not session.placed(name):
                widgets.control(name, width=width)
        for name in own:
            widgets.own_control(name, width=width)


def own_row(names: Sequence[str]) -> None:
    """Some of the page's own settings, side by side."""
    with st.container(horizontal=True):
        for name in names:
            if session.is_wanted(name) and not session.placed(name):
                widgets.own_control(name, width=WIDE)


def beside(names: Sequence[str]) -> None:
    """Those of some controls that would be in the sidebar, in a row."""
    _, aside = session.shown()
    found = [n for n in names if n in aside]
    if found:
        with st.container(horizontal=True, gap="medium"):
            for name in found:
                widgets.control(name, width=WIDER)


def sidebar(page: Page) -> None:
    """Presets, every setting that is not on the bench, and whose letters are shown."""
    _, names = session.shown()
    with st.sidebar:
        if page.uses is None:
            _presets()
        _trained()
        for group in GROUPS:
            _group(group, [n for n in names if SETTINGS[n].group == group])
        if not page.letters:
            widgets.notation_menu()
        st.button("Reset all", on_click=session.load, args=(Experiment(),), icon=":material/undo:")
        st.caption("The address always says what you see: copy it to share this picture.")


def _group(group: str, names: Sequence[str]) -> None:
    if not names:
        return
    box = st.expander(group, expanded=group in OPEN, key=f"group_{group}", on_change="rerun")
    if box.open:
        with box:
            for name in names:
                widgets.control(name)


def _presets() -> None:
    widgets.preset_menu()
    preset = session.preset_name()
    if preset is not None:
        st.caption(PRESETS[preset].claim)


def _trained() -> None:
    """Whose weights are on screen, if they are trained ones, and the way back."""
    found = registry.get(session.experiment().weights)
    keeping.report()
    if found is None:
        return
    st.info(f"Trained weights: {in_markdown(found.title)}", icon=":material/fitness_center:")
    st.button("Back to drawn weights", on_click=session.change, kwargs={"weights": ""})
