"""The applications' data: the grammars are right, and what is held out is never trained on."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.applications.decoding import greedy, sampled, write
from rnn_core.engine.cells import CELLS
from rnn_core.engine.network import Network
from rnn_core.tasks import (
    baselines,
    captions,
    characters,
    entities,
    sentences,
    sentiment,
    series,
    translation,
)
from rnn_core.tasks.task import inside, one_hot

PRICES = series.Prices.of(
    {"up": np.exp(np.linspace(0, 1, 41)), "odd": 2 + np.sin(np.arange(41.0)), "flat": [3.0] * 41}
)
TASKS = {
    "sentiment": sentiment.Sentiment(),
    "entities": entities.Entities(),
    "translation": translation.Translation(),
    "captions": captions.Captions(),
    "sentences": sentences.LongTerm(20),
    "wave": series.Wave(),
    "prices": series.PriceChanges(PRICES),
    "characters": characters.Corpus("the cat sat on the mat; " * 40, 20),
}


def rng(seed=0):
    return np.random.default_rng(seed)


# -- every task ----------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "validation"])
@pytest.mark.parametrize("name", TASKS)
def test_a_batch_keeps_the_contract(name, split):
    task = TASKS[name]
    batch = task.batch(rng(), 12, split)
    x, answers = batch.inputs(task.input_size), batch.answers(task.output_size)
    assert x.shape[2] == task.input_size and answers.shape[2] == task.output_size
    assert np.isclose(batch.weights.sum(), 1)
    lengths = np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
    assert not batch.weights[~inside(lengths, batch.steps)].any(), "padding never counts"
    again = task.batch(rng(), 12, split)
    assert np.array_equal(batch.x, again.x) and np.array_equal(batch.targets, again.targets)
    if task.encoder_size:
        assert batch.encoder.inputs(task.encoder_size).shape[0] == 12


@pytest.mark.parametrize("name", TASKS)
def test_batches_of_a_task_share_one_shape(name):
    shapes = {TASKS[name].batch(rng(seed), 12).x.shape for seed in range(4)}
    assert len(shapes) == 1, "every new shape costs new buffers"


@pytest.mark.parametrize("name", TASKS)
def test_a_network_can_read_it(name):
    task = TASKS[name]
    batch = task.batch(rng(), 3)
    network = Network.create(CELLS["gru"](), task.input_size, 5, task.output_size)
    trace = network.forward(batch.inputs(task.input_size), batch.lengths)
    assert trace.logits.shape == batch.answers(task.output_size).shape


GRAMMARS = {
    "sentiment": lambda r, which: {s.words for s in sentiment.sentences(r, 600, which)},
    "entities": lambda r, which: {s.words for s in entities.sentences(r, 600, which)},
    "translation": lambda r, which: set(translation.numbers(r, 600, which)),
    "sentences": lambda r, which: {s.words for s in sentences.sentences(r, 600, which, (7, 20))},
}


@pytest.mark.parametrize("name", GRAMMARS)
def test_nothing_held_out_is_trained_on(name):
    trained = GRAMMARS[name](rng(1), "train")
    held_out = GRAMMARS[name](rng(2), "validation")
    assert len(held_out) > 100 and not trained & held_out


def test_characters_hold_out_the_end_of_the_text():
    task = characters.Corpus("".join(chr(97 + k % 26) for k in range(900)) + "z" * 100, 20)
    assert task.decode(task.trained_on) + task.decode(task.held_out) == task.text
    assert set(task.decode(task.held_out)) == {"z"}


# -- sentiment -----------------------------------------------------------------------------------

TURNS = {"not", "never", "hardly", "far", "anything", "nobody"}


def polarity(clause):
    """An independent reading of one clause: its verdict, turned round by every negation."""
    verdicts = [+1 for w in clause if w in {*sentiment.GOOD, *sentiment.LIKED}]
    verdicts += [-1 for w in clause if w in {*sentiment.BAD, *sentiment.DISLIKED}]
    (verdict,) = verdicts
    return verdict * (-1) ** sum(w in TURNS for w in clause)


def verdict(words):
    """An independent reading of a sentence: which clause counts."""
    text = " ".join(words).replace("even though", "although").replace("yet", "but")
    text = text.replace("anything but", "anything_but")
    if text.split(" , ")[0] != text:
        decides = text.split(" , ")[1]
    elif " although " in text:
        decides = text.split(" although ")[0]
    else:
        decides = text.split(" but ")[-1].split(" and ")[-1]
    return polarity(decides.replace("anything_but", "anything but").split()) > 0


def test_labels_follow_negation_and_contrast():
    for which in ("train", "validation", "unseen"):
        for sentence in sentiment.sentences(rng(3), 400, which):
            assert verdict(sentence.words) == sentence.positive, " ".join(sentence.words)


def test_labels_are_balanced():
    labels = [s.positive for s in sentiment.sentences(rng(), 2000)]
    assert 0.45 < np.mean(labels) < 0.55


def test_unseen_pairs_are_met_apart_only():
    text = [" ".join(s.words) for s in sentiment.sentences(rng(), 4000)]
    words = set(" ".join(text).split())
    for negator, adjective in sentiment.UNSEEN:
        assert adjective in words and set(negator.split()) <= words
        for degree in sentiment.DEGREES:
            pair = " ".join(f"{negator} {degree} {adjective}".split())
            assert not any(pair in line for line in text)


def test_a_typed_sentence_is_read():
    words, strange = sentiment.split_words("The film wasn't GOOD, honestly?")
    assert words == ("the", "film", "was", "not", "good", ",", "honestly")
    assert strange == ("honestly",)
    assert sentiment.VOCABULARY.codes(words)[-1] == sentiment.VOCABULARY.rows["□"]


# -- named entities ------------------------------------------------------------------------------


def test_every_ambiguous_name_is_every_kind():
    tags = defaultdict(set)
    for sentence in entities.sentences(rng(), 4000):
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            tags[word] |= {tag}
    assert all(tags[name] == {*entities.TAGS[1:]} for name in entities.AMBIGUOUS)
    certain = {name: {tag} for tag, names in entities.CERTAIN.items() for name in names}
    assert all(tags[name] == tag for name, tag in certain.items())


def test_what_stands_before_a_name_decided_later_says_nothing():
    """The same words up to and including the name go with all three tags."""
    tags = defaultdict(Counter)
    for sentence in entities.sentences(rng(), 6000):
        for step in sentence.decided_later[:1]:
            if step < 3:
                tags[sentence.words[: step + 1]][sentence.tags[step]] += 1
    often = [found for found in tags.values() if found.total() > 40]
    assert len(often) > 10 and all(len(found) == 3 for found in often)


def test_only_the_names_decided_later_count_when_asked():
    found = entities.sentences(rng(), 50)
    batch = entities.batch(found, later=True)
    assert np.count_nonzero(batch.weights) == sum(len(s.decided_later) for s in found)


# -- translation ---------------------------------------------------------------------------------

NUMBERS = {
    0: ("zero", "zéro"),
    17: ("seventeen", "dix sept"),
    21: ("twenty one", "vingt et un"),
    71: ("seventy one", "soixante et onze"),
    80: ("eighty", "quatre vingts"),
    81: ("eighty one", "quatre vingt un"),
    91: ("ninety one", "quatre vingt onze"),
    99: ("ninety nine", "quatre vingt dix neuf"),
    100: ("one hundred", "cent"),
    200: ("two hundred", "deux cents"),
    201: ("two hundred and one", "deux cent un"),
    1000: ("one thousand", "mille"),
    1001: ("one thousand and one", "mille un"),
    80_000: ("eighty thousand", "quatre vingt mille"),
    200_080: ("two hundred thousand and eighty", "deux cent mille quatre vingts"),
    987_654: (
        "nine hundred and eighty seven thousand six hundred and fifty four",
        "neuf cent quatre vingt sept mille six cent cinquante quatre",
    ),
}


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_in_words(number):
    english, french = NUMBERS[number]
    assert translation.english(number) == tuple(english.split())
    assert translation.french(number) == tuple(french.split())


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_words_and_numbers_go_together_one_to_one(one, other):
    assert translation.read(" ".join(translation.english(one))) == one
    assert (translation.french(one) == translation.french(other)) == (one == other)
    assert len(translation.french(one)) < translation.MOST[1]
    assert len(translation.english(one)) < translation.MOST[0]


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_is_refused_in_words(text):
    try:
        assert 0 <= translation.read(text) < 10**6
    except ValueError as refused:
        assert str(refused).endswith(".")


def test_the_decoder_reads_one_word_behind_what_it_is_to_write():
    batch = translation.batch([42, 200])
    assert translation.TARGET.read(batch.x[1][:3]) == ("▷", "deux", "cents")
    assert translation.written(batch.targets[1]) == ("deux", "cents")
    assert batch.lengths.tolist() == [3, 3]
    assert translation.SOURCE.read(batch.encoder.x[0][:3]) == ("forty", "two", ".")


def test_a_dictionary_without_memory_fails_where_words_agree():
    right = [n for n in (41, 70, 80, 200, 201, 1000) if word_by_word(n) == translation.french(n)]
    assert right == [70, 80, 201]


def word_by_word(number):
    return translation.word_by_word(translation.english(number))


# -- captions ------------------------------------------------------------------------------------


def test_a_drawing_has_one_caption(monkeypatch):
    """Without noise, no two subjects can give the same picture."""
    monkeypatch.setattr(captions, "NOISE", 0.0)
    r, pictures = rng(), defaultdict(set)
    for subject in captions.SUBJECTS:
        for _ in range(30):
            pictures[captions.draw(r, subject).tobytes()] |= {subject}
    assert all(len(found) == 1 for found in pictures.values())
    assert len(pictures) > 4 * len(captions.SUBJECTS)


def test_a_drawing_lies_where_its_caption_says(monkeypatch):
    monkeypatch.setattr(captions, "NOISE", 0.0)
    for subject in captions.SUBJECTS:
        row, column = (axis.mean() for axis in np.nonzero(captions.draw(rng(), subject)))
        ink = captions.SHAPES[subject.shape](captions.SIZES[subject.size])
        rows, columns = np.nonzero(ink)
        row += (ink.shape[0] - 1) / 2 - rows.mean()  # from the ink's weight to its middle
        column += (ink.shape[1] - 1) / 2 - columns.mean()
        assert (row > 3.5) == (subject.row == "bottom")
        assert (column > 3.5) == (subject.column == "right")


def test_unseen_captions_are_never_trained_on_but_their_words_are():
    _, known = captions.drawings(rng(), 800)
    _, unseen = captions.drawings(rng(), 100, "unseen")
    assert not {s.words for s in known} & {s.words for s in unseen}
    assert {w for s in known for w in s.words} >= {w for s in unseen for w in s.words}


def test_the_image_is_read_at_the_first_step_only():
    batch = captions.Captions().batch(rng(), 5)
    assert batch.x[:, 0, : captions.PIXELS].any()
    assert not batch.x[:, 1:, : captions.PIXELS].any()


def test_the_nearest_drawing_is_the_nearest():
    known, _ = captions.drawings(rng(), 30)
    images, _ = captions.drawings(rng(1), 4)
    slow = [np.argmin([((k - image) ** 2).sum() for k in known]) for image in images]
    assert captions.nearest(known, images).tolist() == slow


# -- long-term sentences -------------------------------------------------------------------------


@given(st.integers(0, sentences.MAX_GAP), st.integers(0, 99))
def test_the_gap_is_exact(gap, seed):
    sentence = sentences.far(rng(seed), gap)
    country = sentence.words[sentence.clue]
    assert sentence.answer == sentences.COUNTRIES[country]
    assert len(sentence.words) - 1 - sentence.clue == gap + len(sentences.ENDING.split())
    assert sentence.words[-3:] == tuple(sentences.ENDING.split())


def test_the_lectures_sentences_are_there():
    assert sentences.far(rng(), 0, "Canada").answer == "French"
    assert sentences.NEAR["the clouds are in the"] == "sky"
    with pytest.raises(ValueError, match="none of"):
        sentences.far(rng(), 0, "Atlantis")


def test_fillers_mislead_about_as_often_as_chance_at_a_long_gap():
    found = sentences.sentences(rng(), 800, "train", (60, 60))
    far = [s for s in found if s.gap == 60]
    right = np.mean([sentences.last_country(s.words) == s.answer for s in far])
    assert right < 0.35


# -- series --------------------------------------------------------------------------------------


def test_training_sees_no_held_out_week():
    train, held_out = PRICES.batch("train"), PRICES.batch("validation")
    assert not ((train.weights > 0) & (held_out.weights > 0)).any()
    assert ((train.weights > 0) | (held_out.weights > 0)).all()
    changed = PRICES.prices.copy()
    changed[:, PRICES.cut + 1 :] *= 2
    other = series.Prices(PRICES.names, changed)
    counted = train.weights > 0
    assert np.allclose(other.batch("train").targets[counted], train.targets[counted])
    assert np.isclose(other.spread, PRICES.spread), "the unit comes from the weeks trained on"


def test_the_naive_forecast_of_prices_is_no_change():
    batch = PRICES.batch("validation")
    naive = series.naive(batch, changes=True)
    weeks = PRICES.changes[:, PRICES.cut :] / PRICES.spread
    error = series.error(naive, batch.targets, batch.weights)
    assert np.isclose(error, np.sqrt((weeks**2).mean()))
    assert np.isclose(series.PriceChanges(PRICES).baseline.loss, error**2 / 2)


@pytest.mark.parametrize("prices", [[[1.0] * 4], [[0.0] * 20], [[np.nan] * 20], [1.0] * 20])
def test_prices_that_are_none_are_refused_in_words(prices):
    with pytest.raises(ValueError, match=r"[Pp]rices"):
        series.Prices(("x",), np.array(prices))


def test_the_waves_baseline_is_their_variance():
    values = series.waves(rng(), 2000)
    assert np.isclose(series.Wave().baseline.loss, (values**2).mean() / 2, rtol=0.05)


# -- characters ----------------------------------------------------------------------------------


def test_pythons_own_text_comes_from_the_running_interpreter():
    source = characters.python_text("source", 30_000)
    documentation = characters.python_text("documentation", 30_000)
    assert len(source) == len(documentation) == 30_000
    assert "\ndef " in source and "\nNAME\n" in documentation
    assert __file__.split("tests")[0] not in documentation
    with pytest.raises(ValueError, match="kind"):
        characters.python_text("poems")


def test_counted_pairs_are_what_they_say():
    task = characters.Corpus("abracadabra", 5)
    codes, V = task.encoded, len(task.alphabet)
    pairs = characters.counted_pairs(codes, V)
    slow = 0.0
    for one, other in zip("abracadabra", "bracadabra", strict=False):
        followers = [b for a, b in zip("abracadabra", "bracadabra", strict=False) if a == one]
        slow -= np.log((followers.count(other) + 1) / (len(followers) + V))
    assert np.isclose(characters.pair_loss(pairs, codes), slow / 10)


def test_a_stream_reads_a_text_side_by_side():
    batch = characters.stream(np.arange(11), rows=2)
    assert batch.x.tolist() == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert batch.targets.tolist() == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    with pytest.raises(ValueError, match="pieces"):
        characters.stream(np.arange(2), rows=5)


# -- baselines and the time axis -----------------------------------------------------------------


def test_a_bag_does_not_notice_a_shuffled_time_axis_and_a_network_does():
    task = TASKS["sentiment"]
    batch = task.batch(rng(), 200)
    mixed = baselines.shuffled(batch, rng(1))
    assert not np.array_equal(mixed.x, batch.x)
    bag = baselines.bag_of_words(batch, task.input_size, 2)
    assert np.array_equal(bag.answers(mixed), bag.answers(batch))
    network = Network.create(CELLS["gru"](), task.input_size, 8, 2)
    logits = [
        network.forward(b.inputs(task.input_size), b.lengths).logits[b.weights > 0]
        for b in (batch, mixed)
    ]
    assert not np.allclose(*logits)


def test_the_bag_is_fitted_to_the_end():
    """Where the mean cross-entropy is lowest its gradient is 0 (but for the weight decay)."""
    task = TASKS["sentiment"]
    batch = task.batch(rng(), 2000)
    bag = baselines.bag_of_words(batch, task.input_size, 2)
    x = baselines.counts(batch, task.input_size)
    logits = x @ bag.weight + bag.bias
    guess = np.exp(logits - logits.max(1, keepdims=True))
    wrong = guess / guess.sum(1, keepdims=True) - one_hot(baselines.final_targets(batch), 2)
    gradient = x.T @ wrong / len(x) + baselines.SHRINK * bag.weight
    assert np.abs(gradient).max() < 1e-5


def test_majority_and_usual_answers():
    found = entities.batch(entities.sentences(rng(), 300))
    assert baselines.majority(found, found, 4) == np.mean(found.targets[found.weights > 0] == 0)
    sizes = len(entities.VOCABULARY), len(entities.TAGS)
    assert 0.85 < baselines.usual_answer(found, found, *sizes) < 1


# -- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_written_greedily_is_the_likeliest_of_a_pass_over_what_was_written(cell):
    network = Network.create(CELLS[cell](), 4, 6, 4, seed=1)
    strong = {n: 0 * w if "bias" in n else 9 * w for n, w in network.weights.items()}
    network = network.load_state_dict(strong)  # lively enough not to say one thing for ever
    first = one_hot(np.arange(4), 4)
    rows = write(network, first, lambda chosen: one_hot(chosen, 4), 9)
    following = defaultdict(set)
    for row in rows.tolist():
        for one, other in pairwise(row):
            following[one] |= {other}
    assert max(map(len, following.values())) > 1, "what is written must hang on the state as well"
    read = np.concatenate((first[:, None], one_hot(rows[:, :-1], 4)), axis=1)
    assert np.array_equal(network.forward(read).logits.argmax(-1), rows)


def test_sampling_follows_the_probabilities_and_the_temperature():
    logits = np.tile(np.log([0.5, 0.3, 0.2]), (20_000, 1))
    shares = np.bincount(sampled(rng())(logits), minlength=3) / 20_000
    assert np.allclose(shares, [0.5, 0.3, 0.2], atol=0.02)
    cooler = np.bincount(sampled(rng(), 0.5)(logits), minlength=3) / 20_000
    squares = np.array([0.25, 0.09, 0.04])
    assert np.allclose(cooler, squares / squares.sum(), atol=0.02)
    assert np.array_equal(sampled(rng(), 0.0)(logits), greedy(logits))
    with pytest.raises(ValueError, match="temperature"):
        sampled(rng(), float("nan"))


def test_writing_goes_forward():
    network = Network.create(CELLS["rnn"](), 4, 3, 4, direction="bidirectional")
    with pytest.raises(ValueError, match="forward"):
        write(network, np.eye(4)[:1], lambda chosen: np.eye(4)[chosen], 2)
