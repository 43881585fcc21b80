"""A reader's sentence before the sentiment network: gradients, prefixes, orders, the bag."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.applications import sentiment as engine
from rnn_core.applications.probe import look, run_of
from rnn_core.applications.scores import SEED
from rnn_core.applications.sentiment import EXAMPLES, LAST_ORDER, ORDERS, Review
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import LONGEST_TEXT
from rnn_core.tasks import sentiment
from rnn_core.tasks.task import one_hot
from rnn_core.tasks.vocabulary import held_out
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[3] / "assets" / "models"
MODEL = load(FOLDER, "sentiment")
every_example = pytest.mark.parametrize("name", EXAMPLES)


@pytest.fixture(scope="module")
def bag():
    return engine.fitted_bag()


def words(name: str):
    return engine.understood(EXAMPLES[name].text)


@every_example
def test_an_example_shows_what_it_says(bag, name):
    example, typed = EXAMPLES[name], words(name)
    reading = engine.read(MODEL.network, typed)
    assert not reading.strange
    assert (reading.answer > 0.5) == example.positive
    assert max(reading.answer, 1 - reading.answer) > 0.99
    assert ((engine.bag_answers(bag, [typed])[0] > 0.5) != example.positive) == example.fooled


@every_example
def test_no_example_was_trained_on(name):
    pair = any(" ".join(p) in EXAMPLES[name].text for p in sentiment.UNSEEN)
    assert held_out(words(name)) or pair


def test_the_swapped_example_has_the_same_words():
    assert sorted(words("Although")) == sorted(words("Although, swapped"))
    assert EXAMPLES["Although"].positive != EXAMPLES["Although, swapped"].positive
    assert Review().review == EXAMPLES["Although"].text


def test_every_answer_is_the_last_one_of_the_sentence_that_stops_there():
    typed = words("Although")
    reading = engine.read(MODEL.network, typed)
    stopped = [engine.read(MODEL.network, typed[: k + 1]).answer for k in range(len(typed))]
    np.testing.assert_allclose(reading.positive, stopped, rtol=1e-12)
    np.testing.assert_allclose(np.log(reading.positive / (1 - reading.positive)), reading.odds)


def test_the_gradient_of_the_last_log_odds_agrees_with_central_differences():
    typed = words("Plain")
    x = one_hot(sentiment.VOCABULARY.codes(typed), len(sentiment.VOCABULARY))[None]

    def odds(moved) -> float:
        z = MODEL.network.forward(moved).logits[0, -1]
        return float(z[1] - z[0])

    slope = np.zeros_like(x[0])
    for step, unit in np.ndindex(slope.shape):
        moved = np.zeros_like(x)
        moved[0, step, unit] = 1e-5
        slope[step, unit] = (odds(x + moved) - odds(x - moved)) / 2e-5
    felt = engine.read(MODEL.network, typed).felt
    np.testing.assert_allclose(np.linalg.norm(slope, axis=1), felt, rtol=1e-6)


def test_the_states_move_from_zero():
    typed = words("Not")
    reading = engine.read(MODEL.network, typed)
    x = one_hot(sentiment.VOCABULARY.codes(typed), len(sentiment.VOCABULARY))[None]
    states = MODEL.network.forward(x).top.after("h")[0]
    assert reading.moved[0] == pytest.approx(np.linalg.norm(states[0]))
    assert reading.moved[-1] == pytest.approx(np.linalg.norm(states[-1] - states[-2]))


def test_an_order_is_the_same_words_and_always_the_same():
    typed = words("But")
    assert engine.ordered(typed, 0) == typed
    several = {engine.ordered(typed, k) for k in range(1, LAST_ORDER + 1)}
    assert len(several) > LAST_ORDER / 2
    assert {tuple(sorted(s)) for s in several} == {tuple(sorted(typed))}
    assert engine.ordered(typed, 7) == engine.ordered(typed, 7)


def test_no_order_changes_the_bag_and_many_change_the_network(bag):
    found = engine.opinions(MODEL.network, bag, words("Although"), 3)
    assert set(found.bags) == {found.bag}
    assert len(found.every) == len(found.bags) == ORDERS
    assert found.other and found.other.answer == pytest.approx(found.every[2], rel=1e-12)
    changed = (found.every > 0.5) != (found.reading.answer > 0.5)
    assert 0.2 < changed.mean() < 0.95


def test_long_sentences_are_tried_in_fewer_orders(bag):
    found = engine.opinions(MODEL.network, bag, ("good", "dull") * 50, 99)
    assert len(found.every) == LAST_ORDER
    assert found.other and found.other.answer == pytest.approx(found.every[-1], rel=1e-9)


def test_the_bag_is_as_good_as_the_cards(bag):
    test = sentiment.batch(sentiment.sentences(np.random.default_rng(SEED), 600, "validation"))
    said = MODEL.card.baselines["bag of words, held-out sentences"]
    assert bag.accuracy(test) == pytest.approx(said, abs=0.04)


def test_the_bags_answer_is_its_own_class(bag):
    sentences = sentiment.sentences(np.random.default_rng(1), 50, "validation")
    classes = bag.answers(sentiment.batch(sentences))
    ours = [engine.bag_answers(bag, [s.words])[0] > 0.5 for s in sentences]
    assert list(classes) == [int(o) for o in ours]


@pytest.mark.parametrize("name", ["Although", "But"])
def test_under_the_glass_the_target_is_the_networks_own_answer(name):
    found = engine.probe_of(MODEL.network, words(name))
    run = run_of(found, look(found, Experiment()))
    target = run.sequence.target_labels
    assert target[-1] == sentiment.LABELS[EXAMPLES[name].positive]
    assert set(target[:-1]) == {"·"} and run.sequence.labels == words(name)
    assert found.name != engine.probe_of(MODEL.network, words("Plain")).name


@given(st.text(max_size=LONGEST_TEXT))
def test_any_text_is_read_or_has_no_word(text):
    typed = engine.understood(text)
    if typed:
        reading = engine.read(MODEL.network, typed)
        assert np.isfinite(reading.positive).all() and np.isfinite(reading.felt).all()
        assert set(reading.strange) == {w for w in typed if w not in sentiment.VOCABULARY.rows}
