"""Gradients: how far back can the loss be felt?"""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.components.plot import Plot, draw
from pages.figures import gradients as figures
from pages.figures.clip_bar import changed_words
from pages.figures.step_shares import step_shares
from pages.figures.verdict import Bound, verdict
from pages.ui import page_layout, runs, session
from pages.ui.sweeps import Turned
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each line is **the norm of the total gradient ∂L/∂h at every step**, on a logarithmic axis, for the
three cells on the same input, the same seed and the same axis. Read it from right to left, the way
the gradient travels. For the LSTM the dashed line is ∂L/∂c, total as well: it includes what comes
through the hidden state of the same step.

A straight line means a constant factor per step. Sloping down to the left is **vanishing**, sloping
up **exploding**. With the loss at the last step only, the line shows how much of that loss can
still be felt; with a loss at every step each step adds its own, and nothing seems to vanish.

**Clipping** is done by the optimiser, on the weights' gradients, after BPTT. It never changes the
lines above. It is a ceiling, not a floor: it tames an explosion and cannot mend vanishing.
"""

CLAIM = (
    "On its way back through time the gradient is multiplied once per step: it **vanishes** or "
    "**explodes**. Gates alone do not prevent that; the starting weights matter as much."
)


NORMS = (
    "Norm of the gradient at every step for RNN, GRU and LSTM, logarithmic axis; beside it "
    "the norm of all weights' gradients before and after clipping"
)
SHARES = "Each step's share of the recurrent weights' gradient before and after clipping"
BARS = "Gradient of every parameter before and after clipping"


def curves(e: Experiment, view: session.View) -> list[figures.Curve]:
    """The curves of every cell's run."""
    results = {cell: runs.compute(replace(e, cell=cell)) for cell in CELLS}
    return figures.curves_of(results, notation=NOTATIONS[view.notation])


def norms(e: Experiment, view: session.View) -> Plot:
    """The curves of all cells, and the step of this one's weights."""
    run = runs.compute(e)
    loss, labels, clipped = runs.loss_words(run), run.sequence.labels, run.clipped
    drawn = curves(e, view)
    figure = figures.gradient_norms(drawn, loss=loss, labels=labels, clipped=clipped, cell=e.cell)
    return Plot(figure, NORMS, "gradient-norms")


def below(e: Experiment, view: session.View) -> dict[str, Plot]:
    """What the optimiser would do to each step's share and to every parameter."""
    run = runs.compute(e)
    shares = step_shares(run, NOTATIONS[view.notation])
    found = {"shares": Plot(shares, SHARES, "gradient-shares")}
    if run.clipped.mode != "off":
        found["clipping"] = Plot(figures.clipping_bars(run.clipped), BARS, "clipping")
    return found


def picture() -> Iterator[str]:
    """The picture, its controls and its numbers."""
    yield "picture"
    e, view, run = session.experiment(), session.view(), session.current_run()
    draw(norms(e, view), key="norms")
    st.markdown(session.lettered(changed_words(run.clipped)))
    yield "more"
    st.subheader("Verdict", anchor=False)
    found = runs.bounds(session.variant(cell="rnn"))
    bounds = {cell: Bound(b.sigma, b.gamma) for cell, b in found.items()}
    said = verdict(curves(e, view), loss=runs.loss_words(run), bounds=bounds)
    st.markdown("\n".join(f"* {line}" for line in said))
    st.subheader(f"Clipping the {e.cell.upper()}'s weight gradients", anchor=False)
    for key, drawn in below(e, view).items():
        draw(drawn, key=key)


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every number of the lines, one per row."""
    return pd.DataFrame(figures.gradient_rows(curves(e, view)))


page_layout.page(
    "The gradient is multiplied once per step: it vanishes or explodes",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
    Turned("scale", lambda e, view: {"norms": norms(e, view), **below(e, view)}),
)
