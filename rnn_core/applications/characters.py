"""Trained character network: expectations, surprise in bits, writing, and single units.

A text starts at the start of a line: the network reads a line break first, and so foretells every
character of the reader's.  Surprise is in bits: -log2 of the probability of what came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.applications.connectivity import encoded
from rnn_core.applications.decoding import sampled, write
from rnn_core.applications.samples import LIKELIEST
from rnn_core.applications.text_features import FEATURES
from rnn_core.arrays import Array
from rnn_core.engine.readout import softmax
from rnn_core.engine.trace import LayerTrace, Record
from rnn_core.experiment.settings import choice, number, whole, words
from rnn_core.tasks.task import one_hot
from rnn_core.training.models import Model

GROUP: Final = "Character model"
START: Final = "\n"  # is read before everything else
ROWS, STEPS, SEED = 24, 200, 11  # of the writing that units are searched on
LEAST: Final = 32  # characters that a search needs
RESTS: Final = 1e-12  # a unit whose states differ by less

NETWORKS: Final = {  # files in assets/models
    "characters-lstm": "Shakespeare's plays, LSTM",
    "characters-gru": "Shakespeare's plays, GRU",
    "characters-rnn": "Shakespeare's plays, RNN",
    "python": "Python source, GRU",
}
OPENINGS: Final = {  # read where nothing is typed; the sonnet was not learnt from
    "characters": "Shall I compare thee to a summer's day?\n"
    "Thou art more lovely and more temperate:",
    "python": 'def name(self):\n    """Return the ',
}


@dataclass(frozen=True)
class Reading:
    """Reader's settings on the page of a character network."""

    writer: str = choice(
        "characters-lstm", "Network", GROUP, NETWORKS, help="Trained networks; see the card below."
    )
    opening: str = words(
        "",
        "Your own text",
        GROUP,
        help="At most 200 characters; the network reads them, then goes on by itself. ↵ or \\n "
        "makes a new line. Empty: an example.",
    )
    letters: int = whole(
        200, "Characters to write", GROUP, 0, 300, help="How far the network goes on by itself."
    )
    heat: float = number(
        0.7,
        "Sampling temperature",
        GROUP,
        0.0,
        2.0,
        0.1,
        help="Logits are divided by it before a character is drawn. 0: always the likeliest one.",
    )
    draw: int = whole(0, "Seed of the writing", GROUP, 0, 99, help="Another seed, another text.")
    colours: str = choice(
        "state",
        "Colour shows",
        GROUP,
        {"state": "state of one unit", "bits": "surprise"},
        help="One unit's state after each character, or how surprised the network was by it.",
    )
    neuron: int = whole(
        0,
        "Unit",
        GROUP,
        0,
        128,
        shown={"colours": ("state",)},
        help="0: the unit that follows one of the features below most closely.",
    )
    searched: str = choice(
        "sample",
        "Search units on",
        GROUP,
        {"sample": "its own writing", "screen": "the text on screen"},
        help=f"{ROWS} texts of {STEPS} characters drawn from the network at temperature 1, or what "
        "is on screen. Chosen on one half, measured on the other.",
    )
    # picked in the picture, not by a control: shown for no value of `colours`
    spot: int = whole(
        -1, "Character", GROUP, -1, 500, help="-1: the last that was given.", shown={"colours": ()}
    )


@dataclass(frozen=True, eq=False, repr=False)
class Read(Record):
    """N characters that a network has read; the first is the line break it starts from."""

    text: str
    given: int  # characters read; what follows is its own writing
    candidates: Array  # (N - 1, K) the likeliest for each character from the second on, by number
    chances: Array  # (N - 1, K) their probabilities
    bits: Array  # (N - 1,) surprise: -log2 p of the character that came
    states: Array  # (N, H) every unit's state after each character
    pairs: Array  # (N - 1,) surprise of who only counted pairs of characters

    def mean_bits(self, of: str = "bits") -> float:
        """Per character of the text that was given; nan if none was."""
        part = getattr(self, of)[: self.given - 1]
        return float(part.mean()) if len(part) else float("nan")


def read(model: Model, given: str, letters: int, temperature: float, seed: int) -> Read:
    """The network reads a text and goes on by itself; whatever is on screen comes from here."""
    alphabet, V = model.card.inputs, model.network.input_size
    codes = encoded(START + given, alphabet)
    codes = np.concatenate([codes, _continued(model, codes, letters, temperature, seed)])
    trace = model.network.forward(one_hot(codes, V)[None])
    p = softmax(trace.logits[0, :-1])
    best = np.argsort(-p, axis=-1, kind="stable")[:, :LIKELIEST]
    with np.errstate(divide="ignore"):
        bits = -np.log2(np.take_along_axis(p, codes[1:, None], -1)[:, 0])
    return Read(
        "".join(alphabet[k] for k in codes),
        1 + len(given),
        best,
        np.take_along_axis(p, best, -1),
        np.maximum(bits, 0.0),
        unit_states(trace.top)[0],
        _pair_bits(model, codes),
    )


