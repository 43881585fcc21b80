"""A reader's own sentence, read by the trained sentiment network and by a bag of words.

The network answers after every word, though training asked it after the last one only: the earlier
answers are what it would say if the sentence stopped there.  How much a word could still move the
last answer is the gradient of its log-odds, s = z_positive - z_negative of the last step, with
respect to that step's input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.applications.probe import Probe, probe
from rnn_core.applications.scores import FIT, SEED
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.readout import softmax
from rnn_core.experiment.settings import whole, words
from rnn_core.tasks import Batch
from rnn_core.tasks.baselines import Bag, bag_of_words, counts
from rnn_core.tasks.sentiment import LABELS, VOCABULARY, batch, sentences
from rnn_core.tasks.sentiment import split_words as split_words
from rnn_core.tasks.task import last_step, one_hot
from rnn_core.tasks.vocabulary import Words, opening
from rnn_core.training.models import Model

ORDERS: Final = 200  # random orders of the same words that are tried
LAST_ORDER: Final = 99  # that can be picked by its number; so many are always tried
STEPS: Final = 4000  # of all orders together, beyond those
AGAINST: Final = np.array([-1.0, 1.0])  # s = z_positive - z_negative
BAG: Final = "bag"  # by what name a model keeps the bag of words
_GROUP: Final = "Sentence"


@dataclass(frozen=True)
class Review:
    """Reader's text, and the order in which its words are read."""

    review: str = words(
        "although the acting was brilliant , the story was silly",
        "Your sentence",
        _GROUP,
        help="Any words; those it does not know are named below. At most 200 characters.",
    )
    order: int = whole(
        0,
        "Order of the words",
        _GROUP,
        0,
        LAST_ORDER,
        help="0: as typed. Any other number draws one random order of the same words.",
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """A sentence word by word: what the network would answer, and what moved it."""

    words: Words
    strange: Words  # those that the network does not know
    positive: Array  # (T,) probability of "positive" if the sentence stopped after this word
    odds: Array  # (T,) its log-odds: z_positive - z_negative
    moved: Array  # (T,) ‖h_t - h_{t-1}‖
    felt: Array  # (T,) ‖ds/dx_t‖ of the last step's log-odds s

    @property
    def answer(self) -> float:
        """The probability of "positive" after the last word: the only answer that was trained."""
        return float(self.positive[-1])


@dataclass(frozen=True, eq=False)
class Opinions:
    """Answers of the network and the bag of words to the same words, as typed and shuffled."""

    reading: Reading
    bag: float  # the bag of words' probability of "positive"
    order: int
    other: Reading | None  # the shuffled words, if an order is picked
    every: Array  # the network's answers in many random orders
    bags: Array  # the bag's answers in the same orders


@dataclass(frozen=True)
class Example:
    """A sentence, what it shows, and the right answer."""

    text: str
    claim: str
    positive: bool
    fooled: bool  # the bag of words gets it wrong


EXAMPLES: Final[dict[str, Example]] = {  # none was trained on
    "Although": Example(
        "although the acting was brilliant , the story was silly",
        "The main clause decides, here the last one.",
        False,
        True,
    ),
    "Although, swapped": Example(
        "although the story was silly , the acting was brilliant",
        "The very words of “Although”: a bag of words has to answer both alike.",
        True,
        False,
    ),
    "But": Example(
        "the acting was bad but the story was great",
        "What comes after “but” decides.",
        True,
        True,
    ),
    "Not": Example(
        "the ending was not very good",
        "“not”, two words earlier, turns “good” round.",
        False,
        True,
    ),
    "Nobody said": Example(
        "nobody said that the film was bad",
        "A whole statement is turned round, five words before its adjective.",
        True,
        True,
    ),
    "New pair": Example(
        "the music was anything but superb",
        "Training never showed “anything but” before “superb”, only each in other company.",
        False,
        True,
    ),
    "Plain": Example(
        "the film was great",
        "Most adjectives mean what they say.",
        True,
        False,
    ),
}


def ordered(typed: Words, order: int) -> Words:
    """The same words as typed (order 0), or in one random order."""
    if order == 0:
        return typed
    return tuple(typed[k] for k in np.random.default_rng(order).permutation(len(typed)))


def understood(text: str) -> Words:
    """A reader's text as words; () if there is none in it."""
    return split_words(text)[0]


def read(network: Network, typed: Words) -> Reading:
    """One sentence through the network, and the last log-odds back to every word."""
    trace = network.forward(_inputs(network, [typed]))
    dlogits = np.zeros_like(trace.logits)
    dlogits[0, -1] = AGAINST
    back = network.backward(trace, dlogits).layers[0]
    states = trace.top.states["h"][0]
    return Reading(
        typed,
        tuple(w for w in dict.fromkeys(typed) if w not in VOCABULARY.rows),
        trace.outputs[0, :, LABELS.index("positive")],
        trace.logits[0] @ AGAINST,
        np.linalg.norm(np.diff(states, axis=0), axis=1),
        np.linalg.norm(back.x[0], axis=1),
    )


def answers(network: Network, several: list[Words]) -> Array:
    """(B,) the last probability of "positive" for sentences of one length."""
    return network.forward(_inputs(network, several)).outputs[:, -1, LABELS.index("positive")]


def opinions(network: Network, bag: Bag, typed: Words, order: int) -> Opinions:
    """Everything that is said of a sentence."""
    count = max(LAST_ORDER, min(ORDERS, STEPS // len(typed)))
    orders = [ordered(typed, k) for k in range(1, count + 1)]
    bags = bag_answers(bag, [typed, *orders])
    return Opinions(
        read(network, typed),
        float(bags[0]),
        order,
        read(network, ordered(typed, order)) if order else None,
        answers(network, orders),
        bags[1:],
    )


def fitted_bag() -> Bag:
    """The bag-of-words baseline, fitted to as many training sentences as the card's."""
    train = batch(sentences(np.random.default_rng(SEED), FIT))
    return bag_of_words(train, len(VOCABULARY), len(LABELS))


def kept_bag(model: Model) -> Bag:
    """The same, as it was fitted when the network was trained."""
    kept = np.asarray(model.extras[BAG], float)
    return Bag(kept[:-1], kept[-1])


def bag_to_keep(bag: Bag) -> dict[str, Array]:
    """Array for a model's file: the weights, and below them the bias."""
    return {BAG: np.vstack((bag.weight, bag.bias))}


def bag_answers(bag: Bag, several: list[Words]) -> Array:
    """(B,) what the bag of words makes of sentences of one length: its probability of "positive",
    worked out once for each bag that differs."""
    found: dict[bytes, float] = {}
    rows = counts(_batch(several), len(bag.weight))
    for row in rows:
        if row.tobytes() not in found:
            p = softmax(row @ bag.weight + bag.bias)
            found[row.tobytes()] = float(p[LABELS.index("positive")])
    return np.array([found[row.tobytes()] for row in rows])


def probe_of(network: Network, typed: Words) -> Probe:
    """The network with this sentence before it.  Nobody knows the right answer to a reader's
    sentence: the network's own stands in for it."""
    own = int(answers(network, [typed])[0] > 0.5)
    title = f"Sentiment, reading “{opening(typed)}”"
    return probe(title, (network,), _batch([typed], own), VOCABULARY.words, LABELS)


def _inputs(network: Network, several: list[Words]) -> Array:
    return one_hot(np.stack([VOCABULARY.codes(w) for w in several]), network.input_size)


def _batch(several: list[Words], label: int = 0) -> Batch:
    x = np.stack([VOCABULARY.codes(w) for w in several])
    lengths = np.full(len(x), x.shape[1])
    weights = last_step(lengths, x.shape[1]) / len(x)
    return Batch(x, np.full_like(x, label), weights, lengths)
