"""Widgets of the settings: each shows the session's value and, moved, changes it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from pages.ui import hand
from pages.ui.session import (
    VIEW,
    adjust,
    change,
    current,
    experiment,
    is_behind,
    is_wanted,
    lettered,
    look,
    own,
    put,
    view,
)
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import Setting, settings_of
from rnn_core.notation.notation import NOTATIONS


def any_control(name: str, **shape: Any) -> None:
    """Draw the one widget of a setting, of the experiment or of the page itself."""
    (control if name in SETTINGS else own_control)(name, **shape)


def control(name: str, **shape: Any) -> None:
    """Draw the one widget of a setting of `Experiment`."""
    key, setting, value = f"set_{name}", SETTINGS[name], getattr(experiment(), name)
    show(key, value)
    _widget(setting, key, _moved, name, **shape)


def show(key: str, value: object) -> None:
    """Make the widget show the truth; left alone if it does, or quick keys would be undone."""
    session = current()
    if key not in session.drawn or st.session_state.get(key) != value:
        put(key, value)
    session.drawing.add(key)


def heard(key: str, do: Callable[..., None], *given: object) -> None:
    """Callback of a widget: do as its reader says, or show it the truth if it only lags behind."""
    if is_behind(key):
        current().drawing.discard(key)
        current().drawn.discard(key)
    else:
        do(*given)


def _moved(name: str) -> None:
    value = st.session_state[f"set_{name}"]
    current().moved = True
    if value is None:  # a choice was switched off: it stays as it was
        return
    try:
        change(**{name: SETTINGS[name].tidy(value)})
    except ValueError as problem:
        current().notes = (f"{problem}. Left as it was.",)


def layer_menu(names: Sequence[str]) -> int:
    """Draw the choice among a network's layers, if there is one; the number of the one picked."""
    picked = min(view().layer, len(names) - 1)
    if len(names) > 1:
        show("layer", picked)
        st.segmented_control(
            "Layer",
            range(len(names)),
            format_func=names.__getitem__,
            key="layer",
            on_change=heard,
            args=("layer", _layer_picked),
        )
    return picked


def _layer_picked() -> None:
    picked = st.session_state["layer"]
    look(layer=view().layer if picked is None else picked)


def notation_menu(**shape: Any) -> str:
    """Draw the choice of a notation; the name of the one picked."""
    if not is_wanted("notation"):
        return view().notation
    show("notation", view().notation)
    st.selectbox(
        "Notation",
        NOTATIONS,
        format_func=lambda n: NOTATIONS[n].label,
        key="notation",
        on_change=heard,
        args=("notation", _notation_picked),
        **shape,
    )
    return view().notation


def _notation_picked() -> None:
    look(notation=st.session_state["notation"])


def view_menu(name: str, words: Mapping[str, str], **shape: Any) -> str:
    """Draw the menu of a field of `View`, with words for the values there are; the one picked."""
    picked = getattr(view(), name)
    picked = picked if picked in words else next(iter(words))
    if not is_wanted(name):
        return picked
    key = f"view_{name}"
    show(key, picked)
    st.selectbox(
        VIEW[name].label,
        list(words),
        format_func=words.__getitem__,
        key=key,
        on_change=heard,
        args=(key, _looked, name),
        **shape,
    )
    return picked


def _looked(name: str) -> None:
    look(**{name: st.session_state[f"view_{name}"]})


def view_control(name: str, **shape: Any) -> None:
    """Draw the one widget of a field of `View`, where it is wanted."""
    if not is_wanted(name):
        return
    key, setting = f"view_{name}", VIEW[name]
    show(key, getattr(view(), name))
    _widget(setting, key, _view_moved, name, **shape)


def _view_moved(name: str) -> None:
    try:
        look(**{name: VIEW[name].tidy(st.session_state[f"view_{name}"])})
    except ValueError as problem:
        current().notes = (f"{problem}. Left as it was.",)


def own_control(name: str, **shape: Any) -> None:
    """Draw the one widget of one of the page's own settings."""
    page = current().page
    assert page and page.own, "this page has no settings of its own"
    key, setting = f"own_{name}", settings_of(page.own)[name]
    show(key, getattr(own(page.own), name))
    _widget(setting, key, _adjusted, name, **shape)


def _adjusted(name: str) -> None:
    page, value = current().page, st.session_state[f"own_{name}"]
    if value is None or not (page and page.own and name in settings_of(page.own)):
        return  # no choice, or one of a page that was left
    try:
        adjust(**{name: settings_of(page.own)[name].tidy(value)})
    except ValueError as problem:
        current().notes = (f"{problem}. Left as it was.",)


def _widget(
    setting: Setting, key: str, change: Callable[[str], None], name: str, **common: Any
) -> None:
    label, words = lettered(setting.label), dict(zip(setting.options, setting.words, strict=True))
    do = change if setting.kind in ("text", "choice") else partial(_slid, change)
    common |= {"key": key, "help": lettered(setting.help) or None}
    common |= {"on_change": heard, "args": (key, do, name)}
    if setting.kind == "text":
        st.text_input(label, max_chars=200, **common)
    elif setting.kind == "levels":
        st.select_slider(label, setting.options, format_func=words.__getitem__, **common)
    elif setting.kind == "choice" and len("".join(setting.words)) <= 18:
        common["width"] = "content"
        st.segmented_control(label, setting.options, format_func=words.__getitem__, **common)
    elif setting.kind == "choice":
        st.selectbox(label, setting.options, format_func=words.__getitem__, **common)
    else:
        number = int if setting.kind == "integer" else float
        low, high, step = map(number, (setting.low, setting.high, setting.step))
        st.slider(label, low, high, step=step, **common)


def _slid(change: Callable[[str], None], name: str) -> None:
    hand.moved()
    change(name)
