"""Sequences: any text is read with a clear word; longer runs keep their first steps."""

import unicodedata
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.engine.readout import READOUTS
from rnn_core.experiment.inputs import (
    MAX_ALPHABET,
    MAX_CHARACTERS,
    OTHER,
    SOURCES,
    TARGETS,
    longest,
    make_sequence,
)

SERIES = tuple(np.cumsum(np.sin(np.arange(60.0) ** 1.3)))
EVERYTHING = [(source, readout) for source in SOURCES for readout in READOUTS]


def make(source, steps, **settings):
    return make_sequence(source, steps, series=SERIES, **settings)


def read(text, steps=5):
    return make_sequence("text", steps, text=text)


@pytest.mark.parametrize(("source", "readout"), EVERYTHING)
def test_shapes(source, readout):
    seq = make(source, 7, readout=readout)
    inputs = len(seq.alphabet) or 1
    assert seq.x.shape == (1, 7, inputs)
    assert seq.targets.shape == (1, 7, len(seq.output_labels))
    assert len(seq.labels) == len(seq.target_labels) == 7
    assert seq.values is None or seq.values.shape == (7,)
    assert seq.x.dtype == seq.targets.dtype == np.float64
    assert all(isinstance(note, str) for note in seq.notes)


@pytest.mark.parametrize(("source", "readout"), EVERYTHING)
@given(short=st.integers(1, 30), more=st.integers(0, 29), seed=st.integers(0, 9))
def test_a_longer_sequence_keeps_the_earlier_steps(source, readout, short, more, seed):
    one = make(source, short, readout=readout, seed=seed)
    two = make(source, short + more, readout=readout, seed=seed)
    np.testing.assert_array_equal(one.x, two.x[:, :short])
    np.testing.assert_array_equal(one.targets, two.targets[:, :short])
    assert one.labels == two.labels[:short]
    assert one.target_labels == two.target_labels[:short]
    assert one.alphabet == two.alphabet


@given(text=st.text(max_size=60), steps=st.integers(1, 40))
def test_any_text_is_read(text, steps):
    seq = read(text, steps)
    assert len(seq.labels) == steps and set(seq.labels) <= set(seq.alphabet)
    assert np.array_equal(seq.x.sum(axis=-1), np.ones((1, steps)))
    decoded = tuple(seq.alphabet[i] for i in seq.targets[0].argmax(axis=-1))
    assert decoded == seq.target_labels
    assert seq.target_labels[:-1] == seq.labels[1:]
    # A code point that this Python does not know yet may well be visible in the browser.
    unknown = {c for c in text if unicodedata.category(c) in ("Cn", "Co")}
    assert all(len(s) > 1 or s.isprintable() or s in unknown for s in seq.alphabet)
    "".join(seq.labels + seq.notes).encode("utf-8")


def test_hello():
    seq = read("hello", 4)
    assert seq.labels == tuple("hell") and seq.target_labels == tuple("ello")
    assert seq.alphabet == ("h", "e", "l", "o")
    np.testing.assert_array_equal(seq.x[0], np.eye(4)[[0, 1, 2, 2]])
    np.testing.assert_array_equal(seq.targets[0], np.eye(4)[[1, 2, 2, 3]])
    assert seq.notes == ()


def test_short_text_is_repeated_and_long_text_is_cut_and_both_say_so():
    seq = read("hello", 7)
    assert seq.labels == tuple("hellohe") and seq.target_labels[-1] == "l"
    assert "repeated" in seq.notes[0] and "5 characters" in seq.notes[0]
    seq = read("hello", 2)
    assert seq.labels == ("h", "e") and len(seq.alphabet) == 4
    assert "first 3 characters" in seq.notes[0]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b", "\u00a0\u202e", "\x00"])
def test_invisible_text_falls_back_to_hello(text):
    seq = read(text)
    assert "".join(seq.labels) == "hello"
    assert "no visible character" in seq.notes[0]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("e\u0301a", ["é", "a"]),
        ("q\u0323\u0301x", ["q\u0323\u0301", "x"]),
        ("\u0301a", ["◌\u0301", "a"]),
        ("a b\r\nc\td", ["a", "␣", "b", "⏎", "c", "⇥", "d"]),
        ("a\u0301 \u0301", ["á", "␣", "◌\u0301"]),
        ("👨‍👩‍👧🇨🇭🇩🇪👍🏽", ["👨‍👩‍👧", "🇨🇭", "🇩🇪", "👍🏽"]),
        ("❤️‍🔥1️⃣", ["❤️‍🔥", "1️⃣"]),
        ("日本語", ["日", "本", "語"]),
        ("مرحبا", ["م", "ر", "ح", "ب", "ا"]),
        ("x\u202ey\x07\x7f", ["x", "U+202E", "y", "␇", "␡"]),
        ("x\ud800", ["x", "U+D800"]),
    ],
)
def test_user_visible_characters(text, labels):
    assert list(read(text, len(labels)).labels) == labels


