"""A reader's own training runs: started, paused and kept in the session, advanced in slices.

No thread trains: while a run is on, the page runs again several times a second and each time gives
it a slice of time. Whoever leaves the page or closes the tab stops it by that alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import streamlit as st

from pages.figures.literal import in_markdown
from pages.ui import glass, lab, opened
from pages.ui.results import computing
from rnn_core.check import Check
from rnn_core.contest import Contest, Plan, check, entries
from rnn_core.opened import fitting
from rnn_core.specimen import of_task
from rnn_core.tasks import Task, make_task
from rnn_core.tasks.characters import PLAYS, python_text
from rnn_core.tasks.text import check_text, read_text
from rnn_core.train import Trainer, Training
from rnn_core.weights import Stored, describe, to_npz, to_safetensors

EVERY_SECONDS = 0.15  # the page runs again
SLICE_MS = 90.0  # of which so much is training
NAME, LOADED, TEXT, FETCHED = "gym", "gym_loaded", "gym_text", "gym_fetched"  # what is kept
MOST_PYTHON = 300_000  # characters


@dataclass
class Gym:
    """What is being trained, and the weights' check when it last rested."""

    settings: dict[str, Training]
    contest: Contest
    text: str | None = None  # the long one, if the task reads one
    checked: tuple[int, Check] | None = None  # after so many updates


def gym() -> Gym:
    """The reader's runs; new ones where the settings have changed."""
    wanted, plan = entries(lab.experiment(), lab.own(Plan)), lab.own(Plan)
    kept, text = lab.kept(NAME), _text(plan)
    if isinstance(kept, Gym) and kept.text == text:
        if kept.settings == wanted:
            return kept
        if (longer := _longer(kept, wanted)) is not None:
            lab.keep(NAME, longer)
            return longer
    fresh = Gym(wanted, Contest(wanted, _task(plan, text)), text)
    lab.keep(NAME, fresh)
    lab.keep(LOADED, None)
    return fresh


def _task(plan: Plan, text: str | None) -> Task | None:
    """The task on the reader's own text, or the one that the settings name."""
    return make_task("text", plan.length, text) if text else None


def _longer(kept: Gym, wanted: dict[str, Training]) -> Gym | None:
    """The same runs with another number of updates go on where they are."""
    pairs = list(zip(kept.settings.items(), wanted.items(), strict=False))
    same = len(kept.settings) == len(wanted) and all(
        a == b and replace(old, updates=new.updates) == new for (a, old), (b, new) in pairs
    )
    if not same or any(s.schedule != "constant" for s in wanted.values()):
        return None
    contest = kept.contest
    for words, settings in wanted.items():
        point = replace(contest.trainers[words].checkpoint(), settings=settings)
        contest.trainers[words] = Trainer.resume(point, contest.trainers[words].task)
    return Gym(wanted, contest, kept.text)


def running() -> bool:
    """Whether training goes on by itself."""
    return lab.ticking() > 0


def advance() -> None:
    """A slice of training, if it is on."""
    if not running():
        return
    with computing():  # slice by slice: other readers get their turn
        gym().contest.advance(SLICE_MS)
    if gym().contest.done:
        lab.tick(0)


def tested(mine: Gym) -> Check | None:
    """The gradient check of the first run's weights, made when training rests."""
    if running():
        return None
    (trainer, *_) = mine.contest.trainers.values()
    if mine.checked is None or mine.checked[0] != trainer.update:
        mine.checked = trainer.update, check(trainer)
    return mine.checked[1]


def buttons() -> None:
    """Start or pause, one update, begin again; how far it is, and how long it will take."""
    mine = gym()
    with st.container(horizontal=True, vertical_alignment="center"):
        done = mine.contest.done
        if running():
            st.button("Pause", icon=":material/pause:", on_click=lab.tick, args=(0,))
        else:
            words = "Continue" if mine.contest.made else "Start"
            st.button(
                words, icon=":material/play_arrow:", on_click=lab.tick, args=(EVERY_SECONDS,),
                disabled=done,
            )  # fmt: skip
        st.button("One update", icon=":material/skip_next:", on_click=_one, disabled=done)
        st.button("Begin again", icon=":material/replay:", on_click=_again)
        st.button(
            "Look inside", icon=":material/search:", on_click=_look, disabled=not mine.contest.made
        )
    glass.where()
    part = mine.contest.made / max(1, mine.contest.planned)
    st.progress(min(1.0, part), _progress(mine.contest))


