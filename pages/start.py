"""Start: what this is, in a minute, with a live picture and ways in."""

import pandas as pd
import streamlit as st

from pages.components.unrolled import unrolled
from pages.figures.unrolled.graph import unrolled_graph, unrolled_rows
from pages.ui import contents, controls, page_layout, runs, session
from rnn_core.experiment.experiment import Experiment, to_params
from rnn_core.experiment.presets import PRESETS

WAYS_IN = (  # page, preset, what one will see there
    ("unrolled", "hello", "Follow “hello” through the network"),
    ("gradients", "Default LSTM vanishes", "Watch an LSTM's gradient vanish"),
    ("gates", "Forget bias 5 overshoots", "See forget gates wide open"),
)

EXPLAINED = """
Every column is one step of the same small network: it reads a symbol (below), updates its hidden
state h (and, in an LSTM, its cell state c), and puts out what it expects next (above). The thick
arrows run back: they are the gradient of the loss, on a logarithmic scale.

The network is **untrained**: its guesses are no better than chance. What these pages show is how
the signal runs forward and the gradient back. Pick a step with the pointer or the arrow keys; every
setting is in the address, so a link shows others the same picture.
"""

ROOMS = {  # pages that begin with a setting of their own
    "lectures": "Follow a lecture, idea by idea, in its own letters",
    "byhand": "Work BPTT out by hand",
    "cliff": "Walk off a cliff, with and without clipping",
    "training": "Train a network to remember",
    "connectivity": "See which characters a trained network still feels",
}

CLAIM = (
    "Type something. A small network reads it symbol by symbol and guesses what comes next. "
    "Everything it computes on the way is on these pages: each state, each gate, each gradient."
)


def picture() -> None:
    """The picture, its controls and its numbers."""
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
    controls.bench()


def numbers(e: Experiment, view: session.View) -> pd.DataFrame:
    """Every number of the picture, one per row."""
    run = runs.compute(e)
    return pd.DataFrame(unrolled_rows(run.stages, run.sequence, notation=view.notation))


page_layout.page("Inside a recurrent network", CLAIM, picture, EXPLAINED, numbers)

st.subheader("Ways in", anchor=False)
for page, preset, words in WAYS_IN:
    st.page_link(
        contents.page_link(page),
        label=words,
        icon=contents.PAGES[page].icon,
        query_params=to_params(PRESETS[preset].experiment),
        help=PRESETS[preset].claim,
    )
for page, words in ROOMS.items():
    st.page_link(contents.page_link(page), label=words, icon=contents.PAGES[page].icon)
