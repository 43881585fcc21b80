"""Inside the cell: its wiring with the numbers of one step, its equations, its source."""

import inspect

import streamlit as st

from pages.components.cell import cell
from pages.figures.cell.picture import cell_picture, cell_rows
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.models import cell as model
from pages.ui.table import Table
from rnn_core.engine.cells import Cell
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS

EXPLAINED = """
**Squares are learned**: each holds a gate's own weights, one for what comes from the input, one for
what comes from the past. **Round boxes** are the functions that squash a sum, each in the colour
of its gate. **Circles** work unit by unit: plus, times, one minus.

The number on a wire is that of the chosen unit, or the mean over all units; its colour is the
same as on the other pages. Point at a wire and its term lights up in the equations, and the other
way round. With the keyboard, Tab reaches the diagram and the arrow keys walk through it.

Where a state is carried on by sums and products alone, it runs along the top: in the **LSTM** that
is the cell state, in the **GRU** the hidden state. Nothing on that road squashes it, so the
gradient comes back along it multiplied only by what the gates say. The plain **RNN** has none.
"""

CLAIM = (
    "**Every number** on every wire is here, and each can be worked out by hand: point at a wire "
    "or at a term, and step on."
)


def chosen(step: int, unit: int) -> None:
    """Take over the reader's pick; the first unit is shown without being asked for."""
    named = unit if unit > 1 else min(session.view().unit, unit)
    more = {"wires": "unit", "unit": named} if unit else {"wires": "mean"}
    session.look(t=step + 1, **more)


def source(shown: Cell) -> None:
    """The cell's own text: what is run, drawn and differentiated; there is no other copy."""
    with st.expander("The source: one step, and its derivative"):
        st.code(inspect.getsource(type(shown).step), language="python")
        st.code(inspect.getsource(type(shown).step_back), language="python")


def picture() -> page_layout.Parts:
    """The picture and its controls; the run that is drawn, edited or not."""
    yield "picture"
    run = model.edited(session.current_run())
    layers, view = runs.layers(run), session.view()
    with controls.row():
        layer = layers[widgets.layer_menu([each.name for each in layers])]
    units = layer.trace.weights.weight_hh.shape[1]
    presents = session.playing().presents
    payload = cell_picture(
        layer.trace,
        layer.labels,
        selected=session.step(len(layer.labels)),
        notation=NOTATIONS[view.notation],
        unit=0 if view.wires == "mean" else max(1, min(view.unit, units)),
    )
    cell(payload, key="cell", on_choose=chosen, zoom=not presents)
    yield "equations"
    if presents:  # a reader has them beside the picture
        cell(payload, key="equations", on_choose=chosen, shows="equations")
    yield "more"
    widgets.notation_menu()
    model.menu(session.current_run(), layer.trace)
    source(layer.trace.cell)
    return run


def numbers(e: Experiment, view: session.View) -> Table:
    """The numbers on every wire."""
    layers = runs.layers(runs.edited(runs.compute(e), view.edits)[0])
    layer = layers[min(view.layer, len(layers) - 1)]
    return Table(cell_rows(layer.trace, layer.labels, NOTATIONS[view.notation]))


page_layout.page(
    "A cell is a handful of sums, products and squashing functions",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
