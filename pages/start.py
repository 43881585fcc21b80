"""Start: a story in five acts, one of them at a time."""

from typing import Any

from pages.components.story import Scene, act, payload, pick, replay, slider, typed
from pages.figures.story import blame, clipping, memory, race, reading
from pages.ui import session, story_page
from pages.ui.models import story
from rnn_core.experiment.settings import Value, settings_of
from rnn_core.studies.story import FRESH, GAPS, HELD, RACE, Story, spread


def reads(wish: Story) -> Scene:
    """Act one: a trained network and the reader's text."""
    chain = reading.chain_of(story.reading(wish), story.model(story.READER))
    controls = [typed("opening", wish), pick("chain", wish)]
    return Scene(controls, lambda: [reading.position(chain, wish.chain == "rolled")])


def remembers(wish: Story) -> Scene:
    """Act two: a clue, and its answer many words later."""
    asked = [memory.asked_of(*each) for each in story.remembered()]
    return Scene([slider("gap", wish, GAPS)], lambda: memory.positions(asked), "gaps")


def travels(wish: Story) -> Scene:
    """Act three: the gradient on its way back."""
    letters, values = story.letters(spread(1.0)), story.grid("strength")
    pairs = list(zip(values, story.travelled(), strict=True))
    controls = [slider("strength", wish, values)]
    return Scene(controls, lambda: blame.positions(pairs, letters), "strengths")


def clips(wish: Story) -> Scene:
    """Act four: an update, and the cliff."""
    found = story.cut(wish.begins, wish.clipping)
    controls = [pick("clipping", wish, huge=True), pick("begins", wish)]
    return Scene(controls, lambda: [clipping.position(wish, *found)])


def holds(wish: Story) -> Scene:
    """Act five: one gate, or the race."""
    if wish.shows == RACE:
        found = story.raced()
        moments = [f"{update:,.0f}" for update in race.updates_of(found)]
        controls = [pick("shows", wish), replay("Updates", moments)]
        return Scene(controls, lambda: race.positions(found), "race")
    (free, held), letters, values = story.highways(), story.letters(FRESH), story.grid("kept")
    ways: Any = zip(values, held, strict=True) if wish.grip == HELD else [(None, free)]
    more = [slider("kept", wish, values)] if wish.grip == HELD else []
    controls = [pick("shows", wish), pick("grip", wish), *more]
    return Scene(controls, lambda: blame.gate_positions(ways, free, letters), wish.grip)


ACTS = dict(zip("12345", (reads, remembers, travels, clips, holds), strict=True))


def chosen(name: str, value: Value) -> None:
    """A control was used."""
    session.adjust(**{name: settings_of(Story)[name].tidy(value)})


def picture() -> None:
    """The act on screen; no other one is computed."""
    wish, hall = session.own(Story), session.playing().presents
    scene = ACTS[wish.act](wish)

    def draw() -> Any:
        return payload(scene.draw(), hall)

    seen = story.drawn(scene.name, hall, draw) if scene.name else draw()
    act({**seen, "act": wish.act}, scene.controls, key="story_act", on_choice=chosen)


story_page.page(picture)
