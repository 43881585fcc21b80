"""The gradient-flow page and its map: choices in the link, the map on opening."""

import pytest

from pages.figures.flow.letters import QUANTITY_WORDS
from rnn_core.studies import phase
from rnn_core.studies.flow import KNOB_WORDS


@pytest.mark.parametrize("knob", KNOB_WORDS)
@pytest.mark.parametrize("quantity", QUANTITY_WORDS)
def test_every_choice_can_be_linked_to(visit, knob, quantity):
    reader = visit("flow", knob=knob, flow=quantity, hidden="4", steps="9", init="orthogonal")
    assert not reader.warning


def test_the_map_is_there_on_opening_and_says_its_shares(visit):
    reader = visit("phase", hidden="2", init="gaussian")
    assert not [b for b in reader.button if "map" in b.label or b.label == "Compute it"]
    (said,) = [m.value for m in reader.markdown if "of all places" in m.value]
    assert all(f"{cell}: " in said for cell in ("RNN", "GRU", "LSTM"))


def test_a_map_that_takes_long_is_offered(visit):
    reader = visit("phase", hidden="64", steps="200")
    e = reader.session_state["session"].experiment
    costly = phase.seconds(e, phase.lengths_of(e), None) > 1.5
    assert costly == any(b.label == "Compute it" for b in reader.button)


def test_the_map_of_a_short_series(visit):
    visit("phase", source="stocks", hidden="2", knob="steps")
