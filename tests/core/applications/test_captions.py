"""A drawing probed: its spelling, its caption, and what each word hangs on."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.applications import captions, scores
from rnn_core.applications.captions import (
    BLANK,
    Sketch,
    clean,
    describe,
    from_hex,
    neighbour,
    probe_of,
    sketch,
    to_hex,
)
from rnn_core.applications.probe import look, run_of
from rnn_core.engine.readout import softmax
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks.captions import END, START, WORDS, inputs
from rnn_core.training.models import Model, load

FOLDER = Path(__file__).parents[3] / "assets" / "models"
OF = ("logit", "margin", "log")


@cache
def model() -> Model:
    return load(FOLDER, "captions")


drawings = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(drawings)
def test_a_drawing_is_spelled_exactly(text):
    assert to_hex(from_hex(text)) == to_hex(from_hex(text.upper())) == text


def test_paper_is_0_and_ink_is_1():
    assert not from_hex(BLANK).any()
    assert from_hex("c" * 64).min() == from_hex("c" * 64).max() == 1
    assert from_hex("0" * 64)[0, 0] == -0.5 and from_hex("f" * 64)[0, 0] == 1.375
    assert to_hex(np.full((8, 8), -9.0)) == "0" * 64 and to_hex(np.full((8, 8), 9.0)) == "f" * 64


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "g" * 64, "٣" * 64, "0" * 63 + " "])
def test_what_is_no_drawing_is_said_in_words(text):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        from_hex(text)


@given(st.sampled_from(["held-out", "unseen"]), st.integers(1, 200))
def test_a_drawing_asked_for_is_always_the_same_and_of_its_kind(which, drawn):
    image, subject = sketch(Sketch(which=which, drawn=drawn))
    again, _ = sketch(Sketch(which=which, drawn=drawn))
    assert np.array_equal(image, again) and subject is not None
    assert subject.unseen == (which == "unseen")
    assert np.array_equal(from_hex(to_hex(image)), image)
    assert set(np.unique(clean(image))) <= {0.0, 1.0}


def test_a_readers_drawing_goes_before_all_others():
    image, subject = sketch(Sketch(pixels="f" * 64, drawn=3))
    assert subject is None and (image == 1.375).all()


@pytest.mark.parametrize("drawn", [1, 2, 3])
def test_a_caption_is_the_applications(drawn):
    image, _ = sketch(Sketch(drawn=drawn))
    found = describe(model().network, image)
    assert found.words == scores.describe(model().network, image[None])[0]
    assert found.spoken[-1].word == END and all(0 < s.p <= 1 for s in found.spoken)
    assert found.slopes.shape == (len(found.spoken), 8, 8)


def value(image, words, place, of):
    """The differentiated quantity, straight from a forward pass; the words read are held fixed."""
    x = inputs(image, WORDS.codes((START, *words[:-1])))
    logits = model().network.forward(x[None]).logits[0, place]
    row = WORDS.rows[words[place]]
    if of == "log":
        return np.log(softmax(logits)[row])
    return logits[row] - (np.delete(logits, row).max() if of == "margin" else 0.0)


@pytest.mark.parametrize("of", OF)
def test_slopes_agree_with_central_differences(of):
    image, _ = sketch(Sketch(which="unseen", drawn=2))
    found, h = describe(model().network, image, of), 1e-5
    words = [s.word for s in found.spoken]
    for place in range(len(words)):
        for pixel in ((0, 0), (2, 5), (7, 1)):
            step = np.zeros((8, 8))
            step[pixel] = h
            ahead, behind = (value(image + sign * step, words, place, of) for sign in (1, -1))
            slope = found.slopes[place][pixel]
            assert (ahead - behind) / (2 * h) == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_norms_are_over_all_pixels():
    image, _ = sketch(Sketch())
    found = describe(model().network, image)
    assert found.norms[0] == pytest.approx(np.linalg.norm(found.slopes[0]))


def test_the_margin_is_against_the_runner_up():
    """d margin = d logit of the word - d logit of the first of the others."""
    logits = np.array([[1.0, 3.0, 2.0], [5.0, 0.0, 4.0]])
    assert captions.runners_up(logits, np.array([1, 2])).tolist() == [2, 0]


def test_the_neighbour_is_the_closest_known_drawing():
    known = captions.known()
    image, _ = sketch(Sketch(which="unseen", drawn=4))
    found = neighbour(image, known)
    distances = np.sqrt(np.square(known[0] - image).sum((1, 2)))
    assert found.distance == pytest.approx(distances.min())
    assert found.subject == known[1][distances.argmin()] and not found.subject.unseen


@pytest.mark.parametrize("pixels", [BLANK, "f" * 64, "0" * 64, "4c" * 32])
def test_any_drawing_gets_a_caption_and_goes_under_the_glass(pixels):
    caption = describe(model().network, from_hex(pixels))
    found = probe_of(model(), caption, "your drawing")
    assert found.sequence.labels == ("drawing", *(s.word for s in caption.spoken[:-1]))
    done = run_of(found, look(found, Experiment()))
    np.testing.assert_allclose(
        [done.stages[0].trace.outputs[0, t].max() for t in range(len(caption.spoken))],
        [s.p for s in caption.spoken],
        rtol=1e-9,
    )
    assert gradient_check(done).ok
