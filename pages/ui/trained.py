"""Trained networks that ship with the app: read once, checked, and put on all other pages."""

from collections.abc import Mapping

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import contents, loaded_model, session, shipped
from pages.ui.results import stored
from rnn_core.analysis.gradient_check import Check, gradient_check
from rnn_core.applications.probe import Probe, look, run_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.tasks import TASKS
from rnn_core.training.models import Card, Model


def model(name: str) -> Model | None:
    """A network that ships with the app, or a word to the reader why it cannot be had."""
    try:
        return shipped.load(name)
    except ValueError as fault:
        st.error(in_markdown(str(fault)), icon=":material/broken_image:")
        return None


def seen(found: Probe) -> tuple[Run, Check]:
    """The run of the network on what it reads here, and that run's gradient check."""
    return _seen(found.name, found)


@stored()
def _seen(name: str, _found: Probe) -> tuple[Run, Check]:
    done = run_of(_found, look(_found, Experiment()))
    return done, gradient_check(done)


def look_inside(probes: Mapping[str, Probe], what: str) -> None:
    """Buttons that put networks on all other pages, and the ways there once one of them is.

    `probes`: by the words behind "Look inside"; `what` they read."""
    with st.container(horizontal=True):
        for words, found in probes.items():
            st.button(
                f"Look inside{words}",
                icon=":material/search:",
                on_click=loaded_model.show,
                args=(found,),
                help=f"Puts this network, reading {what}, on all other pages.",
                key=f"inside_{words}",
            )
    if session.experiment().weights in {found.name for found in probes.values()}:
        loaded_model.where()


def live_training(card: Card) -> None:
    """The way to training the same task in the browser, where the training page has it."""
    if card.application in TASKS:
        st.page_link(
            contents.page_link("training"),
            label="Train one yourself",
            query_params={"task": card.application},
            icon=contents.PAGES["training"].icon,
        )
