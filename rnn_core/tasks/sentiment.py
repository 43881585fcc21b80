"""Sentiment: sentences of a small grammar of ours, in which negation and contrast decide.

    the film was good                                 positive
    the film was not very good                        negative
    although the film was good , the ending was dull  negative: the main clause decides
    the film was good but the ending was dull         negative: what comes after "but" decides

A bag of words cannot tell whose adjective a "not" turns round, nor which clause came last.
Two sets are held out: sentences never trained on, and sentences with a negator before an adjective
that training never shows together (it shows both, apart).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from rnn_core.tasks.task import Baseline, Batch, Split, Task, last_step, mean_weights
from rnn_core.tasks.vocabulary import Words, choose, hide, of_part, padded, vocabulary

GOOD: Final = ("good", "great", "brilliant", "lovely", "charming", "clever", "funny", "superb")
BAD: Final = ("bad", "awful", "dull", "boring", "clumsy", "dreadful", "weak", "silly")
LIKED: Final = ("liked", "loved", "enjoyed")
DISLIKED: Final = ("hated", "disliked", "regretted")
THINGS: Final = ("film", "plot", "acting", "music", "ending", "story", "book", "dialogue")
ARTICLES: Final = ("the", "this", "its")
VERBS: Final = ("was", "seemed", "felt", "is")
DEGREES: Final = ("", "", "very", "really", "so")
NEGATORS: Final = ("not", "never", "hardly", "far from", "anything but")
PEOPLE: Final = ("we", "i", "they", "everyone")
OPENINGS: Final = ("", "", "", "in the end", "to be honest", "on the whole", "last night")
CLOSINGS: Final = ("", "", "", "for once", "if you ask me", "as usual")
DENIALS: Final = ("nobody said that", "i do not think that", "they never claimed that")
CLAIMS: Final = ("everybody said that", "i do think that", "they always claimed that")
JOINTS: Final = ("although", "even though", "despite", "but", "and", "yet", ",")
# Negation is the smaller part, as in real reviews: most adjectives mean what they say.
FORMS: Final = (*["plain"] * 4, "claim", "claim", "verb", "verb", "negated", "negated", "denial")
MOST: Final = 28  # words of the longest sentence
LABELS: Final = ("negative", "positive")

# Never trained on together; each of these words is trained on in other company.
UNSEEN: Final = frozenset(
    {
        ("not", "brilliant"),
        ("not", "dull"),
        ("never", "good"),
        ("never", "silly"),
        ("hardly", "awful"),
        ("hardly", "lovely"),
        ("far from", "funny"),
        ("far from", "weak"),
        ("anything but", "superb"),
        ("anything but", "bad"),
    }
)
VOCABULARY: Final = vocabulary(
    ARTICLES,
    THINGS,
    VERBS,
    DEGREES,
    GOOD,
    BAD,
    LIKED,
    DISLIKED,
    NEGATORS,
    PEOPLE,
    OPENINGS,
    CLOSINGS,
    DENIALS,
    CLAIMS,
    JOINTS,
    unknown=True,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence, its label, what it is made of, and its (negator, adjective) pairs."""

    words: Words
    positive: bool
    kind: str  # "plain", "negation", "contrast"
    pairs: frozenset[tuple[str, str]] = frozenset()

    @property
    def label(self) -> str:
        """ "negative" or "positive"."""
        return LABELS[self.positive]

    @property
    def unseen(self) -> bool:
        """Whether a negator stands before an adjective it is never trained with."""
        return bool(self.pairs & UNSEEN)


@dataclass(frozen=True)
class Clause:
    """One statement: its text, whether it praises, and its negation, if any."""

    text: str
    positive: bool
    pairs: frozenset[tuple[str, str]] = frozenset()
    negated: bool = False


def draw(rng: np.random.Generator) -> Sentence:
    """Any sentence of the grammar, held out or not."""
    text, positive, clauses = SHAPES[int(rng.integers(len(SHAPES)))](rng)
    pairs = frozenset[tuple[str, str]]().union(*(clause.pairs for clause in clauses))
    kind = "negation" if any(clause.negated for clause in clauses) else "plain"
    if len({clause.positive for clause in clauses}) > 1:
        kind = "contrast"
    words = f"{choose(rng, OPENINGS)} {text} {choose(rng, CLOSINGS)}".split()
    return Sentence(tuple(words), positive, kind, pairs)


def sentences(rng: np.random.Generator, count: int, which: str = "train") -> tuple[Sentence, ...]:
    """`count` sentences to "train" on, for "validation", or with "unseen" combinations."""
    return of_part(lambda: draw(rng), which, count)


def split_words(text: str) -> tuple[Words, Words]:
    """A reader's text as (words, those of them that the network does not know)."""
    words = tuple(re.findall(r"[^\W_]+|,", text.lower().replace("n't", " not")))
    strange = tuple(w for w in dict.fromkeys(words) if w not in VOCABULARY.rows)
    return words, strange


