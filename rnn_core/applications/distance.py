"""Long-term dependency: how much of the answer's gradient reaches the clue, many words before it.

Networks that name the last word of a sentence of `rnn_core.tasks.sentences`, trained and untrained,
read the same sentence.  The loss is that of the answer, at the last word; what is measured is
dL/dx at every word, and whether the answer changes when the clue does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_price
from rnn_core.experiment.settings import choice, whole
from rnn_core.tasks import Batch
from rnn_core.tasks.baselines import final_targets
from rnn_core.tasks.sentences import (
    ANSWERS,
    COUNTRIES,
    NEAR,
    VOCABULARY,
    Sentence,
    batch,
    far,
    last_country,
    part,
)
from rnn_core.training.models import Model

GROUP: Final = "The sentence"
FAR: Final = "far"
SHORT: Final = {text.split()[1]: text for text in NEAR}  # by the clue, the second word
GAPS: Final = (0, 1, 2, 4, 7, 10, 15, 20, 30, 40, 50, 70, 100)
HELD_OUT_FROM: Final = 7  # shorter gaps have too few sentences to keep some apart
AROUND: Final = 10  # words of a sentence besides the gap
COUNT: Final = 64  # sentences at every gap
TOGETHER: Final = 16  # of them: all at once would keep every gate of every word
SEEDS: Final = 3  # untrained networks of each cell
SEED: Final = 20_001


@dataclass(frozen=True)
class Distance:
    """Reader's settings: the sentence, and the quantity that its picture shows."""

    sentence: str = choice(
        FAR,
        "Sentence",
        GROUP,
        {FAR: "I grew up in … I speak …"} | {c: f"{t} …" for c, t in SHORT.items()},
        help="The last word is asked for. In the short ones the clue stands close by.",
    )
    country: str = choice(
        "Canada",
        "Clue",
        GROUP,
        {c: c for c in COUNTRIES},
        shown={"sentence": (FAR,)},
        help="Where somebody grew up: it alone decides the answer.",
    )
    gap: int = whole(
        30,
        "Gap",
        GROUP,
        0,
        GAPS[-1],
        shown={"sentence": (FAR,)},
        help="Words between the clue and “I speak fluent”. Training had gaps up to 30.",
    )
    filler: int = whole(
        0,
        "Other words",
        GROUP,
        0,
        99,
        shown={"sentence": (FAR,)},
        help="Another number, other words in the gap.",
    )
    untrained: str = choice(
        "keras",
        "Untrained start",
        GROUP,
        {"keras": "Keras's, as before training", "pytorch": "PyTorch's"},
        help="The shipped networks were trained from Keras's start: like is compared with like.",
    )
    drawn: str = choice(
        "share",
        "Drawn",
        GROUP,
        {"share": "part of the last word's", "norm": "norm"},
        help="The gradient's norm at a word, by that at the last word, or as it is.",
    )


@dataclass(frozen=True, eq=False)
class Felt:
    """Gradient norms at every word and answers, (N, ·) each, of networks of one cell.

    N is a number of sentences, or of untrained networks that all read the same one.
    """

    norms: Array  # (N, T) of dL/dx, L the loss of the answer
    clue: int
    answers: Array  # (N, O) probabilities

    def measured(self, drawn: str) -> Array:
        """(N, T) the norm at every word: as it is, or by that at the last one."""
        return self.norms if drawn == "norm" else shares(self.norms)

    def at_clue(self, drawn: str) -> Array:
        """(N,) the same at the clue."""
        return np.asarray(self.measured(drawn)[:, self.clue])

    @property
    def named(self) -> tuple[str, ...]:
        """(N) the likeliest word of each."""
        return ANSWERS.read(self.answers.argmax(-1))


@dataclass(frozen=True, eq=False)
class AtGap:
    """All networks on the same sentences of one gap."""

    gap: int
    trained: Mapping[str, Felt]  # N sentences
    untrained: Mapping[str, tuple[Felt, ...]]  # of every seed, N sentences
    accuracy: Mapping[str, float]  # share of right answers, trained
    last_country: float  # share that is right by the last country named
    usual: float  # by the language that is right most often

    @property
    def held_out(self) -> bool:
        """Whether training never shows these sentences."""
        return self.gap >= HELD_OUT_FROM


def shares(norms: Array) -> Array:
    """(N, T) by the last word's; nan where nothing is felt there."""
    last = norms[:, -1:]
    with np.errstate(all="ignore"):
        return np.asarray(np.where(last > 0, norms / last, np.nan))


