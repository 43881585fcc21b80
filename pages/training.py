"""Training: a network learns a task while the reader watches."""

import streamlit as st

from pages.components.download import download
from pages.components.kept import kept
from pages.components.plot import plot
from pages.components.replay import replay
from pages.figures import races as drawn
from pages.figures import training
from pages.ui import page_layout, session
from pages.ui.models import races
from pages.ui.models import training as model
from pages.ui.table import Table
from rnn_core.experiment.experiment import Experiment
from rnn_core.training.comparison import Plan, course

EXPLAINED = """
Every update draws a fresh batch, runs it through the network, sends the loss back through time,
clips the gradient if that is switched on, and hands it to the **optimiser**. This is the same
engine as on every other page, training while you look. Only a **race** is recorded: three seeds of
each run, trained before with exactly the settings on screen; *Run it live* trains one of them anew.

* **Loss**: thin, of each batch before its update; the markers are losses on sequences kept apart.
  Dotted is the **baseline**: what the best answer gets that remembers nothing. A run on the
  baseline has learnt nothing about the past, however long it has trained.
* **Gradient norm**: of all weights together, before clipping. Triangles mark clipped updates.
* **Spectral radius** of W_hh, of the gate where it is largest. It is no verdict by itself: gates
  and slopes decide with it how far gradients reach.
* **The maps** show the norm of dL/dhₜ at every step (total, one batch), as training goes on. A dark
  band at the last steps only: what was read early is not felt yet. One colour scale for all runs.

**Side by side** trains up to three networks that share seed, data and every other setting. One seed
is not a proof: change it and see what stays. Training stops when you leave the page, and goes on
when you come back and press Continue.
"""

CLAIM = (
    "Press **Start**: a network that remembers nothing cannot get below the dotted line. Other "
    "tasks, cells and sizes are behind More settings."
)
SHARED = "Recorded before, with exactly these settings: {}."

NOT_YET = (
    "Here follow the gradient's norm, the spectral radius and the gradient at every step, "
    "update by update, as soon as a network is trained."
)
LIVE = "made when it runs live."


def picture() -> page_layout.Parts:
    """The loss as it stands or as it was recorded, then everything else about the runs."""
    yield "race"
    model.advance()
    mine = model.training_session()
    task = next(iter(mine.comparison.trainers.values())).task
    courses = [course(mine.comparison, words) for words in mine.settings]
    model.buttons()
    if race := model.shown():
        replay("part_race", races.turn())
        plot(drawn.race_figure(race), key="curves", alt=drawn.spelled(race), name="race")
    else:
        planned = max(s.updates for s in mine.settings.values())
        figure = training.losses(courses, task, planned, races.recorded(mine.settings))
        alt = "Loss of every batch, update by update, beside its baseline"
        plot(figure, key="curves", alt=alt, name="training")
    yield "more"
    st.markdown(SHARED.format(training.start(mine.settings)) if race else "")
    model.afterwards(kept)
    st.markdown(training.verdict(courses, task))
    with st.expander("What they answer", expanded=any(c.updates.size for c in courses)):
        st.markdown(training.answers(mine.comparison))
        st.markdown(training.writing(mine.comparison, session.own(Plan).temperature))
    model.own_text(download)
    yield "inside"
    clipped = [s.threshold for s in mine.settings.values() if s.clip == "norm"]
    figures = training.inside(courses, clipped[0] if clipped else None, session.view().notation)
    for name, (figure, alt) in figures.items():
        plot(figure, key=name, alt=alt, name=f"training-{name}")
    if not figures:
        st.caption(NOT_YET)
    with st.expander("Save and load"):
        model.store()
    st.caption(f"{task.label.capitalize()}: {task.help}")
    return LIVE if race else model.tested(mine) or "made when training rests."


mine = session.keeper(model.NAME)


def numbers(_: Experiment, __: session.View, ___: Plan) -> Table:
    """Every update of every run."""
    kept = mine()
    if not isinstance(kept, model.TrainingSession):
        return Table()
    return Table(training.rows([course(kept.comparison, words) for words in kept.settings]))


page_layout.page(
    "Only a network that learnt to remember falls below the dotted line",
    CLAIM,
    picture,
    EXPLAINED,
    numbers,
)
