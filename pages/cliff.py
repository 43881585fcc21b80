"""The cliff: two weights, a wall in the error, and descent with and without clipping."""

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures import cliff
from pages.ui import page_layout, session
from pages.ui.models.cliff import descents, ground
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.cliff import Cliff, check

EXPLAINED = """
One hidden unit without input, **x ← w σ(x) + b**, starts at x₀ = 0.5 and makes 50 steps; the error
is **E = (σ(x₅₀) − 0.7)²**. It depends on two weights only, so it can be drawn (as Pascanu, Mikolov
and Bengio do in their Figure 6, 2013). With h = σ(x) it is a sigmoid RNN of one unit.

Both balls start at the star and take plain steps, learning rate times gradient; one of them
clips the gradient first. An update longer than 1 in this plane is called a **throw**; a cross marks
where it begins.

Why is there a wall? On the dash-dotted line x stays at 0.5 for ever. A hair to one side, 50 steps
carry it to another end than a hair to the other. Every step multiplies the gradient by the same
Jacobian w σ′(½); where that is above 1 the product of 50 **explodes**. The exploding gradient *is*
the cliff. It points the right way and says far too much about how far to go: that is what clipping
by norm mends.

Clipping does not promise a good end. It bounds the length of a step, and a descent may still hop to
and fro across the wall; nor is one start a proof. Move the star.
"""

CLAIM = (
    "Two balls roll from one start. Plain descent that meets the **cliff** is thrown far away; "
    "with clipping it stays near. Turn the rate and the threshold."
)


def picture() -> page_layout.Parts:
    """Two balls rolling from one start, then the way down and the surface."""
    yield "picture"
    land, wish = ground(), session.own(Cliff)
    paths = descents(wish)
    alt = f"Contours of the error over w and b, two balls. {cliff.conclusion(paths)}"
    plot(cliff.contours(land, paths), key="contours", alt=alt, name="cliff-contours")
    yield "more"
    say("\n".join(f"* {cliff.told(path, wish)}" for path in paths))
    say(cliff.slopes_told(land))
    left, right = st.columns(2)
    with left:
        alt = "Error after each update, with and without clipping"
        plot(cliff.errors(paths), key="errors", alt=alt, name="cliff-error")
    with right:
        alt = "Length of each update on a logarithmic axis, with and without clipping"
        plot(cliff.lengths(paths), key="lengths", alt=alt, name="cliff-updates")
    alt = "The error over w and b as a surface with a wall in it, and both descents"
    plot(cliff.relief(land, paths), key="relief", alt=alt, name="cliff-surface")
    return check(wish)


def numbers(_: Experiment, __: session.View, wish: Cliff) -> Table:
    """Both descents, update by update."""
    return Table(cliff.rows(descents(wish)))


page_layout.page(
    "An exploding gradient is a cliff in the error", CLAIM, picture, EXPLAINED, numbers
)
