"""Pictures of a character network: predictions, surprise, its own text and one unit's state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.letters import Scale, Text, texts
from pages.figures.theme import number
from rnn_core.applications.characters import Follower, Read, Reading, bits_of, closest
from rnn_core.applications.text_features import FEATURES
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.training.models import Card

MOST_BITS: Final = 8  # where the colours of surprise end
SURPRISE: Final = Scale(
    "surprise: −log₂ of the probability of the character that came, in bits",
    "unit",
    0,
    MOST_BITS,
    ("0", f"{MOST_BITS} or more"),
)
SCORE: Final = "held-out tenth"


def unit_of(wish: Reading, read: Read, found: Sequence[Follower]) -> int:
    """The unit that is shown, from 1: the picked one, or the one that follows a feature best."""
    return min(wish.neuron or closest(tuple(found)), read.states.shape[1])


def place(read: Read, asked: int) -> int:
    """The picked character; 0 is the line break before the text, which nothing foretells."""
    last = len(read.text) - 1
    asked = read.given - 1 if asked < 0 else asked
    return min(max(1, asked), last)


def payload(
    read: Read, card: Card, wish: Reading, unit: int, notation: Notation = HOUSE
) -> dict[str, Any]:
    """The text in its colours, and for each character what was expected in its place."""
    bits = np.concatenate([[np.nan], read.bits])
    if wish.colours == "bits":
        scale, row = SURPRISE, Text(title(read), "", bits)
    else:
        words = state_words(card.cell, unit, notation)
        scale = Scale(words, "signed", -1, 1, ("−1", "+1"))
        row = Text(title(read), words, np.asarray(read.states[:, unit - 1]))
    numbers = {"best": read.candidates, "chances": read.chances, "bits": bits}
    return {
        **texts(
            read.text,
            [row],
            scale,
            place(read, wish.spot),
            first=1,
            written=read.given,
            numbers=numbers,
            label="pick a character to see what was expected in its place",
        ),
        "alphabet": list(card.outputs),
        "from": 0,
    }


def title(read: Read) -> str:
    """Title: the text read, and how much of it the network wrote."""
    written = len(read.text) - read.given
    if not written:
        return "The text read"
    return f"The text read, then {written} characters of the network's own (underlined)"


def state_words(cell: str, unit: int, notation: Notation = HOUSE) -> str:
    """Unit 5: tanh(cₜ), in the chosen letters."""
    symbol = notation.of(cell).symbol("c" if cell == "lstm" else "h").text
    return f"unit {unit}: {f'tanh({symbol})' if cell == 'lstm' else symbol}"


def measures(read: Read, card: Card) -> dict[str, tuple[str, str]]:
    """Label -> value and what it is, all in bits per character."""
    given = read.given - 1
    found = {}
    if given:
        found["This text"] = (
            _bits(read.mean_bits()),
            f"Mean surprise over the {given} characters that were given, not the written ones.",
        )
        found["Counted pairs, this text"] = (
            _bits(read.mean_bits("pairs")),
            "The same for who only knows how often a character followed the one before.",
        )
    found |= _scored("Held-out text", card.scores.get(SCORE), "The network's score on its card.")
    return found | _scored(
        "Counted pairs, held-out text",
        card.baselines.get(f"counted pairs, {SCORE}"),
        "The baseline on its card.",
    )


def _scored(label: str, nats: float | None, explained: str) -> dict[str, tuple[str, str]]:
    if nats is None:
        return {}
    words = f"{explained} {number(nats)} nats per character, divided by ln 2."
    return {label: (_bits(bits_of(nats)), words)}


def _bits(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "–"


def offers(found: Sequence[Follower]) -> dict[str, tuple[int, str]]:
    """Label -> the unit to show, and what its correlation is worth; features that never change in
    the text searched are left out."""
    return {
        f"{FEATURES[f.feature].words}: unit {f.unit}, r = {f.measured:.2f}".replace("-", "−"): (
            f.unit,
            f"Chosen with r = {f.chosen:.2f} on one half; r = {f.measured:.2f} on the other. "
            f"Mean of the feature: {f.share:.2g}.",
        )
        for f in found
        if f.unit and np.isfinite(f.measured)
    }


def missing(found: Sequence[Follower]) -> str:
    """The features without a unit, in words."""
    none = [FEATURES[f.feature].words for f in found if not f.unit]
    if not found:
        return "The text on screen is too short to search units on."
    return f"Nothing to measure in this text for: {', '.join(none)}." if none else ""


def rows(read: Read, card: Card, unit: int) -> dict[str, NDArray[Any]]:
    """Long form: every character, its surprise, what was likeliest instead, the unit's state."""
    n = len(read.text) - 1
    likeliest = [card.outputs[int(k)] for k in read.candidates[:, 0]]
    return {
        "character": np.array(list(read.text[1:]), dtype=object),
        "written": np.arange(1, n + 1) >= read.given,
        "bits": read.bits,
        "likeliest": np.array(likeliest, dtype=object),
        "p_likeliest": read.chances[:, 0],
        "unit": np.full(n, unit),
        "state": read.states[1:, unit - 1],
    }
