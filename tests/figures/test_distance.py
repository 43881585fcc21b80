"""The words' bars, the curves over all gaps and the sentences: every number read back."""

import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures import distance as figures
from pages.figures.theme import FLOOR, number
from rnn_core.applications import distance
from rnn_core.applications.distance import AtGap, Felt
from rnn_core.engine.cells import CELLS
from rnn_core.tasks.sentences import ANSWERS, COUNTRIES, Sentence
from rnn_core.training import models

FOLDER = Path(__file__).parents[2] / "assets" / "models"
READ = Sentence(("in", "Canada", "by", "Peru", "I", "speak"), "French", 1, 2)


@pytest.fixture(scope="module")
def shipped():
    return {cell: models.load(FOLDER, f"sentences-{cell}") for cell in CELLS}


@pytest.fixture(scope="module")
def gaps(shipped) -> list[AtGap]:
    return list(distance.over_gaps(shipped, "keras", (0, 7, 40), 8))


def felt(norms, answer: str = "French", p: float = 0.9) -> Felt:
    norms = np.atleast_2d(np.asarray(norms, dtype=float))
    probabilities = np.full((len(norms), len(ANSWERS)), (1 - p) / (len(ANSWERS) - 1))
    probabilities[:, ANSWERS.rows[answer]] = p
    return Felt(norms, READ.clue, probabilities)


def drawn(norms, how: str = "norm", **more) -> list[tuple[str, str, float, str]]:
    """Class, word, per cent and title of every word of one network."""
    html = figures.words(READ, "trained", {"rnn": felt(norms, **more)}, how)
    found = re.findall(r"<i class='(\w*)' style='--up:(\d+)%' title='([^']*)'>([^<]*)</i>", html)
    return [(kind, word, float(up), title) for kind, up, title, word in found]


def test_a_word_is_filled_as_high_as_its_gradient():
    norms = [1e-30, 1e-10, 1e-5, 0.3, 10.0, 100.0]
    rows = drawn(norms)
    assert tuple(word for _, word, _, _ in rows) == READ.words
    for (_, word, up, title), value in zip(rows, norms, strict=True):
        assert up == pytest.approx(100 * figures.height(value), abs=0.51)
        assert title.startswith(f"{word}: {number(value)}")
        assert ("drawn empty" in title) == (value < figures.LOW)
    assert [rows[k][2] for k in (0, 1, 4, 5)] == [0, 0, 100, 100]
    assert figures.height(1e-5) == pytest.approx(5 / 11)


def test_a_part_is_by_the_last_word():
    rows = drawn([[4.0, 2.0, 1.0, 1.0, 1.0, 2.0]], "share")
    assert rows[0][3] == "in: 2" and rows[1][3] == "Canada: 1"


def test_nothing_felt_has_a_word():
    rows = drawn(np.zeros(6), "share")
    assert all(up == 0 and "nothing measurable" in title for _, _, up, title in rows)
    said = figures.headline(READ, {"rnn": felt(np.zeros(6))}, {"rnn": felt(np.ones(6))}, "share")
    assert "trained RNN **nothing measurable**" in said


def test_clue_and_misleading_countries_are_marked():
    kinds = [kind for kind, *_ in drawn(np.ones(6))]
    assert kinds == ["", "clue", "", "other", "", ""]


def test_answers_stand_behind_the_sentence_and_for_screen_readers():
    right = figures.words(READ, "trained", {"rnn": felt(np.ones(6))}, "norm")
    assert "→ French 0.90 ✓" in right and "answer French, probability 0.90" in right
    wrong = {"rnn": felt(np.ones(6), "sea", 0.5)}
    assert "→ sea 0.50 ✗" in figures.words(READ, "trained", wrong, "norm")


def test_the_conclusion_names_who_is_right_and_what_the_others_say():
    found = {"rnn": felt(np.ones(6), "sea"), "gru": felt(np.ones(6)), "lstm": felt(np.ones(6))}
    said = figures.conclusion(READ, found)
    assert said == "4 words after “Canada”: GRU and LSTM still answer French; RNN says sea"
    assert figures.conclusion(READ, {"gru": felt(np.ones(6))}).endswith("GRU still answers French")
    assert "still" not in figures.conclusion(READ, {"rnn": felt(np.ones(6), "sea")})


def test_untrained_draws_are_their_median():
    several = felt([[1e-4] * 6, [1e-2] * 6, [1.0] * 6])
    html = figures.words(READ, "untrained", {"rnn": several}, "norm")
    assert f"Canada: {number(1e-2)}" in html


