"""Hold a gate: the same run with one gate fixed, beside the free one."""

from functools import partial

import streamlit as st

from pages.components.plot import Plot, draw
from pages.figures.hold import gate_labels, held_figure, held_rows, held_title, held_words
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.sweeps import Turned
from pages.ui.table import Table
from rnn_core.analysis.held_gate import Hold, read_steps
from rnn_core.engine.cells import Cell
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
Thin lines are the **free run**, thick ones the same network with **one gate held** at a number:
same weights, same input, same loss. A held gate depends on nothing, so no gradient flows into its
weights, and every other gradient is exactly that of the held network.

Try the **forget gate at 1**: nothing is ever erased, the cell state adds up, and its gradient
comes back without being multiplied (the LSTM of 1997). At **0** the cell state is wiped at every
step. The GRU's **update gate** that keeps everything freezes the state; its **reset gate at 0**
makes the candidate blind to the past. The plain **RNN** has no gate: there its new state itself is
held. Shaded steps are the held ones. The questions are lecture 000's.
"""

CLAIM = (
    "What does a gate do? **Take it away and look**: fix it at a value, at all steps or at some, "
    "and compare with the free run."
)


def wanted(cell: Cell, view: session.View) -> Hold:
    """The hold the reader asks for; a gate this cell has not is replaced by its first."""
    gate = view.hold if view.hold in cell.gates else next(iter(gate_labels(cell)))
    return Hold(gate, view.held_at, read_steps(view.held_steps))


def picture() -> page_layout.Parts:
    """The picture and its controls; the held run, which the footnotes are about."""
    yield "picture"
    run, view = session.current_run(), session.view()
    cell, notation = run.stages[0].network.cell, NOTATIONS[view.notation]
    with controls.row():
        widgets.view_menu("hold", gate_labels(cell, notation), width=controls.WIDER)
        for name in ("held_at", "held_steps"):
            widgets.view_control(name, width=controls.WIDE)
    hold, names = wanted(cell, view), [each.name for each in runs.layers(run, run.stages[0])]
    held, layer = runs.held(run, hold), min(view.layer, len(names) - 1)
    drawn = plots(session.experiment(), view)
    draw(drawn["held"], key="held")
    yield "more"
    st.markdown(held_words(run, held, hold, layer=layer, notation=notation))
    draw(drawn["held_states"], key="held_states")
    if any(part.fed for part in run.parts):
        st.caption("The output is fed back here: the gate is held at every step.")
    widgets.layer_menu(names)
    return held


def plots(e: Experiment, view: session.View) -> dict[str, Plot]:
    """Both figures of the page."""
    run, notation = runs.compute(e), NOTATIONS[view.notation]
    cell = run.stages[0].network.cell
    hold, layers = wanted(cell, view), runs.layers(run, run.stages[0])
    layer, loss = min(view.layer, len(layers) - 1), runs.loss_words(run)
    made = partial(held_figure, run, runs.held(run, hold), hold, layer=layer, notation=notation)
    upper, lower = made(rows=("gradient",), loss=loss), made(rows=("states", "loss"), loss=loss)
    said, name = held_title(cell, hold, notation), f"held-{hold.gate}"
    return {
        "held": Plot(upper, f"Gradients, free and held. {said}", name),
        "held_states": Plot(lower, f"States and losses, free and held. {said}", f"{name}-states"),
    }


def numbers(e: Experiment, view: session.View) -> Table:
    """Every number of the lines, one per row."""
    run, notation = runs.compute(e), NOTATIONS[view.notation]
    held = runs.held(run, wanted(run.stages[0].network.cell, view))
    last = len(held.stages[0].trace.layers) - 1
    return Table(held_rows(run, held, min(view.layer, last), notation))


page_layout.page(
    "Hold one gate fixed, and see what it was for",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
    Turned("held_at", plots),
)
