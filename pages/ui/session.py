"""The reader's session: experiment, view, link. One frozen record each.

The truth is one frozen `Experiment` in the session.  A control shows it and, when moved, replaces
it before the script runs; the link is read when the reader follows one and written after each run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import registry
from pages.ui.contents import Page, name_of
from pages.ui.runs import compute
from pages.ui.shelf import scenes_of, shelf
from pages.ui.view import VIEW as VIEW
from pages.ui.view import View as View
from rnn_core.applications.probe import KEPT, completed
from rnn_core.decks import Deck, Scene
from rnn_core.decks.playing import Playing
from rnn_core.decks.records import spelled
from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import SETTINGS, Experiment, parse
from rnn_core.experiment.run import Run, make_cell
from rnn_core.experiment.settings import (
    Value,
    read_row,
    relevant,
    settings_of,
    to_params,
)
from rnn_core.notation import notation
from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated

Table = TypeVar("Table")
Own = TypeVar("Own")


PLAYING: Final = settings_of(Playing)
IN_FLIGHT: Final = 99  # links that may be on their way to the browser, at most
MINE: Final = "mine"  # the name of the reader's own deck, in links and among what is kept


class Put(NamedTuple):
    """A value put into a widget: the one it took the place of, and the last link before."""

    instead: object
    link: dict[str, str] | None


@dataclass
class Session:
    """One reader's session."""

    experiment: Experiment = field(default_factory=Experiment)
    view: View = field(default_factory=View)
    playing: Playing = field(default_factory=Playing)
    own: dict[type, Any] = field(default_factory=dict)  # the tables that single pages have
    notes: tuple[str, ...] = ()
    page: Page | None = None
    arrived: dict[str, str] = field(default_factory=dict)  # the link that Reset goes back to
    touched: bool = False  # the reader came with settings, or made some: pages keep them
    more: bool = False  # the panel with all other settings is open
    links: list[dict[str, str]] = field(default_factory=list)  # see `written` and `tell`
    followed: bool = False  # this run follows a link
    arriving: bool = True  # no run of this page has come to its end yet
    carried: bool = False  # an empty link to this page means the settings we came with
    moved: bool = False  # a control was used: the link in the browser may lag behind
    hand: bool = False  # a slider was moved, and may be under a hand that moves on
    gave_way: bool = False  # the run before did, to the next value
    drawn: set[str] = field(default_factory=set)  # controls on screen before this run
    drawing: set[str] = field(default_factory=set)
    put: dict[str, Put] = field(default_factory=dict)  # the last of each widget
    frame: tuple[object, ...] = ()  # what the frame round the picture was drawn for
    minds_all: bool = False  # the frame says something that any setting may change
    first: tuple[str, ...] = ()  # the controls above the picture; none: those of the page
    row: Any = None  # the row of the controls above the picture, in the run that draws it
    wanted: tuple[str, ...] | None = None  # the only controls that are drawn; None: all
    part: str | None = None  # the only part that is drawn, "" the first; None: all
    coming: list[Any] = field(default_factory=list)  # scenes to be made ready when this is sent
    tick: float = 0.0  # seconds until the picture runs again by itself; 0: it rests
    kept: dict[str, object] = field(default_factory=dict)  # what single pages keep for their reader

    @property
    def written(self) -> dict[str, str] | None:
        """The link as we left it; None where nothing was said yet."""
        return self.links[-1] if self.links else None


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
        session.carried, session.more = not (link or _by_history()), False
    if elsewhere and session.carried:
        _leave_scene()
    asked = link or not session.carried
    lags = not elsewhere and (session.moved or (link in session.links and not _by_history()))
    if session.written is None or (asked and not lags and link != session.written):
        _follow(link, page)
        session.links = [link]  # even if the page should fail before it says what it shows
        session.followed = not elsewhere
    elif elsewhere and session.carried and not session.touched:
        _follow(_along(), page)
    # A run that is overtaken may never have shown its widgets what stands in them.
    session.arriving = session.arriving or elsewhere
    session.drawn = set() if session.arriving else session.drawing
    session.tick = 0.0 if elsewhere else session.tick
    session.page, session.moved, session.drawing = page, False, set()
    session.minds_all, session.first = False, ()
    session.wanted, session.part = None, None
    session.frame = _frame()


