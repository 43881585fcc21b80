"""A trained network run on one sequence of its task; the result is a `Run`.

Every picture of the app is drawn from a `Run`, so a probe can be looked at with all of them.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.wiring import Part, run_backward, run_forward
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.inputs import VISIBLE, Sequence
from rnn_core.experiment.run import Run, stages_of
from rnn_core.tasks import Batch, Task

SEED: Final = 3  # of the sequence that is read
STEPS: Final = 200  # of it at most
KEPT: Final = ("window", "clip", "threshold")  # what the reader may change and keep the network


@dataclass(frozen=True, eq=False)
class Probe:
    """A trained network (or encoder and decoder), what it reads, and what a reader calls it."""

    title: str
    networks: tuple[Network, ...]
    sequence: Sequence
    parts: tuple[Part, ...]

    origin: str = ""  # the name that a shipped network and what it reads go by

    @property
    def name(self) -> str:
        """The name for links: the origin, or one that nobody guesses and that belongs to this
        content alone: it follows from everything that is shown."""
        return self.origin or self.digest

    @property
    def digest(self) -> str:
        """24 digits and letters that follow from title, weights, cells, and all that is read."""
        read = self.sequence
        texts = (read.labels, read.alphabet, read.notes, read.target_labels, read.output_labels)
        found = sha256(repr((self.title, texts)).encode())
        for part in self.parts:
            for array in (part.x, part.targets, part.weights):
                found.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
        for network in self.networks:
            found.update(repr((network.cell, network.direction, network.readout)).encode())
            for weight, array in network.weights.items():
                found.update(f"{weight}{array.dtype}{array.shape}".encode())
                found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()[:24]


def of_task(title: str, networks: Several[Network], task: Task) -> Probe:
    """Probe of a task: one sequence kept apart, always the same one."""
    batch = task.batch(np.random.default_rng(SEED), 1, "validation")
    return probe(title, networks, batch, task.input_labels, task.output_labels)


def probe(
    title: str,
    networks: Several[Network],
    batch: Batch,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = (),
) -> Probe:
    """A network and the first sequence of a batch; `inputs` and `outputs` say what the places of a
    one-hot row stand for."""
    parts = [part for part in (batch.encoder, batch) if part is not None]
    names = ("encoder", "decoder") if len(parts) == 2 else ("network",)
    made = tuple(
        _part(name, part, network.input_size, network.output_size)
        for name, part, network in zip(names, parts, networks, strict=True)
    )
    return Probe(title, tuple(networks), _sequence(made, inputs, outputs), made)


def _part(name: str, batch: Batch, inputs: int, outputs: int) -> Part:
    steps = min(STEPS, batch.steps if batch.lengths is None else int(batch.lengths[0]))
    x = batch.inputs(inputs)[:1, :steps].astype(float)
    targets = batch.answers(outputs)[:1, :steps].astype(float)
    weights = batch.weights[:1, :steps].astype(float)
    return Part(name, x, targets, weights / (weights.sum() or 1.0))


def _sequence(parts: Several[Part], inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Sequence:
    """The inputs, spelled out; of an encoder and a decoder with different inputs the labels alone
    hold both."""
    last = parts[-1]
    labels = [x for p in parts for x in _labels(p.x[0], inputs if p is last else ())]
    answers = _labels(last.targets[0], outputs)
    asked = [a if w else "·" for a, w in zip(answers, last.weights[0], strict=True)]
    x = joined(parts)
    read_only = ["·"] * (len(labels) - len(asked))
    return Sequence(
        tuple(labels),
        x,
        last.targets,
        inputs,
        None,
        (),
        (*read_only, *asked),
        outputs or tuple(map(str, range(1, last.targets.shape[2] + 1))),
    )


def joined(parts: Several[Part]) -> Array:
    """(1, T, D) all that is read; of an encoder and a decoder with different inputs the last's."""
    same = len({p.x.shape[2] for p in parts}) == 1
    return np.concatenate([p.x for p in parts], axis=1) if same else parts[-1].x


def _labels(rows: Array, names: Several[str]) -> list[str]:
    """A row's name: of the input that is 1, or its numbers."""
    if len(rows) and rows.shape[1] > 1 and ((rows == 0) | (rows == 1)).all():
        chosen = rows.argmax(1)
        given = [names[k] if names else str(k) for k in chosen]
        lone = rows.sum(1) <= 1
        bits = ["".join(str(int(v)) for v in row) for row in rows]
        return [
            VISIBLE.get(g, g) if one else b for g, one, b in zip(given, lone, bits, strict=True)
        ]
    return [" ".join(f"{v:.2f}".removesuffix(".00") for v in row) for row in rows]


def look(found: Probe, e: Experiment) -> Experiment:
    """The experiment whose run is the probe: its cell, its shape, and the reader's settings."""
    network = found.networks[-1]
    names = network.cell.settings()
    variant = {names[field]: value for field, value in vars(network.cell).items()}
    return replace(
        e,
        **{name: value for name, value in variant.items() if name in SETTINGS},
        cell=network.cell.name,
        hidden=_within("hidden", network.hidden_size),
        layers=_within("layers", len(network.layers) // len(network.reverses)),
        direction=network.direction,
        wiring="encoder-decoder" if len(found.parts) == 2 else "many-to-many",
        steps=_within("steps", sum(part.x.shape[1] for part in found.parts)),
        weights=found.name,
    )


def completed(found: Probe, e: Experiment, given: Several[str]) -> Experiment:
    """The settings of a link that names a network: the network's own where the link is silent
    (`given`: what it says); the experiment as it is where the two differ."""
    wish = look(found, e)
    differ = any(getattr(wish, n) != getattr(e, n) for n in given if n in SETTINGS)
    return e if differ else wish


def _within(name: str, value: int) -> int:
    """A setting knows fewer values than a network may have: its pictures show the true ones."""
    return int(np.clip(value, SETTINGS[name].low, SETTINGS[name].high))


def fits(found: Probe, e: Experiment) -> bool:
    """Whether the experiment still asks for this network."""
    return look(found, e) == e


def run_of(found: Probe, e: Experiment) -> Run:
    """The probe reads; forward and all the way back."""
    done = run_forward(found.parts, found.networks, None)
    gradients = run_backward(found.parts, found.networks, done, e.window or None)
    stages = stages_of(found.parts, found.networks, done, gradients)
    return Run(e, found.sequence, stages, found.parts, None, done.total, found.sequence.notes)
