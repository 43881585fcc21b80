"""Connectivity: pick a character of a text, and what it depends on lights up before it."""

import streamlit as st

from pages.components.letters import letters
from pages.components.plot import plot
from pages.figures import connectivity as figures
from pages.figures.literal import in_markdown
from pages.figures.model_card import facts, score_table
from pages.ui import contents, controls, inputs, page_layout, session, trained
from pages.ui.models import connectivity
from pages.ui.table import Table
from rnn_core.applications.connectivity import Connected
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Three networks, trained alike on Shakespeare's plays (see their cards), read the same text, each
foretelling every character from those before it. Pick a character: the colour of every earlier one
is the **norm of the gradient** of its log-probability (or logit) at what was read there, by BPTT
through the trained network. One logarithmic colour scale for all three.

* **log-probability** is the loss of that one step: where the network is certain it is flat, and
  all of its gradient is small. The **logit** is not flattened so.
* **Curves**: left the picked character, right the median over all characters of the text. Each is
  the norm itself, not its share of anything, so heights may be compared between networks. The
  further back, the fewer characters there are that have so much before them.
* **Felt at hidden states**: in an LSTM the cell state carries on beside hₖ and is held fixed here.
* A bright character is one whose *small* change would be felt; it need not be the reason of the
  answer. One text is not a proof: type your own.
"""
CLAIM = """**Click a character**: what its prediction depends on lights up before it. Compare how
far back RNN, GRU and LSTM still feel what they read.

All three read the same text and were trained alike."""


def drawn(found: connectivity.Together, wish: Connected, view: session.View) -> figures.Picture:
    """The picture's content: the text, its gradients, and the choices it was drawn for."""
    letters_of = NOTATIONS[view.notation]
    return figures.Picture(found.text, found.felt, wish.foretold, wish.towards, letters_of)


def picture() -> page_layout.Parts:
    """The texts, how far back they reach, the controls."""
    yield "picture"
    wish = session.own(Connected)
    if (found := connectivity.together(wish)) is None:
        return "made when there is a network."
    seen = drawn(found, wish, session.view())
    t = seen.place(wish.place)
    with inputs.row():
        inputs.own("passage", width="stretch")
        inputs.own("foretold", width=controls.WIDER)
    letters(figures.payload(seen, t), key="texts", on_pick=lambda k: session.adjust(place=k + 1))
    if found.note:
        st.markdown(f":small[{in_markdown(found.note)}]")
    yield "more"
    st.markdown(figures.sentence(seen, t))
    for column, curve in zip(st.columns(2), figures.curves(seen, t), strict=True):
        title = curve["layout"]["title"]["text"]
        with column:
            plot(curve, key=title[:4], alt=f"{title}: {seen.words}", name="connectivity")
    cards = {cell.upper(): model.card for cell, model in found.models.items()}
    with st.expander("The cards of these networks"):
        st.markdown(f"{score_table(cards)}\n\n{facts(list(cards.values()))}")
    probes = {f" the {cell.upper()}": probe for cell, probe in found.probes.items()}
    trained.look_inside(probes, "this text")
    st.page_link(contents.page_link("characters"), label="Let them write")
    training = contents.page_link("training")
    st.page_link(training, label="Train one yourself", query_params={"task": "text"})
    return found.check


def numbers(_: Experiment, view: session.View, wish: Connected) -> Table:
    """Every norm of the picked character."""
    if (found := connectivity.together(wish)) is None:
        return Table()
    seen = drawn(found, wish, view)
    return Table(figures.rows(seen, seen.place(wish.place)))


page_layout.page(
    "Which characters does the network still feel?", CLAIM, picture, EXPLAINED, numbers
)
