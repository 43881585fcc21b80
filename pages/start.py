"""Start: a story in five acts, one of them at a time."""

from collections.abc import Callable
from typing import Any

from pages.components.story import Control, act, pick, replay, slider, typed
from pages.figures.story import blame, canvas, clipping, memory, race, reading
from pages.ui import session, story_page
from pages.ui.models import story
from pages.ui.results import stored
from rnn_core.experiment.settings import Value, settings_of
from rnn_core.studies.story import FRESH, GAPS, HELD, RACE, Story, spread

Sizes = tuple[canvas.Size, ...]
Scene = tuple[Any, list[Control]]  # what the component draws, and its controls


@stored()
def _made(what: str, sizes: Sizes, _drawn: Callable[[], Any]) -> Any:
    return canvas.payload(_drawn(), sizes)


def _kept(what: str, drawn: Callable[[], Any]) -> Any:
    """A picture at all positions of its slider, drawn once for all readers."""
    return _made(what, sizes(), drawn)


def sizes() -> Sizes:
    """What the picture is drawn for: a reader's screen or a hall."""
    return (canvas.HALL,) if session.playing().presents else canvas.READER


def reads(wish: Story) -> Scene:
    """Act one: a trained network and the reader's text."""
    chain = reading.chain_of(story.reading(wish), story.model(story.READER))
    drawn = reading.position(chain, wish.chain == "rolled")
    return canvas.payload([drawn], sizes()), [typed("opening", wish), pick("chain", wish)]


def remembers(wish: Story) -> Scene:
    """Act two: a clue, and its answer many words later."""
    found = story.remembered()
    drawn = _kept("gaps", lambda: memory.positions([memory.asked_of(*each) for each in found]))
    return drawn, [slider("gap", wish, GAPS)]


def travels(wish: Story) -> Scene:
    """Act three: the gradient on its way back."""
    letters, values = story.letters(spread(1.0)), story.grid("strength")
    pairs = list(zip(values, story.travelled(), strict=True))
    drawn = _kept("strengths", lambda: blame.positions(pairs, letters))
    return drawn, [slider("strength", wish, values)]


def clips(wish: Story) -> Scene:
    """Act four: an update, and the cliff."""
    drawn = clipping.position(wish, *story.cut(wish.begins, wish.clipping))
    return canvas.payload([drawn], sizes()), [
        pick("clipping", wish, huge=True),
        pick("begins", wish),
    ]


def holds(wish: Story) -> Scene:
    """Act five: one gate, or the race."""
    if wish.shows == RACE:
        found = story.raced()
        moments = [f"{update:,.0f}" for update in race.updates_of(found)]
        drawn = _kept("race", lambda: race.positions(found))
        return drawn, [pick("shows", wish), replay("Updates", moments)]
    (free, held), letters, values = story.highways(), story.letters(FRESH), story.grid("kept")
    ways: Any = zip(values, held, strict=True) if wish.grip == HELD else [(None, free)]
    drawn = _kept(wish.grip, lambda: [blame.gate_position(a, w, free, letters) for a, w in ways])
    more = [slider("kept", wish, values)] if wish.grip == HELD else []
    return drawn, [pick("shows", wish), pick("grip", wish), *more]


ACTS = dict(zip("12345", (reads, remembers, travels, clips, holds), strict=True))


def chosen(name: str, value: Value) -> None:
    """A control was used."""
    session.adjust(**{name: settings_of(Story)[name].tidy(value)})


def picture() -> None:
    """The act on screen; no other one is computed."""
    wish = session.own(Story)
    payload, controls = ACTS[wish.act](wish)
    act({**payload, "act": wish.act}, controls, key="story_act", on_choice=chosen)


story_page.page(picture)