def show_again() -> None:
    """Have the next run show every widget what stands in it; for callbacks.

    An answer of the browser's own may overtake what the run before it had to say: its last messages
    are dropped when the next run begins, and its widgets would stand at their lowest values.
    """
    current().arriving = True


def put(key: str, value: object) -> None:
    """Put a value into a widget that shows another, or none."""
    session = current()
    session.put[key] = Put(st.session_state.get(key), session.written)
    st.session_state[key] = value


def is_behind(key: str) -> bool:
    """Whether a widget only says what stood there before: the browser asked for this run before it
    heard what was put into the widget, as its link tells. For callbacks."""
    session, had = current(), st.query_params.to_dict()
    found, links = session.put.get(key), session.links
    if found is None or found.link not in links or had not in links:
        return False
    heard = links.index(had) > links.index(found.link) or found.link == session.written
    return not heard and st.session_state[key] == found.instead


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
    """Whether a control above the picture changed what the panel or the page's head must show.

    Such controls run the picture alone, which is fast because the frame rests.
    """
    session = current()
    session.drawn |= session.drawing
    return session.frame != _frame()


def _frame() -> tuple[object, ...]:
    page = experiment().cell, experiment().weights, view().notation
    everything = _everything() if current().minds_all else ()
    panel = shown() if has_more() else ()
    mine = current().kept.get(MINE)  # the frame hands it to the browser
    scene = scene_shown()
    return (*panel, has_more(), notes(), ticking(), playing(), mine, scene, *page, *everything)


def _everything() -> tuple[object, ...]:
    page = current().page
    return experiment(), view(), own(page.own) if page and page.own else None


def mind_all() -> None:
    """Draw the frame anew whenever any setting changes: it says something about all of them."""
    session = current()
    session.minds_all = True
    session.frame = _frame()


class Wish(NamedTuple):
    """Everything that a link asks for."""

    experiment: Experiment
    view: View
    playing: Playing
    own: Any  # the page's own settings; None where it has none
    notes: tuple[str, ...]  # what could not be read


def read(link: Mapping[str, str], page: Page | None) -> Wish:
    """Everything that a link to a page asks for; what it leaves out is at its default."""
    kind = page.own if page else None
    names = settings_of(kind) if kind else {}
    view, notes = read_row(View, {n: v for n, v in link.items() if n in VIEW})
    playing, more = read_row(Playing, {n: v for n, v in link.items() if n in PLAYING})
    notes += more
    own: Any = None
    if kind:
        own, more = read_row(kind, {n: v for n, v in link.items() if n in names})
        notes += more
    rest = {n: v for n, v in link.items() if n not in {*VIEW, *PLAYING, *names}}
    e, more = parse(rest)
    found = registry.get(e.weights)
    e = e if found is None else completed(found, e, tuple(rest))
    return Wish(e, view, playing, own, notes + more)


def _follow(link: Mapping[str, str], page: Page | None) -> None:
    """Set everything as a link says; one that asks for no settings gets those of its scene."""
    session = current()
    session.arrived = dict(link)
    session.touched = _asks(link, page)
    if page and not session.touched:
        link = {**_opening(link, page), **link}
    wish = read(link, page)
    session.experiment, session.view, session.playing = wish.experiment, wish.view, wish.playing
    session.notes = wish.notes
    if page and page.own:
        session.own[page.own] = wish.own


def _asks(link: Mapping[str, str], page: Page | None) -> bool:
    """Whether a link asks for settings, not only for a scene or for letters."""
    shared = SETTINGS.keys() if page is None or page.uses is None else page.uses
    own = settings_of(page.own).keys() if page and page.own else ()
    return any(n in {*shared, *VIEW, *own} for n in link if n != "notation")


def _opening(link: Mapping[str, str], page: Page) -> dict[str, str]:
    """The settings of the scene that a link plays, or else of the one that its page opens on."""
    deck = deck_of(link.get("deck", ""))
    played = [s for s in (deck.scenes if deck else ()) if s.id == link.get("scene")]
    for scene in (*played, *scenes_of(page)):
        if scene.page == name_of(page):
            letters = {"notation": deck.notation} if deck and played else {}
            return letters | link_of(scene)
    return {}


def deck_of(name: str) -> Deck | None:
    """The deck of this name: one that ships with the app, or the reader's own."""
    if name != MINE:
        return shelf().decks.get(name)
    found = kept(MINE)
    return found if isinstance(found, Deck) else None


