"""The reader's session: experiment, view, link. One frozen record each.

The truth is one frozen `Experiment` in the session.  A control shows it and, when moved, replaces
it before the script runs; the link is read when the reader follows one and written after each run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import registry
from pages.ui.contents import Page
from pages.ui.rivals import RIVALS
from pages.ui.runs import compute
from rnn_core.analysis.edits import may_name_weight, parse_edits
from rnn_core.analysis.held_gate import may_be_steps
from rnn_core.applications.probe import KEPT, completed
from rnn_core.decks.playing import Playing
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters, parse
from rnn_core.experiment.presets import PRESETS
from rnn_core.experiment.run import Run, make_cell
from rnn_core.experiment.settings import (
    Value,
    choice,
    number,
    read_row,
    relevant,
    settings_of,
    to_params,
    whole,
    words,
)
from rnn_core.notation import notation
from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated

QUANTITIES: Final = ("h", "c", "input", "forget", "candidate", "output", "reset", "update")


def _pick(label: str, names: Sequence[str], words: str) -> Any:
    """A field of `View` with a few values; the page that draws its menu has words for them."""
    return choice(names[0], label, "View", {name: name for name in names}, help=words)


Table = TypeVar("Table")
Own = TypeVar("Own")


@dataclass(frozen=True)
class View:
    """What the reader looks at; it changes no number."""

    t: int = whole(1, "Step", "View", 1, 200, help="The selected step, from 1.")
    layer: int = whole(0, "Layer", "View", 0, 5, help="Layers count from 0; two per layer if both.")
    unit: int = whole(0, "Unit", "View", 0, 64, help="The picked hidden unit, from 1; 0 is none.")
    quantity: str = _pick("Gate or state", QUANTITIES, "The picked gate or state.")
    maps: str = _pick("Show", ("all", "states", "spread"), "What the gates page draws.")
    sort: str = _pick("Sort units by", ("number", *QUANTITIES), "By number or by likeness in it.")
    compare: str = _pick("Compare with", ("off", *RIVALS), "What is drawn beside it.")
    cells: str = _pick("Gradients of", ("own", "all"), "The wirings page: one cell or all three.")
    wires: str = _pick("Wires show", ("unit", "mean"), "The cell page: one unit or the mean.")
    notation: str = _pick("Notation", tuple(NOTATIONS), "Whose letters are shown.")
    hold: str = _pick("Held gate", ("", *QUANTITIES[2:]), "The gate that is fixed at a value.")
    held_at: float = number(1.0, "Held at", "View", -1, 1, 0.05, help="The value of the held gate.")
    held_steps: str = words(
        "all", "At steps", "View", parser=may_be_steps, help="all, or steps such as 3 or 1,5-8."
    )
    flow: str = _pick(
        "Gradient drawn", ("last", "total", "spectral", "frobenius", "state", "share"), "Which one."
    )
    knob: str = _pick(
        "Slider turns", ("scale", "gain", "forget_bias", "update_bias", "steps"), "On that bench."
    )
    phase: str = _pick("Phase map", ("off", "on"), "Whether the flow bench draws its phase map.")
    lit: str = words(
        "", "Lit weight", "View", parser=may_name_weight, help="Such as weight_hh_l0, or none."
    )
    edits: str = words(
        "", "Changed numbers", "View", parser=parse_edits, help="Such as weight_hh_l0:0:1=0.5."
    )


VIEW: Final = settings_of(View)
PLAYING: Final = settings_of(Playing)


@dataclass
class Session:
    """One reader's session."""

    experiment: Experiment = field(default_factory=Experiment)
    view: View = field(default_factory=View)
    playing: Playing = field(default_factory=Playing)
    own: dict[type, Any] = field(default_factory=dict)  # the tables that single pages have
    notes: tuple[str, ...] = ()
    page: Page | None = None
    written: dict[str, str] | None = None  # the link as we left it
    carried: bool = False  # an empty link to this page means the settings we came with
    moved: bool = False  # a control was used: the link in the browser may lag behind
    drawn: set[str] = field(default_factory=set)  # controls on screen before this run
    drawing: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)  # controls that the picture has drawn already
    frame: tuple[object, ...] = ()  # what the frame round the picture was drawn for
    minds_all: bool = False  # the frame says something that any setting may change
    wanted: tuple[str, ...] | None = None  # the only controls that are drawn; None: all
    tick: float = 0.0  # seconds until the picture runs again by itself; 0: it rests
    kept: dict[str, object] = field(default_factory=dict)  # what single pages keep for their reader


