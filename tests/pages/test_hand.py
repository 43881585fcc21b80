"""Runs under a hand on a slider: when they give way to its next value."""

import pytest

from pages.ui import hand, page_layout
from pages.ui.session import Session


class Overtaken(Exception):
    """The run has ended for the next one."""


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session whose run is overtaken at every moment."""

    def rerun(scope: str) -> None:
        assert scope == "fragment"
        raise Overtaken

    mine = Session(hand=True)
    monkeypatch.setattr(hand.session, "current", lambda: mine)
    monkeypatch.setattr(hand.session, "tell", lambda: None)
    monkeypatch.setattr(hand.host, "can_be_overtaken", lambda: True)
    monkeypatch.setattr(hand.host, "is_overtaken", lambda: True)
    monkeypatch.setattr(hand.st, "rerun", rerun)
    return mine


def test_a_run_gives_way_but_not_twice_before_a_picture_is_there(mine):
    with pytest.raises(Overtaken):
        hand.give_way()
    hand.give_way()
    with pytest.raises(Overtaken):
        hand.rest()  # the picture is there, and the address written
    hand.give_way()  # nobody's hand is on a slider
    hand.moved()
    with pytest.raises(Overtaken):
        hand.give_way()


def test_a_part_within_the_picture_is_finished_first(mine, monkeypatch):
    """Streamlit cannot end the run of the whole picture from within it; the picture still can."""

    def refuse(scope: str) -> None:
        raise RuntimeError("Could not find current_fragment_id in fragment_id_queue.")

    with monkeypatch.context() as within:
        within.setattr(hand.st, "rerun", refuse)
        hand.give_way()
    with pytest.raises(Overtaken):
        hand.give_way()


@pytest.mark.parametrize("state", [{"hand": False}, {"tick": 0.1}])
def test_a_run_that_follows_no_hand_or_goes_on_by_itself_gives_no_way(mine, state):
    vars(mine).update(state)
    hand.give_way()
    hand.rest()


def test_a_run_that_nothing_overtakes_goes_on(mine, monkeypatch):
    monkeypatch.setattr(hand.host, "is_overtaken", lambda: False)
    hand.give_way()
    hand.rest()  # as long as a hand rests in these tests
    assert not mine.hand


@pytest.mark.parametrize(
    ("only", "live", "order"),
    [
        (None, 1, ["picture", "rest", "more", "rest", "last", "rest"]),
        (None, 2, ["picture", "more", "rest", "last", "rest"]),
        (None, 3, ["picture", "more", "last", "rest"]),
        ("", 1, ["picture"]),
        ("more", 1, ["picture", "more"]),
    ],
)
def test_what_follows_a_hand_is_drawn_before_it_is_waited_for(monkeypatch, only, live, order):
    """In a hall the part that is shown is not kept waiting behind those that are not."""
    done: list[str] = []

    def parts():
        for name in ("picture", "more", "last"):
            yield name
            done.append(name)

    monkeypatch.setattr(page_layout.session, "part_shown", lambda: only)
    monkeypatch.setattr(page_layout.session, "live_parts", lambda: live)
    monkeypatch.setattr(page_layout.exhibits, "begin_part", lambda name: None)
    monkeypatch.setattr(page_layout.hand, "rest", lambda: done.append("rest"))
    page_layout._drawn(parts())
    assert done == order


def test_a_run_that_has_ended_leaves_nothing_to_the_next_hand(mine):
    mine.gave_way = True
    hand.session.end()
    assert not (mine.hand or mine.gave_way)
