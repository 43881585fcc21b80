"""The two translating networks, and what they make of a number: worked out once for all readers."""

from typing import Final

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import inputs, session, shipped, trained
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications import translation
from rnn_core.applications.translation import ByLength, Number, Reading, understood
from rnn_core.experiment.run import Run
from rnn_core.training.models import Model

NETWORKS: Final = ("translation-96", "translation-16")


def models() -> dict[str, Model]:
    """The networks by the width of their hand-over; a missing one is reported on the page."""
    found = (trained.model(name) for name in NETWORKS)
    return {f"through {m.card.hidden} units": m for m in found if m is not None}


def reading(model: Model, number: int) -> Reading:
    """One network's translation of a number."""
    return _reading(model.card.name, number, model)


@stored()
def _reading(name: str, number: int, _model: Model) -> Reading:
    return translation.interpret(_model.networks, number)


@stored()
def held_out() -> list[int]:
    """The numbers of the cards' scores."""
    return translation.held_out()


def measured(found: dict[str, Model]) -> ByLength:
    """Accuracy against length, of these networks and of the dictionary."""
    return _measured(tuple(found), found, held_out())


@stored(words="Translating 1,000 held-out numbers")
def _measured(names: tuple[str, ...], _found: dict[str, Model], _numbers: list[int]) -> ByLength:
    return translation.by_length(_found, _numbers)


def ask(found: dict[str, Model]) -> list[Reading]:
    """The field for a number, and what the networks make of it; nothing, with a word why, where
    there is no number in it."""
    with inputs.row():
        inputs.own("english", width=420)
        st.button("Another held-out number", icon=":material/skip_next:", on_click=_another)
    try:
        return readings(found, session.own(Number).english)
    except ValueError as problem:
        st.warning(in_markdown(str(problem)), icon=":material/translate:")
        return []


def readings(found: dict[str, Model], typed: str) -> list[Reading]:
    """Every network's reading of what was typed; a ValueError says why it is no number."""
    number = understood(typed)
    return [reading(model, number) for model in found.values()]


def _another() -> None:
    try:
        present = understood(session.own(Number).english)
    except ValueError:
        present = None
    session.adjust(english=str(translation.next_number(held_out(), present)))


def inside(found: dict[str, Model], number: int) -> tuple[Run, Check]:
    """The ways into the networks; the run of the first one on this number, and its check."""
    probes = {who: shipped.reading(model, str(number)) for who, model in found.items()}
    trained.look_inside({f", {who}": probe for who, probe in probes.items()}, "this number")
    return trained.seen(next(iter(probes.values())))
