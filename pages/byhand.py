"""BPTT by hand: a network small enough to write down, and every number of its gradient."""

from functools import partial

import streamlit as st

from pages.components.byhand import board
from pages.figures.byhand import expansion
from pages.figures.byhand import sheet as paper
from pages.figures.byhand.equations import equations, weights_written
from pages.figures.byhand.letters import Ink, Names
from pages.figures.literal import in_markdown
from pages.ui import page_layout, session
from pages.ui.models import byhand, byhand_exercise
from pages.ui.table import Table
from rnn_core.analysis.expansion import expand
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies.byhand import WEIGHTS, Walk, Written, stops

DEEPEST = 2  # states inside of each other that a hall reads
TITLE = "BPTT needs no computer, only patience: every number is here"

EXPLAINED = """
*Shaded* is worked out here, *dashed* is what from; arrows are all that passes between steps. Walk
by buttons, a click on a column, or arrow keys on the sheet. A state's error has **two sources**,
this step's output and the next step (lecture 001). All steps use the same weights, so a gradient is
the **sum** of the steps' shares. b is b_ih + b_hh. Gated cells have three or four times as many
numbers, so the plain **RNN** is written out.

**The expansion** takes one step's loss alone. W_hh is used at every step k up to it; ∂⁺ is the
*immediate* derivative, the state before held constant, and one Jacobian per step leads back to k.
Lecture 004 begins at k = 0: that state is given and does not depend on W_hh, so its term is zero.
The sum comes from Jacobians, the total from BPTT. A *part*, a projection on it, may be negative.
"""

CLAIM = (
    "A plain RNN of a few units, and every number of its gradient. Press Next, click a column, or "
    "use the arrow keys; Check yourself is under More settings."
)


def picture() -> page_layout.Parts:
    """The walk, the exercise, the controls, and the expansion of one step's loss."""
    yield "picture"
    wish, names = session.own(Walk), Names(NOTATIONS[session.view().notation])
    w = byhand.written(session.experiment(), wish)
    _walk(w, wish, names)
    if wish.check == "on":
        byhand_exercise.form(w, wish, partial(paper.blank_words, names=names, w=w))
    yield "more"
    byhand.weights(w, weights_written(w, names), opened=wish.check == "on")
    yield "expansion"
    t = _expansion(w, wish, names)
    yield "nested"
    deep = min(t, DEEPEST) if session.playing().presents else t
    byhand.formulas(expansion.nested(w, deep, names), expansion.nested_words(deep, names))
    return w.done


def _walk(w: Written, wish: Walk, names: Names) -> None:
    """The sheet, and beside it the present place written out."""
    here, every = byhand.here(wish, w.steps), stops(w.steps)
    unknown = byhand_exercise.unsolved(w, wish)
    marks = paper.Marks(unknown, byhand_exercise.solved(w, wish))
    place = paper.Place(*here, wish.weight)
    byhand.bar(every, here)
    hall = session.playing().presents  # which sees one stage, and its equations below
    with st.container(horizontal=not hall):
        with st.container(width="stretch" if hall else paper.sheet_width(w, wish.weight)):
            sheet, move = paper.sheet(w, place, names, marks), partial(byhand.move, every, here)
            board(sheet, "sheet", on_go=byhand.stop, on_move=move)
        if not hall or wish.stage == WEIGHTS:  # else the sheet is as high as the window
            lines = equations(w, *here, wish.weight, names, Ink(w, unknown))
            byhand.formulas(lines, f"**{in_markdown(paper.told(w, place))}**", names.weights())


def _expansion(w: Written, wish: Walk, names: Names) -> int:
    """One step's loss, taken apart by where in time W_hh was used; that step."""
    st.subheader("One loss, taken apart by where in time the weight was used", anchor=False)
    t, k = byhand.parts_menu(wish, w.steps)
    x = expand(w.stage, t)
    st.latex(expansion.formula(t, names))
    board(expansion.ledger(w, x, k, names), "ledger", on_go=byhand.pick_component)
    if not session.playing().presents:  # the ledger fills a hall's window
        byhand.formulas(expansion.component(w, x, k, names), expansion.remark(x))
    return t


def numbers(e: Experiment, view: session.View, wish: Walk) -> Table:
    """Every number of the walk, and the components of every step's loss."""
    w = byhand.written(e, wish)
    parts = [expansion.rows(expand(w.stage, t)) for t in range(1, w.steps + 1)]
    return Table(paper.sheet_rows(w), *parts)


page_layout.page(TITLE, CLAIM, picture, EXPLAINED, numbers)
