"""Notation: five lectures, five alphabets, one network."""

from collections.abc import Iterator

import streamlit as st

from pages.components.plot import plot
from pages.figures.notation import side_by_side as drawn
from pages.figures.notation.disagreements import disagreements
from pages.figures.notation.variants import variant_lines, variant_rows, variant_words, variants
from pages.ui import controls, page_layout, runs, session, widgets
from pages.ui.table import Table
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import NOTATIONS, Notation, differences

EXPLAINED = """
Both columns of formulas print **the cell that runs here**, read from the very code that computes
it; only the letters differ. Where a source writes another variant, a note says so. A dash in the
table: that source's text does not write the quantity, and the formulas borrow PyTorch's letter.

**Same weights, other variant** runs your network again on your input, with its own weights and one
thing changed, and draws the largest difference of the top layer's hidden states at every step.
What is only another name changes nothing; what is another function does.
"""

CLAIM = (
    "Read along a row: it is the same number in the same network, however it is written. Choose "
    "whose letters you know."
)


def picture() -> Iterator[str]:
    """Letters, equations, what a variant changes, where lectures disagree."""
    yield "picture"
    run = session.current_run()
    cell = run.stages[0].network.cell
    with controls.row():
        chosen = NOTATIONS[widgets.notation_menu(width=controls.WIDER)]
    st.markdown(f"**{drawn.headline(cell.name)}**")
    st.html(drawn.letters_table([cell.name], chosen.name, hall=session.playing().presents))
    yield "formulas"
    left, right = st.columns(2, gap="large")
    with left:
        formulas(run, chosen)
    with right:
        formulas(run, NOTATIONS["pytorch" if chosen.name != "pytorch" else "house"])
    yield "more"
    choices(run, chosen.of(cell).symbol("h").text)
    st.subheader("Where the lectures disagree or simplify", anchor=False)
    each_cell = {name: session.variant(cell=name) for name in CELLS}
    every = disagreements(each_cell, run, session.variant(initial="random"))
    st.markdown("\n".join(f"* **{each.lectures}** {each.words}" for each in every))
    with st.expander("The other cells' letters"):
        st.html(drawn.letters_table([c for c in CELLS if c != cell.name], chosen.name))


def choices(run: Run, letter: str) -> None:
    """How far each variant of the cell leads away from the one on screen."""
    found = variants(run)
    st.subheader("What a choice changes", anchor=False)
    st.markdown("\n".join(f"* {line}" for line in variant_words(found, letter)))
    if found:
        alt = "Largest difference of the hidden states at every step, one line per variant"
        plot(variant_lines(found, letter), key="variants", alt=alt, name="variants")


def formulas(run: Run, source: Notation) -> None:
    """The reader's cell in one notation, and where its source writes something else."""
    network, biases = run.stages[-1].network, drawn.has_biases(run)
    st.markdown(f"**{source.label}**")
    st.latex(drawn.block(network.cell, source, biases=biases, readout=network.readout))
    for difference in differences(source, network.cell, biases):
        st.markdown(f":material/call_split: {difference.words}")
    if remark := source.remarks.get(network.cell.name):
        st.caption(remark)


def numbers(e: Experiment, view: session.View) -> Table:
    """How far the variants' states part from the run's."""
    letters = NOTATIONS[view.notation].of(e.cell)
    return Table(variant_rows(variants(runs.compute(e)), letters.symbol("h").text))


page_layout.page("Five lectures, five alphabets, one network", CLAIM, picture, EXPLAINED, numbers)
