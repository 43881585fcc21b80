"""A ceiling, never a floor: the same training with and without clipping, from two starts."""

import streamlit as st

from pages.components.exhibits import say
from pages.components.plot import plot
from pages.figures import ceiling
from pages.ui import page_layout, session
from pages.ui.models import ceiling as model
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.studies.ceiling import STARTS, Ceiling

EXPLAINED = """
Four real training runs of a tanh RNN with 32 units, by plain gradient descent and 200 updates of 16
sequences. The task is the **delayed echo**: say which random bit was read T/4 steps ago. All four
share seed, data and draw of the weights; the recurrent matrix is scaled to a large spectral radius
(thick lines) or a small one (thin), and gradients are clipped or not.

A triangle is a gradient before it was clipped. From the large radius unclipped gradients
**explode** now and then, one update throws the weights far away, and the network may do no better
than guessing. From the small one the gradient **vanishes** on its way back, the bit to be
remembered is not felt, and there is nothing to clip. A smaller threshold makes small steps smaller
still.

dL/dhₜ is *total* and the loss is at every step from T/4 + 1 on. Whether the first run explodes
depends on draw, learning rate and length; **one seed is not a proof**: turn "Draw".
"""

CLAIM = (
    "Triangles above the dotted line were cut down to it; what lies below it stays as it is. Lower "
    "the threshold, or turn the draw under More settings."
)


def picture() -> page_layout.Parts:
    """The gradients of both starts on one axis, then losses and words."""
    yield "picture"
    wish = session.own(Ceiling)
    pairs = exploding, vanishing = model.pairs(wish)
    said = ceiling.headline(exploding, vanishing)
    figure = ceiling.steps(exploding, vanishing, wish.limit)
    plot(figure, key="steps", alt=said.replace("*", ""), name="ceiling")
    yield "losses"
    say(said)
    every = [course for pair in pairs for course in pair]
    for column, start, pair in zip(st.columns(2), STARTS, pairs, strict=True):
        with column:
            alt = f"Loss at every update with and without clipping, {start} start"
            plot(ceiling.losses(pair, every), key=f"l_{start}", alt=alt, name="losses")
            say(ceiling.told(pair))
    say(session.lettered(ceiling.reached(*pairs)))
    return model.checked(wish)


def numbers(_: Experiment, __: session.View, wish: Ceiling) -> Table:
    """All four runs, update by update."""
    return Table(ceiling.rows([run for pair in model.pairs(wish) for run in pair]))


page_layout.page(
    "Clipping tames an explosion and does nothing for vanishing", CLAIM, picture, EXPLAINED, numbers
)
