"""Links to shipped networks: good on every server, by a name that says what is read."""

import random

import pytest

from pages.ui import registry, shipped
from rnn_core.applications.probe import completed, fits, look, run_of
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.training.models import names
from tests.pages.reader import clean

TEXTS = {
    "sentiment": ("the film was not good", "bad"),
    "entities": ("Paris smiled .", "we met Paris in London ."),
    "translation": ("81", "981"),
    "captions": ("0123456789abcdef" * 4 + " your drawing",),
    "characters": ("What's \n this?", "To be\n" * 25),
    "python": ("def f(x):\n    return x",),
    "sentences": ("30 5 Peru", "the clouds are in the"),
    "wave": ("3 40",),
    "prices": ("AAPL",),
}


@pytest.mark.parametrize("name", names(shipped.FOLDER))
def test_a_name_says_what_is_read_and_makes_it_anew(name):
    model = shipped.load(name)
    for text in TEXTS[model.card.application]:
        found = shipped.reading(model, text)
        assert found.name.startswith(f"{name}~") and SETTINGS["weights"].read(found.name)
        again = registry.get(found.name)
        assert again is not None and again.digest == found.digest and again.name == found.name
        wish = look(found, Experiment())
        assert fits(again, wish) and run_of(again, wish).loss == run_of(found, wish).loss


@pytest.mark.parametrize("name", names(shipped.FOLDER))
def test_a_plain_name_opens_the_network_on_an_example(name):
    found = registry.get(name)
    assert found is not None and found.name == name and found.sequence.labels
    assert SETTINGS["weights"].read(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nobody",
        "../sentiment",
        "sentiment~",
        "sentiment~~",
        "sentiment~~!!",
        "sentiment~~AAAA",
        "translation-16~abc",
        "captions~00",
        "prices~NONE",
        "wave~1",
        "wave~a b",
        "0" * 24,
        "sentences-rnn~9999 0 Peru",
        "characters-rnn~é",
    ],
)
def test_other_names_are_no_network_or_an_example(name):
    found = registry.get(name)
    assert found is None or (name == "sentiment~" and found.name == name)


def test_a_text_too_long_for_a_name_keeps_the_digest():
    letters = shipped.load("characters-rnn").card.inputs
    drawn = "".join(random.Random(0).choices(letters, k=200))
    found = shipped.reading(shipped.load("characters-rnn"), drawn)
    assert found.name == found.digest and not found.origin


def test_a_link_that_names_a_network_alone_has_its_settings():
    found = registry.get("characters-gru")
    e = completed(found, Experiment(weights="characters-gru"), ("weights",))
    assert fits(found, e) and e.cell == "gru"
    other = Experiment(weights="characters-gru", cell="rnn")
    assert completed(found, other, ("weights", "cell")) == other


@pytest.mark.parametrize("page", ["gates", "gradients"])
def test_a_link_by_name_shows_the_trained_network(visit, page):
    reader = visit(page, weights="sentiment~the_music_was_good")
    assert any("the music was good" in box.value for box in reader.markdown)
    assert not any("freshly drawn" in m.value for m in reader.markdown)
    assert reader.query_params["weights"] == "sentiment~the_music_was_good"


def test_look_inside_makes_such_a_link(visit):
    reader = visit("sentiment", review="the food was not good")
    (button,) = [b for b in reader.button if b.label == "Look inside"]
    clean(button.click().run())
    assert reader.query_params["weights"] == "sentiment~the_food_was_not_good"
