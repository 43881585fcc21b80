"""The gradient-flow page and its map: choices in the link, the map on opening."""

import pytest

from pages.figures.flow.letters import QUANTITY_WORDS
from pages.ui import results
from rnn_core.studies import phase
from rnn_core.studies.flow import CELLS, KNOB_WORDS


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


def test_maps_that_take_long_are_offered_together(visit, monkeypatch):
    monkeypatch.setattr(results, "WAITS", 1.0)
    reader = visit("phase", hidden="64", steps="200")
    e = reader.session_state["session"].experiment
    lengths = phase.lengths_of(e)
    each = [phase.seconds(phase.mapped(e, cell), lengths, None) for cell in CELLS]
    assert max(each) < results.WAITS < sum(each), "no cell's map takes long, all together do"
    next(b for b in reader.button if b.label == "Compute it").click().run()
    assert not [b for b in reader.button if b.label == "Compute it"]


def test_a_gates_bias_makes_only_its_own_cells_map_anew(visit, monkeypatch):
    made = []
    ratios = phase.ratios
    monkeypatch.setattr(phase, "ratios", lambda e, *more: made.append(e.cell) or ratios(e, *more))
    reader = visit("phase", hidden="3", steps="9", seed="61")
    assert sorted(made) == ["gru", "lstm", "rnn"]
    made.clear()
    next(s for s in reader.slider if s.label.startswith("Forget bias")).set_value(2.5).run()
    assert made == ["lstm"]


def test_the_map_of_a_short_series(visit):
    visit("phase", source="stocks", hidden="2", knob="steps")
