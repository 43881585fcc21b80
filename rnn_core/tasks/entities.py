"""Named entities: every word gets a tag, and often the words after a name decide which.

    Paris was born in Lima .          Paris is a PERSON
    Paris was flooded last year .     Paris is a PLACE
    Paris hired new staff .           Paris is a COMPANY

A network that reads forward meets the name before the clue and can only guess; a bidirectional one
also reads from the end.  Held out: sentences never trained on, and "unseen" pairs of a name and a
clue that training shows only apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.tasks.task import Batch, Split, Task, inside, mean_weights
from rnn_core.tasks.vocabulary import (
    Words,
    choose,
    held_out,
    hide,
    of_part,
    padded,
    vocabulary,
)

TAGS: Final = ("other", "person", "place", "company")

# Names that may be any of three things, and names that are always the same.
AMBIGUOUS: Final = (
    "Florence",
    "Paris",
    "Jordan",
    "Sydney",
    "Chelsea",
    "Victoria",
    "Austin",
    "Madison",
    "Georgia",
    "Lincoln",
    "Kent",
    "Dallas",
)
CERTAIN: Final = {
    "person": ("Maria", "Ahmed", "Peter", "Yuki", "Amina"),
    "place": ("Cairo", "Lima", "Berlin", "Oslo", "Kenya"),
    "company": ("Brightline", "Fernway", "Solvex", "Northbank"),
}
# What follows a name and decides what it is.  Several begin with the same word on purpose.
AFTER: Final = {
    "person": (
        "smiled",
        "plays the piano",
        "was born in {place}",
        "was late again",
        "has two sisters",
        "told us a joke",
        "said that it rained",
    ),
    "place": (
        "has two bridges",
        "was flooded last year",
        "was built on hills",
        "lies on the coast",
        "is near {place}",
        "voted on sunday",
    ),
    "company": (
        "hired new staff",
        "has two offices",
        "was sold to {company}",
        "was sued last year",
        "opened a shop in {place}",
        "pays its staff well",
    ),
}
# What stands before a name and decides.
BEFORE: Final = {
    "person": ("we met {} in {place} .", "my friend {} is here .", "she wrote to doctor {} ."),
    "place": ("we drove to {} last year .", "she was born in {} .", "the road to {} is long ."),
    "company": (
        "he works for {} in {place} .",
        "the staff of {} voted on sunday .",
        "she sold her shares of {} .",
    ),
}
OPENINGS: Final = ("", "", "yesterday", "they say that", "i heard that", "last year")
LINKS: Final = ("and", "while", "but")
VOCABULARY: Final = vocabulary(
    AMBIGUOUS,
    *CERTAIN.values(),
    (re.sub(r"\{\w*\}", "", t) for group in (AFTER, BEFORE) for ts in group.values() for t in ts),
    OPENINGS,
    LINKS,
    (".",),
    unknown=True,
)
MOST: Final = 16  # words of the longest sentence
UNSEEN_IN = 10  # one pair of a name and a clue in so many is never trained on


@dataclass(frozen=True)
class Sentence:
    """A sentence and its tags; `decided_later`: the steps of names that only later words decide."""

    words: Words
    tags: Words
    decided_later: tuple[int, ...]
    unseen: bool  # some name stands with a clue that it is never trained with


@dataclass(frozen=True)
class _Piece:
    """Part of a sentence while it is put together."""

    words: Words
    tags: Words
    later: tuple[int, ...] = ()
    unseen: bool = False

    def __add__(self, other: _Piece) -> _Piece:
        moved = tuple(step + len(self.words) for step in other.later)
        return _Piece(
            self.words + other.words,
            self.tags + other.tags,
            self.later + moved,
            self.unseen or other.unseen,
        )


def draw(rng: np.random.Generator) -> Sentence:
    """Any sentence of the grammar, held out or not."""
    opening = _plain(choose(rng, OPENINGS))
    if rng.integers(4) == 0:
        piece = opening + _before(rng)
    else:
        piece = opening + _after(rng)
        if rng.integers(2):
            piece = piece + _plain(choose(rng, LINKS)) + _after(rng)
        piece = piece + _plain(".")
    return Sentence(piece.words, piece.tags, piece.later, piece.unseen)


def sentences(rng: np.random.Generator, count: int, which: str = "train") -> tuple[Sentence, ...]:
    """`count` sentences to "train" on, for "validation", or with "unseen" pairs."""
    return of_part(lambda: draw(rng), which, count)


def split_words(text: str) -> tuple[Words, Words]:
    """A reader's text as (words, those of them that the network does not know)."""
    words = tuple(re.findall(r"[^\W_]+|\.", text))
    known = {word.lower(): word for word in VOCABULARY.words}
    words = tuple(known.get(word.lower(), word) for word in words)
    return words, tuple(w for w in dict.fromkeys(words) if w not in VOCABULARY.rows)


