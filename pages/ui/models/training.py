"""A reader's training session: started, paused, advanced in slices.

No thread trains: while a run is on, the page runs again several times a second and each time gives
it a slice of time. Whoever leaves the page or closes the tab stops it by that alone.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.figures.literal import in_markdown
from pages.ui import controls, keeping, loaded_model, opened, session
from pages.ui.file_button import file_button
from pages.ui.host import SLICE_MS
from pages.ui.models import races
from pages.ui.results import training
from rnn_core.analysis.gradient_check import Check
from rnn_core.applications.opened import fitting
from rnn_core.applications.probe import of_task
from rnn_core.arrays import Array
from rnn_core.engine.pieces import Pieces, advanced
from rnn_core.tasks import Task, make_task
from rnn_core.tasks.characters import PLAYS, python_text
from rnn_core.tasks.text import check_text, read_text
from rnn_core.training.comparison import Comparison, Plan, check_in_pieces, entries
from rnn_core.training.races import Race
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import Stored, describe, read_weights, to_npz, to_safetensors
from rnn_core.training.weight_files import check_shapes as check_shapes

EVERY_SECONDS = 0.15  # the page runs again, and each time trains for `SLICE_MS`
PATIENCE_SECONDS = 1.5  # an update that takes longer is announced
KEEP_SECONDS = 30.0  # the browser is handed the weights again
NAME, LOADED, TEXT, FETCHED = (
    "training_session",
    "training_loaded",
    "training_text",
    "training_fetched",
)  # what is kept
MOST_PYTHON = 300_000  # characters
FORM = "rnn_core kept training 1"


@dataclass
class TrainingSession:
    """The trainings of one reader, their settings, and the last gradient check of the weights."""

    settings: dict[str, Training]
    comparison: Comparison
    text: str | None = None  # the long one, if the task reads one
    wanted: int = 0  # updates that are still to be made before it rests
    checked: tuple[int, Check] | None = None  # after so many updates
    checking: tuple[int, Pieces[Check]] | None = None  # the check that is being made
    kept_at: float = 0.0  # when the browser was handed the weights last
    offered: Stored | None = None  # what the browser kept of an earlier session
    went_on: str = ""  # from which weights of an earlier session, in words


def training_session() -> TrainingSession:
    """The reader's runs; new ones where the settings have changed."""
    wanted, plan = entries(session.experiment(), session.own(Plan)), session.own(Plan)
    kept, text = session.kept(NAME), _text(plan)
    if isinstance(kept, TrainingSession) and kept.text == text:
        if kept.settings == wanted:
            return kept
        if (longer := _longer(kept, wanted)) is not None:
            session.keep(NAME, longer)
            return longer
    fresh = TrainingSession(wanted, Comparison(wanted, _task(plan, text)), text)
    if (
        isinstance(kept, TrainingSession) and kept.wanted
    ):  # who trains goes on, with the new settings
        fresh.wanted = fresh.comparison.planned
    session.keep(NAME, fresh)
    session.keep(LOADED, None)
    return fresh


def _task(plan: Plan, text: str | None) -> Task | None:
    """The task on the reader's own text, or the one that the settings name."""
    return make_task("text", plan.length, text) if text else None


def _longer(kept: TrainingSession, wanted: dict[str, Training]) -> TrainingSession | None:
    """The kept runs, resumed, where only the number of updates differs; else None."""
    pairs = list(zip(kept.settings.items(), wanted.items(), strict=False))
    same = len(kept.settings) == len(wanted) and all(
        a == b and replace(old, updates=new.updates) == new for (a, old), (b, new) in pairs
    )
    if not same or any(s.schedule != "constant" for s in wanted.values()):
        return None
    comparison = kept.comparison
    for words, settings in wanted.items():
        point = replace(comparison.trainers[words].checkpoint(), settings=settings)
        comparison.trainers[words] = Trainer.resume(point, comparison.trainers[words].task)
    return TrainingSession(wanted, comparison, kept.text, comparison.planned if kept.wanted else 0)


