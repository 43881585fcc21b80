"""The pages where a reader types a sentence: examples, odd input, buttons, links."""

from pathlib import Path

import pytest

from rnn_core.applications import entities, sentiment
from rnn_core.training.models import load
from tests.pages.reader import clean, press, said

FOLDER = Path(__file__).parents[2] / "assets" / "models"
FIELDS = {"sentiment": "review", "entities": "sentence"}
BUTTONS = {"sentiment": sentiment.EXAMPLES, "entities": entities.EXAMPLES}
every_page = pytest.mark.parametrize("page", FIELDS)

ODD = {
    "empty": "",
    "blank": "   ",
    "only marks": "!!! ... ??? $x$ **",
    "markup": "<img src=x onerror=alert(1)> [a](http://b.c) `:red[a]` &amp; {{}}",
    "long": "good " * 40,
    "one long word": "x" * 200,
    "not Latin": "この映画は良かった",
    "right to left": "الفيلم لم يكن جيدا",
    "emoji": "👩‍👩‍👧🇩🇪é 😀",
    "numbers": "12345678901234567890 -1e999 0.5",
    "a comma": ",",
}


@every_page
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_anything_may_be_typed(visit, page, text):
    reader = visit(page, {FIELDS[page]: text})
    assert not reader.warning and not reader.error
    assert "Gradient check" in said(reader)


@every_page
def test_typing_and_a_link_say_the_same(visit, page):
    field, text = FIELDS[page], "the plot of Paris was never good ."
    reader = visit(page)
    reader.text_input(key=f"own_{field}").set_value(text).run()
    assert said(clean(reader)) == said(visit(page, {field: text}))
    assert reader.query_params[field] == text


@every_page
def test_every_example_is_a_press_away(visit, page):
    reader, field = visit(page), FIELDS[page]
    for title, example in BUTTONS[page].items():
        press(reader, title)
        assert reader.text_input(key=f"own_{field}").value == example.text
        assert example.claim in said(reader)


def test_a_strange_word_is_named(visit):
    assert "“pizza”" in said(visit("sentiment", review="the pizza was good"))
    assert "“Zanzibar”" in said(visit("entities", sentence="Zanzibar smiled ."))


def test_shuffling_goes_on_to_the_next_order_and_an_example_resets_it(visit):
    reader = press(visit("sentiment"), "Shuffle the words")
    assert reader.slider(key="own_order").value == 1
    press(reader, "Shuffle the words")
    assert reader.slider(key="own_order").value == 2
    press(reader, "But")
    assert reader.slider(key="own_order").value == 0
    last = press(visit("sentiment", order="99"), "Shuffle the words")
    assert last.slider(key="own_order").value == 1


def test_another_name_can_be_followed(visit):
    reader = press(visit("entities"), "Two names")
    assert "**“Florence”**" in said(reader)
    press(reader, "Follow Austin")
    assert "**“Austin”**" in said(reader) and reader.query_params["word"] == "6"
    press(reader, "A person")
    assert "word" not in reader.query_params


def test_the_cards_numbers_are_on_the_page(visit):
    for page, names in (("sentiment", ["sentiment"]), ("entities", ["entities-both"])):
        words = said(visit(page))
        for name in names:
            card = load(FOLDER, name).card
            assert card.command in words and all(f"{v:.3f}" in words for v in card.scores.values())


@pytest.mark.parametrize(
    ("page", "label"), [("sentiment", "Look inside"), ("entities", "Look inside, both directions")]
)
@pytest.mark.parametrize("onto", ["gates", "unrolled", "cell", "gradients", "credit"])
def test_look_inside_puts_the_sentence_on_other_pages(visit, page, label, onto):
    reader = press(visit(page), label)
    assert "is on the other pages now" in said(reader)
    reader.switch_page(f"{onto}.py")
    clean(reader.run())
    assert any("Trained weights" in m.value for m in reader.markdown)


@every_page
def test_a_missing_network_is_said(visit, page, no_networks):
    reader = visit(page)
    assert any("There is no trained network" in e.value for e in reader.error)
