"""What character networks read, wrote and were searched for, made once for all readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.ui import controls, glass, lab, shipped, trained
from pages.ui.results import stored
from rnn_core import character_reading as engine
from rnn_core.character_reading import NETWORKS, OPENINGS, START, Follower, Read, Reading
from rnn_core.check import Check
from rnn_core.connectivity import NETWORKS as ALIKE
from rnn_core.connectivity import (
    Connected,
    Felt,
    all_checked,
    felt,
    heard,
    left_out,
    readable,
    shared,
)
from rnn_core.models import Model
from rnn_core.run import Run
from rnn_core.specimen import STEPS, Specimen


def network(wish: Reading) -> Model | None:
    """The network that was asked for; where it cannot be had, which is said, another one."""
    names = sorted(NETWORKS, key=lambda name: name != wish.writer)
    return next((m for name in names if (m := trained.model(name)) is not None), None)


def reading(model: Model, wish: Reading) -> tuple[Read, str]:
    """What is read and written, and a word on what could not be read."""
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


def glass_of(model: Model, read: Read) -> Specimen:
    """The network reading what is on screen, from its beginning; two characters at least."""
    text = read.text[: STEPS + 1]
    return shipped.reading(model, text if len(text) > 1 else START + START)


def units(offers: Mapping[str, tuple[int, str]], missing: str, names: Sequence[str]) -> None:
    """The units that go along with something, each a button; `names`: the settings below."""
    st.markdown("**Units that go along with something** (click one to colour by it)")
    with st.container(horizontal=True):
        for label, (unit, explained) in offers.items():
            move = {"neuron": unit, "colours": "state"}
            st.button(label, on_click=lab.adjust, kwargs=move, help=explained)
    st.caption(missing)
    with st.container(horizontal=True):
        for name in (n for n in names if n in lab.own_names()):
            lab.own_control(name, width=controls.WIDER)


# -- the same text read by all of them -----------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Together:
    """Networks trained alike that read one text."""

    text: str
    note: str  # what became of what was typed
    models: Mapping[str, Model]  # by cell
    specimens: Mapping[str, Specimen]
    felt: Mapping[str, Felt]

    @property
    def check(self) -> Check:
        """The gradient check of all of them."""
        return all_checked([trained.seen(one)[1] for one in self.specimens.values()])


def together(wish: Connected) -> Together | None:
    """All networks that can be had; None if there are none."""
    had = {cell: m for cell, name in ALIKE.items() if (m := trained.model(name)) is not None}
    if not had:
        return None
    text, note = readable(wish.passage, shared(had.values()))
    found = {cell: shipped.reading(model, text) for cell, model in had.items()}
    felt = {
        cell: _felt(one.name, wish.foretold, trained.seen(one)[0]) for cell, one in found.items()
    }
    return Together(text, note, had, found, felt)


@stored(words="Every character back to all others")
def _felt(name: str, foretold: str, _done: Run) -> Felt:
    return felt(_done, foretold)


def look_inside(found: Together) -> None:
    """A button for each network that puts it on all other pages, and the ways there."""
    with st.container(horizontal=True):
        for cell, one in found.specimens.items():
            st.button(
                f"Look inside the {cell.upper()}", icon=":material/search:", on_click=glass.show,
                args=(one,), help="This network, reading this text, on other pages.",
            )  # fmt: skip
    glass.where()
