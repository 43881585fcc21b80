"""A reader's sentence before both tagging networks."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.applications import entities
from rnn_core.applications.entities import EXAMPLES, Mention, Tagged
from rnn_core.applications.probe import look, run_of
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import LONGEST_TEXT
from rnn_core.tasks.entities import TAGS
from rnn_core.tasks.vocabulary import held_out
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[3] / "assets" / "models"
FORWARD, BOTH = (load(FOLDER, name).network for name in ("entities-forward", "entities-both"))
every_example = pytest.mark.parametrize("name", EXAMPLES)


def tagged(text: str, word: int = 0) -> Tagged:
    return entities.tagged(FORWARD, BOTH, entities.understood(text), word)


@every_example
def test_an_example_shows_what_it_says(name):
    example = EXAMPLES[name]
    found = tagged(example.text)
    right = TAGS.index(example.tag)
    assert found.word == example.word and not found.strange
    assert found.both[found.word, right] > 0.99
    assert (found.forward[found.word, right] < 0.45) == example.later
    assert held_out(found.words)


def test_reading_forward_the_same_words_get_the_same_answer():
    person, place, company = (
        tagged(EXAMPLES[n].text) for n in ("A person", "A place", "A company")
    )
    np.testing.assert_array_equal(person.forward[:5], place.forward[:5])
    np.testing.assert_array_equal(person.forward[:5], company.forward[:5])
    assert len({int(f.both[3].argmax()) for f in (person, place, company)}) == 3


@every_example
def test_as_the_sentence_grows_only_both_directions_change(name):
    found = tagged(EXAMPLES[name].text)
    assert len(found.course) == len(found.guess) == len(found.words) - found.word
    np.testing.assert_allclose(found.guess, np.tile(found.guess[0], (len(found.guess), 1)))
    np.testing.assert_allclose(found.guess[-1], found.forward[found.word])
    np.testing.assert_allclose(found.course[-1], found.both[found.word])


def test_the_growing_sentence_is_each_beginning_by_itself():
    typed = entities.understood(EXAMPLES["Two names"].text)
    course = entities.growing(BOTH, typed, 0)
    alone = [entities.tags(BOTH, typed[:end])[0] for end in range(1, len(typed) + 1)]
    np.testing.assert_allclose(course, alone, rtol=1e-12)


CLUES = {
    **{"A person": "born", "A place": "flooded", "A company": "sold"},
    **{"Three words later": "sisters", "Two names": "hired", "Decided before": "Austin"},
}


@pytest.mark.parametrize(("name", "word"), CLUES.items())
def test_the_clue_is_the_turning_word(name, word):
    found = tagged(EXAMPLES[name].text)
    assert found.words[found.word + entities.turning(found.course)] == word


def test_names_and_the_one_followed():
    found = tagged("Florence hired new staff while Austin smiled .")
    assert [found.words[k] for k in found.names] == ["Florence", "Austin"]
    assert tagged("the road is long .").word == 0
    assert tagged("Paris smiled .", 99).word == 2 and tagged("Paris smiled .", 2).word == 1
    assert Mention().sentence == EXAMPLES["A person"].text


@pytest.mark.parametrize(("kind", "network"), [("forward", FORWARD), ("both", BOTH)])
def test_under_the_glass_the_targets_are_the_networks_own(kind, network):
    typed = entities.understood(EXAMPLES["A person"].text)
    found = entities.probe_of(kind, network, typed)
    run = run_of(found, look(found, Experiment()))
    own = entities.tags(network, typed).argmax(-1)
    assert run.sequence.target_labels == tuple(TAGS[k] for k in own)
    assert run.experiment.direction == network.direction


@given(st.text(max_size=LONGEST_TEXT), st.integers(0, 200))
def test_any_text_is_tagged_or_has_no_word(text, word):
    if typed := entities.understood(text):
        found = entities.tagged(FORWARD, BOTH, typed, word)
        np.testing.assert_allclose(found.both.sum(1), 1)
        assert 0 <= found.word < len(typed)
        assert 0 <= entities.turning(found.course) < len(found.course)
