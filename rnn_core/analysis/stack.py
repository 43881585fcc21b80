"""Many networks of one shape at once, and what they read.

A `Stack` is M draws of one layer, and of every draw S settings that share its matrices: W_hh times
a factor, a gate's bias shifted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.network import Network
from rnn_core.engine.readout import READOUTS, Readout, parse_steps
from rnn_core.engine.scan import Weights
from rnn_core.engine.wiring import WIRINGS, Part
from rnn_core.experiment.experiment import Experiment, matters
from rnn_core.experiment.inputs import Series, longest, make_sequence
from rnn_core.experiment.run import (
    initial_states,
    make_cell,
    make_networks,
    make_parts,
    readout_of,
)

NEUTRAL: Final = {"scale": 1.0, "gain": 1.0, "forget_bias": 0.0, "update_bias": 0.0}
KNOBS: Final = (*NEUTRAL, "steps")  # the settings a sweep can turn
SIMPLE: Final = ("many-to-many", "many-to-one", "one-to-many-first")


@dataclass(frozen=True, eq=False)
class Stack:
    """M networks of one layer, S settings of each, and what they read.  Frozen arrays."""

    cell: Cell
    head: Readout
    weights: Weights  # PyTorch's layout behind an axis M: weight_hh (M, G*H, H), ...
    readout: tuple[Array, Array]  # (M, O, H) and (M, O)
    x: Array  # (M, T, D)
    targets: Array  # (M, T, O)
    initial: Mapping[str, Array]  # (M, H)
    placement: str  # where the experiment has its loss, how losses are counted, the chosen steps
    reduction: str
    chosen: tuple[int, ...]
    window: int
    factor: Array = field(default_factory=lambda: np.ones(1))  # (S,) times W_hh
    shifts: Mapping[str, Array] = field(default_factory=dict)  # gate -> (S,), added to its bias

    @property
    def steps(self) -> int:
        return int(self.x.shape[1])

    @property
    def hidden(self) -> int:
        return int(self.weights.weight_hh.shape[2])

    @property
    def shape(self) -> tuple[int, int]:
        """(M, S)."""
        return len(self.x), max([len(self.factor), *(len(s) for s in self.shifts.values())])

    def part(self, start: int, stop: int) -> Stack:
        """Some of the draws."""
        some = slice(start, stop)
        weights = Weights(*(None if w is None else w[some] for w in self.weights))  # type: ignore[arg-type]
        weight, bias = self.readout
        return replace(
            self,
            weights=weights,
            readout=(weight[some], bias[some]),
            x=self.x[some],
            targets=self.targets[some],
            initial={s: a[some] for s, a in self.initial.items()},
        )


def simple(e: Experiment) -> tuple[Experiment, tuple[str, ...]]:
    """The nearest experiment with one forward layer that reads what it is given, and what changed.

    A sweep compares single layers: with more of them there is more than one way back."""
    notes = []
    if e.layers > 1 or e.direction != "forward":
        notes.append("one forward layer")
    if e.wiring not in SIMPLE:
        notes.append("many to many")
    wiring = e.wiring if e.wiring in SIMPLE else "many-to-many"
    return replace(e, layers=1, direction="forward", wiring=wiring), tuple(notes)


def stack(experiments: Sequence[Experiment], series: Series | None = None) -> Stack:
    """Networks of different weights and inputs, but of one cell and shape; S = 1."""
    e = experiments[0]
    alike = {(make_cell(o), o.hidden, o.wiring, o.source, o.text, o.steps) for o in experiments}
    if len(alike) > 1 or any(simple(o)[1] for o in experiments):
        raise ValueError(
            "sweep: expected experiments of one cell, size, wiring and input, each with one "
            "forward layer and no fed-back output; got different or other ones. Run them singly."
        )
    made = [_made(o, series) for o in experiments]
    columns = zip(*(network.layers[0] for network, _, _ in made), strict=True)
    readout = [[n.weights[f"readout.{name}"] for n, _, _ in made] for name in ("weight", "bias")]
    return Stack(
        make_cell(e),
        READOUTS[readout_of(e)],
        Weights(*(None if c[0] is None else np.stack(c) for c in columns)),  # type: ignore[arg-type]
        (np.stack(readout[0]), np.stack(readout[1])),
        np.stack([part.x[0] for _, part, _ in made]),
        np.stack([part.targets[0] for _, part, _ in made]),
        {s: np.stack([start[s] for _, _, start in made]) for s in make_cell(e).states},
        WIRINGS[e.wiring].placement or e.placement,
        e.reduction,
        parse_steps(e.chosen),
        e.window,
    )


def _made(e: Experiment, series: Series | None) -> tuple[Network, Part, dict[str, Array]]:
    """Network, inputs with targets, and initial state (H,), as `run` makes them."""
    steps = min(e.steps, longest(e.source, series) or e.steps)
    sequence = make_sequence(
        e.source, steps, text=e.text, seed=e.seed, series=series, readout=readout_of(e)
    )
    parts = make_parts(e, WIRINGS[e.wiring], sequence)
    (network,) = make_networks(e, parts, sequence)
    start = initial_states(e, network) or {}
    initial = {s: start[s][0, 0] if start else np.zeros(e.hidden) for s in network.cell.states}
    return network, parts[0], initial


def family(
    e: Experiment,
    knob: str,
    values: Sequence[float],
    seeds: Sequence[int],
    series: Series | None = None,
) -> Stack:
    """One experiment with `knob` at each of `values` and each seed: M = seeds, S = values.

    S = 1 where the knob changes nothing.  For "steps" the stack has the longest of them; give the
    lengths to `flow` or `phases`.
    """
    if knob not in KNOBS:
        raise ValueError(f"knob: expected one of {', '.join(KNOBS)}; got {knob!r}")
    if knob == "steps":
        e = replace(e, steps=int(max(values)))
    elif matters(e, knob):
        e = replace(e, **{knob: NEUTRAL[knob]})  # type: ignore[arg-type]
    drawn = stack([replace(e, seed=s) for s in seeds], series)
    if knob == "steps" or not matters(e, knob):
        return drawn
    numbers = np.asarray(values, float)
    if knob in ("scale", "gain"):
        return replace(drawn, factor=numbers)
    return replace(drawn, shifts={knob.removesuffix("_bias"): numbers})