def running() -> bool:
    """Whether training goes on by itself."""
    return session.ticking() > 0 and training_session().wanted > 0


def advance() -> None:
    """Train for one slice of time, if training is on."""
    mine = training_session()
    if not session.ticking():  # its reader has been elsewhere
        mine.wanted = 0
    if mine.wanted:
        _slice(mine)


def _slice(mine: TrainingSession) -> None:
    with training():  # slice by slice: other readers get their turn
        mine.wanted -= mine.comparison.advance(SLICE_MS, mine.wanted)
    if mine.comparison.done:
        mine.wanted = 0
    if not mine.wanted or time.monotonic() - mine.kept_at > KEEP_SECONDS:
        _keep(mine)


def tested(mine: TrainingSession) -> Check | None:
    """The gradient check of the first run's weights, made in slices when training rests."""
    if running():
        return None
    (trainer, *_) = mine.comparison.trainers.values()
    if mine.checked is None or mine.checked[0] != trainer.update:
        mine.checked = _checked(mine, trainer)
    if mine.checked is None and not session.ticking():
        session.tick(EVERY_SECONDS)
        session.current().drawing.clear()  # what this run drew may never reach the browser
        st.rerun()
    if mine.checked is not None and session.ticking():
        session.tick(0)
    return mine.checked[1] if mine.checked else None


def _checked(mine: TrainingSession, trainer: Trainer) -> tuple[int, Check] | None:
    """A slice of the check; after how many updates it was made, if it is."""
    if mine.checking is None or mine.checking[0] != trainer.update:
        mine.checking = trainer.update, check_in_pieces(trainer)
    with training():
        found = advanced(mine.checking[1], SLICE_MS)
    return None if found is None else (trainer.update, found)


def shown() -> Race | None:
    """The recorded race that these settings are, as long as nothing of it was trained live."""
    mine = training_session()
    race = races.recorded(mine.settings)
    return None if running() or mine.comparison.made or mine.comparison.underway else race


def buttons() -> None:
    """Start or pause, one update, begin again; how far it is, and how long it will take."""
    mine, race = training_session(), shown()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        done = mine.comparison.done
        if running():
            st.button("Pause", icon=":material/pause:", on_click=_pause)
        else:
            words = "Continue" if mine.comparison.made or mine.comparison.underway else "Start"
            words, icon = "Run it live" if race else words, ":material/play_arrow:"
            st.button(words, icon=icon, on_click=_start, disabled=done)
        st.button("One update", icon=":material/skip_next:", on_click=_one, disabled=done)
        if race:
            st.button("Replay", icon=":material/replay:", on_click=races.again)
        else:
            st.button("Begin again", icon=":material/replay:", on_click=_again)
        part = mine.comparison.made / max(1, mine.comparison.planned)
        st.progress(min(1.0, part), _progress(mine.comparison), width=controls.WIDER)


def afterwards(kept: Callable[..., None]) -> None:
    """A look inside, and what the browser keeps; `kept` draws the component that keeps it."""
    mine = training_session()
    _announce(mine.comparison.slowest)
    made, icon = mine.comparison.made, ":material/search:"
    st.button("Look inside", icon=icon, on_click=_look, disabled=not made)
    loaded_model.where()
    _remember(mine)
    kept(keeping.message(keeping.keeping().wanted), key="kept_here", on_answers=keeping.heard)


def _announce(seconds: float) -> None:
    """How long one update takes, where that is long."""
    if seconds > PATIENCE_SECONDS:
        st.caption(
            f":material/hourglass: One update takes about {seconds:.0f} s at these sizes: it is "
            "made in slices, and others are served in between. A shorter task, a smaller batch or "
            "fewer layers take less."
        )


def _start() -> None:
    training_session().wanted = training_session().comparison.planned
    session.tick(EVERY_SECONDS)


