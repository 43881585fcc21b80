"""Words written by a network, their probabilities, and the likeliest other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.readout import softmax
from rnn_core.tasks.vocabulary import Vocabulary, Words

RUNNERS_UP: Final = 2


@dataclass(frozen=True)
class Spoken:
    """One word written: its probability, and the likeliest other words with theirs."""

    word: str
    p: float
    others: tuple[tuple[str, float], ...]


def spoken(
    network: Network,
    x: Array,
    rows: Array,
    vocabulary: Vocabulary,
    initial: Mapping[str, Array] | None = None,
) -> tuple[Spoken, ...]:
    """One entry for each of the `rows` written.

    x (T, D) is what the network read while it wrote: the last row written is never read.
    """
    logits = network.forward(x[None], initial=initial).logits[0]
    return tuple(_spoken(p, row, vocabulary) for p, row in zip(softmax(logits), rows, strict=True))


def _spoken(p: Array, row: int, vocabulary: Vocabulary) -> Spoken:
    rest = [k for k in np.argsort(-p, kind="stable") if k != row][:RUNNERS_UP]
    others = tuple((vocabulary.words[k], float(p[k])) for k in rest)
    return Spoken(vocabulary.words[row], float(p[row]), others)


def until(rows: Array, end: int) -> Array:
    """The rows written up to and with the first end; all of them where there is none."""
    (ends,) = np.nonzero(rows == end)
    return rows[: ends[0] + 1] if len(ends) else rows


def words_of(found: Sequence[Spoken], end: str) -> Words:
    """The words alone, without the end."""
    return tuple(s.word for s in found if s.word != end)
