"""Caption of one drawing, word by word, and the gradient of each word at each pixel.

A drawing is 8 x 8 grey values in sixteen steps, so that a link can hold it exactly: one hexadecimal
digit per pixel.  The slope of a word is d logit / d pixel, by BPTT from the step that wrote the
word back to the first, where the drawing was read; the words read in between are held fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.applications.decoding import write
from rnn_core.applications.probe import Probe, probe
from rnn_core.applications.scores import FIT, SEED
from rnn_core.applications.spoken import Spoken, spoken, until, words_of
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.readout import softmax
from rnn_core.experiment.settings import choice, whole, words
from rnn_core.tasks import captions
from rnn_core.tasks.captions import END, MOST, PIXELS, SIDE, START, WORDS, Subject
from rnn_core.tasks.task import Batch, mean_weights, one_hot
from rnn_core.tasks.vocabulary import Words
from rnn_core.training.models import Model

LEVELS: Final = 16  # grey values
PAPER, INK = 4, 12  # the levels of 0 and 1
STEP: Final = 1 / (INK - PAPER)
BLANK: Final = f"{PAPER:x}" * PIXELS
STREAM: Final = 31  # keeps these drawings apart from all that is drawn elsewhere
GROUP: Final = "Captions"


@dataclass(frozen=True)
class Sketch:
    """The drawing to be described, and the word that is looked into."""

    which: str = choice(
        "held-out",
        "Drawings",
        GROUP,
        {"held-out": "Seen combinations", "unseen": "Unseen combinations"},
        shown={"pixels": ("",)},
        help="Fresh drawings, never trained on. Unseen: a shape in a size at a place that training "
        "never shows together, though each of the three in other company.",
    )
    drawn: int = whole(
        1, "Drawing", GROUP, 1, 200, shown={"pixels": ("",)}, help="A drawing for each number."
    )
    slope: str = choice(
        "margin",
        "Slope of",
        GROUP,
        {"margin": "logit above the runner-up", "logit": "logit", "log": "log-probability"},
        help="Of the picked word. What all logits have in common changes no probability: the "
        "margin over the runner-up leaves it out. Where the network is certain, the "
        "log-probability is flat.",
    )
    # moved in the pictures, not by a control: shown for no value of `slope`
    pixels: str = words(
        "",
        "Pixels",
        GROUP,
        help="64 hexadecimal digits; none: the drawing.",
        shown={"slope": ()},
    )
    place: int = whole(2, "Word", GROUP, 1, MOST, help="Of the caption.", shown={"slope": ()})


def to_hex(image: Array) -> str:
    """(8, 8) grey values in the nearest of sixteen steps, row by row."""
    level = np.clip(np.rint(image / STEP) + PAPER, 0, LEVELS - 1)
    return "".join(f"{int(k):x}" for k in level.ravel())


def from_hex(text: str) -> Array:
    """The other way; a ValueError says what is wrong."""
    if len(text) != PIXELS or not set(text.lower()) <= set("0123456789abcdef"):
        raise ValueError(f"A drawing is {PIXELS} hexadecimal digits, one per pixel.")
    return (np.array([int(c, 16) for c in text], float) - PAPER).reshape(SIDE, SIDE) * STEP


def sketch(wish: Sketch) -> tuple[Array, Subject | None]:
    """The drawing asked for, and what it shows; nobody knows of one that the reader made."""
    if wish.pixels:
        return from_hex(wish.pixels), None
    rng = np.random.default_rng([SEED, STREAM, wish.drawn])
    (image,), (subject,) = captions.drawings(
        rng, 1, "unseen" if wish.which == "unseen" else "validation"
    )
    return from_hex(to_hex(image)), subject


def clean(image: Array) -> Array:
    """The drawing without its noise: every pixel ink or paper, whichever is nearer."""
    return np.asarray(image > 0.5, dtype=float)


@dataclass(frozen=True, eq=False)
class Caption:
    """A drawing, what the network says of it, and how each word depends on each pixel."""

    image: Array  # (8, 8)
    spoken: tuple[Spoken, ...]  # the end included, if it was written
    slopes: Array  # (T, 8, 8) of the T words

    @property
    def words(self) -> Words:
        """The caption without its end."""
        return words_of(self.spoken, END)

    @property
    def norms(self) -> Array:
        """(T,) the Euclidean norm of each word's slopes."""
        return np.asarray(np.sqrt(np.square(self.slopes).sum((1, 2))))


