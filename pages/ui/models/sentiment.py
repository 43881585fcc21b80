"""A typed sentence and what network and bag of words say of it."""

import streamlit as st

from pages.ui import controls, inputs, session, trained, widgets
from pages.ui.models.typed_sentences import examples
from pages.ui.results import stored
from rnn_core.applications import sentiment
from rnn_core.applications.sentiment import Opinions, Review
from rnn_core.engine.network import Network
from rnn_core.tasks.baselines import Bag


def opinions(wish: Review) -> Opinions | None:
    """Answers of network and bag of words; None where there is no word to read, or no network."""
    model, typed = trained.model("sentiment"), sentiment.understood(wish.review)
    if model is None or not typed:
        return None
    return _opinions(typed, wish.order, model.network, sentiment.kept_bag(model))


@stored()
def _opinions(typed: tuple[str, ...], order: int, _network: Network, _known: Bag) -> Opinions:
    return sentiment.opinions(_network, _known, typed, order)


def review() -> None:
    """The field to type into, and the order of its words, in one row."""
    with inputs.row():
        inputs.own("review", width="stretch")
        if session.is_wanted("order"):
            st.button("Shuffle the words", icon=":material/shuffle:", on_click=_shuffle)
            widgets.own_control("order", width=controls.WIDE)


def more(words: str) -> None:
    """Examples, and what there is to say of the sentence."""
    if words:
        st.caption(words)
    examples(sentiment.EXAMPLES, "review", session.own(Review).review, order=0)


def _shuffle() -> None:
    """The next order; after the last one the first."""
    session.adjust(order=session.own(Review).order % sentiment.LAST_ORDER + 1)
