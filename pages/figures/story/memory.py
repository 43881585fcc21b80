"""Act two: a clue, many words, an answer, and how much of its gradient reaches the clue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from pages.figures.story.blame import left_words, power
from pages.figures.story.canvas import (
    SIZES,
    Drawing,
    Floats,
    Item,
    Position,
    Size,
    box,
    item,
    line,
    text,
)
from pages.figures.theme import cell_look
from rnn_core.applications.distance import Felt
from rnn_core.tasks.sentences import ANSWERS, Sentence

LOW, HIGH = -9, 1  # decades of the gradient at a word, by that at the last word
SURE: Final = 0.9
NAME: Final = 56  # a cell's name has so much room beside the number at its clue
ROWS: Final = ("rnn", "gru", "lstm")


class Heard(NamedTuple):
    """One network's reading of the sentence: its gradient at every word, and its answers."""

    shares: Floats  # (T,) of the answer's gradient at every word, by that at the last one
    answers: tuple[tuple[str, float], ...]  # the likeliest words, and how likely
    right: float  # probability of the right word


class Asked(NamedTuple):
    """One sentence at one gap, as every network heard it."""

    words: tuple[str, ...]
    clue: int
    gap: int
    answer: str
    heard: Mapping[str, Heard]


def asked_of(sentence: Sentence, felt: Mapping[str, Felt]) -> Asked:
    """One sentence and what every network felt, as the picture has it."""
    heard = {cell: _heard(each, sentence.answer) for cell, each in felt.items()}
    return Asked(sentence.words, sentence.clue, sentence.gap, sentence.answer, heard)


def _heard(felt: Felt, right: str) -> Heard:
    chances = felt.answers[0]
    best = np.argsort(-chances, kind="stable")[:2]
    answers = tuple(zip(ANSWERS.read(best), map(float, chances[best]), strict=True))
    return Heard(felt.measured("share")[0], answers, float(chances[ANSWERS.rows[right]]))


def percent(value: float) -> str:
    """A probability; never 100 where something is left."""
    return f"{min(99, round(100 * value)) if value < 0.9995 else 100} %"


def said(asked: Asked) -> str:
    """Networks that are sure of the right answer at this gap, and those that are not."""
    sure = [cell_look(c).label for c in ROWS if asked.heard[c].right >= SURE]
    rest = [cell_look(c).label for c in ROWS if asked.heard[c].right < SURE]
    where = f"{asked.gap} words later" if asked.gap else "Right behind it"
    knows = f"{' and '.join(sure)} answer {asked.answer}" if sure else "nobody is sure"
    if len(sure) == 1:
        knows = f"the {sure[0]} answers {asked.answer}"
    doubts = f"; the {' and '.join(rest)} {'is' if len(rest) == 1 else 'are'} not sure" * bool(rest)
    return f"{where}, {knows}{doubts if sure else ''}"


# -- the sentence ----------------------------------------------------------------------------------


def sentence(asked: Asked, size: Size) -> Iterator[Item]:
    """The sentence's beginning, the number of words that follow, and its end."""
    country = asked.words[asked.clue]
    most = f"… {asked.gap} words …" if asked.gap else ""
    if size.narrow:
        yield text(0, 20, "I grew up in", "typed")
        yield text(128, 20, country, "typed clue")
        yield text(0, 48, f"{most} I speak fluent", "typed")
        yield text(size.width, 48, "____", "typed clue", "end")
        return
    yield text(0, 28, "I grew up in", "typed")
    yield text(136, 28, country, "typed clue")
    yield text(480, 28, most, "typed soft", "middle")
    yield text(size.width - 250, 28, "I speak fluent", "typed", "end")
    yield text(size.width - 238, 28, "____", "typed clue")


# -- one network -----------------------------------------------------------------------------------


class Row(NamedTuple):
    """Area of one network's bars."""

    left: float
    right: float
    top: float
    bottom: float

    def y(self, share: float) -> float:
        """How high a bar reaches, on a logarithmic axis."""
        log = np.clip(np.log10(max(share, 1e-300)), LOW, HIGH)
        return float(self.bottom - (self.bottom - self.top) * (log - LOW) / (HIGH - LOW))


def bars(row: Row, heard: Heard, clue: int, cell: str) -> Iterator[Item]:
    """A bar at every word, and the clue's alone."""
    width = (row.right - row.left) / len(heard.shares)
    for tick in (LOW, -6, -3, 0):
        yield line(row.left, row.y(10.0**tick), row.right, row.y(10.0**tick), "grid")
        yield text(row.left - 6, row.y(10.0**tick) + 5, power(tick), "tick", "end")
    d = "".join(_bar(row, k, s, width) for k, s in enumerate(heard.shares) if k != clue)
    yield item("path", f"felt {cell}", d=d)
    yield item("path", "felt clue", d=_bar(row, clue, float(heard.shares[clue]), width))
    words = left_words(float(np.log10(max(float(heard.shares[clue]), 1e-300))))
    yield text(row.left + NAME, row.top - 8, f"{words} at the clue", "small clue")


def _bar(row: Row, k: int, share: float, width: float) -> str:
    x, y = row.left + width * (k + 0.12), row.y(share)
    return f"M{x:.1f} {row.bottom:.1f}V{y:.1f}h{0.76 * width:.1f}V{row.bottom:.1f}Z"


def answers(heard: Heard, right: str, x: float, top: float, full: float) -> Iterator[Item]:
    """The two likeliest words, as bars from 0 to 1."""
    for k, (word, chance) in enumerate(heard.answers[:2]):
        y = top + 36 * k
        look = "chance best" if word == right else "chance"
        yield box(x, y, full, 28, "wall", 4)
        yield box(x, y, full * chance, 28, look, 4)
        yield text(x + 8, y + 20, word, "answer halo")
        yield text(x + full - 6, y + 20, percent(chance), "answer halo", "end")


def network(asked: Asked, k: int, cell: str, size: Size) -> Iterator[Item]:
    """One network: its name, its bars, its answer."""
    heard = asked.heard[cell]
    first, high = (64, 130) if size.narrow else (52, 118)
    top = first + high * k
    room, full = (146, 136) if size.narrow else (226, 210)
    row = Row(46, size.width - room - 16, top + 22, top + high - 12)
    yield text(46, top + 14, cell_look(cell).label, f"cell-name {cell}")
    yield from bars(row, heard, asked.clue, cell)
    yield from answers(heard, asked.answer, size.width - full, top + 28, full)


def draw(asked: Asked, size: Size) -> Drawing:
    """The sentence, and the three networks under it."""
    rows = [each for k, c in enumerate(ROWS) for each in network(asked, k, c, size)]
    foot = (
        "bars: answer's gradient at each word"
        if size.narrow
        else (
            "bars: how much of the answer's gradient reaches each word, by that at the last word, "
            "logarithmic; outlined: the clue"
        )
    )
    return (*sentence(asked, size), *rows, text(0, size.height - 4, foot, "soft"))


def positions(found: Sequence[Asked]) -> tuple[Position, ...]:
    """The picture of act two for every gap."""
    return tuple(
        Position(said(asked), _alt(asked), tuple(draw(asked, size) for size in SIZES))
        for asked in found
    )


def _alt(asked: Asked) -> str:
    every = "; ".join(
        f"{cell_look(c).label}: {h.answers[0][0]} {percent(h.answers[0][1])}, "
        f"{left_words(float(np.log10(max(float(h.shares[asked.clue]), 1e-300))))} of the gradient "
        "reaches the clue"
        for c, h in asked.heard.items()
    )
    return f"A clue and its answer, {asked.gap} words apart. {every}. {said(asked)}."
