"""Which controls stand above a picture, and which of them a choice hides or reveals."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from pages.ui.contents import PAGES, Page
from pages.ui.session import Wish, link_of, read
from pages.ui.shelf import own_scenes
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.settings import Setting, Value, settings_of


class Choice(NamedTuple):
    """One value of a control, and the controls that stand there once it is picked."""

    name: str
    value: Value
    after: tuple[str, ...]


def controls(page: Page, experiment: Experiment, own: Any) -> tuple[str, ...]:
    """The controls above the picture, from left to right."""
    minded = page.minds(experiment, own)
    return tuple(name for name in page.main if name in minded)


def setting(page: Page, name: str) -> Setting:
    """A control's setting, of the experiment or of the page's own."""
    if name in SETTINGS:
        return SETTINGS[name]
    assert page.own is not None
    return settings_of(page.own)[name]


def choices(page: Page, wish: Wish) -> Iterator[Choice]:
    """Every value of every choice among those controls."""
    e, own = wish.experiment, wish.own
    for name in controls(page, e, own):
        for value in setting(page, name).options:
            change: dict[str, Any] = {name: value}
            there = (replace(e, **change), own) if name in SETTINGS else (e, replace(own, **change))
            yield Choice(name, value, controls(page, *there))


def revealing() -> dict[str, tuple[str, Value, Value]]:
    """Page -> a choice on its opening scene that hides or reveals a control: from and to."""
    found = {}
    for name, deck in own_scenes().decks.items():
        page = PAGES[name]
        wish = read(link_of(deck.scenes[0]), page)
        before = controls(page, wish.experiment, wish.own)
        changes = (c for c in choices(page, wish) if set(c.after) != set(before))
        if first := next(changes, None):
            record = wish.experiment if first.name in SETTINGS else wish.own
            found[name] = first.name, getattr(record, first.name), first.value
    return found
