"""The gradient-flow page and its map: choices in the link, the map on request."""

import pytest

from pages.figures.flow.bench import KNOB_WORDS
from pages.figures.flow.letters import QUANTITY_WORDS
from tests.pages.reader import clean


@pytest.mark.parametrize("knob", KNOB_WORDS)
@pytest.mark.parametrize("quantity", QUANTITY_WORDS)
def test_every_choice_can_be_linked_to(visit, knob, quantity):
    reader = visit("flow", knob=knob, flow=quantity, hidden="4", steps="9", init="orthogonal")
    assert not reader.warning


def test_the_map_is_computed_on_request_only(visit):
    reader = visit("phase", hidden="2")
    (button,) = [b for b in reader.button if "phase map" in b.label]
    assert button.label.startswith("Compute")
    button.click().run()
    assert clean(reader).query_params["phase"] == "on"
    assert any(b.label == "Hide the phase map" for b in reader.button)


def test_the_map_of_a_short_series(visit):
    visit("phase", phase="on", source="stocks", hidden="2", knob="steps")