def link_of(scene: Scene) -> dict[str, str]:
    """The settings of a scene, where it begins, as a link has them."""
    return {name: spelled(value) for name, value in scene.before.items()}


def show(scene: Scene) -> None:
    """Set everything as one of the page's own scenes has it; for callbacks."""
    session = current()
    _follow(link_of(scene) | _along(), session.page)
    session.arrived, session.touched, session.moved = {}, False, True


def reset() -> None:
    """Back to what the link that the reader came by asks for; for callbacks."""
    session = current()
    _follow(session.arrived | _along(), session.page)
    session.moved = True


def _along() -> dict[str, str]:
    """Letters, layout and whether answers are shown, which no scene of a page changes."""
    session = current()
    return {"notation": session.view.notation} | to_params(session.playing)


def scene_shown() -> Scene | None:
    """The one of the page's own scenes that is on screen, whichever way it came there."""
    session = current()
    page = session.page
    return next((s for s in (scenes_of(page) if page else ()) if _is_shown(s)), None)


def _is_shown(scene: Scene) -> bool:
    session, wish = current(), read(link_of(scene), current().page)
    looks = {n: v for n, v in scene.before.items() if n in VIEW}
    return (
        session.experiment == wish.experiment
        and (wish.own is None or session.own.get(type(wish.own)) == wish.own)
        and all(getattr(session.view, n) == v for n, v in looks.items())
    )


def end() -> None:
    """End a run: its settings are in the link."""
    tell()
    mine = current()
    mine.arriving = mine.hand = mine.gave_way = False


def tell() -> None:
    """Write the settings on screen into the link: a slider that waits for an answer has it.

    A browser that asks again before the answer has come names an earlier link, which is no wish to
    go back: those that it may still have are kept.
    """
    session = current()
    link = to_params(session.playing) | to_params(session.experiment) | to_params(session.view)
    if session.page and session.page.own:
        link |= to_params(own(session.page.own))
    if session.page and not _asks(link, session.page):  # the bare link means the page's own scene
        link |= _said_default(_opening(link, session.page))
    # The address may be that of the page before, whose run spoke last; a link to the page that is
    # there already changes no address by itself; and this run may have been asked for before the
    # last one's address came.
    late = _by_history() or session.followed or session.written != link
    session.followed = False
    if late or st.query_params.to_dict() != link:
        st.query_params.from_dict(link)
    session.links = [*(old for old in session.links[-IN_FLIGHT:] if old != link), link]
    session.moved = False


def _said_default(opening: Mapping[str, str]) -> dict[str, str]:
    """One setting of those that the page's scene would change, spelled although at its default."""
    found = {name: spelled(_value(name)) for name in (*opening, "cell")}
    return dict([next(item for item in found.items() if item[1])]) if opening else {}


def _value(name: str) -> Value:
    """The present value of any setting."""
    page = current().page
    records = experiment(), view(), own(page.own) if page and page.own else None
    found: Value = next(getattr(r, name) for r in records if hasattr(r, name))
    return found


def experiment() -> Experiment:
    """Every setting as the reader left it."""
    return current().experiment


def view() -> View:
    """The reader's view settings: selected step, unit, gate, notation and the like."""
    return current().view


def playing() -> Playing:
    """Which scene is played, if any."""
    return current().playing


def play(**changes: Value) -> None:
    """Change how the page is laid out or which scene is played; for callbacks."""
    session = current()
    session.playing, session.moved = replace(session.playing, **changes), True  # type: ignore[arg-type]


def is_alone() -> bool:
    """Whether the reader looks round alone: no scene is played, nobody presents."""
    playing = current().playing
    return not (playing.scene or playing.presents or playing.bare)


def show_first(names: Sequence[str]) -> None:
    """Put these controls above the picture, in this run, in place of the page's own."""
    current().first = tuple(names)


def show_only(names: Sequence[str], part: str) -> None:
    """Draw one part only, "" the first, and these controls, in this run; the link goes first."""
    session = current()
    session.wanted, session.part = tuple(names), part


def part_shown() -> str | None:
    """The only part of the page that is drawn, "" the first; None: all."""
    return current().part


def live_parts() -> int:
    """How many parts of the page follow a slider that is dragged."""
    page = current().page
    return page.live if page else 1


def wanted() -> tuple[str, ...] | None:
    """The only controls that are drawn with the picture; None where the page decides."""
    session = current()
    return session.wanted if session.playing.only is None else session.playing.only


