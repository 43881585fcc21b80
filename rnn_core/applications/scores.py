"""Score of each application: held-out data, and baselines computed on the same data.

A measure takes a trained model and returns its loss, its scores and the baselines' scores, each by
a name that says what was counted.  Draws come from one fixed seed, so the numbers of a card can be
made again anywhere.  Scores are shares of right answers (higher is better), or errors and nats per
character (lower is better): `Application.higher` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from rnn_core.applications.decoding import write
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.tasks import captions, characters, entities, sentences, sentiment, series, translation
from rnn_core.tasks.baselines import bag_of_words, majority, shuffled, usual_answer
from rnn_core.tasks.characters import Corpus
from rnn_core.tasks.series import Prices
from rnn_core.tasks.task import METRICS, Batch, one_hot
from rnn_core.tasks.vocabulary import Words
from rnn_core.training.models import Card, Model

SEED: Final = 20_000  # of everything that is held out or fitted as a baseline
COUNT: Final = 1000  # held-out examples in a score
FIT: Final = 6000  # training examples that a baseline is fitted to
GAPS: Final = (10, 20, 30, 50)
ROWS: Final = 50  # pieces side by side when a long text is scored
TOGETHER: Final = 100  # numbers that are translated at once
PART: Final = 100  # steps of them at a time
Data = str | Prices | None  # a text, prices, or nothing where the data are ours


@dataclass(frozen=True)
class Report:
    """Result of a measure: loss, scores and baselines."""

    loss: float
    scores: Mapping[str, float]
    baselines: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Application:
    """One application: what a reader calls it, how it is scored, and which way is better."""

    label: str
    measure: Callable[[Model, Data], Report]
    higher: bool = True

    def beats(self, score: float, baseline: float, margin: float) -> bool:
        """Whether a score is better than a baseline by at least a margin."""
        gain = score - baseline if self.higher else baseline - score
        return gain >= margin


def finding(card: Card) -> str:
    """Verdicts of a card's numbers on its baselines, a sentence each."""
    application = APPLICATIONS[card.application]
    pairs = {score: baseline for score, (baseline, _) in card.beats.items()}
    if not pairs:  # nothing is claimed: the first of each, as they come
        pairs = {next(iter(card.scores)): next(iter(card.baselines))}
    return " ".join(_compared(application, card, *pair) for pair in pairs.items())


def _compared(application: Application, card: Card, score: str, baseline: str) -> str:
    mine, other = card.scores[score], card.baselines[baseline]
    better = mine != other and application.beats(mine, other, 0.0)
    verdict = "better than" if better else "no better than"
    return f"{score[:1].upper()}{score[1:]}: {mine:.3g}, {verdict} {other:.3g} ({baseline})."


# -- answers -------------------------------------------------------------------------------------


def answers(network: Network, batch: Batch, initial: Mapping[str, Array] | None = None) -> Array:
    """(B, T, O) logits."""
    return network.forward(batch.inputs(network.input_size), batch.lengths, initial).logits


def loss_and_accuracy(networks: Sequence[Network], batch: Batch) -> tuple[float, float]:
    """By the batch's weights; an encoder hands on its last states."""
    initial = encode(networks, batch.encoder) if batch.encoder else None
    logits = answers(networks[-1], batch, initial)
    targets, head = batch.answers(logits.shape[-1]), networks[-1].head
    loss = float((head.losses(logits, targets) * batch.weights).sum())
    return loss, METRICS["accuracy"].measure(head.outputs(logits), targets, batch.weights)


def encode(networks: Sequence[Network], batch: Batch) -> Mapping[str, Array]:
    """The last states of the encoder: all that the decoder learns of the source."""
    encoder = networks[0]
    return encoder.forward(batch.inputs(encoder.input_size), batch.lengths).final


def translate(networks: Sequence[Network], numbers: list[int]) -> list[Words]:
    """French words of encoder and decoder for English numbers, greedily decoded."""
    parts = (numbers[k : k + TOGETHER] for k in range(0, len(numbers), TOGETHER))
    return [words for part in parts for words in _translate(networks, part)]


def _translate(networks: Sequence[Network], numbers: list[int]) -> list[Words]:
    decoder, V = networks[-1], len(translation.TARGET)
    first = one_hot(np.full(len(numbers), translation.TARGET.rows[translation.START]), V)
    states = encode(networks, translation.source(numbers))
    rows = write(
        decoder, first, lambda chosen: one_hot(chosen, V), translation.MOST[1], initial=states
    )
    return [translation.written(row) for row in rows]


