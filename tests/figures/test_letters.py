"""The coloured texts of the character pages: their numbers are the engine's, in place."""

import numpy as np
import pytest

from pages.components.message import pack
from pages.figures import characters as reading
from pages.figures import connectivity as connected
from pages.figures import model_card
from rnn_core.applications.characters import Follower, Reading, followers, own_writing, read
from rnn_core.applications.connectivity import Felt, felt, probe_of
from rnn_core.applications.probe import look, run_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import NOTATIONS
from tests.core.small_models import LETTERS, small_model
from tests.figures.unpacking import unpacked

TEXT = "abba cab\nab"


def felt_of(cell, of="loss", text=TEXT):
    found = probe_of(small_model(cell), text)
    return felt(run_of(found, look(found, Experiment())), of)


def picture(towards="x", of="loss", text=TEXT, notation="house"):
    made = {cell: felt_of(cell, of, text) for cell in ("rnn", "gru", "lstm")}
    return connected.Picture(text, made, of, towards, NOTATIONS[notation])


# -- connectivity --------------------------------------------------------------------------------


@pytest.mark.parametrize("towards", ["x", "h"])
@pytest.mark.parametrize("t", [1, 6, 10])
def test_every_text_is_coloured_up_to_the_picked_character(towards, t):
    seen = picture(towards)
    found = connected.payload(seen, t)
    assert found["pick"] == t and found["chars"] == list(TEXT)
    for row, (cell, one) in zip(found["rows"], seen.felt.items(), strict=True):
        values = found["numbers"][row["values"]]
        np.testing.assert_array_equal(values[:t], one.norms[towards][t - 1, :t])
        assert np.isnan(values[t:]).all()
        assert row["title"] == cell.upper()


def test_one_scale_for_all_with_its_floor_in_words():
    scales = [connected.payload(picture(of=of), 5)["scale"] for of in ("loss", "logit")]
    assert all(s["log"] and (s["low"], s["high"]) == (-6, 1) for s in scales)
    assert all("10⁻⁶ or less" in s["ends"] for s in scales)
    assert "∂ log p / ∂xₖ" in scales[0]["words"] and "log-probability" in scales[0]["words"]
    assert "∂ logit / ∂xₖ" in scales[1]["words"]
    strange = connected.payload(picture("h", notation="keras"), 5)["scale"]["words"]
    assert "h[k]" in strange and "hₖ" not in strange


def test_the_curves_are_the_norms_by_distance():
    seen, t = picture(), 7
    one, every = connected.curves(seen, t)
    for line, (cell, found) in zip(one["data"], seen.felt.items(), strict=True):
        assert line["name"] == cell.upper()
        np.testing.assert_allclose(line["y"], found.norms["x"][t - 1, :t][::-1])
        assert list(line["x"]) == list(range(1, t + 1))
    for line, found in zip(every["data"], seen.felt.values(), strict=True):
        np.testing.assert_allclose(line["y"], found.medians["x"])


def test_the_sentence_counts_what_the_engine_counts():
    seen = picture()
    said = connected.sentence(seen, 7)
    for cell, found in seen.felt.items():
        assert f"{cell.upper()} {found.reaches['x'][6]}" in said
    assert "Character 8 of 11" in said and "Median norm 10 back" in said


@pytest.mark.parametrize(("asked", "place"), [(-1, 10), (0, 1), (1, 1), (2, 1), (5, 4), (200, 10)])
def test_a_pick_stays_in_the_text(asked, place):
    assert picture().place(asked) == place


def test_two_characters_zeros_and_overflows_are_drawn():
    two = picture(text="ab")
    assert connected.payload(two, 1)["pick"] == 1
    assert len(connected.curves(two, 1)[0]["data"][0]["y"]) == 1
    bad = np.array([[np.inf, np.nan], [0.0, np.inf]])
    one = {"x": bad, "h": bad}
    lost = Felt(np.ones(2), one, {"x": np.array([np.inf, 0.0])}, {"x": np.array([1, 1])})
    seen = connected.Picture("abc", {"rnn": lost}, "loss", "x")
    assert "overflow" in str(connected.curves(seen, 2))
    assert np.isfinite(connected.curves(seen, 2)[0]["data"][0]["y"]).all()
    assert connected.payload(seen, 2)["numbers"]["text 0"][:2].tolist() == [0, np.inf]
    connected.sentence(seen, 2)