def _continued(model: Model, codes: Array, letters: int, temperature: float, seed: int) -> Array:
    """(letters,) drawn one by one, each read again."""
    network, V = model.network, model.network.input_size
    x = one_hot(codes, V)[None]
    states = network.forward(x[:, :-1]).final if len(codes) > 1 else None
    choose = sampled(np.random.default_rng(seed), temperature)
    rows = write(
        network, x[:, -1], lambda chosen: one_hot(chosen, V), letters, choose=choose, initial=states
    )
    return np.asarray(rows[0], dtype=int)


def _pair_bits(model: Model, codes: Array) -> Array:
    """(N - 1,) the baseline's surprise, character by character."""
    pairs = model.extras.get("pairs")
    if pairs is None:
        return np.full(len(codes) - 1, np.nan)
    table = pairs + 1.0  # as in `pair_loss`: nothing is impossible
    return np.asarray(-np.log2(table / table.sum(axis=1, keepdims=True))[codes[:-1], codes[1:]])


def unit_states(layer: LayerTrace) -> Array:
    """(B, T, H) what a unit shows: tanh(c) of an LSTM, h of the other cells."""
    return np.asarray(np.tanh(layer.after("c")) if "c" in layer.states else layer.after("h"))


def bits_of(nats: float) -> float:
    """Bits of as many nats."""
    return float(nats / np.log(2))


# -- units that follow something -----------------------------------------------------------------


@dataclass(frozen=True)
class Follower:
    """The unit that goes most closely along with a feature of the text."""

    feature: str  # a name in FEATURES
    unit: int  # from 1; 0: none, the feature never changes in this text
    chosen: float  # correlation on the half that the unit was chosen on
    measured: float  # on the other half
    share: float  # mean of the feature over both halves


Followers = tuple[Follower, ...]


def own_writing(model: Model) -> tuple[tuple[str, ...], Array]:
    """Texts drawn from the network at temperature 1, and (B, T, H) its units' states."""
    alphabet, V = model.card.inputs, model.network.input_size
    first = np.full(ROWS, alphabet.index(START))
    rows = write(
        model.network,
        one_hot(first, V),
        lambda chosen: one_hot(chosen, V),
        STEPS,
        choose=sampled(np.random.default_rng(SEED), 1.0),
    )
    codes = np.concatenate([first[:, None], rows], axis=1)
    states = unit_states(model.network.forward(one_hot(codes, V)).top)
    return tuple("".join(alphabet[k] for k in row) for row in codes), states


def followers(texts: tuple[str, ...], states: Array) -> Followers:
    """For every feature the unit of largest |r| on the first half of the texts (of one text: on its
    first half), and its r on the second: of many units one always fits a single text well."""
    if states.shape[0] * states.shape[1] < LEAST:
        return ()
    found = []
    for name, feature in FEATURES.items():
        values = np.stack([feature.values(text) for text in texts])
        s, v = states.reshape(-1, states.shape[-1]), values.ravel()
        half = len(v) // 2 if len(texts) == 1 else len(texts) // 2 * states.shape[1]
        first, second = correlations(s[:half], v[:half]), correlations(s[half:], v[half:])
        found.append(_follower(name, first, second, float(values.mean())))
    return tuple(found)


def _follower(name: str, first: Array, second: Array, share: float) -> Follower:
    if np.isnan(first).all() or np.isnan(second).all():
        return Follower(name, 0, float("nan"), float("nan"), share)
    k = int(np.nanargmax(np.abs(first)))
    return Follower(name, k + 1, float(first[k]), float(second[k]), share)


def correlations(states: Array, feature: Array) -> Array:
    """(H,) Pearson's r of each column of states (n, H) with a feature (n,); nan if one rests."""
    s, f = states - states.mean(0), feature - feature.mean()
    moves = (np.ptp(states, 0) > RESTS) & (np.ptp(feature) > 0)
    with np.errstate(all="ignore"):
        r = (s * f[:, None]).sum(0) / np.sqrt((s**2).sum(0) * (f**2).sum())
    return np.where(moves, r, np.nan)


def closest(found: Followers) -> int:
    """The unit, from 1, that follows its feature most closely on the half kept apart."""
    known = [f for f in found if f.unit and np.isfinite(f.measured)]
    return max(known, key=lambda f: abs(f.measured)).unit if known else 1