def current() -> Session:
    """The reader's own session; a new one at the first visit."""
    try:
        session: Session = st.session_state["session"]
    except KeyError:
        session = st.session_state["session"] = Session()
    return session


def begin(page: Page) -> None:
    """Begin a run: follow the link if the reader came by one."""
    session, link = current(), st.query_params.to_dict()
    elsewhere = session.page is not page
    if elsewhere:  # the navigation bar's links carry no settings: ours came along
        session.carried = not (link or _by_history())
    if elsewhere and session.carried:
        _leave_scene()
    asked = link or not session.carried
    lags = session.moved and not elsewhere
    if session.written is None or (asked and not lags and link != session.written):
        _follow(link, page.own)
        session.written = link  # even if the page should fail before it says what it shows
    session.drawn = set() if elsewhere else session.drawing
    session.tick = 0.0 if elsewhere else session.tick
    session.page, session.moved, session.drawing = page, False, set()
    session.minds_all, session.wanted = False, None
    session.frame = _frame()


def _by_history() -> bool:
    """Whether this run shows a page again by Back or Forward; Streamlit 1.62 does not say so."""
    return getattr(get_script_run_ctx(), "is_history_navigation", False)


def take_away(table: Callable[..., Table]) -> Callable[[], Table]:
    """A table of what is in the session when it is asked for, outside of any run.

    It gets the experiment, the view, and the page's own settings where the page has some.
    """
    session = current()

    def made() -> Table:
        kind = session.page.own if session.page else None
        rest = () if kind is None else (session.own.get(kind, kind()),)
        return table(session.experiment, session.view, *rest)

    return made


def frame_is_old() -> bool:
    """Whether a control beside the picture changed what the sidebar or the page's head must show.

    Such controls run the picture alone, which is fast because the frame rests.
    """
    session = current()
    session.drawn |= session.drawing
    return session.frame != _frame()


def begin_picture() -> None:
    """The picture is drawn now, with its controls."""
    current().placed = set()


def placed(key: str) -> bool:
    """Whether the picture has drawn this control already; from now on it has."""
    placed = current().placed
    there = key in placed
    placed.add(key)
    return there


def _frame() -> tuple[object, ...]:
    page = experiment().cell, view().notation
    everything = _everything() if current().minds_all else ()
    return (*shown(), preset_name(), notes(), ticking(), *page, *everything)


def _everything() -> tuple[object, ...]:
    page = current().page
    return experiment(), view(), own(page.own) if page and page.own else None


def mind_all() -> None:
    """Draw the frame anew whenever any setting changes: it says something about all of them."""
    session = current()
    session.minds_all = True
    session.frame = _frame()


def _follow(link: Mapping[str, str], kind: type | None) -> None:
    session, names = current(), settings_of(kind) if kind else {}
    session.view, unclear = read_row(View, {n: v for n, v in link.items() if n in VIEW})
    session.playing, more = read_row(Playing, {n: v for n, v in link.items() if n in PLAYING})
    unclear += more
    if kind:
        session.own[kind], more = read_row(kind, {n: v for n, v in link.items() if n in names})
        unclear += more
    rest = {n: v for n, v in link.items() if n not in {*VIEW, *PLAYING, *names}}
    e, notes = parse(rest)
    found = registry.get(e.weights)
    session.experiment = e if found is None else completed(found, e, tuple(rest))
    session.notes = unclear + notes


def end() -> None:
    """End a run: the link says what is on screen."""
    session = current()
    link = to_params(session.playing) | to_params(session.experiment) | to_params(session.view)
    if session.page and session.page.own:
        link |= to_params(own(session.page.own))
    late = _by_history()  # the address may be that of the page before, whose run spoke last
    if late or st.query_params.to_dict() != link:
        st.query_params.from_dict(link)
    session.written, session.moved = link, False


def experiment() -> Experiment:
    """Every setting as the reader left it."""
    return current().experiment


def view() -> View:
    """What the reader has picked to look at."""
    return current().view


def playing() -> Playing:
    """Which scene is played, if any."""
    return current().playing


def present(on: bool) -> None:
    """Begin or end lecture mode; for callbacks."""
    session = current()
    session.playing, session.moved = replace(session.playing, present="1" if on else "0"), True


def show_only(names: Sequence[str]) -> None:
    """Draw no other controls beside the picture than these, in this run."""
    current().wanted = tuple(names)