def test_the_table_has_every_norm_of_the_picked_character():
    seen = picture()
    found = connected.rows(seen, 4)
    assert len(found["norm"]) == 3 * 4 and list(found["k"][:4]) == [1, 2, 3, 4]
    np.testing.assert_array_equal(found["norm"][:4].astype(float), seen.norms("rnn", 4))
    assert {len(column) for column in found.values()} == {12}


# -- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_text_has_the_colours_of_one_units_states(cell):
    model = small_model(cell)
    found = read(model, "abba", 6, 1.0, 0)
    seen = reading.payload(found, model.card, Reading(), 4)
    np.testing.assert_array_equal(seen["numbers"]["text 0"], found.states[:, 3])
    assert seen["scale"]["words"] == f"unit 4: {'tanh(cₜ)' if cell == 'lstm' else 'hₜ'}"
    assert seen["written"] == 5 and seen["chars"] == list(found.text)
    np.testing.assert_array_equal(seen["numbers"]["best"], found.candidates)
    np.testing.assert_array_equal(seen["numbers"]["chances"], found.chances)


def test_surprise_has_colours_too_and_the_first_character_none():
    model = small_model("gru")
    found = read(model, "abba", 3, 1.0, 0)
    seen = reading.payload(found, model.card, Reading(colours="bits"), 1)
    assert np.isnan(seen["numbers"]["text 0"][0])
    np.testing.assert_array_equal(seen["numbers"]["text 0"][1:], found.bits)
    assert (seen["scale"]["low"], seen["scale"]["high"]) == (0, 8)


def test_the_message_is_what_the_script_unpacks():
    model = small_model("gru")
    found = unpacked(pack(reading.payload(read(model, "", 0, 1.0, 0), model.card, Reading(), 1)))
    assert found["alphabet"] == list(LETTERS) and len(found["numbers"]["best"]) == 0


def test_bits_stand_beside_the_cards_and_the_baselines():
    model = small_model("gru")
    found = read(model, "abba", 9, 1.0, 0)
    told = reading.measures(found, model.card)
    assert [v for v, _ in told.values()] == [
        f"{found.bits[:4].mean():.2f}",
        f"{found.pairs[:4].mean():.2f}",
        f"{1.5 / np.log(2):.2f}",
        f"{2.5 / np.log(2):.2f}",
    ]
    assert list(reading.measures(read(model, "", 9, 1.0, 0), model.card)) == [
        "Held-out text",
        "Counted pairs, held-out text",
    ]


def test_units_are_offered_with_the_r_of_the_other_half():
    found = (
        Follower("line", 3, 0.9, -0.5, 20.0),
        Follower("quotes", 0, np.nan, np.nan, 0.0),
    )
    ((label, (unit, explained)),) = reading.offers(found).items()
    assert label == "position in the line: unit 3, r = −0.50" and unit == 3
    assert "0.90" in explained
    assert "inside quotes" in reading.missing(found)
    assert "too short" in reading.missing(())
    model = small_model("gru")
    seen = read(model, "ab", 0, 1.0, 0)
    assert reading.unit_of(Reading(), seen, found) == 3
    assert reading.unit_of(Reading(neuron=128), seen, found) == 6
    assert reading.offers(followers(*own_writing(model)))


@pytest.mark.parametrize(("asked", "place"), [(-1, 4), (0, 1), (3, 3), (500, 7)])
def test_the_picked_character_stays_in_the_text(asked, place):
    assert reading.place(read(small_model("gru"), "abba", 3, 1.0, 0), asked) == place


def test_the_table_has_every_character():
    model = small_model("lstm")
    found = read(model, "abba", 3, 1.0, 0)
    table = reading.rows(found, model.card, 2)
    assert "".join(table["character"]) == found.text[1:]
    assert table["written"].sum() == 3
    np.testing.assert_array_equal(table["state"], found.states[1:, 1])


def test_the_card_in_words_and_numbers():
    card = small_model("gru").card
    assert "GRU with 6 hidden units" in model_card.described(card)
    assert "| held-out tenth | 1.500 | 2.500 |" in model_card.score_table({"this": card})