def sentence(wish: Distance) -> Sentence:
    """The sentence asked for; held out wherever its gap has enough to hold out."""
    if wish.sentence in SHORT:
        words = tuple(SHORT[wish.sentence].split())
        return Sentence(words, NEAR[SHORT[wish.sentence]], 1, len(words) - 2)
    return _drawn(np.random.default_rng((SEED, wish.filler)), wish.gap, wish.country)


def _drawn(rng: np.random.Generator, gap: int, country: str = "") -> Sentence:
    found = far(rng, gap, country)
    while gap >= HELD_OUT_FROM and part(found) != "validation":
        found = far(rng, gap, country)
    return found


def untrained(trained: Network, init: str, seeds: int = SEEDS) -> tuple[Network, ...]:
    """Networks of the same cell and shape that have learned nothing."""
    sizes = trained.input_size, trained.hidden_size, trained.output_size
    return tuple(
        Network.create(trained.cell, *sizes, readout=trained.readout, init=init, seed=seed)
        for seed in range(seeds)
    )


def feel(network: Network, read: Sequence[Sentence]) -> Felt:
    """Sentences of one length: forward, and the loss of each one's answer all the way back."""
    return _feel_all(network, _batches(read), read[0].clue)


def _batches(read: Sequence[Sentence]) -> list[Batch]:
    return [batch(tuple(read[k : k + TOGETHER])) for k in range(0, len(read), TOGETHER)]


def _feel_all(network: Network, batches: Sequence[Batch], clue: int) -> Felt:
    return together([_feel(network, asked, clue) for asked in batches])


def _feel(network: Network, asked: Batch, clue: int) -> Felt:
    breathe()
    trace = network.forward(asked.inputs(network.input_size))
    dlogits = np.zeros_like(trace.logits)
    right = np.eye(network.output_size)[final_targets(asked)]
    dlogits[:, -1] = network.head.dlogits(trace.logits[:, -1], right)
    gradient = network.backward(trace, dlogits)
    return Felt(np.linalg.norm(gradient.layers[0].x, axis=-1), clue, trace.outputs[:, -1].copy())


def together(found: Sequence[Felt]) -> Felt:
    """Several networks that read the same sentence, as one record."""
    norms, answers = ([getattr(f, n) for f in found] for n in ("norms", "answers"))
    return Felt(np.concatenate(norms), found[0].clue, np.concatenate(answers))


def exchanged(network: Network, read: Sentence) -> dict[str, str]:
    """Country -> what is answered with it as the clue, every other word as it was."""
    words = [(*read.words[: read.clue], c, *read.words[read.clue + 1 :]) for c in COUNTRIES]
    every = tuple(
        Sentence(w, COUNTRIES[c], read.clue, read.gap)
        for w, c in zip(words, COUNTRIES, strict=True)
    )
    trace = network.forward(batch(every).inputs(len(VOCABULARY)))
    named = ANSWERS.read(trace.outputs[:, -1].argmax(-1))
    return dict(zip(COUNTRIES, named, strict=True))


def seconds(models: Mapping[str, Model], count: int = COUNT) -> float:
    """About how long `over_gaps` takes, on one core."""
    read = count + SEEDS * (count // 4)
    steps = sum(gap + AROUND for gap in GAPS)
    passes = (network_price(model.network, steps, read) for model in models.values())
    return sum(price.seconds for price in passes)


def over_gaps(
    models: Mapping[str, Model], init: str, gaps: Sequence[int] = GAPS, count: int = COUNT
) -> Iterator[AtGap]:
    """All networks, gap after gap, on sentences that are drawn afresh for each."""
    rng = np.random.default_rng(SEED)
    fresh = {cell: untrained(m.network, init) for cell, m in models.items()}
    for gap in gaps:
        read = tuple(_drawn(rng, gap) for _ in range(count))
        truth = np.array([s.answer for s in read])
        clue, all_of_them, fewer = read[0].clue, _batches(read), _batches(read[: count // 4])
        trained = {cell: _feel_all(m.network, all_of_them, clue) for cell, m in models.items()}
        yield AtGap(
            gap,
            trained,
            {c: tuple(_feel_all(n, fewer, clue) for n in several) for c, several in fresh.items()},
            {c: float((np.array(f.named) == truth).mean()) for c, f in trained.items()},
            float(np.mean([last_country(s.words) == s.answer for s in read])),
            float(np.unique(truth, return_counts=True)[1].max() / count),
        )
