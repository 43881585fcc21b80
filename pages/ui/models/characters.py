"""Results of the character networks: texts read and written, units found; made once for all."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui import controls, session, shipped, trained, widgets
from pages.ui.results import stored
from rnn_core.applications import characters as engine
from rnn_core.applications.characters import NETWORKS, OPENINGS, START, Follower, Read, Reading
from rnn_core.applications.connectivity import (
    heard,
    left_out,
)
from rnn_core.applications.probe import STEPS, Probe
from rnn_core.training.models import Model


def network(wish: Reading) -> Model | None:
    """The network that was asked for; where it cannot be had, which is said, another one."""
    names = sorted(NETWORKS, key=lambda name: name != wish.writer)
    return next((m for name in names if (m := trained.model(name)) is not None), None)


def reading(model: Model, wish: Reading) -> tuple[Read, str]:
    """The text read and continued, and a note on characters that could not be read."""
    text = wish.opening or OPENINGS[model.card.application]
    given, lacking = heard(text, model.card.inputs)
    note = left_out(lacking, model.card.inputs)
    made = _read(model.card.name, given, wish.letters, wish.heat, wish.draw, model)
    return made, note


@stored()
def _read(name: str, given: str, count: int, heat: float, draw: int, _model: Model) -> Read:
    return engine.read(_model, given, count, heat, draw)


def searched(model: Model, read: Read, wish: Reading) -> tuple[Follower, ...]:
    """The unit that goes along best with each feature, on the text that was asked for."""
    return _searched(model.card.name, read.text if wish.searched == "screen" else "", model, read)


@stored(words="Searching all units")
def _searched(name: str, text: str, _model: Model, _on_screen: Read) -> tuple[Follower, ...]:
    if text:
        return engine.followers((text,), _on_screen.states[None])
    return engine.followers(*engine.own_writing(_model))


def glass_of(model: Model, read: Read) -> Probe:
    """The network reading what is on screen, from its beginning; two characters at least."""
    text = read.text[: STEPS + 1]
    return shipped.reading(model, text if len(text) > 1 else START + START)


def units(offers: Mapping[str, tuple[int, str]], missing: str, names: Sequence[str]) -> None:
    """The units that go along with something, each a button; `names`: the settings below."""
    st.markdown("**Units that go along with something** (click one to colour by it)")
    with st.container(horizontal=True):
        for label, (unit, explained) in offers.items():
            move = {"neuron": unit, "colours": "state"}
            st.button(label, on_click=session.adjust, kwargs=move, help=explained)
    st.caption(missing)
    with st.container(horizontal=True):
        for name in (n for n in names if n in session.own_names()):
            widgets.own_control(name, width=controls.WIDER)
