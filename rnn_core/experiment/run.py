"""From an `Experiment` to everything it shows: sequence, networks, traces, gradients, clipping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import make_cell as make_cell
from rnn_core.engine.clip import Clipped, clip
from rnn_core.engine.initialise import add_gate_biases, scale_recurrent
from rnn_core.engine.network import Network
from rnn_core.engine.readout import loss_weights, parse_steps
from rnn_core.engine.trace import Gradient, Trace, in_one_line
from rnn_core.engine.wiring import WIRINGS, Part, Pass, Wiring, run_backward, run_forward
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Sequence, Series, longest, make_sequence
from rnn_core.experiment.settings import relevant

INITIAL_STREAM = 2  # keeps the random initial state apart from the draws of weights and noise


@dataclass(frozen=True, eq=False)
class Stage:
    """One network of a run: the only one, or the encoder and the decoder."""

    name: str
    network: Network
    trace: Trace
    gradient: Gradient
    x: Array  # (1, T, D)
    targets: Array  # (1, T, O)
    loss: Array  # (1, T) of every step, unweighted
    weights: Array  # (1, T) what each step's loss counts; 0 where there is none

    def __repr__(self) -> str:
        return in_one_line(self)

    @property
    def counted(self) -> Array:
        """(1, T) True where a step's loss is part of L."""
        return np.asarray(self.weights > 0)


@dataclass(frozen=True, eq=False)
class Run:
    """An experiment run: its input, networks, traces, gradients and total loss."""

    experiment: Experiment
    sequence: Sequence
    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    initial: Mapping[str, Array] | None
    loss: float
    notes: tuple[str, ...]
    changed: str = ""  # what was done to it by hand since: a gate held, numbers edited

    def __repr__(self) -> str:
        return f"Run({self.experiment}, loss={self.loss:.6g}, stages={self.stages})"

    @cached_property
    def weights_gradient(self) -> Mapping[str, Array]:
        """Every weight's gradient by PyTorch's name, behind the stage's name if there are two."""
        several = len(self.stages) > 1
        return MappingProxyType(
            {
                f"{stage.name}.{name}" if several else name: array
                for stage in self.stages
                for name, array in stage.gradient.weights.items()
            }
        )

    @cached_property
    def clipped(self) -> Clipped:
        """The weights' gradient as the optimiser would clip it; BPTT itself is never clipped."""
        e = self.experiment
        return clip(self.weights_gradient, e.clip, e.threshold)

    @property
    def loss_at(self) -> str:
        """Where the loss is: "the last step", "every step", or which steps."""
        counted = np.concatenate([stage.counted[0] for stage in self.stages])
        steps = np.flatnonzero(counted) + 1
        if len(steps) == len(counted):
            return "every step"
        if list(steps) == [len(counted)]:
            return "the last step"
        if len(steps) == 0:
            return "no step"
        few = len(steps) < 6
        return "step " + ", ".join(map(str, steps)) if few else f"{len(steps)} of the steps"

    @property
    def overflow(self) -> int | None:
        """The first step (from 1, through all stages) whose state is not a finite number."""
        offset = 0
        for stage in self.stages:
            if stage.trace.overflow is not None:
                return offset + stage.trace.overflow
            offset += stage.x.shape[1]
        return None


def run(e: Experiment, series: Series | None = None, steps: int | None = None) -> Run:
    """Run an experiment.  `series` is the real series that source 'stocks' reads; `steps`: only
    the first so many of its steps."""
    e, notes = _possible(e)
    wiring = WIRINGS[e.wiring]
    most = longest(e.source, series) or e.steps
    if e.steps > most:
        notes = (*notes, f"This series has {most} steps to read; T is {most} here, not {e.steps}.")
    steps = 1 if wiring.one_step else min(steps or e.steps, e.steps, most)
    sequence = make_sequence(
        e.source, steps, text=e.text, seed=e.seed, series=series, readout=readout_of(e)
    )
    parts = make_parts(e, wiring, sequence)
    if not any(part.weights.any() for part in parts):
        notes = (*notes, f"No step of {e.chosen!r} exists here, so there is no loss: L = 0.")
    networks = make_networks(e, parts, sequence)
    initial = initial_states(e, networks[0])
    done = run_forward(parts, networks, initial)
    gradients = run_backward(parts, networks, done, e.window or None)
    stages = stages_of(parts, networks, done, gradients)
    return Run(e, sequence, stages, parts, initial, done.total, notes + sequence.notes)