def describe(network: Network, image: Array, of: str = "logit") -> Caption:
    """The likeliest word is written and read again; `of`: whose slope, as in `slopes`."""
    rows = _rows(network, image)
    x = _read(image, rows)
    return Caption(image, spoken(network, x, rows, WORDS), slopes(network, x, rows, of))


def _rows(network: Network, image: Array) -> Array:
    """The caption's rows, its end included."""
    first = captions.inputs(image, WORDS.codes((START,)))
    nothing = np.zeros((1, PIXELS))
    rows = write(
        network, first, lambda chosen: np.hstack((nothing, one_hot(chosen, len(WORDS)))), MOST
    )[0]
    return until(rows, WORDS.rows[END])


def _read(image: Array, rows: Array) -> Array:
    """(T, D) what the network read while it wrote these rows."""
    return captions.inputs(image, np.array([WORDS.rows[START], *rows[:-1]]))


def slopes(network: Network, x: Array, rows: Array, of: str = "logit") -> Array:
    """(T, 8, 8) by each pixel: d logit of each written word, d of its "margin" over the likeliest
    other word, or d of its "log"-probability.

    All words at once: a batch of T times the same sequence, each with one word's slope.
    """
    T = len(rows)
    trace = network.forward(np.repeat(x[None], T, axis=0))
    dlogits, k = np.zeros_like(trace.logits), np.arange(T)
    dlogits[k, k, rows] = 1.0
    logits = trace.logits[k, k]
    if of == "log":
        dlogits[k, k] -= softmax(logits)
    if of == "margin":
        dlogits[k, k, runners_up(logits, rows)] = -1.0
    gradient = network.backward(trace, dlogits)
    return gradient.layers[0].x[:, 0, :PIXELS].reshape(T, SIDE, SIDE)


def runners_up(logits: Array, rows: Array) -> Array:
    """(T,) the likeliest word besides the one of `rows`."""
    rest = logits.copy()
    rest[np.arange(len(rows)), rows] = -np.inf
    return np.asarray(rest.argmax(-1))


# -- the baseline ----------------------------------------------------------------------------


def known() -> tuple[Array, tuple[Subject, ...]]:
    """The training drawings that the baseline knows: those of the card's score."""
    return captions.drawings(np.random.default_rng(SEED), FIT)


@dataclass(frozen=True, eq=False)
class Neighbour:
    """The known drawing closest to another, pixel by pixel."""

    image: Array
    subject: Subject
    distance: float  # Euclidean


def neighbour(image: Array, known: tuple[Array, tuple[Subject, ...]]) -> Neighbour:
    """The drawing whose caption the nearest-neighbour baseline copies."""
    images, subjects = known
    (k,) = captions.nearest(images, image[None])
    return Neighbour(images[k], subjects[k], float(np.linalg.norm(images[k] - image)))


# -- for all other pages ---------------------------------------------------------------------


def probe_of(model: Model, caption: Caption, name: str) -> Probe:
    """The network with this drawing and the words it wrote itself, which count as right."""
    rows = WORDS.codes(s.word for s in caption.spoken)
    weights = mean_weights(np.ones((1, len(rows))))
    batch = Batch(_read(caption.image, rows)[None], rows[None], weights)
    title = f"Caption of {name}, read with its own words"
    found = probe(title, model.networks, batch, outputs=WORDS.words)
    labels = ("drawing", *(s.word for s in caption.spoken[:-1]))
    return replace(found, sequence=replace(found.sequence, labels=labels))