def _look() -> None:
    """The first run's network goes to all other pages."""
    lab.tick(0)
    words, trainer = next(iter(gym().contest.trainers.items()))
    title = f"{words} after {trainer.update} updates of {trainer.task.label}"
    found = of_task(title, trainer.networks, trainer.task)
    glass.show(found)


def _progress(contest: Contest) -> str:
    said = f"{contest.made} of {contest.planned} updates"
    if contest.done or not contest.made:
        return said
    return f"{said}, {max(1, round(contest.seconds_left))} s of training left"


def _one() -> None:
    lab.tick(0)
    if not gym().contest.done:
        with computing():
            gym().contest.advance(0)


def _again() -> None:
    lab.tick(0)
    lab.keep(NAME, None)


def store() -> None:
    """The first run's weights to take away, and weights to go on from."""
    words, trainer = next(iter(gym().contest.trainers.items()))
    name = f"{trainer.settings.cell}-{trainer.settings.task}"
    about = {"task": trainer.settings.task, "updates": str(trainer.update)}
    about |= describe(trainer.network)
    st.caption(f"Weights of {words} after {trainer.update} updates, by PyTorch's names.")
    with st.container(horizontal=True):
        for kind, made in (("npz", to_npz), ("safetensors", to_safetensors)):
            st.download_button(
                f"Save as .{kind}", partial(made, trainer.weights, about), f"{name}.{kind}",
                on_click="ignore", icon=":material/download:", key=f"save_{kind}",
            )  # fmt: skip
    if (given := opened.upload()) is not None:
        st.button("Load them", on_click=_load, args=(given.stored,), icon=":material/upload:")
        opened.by_itself(given)
    if (said := lab.kept(LOADED)) is not None:
        st.markdown(str(said))


def _load(stored: Stored) -> None:
    """Into the first run; whatever is wrong with the file is said, and nothing is changed."""
    lab.tick(0)
    (trainer, *_) = gym().contest.trainers.values()
    try:
        trainer.load(fitting(stored, trainer.networks, trainer.weights))
        gym().checked = None
        lab.keep(LOADED, ":material/check: Loaded; training goes on from these weights.")
    except ValueError as problem:
        lab.keep(LOADED, f":material/error: {in_markdown(str(problem))}")


def own_text(download: Callable[..., None]) -> None:
    """Where a long text comes from, if one is wanted; it is kept in the session, not in the link.

    `download` draws the button behind which the reader's browser fetches a text."""
    reads = lab.own(Plan).reads
    if reads == "file":
        _from_file()
    elif reads == "plays":
        _from_elsewhere(download)
    if (text := _text(lab.own(Plan))) is not None:
        st.caption(f"{len(text):,} characters to learn from.")


def _from_file() -> None:
    given = st.file_uploader("A text file to learn from (UTF-8)", ("txt", "md", "py"), key="text")
    if given is None:
        lab.keep(f"{TEXT}_file", None)
        return
    try:
        lab.keep(f"{TEXT}_file", read_text(given.getvalue()))
    except ValueError as problem:
        st.markdown(f":material/error: {in_markdown(str(problem))}")


def _from_elsewhere(download: Callable[..., None]) -> None:
    """The reader's own browser fetches it; what comes must be what was asked for."""

    def came(text: str) -> None:
        lab.tick(0)
        try:
            lab.keep(f"{TEXT}_plays", check_text(text, PLAYS.sha256))
            lab.keep(FETCHED, "Fetched; its checksum is right.")
        except ValueError as problem:
            lab.keep(FETCHED, str(problem))

    download(PLAYS, key="plays", said=str(lab.kept(FETCHED) or ""), on_text=came)


def _text(plan: Plan) -> str | None:
    """The long text that is to be learnt; None: the short one of the settings, or no text task."""
    if plan.task != "text" or plan.reads == "typed":
        return None
    if plan.reads in ("source", "documentation"):
        return _python(plan.reads) or None
    kept = lab.kept(f"{TEXT}_{plan.reads}")
    return kept if isinstance(kept, str) else None


@cache
def _python(kind: str) -> str:
    return python_text(kind, MOST_PYTHON)
