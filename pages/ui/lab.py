"""Settings, link and caches: the only module that reads Streamlit's state.

The truth is one frozen `Experiment` in the session.  A control shows it and, when moved, replaces
it before the script runs; the link is read when the reader follows one and written after each run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui import shelf
from pages.ui.contents import Page
from pages.ui.rivals import RIVALS
from pages.ui.runs import compute
from rnn_core import notation
from rnn_core.cells import CELLS
from rnn_core.edits import may_name_weight, parse_edits
from rnn_core.experiment import SETTINGS, Experiment, matters, parse
from rnn_core.hold import may_be_steps
from rnn_core.notation import NOTATIONS
from rnn_core.presets import PRESETS
from rnn_core.prose import translated
from rnn_core.run import Run, make_cell
from rnn_core.settings import (
    Setting,
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
from rnn_core.specimen import KEPT, completed

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


@dataclass
class _Desk:
    """One reader's session."""

    experiment: Experiment = field(default_factory=Experiment)
    view: View = field(default_factory=View)
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
    tick: float = 0.0  # seconds until the picture runs again by itself; 0: it rests
    kept: dict[str, object] = field(default_factory=dict)  # what single pages keep for their reader


def _desk() -> _Desk:
    try:
        desk: _Desk = st.session_state["desk"]
    except KeyError:
        desk = st.session_state["desk"] = _Desk()
    return desk


def open_desk(page: Page) -> None:
    """Begin a run: follow the link if the reader came by one."""
    desk, link = _desk(), st.query_params.to_dict()
    elsewhere = desk.page is not page
    if elsewhere:  # the navigation bar's links carry no settings: ours came along
        desk.carried = not (link or _by_history())
    asked = link or not desk.carried
    lags = desk.moved and not elsewhere
    if desk.written is None or (asked and not lags and link != desk.written):
        _follow(link, page.own)
        desk.written = link  # even if the page should fail before it says what it shows
    desk.drawn = set() if elsewhere else desk.drawing
    desk.tick = 0.0 if elsewhere else desk.tick
    desk.page, desk.moved, desk.drawing = page, False, set()
    desk.frame = _frame()


def _by_history() -> bool:
    """Whether this run shows a page again by Back or Forward; Streamlit 1.62 does not say so."""
    return getattr(get_script_run_ctx(), "is_history_navigation", False)


def take_away(table: Callable[..., Table]) -> Callable[[], Table]:
    """A table of what is on the desk when it is asked for, outside of any run.

    It gets the experiment, the view, and the page's own settings where the page has some.
    """
    desk = _desk()

    def made() -> Table:
        kind = desk.page.own if desk.page else None
        rest = () if kind is None else (desk.own.get(kind, kind()),)
        return table(desk.experiment, desk.view, *rest)

    return made


def frame_is_old() -> bool:
    """Whether a control beside the picture changed what the sidebar or the page's head must show.

    Such controls run the picture alone, which is fast because the frame rests.
    """
    desk = _desk()
    desk.drawn |= desk.drawing
    return desk.frame != _frame()


def begin_picture() -> None:
    """The picture is drawn now, with its controls."""
    _desk().placed = set()


def placed(key: str) -> bool:
    """Whether the picture has drawn this control already; from now on it has."""
    placed = _desk().placed
    there = key in placed
    placed.add(key)
    return there


def _frame() -> tuple[object, ...]:
    page = experiment().cell, view().notation
    return (*shown(), preset_name(), notes(), ticking(), *page)


def _follow(link: Mapping[str, str], kind: type | None) -> None:
    desk, names = _desk(), settings_of(kind) if kind else {}
    desk.view, unclear = read_row(View, {n: v for n, v in link.items() if n in VIEW})
    if kind:
        desk.own[kind], more = read_row(kind, {n: v for n, v in link.items() if n in names})
        unclear += more
    rest = {n: v for n, v in link.items() if n not in VIEW and n not in names}
    e, notes = parse(rest)
    found = shelf.get(e.weights)
    desk.experiment = e if found is None else completed(found, e, tuple(rest))
    desk.notes = unclear + notes


def close_desk() -> None:
    """End a run: the link says what is on screen."""
    desk = _desk()
    link = to_params(desk.experiment) | to_params(desk.view)
    if desk.page and desk.page.own:
        link |= to_params(own(desk.page.own))
    late = _by_history()  # the address may be that of the page before, whose run spoke last
    if late or st.query_params.to_dict() != link:
        st.query_params.from_dict(link)
    desk.written, desk.moved = link, False