def test_an_enormous_text_is_bounded():
    seq = read("abc" * 1_000_000, 200)
    assert f"first {MAX_CHARACTERS} characters" in seq.notes[0]
    assert len(seq.labels) == 200


def test_a_tower_of_marks_is_bounded():
    seq = read("a" + "\u0301" * 1_000_000 + "b", 3)
    assert max(map(len, seq.alphabet)) <= 16
    assert "first 1 character of the text" in seq.notes[0]


def test_a_cut_after_the_raw_limit_is_said():
    seq = read(("a" + "\u0323" * 30) * 400, 3)
    assert "Only the first" in seq.notes[0]


def test_too_many_different_characters_become_one_symbol():
    text = "".join(chr(0x4E00 + i) for i in range(100))
    seq = read(text, 100)
    assert len(seq.alphabet) == MAX_ALPHABET and seq.alphabet[-1] == OTHER
    assert seq.labels[62] != OTHER and set(seq.labels[63:]) == {OTHER}
    assert "100 different characters" in seq.notes[0] and OTHER in seq.notes[0]
    exactly = read(text[:MAX_ALPHABET], 10)
    assert len(exactly.alphabet) == MAX_ALPHABET and OTHER not in exactly.alphabet


def test_one_character_over_and_over_says_that_nothing_is_learnt():
    assert "nothing to predict" in read("aaaa", 3).notes[0]


def test_sine_repeats_exactly_with_its_period():
    x = make("sine", 36).x[0, :, 0]
    np.testing.assert_array_equal(x[:12], x[12:24])
    assert x[3] == 1.0 and x[0] == 0.0


@pytest.mark.parametrize("source", ["sine", "random", "stocks"])
def test_targets_follow_the_activation(source):
    value = make(source, 30, readout="linear")
    after = np.append(value.x[0, 1:, 0], value.targets[0, -1, 0])
    np.testing.assert_array_equal(value.targets[0, :, 0], after)
    rises = (after > value.x[0, :, 0]).astype(float)
    np.testing.assert_array_equal(make(source, 30, readout="sigmoid").targets[0, :, 0], rises)
    classes = make(source, 30, readout="softmax")
    np.testing.assert_array_equal(classes.targets[0], np.stack([1 - rises, rises], -1))
    assert classes.output_labels == ("falls", "rises")
    assert classes.target_labels[0] in classes.output_labels
    scaled = make(source, 30, readout="tanh").targets[0, :, 0]
    assert np.abs(scaled).max() <= 1
    assert np.all(np.diff(scaled[np.argsort(after)]) >= 0)


def test_every_activation_has_a_rule_for_numbers():
    assert set(TARGETS) == {readout.activation for readout in READOUTS.values()}


def test_noise_depends_on_the_seed_and_not_on_the_weights_stream():
    one, other = make("random", 20, seed=1).x, make("random", 20, seed=2).x
    assert not np.array_equal(one, other)
    weights = np.random.default_rng(1).standard_normal(20)
    assert not np.allclose(one[0, :, 0], weights)
    assert np.std(make("random", 5000, seed=3).x) == pytest.approx(1, abs=0.03)


def test_stocks_are_standardised_over_the_whole_series():
    seq = make("stocks", 59, readout="linear")
    whole = np.append(seq.x[0, :, 0], seq.targets[0, -1, 0])
    assert whole.mean() == pytest.approx(0, abs=1e-12)
    assert whole.std() == pytest.approx(1)
    assert longest("stocks", SERIES) == 59 and longest("sine") is None


def test_a_mapping_gives_its_labels():
    dated = {f"2018-01-{day:02}": float(day) for day in range(1, 6)}
    assert make_sequence("stocks", 3, series=dated).labels == tuple(dated)[:3]
    assert make_sequence("stocks", 3, series=list(dated.values())).labels[0] == "-1.41"


@pytest.mark.parametrize("series", [[0.1] * 10, [0.0] * 10, [1e308, -1e308] * 5, [1e-300, 0] * 5])
def test_odd_series_give_no_warning(series):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for readout in READOUTS:
            seq = make_sequence("stocks", 5, series=series, readout=readout)
            assert np.isfinite(seq.x).all() and np.isfinite(seq.targets).all()
    assert ("never changes" in seq.notes[0]) == (series[0] == series[1])


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"source": "music", "steps": 3}, "music.*text, sine, random, stocks"),
        ({"source": "sine", "steps": 0}, "at least 1 step"),
        ({"source": "sine", "steps": 3, "readout": "cube"}, "cube.*linear"),
        ({"source": "stocks", "steps": 3}, "none was given"),
        ({"source": "stocks", "steps": 3, "series": [1, 2, 3]}, "at most 2 steps.*3 were asked"),
        ({"source": "stocks", "steps": 1, "series": [1, np.nan]}, "finite"),
        ({"source": "stocks", "steps": 1, "series": [[1.0, 2.0]]}, r"shape \(1, 2\)"),
        ({"source": "stocks", "steps": 1, "series": [1.0]}, "at least 2"),
    ],
)
def test_errors(settings, word):
    with pytest.raises(ValueError, match=word):
        make_sequence(**settings)
