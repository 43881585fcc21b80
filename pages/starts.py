"""Starts compared: initialisations, activations, gate biases, sizes and depth side by side."""

from collections.abc import Iterator

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures.starts import Compared, starts_figure, starts_rows, starts_table, starts_words
from pages.ui import page_layout, session
from pages.ui.models.starts import left
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies.starts import Starts, notes

EXPLAINED = """
Each small chart is one start of the same network. The line is the **median** over the seeds of the
spectral norm of the product of Jacobians over k steps, the band reaches from the second lowest to
the second highest of ten (of five: from the lowest to the highest). The thin lines behind it are
the medians of all other starts. All charts have one logarithmic axis.

* **Initialisations** replace the setting of that name; the weight scale multiplies each of them.
  *Keras* draws one orthogonal kernel for all gates together, *Orthogonal* one matrix per gate.
  *Identity with ReLU* is the IRNN of Le, Jaitly and Hinton (2015), here with larger input weights.
* A Gaussian matrix of spectral radius ρ has a largest singular value near 2ρ: at ρ = 0.9 the first
  steps still *grow*.
* **Numbers of layers**: there the curve is ∂h_T of the top layer by ∂hₜ of the bottom layer, so
  even at k = 0 the way up through the layers is in it. Five seeds, one network at a time.

For an LSTM the state is h and c together. Everything is measured **before training**.
"""

CLAIM = (
    "One chart a start, the others thin behind it: **initialisation, activation and gate bias** "
    "decide how far back a state is felt. Turn the weight scale."
)


def compared(e: Experiment, vary: str, notation: str = "house") -> Compared:
    """Every start, in the letters of a notation."""
    return Compared(*left(e, vary), NOTATIONS[notation])


def picture() -> Iterator[str]:
    """The charts, the bench, and what they say."""
    yield "picture"
    e, asked = session.experiment(), session.own(Starts).vary
    done = compared(e, asked, session.view().notation)
    alt = f"{done.quantity} over the distance for each start, logarithmic axis"
    plot(starts_figure(done), key="starts", alt=alt, name="starts-compared")
    yield "more"
    for note in notes(e, asked):
        st.caption(note)
    say("\n".join(f"* {line}" for line in starts_words(done)))
    st.markdown(starts_table(done))


def numbers(e: Experiment, _: session.View, wish: Starts) -> Table:
    """Every draw's norm for every start, one per row."""
    return Table(starts_rows(compared(e, wish.vary)))


page_layout.page(
    "The starting weights decide how far back a gradient is felt",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