def describe(network: Network, images: Array) -> list[Words]:
    """The captions of images (B, 8, 8), likeliest word by likeliest word."""
    start = captions.WORDS.codes((captions.START,))
    first = np.stack([captions.inputs(image, start)[0] for image in images])
    nothing = np.zeros((len(images), captions.PIXELS))

    def read(chosen: Array) -> Array:
        return np.concatenate((nothing, one_hot(chosen, len(captions.WORDS))), axis=1)

    return [captions.written(row) for row in write(network, first, read, captions.MOST)]


# -- measures ------------------------------------------------------------------------------------


def _sentiment(model: Model, data: Data) -> Report:
    rng = np.random.default_rng(SEED)
    found = {which: sentiment.sentences(rng, COUNT, which) for which in ("validation", "unseen")}
    kinds = {kind: tuple(s for s in found["validation"] if s.kind == kind) for kind in _KINDS}
    sets = {name: sentiment.batch(group) for name, group in (*_named(found), *kinds.items())}
    sets["time axis shuffled"] = shuffled(sets["held-out sentences"], rng)
    fit = sentiment.batch(sentiment.sentences(rng, FIT))
    bag = bag_of_words(fit, model.network.input_size, 2)
    measured = {name: loss_and_accuracy(model.networks, batch) for name, batch in sets.items()}
    baselines = {f"bag of words, {name}": bag.accuracy(batch) for name, batch in sets.items()}
    baselines["most frequent label"] = majority(fit, sets["held-out sentences"], 2)
    scores = {name: accuracy for name, (_, accuracy) in measured.items()}
    return Report(measured["held-out sentences"][0], scores, baselines)


_KINDS: Final = ("plain", "negation", "contrast")


def _named(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("held-out sentences", found["validation"]),
        ("unseen combinations", found["unseen"]),
    ]


def _entities(model: Model, data: Data) -> Report:
    rng = np.random.default_rng(SEED)
    sets = {}
    for which in ("validation", "unseen"):
        found = entities.sentences(rng, COUNT, which)
        where = "held-out" if which == "validation" else "unseen pairs"
        sets[f"all words, {where}"] = entities.batch(found)
        sets[f"names decided later, {where}"] = entities.batch(found, later=True)
    fit = entities.batch(entities.sentences(rng, FIT))
    sizes = model.network.input_size, model.network.output_size
    measured = {name: loss_and_accuracy(model.networks, batch) for name, batch in sets.items()}
    baselines = {
        f"usual tag of the word, {name}": usual_answer(fit, batch, *sizes)
        for name, batch in sets.items()
    }
    scores = {name: accuracy for name, (_, accuracy) in measured.items()}
    return Report(measured["all words, held-out"][0], scores, baselines)


def _translation(model: Model, data: Data) -> Report:
    rng = np.random.default_rng(SEED)
    numbers = translation.numbers(rng, COUNT, "validation")
    loss, accuracy = loss_and_accuracy(model.networks, translation.batch(numbers))
    right = _right(translate(model.networks, numbers), [translation.french(n) for n in numbers])
    digits = np.array([len(str(n)) for n in numbers])
    scores = {"whole numbers": float(right.mean()), "next words": accuracy}
    scores |= {f"{d} digits": float(right[digits == d].mean()) for d in np.unique(digits)}
    words = [translation.word_by_word(translation.english(n)) for n in numbers]
    plain = _right(words, [translation.french(n) for n in numbers])
    return Report(loss, scores, {"word by word from a dictionary": float(plain.mean())})


def _right(found: Sequence[Words], expected: Sequence[Words]) -> Array:
    return np.array([one == other for one, other in zip(found, expected, strict=True)])


def _captions(model: Model, data: Data) -> Report:
    rng = np.random.default_rng(SEED)
    known, subjects = captions.drawings(rng, FIT)
    scores, baselines, losses = {}, {}, []
    for which, name in (("validation", "held-out drawings"), ("unseen", "unseen combinations")):
        images, truth = captions.drawings(rng, 2 * COUNT, which)
        expected = [s.words[:-1] for s in truth]
        losses.append(loss_and_accuracy(model.networks, captions.batch(images, truth))[0])
        scores[name] = float(_right(describe(model.network, images), expected).mean())
        nearest = [subjects[k].words[:-1] for k in captions.nearest(known, images)]
        baselines[f"caption of the nearest known drawing, {name}"] = float(
            _right(nearest, expected).mean()
        )
    return Report(losses[0], scores, baselines)


