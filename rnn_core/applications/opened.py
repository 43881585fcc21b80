"""A network that came in a file: what it reads probed, and whether training can go on.

A file does not say what its inputs stand for.  Where the experiment's own sequence has as many
inputs, the network reads that; otherwise symbols (one-hot) or numbers drawn with a seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from rnn_core.applications.probe import SEED, STEPS, Probe, probe
from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import SOURCES, Series, longest, make_sequence
from rnn_core.tasks import Batch
from rnn_core.training.models import PREFIXES
from rnn_core.training.questions import Ambiguous
from rnn_core.training.refusal import refusal
from rnn_core.training.weight_files import Stored, check_shapes, make_network

MOST_UNITS: Final = 128  # as the largest network that ships with the app
MOST_NUMBERS: Final = 1_000_000
NO_READOUT: Final = (
    "The file has no readout, so a loss is made up: half the squared norm of the last hidden state."
)
NO_ANSWER: Final = "The file has no right answers, so the last step's target is drawn."


class Reading(NamedTuple):
    """A sequence (1, T, D), its targets (1, T, O) and what to call it."""

    words: str
    x: Array
    targets: Array
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    note: str = ""


def probe_of(name: str, network: Network, e: Experiment, series: Series | None) -> Probe:
    """The network (in float64) and what it reads; the loss sits at the last step."""
    check_size(network)
    network, note = _with_readout(_wide(network))
    reading = _reading(network, e, series)
    if note:
        nothing = np.zeros((*reading.x.shape[:2], network.output_size))
        reading = reading._replace(targets=nothing, outputs=(), note=note)
    last = np.zeros(reading.x.shape[:2])
    last[:, -1] = 1.0
    batch = Batch(reading.x, reading.targets, last)
    title = f"{name} reading {reading.words}"
    found = probe(title, (network,), batch, reading.inputs, reading.outputs)
    notes = (reading.note,) if reading.note else ()
    return replace(found, sequence=replace(found.sequence, notes=notes))


def check_size(network: Network) -> None:
    """Refuse what pages cannot draw in reasonable time."""
    numbers = sum(array.size for array in network.weights.values())
    if network.hidden_size > MOST_UNITS or numbers > MOST_NUMBERS:
        raise refusal(
            f"at most {MOST_UNITS} units and {MOST_NUMBERS:,} weights to look inside here",
            f"{network.hidden_size} units and {numbers:,} weights",
            "In a notebook there is no limit: make_network(read(path)).",
        )


def starting_readout(network: Network) -> str:
    """A readout to begin with: classes where each input has an output, as in a text; or numbers."""
    return "softmax" if network.output_size == network.input_size > 1 else "linear"


def fitting(
    stored: Stored, networks: Sequence[Network], expected: Mapping[str, Array]
) -> dict[str, Array]:
    """The file's weights under the names that training has (`expected`), if they fit.

    What the file leaves open (an activation, where a GRU resets) is taken from the network that
    trains; what it says must agree."""
    shapes = {name: array.shape for name, array in expected.items()}
    weights: dict[str, Array] = {}
    if "cell" not in stored.about and stored.weights.keys() == shapes.keys():
        weights = stored.weights
    else:
        for prefix, running in zip(PREFIXES[len(networks)], networks, strict=True):
            network = _answered(stored, prefix, running)
            _check_same(running, network)
            weights |= {prefix + name: array for name, array in network.weights.items()}
    check_shapes(weights, shapes)
    return weights


def _answered(stored: Stored, prefix: str, running: Network) -> Network:
    """The file's network, each question answered as by the one that trains."""
    settings = {**vars(running.cell), "direction": running.direction}
    answers: dict[str, str] = {}
    while True:
        try:
            return make_network(stored, prefix, **answers)
        except Ambiguous as question:
            if question.name not in settings:
                raise
            answers[question.name] = settings[question.name]


def _check_same(running: Network, network: Network) -> None:
    for what in ("cell", "direction"):
        ours, theirs = getattr(running, what), getattr(network, what)
        if ours != theirs:
            advice = "Choose the file's, or open it by itself."
            raise refusal(f"the {what} that trains, {ours}", str(theirs), advice)


def _wide(network: Network) -> Network:
    weights = {name: array.astype(np.float64) for name, array in network.weights.items()}
    return replace(network, weights=weights)


def _with_readout(network: Network) -> tuple[Network, str]:
    """A network without readout shows its hidden states as they are; and a word about it."""
    if network.output_size:
        return network, ""
    features = network.hidden_size * len(network.reverses)
    shown = {"readout.weight": np.eye(features), "readout.bias": np.zeros(features)}
    return replace(network, weights={**network.weights, **shown}, readout="linear"), NO_READOUT


# -- what is read ----------------------------------------------------------------------------


def _reading(network: Network, e: Experiment, series: Series | None) -> Reading:
    most = longest(e.source, series) or STEPS
    sequence = make_sequence(
        e.source,
        min(e.steps, most),
        text=e.text,
        seed=e.seed,
        series=series,
        readout=network.readout,
    )
    rng = np.random.default_rng(SEED)
    if sequence.x.shape[2] == network.input_size:
        text = e.source == "text"
        words = f"“{e.text}”" if text else SOURCES[e.source].label.lower()
        reading = Reading(words, sequence.x, sequence.targets, sequence.alphabet)
        if sequence.targets.shape[2] == network.output_size:
            return reading._replace(outputs=sequence.output_labels)
    else:
        reading = _drawn(network.input_size, min(e.steps, STEPS), rng)
    return reading._replace(targets=_targets(network, reading.x.shape[1], rng), note=NO_ANSWER)


def _drawn(inputs: int, steps: int, rng: np.random.Generator) -> Reading:
    """Symbols, each one input of its own; numbers where there is only one input."""
    if inputs == 1:
        return Reading(f"random numbers (seed {SEED})", rng.normal(size=(1, steps, 1)), np.empty(0))
    x = np.eye(inputs)[rng.integers(inputs, size=(1, steps))]
    return Reading(f"random symbols (seed {SEED})", x, np.empty(0))


def _targets(network: Network, steps: int, rng: np.random.Generator) -> Array:
    """(1, T, O) drawn targets that the readout could hit."""
    shape = (1, steps, network.output_size)
    if network.readout.startswith("softmax"):
        return np.asarray(np.eye(shape[2])[rng.integers(shape[2], size=shape[:2])])
    if network.readout.startswith("sigmoid"):
        return rng.integers(2, size=shape).astype(float)
    return rng.uniform(-1, 1, size=shape)
