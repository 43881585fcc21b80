"""Connectivity: every norm is that of a gradient, by central differences through the network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.analysis.gradient_check import Check
from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.applications.characters import OPENINGS
from rnn_core.applications.connectivity import (
    PASSAGE,
    all_checked,
    by_distance,
    encoded,
    felt,
    heard,
    probe_of,
    reach,
    readable,
    shared,
)
from rnn_core.applications.probe import look, run_of
from rnn_core.engine.readout import softmax
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import LONGEST_TEXT
from rnn_core.tasks.characters import SONNETS
from rnn_core.tasks.task import one_hot
from tests.core.small_models import LETTERS, small_model

TEXT = "abba cab\nab"
EPS = 1e-6
every_cell = pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])


def run_on(cell, text=TEXT):
    model = small_model(cell)
    found = probe_of(model, text)
    return model, run_of(found, look(found, Experiment()))


def foretold(network, x, target, of, initial=None):
    """The differentiated quantity: of the character `target` after the last step of x (1, T, D)."""
    logits = network.forward(x, initial=initial).logits[0, -1]
    return logits[target] if of == "logit" else np.log(softmax(logits)[target])


def slope(f, at):
    """Central differences of f around the vector `at`."""
    rows = EPS * np.eye(len(at))
    return np.array([(f(at + e) - f(at - e)) / (2 * EPS) for e in rows])


@every_cell
@pytest.mark.parametrize("of", ["loss", "logit"])
@pytest.mark.parametrize(("t", "k"), [(1, 0), (5, 0), (5, 4), (10, 3)])
def test_every_norm_is_that_of_a_difference_quotient(cell, of, t, k):
    model, done = run_on(cell)
    codes = encoded(TEXT, LETTERS)
    x = one_hot(codes[None, :t], len(LETTERS))

    def with_input(row):
        moved = x.copy()
        moved[0, k] = row
        return foretold(model.network, moved, codes[t], of)

    found = felt(done, of)
    expected = np.linalg.norm(slope(with_input, x[0, k]))
    assert found.norms["x"][t - 1, k] == pytest.approx(expected, rel=1e-6)


@every_cell
@pytest.mark.parametrize("of", ["loss", "logit"])
@pytest.mark.parametrize(("t", "k"), [(5, 0), (10, 3)])
def test_every_norm_at_a_state_is_that_of_a_difference_quotient(cell, of, t, k):
    model, done = run_on(cell)
    codes = encoded(TEXT, LETTERS)
    x = one_hot(codes[None, :t], len(LETTERS))
    states = {s: a[:, k + 1] for s, a in done.stages[0].trace.layers[0].states.items()}

    def from_state(h):
        start = {s: (h[None] if s == "h" else a)[None] for s, a in states.items()}
        return foretold(model.network, x[:, k + 1 :], codes[t], of, start)

    expected = np.linalg.norm(slope(from_state, states["h"][0]))
    assert felt(done, of).norms["h"][t - 1, k] == pytest.approx(expected, rel=1e-6)


@every_cell
def test_nothing_is_felt_of_what_comes_later_and_the_chances_are_the_networks(cell):
    model, done = run_on(cell)
    found, n = felt(done, "loss"), len(TEXT) - 1
    for norms in found.norms.values():
        assert norms.shape == (n, n)
        assert (np.isnan(norms) == (np.triu(np.ones((n, n)), 1) > 0)).all()
    codes = encoded(TEXT, LETTERS)
    p = softmax(model.network.forward(one_hot(codes[None], len(LETTERS))).logits[0])
    np.testing.assert_allclose(found.chances, p[np.arange(n), codes[1:]], rtol=1e-12)


@every_cell
def test_what_is_asked_of_credit_replaces_the_losses_slope(cell):
    _, done = run_on(cell)
    (stage,) = done.stages
    slopes = stage.network.head.dlogits(stage.trace.logits, stage.targets)[0]
    (own,), (twice,) = loss_state_matrix(done), loss_state_matrix(done, 2 * slopes)
    np.testing.assert_allclose(twice.inputs, 2 * own.inputs, rtol=1e-12)


def test_medians_and_reaches():
    norms = np.array([[4.0, np.nan, np.nan], [1.0, 2.0, np.nan], [0.01, 1.0, 6.0]])
    np.testing.assert_array_equal(by_distance(norms), [4.0, 1.0, 0.01])
    assert [reach(row) for row in norms] == [1, 2, 2]
    assert reach(np.array([0.06, 1.0, 6.0])) == 3
    assert reach(np.zeros(3)) == 0 and reach(np.array([])) == 0
    assert reach(np.array([1.0, np.inf])) == 1


def test_only_known_characters_are_heard_and_the_others_named():
    assert heard("ab\\nc↵d é é!", LETTERS) == ("ab\nc\n  ", "dé!")
    assert readable("abc", LETTERS) == ("abc", "")
    text, note = readable("é", LETTERS)
    assert text == heard(PASSAGE, LETTERS)[0] and "é" in note and "Less than two" in note


@given(st.text(max_size=LONGEST_TEXT))
def test_any_text_becomes_one_that_can_be_read(typed):
    alphabet = tuple(sorted({*LETTERS, *PASSAGE}))
    text, _ = readable(typed, alphabet)
    assert 2 <= len(text) <= LONGEST_TEXT and set(text) <= set(alphabet)
    assert "".join(alphabet[k] for k in encoded(text, alphabet)) == text


def test_the_examples_are_no_part_of_what_was_learnt():
    assert heard(PASSAGE, tuple(SONNETS))[0] in SONNETS
    assert OPENINGS["characters"] in SONNETS
    assert len(PASSAGE) <= LONGEST_TEXT


def test_the_shared_alphabet_and_another_text_is_another_probe():
    model = small_model("gru")
    assert shared([model, small_model("rnn")]) == LETTERS
    names = {probe_of(model, text).name for text in ("abc", "abb", "ab\nc", "ab c")}
    assert len(names) == 4


def test_the_checks_of_several_networks_are_their_worst():
    good, better = Check(1e-8, 10, True, ""), Check(1e-9, 20, True, "")
    lost = Check(float("nan"), 5, False, "Not checked")
    assert all_checked([good, better]).relative_error == 1e-8
    assert all_checked([good, better]).entries == 30 and all_checked([good, better]).ok
    assert not all_checked([good, Check(0.1, 1, False, "")]).ok
    assert all_checked([good, lost]) is lost
