"""One weight: the rule w < 1, w > 1, and what a single unit really does."""

import streamlit as st

from pages.components.plot import Plot, draw
from pages.figures.scalar import PRODUCT, states_figure, unit_figure, unit_rows, unit_words
from pages.ui import page_layout, session
from pages.ui.sweeps import Turned
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated
from rnn_core.studies.scalar import Scalar, check, unroll_unit

EXPLAINED = """
One hidden unit: **hₜ = φ(w hₜ₋₁ + x)**. Lecture 000 strips a network down to it (no input, no bias)
and calls **wᵏ** the crucial term: it vanishes below w = 1 and explodes above. That is the dashed
line. The thick line is the whole product from an actual run, one factor φ′ₜw per step, φ′ₜ being
the slope there; the dotted line is the slopes' share of it. The thin line at 1 parts growth from
shrinking.

Read from right to left, the way the gradient travels: one step back, two steps back, and so on to
the first state at the left. Below are the states and slopes of the very steps that are multiplied.

* **Linear**: all slopes are 1, both lines are one. Here alone the rule is exact.
* **tanh, w > 1**: the state settles where tanh is flat, and there φ′w is below 1. Started near 0,
  it first passes where tanh is almost linear: far to the left the product grows.
* **sigmoid**: no slope is above 1/4, so w must be above 4 before any step can stretch.

A network of many units has a matrix for w: see the page Jacobian product. The linear unit runs as a
ReLU that is always on. The gradient check below belongs to the network of the other pages.
"""

CLAIM = (
    "Dashed: the rule wᵏ. Thick: the real product. Move w: with tanh or a sigmoid every step has "
    "its slope as well, and **w above 1 need not explode**."
)


def plots(e: Experiment, view: session.View, wish: Scalar) -> dict[str, Plot]:
    """Every figure of the page."""
    done, notation = unroll_unit(wish), NOTATIONS[view.notation]
    unit, states = unit_figure(done, notation), states_figure(done, notation)
    alt = f"The scalar rule and the product {PRODUCT} over the distance, logarithmic axis"
    below = "State hₜ and slope of every step, over the same distance"
    return {
        "unit": Plot(unit, translated(alt, notation, e.cell), "one-weight"),
        "states": Plot(states, translated(below, notation, e.cell), "one-weight-states"),
    }


def picture() -> page_layout.Parts:
    """Rule and product over the distance, then what the numbers say."""
    yield "picture"
    wish = session.own(Scalar)
    drawn, done = plots(session.experiment(), session.view(), wish), unroll_unit(wish)
    draw(drawn["unit"], key="unit")
    yield "states"
    draw(drawn["states"], key="states")
    st.markdown("\n".join(f"* {line}" for line in unit_words(done)))
    return check(done)


def numbers(_: Experiment, __: session.View, wish: Scalar) -> Table:
    """Every number of the lines, one row per distance."""
    return Table(unit_rows(unroll_unit(wish)))


page_layout.page(
    "“w above 1 explodes” is exact for one linear unit only",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
    Turned("w", plots),
)
