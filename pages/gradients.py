"""Gradients: how far back can the loss be felt?"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from pages.components import leaves as component
from pages.components.leaves import Drag
from pages.components.plot import plot
from pages.figures.clip_bar import changed_words
from pages.figures.gradients import clipping_bars, curves_of, gradient_rows, of_runs
from pages.figures.leaves import Leaves, leaves
from pages.figures.step_shares import step_shares
from pages.figures.verdict import Bound, verdict
from pages.ui import page_layout, runs, session
from pages.ui.models import gradients as model
from pages.ui.results import stored
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series
from rnn_core.experiment.run import Run
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

ALT = (
    "Norm of the gradient at every step for RNN, GRU and LSTM, logarithmic axis; beside it the "
    "norm of all weights' gradients before and after clipping"
)

SHARES = "Each step's share of the recurrent weights' gradient before and after clipping"
PARAMETERS = "Gradient of every parameter before and after clipping"


@stored()
def _leaves(e: Experiment, notation: str, loss: str, part: int, _series: Series | None) -> Leaves:
    """The picture at every so many-th value of the weight scale."""
    turned, letters = model.turned(e, part, _series), NOTATIONS[notation]
    return leaves(model.SETTING, ((v, of_runs(all_, e.cell, loss, letters)) for v, all_ in turned))


def _follow(drag: Drag, e: Experiment, notation: str, loss: str) -> None:
    """What the picture needs to follow the slider by itself; it runs beside the picture."""
    part = model.asked(drag.name)
    found = None if part is None else _leaves(e, notation, loss, part, runs.series(e))
    component.leaves(drag, part, found, partial(model.ask, drag.name))


def picture() -> Iterator[str]:
    """The picture, its controls and its numbers."""
    yield "picture"
    e, results = session.experiment(), {cell: session.variant(cell=cell) for cell in CELLS}
    run, notation = session.current_run(), session.view().notation
    loss, cell, letters = runs.loss_words(run), run.experiment.cell, NOTATIONS[notation]
    drag = Drag(model.SETTING, model.name(e, notation))
    drawn = of_runs(results, cell, loss, letters)
    plot(drawn, key="norms", alt=ALT, name="gradient-norms", drag=drag)
    st.markdown(session.lettered(changed_words(run.clipped)))
    st.fragment(_follow)(drag, model.unturned(e), notation, loss)
    yield "more"
    curves = curves_of(results, notation=letters)
    bounds = {c: Bound(b.sigma, b.gamma) for c, b in runs.bounds(results["rnn"]).items()}
    st.subheader("Verdict", anchor=False)
    st.markdown("\n".join(f"* {line}" for line in verdict(curves, loss=loss, bounds=bounds)))
    _clipping(run)


def _clipping(run: Run) -> None:
    """What the optimiser would do to each step's share and to every parameter."""
    st.subheader(f"Clipping the {run.experiment.cell.upper()}'s weight gradients", anchor=False)
    shares = step_shares(run, NOTATIONS[session.view().notation])
    plot(shares, key="shares", alt=SHARES, name="gradient-shares")
    if run.clipped.mode != "off":
        plot(clipping_bars(run.clipped), key="clipping", alt=PARAMETERS, name="clipping")


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every number of the lines, one per row."""
    every = {cell: runs.compute(replace(e, cell=cell)) for cell in CELLS}
    return pd.DataFrame(gradient_rows(curves_of(every, notation=NOTATIONS[view.notation])))


HEAD = "The gradient is multiplied once per step: it vanishes or explodes"
page_layout.page(HEAD, CLAIM, picture, EXPLAINED, numbers)
