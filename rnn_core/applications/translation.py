"""Translation of one number: the vector handed over, and the words made of it.

The encoder reads the English words and hands on its last state; the decoder starts from that state
and reads, at every step, the word that it has just written.  How much fits through the state is
measured on the held-out numbers that the networks' cards are scored on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.applications.decoding import write
from rnn_core.applications.probe import Probe, probe
from rnn_core.applications.scores import COUNT, SEED, encode, translate
from rnn_core.applications.spoken import Spoken, spoken, until, words_of
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.experiment.settings import words
from rnn_core.tasks import translation
from rnn_core.tasks.task import one_hot
from rnn_core.tasks.translation import DIGITS, END, MOST, SOURCE, START, TARGET
from rnn_core.tasks.vocabulary import Words
from rnn_core.training.models import Model

FIRST: Final = "471080"  # held out; its 71 and its 80 are no word-by-word matter
DICTIONARY: Final = "word by word from a dictionary"


@dataclass(frozen=True)
class Number:
    """Reader's settings on the page of translation: the number."""

    english: str = words(
        FIRST,
        "Number",
        "Translation",
        help="Digits, or English words such as nine hundred and eighty one. From 0 to 999,999.",
    )


def understood(text: str) -> int:
    """The number that a reader typed; a ValueError says in words why it is none."""
    joined = text.replace(",", "").replace(" ", "")
    digits = joined.lstrip("-\u2212")
    if not (digits.isascii() and digits.isdigit()):
        return translation.read(text)
    if digits != joined:
        raise ValueError("Numbers below zero are in neither vocabulary.")
    if len(digits.lstrip("0")) > DIGITS:
        raise ValueError(f"Numbers go from 0 to {10**DIGITS - 1:,}; this one has more digits.")
    return translation.read(str(int(digits)))


@dataclass(frozen=True, eq=False)
class Reading:
    """Translation of one number by one encoder and decoder."""

    number: int
    state: Array  # (H,) all that the decoder learns of the sentence
    spoken: tuple[Spoken, ...]  # the end included, if it was written

    @property
    def words(self) -> Words:
        """The words written, without the end."""
        return words_of(self.spoken, END)

    @property
    def ended(self) -> bool:
        """Whether the decoder came to an end by itself."""
        return bool(self.spoken) and self.spoken[-1].word == END

    @property
    def right(self) -> bool:
        """Whether that is the French for the number."""
        return self.ended and self.words == translation.french(self.number)


def interpret(networks: Sequence[Network], number: int) -> Reading:
    """Encoder and decoder at work: the likeliest word is written and read again."""
    states = encode(networks, translation.source([number]))
    size, start = len(TARGET), TARGET.rows[START]
    rows = write(
        networks[-1],
        one_hot(np.array([start]), size),
        lambda chosen: one_hot(chosen, size),
        MOST[1],
        initial=states,
    )[0]
    rows = until(rows, TARGET.rows[END])
    x = one_hot(np.array([start, *rows[:-1]]), size)
    return Reading(number, states["h"][-1, 0], spoken(networks[-1], x, rows, TARGET, states))


# -- accuracy against length -----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ByLength:
    """Share of held-out numbers translated without a fault, by how many digits they have."""

    digits: tuple[int, ...]
    counts: tuple[int, ...]  # numbers of that length
    right: Mapping[str, tuple[int, ...]]  # who translates -> how many of them rightly

    def share(self, who: str) -> tuple[float, ...]:
        """Of the numbers of each length."""
        return tuple(r / n for r, n in zip(self.right[who], self.counts, strict=True))

    def overall(self, who: str) -> float:
        """Of all numbers."""
        return sum(self.right[who]) / sum(self.counts)


def held_out() -> list[int]:
    """The numbers that the networks' cards are scored on."""
    return translation.numbers(np.random.default_rng(SEED), COUNT, "validation")


def by_length(models: Mapping[str, Model], numbers: list[int]) -> ByLength:
    """Every network and the dictionary on the same numbers."""
    answers = {who: translate(model.networks, numbers) for who, model in models.items()}
    answers[DICTIONARY] = [translation.word_by_word(translation.english(n)) for n in numbers]
    size = np.array([len(str(n)) for n in numbers])
    digits = tuple(int(d) for d in np.unique(size))
    right = {}
    for who, found in answers.items():
        good = np.array([a == translation.french(n) for a, n in zip(found, numbers, strict=True)])
        right[who] = tuple(int(good[size == d].sum()) for d in digits)
    return ByLength(digits, tuple(int((size == d).sum()) for d in digits), right)


def next_number(numbers: list[int], present: int | None) -> int:
    """The held-out number after the present one; the first if the present one is none of them."""
    at = numbers.index(present) if present in numbers else -1
    return numbers[(at + 1) % len(numbers)]


# -- for all other pages ---------------------------------------------------------------------


def probe_of(model: Model, number: int) -> Probe:
    """Encoder and decoder with this number, taught the right words; every step by its word."""
    title = f"Translation of {number} through {model.card.hidden} units, taught the right words"
    found = probe(title, model.networks, translation.batch([number]), outputs=TARGET.words)
    labels = [
        vocabulary.words[row]
        for vocabulary, part in zip((SOURCE, TARGET), found.parts, strict=True)
        for row in part.x[0].argmax(1)
    ]
    return replace(found, sequence=replace(found.sequence, labels=tuple(labels)))
