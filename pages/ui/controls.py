"""Controls: two or three above the picture, all others in a panel at the side."""

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.figures.literal import in_markdown
from pages.ui import keeping, own_deck, registry, session, sharing, widgets
from pages.ui.contents import Page
from pages.ui.shelf import scenes_of
from rnn_core.decks import Scene
from rnn_core.experiment.experiment import GROUPS, INPUT, NETWORK, SETTINGS

OPEN: Final = (INPUT, NETWORK)  # a closed group is not even sent
WIDE, WIDER = 220, 300  # pixels: four or three in a row, one below the other on a phone


def above() -> None:
    """The controls that are wanted above the picture: the page's main ones, or those named."""
    wanted, (main, others) = session.wanted(), session.shown()
    names = main if wanted is None else [n for n in wanted if n in (*main, *others)]
    row = st.container(horizontal=True, vertical_alignment="top", gap="medium", key="controls")
    session.current().row = row
    with row:
        for name in names:
            widgets.any_control(name, width=WIDE)


def row() -> DeltaGenerator:
    """The row of the controls above the picture: a page's own menus stand there as well."""
    return session.current().row


def scenes(page: Page) -> None:
    """The page's own scenes, a press away, and the ways to all settings and into a lecture."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scenes_row"):
        _scenes(scenes_of(page))
        with st.container(horizontal=True, gap="small", width="content", key="ways"):
            ways_on(page)


def ways_on(page: Page) -> None:
    """Ways on from the picture: all settings, its link, a scene of it, lecture mode."""
    if session.wanted() is None:
        _more_button()
    if not page.scenic:
        return
    if not session.playing().presents:
        sharing.copy_link(page)
        own_deck.add_button(page)
    present_button()


def _more_button() -> None:
    """The button that opens the panel of all other settings, or closes it."""
    st.button(
        "Fewer settings" if session.has_more() else "More settings",
        key="more",
        icon=":material/tune:",
        type="tertiary",
        on_click=session.open_more,
    )


def present_button() -> None:
    """Button into lecture mode, or out of it."""
    on = session.playing().presents
    st.button(
        "Leave" if on else "Present",
        key="leave" if on else "present",
        type="tertiary",
        icon=":material/close_fullscreen:" if on else ":material/slideshow:",
        help="Leave lecture mode (Esc)" if on else "Lecture mode: large, with a clicker's keys",
        on_click=session.play,
        kwargs={"present": "0" if on else "1"},
    )


def _scenes(scenes: Sequence[Scene]) -> None:
    """The page's own scenes; the one on screen is marked."""
    if not scenes:
        return
    named, shown = {s.id: s for s in scenes}, session.scene_shown()
    widgets.show("scenes", shown.id if shown else None)
    st.pills(
        "Scenes",
        list(named),
        format_func=lambda name: named[name].title,
        key="scenes",
        label_visibility="collapsed",
        on_change=widgets.heard,
        args=("scenes", _scene_picked, named),
    )


def _scene_picked(named: dict[str, Scene]) -> None:
    picked = st.session_state["scenes"]
    if picked in named:  # else pressed once more, or a scene of a page that was left
        session.show(named[picked])


def panel(page: Page) -> None:
    """Every setting that is not above the picture, and whose letters are shown."""
    _, names = session.shown()
    with st.sidebar:
        st.button("Close", key="less", icon=":material/close:", on_click=session.open_more)
        _trained()
        own = [n for n in names if n not in SETTINGS]
        for name in own:
            widgets.own_control(name)
        for group in GROUPS:
            _group(group, [n for n in names if n in SETTINGS and SETTINGS[n].group == group])
        if not page.letters:
            widgets.notation_menu()
        st.button("Reset", key="reset", on_click=session.reset, icon=":material/undo:")
        st.caption("The address always says what you see: copy it to share this picture.")


def _group(group: str, names: Sequence[str]) -> None:
    if not names:
        return
    box = st.expander(group, expanded=group in OPEN, key=f"group_{group}", on_change="rerun")
    if box.open:
        with box:
            for name in names:
                widgets.control(name)


def _trained() -> None:
    """Note of the trained network whose weights are on screen, and a button back; else nothing."""
    found = registry.get(session.experiment().weights)
    keeping.report()
    if found is None:
        return
    st.info(f"Trained weights: {in_markdown(found.title)}", icon=":material/fitness_center:")
    st.button("Back to drawn weights", on_click=session.change, kwargs={"weights": ""})
