"""The clue's gradient: against central differences, PyTorch's way of cutting, and its own parts."""

from pathlib import Path

import numpy as np
import pytest

from rnn_core.applications import distance
from rnn_core.applications.distance import COUNT, FAR, GAPS, HELD_OUT_FROM, SHORT, Distance
from rnn_core.engine.cells import CELLS
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import settings_of
from rnn_core.tasks import sentences as grammar
from rnn_core.tasks.sentences import ANSWERS, COUNTRIES, NEAR, VOCABULARY
from rnn_core.training import models

FOLDER = Path(__file__).parents[3] / "assets" / "models"
SHORT_GAPS = (0, 4, 7, 20)


@pytest.fixture(scope="module")
def shipped() -> dict[str, models.Model]:
    return {cell: models.load(FOLDER, f"sentences-{cell}") for cell in CELLS}


def loss(network: Network, x: np.ndarray, answer: int) -> float:
    """The cross-entropy of the last word's answer, written out."""
    logits = network.forward(x[None]).logits[0, -1]
    return float(np.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[answer])


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_those_of_central_differences(cell, shipped):
    read = distance.sentence(Distance(gap=3))
    network = distance.untrained(shipped[cell].network, "pytorch", 1)[0]
    felt = distance.feel(network, [read])
    x = np.eye(len(VOCABULARY))[VOCABULARY.codes(read.words)]
    answer, h = ANSWERS.rows[read.answer], 1e-5
    for k in (0, read.clue, len(x) - 1):
        slope = np.zeros(x.shape[1])
        for d in range(x.shape[1]):
            up, down = x.copy(), x.copy()
            up[k, d] += h
            down[k, d] -= h
            slope[d] = (loss(network, up, answer) - loss(network, down, answer)) / (2 * h)
        assert felt.norms[0, k] == pytest.approx(np.linalg.norm(slope), rel=1e-5)


def test_several_sentences_are_each_read_alone(shipped):
    rng = np.random.default_rng(0)
    read = [grammar.far(rng, 9) for _ in range(5)]
    for model in shipped.values():
        all_at_once = distance.feel(model.network, read)
        alone = distance.together([distance.feel(model.network, [s]) for s in read])
        np.testing.assert_allclose(all_at_once.norms, alone.norms, rtol=1e-9)
        np.testing.assert_allclose(all_at_once.answers, alone.answers, rtol=1e-9)
        np.testing.assert_allclose(all_at_once.answers.sum(1), 1)


def test_a_share_is_by_the_last_word():
    norms = np.array([[1.0, 2.0, 4.0], [1.0, 1.0, 0.0]])
    np.testing.assert_allclose(distance.shares(norms)[0], [0.25, 0.5, 1.0])
    assert np.isnan(distance.shares(norms)[1]).all()


def test_norm_and_share_at_the_clue(shipped):
    felt = distance.feel(shipped["lstm"].network, [distance.sentence(Distance())])
    np.testing.assert_allclose(felt.measured("norm"), felt.norms)
    np.testing.assert_allclose(felt.measured("share")[:, -1], 1)
    assert felt.at_clue("share") == felt.norms[:, felt.clue] / felt.norms[:, -1]


@pytest.mark.parametrize("gap", [0, 1, 6, 7, 30, 100])
def test_a_sentence_has_its_gap_its_clue_and_is_held_out(gap):
    for country in COUNTRIES:
        read = distance.sentence(Distance(gap=gap, country=country))
        assert read.words[read.clue] == country and read.answer == COUNTRIES[country]
        assert len(read.words) == 5 + gap + 3
        assert gap < HELD_OUT_FROM or grammar.part(read) == "validation"


def test_every_short_sentence_is_the_grammars():
    found = {distance.sentence(Distance(sentence=name)) for name in SHORT}
    assert {" ".join(s.words): s.answer for s in found} == NEAR
    assert all(s.words[s.clue] == name for name, s in ((s.words[1], s) for s in found))


def test_other_words_are_other_words():
    found = {distance.sentence(Distance(filler=k)).words for k in range(10)}
    assert len(found) == 10


def test_exchanging_the_clue_changes_nothing_else(shipped):
    read = distance.sentence(Distance(country="Kenya"))
    for model in shipped.values():
        named = distance.exchanged(model.network, read)
        assert tuple(named) == tuple(COUNTRIES)
        assert named["Kenya"] == distance.feel(model.network, [read]).named[0]


def test_the_gated_networks_follow_the_clue_and_the_plain_one_keeps_half_of_it(shipped):
    """Facts that the page states about its default sentence."""
    read = distance.sentence(Distance())
    kinds = {c: len(set(distance.exchanged(m.network, read).values())) for c, m in shipped.items()}
    assert kinds["gru"] == kinds["lstm"] == len(set(COUNTRIES.values()))
    assert 1 < kinds["rnn"] < len(set(COUNTRIES.values()))


def test_over_gaps_measures_every_network_on_the_same_sentences(shipped):
    found = list(distance.over_gaps(shipped, "keras", SHORT_GAPS, 16))
    assert [f.gap for f in found] == list(SHORT_GAPS)
    for at in found:
        assert at.held_out == (at.gap >= HELD_OUT_FROM)
        assert {f.norms.shape for f in at.trained.values()} == {(16, 8 + at.gap)}
        assert {len(f) for f in at.untrained.values()} == {distance.SEEDS}
    assert found[-1].accuracy["gru"] == 1 > found[-1].accuracy["rnn"]
    assert found[0].last_country == 1  # without a gap the clue is the last country


def test_untrained_gradients_vanish_with_the_gap_from_pytorchs_start(shipped):
    near, *_, far = distance.over_gaps(shipped, "pytorch", (0, 30), 8)
    for cell in CELLS:
        short, long = (
            max(np.median(f.at_clue("share")) for f in at.untrained[cell]) for at in (near, far)
        )
        assert long < 1e-4 * short


def test_untrained_networks_have_the_shape_and_differ(shipped):
    for model in shipped.values():
        one, other = distance.untrained(model.network, model.card.settings["init"], 2)
        shapes = {n: w.shape for n, w in one.weights.items()}
        assert shapes == {n: w.shape for n, w in model.network.weights.items()}
        assert not np.array_equal(one.weights["weight_hh_l0"], other.weights["weight_hh_l0"])
        assert model.card.settings["init"] == Distance().untrained  # as the control says


def test_the_settings():
    assert Distance().sentence == FAR
    assert not settings_of(Distance).keys() & SETTINGS.keys()
    assert GAPS[-1] == settings_of(Distance)["gap"].high and COUNT % 4 == 0
