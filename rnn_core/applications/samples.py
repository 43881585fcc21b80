"""Samples of a network in training, beside the right answers: for readers, not for scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rnn_core.applications.decoding import sampled, write
from rnn_core.applications.scores import answers, encode
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.readout import softmax
from rnn_core.tasks import Batch, Task
from rnn_core.tasks.task import one_hot
from rnn_core.tasks.text import NextCharacter

ROWS: Final = 4
SEED: Final = 7
MOST: Final = 24  # answers of one sequence that are spelled out
LETTERS: Final = 80  # that a text task writes
LIKELIEST: Final = 5


def examples(task: Task) -> Batch:
    """A few sequences kept apart, always the same ones."""
    return task.batch(np.random.default_rng(SEED), ROWS, "validation")


def right(task: Task, batch: Batch) -> tuple[str, ...]:
    """The right answers of every sequence, spelled out."""
    return _spelled(task, batch, batch.answers(task.output_size))


def said(task: Task, networks: Sequence[Network], batch: Batch) -> tuple[str, ...]:
    """Answers of the network, spelled like `right`."""
    initial = encode(networks, batch.encoder) if batch.encoder else None
    logits = answers(networks[-1], batch, initial)
    return _spelled(task, batch, networks[-1].head.outputs(logits))


def _spelled(task: Task, batch: Batch, outputs: Array) -> tuple[str, ...]:
    scored = batch.weights if batch.scored is None else batch.scored
    return tuple(
        _row(task, values[counted > 0][:MOST])
        for values, counted in zip(outputs, scored, strict=True)
    )


def _row(task: Task, values: Array) -> str:
    """Numbers, classes or characters of the steps that are asked."""
    if values.shape[-1] == 1:
        return " ".join(_number(task, float(v[0])) for v in values)
    classes = values.argmax(-1)
    if isinstance(task, NextCharacter):
        return task.decode(classes)
    return " ".join(map(str, classes))


def _number(task: Task, value: float) -> str:
    if task.readout == "sigmoid":
        return "1" if value > 0.5 else "0"
    return f"{value:.2f}" if np.isfinite(value) else "overflow"


def written(
    task: NextCharacter, network: Network, temperature: float, seed: int = SEED, start: str = ""
) -> str:
    """Text that the network writes: each letter drawn, at a temperature, and read again."""
    rng, size = np.random.default_rng(seed), task.output_size
    first = task.encode(start)[-1:] if start else task.encoded[:1]
    rows = write(
        network,
        one_hot(first, size),
        lambda chosen: one_hot(chosen, size),
        LETTERS,
        choose=sampled(rng, temperature),
    )
    return task.decode(rows[0])


def likeliest(
    task: NextCharacter, network: Network, text: str
) -> tuple[tuple[tuple[str, float], ...], ...]:
    """For each character read: the likeliest next ones and their probabilities."""
    numbers = task.encode(text)
    logits = network.forward(one_hot(numbers, task.input_size)[None]).logits[0]
    p = softmax(logits)
    order = np.argsort(-p, axis=-1)[:, :LIKELIEST]
    return tuple(
        tuple((task.alphabet[k], float(row[k])) for k in best)
        for row, best in zip(p, order, strict=True)
    )
