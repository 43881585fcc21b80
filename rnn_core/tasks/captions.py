"""Captions: a small drawn shape, 8 x 8 grey values, described in words.

    a large hollow square at the top left

One vector is read at the first step; from then on the network reads the words it has written.  The
drawings are ours: a shape, its size, its place (jittered by a few pixels) and grey noise.  Held out
are drawings never trained on, and "unseen" captions: shape, size and place that training shows in
other company only.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.tasks.task import Batch, Split, Task, inside, mean_weights, one_hot
from rnn_core.tasks.vocabulary import Vocabulary, Words, padded

SIDE: Final = 8
PIXELS: Final = SIDE * SIDE
NOISE: Final = 0.2  # standard deviation of the grey noise; ink is 1, paper 0
SIZES: Final = {"small": 3, "large": 5}
ROWS: Final = ("top", "bottom")
COLUMNS: Final = ("left", "right")
START, END = "▷", "."


def _square(n: int) -> Array:
    return np.ones((n, n))


def _hollow(n: int) -> Array:
    ink = np.ones((n, n))
    ink[1:-1, 1:-1] = 0
    return ink


def _cross(n: int) -> Array:
    return np.maximum(np.eye(n), np.eye(n)[::-1])


def _plus(n: int) -> Array:
    ink = np.zeros((n, n))
    ink[n // 2] = ink[:, n // 2] = 1
    return ink


def _triangle(n: int) -> Array:
    """Standing on its side of n pixels."""
    row, column = np.indices((n // 2 + 1, n))
    return np.asarray(np.abs(column - n // 2) <= row, dtype=float)


def _across(n: int) -> Array:
    return np.ones((1, n))


def _down(n: int) -> Array:
    return np.ones((n, 1))


SHAPES: Final = {
    "filled square": _square,
    "hollow square": _hollow,
    "cross": _cross,
    "plus": _plus,
    "triangle": _triangle,
    "level line": _across,
    "upright line": _down,
}
UNSEEN: Final = frozenset(
    {
        ("cross", "small", "top", "left"),
        ("plus", "large", "bottom", "right"),
        ("triangle", "small", "bottom", "left"),
        ("level line", "large", "top", "right"),
        ("filled square", "large", "bottom", "left"),
        ("hollow square", "small", "top", "right"),
        ("upright line", "small", "bottom", "right"),
    }
)
WORDS: Final = Vocabulary(
    (
        START,
        END,
        "a",
        *SIZES,
        "filled",
        "hollow",
        "square",
        "cross",
        "plus",
        "triangle",
        "level",
        "upright",
        "line",
        "at",
        "the",
        *ROWS,
        *COLUMNS,
    )
)
MOST: Final = 9  # words of the longest caption, its end included


@dataclass(frozen=True)
class Subject:
    """Subject of a drawing: everything its caption says."""

    shape: str
    size: str
    row: str
    column: str

    @property
    def words(self) -> Words:
        """The caption, its end included."""
        text = f"a {self.size} {self.shape} at the {self.row} {self.column} {END}"
        return tuple(text.split())

    @property
    def unseen(self) -> bool:
        """Whether training never shows this shape in this size at this place."""
        return (self.shape, self.size, self.row, self.column) in UNSEEN


SUBJECTS: Final = tuple(Subject(*parts) for parts in product(SHAPES, SIZES, ROWS, COLUMNS))


def draw(rng: np.random.Generator, subject: Subject) -> Array:
    """(8, 8) the subject somewhere in its quarter's half of the paper, with grey noise."""
    ink = SHAPES[subject.shape](SIZES[subject.size])
    paper = rng.normal(0.0, NOISE, (SIDE, SIDE))
    top = _offset(rng, SIDE - ink.shape[0], subject.row == ROWS[1])
    left = _offset(rng, SIDE - ink.shape[1], subject.column == COLUMNS[1])
    paper[top : top + ink.shape[0], left : left + ink.shape[1]] += ink
    return paper


def _offset(rng: np.random.Generator, free: int, second: bool) -> int:
    """Somewhere in the first or the second half of the free places, never in the middle."""
    half = (free + 1) // 2
    return int(rng.integers(half)) + (free + 1 - half if second else 0)


def drawings(
    rng: np.random.Generator, count: int, which: str = "train"
) -> tuple[Array, tuple[Subject, ...]]:
    """((count, 8, 8), subjects): "unseen" ones, or any of the others."""
    allowed = [s for s in SUBJECTS if s.unseen == (which == "unseen")]
    subjects = tuple(allowed[int(k)] for k in rng.integers(len(allowed), size=count))
    return np.stack([draw(rng, subject) for subject in subjects]), subjects


@dataclass(frozen=True)
class Captions(Task):
    """A vector at the first step, then words: each step reads the word before."""

    label: ClassVar[str] = "Image captions"
    help: ClassVar[str] = (
        "An image of 8 × 8 grey values is read at the first step only; every step answers the next "
        "word and reads the one before it."
    )
    goal: ClassVar[float] = 0.99
    sizes: ClassVar[tuple[int, int]] = (PIXELS + len(WORDS), len(WORDS))

    def batch(self, rng: np.random.Generator, size: int, split: Split = "train") -> Batch:
        return batch(*drawings(rng, size, split))


def batch(images: Array, subjects: tuple[Subject, ...]) -> Batch:
    """Images and captions: x holds 64 pixels (zeros after the first step), then the word before."""
    answers = [WORDS.codes(s.words) for s in subjects]
    targets, lengths = padded(answers, MOST)
    start = WORDS.codes((START,))
    before, _ = padded([np.concatenate((start, row[:-1])) for row in answers], MOST)
    x = np.stack([inputs(image, rows) for image, rows in zip(images, before, strict=True)])
    return Batch(x, targets, mean_weights(inside(lengths, x.shape[1])), lengths)


def nearest(known: Array, images: Array) -> Array:
    """(B,) the known drawing closest to each image, pixel by pixel: the baseline."""
    flat, other = images.reshape(len(images), -1), known.reshape(len(known), -1)
    distance = (other**2).sum(1) - 2 * flat @ other.T
    return np.asarray(distance.argmin(1))


def written(rows: Array) -> Words:
    """A caption's words, up to its end."""
    words = WORDS.read(rows)
    return words[: words.index(END)] if END in words else words


def inputs(image: Array, words: Array) -> Array:
    """(T, 64 + V) inputs of one image and the words so far (rows, first ▷)."""
    pixels = np.zeros((len(words), PIXELS))
    pixels[:1] = image.reshape(-1)
    return np.concatenate((pixels, one_hot(words, len(WORDS))), axis=1)
