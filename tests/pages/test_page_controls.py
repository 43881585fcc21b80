"""Every control above a picture changes it: no setting is lost between link, page and engine."""

import pytest

from pages.ui.contents import PAGES
from pages.ui.session import link_of, read
from pages.ui.shelf import own_scenes
from rnn_core.decks.records import spelled
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import Setting, Value
from tests.pages.choices import controls, setting

FEW = 4  # steps of a slider: enough to be seen, near enough to be drawn at once


def cases() -> list[tuple[str, str]]:
    """Page and control, as the page's first scene has them."""
    found = []
    for page, deck in own_scenes().decks.items():
        wish = read(link_of(deck.scenes[0]), PAGES[page])
        found += [(page, name) for name in controls(PAGES[page], wish.experiment, wish.own)]
    return found


def other(found: Setting, value: Value) -> Value:
    """Another value that the control can have."""
    if found.options:
        return found.options[found.options.index(value) - 1]
    if isinstance(value, str):
        return "another" if value != "another" else "one"
    further = value + FEW * found.step
    return found.tidy(further if further <= found.high else value - FEW * found.step)


def drawn(reader) -> dict[str, bytes]:
    """The messages of the page's drawings, whose data are bytes."""
    messages = [each.proto for each in reader.main.get("bidi_component")]
    return {m.id: m.bytes for m in messages if m.bytes}


@pytest.mark.parametrize(("page", "name"), cases(), ids=str)
def test_a_control_above_a_picture_changes_it(visit, page, name):
    link = link_of(own_scenes().decks[page].scenes[0])
    link.pop("weights", None)  # a control that draws weights anew takes trained ones away
    wish = read(link, PAGES[page])
    record = wish.experiment if name in SETTINGS else wish.own
    value = other(setting(PAGES[page], name), getattr(record, name))
    before = drawn(visit(page, link))
    after = drawn(visit(page, link | {name: spelled(value)}))
    assert before and after
    assert sorted(before.values()) != sorted(after.values())
