"""Gradients: how far back can the loss be felt?"""

from collections.abc import Iterator
from functools import partial

import streamlit as st

from pages.components import leaves as component
from pages.components.leaves import Drag
from pages.components.plot import Plot, draw
from pages.figures import gradients as figures
from pages.figures.clip_bar import changed_words
from pages.figures.step_shares import step_shares
from pages.figures.verdict import Bound, verdict
from pages.ui import page_layout, runs, session
from pages.ui.models import gradients as model
from pages.ui.sweeps import Turned
from pages.ui.table import Table
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
    "On its way back the gradient is multiplied once per step: it **vanishes** or **explodes**. "
    "Gates alone do not prevent that; the starting weights matter too."
)


NORMS = (
    "Norm of the gradient at every step for RNN, GRU and LSTM, logarithmic axis; beside it "
    "the norm of all weights' gradients before and after clipping"
)
SHARES = "Each step's share of the recurrent weights' gradient before and after clipping"
BARS = "Gradient of every parameter before and after clipping"


def curves(e: Experiment, view: session.View) -> list[figures.Curve]:
    """The curves of every cell's run."""
    return figures.curves_of(model.of_cells(e), notation=NOTATIONS[view.notation])


def norms(e: Experiment, view: session.View) -> Plot:
    """The curves of all cells, and the step of this one's weights."""
    loss, letters = runs.loss_words(runs.compute(e)), NOTATIONS[view.notation]
    return Plot(figures.of_runs(model.of_cells(e), e.cell, loss, letters), NORMS, "gradient-norms")


def below(e: Experiment, view: session.View) -> dict[str, Plot]:
    """Plots below the picture: each step's share; if clipping is on, each parameter's norms."""
    run = runs.compute(e)
    found = {"shares": Plot(step_shares(run, NOTATIONS[view.notation]), SHARES, "gradient-shares")}
    if run.clipped.mode != "off":
        found["clipping"] = Plot(figures.clipping_bars(run.clipped), BARS, "clipping")
    return found


def _follow(drag: Drag, e: Experiment, notation: str, loss: str) -> None:
    """Give the picture its leaves, by which it follows the slider without the server."""
    part = model.asked(drag.name)
    every = partial(figures.turned, cell=e.cell, loss=loss, notation=NOTATIONS[notation])
    found = None if part is None else model.drawn(e, notation, loss, part, every)
    component.leaves(drag, part, found, partial(model.ask, drag.name))


def picture() -> Iterator[str]:
    """The picture, its controls and its numbers."""
    yield "picture"
    e, view, run = session.experiment(), session.view(), session.current_run()
    drag, loss = Drag(model.SETTING, model.name(e, view.notation)), runs.loss_words(run)
    draw(norms(e, view), key="norms", drag=drag)
    st.markdown(session.lettered(changed_words(run.clipped)))
    st.fragment(_follow)(drag, model.unturned(e), view.notation, loss)
    yield "more"
    st.subheader("Verdict", anchor=False)
    found = runs.bounds(session.variant(cell="rnn"))
    bounds = {c: Bound(b.sigma, b.gamma) for c, b in found.items()}
    st.markdown("\n".join(f"* {v}" for v in verdict(curves(e, view), loss=loss, bounds=bounds)))
    st.subheader(f"Clipping the {e.cell.upper()}'s weight gradients", anchor=False)
    for key, drawn in below(e, view).items():
        draw(drawn, key=key)


def numbers(e: Experiment, view: session.View) -> Table:
    """Every number of the lines, one per row."""
    return Table(figures.gradient_rows(curves(e, view)))


HEAD = "The gradient is multiplied once per step: it vanishes or explodes"
FILE = Turned("scale", lambda e, view: {"norms": norms(e, view), **below(e, view)})
page_layout.page(HEAD, CLAIM, picture, EXPLAINED, numbers, FILE)