def is_wanted(name: str) -> bool:
    """Whether a control of this setting may stand with the picture."""
    names = wanted()
    return names is None or name in names


def leave_scene(note: str) -> None:
    """Play nothing, and say why."""
    session = current()
    _leave_scene()
    session.notes = (*session.notes, note)
    session.frame = _frame()


def _leave_scene() -> None:
    session = current()
    session.playing = replace(session.playing, deck="", scene="")


def follow(link: Mapping[str, str]) -> None:
    """Set everything as a link to the present page says; for callbacks."""
    session = current()
    _follow(link, session.page)
    session.moved = True


def own(kind: type[Own]) -> Own:
    """The settings that the present page alone has: `Page.own` in the table of contents."""
    found: Own = current().own.setdefault(kind, kind())
    return found


def notes() -> tuple[str, ...]:
    """Errors of the link that the reader came by; none once a control is used."""
    return current().notes


def change(**changes: Value) -> None:
    """Replace some settings; for callbacks."""
    session = current()
    if not changes.keys() <= {*KEPT, "weights"}:  # another network is wanted than the trained one
        changes = {"weights": "", **changes}
    session.experiment = replace(session.experiment, **changes)  # type: ignore[arg-type]
    session.touched, session.moved, session.notes = True, True, ()


def look(**changes: Value) -> None:
    """Look elsewhere in the same run; for callbacks."""
    session = current()
    session.view, session.moved = replace(session.view, **changes), True  # type: ignore[arg-type]


def adjust(**changes: Value) -> None:
    """Replace some of the page's own settings; for callbacks."""
    session = current()
    if session.page and session.page.own:
        session.own[session.page.own] = replace(own(session.page.own), **changes)
        session.touched, session.moved, session.notes = True, True, ()


def open_more() -> None:
    """Open the panel of all other settings, or close it; for callbacks."""
    session = current()
    session.more = not session.more


def has_more() -> bool:
    """Whether the panel of all other settings is open."""
    return current().more


def current_run() -> Run:
    """The run of the present settings. The first line of every page."""
    return compute(experiment())


def variant(**changes: Value) -> Run:
    """The present run with some settings changed: `variant(cell="gru")`."""
    return compute(replace(experiment(), **changes))  # type: ignore[arg-type]


def ticking() -> float:
    """Seconds until the picture runs again by itself; 0 where it waits for its reader."""
    return current().tick


def tick(seconds: float) -> None:
    """Let the picture run again every so often, until the reader leaves the page; 0 stops it."""
    current().tick = seconds


def kept(name: str) -> object:
    """Value that was kept for this reader under a name, or None."""
    return current().kept.get(name)


def keep(name: str, thing: object) -> None:
    """Keep something for this reader as long as the session lasts; None lets go of it."""
    current().kept[name] = thing


def keeper(name: str) -> Callable[[], object]:
    """Function that reads what is kept and works outside of any run."""
    session = current()
    return lambda: session.kept.get(name)


def own_names() -> tuple[str, ...]:
    """The page's own settings that change anything at present and that it does not draw itself."""
    page = current().page
    names = relevant(own(page.own)) if page and page.own else ()
    return tuple(n for n in names if page and n not in page.drawn)


def step(steps: int) -> int:
    """The selected step, from 0."""
    return min(view().t, steps) - 1


def pick_step(number: int, lit: str) -> None:
    """Select a step, from 0, and the weight that is lit; for callbacks."""
    look(t=number + 1, lit=lit)


def shown() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that change anything on the present page: its main ones, and the others."""
    page = current().page
    assert page is not None, "the frame begins every run"
    names = page.minds(experiment(), own(page.own) if page.own else None)
    first = current().first or page.main
    main = tuple(n for n in first if n in names)
    return main, tuple(n for n in names if n not in main)


def lettered(text: str) -> str:
    """Prose in the letters of the chosen notation, as it writes the reader's cell."""
    return translated(text, NOTATIONS[view().notation], experiment().cell)


def other_variants() -> tuple[str, ...]:
    """Sentences on the cells on screen that the notation's source writes in another variant."""
    page, e, seen = current().page, experiment(), view()
    if page is None or page.variants:
        return ()
    every = page.every_cell or seen.cells == "all"
    cells = (make_cell(replace(e, cell=c)) for c in CELLS if every or c in (e.cell, seen.compare))
    return notation.other_variants(NOTATIONS[seen.notation], cells)
