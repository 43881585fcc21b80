"""Truncated BPTT: what the window drops, turns and hides."""

from collections.abc import Iterator

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures import truncated as figures
from pages.ui import page_layout, results, runs, session
from pages.ui.models import truncated
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.studies import truncated as engine
from rnn_core.studies.truncated import Cut

EXPLAINED = """
Truncated BPTT runs forward as ever, but cuts the way back **at every k-th step, counted from the
first** (dotted lines): a state right before a cut hears nothing from later losses. With the loss at
the last step only the last block is left, and it may be short: with T = 20, a window of 19 leaves
one step. That is why the curves over all windows have teeth.

The **angle** lies between the truncated and the full gradient, seen as one long vector each: at 90°
a small step along it does not change the loss, beyond that it raises it. The readout's gradient is
never cut, so look at the recurrent weights alone as well.

**A zero gradient is no proof that nothing is learned.** The state itself is not cut: a clue may
still be *in* it for the readout to find. Try the RNN, whose orthogonal start carries the clue far.
Each training is one draw of weights and data: see other seeds.
"""

CLAIM = (
    "Truncated BPTT **cuts the way back every k steps**: a state before the last cut hears exactly "
    "nothing of the last loss. Move the window."
)


def picture() -> Iterator[str]:
    """The gradient in blocks, every window, and a clue that the window hides."""
    yield "picture"
    done, e, part = session.current_run(), session.experiment(), session.own(Cut).part
    one = truncated.one_window(e, part, e.window)
    said = figures.sentence(e.cell, one, engine.longest(done))
    blocks = figures.blocks(
        done, e.window, runs.loss_words(done), NOTATIONS[session.view().notation]
    )
    plot(blocks, key="blocks", alt=said.replace("*", ""), name="truncated-blocks")
    yield "windows"
    say(said)
    found = truncated.every_window(e, part)
    charts = (("angle", figures.angles), ("ratio", figures.ratios))
    for column, (name, draw) in zip(st.columns(2), charts, strict=True):
        with column:
            alt = f"Every window of every cell. {said.replace('*', '')}"
            plot(draw(found, e.window, part), key=name, alt=alt, name=f"truncated-{name}")
    yield "clue"
    _clue(e)


def _clue(e: Experiment) -> None:
    """The task whose answer the window hides."""
    window = engine.hiding(e.window)
    st.subheader("A clue that the window hides", anchor=False)
    full, cut = truncated.clues(e.cell, e.seed, window)
    st.markdown(figures.clue_words(e.cell, full, cut, window))
    wanted = session.own(Cut).race == "on"
    label = "Hide the training" if wanted else "Train with full and with truncated BPTT"
    st.button(label, on_click=_toggle, args=(not wanted, e.cell, e.seed, window))
    if not wanted:
        return
    slices = truncated.race(e.cell, e.seed, window)
    said = figures.verdict(slices, window)
    alt = said.replace("*", "")
    plot(figures.losses(slices, window), key="race", alt=alt, name="truncated-training")
    st.markdown(said)


def _toggle(wanted: bool, cell: str, seed: int, window: int) -> None:
    """Train both, whatever it takes, or hide them; for callbacks."""
    session.adjust(race="on" if wanted else "off")
    results.ask(truncated.race.key(cell, seed, window))


def numbers(e: Experiment, _: session.View, cut: Cut) -> Table:
    """Every window of every cell."""
    return Table(figures.window_rows(truncated.every_window(e, cut.part)))


page_layout.page(
    "Truncated BPTT cuts the way back, and what lies behind hears nothing",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
