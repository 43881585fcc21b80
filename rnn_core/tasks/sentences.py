"""Long-term dependencies: the last word of a sentence, with a gap between it and its clue.

    the clouds are in the ... sky                            the clue stands close by
    I grew up in Canada ... I speak fluently ... French      the clue stands `gap` words back

Between clue and answer stand filler sentences, some of which name other countries ("my aunt once
flew to Japan") and so try to mislead: only where somebody grew up decides.  The loss sits at the
last step.  Fluent languages are one per country, as taught in lecture 001 (Canada: French).
Held out: whole sentences that training never shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np

from rnn_core.tasks.task import Baseline, Batch, Split, Task, last_step, mean_weights
from rnn_core.tasks.vocabulary import Vocabulary, Words, choose, held_out, padded, vocabulary

COUNTRIES: Final = {
    "Canada": "French",
    "France": "French",
    "Egypt": "Arabic",
    "Jordan": "Arabic",
    "Spain": "Spanish",
    "Peru": "Spanish",
    "Japan": "Japanese",
    "Kenya": "Swahili",
}
NEAR: Final = {
    "the clouds are in the": "sky",
    "the birds fly across the": "sky",
    "the fish swim in the": "sea",
    "the ships sail across the": "sea",
    "the cows graze on the": "grass",
    "the children play on the": "grass",
}
OPENING, ENDING = "I grew up in {}", "I speak fluent"
# Fillers by their number of words; {} is another country, and misleads.
FILLERS: Final = (
    "then",
    "so",
    "well",
    "years passed",
    "it rained",
    "time flew",
    "we had dogs",
    "school was long",
    "summers were hot",
    "my father baked bread",
    "the house was small",
    "we moved to {}",
    "my aunt flew to {}",
    "the winters were very cold",
    "our garden was full of",
    "my sister wrote letters from {}",
    "we often ate by the sea",
    "a friend of mine lived in {}",
    "every summer we went down to {}",
)
ANSWERS: Final = Vocabulary(tuple(dict.fromkeys((*COUNTRIES.values(), *NEAR.values()))))
VOCABULARY: Final = vocabulary(
    (OPENING.replace("{}", ""), ENDING), COUNTRIES, NEAR, (f.replace("{}", "") for f in FILLERS)
)
MAX_GAP: Final = 200
_NAMES: Final = tuple(COUNTRIES)
_LENGTHS: Final = [len(f.split()) for f in FILLERS]
_FITTING: Final = [  # by the number of words there is room for
    tuple(f for f, words in zip(FILLERS, _LENGTHS, strict=True) if words <= room)
    for room in range(max(_LENGTHS) + 1)
]


@dataclass(frozen=True)
class Sentence:
    """Words, the word that should follow, the step (from 0) of the clue and the gap in words."""

    words: Words
    answer: str
    clue: int
    gap: int


def far(rng: np.random.Generator, gap: int, country: str = "") -> Sentence:
    """A country, `gap` words of filler, and the question which language is spoken."""
    if not 0 <= gap <= MAX_GAP:
        raise ValueError(f"The gap has 0 to {MAX_GAP} words, not {gap}.")
    if country and country not in COUNTRIES:
        raise ValueError(f"{country[:20]!r} is none of {', '.join(COUNTRIES)}.")
    country = country or choose(rng, tuple(COUNTRIES))
    opening = OPENING.format(country).split()
    words = (*opening, *filler(rng, gap), *ENDING.split())
    return Sentence(words, COUNTRIES[country], len(opening) - 1, gap)


def near(rng: np.random.Generator) -> Sentence:
    """The lectures' short one and its like: the clue is the second word."""
    text = choose(rng, tuple(NEAR))
    words = tuple(text.split())
    return Sentence(words, NEAR[text], 1, len(words) - 2)


def filler(rng: np.random.Generator, gap: int) -> Words:
    """Exactly `gap` words of filler."""
    found: list[str] = []
    while len(found) < gap:
        fits = _FITTING[min(gap - len(found), len(_FITTING) - 1)]
        found += choose(rng, fits).format(choose(rng, _NAMES)).split()
    return tuple(found)


def last_country(words: Words) -> str:
    """The language of the last country named: what a reader with a short memory would say."""
    return COUNTRIES[next(word for word in reversed(words) if word in COUNTRIES)]


def part(sentence: Sentence) -> Split:
    """Name of the set that a sentence belongs to; the few short ones are all trained on."""
    out = sentence.gap > 6 and held_out(sentence.words)
    return "validation" if out else "train"


def sentences(
    rng: np.random.Generator, count: int, split: Split, gaps: tuple[int, int]
) -> tuple[Sentence, ...]:
    """Sentences with gaps from `gaps[0]` to `gaps[1]`; every tenth one is a short one."""
    found: list[Sentence] = []
    while len(found) < count:
        short = split == "train" and rng.integers(10) == 0
        sentence = near(rng) if short else far(rng, int(rng.integers(gaps[0], gaps[1] + 1)))
        if part(sentence) == split:
            found.append(sentence)
    return tuple(found)


@dataclass(frozen=True)
class LongTerm(Task):
    """The language, asked some words after the country."""

    gap: int = 30

    label: ClassVar[str] = "Clue and answer"
    help: ClassVar[str] = (
        "“I grew up in Canada … I speak fluent”: the language is asked up to as many words after "
        "the country as the length says; fillers name other countries."
    )
    goal: ClassVar[float] = 0.98
    sizes: ClassVar[tuple[int, int]] = (len(VOCABULARY), len(ANSWERS))

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        """`length`: the largest gap in words."""
        return cls(min(max(length, 7), MAX_GAP))

    @property
    def baseline(self) -> Baseline | None:
        """Without the clue: each language as often as its countries are drawn."""
        languages = list(COUNTRIES.values())
        shares = np.array([languages.count(x) for x in set(languages)]) / len(languages)
        loss = float(-(shares * np.log(shares)).sum())
        return Baseline(loss, "-Σ p ln p", "each language as often as its countries")

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        low = 0 if split == "train" else 7
        steps = len(OPENING.split()) + self.gap + len(ENDING.split())
        return batch(sentences(rng, size, split, (low, self.gap)), steps)


def batch(found: tuple[Sentence, ...], steps: int = 0) -> Batch:
    """Sentences with their answer at the last step, padded to `steps`."""
    x, lengths = padded([VOCABULARY.codes(s.words) for s in found], steps)
    answers = ANSWERS.codes(s.answer for s in found)
    weights = mean_weights(last_step(lengths, x.shape[1]))
    return Batch(x, np.repeat(answers[:, None], x.shape[1], axis=1), weights, lengths)
