"""Credit matrix: every step's loss against every state before it."""

from collections.abc import Iterator

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures import credit as figures
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.models import credit as model
from pages.ui.table import Table
from rnn_core.analysis.loss_state_matrix import Pick, essential
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Each **row** is one loss, each **column** one state; the colour says how much of the loss of step t
is felt at state k, on a logarithmic scale. Every step's own loss counts, unweighted. On the
diagonal it meets its own step's state; left of it the gradient has travelled t − k steps. Above it
is nothing: no loss depends on what comes later. (A layer that reads from the right mirrors this.)

* **A row** is the Gradients page's curve with the loss at that one step: how fast it vanishes.
* **A column** says which losses teach a state. Its *vectors* add up to the total dL/dhₖ of BPTT
  with a loss at every step: mostly its own step's, where gradients vanish.
* **Hatched** is what truncated BPTT writes off. Its window cuts at fixed steps: a loss right after
  a cut reaches back one step, the last one before the next cut a whole window.
* **Hidden state against hidden state**: the Jacobian ∂hₜ/∂hₖ by its Frobenius norm; inputs rest.
"""

CLAIM = (
    "Read a row from right to left: how far back one loss is felt. Where the colour fades, late "
    "losses teach early states next to nothing. Click a pair."
)


def matrix_of(e: Experiment, view: session.View, pick: Pick) -> figures.Matrix:
    """The matrix on screen, from results made once for all readers."""
    done, notation = runs.compute(e), NOTATIONS[view.notation]
    which = min(view.layer, len(done.stages[-1].trace.layers) - 1)
    plain = runs.compute(essential(e))
    if pick.of == "jacobian":
        between = model.products(plain.experiment, which, plain)
        return figures.jacobian_matrix(done, between, which, notation)
    return figures.loss_matrix(
        done, model.losses(plain.experiment, plain), which, pick.of, notation
    )


def picture() -> Iterator[str]:
    """The matrix, what was picked in words, its row and its column."""
    yield "picture"
    done, pick = session.current_run(), session.own(Pick)
    with controls.row():
        widgets.layer_menu([e.name.split(", ")[-1] for e in runs.layers(done, done.stages[-1])])
    matrix, t, k = matrix_of(session.experiment(), session.view(), pick), pick.loss, pick.state
    said = figures.sentence(matrix, t, k)
    alt = said.replace("*", "")
    plot(figures.heatmap(matrix, t, k), key="matrix", alt=alt, name="credit", on_pick=picked)
    yield "pair"
    say(f"{said} {figures.lost(matrix)}")
    with st.container(horizontal=True):
        for label, change in figures.moves(matrix, t, k).items():
            st.button(label, on_click=session.adjust, kwargs=change)
    left, right = st.columns(2)
    with left:
        plot(figures.row_profile(matrix, t, k), key="row", alt=alt, name="credit-row")
    with right:
        plot(figures.column_profile(matrix, t, k), key="column", alt=alt, name="credit-column")


def picked(k: float, t: float) -> None:
    """A pair was clicked."""
    session.adjust(loss=int(t), state=int(k))


def numbers(e: Experiment, view: session.View, pick: Pick) -> Table:
    """Every pair, one per row."""
    return Table(figures.matrix_rows(matrix_of(e, view, pick)))


page_layout.page(
    "Every loss sends its gradient back to every state before it",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