def _wave(model: Model, data: Data) -> Report:
    batch = series.Wave().batch(np.random.default_rng(SEED), COUNT)
    loss, forecast = _forecast(model, batch)
    naive = series.naive(batch, changes=False)
    return Report(
        loss,
        {"error of the next value": series.error(forecast, batch.targets, batch.weights)},
        {
            "last value again": series.error(naive, batch.targets, batch.weights),
            "always 0": series.error(np.zeros_like(naive), batch.targets, batch.weights),
        },
    )


def _prices(model: Model, data: Data) -> Report:
    if not isinstance(data, Prices):
        raise ValueError("The prices come in as an argument: Prices.of(table).")
    batch, percent = data.batch("validation"), 100 * data.spread
    loss, forecast = _forecast(model, batch)
    naive = series.naive(batch, changes=True)
    return Report(
        loss,
        {"error in percent": percent * series.error(forecast, batch.targets, batch.weights)},
        {"no change": percent * series.error(naive, batch.targets, batch.weights)},
    )


def _forecast(model: Model, batch: Batch) -> tuple[float, Array]:
    logits = answers(model.network, batch)
    losses = model.network.head.losses(logits, batch.targets)
    return float((losses * batch.weights).sum()), logits


def _sentences(model: Model, data: Data) -> Report:
    rng = np.random.default_rng(SEED)
    losses, scores, baselines = [], {}, {}
    for gap in GAPS:
        found = sentences.sentences(rng, COUNT // 2, "validation", (gap, gap))
        loss, scores[f"gap {gap}"] = loss_and_accuracy(model.networks, sentences.batch(found))
        losses.append(loss)
        truth = np.array([s.answer for s in found])
        last = np.array([sentences.last_country(s.words) for s in found])
        baselines[f"language of the last country named, gap {gap}"] = float((last == truth).mean())
        _, counts = np.unique(truth, return_counts=True)
        baselines[f"most frequent language, gap {gap}"] = float(counts.max() / len(truth))
    return Report(losses[0], scores, baselines)


def _characters(model: Model, data: Data) -> Report:
    """The sonnets where there are some to score; the text's own held-out end where it is given."""
    scores, baselines, pairs = {}, {}, model.extras["pairs"]
    if model.card.application == "characters":
        codes = Corpus(characters.SONNETS, letters=model.card.inputs).encoded
        scores["sonnets"] = _nats(model, characters.stream(codes))
        baselines["counted pairs, sonnets"] = characters.pair_loss(pairs, codes)
    if isinstance(data, str):
        codes = Corpus(data, letters=model.card.inputs).held_out
        scores["held-out tenth"] = _nats(model, characters.stream(codes, ROWS))
        baselines["counted pairs, held-out tenth"] = characters.pair_loss(pairs, codes)
    if not scores:
        raise ValueError("There is no text to score this network on.")
    return Report(list(scores.values())[-1], scores, baselines)


def _nats(model: Model, batch: Batch) -> float:
    """Nats per character of long pieces, read a part at a time: the states go on."""
    network, states, total = model.network, None, 0.0
    for first in range(0, batch.steps, PART):
        part = slice(first, first + PART)
        x = one_hot(batch.x[:, part], network.input_size)
        trace = network.forward(x, initial=states)
        targets = one_hot(batch.targets[:, part], network.output_size)
        total += float(network.head.losses(trace.logits, targets).sum())
        states = trace.final
    return total / batch.x.size


APPLICATIONS: Final[dict[str, Application]] = {
    "characters": Application("Next character: Shakespeare", _characters, higher=False),
    "python": Application("Next character: Python source", _characters, higher=False),
    "sentiment": Application("Sentiment", _sentiment),
    "entities": Application("Named entities", _entities),
    "translation": Application("Translation", _translation),
    "captions": Application("Image captions", _captions),
    "wave": Application("Noisy wave", _wave, higher=False),
    "prices": Application("Stock prices", _prices, higher=False),
    "sentences": Application("Clue and answer", _sentences),
}
