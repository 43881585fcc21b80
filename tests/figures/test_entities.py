"""The numbers and words of the named-entities page, read back."""

from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import entities as drawn
from rnn_core.applications import entities
from rnn_core.tasks.entities import TAGS
from rnn_core.training.models import load

FOLDER = Path(__file__).parents[2] / "assets" / "models"
NETWORKS = [load(FOLDER, name).network for name in ("entities-forward", "entities-both")]


def tagged(text: str, word: int = 0):
    return entities.tagged(*NETWORKS, entities.understood(text), word)


@pytest.fixture
def person():
    return tagged(entities.EXAMPLES["A person"].text)


def test_the_piles_are_the_probabilities_and_sum_to_one(person):
    figure = go.Figure(drawn.piles(person))
    for axis, p in (("y", person.forward), ("y2", person.both)):
        piles = {t.name: t.y for t in figure.data if t.yaxis == axis}
        for c, tag in enumerate(TAGS):
            np.testing.assert_array_equal(piles[tag], p[:, c])
        np.testing.assert_allclose(sum(piles.values()), 1)


def test_the_followed_word_is_framed_and_spelled(person):
    figure = go.Figure(drawn.piles(person))
    assert {s.x0 + s.x1 for s in figure.layout.shapes} == {8.0}  # the fourth word
    spelled = [t.text[3] for t in figure.data if t.yaxis == "y" and t.text[3]]
    assert spelled == ["person 0.30", "place 0.34", "company 0.36"]
    assert "person > 0.99" in [t.text[3] for t in figure.data if t.yaxis == "y2"]


def test_the_growth_draws_both_networks(person):
    seen = {t.name: t for t in go.Figure(drawn.growth(person)).data}
    for c, tag in enumerate(TAGS):
        np.testing.assert_array_equal(seen[tag].y, person.course[:, c])
        np.testing.assert_array_equal(seen[f"{tag}, forward only"].y, person.guess[:, c])
    assert drawn.growth(person)["layout"]["xaxis"]["ticktext"][:3] == ["Austin", "was", "born"]


def test_every_tag_has_its_own_look():
    for table in (drawn.COLOURS, drawn.DASHES, drawn.SHAPES):
        assert set(table) == set(TAGS) and len(set(table.values())) == len(TAGS)


def test_the_verdict_has_before_and_after(person):
    words = drawn.verdict(person)
    assert "**company** 0.357 (hardly less: place, person)" in words
    assert "before “born”" in words and "with 0.236; ended after it, with **0.996**" in words
    assert "the name itself" in drawn.verdict(tagged(entities.EXAMPLES["Decided before"].text))
    assert "**company** above 0.999" in drawn.verdict(tagged(entities.EXAMPLES["Two names"].text))
    assert "No word follows" in drawn.verdict(tagged("we met Paris"))


def test_cautions():
    assert not drawn.cautions(tagged("Paris smiled ."))
    words = drawn.cautions(tagged("Zanzibar " + "smiled " * 20))
    assert "“Zanzibar”" in words and "21 words" in words


def test_the_rows_hold_everything_drawn(person):
    rows = drawn.rows(person)
    T, k = len(person.words), person.word
    assert len(rows) == 4 * (2 * T + 2 * (T - k))
    assert rows[0]["probability"] == person.forward[0, 0]
    assert rows[-1]["probability"] == person.course[-1, -1]
    assert rows[-1]["sentence ended after"] == T and rows[-1]["word"] == "Austin"


def test_the_title_says_what_both_networks_say_of_the_word(person):
    title = drawn.piles(person)["layout"]["title"]["text"]
    assert title == "“Austin”: reading forward only company 0.36; in both directions person > 0.99"
