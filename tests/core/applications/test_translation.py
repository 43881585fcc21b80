"""A number probed: what is typed, what is handed over, what is written, how it scores."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.applications import translation
from rnn_core.applications.probe import look, run_of
from rnn_core.applications.scores import translate
from rnn_core.applications.translation import (
    DICTIONARY,
    FIRST,
    by_length,
    interpret,
    next_number,
    understood,
)
from rnn_core.engine.readout import softmax
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks.task import one_hot
from rnn_core.tasks.translation import END, SOURCE, START, TARGET, english, french, part
from rnn_core.training.models import Model, load

FOLDER = Path(__file__).parents[3] / "assets" / "models"
NAMES = ("translation-96", "translation-16")
every_network = pytest.mark.parametrize("name", NAMES)


@cache
def model(name: str) -> Model:
    return load(FOLDER, name)


@given(st.integers(0, 999_999))
def test_digits_and_our_own_words_are_understood(number):
    assert understood(str(number)) == understood(f"{number:,}") == number
    assert understood(" ".join(english(number))) == number


@pytest.mark.parametrize("text", ["12 345", " 12,345 ", "0012345"])
def test_digits_may_be_grouped(text):
    assert understood(text) == 12345


NONE = [
    "",
    "   ",
    "-5",
    "\u22125",
    "1e5",
    "1000000",
    "9" * 200,
    "½",
    "٣",
    "²",
    "neuf",
    "1.5",
    "and",
]


@pytest.mark.parametrize("text", [*NONE, "<b>one</b>", "hundred " * 25])
def test_what_is_no_number_is_said_in_words(text):
    if text.startswith("hundred"):  # nothing times a hundred is nothing, and read as that
        assert understood(text) == 0
        return
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        understood(text)


@given(st.text(max_size=200))
def test_nothing_typed_breaks_it(text):
    try:
        assert 0 <= understood(text) < 10**6
    except ValueError as problem:
        assert str(problem)


@every_network
@pytest.mark.parametrize("number", [0, 80, 471080, 777777, 999999])
def test_a_reading_is_what_the_decoder_does_step_by_step(name, number):
    """One step at a time from the encoder's own last state."""
    encoder, decoder = model(name).networks
    found = interpret(model(name).networks, number)
    x = one_hot(SOURCE.codes((*english(number), END)), len(SOURCE))
    state = encoder.forward(x[None]).layers[0].states["h"][:, -1]
    np.testing.assert_allclose(found.state, state[0], rtol=1e-12)
    word, states = START, {"h": state[None]}
    for s in found.spoken:
        trace = decoder.forward(one_hot(TARGET.codes((word,)), len(TARGET))[None], initial=states)
        p = softmax(trace.logits[0, 0])
        assert s.word == TARGET.words[p.argmax()]
        np.testing.assert_allclose(s.p, p.max(), rtol=1e-9)
        runners = np.sort(p)[::-1][1:3]
        np.testing.assert_allclose([q for _, q in s.others], runners, rtol=1e-9)
        assert all(p[TARGET.rows[w]] == pytest.approx(q, rel=1e-9) for w, q in s.others)
        word, states = s.word, trace.final
    assert found.words == translate(model(name).networks, [number])[0]
    assert found.right == (found.words == french(number))


def test_the_first_number_shows_the_point():
    number = understood(FIRST)
    assert part(number) == "validation"
    wide, narrow = (interpret(model(name).networks, number) for name in NAMES)
    assert wide.right and not narrow.right and (len(wide.state), len(narrow.state)) == (96, 16)


def test_the_curves_are_the_cards_scores():
    found = by_length({name: model(name) for name in NAMES}, translation.held_out())
    for name in NAMES:
        card = model(name).card
        assert found.overall(name) == pytest.approx(card.scores["whole numbers"], abs=1e-6)
        for d, share in zip(found.digits, found.share(name), strict=True):
            assert share == pytest.approx(card.scores[f"{d} digits"], abs=1e-6)
        assert found.overall(DICTIONARY) == pytest.approx(card.baselines[DICTIONARY])
    assert sum(found.counts) == 1000


def test_the_claim_longer_numbers_fare_worse_through_the_narrow_network():
    found = by_length({name: model(name) for name in NAMES}, translation.held_out())
    narrow = found.share("translation-16")
    assert list(narrow) == sorted(narrow, reverse=True) and narrow[-1] < 0.5
    assert min(found.share("translation-96")) > 0.95


def test_the_next_number_goes_round():
    assert next_number([5, 7, 9], 5) == 7
    assert next_number([5, 7, 9], 9) == next_number([5, 7, 9], 1) == next_number([5], None) == 5


@every_network
def test_under_the_glass_every_step_has_its_word(name):
    found = translation.probe_of(model(name), 981)
    assert found.sequence.labels == (*english(981), END, START, *french(981))
    done = run_of(found, look(found, Experiment()))
    assert [stage.name for stage in done.stages] == ["encoder", "decoder"]
    assert gradient_check(done).ok
    assert translation.probe_of(model(name), 982).name != found.name


def test_credit_joins_an_encoder_and_a_decoder_of_different_inputs():
    found = translation.probe_of(model("translation-16"), 80)
    done = run_of(found, look(found, Experiment()))
    (joined,) = loss_state_matrix(done)
    steps = done.stages[-1].x.shape[1]  # the run's loss is the mean over them, credit's the sum
    encoder, decoder = (steps * stage.gradient.layers[0].x[0] for stage in done.stages)
    assert joined.input_totals.shape == (len(encoder) + len(decoder), len(SOURCE))
    np.testing.assert_allclose(joined.input_totals[: len(encoder)], encoder, atol=1e-12)
    np.testing.assert_allclose(
        joined.input_totals[len(encoder) :, : len(TARGET)], decoder, atol=1e-12
    )
    assert not joined.input_totals[len(encoder) :, len(TARGET) :].any()
