"""How strongly each character of a text is felt where a later one is foretold.

A trained network reads a text; at each place the log-probability (or the logit) of the character
that came is pulled back by BPTT to everything read before it.  All places at once:
`rnn_core.credit`.
Characters count from 1; character n is foretold by the n - 1 before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.credit import credit
from rnn_core.experiment import Experiment
from rnn_core.models import Model
from rnn_core.run import Run
from rnn_core.settings import choice, whole, words
from rnn_core.specimen import look, run_of, specimen
from rnn_core.tasks.task import Batch
from rnn_core.trace import Record
from rnn_core.unroll import Array

GROUP: Final = "Connectivity"
PASSAGE: Final = (
    "She speaks: O, speak again, bright angel! for thou art as glorious to this night, being o'er "
    "my head, as is a winged messenger of heaven."
)


@dataclass(frozen=True)
class Link:
    """What the reader picked on the page of connectivity."""

    passage: str = words(
        PASSAGE, "Your own text", GROUP,
        help="At most 200 characters. ↵ or \\n makes a new line. The networks learnt from "
        "Shakespeare's plays, 65 characters; others are left out.",
    )  # fmt: skip
    foretold: str = choice(
        "loss", "What is pulled back", GROUP,
        {"loss": "log-probability of the character", "logit": "logit of the character"},
        help="Where the network is certain, the log-probability is flat and its gradient small; "
        "the logit has no such ceiling.",
    )  # fmt: skip
    towards: str = choice(
        "x", "Felt at", GROUP, {"x": "inputs", "h": "hidden states"},
        help="The one-hot input of each earlier step, or the hidden state after it.",
    )  # fmt: skip
    # picked in the picture, not by a control: shown for no value of `towards`
    place: int = whole(
        -1, "Character", GROUP, -1, 200, help="-1: the last.", shown={"towards": ()}
    )


@dataclass(frozen=True, eq=False)
class Felt(Record):
    """One network and one text of N characters."""

    chances: Array  # (N - 1,) of each character from the second on
    inputs: Array  # (N - 1, N - 1) row n, column k: the norm of the gradient at input k; nan: later
    states: Array  # (N - 1, N - 1) the same at the hidden state after input k

    def norms(self, towards: str) -> Array:
        """Rows are characters 2..N, columns what was read, 1..N-1."""
        return self.inputs if towards == "x" else self.states


def heard(text: str, alphabet: tuple[str, ...]) -> tuple[str, str]:
    """The text as a network can read it, and the characters that its alphabet lacks, each once."""
    text = text.replace("\\n", "\n").replace("↵", "\n")
    lacking = "".join(dict.fromkeys(c for c in text if c not in alphabet))
    return "".join(c for c in text if c in alphabet), lacking


def encoded(text: str, alphabet: tuple[str, ...]) -> Array:
    """(N,) the places of the characters in the alphabet."""
    places = {c: k for k, c in enumerate(alphabet)}
    return np.array([places[c] for c in text], dtype=int)


def run_on(model: Model, text: str) -> Run:
    """The network reads all characters but the last and foretells all but the first."""
    codes = encoded(text, model.card.inputs)
    batch = Batch(codes[None, :-1], codes[None, 1:], np.ones((1, len(codes) - 1)))
    card = model.card
    found = specimen(card.title, model.networks, batch, card.inputs, card.outputs)
    return run_of(found, look(found, Experiment()))


def felt(done: Run, foretold: str) -> Felt:
    """The gradient of every character's log-probability, or logit, at all that was read before.

    The norm of d(log p) is that of dL: the loss of a step is -log p of the character that came.
    """
    (stage,) = done.stages
    (layer,) = credit(done, stage.targets[0] if foretold == "logit" else None)
    chances = (stage.trace.outputs[0] * stage.targets[0]).sum(-1)
    return Felt(chances, layer.inputs, layer.norms["h"][:, 1:])


def by_distance(norms: Array) -> Array:
    """(N - 1,) the median over all characters, from the nearest input on: 1 before, 2 before, ...

    The further away, the fewer characters there are that have so much before them.
    """
    return np.array([np.median(np.diagonal(norms, -d)) for d in range(len(norms))])