def _pause() -> None:
    mine = training_session()
    mine.wanted = 0
    _keep(mine)
    session.tick(0)


# -- what outlives the session ---------------------------------------------------------------


def _kept_name(mine: TrainingSession) -> str:
    """Name by which the browser keeps these runs; the same settings give the same name."""
    said = repr((list(mine.settings.items()), mine.text))
    return f"training-{sha256(said.encode()).hexdigest()[:24]}"


def _keep(mine: TrainingSession) -> None:
    """Have the browser keep the first run's weights."""
    mine.kept_at = time.monotonic()
    (trainer, *_) = mine.comparison.trainers.values()
    if trainer.history:
        about = {"form": FORM, "updates": str(trainer.update), "digest": _digest(trainer.weights)}
        keeping.keep(_kept_name(mine), str(trainer.update), to_npz(trainer.weights, about))


def _digest(weights: Mapping[str, Array]) -> str:
    found = sha256()
    for name in sorted(weights):
        found.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    return found.hexdigest()


def _remember(mine: TrainingSession) -> None:
    """Draw the offer to go on from weights that the browser kept of a session that ended."""
    if mine.went_on:
        st.caption(f":material/settings_backup_restore: {in_markdown(mine.went_on)}")
    if mine.comparison.made or mine.comparison.underway:
        mine.offered = None
        return
    name = _kept_name(mine)
    keeping.want("" if mine.offered else name)
    if mine.offered is None and (raw := keeping.keeping().came.pop(name, None)) is not None:
        mine.offered = _offer(mine, name, raw)
    if mine.offered is not None:
        updates = int(mine.offered.about["updates"])
        st.info(
            f"This browser kept weights of these settings after {updates} updates, from before.",
            icon=":material/settings_backup_restore:",
        )
        st.button("Go on from them", on_click=_go_on, icon=":material/play_arrow:")


def _offer(mine: TrainingSession, name: str, raw: bytes) -> Stored | None:
    """Offer the weights that the browser kept, read as carefully as any file, if they fit."""
    (trainer, *_) = mine.comparison.trainers.values()
    try:
        stored = read_weights(raw)
        check_shapes(stored.weights, {n: w.shape for n, w in trainer.weights.items()})
        same = stored.about.get("digest") == _digest(stored.weights)
        if stored.about.get("form") != FORM or not same:
            raise ValueError("Expected weights that were kept here, but their digest differs.")
        int(stored.about["updates"])
    except (KeyError, ValueError) as problem:
        keeping.keeping().missing[name] = str(problem)
        return None
    return stored


def _go_on() -> None:
    mine = training_session()
    if mine.offered is not None:
        (trainer, *_) = mine.comparison.trainers.values()
        trainer.load(mine.offered.weights)
        updates = int(mine.offered.about["updates"])
        mine.went_on = f"Training went on from the weights after {updates} earlier updates."
        mine.offered, mine.checked, mine.checking = None, None, None
        _start()


def _look() -> None:
    """The first run's network goes to all other pages."""
    _pause()
    words, trainer = next(iter(training_session().comparison.trainers.items()))
    title = f"{words} after {trainer.update} updates of {trainer.task.label}"
    found = of_task(title, trainer.networks, trainer.task)
    loaded_model.show(found)


def _progress(comparison: Comparison) -> str:
    count = len(comparison.trainers)
    runs = f" of {count} networks" if count > 1 else ""
    said = f"{comparison.made} of {comparison.planned} updates{runs}"
    if comparison.done or not comparison.made:
        return said
    return f"{said}, {max(1, round(comparison.seconds_left))} s of training left"


def _one() -> None:
    """Make one update; one that does not fit into a slice goes on in later ones."""
    mine = training_session()
    mine.wanted = 0 if mine.comparison.done else 1
    if mine.wanted:
        _slice(mine)
    session.tick(EVERY_SECONDS if mine.wanted else 0)


