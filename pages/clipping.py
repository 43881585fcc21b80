"""Clipping: the weights' gradient before and after, by norm and by value."""

from collections.abc import Iterator

import streamlit as st

from pages.components.plot import Plot, draw, plot
from pages.figures import clipping
from pages.figures.clip_bar import clip_bar
from pages.figures.gradients import clipping_bars, clipping_rows
from pages.ui import page_layout, runs, session
from pages.ui.sweeps import Turned
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment

EXPLAINED = """
All weights' gradients together are one long vector. Clipping is the **optimiser's** act on it,
after BPTT; inside BPTT nothing is clipped.

* **By norm**: a vector longer than the threshold c is shortened, g ← g · c / (‖g‖ + 10⁻⁶), as in
  PyTorch. The dotted circle is the threshold. The direction stays.
* **By value**: every entry is cut to ±c on its own. The vector **turns**, for large entries lose
  more than small ones.

The two **bars** stand on one place of a logarithmic axis that never moves: the wide one is the norm
of all weights' gradients as BPTT computed it, the narrow one what the optimiser steps with.

The two **arrows** span a plane, and it is drawn as it is: both lengths and the angle are exact. An
arrow more than 12 times as long as the other leaves the picture, and its length is written there.
The **rows** show the same for every parameter; by norm all of them shrink by one factor. In the
**histogram**, clipping by norm moves all entries to the left by the same distance, and clipping by
value piles up at the threshold what lay beyond it.

A threshold of 0 stops all learning; off is a threshold of infinity. Clipping is a **ceiling, never
a floor**: what is below the threshold stays as small as it is.
"""

CLAIM = (
    "Clipping by norm makes a long gradient **shorter**; clipping by value also **turns** it. "
    "Neither makes a short one longer."
)


ARROWS = "Two arrows from one point: the weights' gradient before and after clipping"
BARS = "Norm of every parameter's gradient before and after clipping"
ENTRIES = "Histogram of the sizes of all entries of the gradient before and after clipping"
TEXTBOOK = "The gradient (3, 0.1) and what clipping by value and by norm make of it"


def plots(e: Experiment, _: session.View) -> dict[str, Plot]:
    """Every figure of the run's clipping."""
    clipped = runs.compute(e).clipped
    said = clipping.sentence(clipped).replace("*", "")
    return {
        "bar": Plot(clip_bar(clipped), said, "clipping-norm"),
        "arrows": Plot(clipping.arrows(clipped), ARROWS, "clipping-arrows"),
        "clipped": Plot(clipping_bars(clipped, "norm"), BARS, "clipping-parameters"),
        "entries": Plot(clipping.entries(clipped), ENTRIES, "clipping-entries"),
    }


def picture() -> Iterator[str]:
    """The step before and after, then arrows, every parameter, every entry."""
    yield "bar"
    drawn = plots(session.experiment(), session.view())
    draw(drawn["bar"], key="bar")
    st.markdown(clipping.sentence(session.current_run().clipped))
    yield "arrows"
    draw(drawn["arrows"], key="arrows")
    yield "parameters"
    for place, key in zip(st.columns(2), ("clipped", "entries"), strict=True):
        with place:
            draw(drawn[key], key=key)
    yield "textbook"
    st.subheader("Why by value turns", anchor=False)
    plot(clipping.textbook(), key="textbook", alt=TEXTBOOK, name="clipping-textbook")
    st.markdown(clipping.textbook_words())


def numbers(e: Experiment, _: session.View) -> Table:
    """Norm and largest entry of every parameter, before and after."""
    return Table(clipping_rows(runs.compute(e).clipped))


page_layout.page(
    "Clipping is a ceiling, never a floor",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
    Turned("threshold", plots),
)
