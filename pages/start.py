"""Start: what this is, in a minute, with a live picture and ways in."""

from collections.abc import Iterator

import pandas as pd

from pages.components.unrolled import unrolled
from pages.figures.unrolled.graph import unrolled_graph, unrolled_rows
from pages.ui import page_layout, runs, session
from rnn_core.experiment.experiment import Experiment

EXPLAINED = """
Every column is one step of the same small network: it reads a symbol (below), updates its hidden
state h (and, in an LSTM, its cell state c), and puts out what it expects next (above). The thick
arrows run back: they are the gradient of the loss, on a logarithmic scale.

The network is **untrained**: its guesses are no better than chance. What these pages show is how
the signal runs forward and the gradient back. Pick a step with the pointer or the arrow keys; every
setting is in the address, so a link shows others the same picture.
"""

CLAIM = (
    "Type something. A small network reads it symbol by symbol and guesses what comes next. "
    "Everything it computes on the way is on these pages: each state, each gate, each gradient."
)


def picture() -> Iterator[str]:
    """The picture, its controls and its numbers."""
    yield "picture"
    run = session.current_run()
    steps = runs.total_steps(run)
    unrolled(
        unrolled_graph(
            run.stages, run.sequence, selected=session.step(steps), notation=session.view().notation
        ),
        key="start",
        selected=session.step(steps),
        lit=session.view().lit,
        on_choose=session.pick_step,
    )


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every number of the picture, one per row."""
    run = runs.compute(e)
    return pd.DataFrame(unrolled_rows(run.stages, run.sequence, notation=view.notation))


page_layout.page("Inside a recurrent network", CLAIM, picture, EXPLAINED, numbers)