def _again() -> None:
    session.tick(0)
    keeping.keeping().missing[_kept_name(training_session())] = "its reader began again"
    session.keep(NAME, None)


def store() -> None:
    """The first run's weights to take away, and weights to go on from."""
    words, trainer = next(iter(training_session().comparison.trainers.items()))
    name = f"{trainer.settings.cell}-{trainer.settings.task}"
    about = {"task": trainer.settings.task, "updates": str(trainer.update)}
    about |= describe(trainer.network)
    st.caption(f"Weights of {words} after {trainer.update} updates, by PyTorch's names.")
    with st.container(horizontal=True):
        for kind, made in (("npz", to_npz), ("safetensors", to_safetensors)):
            save, mime = partial(made, trainer.weights, about), "application/octet-stream"
            look = {"key": f"save_{kind}", "type": "secondary"}
            file_button(f"Save as .{kind}", save, f"{name}.{kind}", mime, **look)
    if (given := opened.upload()) is not None:
        st.button("Load them", on_click=_load, args=(given.stored,), icon=":material/upload:")
        opened.by_itself(given)
    if (said := session.kept(LOADED)) is not None:
        st.markdown(str(said))


def _load(stored: Stored) -> None:
    """Load weights into the first run; a faulty file is reported and changes nothing."""
    _pause()
    (trainer, *_) = training_session().comparison.trainers.values()
    try:
        trainer.load(fitting(stored, trainer.networks, trainer.weights))
        training_session().checked = training_session().checking = None
        session.keep(LOADED, ":material/check: Loaded; training goes on from these weights.")
    except ValueError as problem:
        session.keep(LOADED, f":material/error: {in_markdown(str(problem))}")


def own_text(download: Callable[..., None]) -> None:
    """Draw the choice of a long text, if one is wanted; it is kept in the session, not in the link.

    `download` draws the button behind which the reader's browser fetches a text."""
    reads = session.own(Plan).reads
    if reads == "file":
        _from_file()
    elif reads == "plays":
        _from_elsewhere(download)
    if (text := _text(session.own(Plan))) is not None:
        st.caption(f"{len(text):,} characters to learn from.")


def _from_file() -> None:
    st.file_uploader(
        "A text file to learn from (UTF-8)",
        ("txt", "md", "py"),
        key="text",
        on_change=_file_came,
    )
    if said := session.kept(f"{TEXT}_said"):
        st.markdown(f":material/error: {in_markdown(str(said))}")


def _file_came() -> None:
    """Another file, or none: the one before is no longer learnt from, also if this is refused."""
    given, text, said = st.session_state["text"], None, ""
    try:
        text = read_text(given.getvalue()) if isinstance(given, UploadedFile) else None
    except ValueError as problem:
        said = str(problem)
    session.keep(f"{TEXT}_file", text)
    session.keep(f"{TEXT}_said", said)


def _from_elsewhere(download: Callable[..., None]) -> None:
    """Widget by which the reader's browser fetches the text; it must be the one asked for."""

    def came(text: str) -> None:
        _pause()
        try:
            session.keep(f"{TEXT}_plays", check_text(text, PLAYS.sha256))
            session.keep(FETCHED, "Fetched; its checksum is right.")
        except ValueError as problem:
            session.keep(FETCHED, str(problem))

    download(PLAYS, key="plays", said=str(session.kept(FETCHED) or ""), on_text=came)


def _text(plan: Plan) -> str | None:
    """The long text that is to be learnt; None: the short one of the settings, or no text task."""
    if plan.task != "text" or plan.reads == "typed":
        return None
    if plan.reads in ("source", "documentation"):
        return _python(plan.reads) or None
    kept = session.kept(f"{TEXT}_{plan.reads}")
    return kept if isinstance(kept, str) else None


@cache
def _python(kind: str) -> str:
    return python_text(kind, MOST_PYTHON)
