"""The numbers and words of the sentiment page, read back."""

from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import sentiment as drawn
from pages.figures.wirings.cards import span
from rnn_core.applications import sentiment
from rnn_core.notation.notation import NOTATIONS
from rnn_core.tasks.baselines import SHRINK, bag_of_words, counts, final_targets
from rnn_core.training.models import load

MODEL = load(Path(__file__).parents[2] / "assets" / "models", "sentiment")
NETWORK = MODEL.network
LETTERS = NOTATIONS["house"].of("gru")


@pytest.fixture(scope="module")
def bag():
    return sentiment.kept_bag(MODEL)


def test_the_bag_that_ships_is_the_one_that_is_fitted(bag):
    fitted = sentiment.fitted_bag()
    np.testing.assert_allclose(bag.weight, fitted.weight, atol=1e-6)
    np.testing.assert_allclose(bag.bias, fitted.bias, atol=1e-6)
    assert np.abs(fitted.weight).max() > 0.1


def test_no_other_weights_fit_better():
    """At the minimum the slope is nothing: in each word's weight, and in the bias."""
    rng = np.random.default_rng(3)
    sentences = sentiment.batch(sentiment.sentences(rng, 400))
    size, classes = len(sentiment.VOCABULARY), len(sentiment.LABELS)
    found = bag_of_words(sentences, size, classes)
    seen, right = counts(sentences, size), np.eye(classes)[final_targets(sentences)]

    def cost(weight, bias):
        z = seen @ weight + bias
        losses = np.log(np.exp(z).sum(1)) - (z * right).sum(1)
        return losses.mean() + SHRINK / 2 * ((weight**2).sum() + (bias**2).sum())

    least = cost(found.weight, found.bias)
    assert least < cost(0 * found.weight, 0 * found.bias) - 0.01
    for _ in range(20):
        aside, up = rng.normal(size=found.weight.shape), rng.normal(size=classes)
        for step in (1e-2, -1e-2):
            assert cost(found.weight + step * aside, found.bias + step * up) > least


def opinions(bag, text: str, order: int = 0):
    return sentiment.opinions(NETWORK, bag, sentiment.understood(text), order)


def traces(figure) -> dict[str, go.Scatter]:
    return {t.name: t for t in go.Figure(figure).data}


def test_the_panels_draw_the_reading(bag):
    found = opinions(bag, "the film was not very good")
    reading, seen = found.reading, traces(drawn.reading_figure(found, LETTERS))
    np.testing.assert_array_equal(seen["positive"].y, reading.positive)
    np.testing.assert_array_equal(seen["‖hₜ − hₜ₋₁‖"].y, reading.moved)
    np.testing.assert_array_equal(seen["‖∂s/∂xₜ‖"].y, reading.felt)
    assert seen["bag of words"].y == (found.bag,) and seen["bag of words"].x == (7,)
    assert seen["the answer"].y == (reading.answer,) and seen["the answer"].x == (6,)
    symbols = ["triangle-up" if p > 0.5 else "triangle-down" for p in reading.positive]
    assert list(seen["positive"].marker.symbol) == symbols


def test_the_words_stand_below_the_axis_and_strange_ones_are_marked(bag):
    found = opinions(bag, "the Pizza was " + "x" * 40)
    layout = go.Figure(drawn.reading_figure(found, LETTERS)).layout
    assert layout.xaxis3.ticktext == ("the", "□ pizza", "was", "□ " + "x" * 13 + "…")
    low, high = (10**v for v in layout.yaxis3.range)
    assert (low, high) == pytest.approx(span([{"x": found.reading.felt}]))


def test_the_shuffled_panel_has_the_same_bag(bag):
    found = opinions(bag, "the film was good but the ending was dull", 4)
    seen = traces(drawn.shuffled_figure(found.other, found.bags[3]))
    np.testing.assert_array_equal(seen["positive"].y, found.other.positive)
    assert seen["bag of words"].y == (found.bag,)


def test_the_verdict_names_both_answers_and_the_word_that_moved_it(bag):
    words = drawn.verdict(opinions(bag, sentiment.EXAMPLES["Although"].text))
    assert "**negative** (0.9998)" in words and "“silly” moved" in words
    assert "**disagrees**: positive (0.5413)" in words
    swapped = drawn.verdict(opinions(bag, sentiment.EXAMPLES["Although, swapped"].text))
    assert "**positive**" in swapped and "“brilliant” moved" in swapped
    assert "**agrees**" in drawn.verdict(opinions(bag, sentiment.EXAMPLES["Plain"].text))


@pytest.mark.parametrize(("p", "said"), [(1.0, "above 0.9999"), (0.5, "0.5000"), (0.0, "0")])
def test_how_a_probability_is_said(p, said):
    assert drawn._said(p) == said


def test_one_word_and_no_mover(bag):
    found = opinions(bag, "good")
    assert "moved" not in drawn.verdict(found) and "in **0**" in drawn.orders_words(found)
    go.Figure(drawn.reading_figure(found, LETTERS))


def test_the_orders_are_counted(bag):
    found = opinions(bag, sentiment.EXAMPLES["Although"].text)
    changed = sum((p > 0.5) != (found.reading.answer > 0.5) for p in found.every)
    assert f"**{changed}**" in drawn.orders_words(found)
    assert "the same to the last digit" in drawn.orders_words(found)


def test_cautions(bag):
    assert not drawn.cautions(opinions(bag, "the film was good").reading)
    words = drawn.cautions(opinions(bag, " ".join(f"word{k}" for k in range(30))).reading)
    assert "“word0”" in words and "22 others" in words and "30 words: the longest" in words


def test_the_rows_hold_both_orders(bag):
    found = opinions(bag, "the film was good", 2)
    rows = drawn.rows(found)
    assert {r["order"] for r in rows} == {0, 2} and len(rows) == 8
    assert [r["gradient norm"] for r in rows[:4]] == list(found.reading.felt)
    assert len(drawn.rows(opinions(bag, "the film was good"))) == 4


def test_the_title_says_both_answers(bag):
    found = opinions(bag, sentiment.EXAMPLES["Although"].text)
    title = drawn.reading_figure(found, LETTERS)["layout"]["title"]["text"]
    assert title == "The network says negative, the bag of words says positive"
    plain = opinions(bag, sentiment.EXAMPLES["Plain"].text)
    assert drawn.title(plain.reading, plain.bag).endswith("positive, and the bag of words too")


@pytest.mark.parametrize("text", ["the zebra was xylophone", "the film was great zebra", "the qq"])
def test_a_word_that_is_not_known_is_never_said_to_have_moved_it(bag, text):
    found = opinions(bag, text)
    words = drawn.verdict(found)
    assert found.reading.strange
    assert not any(f"“{word}” moved" in words for word in found.reading.strange)


def test_a_known_word_beside_a_strange_one_is_named(bag):
    words = drawn.verdict(opinions(bag, "zebra film was great zebra"))
    assert "“great” moved its log-odds most" in words or "No word that it knows" in words
