"""Connectivity: gradient norm at each character where a later one is foretold.

A trained network reads a text; at each place the log-probability (or the logit) of the character
that came is pulled back by BPTT to everything read before it.  All places at once:
`rnn_core.analysis.loss_state_matrix`.
Characters count from 1; character n is foretold by the n - 1 before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.analysis.gradient_check import GOOD, Check, in_words
from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.applications.probe import Probe, probe
from rnn_core.arrays import Array
from rnn_core.engine.trace import Record
from rnn_core.experiment.run import Run
from rnn_core.experiment.settings import choice, whole, words
from rnn_core.tasks.task import Batch
from rnn_core.training.models import Model

GROUP: Final = "Connectivity"
NETWORKS: Final = {cell: f"characters-{cell}" for cell in ("rnn", "gru", "lstm")}
PART: Final = 0.01  # of the largest norm: what is less counts as not felt
MOST: Final = 12  # characters named when they are left out
PASSAGE: Final = (  # of a sonnet: no part of what was learnt
    "Rough winds do shake the darling buds of May,↵And summer's lease hath all too short a date:↵"
    "Sometime too hot the eye of heaven shines,↵And often is his gold complexion dimm'd;"
)


@dataclass(frozen=True)
class Connected:
    """Reader's settings on the page of connectivity."""

    passage: str = words(
        PASSAGE,
        "Your own text",
        GROUP,
        help="At most 200 characters. ↵ or \\n makes a new line. The networks learnt from "
        "Shakespeare's plays; characters that are not in them are left out.",
    )
    foretold: str = choice(
        "loss",
        "What is pulled back",
        GROUP,
        {"loss": "log-probability of the character", "logit": "logit of the character"},
        help="Where the network is certain, the log-probability is flat and its gradient small; "
        "the logit has no such ceiling.",
    )
    towards: str = choice(
        "x",
        "Felt at",
        GROUP,
        {"x": "inputs", "h": "hidden states"},
        help="The one-hot input of each earlier step, or the hidden state after it.",
    )
    # picked in the picture, not by a control: shown for no value of `towards`
    place: int = whole(-1, "Character", GROUP, -1, 200, help="-1: the last.", shown={"towards": ()})


@dataclass(frozen=True, eq=False, repr=False)
class Felt(Record):
    """One network and one text of N characters.  "x": felt at inputs; "h": at hidden states."""

    chances: Array  # (N - 1,) the probability of each character from the second on
    norms: Mapping[str, Array]  # (N - 1, N - 1) row: character 2..N, column: k = 1..N-1; nan: later
    medians: Mapping[str, Array]  # (N - 1,) over all characters: 1 back, 2 back, ...
    reaches: Mapping[str, Array]  # (N - 1,) of each character


def heard(text: str, alphabet: tuple[str, ...]) -> tuple[str, str]:
    """The text as a network can read it, and the characters that its alphabet lacks, each once."""
    text = text.replace("\\n", "\n").replace("↵", "\n")
    lacking = "".join(dict.fromkeys(c for c in text if c not in alphabet))
    return "".join(c for c in text if c in alphabet), lacking


def shared(models: Iterable[Model]) -> tuple[str, ...]:
    """The characters that all of these networks can read."""
    first, *rest = (model.card.inputs for model in models)
    return tuple(c for c in first if all(c in other for other in rest))


def readable(passage: str, alphabet: tuple[str, ...]) -> tuple[str, str]:
    """A text of two characters at least, and in words what became of what was typed."""
    text, lacking = heard(passage, alphabet)
    note = left_out(lacking, alphabet)
    if len(text) > 1:
        return text, note
    example, _ = heard(PASSAGE, alphabet)
    return example, f"{note} Less than two characters to read: here is an example instead.".strip()


def left_out(lacking: str, alphabet: tuple[str, ...]) -> str:
    """Characters that were not read, as a sentence."""
    if not lacking:
        return ""
    shown = " ".join(lacking[:MOST]) + (" …" if len(lacking) > MOST else "")
    return f"Left out, not among the {len(alphabet)} characters that were learnt: {shown}."


def encoded(text: str, alphabet: tuple[str, ...]) -> Array:
    """(N,) the places of the characters in the alphabet."""
    places = {c: k for k, c in enumerate(alphabet)}
    return np.array([places[c] for c in text], dtype=int)


def probe_of(model: Model, text: str) -> Probe:
    """The network reads all characters but the last and foretells all but the first.

    What it reads is part of its title, and so of its name: another text is another probe.
    """
    codes = encoded(text, model.card.inputs)
    batch = Batch(codes[None, :-1], codes[None, 1:], np.ones((1, len(codes) - 1)))
    card, shown = model.card, text.replace("\n", "↵")
    title = f"{card.title}, reading “{shown}”"
    return probe(title, model.networks, batch, card.inputs, card.outputs)


def felt(done: Run, foretold: str) -> Felt:
    """The gradient of every character's log-probability, or logit, at all that was read before.

    The norm of d(log p) is that of dL: the loss of a step is -log p of the character that came.
    """
    (stage,) = done.stages
    (layer,) = loss_state_matrix(done, stage.targets[0] if foretold == "logit" else None)
    chances = (stage.trace.outputs[0] * stage.targets[0]).sum(-1)
    norms = {"x": layer.inputs.copy(), "h": layer.norms["h"][:, 1:].copy()}
    return Felt(
        chances,
        norms,
        {at: by_distance(n) for at, n in norms.items()},
        {at: np.array([reach(row) for row in n]) for at, n in norms.items()},
    )


def by_distance(norms: Array) -> Array:
    """(N - 1,) the median over all characters, 1 back, 2 back, ...; an overflow is infinite.

    The further back, the fewer characters there are that have so much before them.
    """
    return np.array([np.median(np.diagonal(norms, -d)) for d in range(len(norms))])


def reach(row: Array) -> int:
    """Distance in characters to the farthest whose norm is still 1 % of the largest."""
    norms = row[~np.isnan(row)]
    most = norms.max(initial=0.0)
    return len(norms) - int(np.flatnonzero(norms >= PART * most)[0]) if most > 0 else 0


def all_checked(checks: Sequence[Check]) -> Check:
    """The gradient checks of several networks as one: the largest error of them all."""
    bad = [c for c in checks if not np.isfinite(c.relative_error)]
    if bad:
        return bad[0]
    error = max(c.relative_error for c in checks)
    entries = sum(c.entries for c in checks)
    return Check(error, entries, error < GOOD, in_words(error, entries))