@pytest.mark.parametrize("how", ["share", "norm"])
def test_curves_over_gaps_are_medians(gaps, how):
    figure = figures.clues(gaps, how, 7, "dL/dxₜ")
    go.Figure(figure)
    lines = {t["name"]: t for t in figure["data"]}
    for cell in CELLS:
        trained = [np.median(f.trained[cell].at_clue(how)) for f in gaps]
        line = lines[f"{cell.upper()} trained"]
        np.testing.assert_allclose(line["y"], np.maximum(trained, FLOOR))
        np.testing.assert_array_equal(line["x"], [0, 7, 40])
        draws = np.array([[np.median(u.at_clue(how)) for u in f.untrained[cell]] for f in gaps])
        untrained = lines[f"{cell.upper()} untrained"]
        np.testing.assert_allclose(untrained["y"], np.maximum(np.median(draws, 1), FLOOR))
        band = np.split(lines[f"{cell.upper()} untrained, band"]["y"], 2)
        np.testing.assert_allclose(band[0], np.maximum(draws.min(1), FLOOR))
        np.testing.assert_allclose(band[1][::-1], np.maximum(draws.max(1), FLOOR))
    assert figure["layout"]["shapes"][0]["x0"] == 7
    assert "dL/dxₜ" in figure["layout"]["yaxis"]["title"]["text"]
    assert not figures.clues(gaps, how, None, "dL/dxₜ")["layout"].get("shapes")


def test_accuracies_are_of_held_out_sentences_only(gaps):
    figure = figures.accuracies(gaps, None)
    go.Figure(figure)
    lines = {t["name"]: t for t in figure["data"]}
    for cell in CELLS:
        np.testing.assert_array_equal(lines[cell.upper()]["x"], [7, 40])
        np.testing.assert_allclose(lines[cell.upper()]["y"], [f.accuracy[cell] for f in gaps[1:]])
    found = lines["the last country's language"]["y"]
    np.testing.assert_allclose(found, [f.last_country for f in gaps[1:]])
    np.testing.assert_allclose(
        lines["the most frequent language"]["y"], [f.usual for f in gaps[1:]]
    )
    assert "8 held-out" in figure["layout"]["title"]["text"]
    said = figures.verdict(gaps)
    assert f"{gaps[1].last_country:.2f} at 7 words" in said and "GRU **1.00**" in said


def test_probabilities_are_the_networks():
    found = felt(np.ones(6), "Arabic", 0.6)
    figure = figures.answers({"gru": found}, "French")
    go.Figure(figure)
    (bars,) = figure["data"]
    np.testing.assert_allclose(bars["x"], found.answers[0])
    assert bars["y"][0] == "French ✓" and bars["y"][1] == "Arabic"


def named(**answers: str) -> dict[str, str]:
    return {**COUNTRIES, **answers}


def test_exchanging_the_clue_is_counted_and_says_no_more_than_it_shows():
    right, wrong = named(), dict.fromkeys(COUNTRIES, "French")
    small, large = felt([1, 1e-5, 1, 1, 1, 1]), felt(np.ones(6))
    said = figures.exchange(READ, {"lstm": right, "rnn": wrong}, {"lstm": small, "rnn": small})
    assert "LSTM **8 of 8** right (5 different answers)" in said
    assert "RNN **2 of 8** right (1 answer)" in said
    assert "no proof of a forgotten clue" in said and "LSTM: hardly any slope" in said
    for answers, gradient in ((right, large), (wrong, small), (named(Kenya="sea"), small)):
        assert "no proof" not in figures.exchange(READ, {"lstm": answers}, {"lstm": gradient})


def test_the_table_has_every_score_of_the_cards(shipped):
    cards = {cell: model.card for cell, model in shipped.items()}
    table = figures.scores(cards)
    for gap, value in cards["rnn"].scores.items():
        (row,) = [line for line in table.splitlines() if line.startswith(f"| {gap} ")]
        assert f"| {value:.3f} |" in row
        baseline = cards["rnn"].baselines[f"most frequent language, {gap}"]
        assert row.endswith(f"| {baseline:.3f} |")


def test_rows_hold_every_number():
    two = felt([[1.0, 2, 3, 4, 5, 5], [2.0, 2, 2, 2, 2, 4]])
    table = figures.rows(READ, {"rnn": felt(np.arange(1.0, 7))}, {"rnn": two})
    assert {len(column) for column in table.values()} == {18}
    np.testing.assert_allclose(table["norm"][-6:], np.arange(1, 7))
    np.testing.assert_allclose(
        table["share of the last word's"][:6], np.array([1, 2, 3, 4, 5, 5]) / 5
    )
    assert list(table["word"][:6]) == list(READ.words) and table["state"][-1] == "trained"
    assert figures.rows(READ, {}, {}) == {}


def test_a_hall_sees_the_beginning_with_the_clue_and_the_end():
    long = Sentence(("in", "Canada", *["so"] * 50, "I", "speak"), "French", 1, 50)
    heard = {"rnn": Felt(np.ones((1, 54)), 1, felt([1.0]).answers)}
    whole, brief = (figures.words(long, "trained", heard, "share", most) for most in (None, 20))
    assert whole.count("<i ") == 54 and "words …" not in whole
    assert brief.count("<i ") == 20 and "… 34 words …" in brief
    assert "class='clue'" in brief and ">speak</i>" in brief
    assert figures.words(long, "trained", heard, "share", 54) == whole