def is_wanted(name: str) -> bool:
    """Whether a control of this setting may stand beside the picture."""
    wanted = current().wanted
    return wanted is None or name in wanted


def leave_scene(note: str) -> None:
    """Play nothing, and say why."""
    session = current()
    _leave_scene()
    session.notes = (*session.notes, note)
    session.frame = _frame()


def _leave_scene() -> None:
    session = current()
    session.playing = replace(session.playing, deck="", scene="", present="0")


def follow(link: Mapping[str, str]) -> None:
    """Set everything as a link to the present page says; for callbacks."""
    session = current()
    _follow(link, session.page.own if session.page else None)
    session.moved = True


def own(kind: type[Own]) -> Own:
    """The settings that the present page alone has: `Page.own` in the table of contents."""
    found: Own = current().own.setdefault(kind, kind())
    return found


def notes() -> tuple[str, ...]:
    """What was wrong with the link the reader came by; gone once a control is used."""
    return current().notes


def change(**changes: Value) -> None:
    """Replace some settings; for callbacks."""
    session = current()
    if not changes.keys() <= {*KEPT, "weights"}:  # another network is wanted than the trained one
        changes = {"weights": "", **changes}
    session.experiment = replace(session.experiment, **changes)  # type: ignore[arg-type]
    session.moved, session.notes = True, ()


def look(**changes: Value) -> None:
    """Look elsewhere in the same run; for callbacks."""
    session = current()
    session.view, session.moved = replace(session.view, **changes), True  # type: ignore[arg-type]


def adjust(**changes: Value) -> None:
    """Replace some of the page's own settings; for callbacks."""
    session = current()
    if session.page and session.page.own:
        session.own[session.page.own] = replace(own(session.page.own), **changes)
        session.moved, session.notes = True, ()


def load(wish: Experiment) -> None:
    """Put another experiment in the session; for callbacks."""
    session = current()
    session.experiment, session.view, session.moved, session.notes = wish, View(), True, ()
    session.own.clear()


def preset_name() -> str | None:
    """The preset that is in the session, whichever way it came there."""
    return next((n for n, p in PRESETS.items() if p.experiment == experiment()), None)


def current_run() -> Run:
    """What the settings ask for.  The first line of every page."""
    return compute(experiment())


def variant(**changes: Value) -> Run:
    """The same with some settings changed: `variant(cell="gru")`."""
    return compute(replace(experiment(), **changes))  # type: ignore[arg-type]


def ticking() -> float:
    """Seconds until the picture runs again by itself; 0 where it waits for its reader."""
    return current().tick


def tick(seconds: float) -> None:
    """Let the picture run again every so often, until the reader leaves the page; 0 stops it."""
    current().tick = seconds


def kept(name: str) -> object:
    """What a page has kept for this reader, or None."""
    return current().kept.get(name)


def keep(name: str, thing: object) -> None:
    """Keep something for this reader as long as the session lasts; None lets go of it."""
    current().kept[name] = thing


def keeper(name: str) -> Callable[[], object]:
    """A way to what is kept that works outside of any run."""
    session = current()
    return lambda: session.kept.get(name)


def own_names() -> tuple[str, ...]:
    """The page's own settings that change anything at present."""
    page = current().page
    return relevant(own(page.own)) if page and page.own else ()


def step(steps: int) -> int:
    """The selected step, from 0."""
    return min(view().t, steps) - 1


def pick_step(number: int, lit: str) -> None:
    """Select a step, from 0, and the weight that is lit; for callbacks."""
    look(t=number + 1, lit=lit)


def shown() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that change anything on the present page: those on its bench, and the others."""
    page, e = current().page, experiment()
    names = [n for n in SETTINGS if matters(e, n, every_cell=page is not None and page.every_cell)]
    names = [n for n in names if page is None or page.uses is None or n in page.uses]
    bench = tuple(n for n in (page.bench if page else ()) if n in names)
    return bench, tuple(n for n in names if n not in bench)


def lettered(text: str) -> str:
    """Prose in the letters of the chosen notation, as it writes the reader's cell."""
    return translated(text, NOTATIONS[view().notation], experiment().cell)


def other_variants() -> tuple[str, ...]:
    """Where the chosen notation's source writes another variant of a cell on screen."""
    page, e, seen = current().page, experiment(), view()
    if page is None or page.variants:
        return ()
    every = page.every_cell or seen.cells == "all"
    cells = (make_cell(replace(e, cell=c)) for c in CELLS if every or c in (e.cell, seen.compare))
    return notation.other_variants(NOTATIONS[seen.notation], cells)
