"""Reading and writing character by character: probabilities, bits, states, and the search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.applications.characters import (
    ROWS,
    STEPS,
    Follower,
    bits_of,
    closest,
    correlations,
    followers,
    own_writing,
    read,
    unit_states,
)
from rnn_core.applications.connectivity import encoded
from rnn_core.applications.decoding import sampled
from rnn_core.applications.text_features import (
    FEATURES,
    bracket_depth,
    in_word,
    line_position,
    quoted,
)
from rnn_core.engine.readout import softmax
from rnn_core.tasks.characters import pair_loss
from rnn_core.tasks.task import one_hot
from tests.core.small_models import LETTERS, small_model

GIVEN = "abba cab"
every_cell = pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])


@every_cell
def test_bits_and_candidates_are_the_networks_softmax(cell):
    model = small_model(cell)
    found = read(model, GIVEN, 0, 1.0, 0)
    assert found.text == "\n" + GIVEN and found.given == 9
    codes = encoded(found.text, LETTERS)
    trace = model.network.forward(one_hot(codes[None], 5))
    p = softmax(trace.logits[0])
    for t, code in enumerate(codes[1:]):
        assert found.bits[t] == pytest.approx(-np.log2(p[t, code]))
        np.testing.assert_allclose(found.chances[t], np.sort(p[t])[::-1][:5])
        np.testing.assert_allclose(p[t, found.candidates[t]], found.chances[t])
    targets = one_hot(codes[None, 1:], 5)
    nats = model.network.head.losses(trace.logits[:, :-1], targets).mean()
    assert found.mean_bits() == pytest.approx(bits_of(float(nats)))
    assert found.mean_bits("pairs") == pytest.approx(
        bits_of(pair_loss(model.extras["pairs"], codes))
    )


def test_a_units_state_is_tanh_of_c_in_an_lstm_and_h_elsewhere():
    for cell in ("rnn", "gru", "lstm"):
        model = small_model(cell)
        found = read(model, GIVEN, 0, 1.0, 0)
        layer = model.network.forward(one_hot(encoded(found.text, LETTERS)[None], 5)).top
        expected = np.tanh(layer.states["c"]) if cell == "lstm" else layer.states["h"]
        np.testing.assert_allclose(found.states, expected[0, 1:])
        assert unit_states(layer).shape == (1, len(found.text), 6)


@every_cell
def test_at_temperature_0_every_written_character_was_the_likeliest(cell):
    found = read(small_model(cell), GIVEN, 20, 0.0, 0)
    assert len(found.text) == found.given + 20
    own = found.text[found.given :]
    assert own == "".join(LETTERS[k] for k in found.candidates[found.given - 1 :, 0])


@every_cell
def test_it_is_written_after_all_that_was_read(cell):
    """Against reading the whole text anew for every character."""
    model, choose = small_model(cell, seed=3), sampled(np.random.default_rng(5), 0.2)
    codes = encoded("\n" + GIVEN, LETTERS)
    for _ in range(40):
        logits = model.network.forward(one_hot(codes[None], 5)).logits[:, -1]
        codes = np.append(codes, choose(logits))
    assert read(model, GIVEN, 40, 0.2, 5).text == "".join(LETTERS[k] for k in codes)


def test_the_seed_and_the_temperature_write_the_text_and_leave_what_was_given():
    model = small_model("gru")
    one, same, other = (read(model, GIVEN, 60, 1.0, s) for s in (1, 1, 2))
    assert one.text == same.text != other.text
    np.testing.assert_array_equal(one.bits[: one.given - 1], other.bits[: one.given - 1])
    assert one.mean_bits() == other.mean_bits()


def test_nothing_given_and_nothing_written():
    found = read(small_model("lstm"), "", 0, 1.0, 0)
    assert found.text == "\n" and found.bits.shape == (0,) and np.isnan(found.mean_bits())
    assert len(read(small_model("lstm"), "", 5, 1.0, 0).text) == 6


def test_the_correlation_is_pearsons():
    rng = np.random.default_rng(0)
    states, feature = rng.standard_normal((50, 4)), rng.standard_normal(50)
    states[:, 2] = 0.3  # a unit that rests
    found = correlations(states, feature)
    for k in (0, 1, 3):
        assert found[k] == pytest.approx(np.corrcoef(states[:, k], feature)[0, 1])
    assert np.isnan(found[2]) and np.isnan(correlations(states, np.ones(50))).all()


def test_a_unit_that_holds_a_feature_is_found_and_chance_is_not_believed():
    rng = np.random.default_rng(1)
    letters = list("ab c\nAb ")
    texts = tuple("".join(rng.choice(letters, 100)) for _ in range(8))
    states = rng.standard_normal((8, 100, 40))
    states[..., 17] = [-line_position(text) for text in texts]
    found = {f.feature: f for f in followers(texts, states)}
    assert found["line"].unit == 18 and found["line"].measured == pytest.approx(-1)
    for name in ("blank", "word", "upper"):
        if found[name].unit != 18:
            assert abs(found[name].measured) < abs(found[name].chosen) + 0.05 < 0.3
    assert found["brackets"].unit == 0 and found["quotes"].unit == 0
    assert closest(tuple(found.values())) == 18


def test_it_is_chosen_on_one_half_and_measured_on_the_other():
    text = "ab ba\nabc"
    values = line_position(text * 4)  # the second half begins in the middle of a line
    flipped = np.concatenate([values[:18], -values[18:]])[:, None]
    (line,) = [f for f in followers((text * 4,), flipped[None]) if f.feature == "line"]
    assert line.chosen == pytest.approx(1) and line.measured == pytest.approx(-1)


def test_too_little_text_is_not_searched():
    assert followers(("ab",), np.zeros((1, 2, 3))) == ()
    assert closest(()) == 1 and closest((Follower("line", 0, np.nan, np.nan, 0.0),)) == 1


def test_its_own_writing_is_read_again_in_one_piece():
    model = small_model("gru")
    texts, states = own_writing(model)
    assert len(texts) == ROWS and {len(t) for t in texts} == {STEPS + 1}
    again = model.network.forward(one_hot(encoded(texts[3], LETTERS)[None], 5)).top
    np.testing.assert_allclose(states[3], again.after("h")[0], atol=1e-12)


QUOTED = {
    "it's my lords' house": "....................",
    "'tis 'abc' x": ".....1111...",
    "a = 'b' + \"c d\"\n'x\ny'": "....11....1111.......",
    'a\n"""b "c"\nd""" e': "..111111111111...",
    'a """b\n"': "..11111.",
    "f('a', \"it's\")": "..11...11111..",
}


@pytest.mark.parametrize("text", QUOTED)
def test_inside_quotes(text):
    assert "".join(".1"[int(v)] for v in quoted(text)) == QUOTED[text]


def test_the_other_features_by_hand():
    assert line_position("ab\nc d").tolist() == [1, 2, 0, 1, 2, 3]
    assert in_word("ab c3d\ne").tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert bracket_depth(")(a[b])").tolist() == [0, 1, 1, 2, 2, 1, 0]


@given(st.text(max_size=80))
def test_every_feature_has_a_number_for_every_character(text):
    for feature in FEATURES.values():
        values = feature.values(text)
        assert values.shape == (len(text),) and np.isfinite(values).all()
