"""The walk through a written-out network: its settings, its buttons, and the run they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.ui import controls, session, widgets
from pages.ui.results import stored
from rnn_core.experiment.experiment import Experiment, normalise
from rnn_core.studies.byhand import (
    ERRORS,
    MOST_STEPS,
    STAGE_WORDS,
    STAGES,
    WEIGHTS,
    Walk,
    Written,
    write_out,
)

Stop = tuple[str, int]


def written(e: Experiment, wish: Walk) -> Written:
    """The network that is written out, made once for all readers."""
    return _written(normalise(replace(e, cell="rnn")), wish.length, wish.units, wish.losses)


@stored()
def _written(e: Experiment, steps: int, units: int, losses: str) -> Written:
    return write_out(e, steps, units, losses)


def here(wish: Walk, steps: int) -> tuple[str, int]:
    """Place of the reader; the sum, at T+1, exists in the last stage only."""
    last = steps + 1 if wish.stage == WEIGHTS else steps
    return wish.stage, session.step(last) + 1


def bar(stops: Sequence[Stop], now: Stop) -> None:
    """The three stages, back, and on, beside the other controls; in a hall above the sheet."""
    at, place = stops.index(now), st if session.playing().presents else controls.row()
    with place.container(horizontal=True, gap="small", width="content", key="walk"):
        _stages(now[0])
        _button("Back", stops, at - 1, ":material/arrow_back:")
        _button("Next", stops, at + 1, ":material/arrow_forward:")


def _button(label: str, stops: Sequence[Stop], at: int, icon: str) -> None:
    inside = 0 <= at < len(stops)
    st.button(
        label,
        key=f"walk_{label.lower()}",
        icon=icon,
        disabled=not inside,
        on_click=stop,
        args=stops[at] if inside else None,
    )


def _stages(stage: str) -> None:
    widgets.show("walk_stage", stage)
    st.segmented_control(
        "Step of BPTT",
        STAGES,
        format_func=STAGE_WORDS.__getitem__,
        key="walk_stage",
        label_visibility="collapsed",
        on_change=widgets.heard,
        args=("walk_stage", _staged),
    )


def _staged() -> None:
    """Go to the beginning of the chosen stage; the errors begin at the last step."""
    stage = st.session_state["walk_stage"]
    if stage is not None:
        stop(stage, MOST_STEPS if stage == ERRORS else 1)


def stop(stage: str, t: int) -> None:
    """Go to a stage and a step; a column's head keeps the stage. For callbacks."""
    stage = stage or session.own(Walk).stage
    if stage in STAGES and t >= 1:
        session.adjust(stage=stage)
        session.look(t=t)


def move(stops: Sequence[Stop], now: Stop, way: int) -> None:
    """Go one place on or back, if there is one; for callbacks."""
    at = stops.index(now) + way
    if 0 <= at < len(stops):
        stop(*stops[at])


def menu(name: str, label: str, words: Mapping[Any, str]) -> None:
    """A choice among a few values of a setting of this page, in the letters of the notation."""
    key, value = f"walk_{name}", getattr(session.own(Walk), name)
    widgets.show(key, value if value in words else list(words)[-1])
    st.segmented_control(
        label,
        list(words),
        format_func=words.__getitem__,
        key=key,
        label_visibility="collapsed",
        on_change=widgets.heard,
        args=(key, _picked, name),
    )


def _picked(name: str) -> None:
    value = st.session_state[f"walk_{name}"]
    if value is not None:
        session.adjust(**{name: value})


def formulas(
    blocks: Sequence[str], words: str = "", weights: Mapping[str, str] | None = None
) -> None:
    """Words, and below them equations side by side, as many as there is room for.

    `weights` are those that the third stage's equations can be about.
    """
    with st.container():
        if weights and session.own(Walk).stage == WEIGHTS:
            menu("weight", "Gradient of", weights)
        if words:
            st.markdown(words)
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            for block in blocks:
                st.latex(block, width="content")


def weights(w: Written, blocks: Sequence[str], opened: bool) -> None:
    """Draw the weights of the written-out network, and the settings it was simplified by."""
    cell = session.experiment().cell
    changed = [f"a plain RNN instead of the {cell.upper()}"] if cell != "rnn" else []
    size = f"T = {w.steps}, H = {w.h.shape[1]}"
    st.caption(f"Written out: {'; '.join([size, ', '.join([*changed, *w.changed])]).rstrip('; ')}.")
    with st.expander("The weights", expanded=opened):
        formulas(blocks)


def parts_menu(wish: Walk, steps: int) -> tuple[int, int]:
    """Draw the choice of a loss and of a component of its gradient; both from 1."""
    with st.container(horizontal=True, gap="medium"):
        menu("error", "Loss of step", {t: f"Loss of step {t}" for t in range(1, steps + 1)})
        t = min(wish.error, steps)
        menu("component", "Component", {k: f"k = {k}" for k in range(1, t + 1)})
    return t, min(wish.component, t)


def pick_component(_: str, k: int) -> None:
    """Look at one component; for callbacks."""
    session.adjust(component=max(1, min(k, MOST_STEPS)))
