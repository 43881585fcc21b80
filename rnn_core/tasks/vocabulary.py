"""Words as rows of a one-hot code, and which sentences are held out.

Whether a sentence is held out is a property of the sentence itself (a checksum of its words), so an
endless stream of training sentences never meets one, however it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar
from zlib import crc32

import numpy as np

from rnn_core.arrays import Array as Array

Words = tuple[str, ...]

UNKNOWN = "□"  # what a word outside the vocabulary is read as
HELD_OUT_IN = 8  # one sentence in so many is never trained on
HIDDEN_IN = 12  # one word in so many reads as unknown while training


def held_out(words: Iterable[str], one_in: int = HELD_OUT_IN) -> bool:
    """True for about one sentence in `one_in`: always the same ones, on every machine."""
    return crc32(" ".join(words).encode()) % one_in == 0


class Drawn(Protocol):
    """A sentence of a grammar that keeps some combinations of words from training."""

    @property
    def words(self) -> Words:
        """Its words."""

    @property
    def unseen(self) -> bool:
        """Whether it has a combination that is never trained on."""


Sentence = TypeVar("Sentence", bound=Drawn)


def part(sentence: Drawn) -> str:
    """The set that a sentence belongs to: "train", "validation", or "unseen" combinations."""
    if sentence.unseen:
        return "unseen"
    return "validation" if held_out(sentence.words) else "train"


def of_part(draw: Callable[[], Sentence], which: str, count: int) -> tuple[Sentence, ...]:
    """`count` sentences of one set, drawn until there are so many."""
    found: list[Sentence] = []
    while len(found) < count:
        sentence = draw()
        if part(sentence) == which:
            found.append(sentence)
    return tuple(found)


@dataclass(frozen=True)
class Vocabulary:
    """The words a network reads or writes, each with its row of the one-hot code."""

    words: Words

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Word -> row."""
        return {word: row for row, word in enumerate(self.words)}

    def codes(self, words: Iterable[str]) -> Array:
        """(T,) rows; a word outside the vocabulary reads as □, where there is a row for it."""
        other = self.rows.get(UNKNOWN)
        found = []
        for word in words:
            row = self.rows.get(word, other)
            if row is None:
                raise ValueError(f"{word!r} is not in the vocabulary.")
            found.append(row)
        return np.array(found, dtype=int)

    def read(self, rows: Iterable[int]) -> Words:
        """Rows -> words."""
        return tuple(self.words[int(row)] for row in rows)


def vocabulary(*groups: Iterable[str], unknown: bool = False) -> Vocabulary:
    """Every word of the groups once, in the order given; phrases are split at spaces."""
    words = dict.fromkeys(word for group in groups for phrase in group for word in phrase.split())
    return Vocabulary((*words, UNKNOWN) if unknown else tuple(words))


def padded(rows: Sequence[Array], steps: int = 0) -> tuple[Array, Array]:
    """((B, T) integers, 0 after each sequence's end; (B,) lengths).

    T is `steps`, or more where a sequence is longer: batches of one shape share their buffers.
    """
    lengths = np.array([len(row) for row in rows])
    found = np.zeros((len(rows), max(steps, lengths.max())), dtype=int)
    for b, row in enumerate(rows):
        found[b, : len(row)] = row
    return found, lengths


def choose(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options, equally likely."""
    return options[int(rng.integers(len(options)))]


def hide(rng: np.random.Generator, codes: Array, words: Vocabulary, which: Words) -> Array:
    """Each of the words in `which` reads as □ once in `HIDDEN_IN`: a network trained on that
    learns to go by the other words when it meets one that it does not know."""
    may = np.isin(codes, words.codes(which))
    hidden = may & (rng.random(codes.shape) * HIDDEN_IN < 1)
    return np.where(hidden, words.rows[UNKNOWN], codes)


def opening(words: Words, most: int = 40) -> str:
    """The beginning of a sentence, for a title."""
    text = " ".join(words)
    return text if len(text) <= most else text[: most - 1] + "…"
