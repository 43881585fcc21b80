"""Translation: an encoder hands one vector to a decoder, and how much fits through it."""

import streamlit as st

from pages.components.plot import plot
from pages.components.spoken import spoken
from pages.components.wirings import drawing
from pages.figures import translation as drawn
from pages.figures.literal import in_markdown
from pages.figures.model_card import facts, other_baselines, score_table, wiring
from pages.ui import page_layout, session, trained
from pages.ui.models import translation
from pages.ui.table import Table
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.translation import Number
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
A **GRU encoder** reads the English words and answers nothing. Its last hidden state is all that the
**GRU decoder** starts from; at every step it writes its likeliest word and reads it at the next.
Bars and per cents are softmax probabilities (hatched and ≠: not the right word at that place, which
may be because the sentence has shifted); below stand the two next likeliest. The dictionary knows
neither *soixante et onze* nor when *quatre vingts* loses its s; it needs no state.

The small drawing is the wider network taught this number's right words, with ‖dL/dhₜ‖ (total) below
it: the gradient passes the hand-over too, and reaches the words read first.

Held out is one number in eight from 100 on; the others may have been met in training. A grammar of
ours with some sixty words is no test of translation at large. One run of each size, trained alike,
and **narrower means fewer weights everywhere**, not only in what is handed on: no proof of a cause.
"""

CLAIM = (
    "Type a number: the decoder gets **one vector**, the strip of colours. 96 units hold what 16 "
    "cannot.\n\n"
    "All that the decoder learns of the sentence is **one vector**, the encoder's last hidden "
    "state. What does not fit into it is lost, and the longer the number, the more must fit."
)


def picture() -> page_layout.Parts:
    """The number, what both networks make of it, the curves, the networks' cards."""
    yield "picture"
    models = translation.models()
    readings = translation.ask(models)
    if readings:
        spoken(drawn.board(readings), key="board")
    yield "more"
    if readings:
        st.markdown(in_markdown(drawn.told(readings, session.own(Number).english)))
    found = translation.measured(models)
    st.markdown(drawn.finding(found))
    curves, small = st.columns([3, 2], gap="medium")
    with curves:
        alt = "Share of held-out numbers translated rightly, against their digits"
        plot(drawn.against_length(found), key="length", alt=alt, name="translation-by-length")
    check: Check | str = "there is no number to translate, or no network to do it."
    if readings:
        run, check = translation.inside(models, readings[0].number)
        with small:
            letters = NOTATIONS[session.view().notation]
            drawing(wiring("Translation", drawn.unnamed(run), letters), key="wiring")
    if models:
        cards = {who: model.card for who, model in models.items()}
        with st.expander("These networks: scores, data, size, seed, and their command"):
            st.markdown(f"{score_table(cards)}\n\n{facts(list(cards.values()))}")
            st.caption(" ".join({other_baselines(card): None for card in cards.values()}))
        trained.live_training(next(iter(cards.values())))
    return check


def numbers(_: Experiment, __: session.View, wish: Number) -> Table:
    """Every word and unit on screen, and the curves."""
    models = translation.models()
    try:
        readings = translation.readings(models, wish.english)
    except ValueError:
        readings = []
    return Table(drawn.rows(readings, translation.measured(models)))


page_layout.page(
    "Everything the decoder learns of the sentence is one vector",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
