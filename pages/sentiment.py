"""Sentiment: one answer to a whole sentence, and what the order of its words is for."""

import streamlit as st

from pages.components.model_card import model_card
from pages.components.plot import plot
from pages.figures import sentiment as drawn
from pages.figures.model_card import wiring
from pages.ui import page_layout, session, shipped, trained
from pages.ui.models import sentiment
from pages.ui.table import Table
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.sentiment import Opinions, Review
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
A trained GRU reads word by word. Only its answer **after the last word** (ringed) was trained; the
others are what it would say **if the sentence stopped there**.

* **State's move**: how far a word moved the hidden state. Small does not mean unimportant.
* **Gradient**: s is the log-odds of the last answer; the norm of ∂s/∂xₜ says how fast s changes
  with that word's input. It does not say what the word means.
* **Bag of words**: a feed-forward model of how often each word occurs (logistic regression, fitted
  here to sentences of the same grammar). Order cannot change its answer: of two sentences with the
  same words and opposite meanings it gets one wrong.
* **Shuffled words** have no right answer. The card's score counts the label they had in order.

All training sentences come from a small grammar of ours: memory is shown here, not understanding.
Nobody knows the right answer to what you type: the drawing of the wiring, the gradient check and
“Look inside” take the network's own answer for the target.
"""

CLAIM = (
    "Type a sentence, or **shuffle its words**: a bag of words answers every order alike; a "
    "network that reads one word after another need not.\n\n"
    "The same words in another order can say the opposite."
)


COUNTED = "Share of right answers; in the last row the words were shuffled and the label kept."


def picture() -> page_layout.Parts:
    """The words shuffled, if they are, right below their slider; the sentence as it was typed; the
    card."""
    yield "picture"
    found = sentiment.opinions(session.own(Review))
    sentiment.review()
    if found is None:
        st.markdown("There is no word to read: type a sentence.")
        return "made when there is a sentence to read."
    (reshuffled if found.other else as_typed)(found)
    yield "typed"
    if found.other:
        as_typed(found)
    yield "more"
    sentiment.more(drawn.cautions(found.reading))
    st.markdown(drawn.verdict(found))
    st.markdown(drawn.orders_words(found))
    return card(found)


def as_typed(found: Opinions) -> None:
    """Draw the answer after each word, and how far each word reaches."""
    figure = drawn.reading_figure(found, NOTATIONS[session.view().notation].of("gru"))
    plot(figure, key="reading", alt=drawn.spelled(found.reading), name="sentiment")


def reshuffled(found: Opinions) -> None:
    """Draw the answer after each of the same words in the order of the slider."""
    if found.other:
        figure = drawn.shuffled_figure(found.other, found.bags[found.order - 1])
        alt = drawn.spelled(found.other)
        plot(figure, key="shuffled", alt=alt, name="sentiment-shuffled")


def card(found: Opinions) -> Check | str:
    """The network's scores and wiring, and the ways to look further into it."""
    if (model := trained.model("sentiment")) is None:
        return "there is no network to check."
    probe = shipped.reading(model, " ".join(found.reading.words))
    run, check = trained.seen(probe)
    svg = wiring("This sentence", run, NOTATIONS[session.view().notation])
    model_card({"this network": model.card}, COUNTED, {"sentiment": svg})
    trained.look_inside({"": probe}, "this sentence")
    trained.live_training(model.card)
    return check


def numbers(_: Experiment, __: session.View, wish: Review) -> Table:
    """Every drawn number, a row per word."""
    found = sentiment.opinions(wish)
    return Table.of(drawn.rows(found) if found else [])


page_layout.page(
    "The same words in another order can say the opposite", CLAIM, picture, EXPLAINED, numbers
)