def experiment() -> Experiment:
    """Every setting as the reader left it."""
    return _desk().experiment


def view() -> View:
    """What the reader has picked to look at."""
    return _desk().view


def own(kind: type[Own]) -> Own:
    """The settings that the present page alone has: `Page.own` in the table of contents."""
    found: Own = _desk().own.setdefault(kind, kind())
    return found


def notes() -> tuple[str, ...]:
    """What was wrong with the link the reader came by; gone once a control is used."""
    return _desk().notes


def change(**changes: Value) -> None:
    """Replace some settings; for callbacks."""
    desk = _desk()
    if not changes.keys() <= {*KEPT, "weights"}:  # another network is wanted than the trained one
        changes = {"weights": "", **changes}
    desk.experiment = replace(desk.experiment, **changes)  # type: ignore[arg-type]
    desk.moved, desk.notes = True, ()


def look(**changes: Value) -> None:
    """Look elsewhere in the same run; for callbacks."""
    desk = _desk()
    desk.view, desk.moved = replace(desk.view, **changes), True  # type: ignore[arg-type]


def adjust(**changes: Value) -> None:
    """Replace some of the page's own settings; for callbacks."""
    desk = _desk()
    if desk.page and desk.page.own:
        desk.own[desk.page.own] = replace(own(desk.page.own), **changes)
        desk.moved, desk.notes = True, ()


def load(wish: Experiment) -> None:
    """Put another experiment on the desk; for callbacks."""
    desk = _desk()
    desk.experiment, desk.view, desk.moved, desk.notes = wish, View(), True, ()
    desk.own.clear()


def preset_name() -> str | None:
    """The preset that is on the desk, whichever way it came there."""
    return next((n for n, p in PRESETS.items() if p.experiment == experiment()), None)


def current_run() -> Run:
    """What the settings ask for.  The first line of every page."""
    return compute(experiment())


def variant(**changes: Value) -> Run:
    """The same with some settings changed: `variant(cell="gru")`."""
    return compute(replace(experiment(), **changes))  # type: ignore[arg-type]


def control(name: str, **shape: Any) -> None:
    """Draw the one widget of a setting of `Experiment`."""
    key, setting, value = f"set_{name}", SETTINGS[name], getattr(experiment(), name)
    _show(key, value)
    _widget(setting, key=key, help=setting.help, on_change=_moved, args=(name,), **shape)


def _show(key: str, value: object) -> None:
    """Make the widget show the truth; left alone if it does, or quick keys would be undone."""
    desk = _desk()
    if key not in desk.drawn or st.session_state.get(key) != value:
        st.session_state[key] = value
    desk.drawing.add(key)


def _moved(name: str) -> None:
    value = st.session_state[f"set_{name}"]
    _desk().moved = True
    if value is None:  # a choice was switched off: it stays as it was
        return
    try:
        change(**{name: SETTINGS[name].tidy(value)})
    except ValueError as problem:
        _desk().notes = (f"{problem}. Left as it was.",)


def preset_menu() -> None:
    """Draw the menu of presets; it names the one on the desk."""
    _show("preset", preset_name())
    st.selectbox(
        "Preset", PRESETS, index=None, placeholder="Choose a preset", key="preset",
        on_change=_preset_picked,
    )  # fmt: skip


def _preset_picked() -> None:
    name = st.session_state["preset"]
    load(PRESETS[name].experiment if name else Experiment())


def layer_menu(names: Sequence[str]) -> int:
    """Draw the choice among a network's layers, if there is one; the number of the one picked."""
    picked = min(view().layer, len(names) - 1)
    if len(names) > 1:
        _show("layer", picked)
        st.segmented_control(
            "Layer", range(len(names)), format_func=names.__getitem__, key="layer",
            on_change=_layer_picked,
        )  # fmt: skip
    return picked


def _layer_picked() -> None:
    picked = st.session_state["layer"]
    look(layer=view().layer if picked is None else picked)


def notation_menu() -> str:
    """Draw the choice of a notation; the name of the one picked."""
    _show("notation", view().notation)
    st.selectbox(
        "Notation", NOTATIONS, format_func=lambda n: NOTATIONS[n].label, key="notation",
        on_change=_notation_picked,
    )  # fmt: skip
    return view().notation


def _notation_picked() -> None:
    look(notation=st.session_state["notation"])


def view_menu(name: str, words: Mapping[str, str]) -> str:
    """Draw the menu of a field of `View`, with words for the values there are; the one picked."""
    picked = getattr(view(), name)
    picked = picked if picked in words else next(iter(words))
    key = f"view_{name}"
    _show(key, picked)
    st.selectbox(
        VIEW[name].label, list(words), format_func=words.__getitem__, key=key,
        on_change=_looked, args=(name,),
    )  # fmt: skip
    return picked


