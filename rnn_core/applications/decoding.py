"""Writing: a network's answer at one step is what it reads at the next, one choice at a time.

Feeding a *choice* back (a word, not a vector of probabilities) is how a caption, a translation or a
text is written once a network is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.readout import softmax

Choice = Callable[[Array], Array]  # (B, O) logits -> (B,) rows


def greedy(logits: Array) -> Array:
    """(B,) the likeliest row."""
    return np.asarray(logits.argmax(-1))


def sampled(rng: np.random.Generator, temperature: float = 1.0) -> Choice:
    """A choice that draws each row as often as it is likely at a temperature; 0 is greedy."""
    if not temperature >= 0:
        raise ValueError(f"The temperature must be 0 or more, but it is {temperature}.")
    if temperature < 1e-6:
        return greedy

    def draw(logits: Array) -> Array:
        reached = softmax(logits / temperature).cumsum(-1)
        drawn = rng.random((len(logits), 1)) * reached[:, -1:]
        return np.asarray((drawn >= reached).sum(-1).clip(max=logits.shape[-1] - 1))

    return draw


def write(
    network: Network,
    first: Array,
    read: Callable[[Array], Array],
    steps: int,
    *,
    choose: Choice = greedy,
    initial: Mapping[str, Array] | None = None,
) -> Array:
    """(B, steps) rows written.

    first (B, D) is read first; `read` turns the chosen rows (B,) into the next input (B, D).
    """
    if network.direction != "forward":
        raise ValueError("Writing goes forward; this network also reads from the end.")
    rows, x, states = [], first, initial
    for _ in range(steps):
        breathe()
        trace = network.forward(x[:, None], initial=states)
        rows.append(choose(trace.logits[:, 0]))
        x, states = read(rows[-1]), trace.final
    return np.stack(rows, axis=1) if rows else np.zeros((len(first), 0), dtype=int)
