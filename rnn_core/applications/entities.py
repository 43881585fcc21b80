"""A reader's own sentence, tagged word by word: forward only, and in both directions.

A forward network has to answer at a name before it reads what follows.  To see what the words
after a name do, the sentence is read again and again, ended after one word more each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.applications.probe import Probe, probe
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.experiment.settings import whole, words
from rnn_core.tasks import Batch
from rnn_core.tasks.entities import AMBIGUOUS, TAGS, VOCABULARY
from rnn_core.tasks.entities import split_words as split_words
from rnn_core.tasks.task import every_step, one_hot
from rnn_core.tasks.vocabulary import Words, opening, padded

FEWEST: Final = 0.5  # a word counts as a name where either network gives "other" less
_GROUP: Final = "Sentence"


@dataclass(frozen=True)
class Mention:
    """Reader's sentence, and the word that is followed."""

    sentence: str = words(
        "i heard that Austin was born in Lima .",
        "Your sentence",
        _GROUP,
        help="Any words; those it does not know are named below. At most 200 characters.",
    )
    word: int = whole(0, "Word followed", _GROUP, 0, 200, help="From 1; 0: the first name.")


@dataclass(frozen=True)
class Example:
    """A sentence, the name (from 0) that is meant, its tag, and what it shows."""

    text: str
    claim: str
    word: int
    tag: str
    later: bool  # only words after the name decide


EXAMPLES: Final[dict[str, Example]] = {  # none was trained on
    "A person": Example(
        "i heard that Austin was born in Lima .",
        "“born” decides, two words after the name.",
        3,
        "person",
        True,
    ),
    "A place": Example(
        "i heard that Austin was flooded last year .",
        "The same words up to “was”: whoever reads forward only answers “Austin” alike.",
        3,
        "place",
        True,
    ),
    "A company": Example(
        "i heard that Austin was sold to Fernway .",
        "And a third thing that Austin may be.",
        3,
        "company",
        True,
    ),
    "Three words later": Example(
        "i heard that Paris has two sisters .",
        "“has two” fits all three; “sisters” decides.",
        3,
        "person",
        True,
    ),
    "Two names": Example(
        "Florence hired new staff while Austin smiled .",
        "Each name has its own clue behind it.",
        0,
        "company",
        True,
    ),
    "Decided before": Example(
        "we met Austin in Oslo .",
        "Here the clue comes first: reading forward is enough.",
        2,
        "person",
        False,
    ),
}


@dataclass(frozen=True, eq=False)
class Tagged:
    """A sentence and what both networks say of it; one of its words is followed."""

    words: Words
    strange: Words  # those that the networks do not know
    forward: Array  # (T, 4) the probability of every tag
    both: Array  # (T, 4)
    names: tuple[int, ...]  # the words (from 0) that may be names
    word: int  # the one followed, from 0
    course: Array  # (T - word, 4) its tag in both directions, the sentence growing behind it
    guess: Array  # (T - word, 4) the same, reading forward only: it cannot change


def understood(text: str) -> Words:
    """A reader's text as words; () if there is none in it."""
    return split_words(text)[0]


def tagged(forward: Network, both: Network, typed: Words, wish: int) -> Tagged:
    """Everything that is said of a sentence; `wish`: the word to follow, from 1, or 0."""
    ahead, around = tags(forward, typed), tags(both, typed)
    known = names(typed, ahead, around)
    k = followed(wish, typed, known)
    strange = tuple(w for w in dict.fromkeys(typed) if w not in VOCABULARY.rows)
    course, guess = growing(both, typed, k), growing(forward, typed, k)
    return Tagged(typed, strange, ahead, around, known, k, course, guess)


def tags(network: Network, typed: Words) -> Array:
    """(T, 4) the probability of every tag at every word."""
    return network.forward(_inputs(network, [typed])).outputs[0]


def growing(network: Network, typed: Words, k: int) -> Array:
    """(T - k, 4) the tag of word k (from 0) when the sentence ends after word k, k + 1, ..."""
    codes = VOCABULARY.codes(typed)
    x, lengths = padded([codes[:end] for end in range(k + 1, len(codes) + 1)])
    found = network.forward(one_hot(x, network.input_size), lengths)
    return found.outputs[:, k]


def names(typed: Words, *found: Array) -> tuple[int, ...]:
    """The words (from 0) that some network takes for a name, and those that are ambiguous ones."""
    other = TAGS.index("other")
    taken = np.any([p[:, other] < FEWEST for p in found], axis=0)
    return tuple(k for k, w in enumerate(typed) if taken[k] or w in AMBIGUOUS)


def followed(wish: int, typed: Words, known: tuple[int, ...]) -> int:
    """The word (from 0) to look at: the one asked for (from 1), or the first name, or the first."""
    return min(wish, len(typed)) - 1 if wish else (known or (0,))[0]


def turning(course: Array) -> int:
    """Row of `growing` where the final tag gains most; 0: at the name itself."""
    winner = course[:, int(course[-1].argmax())]
    return int(np.argmax(np.diff(winner, prepend=1 / len(TAGS))))


def probe_of(kind: str, network: Network, typed: Words) -> Probe:
    """A network with this sentence before it.  Nobody knows the right tags of a reader's
    sentence: the network's own stand in for them."""
    x = VOCABULARY.codes(typed)[None]
    own = tags(network, typed).argmax(-1)[None]
    made = Batch(x, own, every_step(1, len(typed)), np.array([len(typed)]))
    title = f"Named entities, {kind}, reading “{opening(typed)}”"
    return probe(title, (network,), made, VOCABULARY.words, TAGS)


def _inputs(network: Network, several: list[Words]) -> Array:
    return one_hot(np.stack([VOCABULARY.codes(w) for w in several]), network.input_size)