def _looked(name: str) -> None:
    look(**{name: st.session_state[f"view_{name}"]})


def view_control(name: str) -> None:
    """Draw the one widget of a field of `View`."""
    key, setting = f"view_{name}", VIEW[name]
    _show(key, getattr(view(), name))
    _widget(setting, key=key, help=setting.help, on_change=_view_moved, args=(name,))


def _view_moved(name: str) -> None:
    try:
        look(**{name: VIEW[name].tidy(st.session_state[f"view_{name}"])})
    except ValueError as problem:
        _desk().notes = (f"{problem}. Left as it was.",)


def ticking() -> float:
    """Seconds until the picture runs again by itself; 0 where it waits for its reader."""
    return _desk().tick


def tick(seconds: float) -> None:
    """Let the picture run again every so often, until the reader leaves the page; 0 stops it."""
    _desk().tick = seconds


def kept(name: str) -> object:
    """What a page has kept for this reader, or None."""
    return _desk().kept.get(name)


def keep(name: str, thing: object) -> None:
    """Keep something for this reader as long as the session lasts; None lets go of it."""
    _desk().kept[name] = thing


def keeper(name: str) -> Callable[[], object]:
    """A way to what is kept that works outside of any run."""
    desk = _desk()
    return lambda: desk.kept.get(name)


def own_names() -> tuple[str, ...]:
    """The page's own settings that change anything at present."""
    page = _desk().page
    return relevant(own(page.own)) if page and page.own else ()


def own_control(name: str, **shape: Any) -> None:
    """Draw the one widget of one of the page's own settings."""
    page = _desk().page
    assert page and page.own, "this page has no settings of its own"
    key, setting = f"own_{name}", settings_of(page.own)[name]
    _show(key, getattr(own(page.own), name))
    _widget(setting, key=key, help=setting.help, on_change=_adjusted, args=(name,), **shape)


def _adjusted(name: str) -> None:
    page, value = _desk().page, st.session_state[f"own_{name}"]
    if value is None or not (page and page.own):
        return
    try:
        adjust(**{name: settings_of(page.own)[name].tidy(value)})
    except ValueError as problem:
        _desk().notes = (f"{problem}. Left as it was.",)


def step(steps: int) -> int:
    """The selected step, from 0."""
    return min(view().t, steps) - 1


def pick_step(number: int, lit: str) -> None:
    """Select a step, from 0, and the weight that is lit; for callbacks."""
    look(t=number + 1, lit=lit)


def shown() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that change anything on the present page: those on its bench, and the others."""
    page, e = _desk().page, experiment()
    names = [n for n in SETTINGS if matters(e, n, every_cell=page is not None and page.every_cell)]
    names = [n for n in names if page is None or page.uses is None or n in page.uses]
    bench = tuple(n for n in (page.bench if page else ()) if n in names)
    return bench, tuple(n for n in names if n not in bench)


def lettered(text: str) -> str:
    """Prose in the letters of the chosen notation, as it writes the reader's cell."""
    return translated(text, NOTATIONS[view().notation], experiment().cell)


def other_variants() -> tuple[str, ...]:
    """Where the chosen notation's source writes another variant of a cell on screen."""
    page, e, seen = _desk().page, experiment(), view()
    if page is None or page.variants:
        return ()
    every = page.every_cell or seen.cells == "all"
    cells = (make_cell(replace(e, cell=c)) for c in CELLS if every or c in (e.cell, seen.compare))
    return notation.other_variants(NOTATIONS[seen.notation], cells)


def _widget(setting: Setting, **common: Any) -> None:
    label, words = lettered(setting.label), dict(zip(setting.options, setting.words, strict=True))
    common["help"] = lettered(common.get("help") or "") or None
    if setting.kind == "text":
        st.text_input(label, max_chars=200, **common)
    elif setting.kind == "levels":
        st.select_slider(label, setting.options, format_func=words.__getitem__, **common)
    elif setting.kind == "choice" and len("".join(setting.words)) <= 18:
        st.segmented_control(label, setting.options, format_func=words.__getitem__, **common)
    elif setting.kind == "choice":
        st.selectbox(label, setting.options, format_func=words.__getitem__, **common)
    else:
        number = int if setting.kind == "integer" else float
        low, high, step = map(number, (setting.low, setting.high, setting.step))
        st.slider(label, low, high, step=step, **common)