def _clause(rng: np.random.Generator, positive: bool) -> Clause:
    """A clause that praises, or does not, in one of several ways."""
    form = choose(rng, FORMS)
    if form == "verb":
        return _verb(rng, positive)
    if form == "denial":
        inner = _statement(rng, not positive)
        return Clause(f"{choose(rng, DENIALS)} {inner}", positive, negated=True)
    if form in ("plain", "claim"):
        claim = choose(rng, CLAIMS) if form == "claim" else ""
        return Clause(f"{claim} {_statement(rng, positive)}", positive)
    return _negated(rng, positive)


def _negated(rng: np.random.Generator, positive: bool) -> Clause:
    negator = choose(rng, NEGATORS)
    adjective = choose(rng, BAD if positive else GOOD)
    degree = choose(rng, DEGREES) if negator in ("not", "never") else ""
    text = f"{_subject(rng)} {choose(rng, VERBS)} {negator} {degree} {adjective}"
    return Clause(text, positive, frozenset({(negator, adjective)}), negated=True)


def _statement(rng: np.random.Generator, positive: bool) -> str:
    adjective = choose(rng, GOOD if positive else BAD)
    return f"{_subject(rng)} {choose(rng, VERBS)} {choose(rng, DEGREES)} {adjective}"


def _verb(rng: np.random.Generator, positive: bool) -> Clause:
    negated = bool(rng.integers(2))
    verb = choose(rng, LIKED if positive != negated else DISLIKED)
    never = "never" if negated else choose(rng, ("", "really"))
    text = f"{choose(rng, PEOPLE)} {never} {verb} {_subject(rng)}"
    return Clause(text, positive, negated=negated)


def _subject(rng: np.random.Generator) -> str:
    return f"{choose(rng, ARTICLES)} {choose(rng, THINGS)}"


Shape = Callable[[np.random.Generator], tuple[str, bool, tuple[Clause, ...]]]


def _one(rng: np.random.Generator) -> tuple[str, bool, tuple[Clause, ...]]:
    clause = _clause(rng, bool(rng.integers(2)))
    return clause.text, clause.positive, (clause,)


def _both(rng: np.random.Generator) -> tuple[str, bool, tuple[Clause, ...]]:
    positive = bool(rng.integers(2))
    first, second = _clause(rng, positive), _clause(rng, positive)
    return f"{first.text} and {second.text}", positive, (first, second)


def _but(rng: np.random.Generator) -> tuple[str, bool, tuple[Clause, ...]]:
    positive = bool(rng.integers(2))
    first, second = _clause(rng, not positive), _clause(rng, positive)
    return f"{first.text} {choose(rng, ('but', 'yet'))} {second.text}", positive, (first, second)


def _although(rng: np.random.Generator) -> tuple[str, bool, tuple[Clause, ...]]:
    """The main clause decides, before or after the other."""
    positive = bool(rng.integers(2))
    main, other = _clause(rng, positive), _clause(rng, not positive)
    joint = choose(rng, ("although", "even though"))
    first = f"{joint} {other.text} , {main.text}"
    text = first if rng.integers(2) else f"{main.text} {joint} {other.text}"
    return text, positive, (main, other)


def _despite(rng: np.random.Generator) -> tuple[str, bool, tuple[Clause, ...]]:
    positive = bool(rng.integers(2))
    main = _clause(rng, positive)
    adjective = choose(rng, BAD if positive else GOOD)
    other = Clause(f"despite the {adjective} {choose(rng, THINGS)}", not positive)
    return f"{other.text} , {main.text}", positive, (main, other)


SHAPES: Final[tuple[Shape, ...]] = (_one, _one, _one, _both, _both, _but, _although, _despite)


@dataclass(frozen=True)
class Sentiment(Task):
    """Praise or not, told by the last step."""

    label: ClassVar[str] = "Sentiment"
    help: ClassVar[str] = (
        "A sentence of 4 to 25 words, word by word; the answer, negative or positive, is asked "
        "after the last one. Negation turns an adjective round, contrast sets one clause aside."
    )
    goal: ClassVar[float] = 0.98
    sizes: ClassVar[tuple[int, int]] = (len(VOCABULARY), len(LABELS))

    @property
    def baseline(self) -> Baseline | None:
        return Baseline(float(np.log(2)), "ln 2", "either label, equally likely")

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        made = batch(sentences(rng, size, split))
        words = (*THINGS, *PEOPLE, "usual", "night", "honest")
        return replace(made, x=hide(rng, made.x, VOCABULARY, words)) if split == "train" else made


def batch(found: tuple[Sentence, ...], steps: int = MOST) -> Batch:
    """Sentences with their label at the last step, padded to `steps`."""
    x, lengths = padded([VOCABULARY.codes(s.words) for s in found], steps)
    labels = np.array([int(s.positive) for s in found])
    weights = mean_weights(last_step(lengths, x.shape[1]))
    return Batch(x, np.repeat(labels[:, None], x.shape[1], axis=1), weights, lengths)