def _plain(text: str) -> _Piece:
    words = tuple(text.split())
    return _Piece(words, ("other",) * len(words))


def _name(rng: np.random.Generator, tag: str) -> str:
    """A name for a tag: in three of four cases one that could be something else."""
    return choose(rng, AMBIGUOUS if rng.integers(4) else CERTAIN[tag])


def _after(rng: np.random.Generator) -> _Piece:
    tag = choose(rng, TAGS[1:])
    name, clue = _name(rng, tag), choose(rng, AFTER[tag])
    later = (0,) if name in AMBIGUOUS else ()
    unseen = name in AMBIGUOUS and held_out((name, clue), UNSEEN_IN)
    return _Piece((name,), (tag,), later, unseen) + _filled(rng, clue)


def _before(rng: np.random.Generator) -> _Piece:
    tag = choose(rng, TAGS[1:])
    name, clue = _name(rng, tag), choose(rng, BEFORE[tag])
    first, second = clue.split("{}")
    unseen = name in AMBIGUOUS and held_out((name, clue), UNSEEN_IN)
    return _plain(first) + _Piece((name,), (tag,), (), unseen) + _filled(rng, second)


def _filled(rng: np.random.Generator, clue: str) -> _Piece:
    """A clue, with a name that is always the same thing where it says {place} or {company}."""
    piece = _plain("")
    for word in clue.split():
        tag = word.strip("{}")
        if tag == word:
            piece = piece + _plain(word)
        else:
            piece = piece + _Piece((choose(rng, CERTAIN[tag]),), (tag,))
    return piece


@dataclass(frozen=True)
class Entities(Task):
    """Tag each word: a person, a place, a company, or none."""

    label: ClassVar[str] = "Named entities"
    help: ClassVar[str] = (
        "Every word gets one of four tags; most names could be any of three things, and words "
        "after the name, or before it, decide."
    )
    goal: ClassVar[float] = 0.99
    sizes: ClassVar[tuple[int, int]] = (len(VOCABULARY), len(TAGS))

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        made = batch(sentences(rng, size, split))
        names = (*AMBIGUOUS, "yesterday")
        return replace(made, x=hide(rng, made.x, VOCABULARY, names)) if split == "train" else made


def batch(found: tuple[Sentence, ...], later: bool = False) -> Batch:
    """Sentences with their tags at every step, or only at the names that later words decide."""
    x, lengths = padded([VOCABULARY.codes(s.words) for s in found], MOST)
    tags, _ = padded([np.array([TAGS.index(tag) for tag in s.tags]) for s in found], MOST)
    counted = inside(lengths, x.shape[1])
    if later:
        counted = _later(found, counted)
    return Batch(x, tags, mean_weights(counted), lengths)


def _later(found: tuple[Sentence, ...], counted: Array) -> Array:
    only = np.zeros_like(counted)
    for b, sentence in enumerate(found):
        only[b, list(sentence.decided_later)] = True
    return only
