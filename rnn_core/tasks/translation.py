"""Translation: numbers from English words to French words, by the exact rules of both languages.

    nine hundred and eighty one   ->   neuf cent quatre vingt un

An encoder reads the English sentence and hands on its last state; a decoder writes French from that
state alone, one word after the other.  The longer the number, the more must pass through that one
vector: accuracy against length shows the bottleneck.  The French side has agreement that a single
word cannot decide ("deux cents" but "deux cent un", "quatre vingts" but "quatre vingt mille").
Held out are about one number in eight; every number below `ALWAYS` is trained on, as without it
some words would never be met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.pace import breathe
from rnn_core.tasks.task import Batch, Split, Task, inside, mean_weights
from rnn_core.tasks.vocabulary import Vocabulary, Words, held_out, padded

ENGLISH: Final = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
FRENCH: Final = (
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
)
DIZAINES: Final = ("", "dix", "vingt", "trente", "quarante", "cinquante", "soixante")
START, END = "▷", "."
SOURCE: Final = Vocabulary((*ENGLISH, *TENS[2:], "hundred", "thousand", "and", END))
TARGET: Final = Vocabulary(
    (START, END, *FRENCH, *DIZAINES[2:], "vingts", "cent", "cents", "mille", "et")
)
ALWAYS: Final = 100
DIGITS: Final = 6  # numbers below 10**6
ROUND: Final = 0.25  # share of the digits after the first that are made 0
MOST: Final = 12, 14  # words of the longest number, with its end: English, French


def english(number: int) -> Words:
    """A number below a million in English words, as in Britain: with "and"."""
    if not 0 <= number < 10**DIGITS:
        raise ValueError(f"Numbers go from 0 to {10**DIGITS - 1:,}; {number:,} is outside.")
    if number < 20:
        return (ENGLISH[number],)
    if number < 100:
        return (TENS[number // 10], *_rest(english, number % 10))
    if number < 1000:
        link = ("and",) if number % 100 else ()
        return (ENGLISH[number // 100], "hundred", *link, *_rest(english, number % 100))
    link = ("and",) if 0 < number % 1000 < 100 else ()
    return (*english(number // 1000), "thousand", *link, *_rest(english, number % 1000))


def french(number: int) -> Words:
    """A number below a million in French words, as in France, without hyphens."""
    if not 0 <= number < 10**DIGITS:
        raise ValueError(f"Numbers go from 0 to {10**DIGITS - 1:,}; {number:,} is outside.")
    if number < 1000:
        return _french(number, final=True)
    thousands = () if number < 2000 else _french(number // 1000, final=False)
    return (*thousands, "mille", *_rest(french, number % 1000))


def _french(number: int, final: bool) -> Words:
    """Below a thousand; "cents" and "vingts" take their s only where nothing follows (`final`)."""
    if number < 100:
        return _below_hundred(number, final)
    hundreds, rest = divmod(number, 100)
    plural = "cents" if hundreds > 1 and not rest and final else "cent"
    count = () if hundreds == 1 else (FRENCH[hundreds],)
    return (*count, plural, *(_below_hundred(rest, final) if rest else ()))


def _below_hundred(number: int, final: bool) -> Words:
    if number < 17:
        return (FRENCH[number],)
    if number == 80:
        return ("quatre", "vingts" if final else "vingt")
    if number > 80:
        return ("quatre", "vingt", *_below_hundred(number - 80, final))
    ten = min(number // 10, 6)  # soixante goes on to 79
    rest = number - 10 * ten
    link = ("et",) if rest in (1, 11) and ten > 1 else ()
    return (DIZAINES[ten], *link, *(_below_hundred(rest, final) if rest else ()))


def _rest(words: Callable[[int], Words], number: int) -> Words:
    return words(number) if number else ()


def word_by_word(words: Words) -> Words:
    """Every English word by its own French one: a dictionary without a memory, to be beaten."""
    table = {ENGLISH[n]: french(n) for n in range(20)}
    table |= {TENS[k]: french(10 * k) for k in range(2, 10)}
    table |= {"hundred": ("cent",), "thousand": ("mille",), "and": ()}
    return tuple(word for english_word in words for word in table[english_word])


def numbers(rng: np.random.Generator, count: int, split: Split, digits: int = DIGITS) -> list[int]:
    """Numbers of 1 to `digits` digits, every length equally often, and more round ones than chance
    would give: a network that never met two hundred thousand cannot say it."""
    found: list[int] = []
    while len(found) < count:
        breathe()
        size = int(rng.integers(1, digits + 1))
        drawn = rng.integers(10, size=size) * (rng.random(size) >= ROUND)
        drawn[0] = rng.integers(size > 1, 10)
        number = int("".join(map(str, drawn)))
        if part(number) == split:
            found.append(number)
    return found


def part(number: int) -> Split:
    """Name of the set that a number belongs to."""
    out = number >= ALWAYS and held_out(english(number))
    return "validation" if out else "train"


def read(text: str) -> int:
    """A reader's number: digits, or English words as `english` writes them."""
    plain = text.lower().replace(",", "").replace("-", " ").split()
    if len(plain) == 1 and plain[0].isascii() and plain[0].isdigit() and len(plain[0]) <= 9:
        return _possible(int(plain[0]))
    return _possible(_value([word for word in plain if word != "and"]))


def _possible(number: int) -> int:
    english(number)
    return number


def _value(words: list[str]) -> int:
    total = part_ = 0
    for word in words:
        if word in ENGLISH:
            part_ += ENGLISH.index(word)
        elif word in TENS[2:]:
            part_ += 10 * TENS.index(word)
        elif word == "hundred":
            part_ *= 100
        elif word == "thousand":
            total, part_ = total + 1000 * part_, 0
        else:
            raise ValueError(f"{word[:20]!r} is no part of an English number.")
    if not words:
        raise ValueError("Write a number, in digits or in English words.")
    return total + part_


@dataclass(frozen=True)
class Translation(Task):
    """Encoder and decoder; the decoder is taught with the right word before (teacher forcing)."""

    digits: int = DIGITS

    label: ClassVar[str] = "Translation"
    help: ClassVar[str] = (
        "A number in English words is read by an encoder; a decoder starts from its last state and "
        "writes the number in French. Length: the most digits."
    )
    goal: ClassVar[float] = 0.99
    sizes: ClassVar[tuple[int, int]] = (len(TARGET), len(TARGET))

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        """`length`: the most digits, 1 to 6."""
        return cls(min(max(length, 1), DIGITS))

    @property
    def encoder_size(self) -> int:
        return len(SOURCE)

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        if split == "validation" and self.digits < 3:
            raise ValueError("Numbers below 100 are all trained on; ask for 3 digits or more.")
        return batch(numbers(rng, size, split, self.digits))


def source(found: list[int]) -> Batch:
    """English words that the encoder reads."""
    return Batch.read_only(*padded([SOURCE.codes((*english(n), END)) for n in found], MOST[0]))


def batch(found: list[int]) -> Batch:
    """The decoder reads ▷ and the right words, and is to answer the right words and the end."""
    answers = [TARGET.codes((*french(n), END)) for n in found]
    targets, lengths = padded(answers, MOST[1])
    start = TARGET.codes((START,))
    x, _ = padded([np.concatenate((start, row[:-1])) for row in answers], MOST[1])
    weights = mean_weights(inside(lengths, x.shape[1]))
    return Batch(x, targets, weights, lengths, encoder=source(found))


def written(rows: Array) -> Words:
    """Words that a decoder wrote, up to its end."""
    words = TARGET.read(rows)
    return words[: words.index(END)] if END in words else words