def stages_of(
    parts: tuple[Part, ...], networks: tuple[Network, ...], done: Pass, back: Iterable[Gradient]
) -> tuple[Stage, ...]:
    """Each part with its network and what both passes left there."""
    return tuple(map(_stage, parts, networks, done.traces, back, done.losses))


def _stage(part: Part, network: Network, trace: Trace, gradient: Gradient, loss: Array) -> Stage:
    return Stage(part.name, network, trace, gradient, part.x, part.targets, loss, part.weights)


def readout_of(e: Experiment) -> str:
    """The readout in force: chosen, or the one that fits the input."""
    if e.readout != "auto":
        return e.readout
    return "softmax" if e.source == "text" else "linear"


def _possible(e: Experiment) -> tuple[Experiment, tuple[str, ...]]:
    """The experiment with whatever its wiring cannot do put right, and notes that say so."""
    notes: list[str] = []
    fed = e.wiring == "one-to-many-fed" or (e.wiring, e.forcing) == ("encoder-decoder", "free")
    if (fed or WIRINGS[e.wiring].encoder) and e.direction != "forward":
        e = replace(e, direction="forward")
        notes.append("What is written step by step is written forward: the direction is forward.")
    if WIRINGS[e.wiring].encoder and e.steps < 2:
        e = replace(e, steps=2)
        notes.append("Encoder and decoder need a step each: T is 2 here.")
    if fed and e.source != "text" and readout_of(e).startswith("softmax"):
        e = replace(e, readout="linear")
        notes.append(
            "Two classes (falls, rises) cannot be fed back as the next number: "
            "the readout is linear here."
        )
    return e, tuple(notes)


def make_parts(e: Experiment, wiring: Wiring, sequence: Sequence) -> tuple[Part, ...]:
    """The inputs and targets of the wiring's networks, (1, T, ...) each."""
    x, targets = sequence.x, sequence.targets
    if wiring.encoder:
        half = x.shape[1] - x.shape[1] // 2
        none = np.zeros((1, half, 0)), np.zeros((1, half))
        back = _loss_weights(e, "every", x.shape[1] - half)
        return (
            Part("encoder", x[:, :half], *none),
            Part("decoder", x[:, half:], targets[:, half:], back, fed=e.forcing == "free"),
        )
    weights = _loss_weights(e, wiring.placement or e.placement, x.shape[1])
    if wiring.reads == "first":
        x = x * (np.arange(x.shape[1]) == 0)[:, None]
    return (Part("network", x, targets, weights, fed=wiring.reads == "fed"),)


def _loss_weights(e: Experiment, placement: str, steps: int) -> Array:
    chosen = parse_steps(e.chosen)
    return loss_weights(placement, e.reduction, np.array([steps]), steps, chosen)


def make_networks(
    e: Experiment, parts: tuple[Part, ...], sequence: Sequence
) -> tuple[Network, ...]:
    """One draw for all networks of the run; the weight scale multiplies that same draw."""
    rng, D = np.random.default_rng(e.seed), sequence.x.shape[2]
    return tuple(draw_network(e, D, part.targets.shape[2], readout_of(e), rng) for part in parts)


def draw_network(row: Any, D: int, O: int, readout: str, rng: np.random.Generator) -> Network:  # noqa: E741
    """A network as a row of settings asks for it: an `Experiment` or a `Training`."""
    cell = make_cell(row)
    network = Network.create(
        cell,
        D,
        row.hidden,
        O,
        layers=row.layers,
        direction=row.direction,
        readout=readout,
        init=row.init,
        gain=row.gain,
        seed=rng,
    )
    weights = scale_recurrent(network.weights, row.scale)
    named = {name: getattr(row, name) for name in relevant(row)}
    return network.load_state_dict(add_gate_biases(weights, cell.gates, named))


def initial_states(e: Experiment, network: Network) -> Mapping[str, Array] | None:
    """(L*dirs, 1, H) of every state, drawn apart from the weights; None: zero."""
    if e.initial == "zero":
        return None
    rng = np.random.default_rng([e.seed, INITIAL_STREAM])
    shape = (len(network.layers), 1, e.hidden)
    return {s: rng.uniform(-1, 1, shape) for s in network.cell.states}


def forward_again(done: Run, networks: tuple[Network, ...]) -> Pass:
    """The same inputs through other weights: what a gradient check needs."""
    return run_forward(done.parts, networks, done.initial)
