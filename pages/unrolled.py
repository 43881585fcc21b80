"""Unrolled graph: the same cell at every step, what it holds, and what flows back."""

from collections.abc import Iterator

import streamlit as st

from pages.components.unrolled import unrolled
from pages.figures.theme import number
from pages.figures.unrolled.graph import origin, step_numbers, unrolled_graph, unrolled_rows
from pages.ui import page_layout, runs, session, widgets
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Time runs from left to right. Every column is **the same cell with the same weights**, reading one
symbol; the box shows its state right after reading it, coloured by the root mean square of its
units. Thin lines are the forward pass. The arrows below run **backwards**: their width and colour
show the norm of the gradient on a logarithmic scale, sideways from the next step, downwards from
this step's own output.

Pick a step with the pointer or with the arrow keys. Press ▶ to see the order in which everything is
computed: forward, then the loss, then back. A cell lights up only when all it reads is there; with
several layers that makes a slanting front. **Rolled up** it is one cell per layer and a loop.

Light a weight to see **the same matrix** at every step; a bias is one vector, added in every cell.
Its gradient is the sum of all steps' shares: the two rows at the bottom show each share and the sum
as it grows during the backward pass. Norms do not add up, vectors do; the percentages are
projections on the sum.

If the arrows fade towards the left, the loss hardly depends on the early symbols any more, and
training cannot connect them with it.
"""

NUMBERS = (  # label, which number, what it is
    ("‖{0}‖", "norm", "Norm of the state after this step."),
    ("‖∂L/∂{0}‖", "total", "Norm of the total gradient of the loss by this state."),
    ("…from this step", "from_output", "The part of it that enters at this very step."),
    ("…from the next", "from_next", "The part of it that comes back from later steps."),
)

CLAIM = (
    "A recurrent network is one cell, repeated. What it read early reaches the end only through "
    "the state, and the gradient has to come back the same way."
)


def picture() -> Iterator[str]:
    """The picture, its controls and its numbers."""
    yield "picture"
    run = session.current_run()
    steps = runs.total_steps(run)
    step = session.step(steps)
    notation = session.view().notation
    unrolled(
        unrolled_graph(run.stages, run.sequence, selected=step, notation=notation),
        key="unrolled",
        selected=step,
        lit=session.view().lit,
        first_lit="none" if session.playing().presents else "weight_hh_l0",
        on_choose=session.pick_step,
    )
    yield "more"

    names = [layer.name for layer in runs.layers(run, runs.stage_of(run, step))]
    st.subheader(f"Where does the gradient of step {step + 1} come from?", anchor=False)
    found = step_numbers(run, step, widgets.layer_menu(names))
    st.markdown(origin(found))
    letters = NOTATIONS[notation].of(run.experiment.cell)
    for state, values in found["states"].items():
        with st.container(horizontal=True):
            for label, key, words in NUMBERS:
                page_layout.number(label.format(letters.symbol(state)), number(values[key]), words)


def numbers(e: Experiment, view: session.View) -> Table:
    """Every number of the picture, one per row."""
    run = runs.compute(e)
    return Table(unrolled_rows(run.stages, run.sequence, notation=view.notation))


page_layout.page(
    "One cell, repeated: the past arrives only through the state",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
