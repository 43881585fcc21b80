"""Measures of states and gates on the way forward: distance, size, saturation, memory."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from rnn_core.analysis.held_gate import Hold, hold_gate, read_steps
from rnn_core.analysis.jacobians import saturation
from rnn_core.arrays import Array
from rnn_core.engine.cells import sigmoid
from rnn_core.engine.network import Network
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, run
from rnn_core.measures.gradients import changed, logarithm
from rnn_core.measures.measure import Own, check_range


def _top(done: Run) -> LayerTrace:
    return done.stages[-1].trace.top


def _distance(one: Array, other: Array) -> float:
    """|one - other| by |one|: 0 for equal vectors, about 1.4 for unrelated ones of one length."""
    return float(np.linalg.norm(one - other) / np.linalg.norm(one))


def state_distance(e: Experiment, own: Own, *, one: int, other: int) -> float:
    """Distance of the hidden states after two steps, by the norm of the first of them."""
    h = _top(run(e)).states["h"][0]
    check_range("one", one, 0, len(h) - 1)
    check_range("other", other, 0, len(h) - 1)
    return _distance(h[one], h[other])


def state_changed(e: Experiment, own: Own, *, setting: str, instead: str) -> float:
    """Distance of the last hidden state from what it is with one setting changed, by its norm."""
    mine, there = (_top(run(wish)).states["h"][0, -1] for wish in (e, changed(e, setting, instead)))
    return _distance(mine, there)


def start_felt(e: Experiment, own: Own) -> float:
    """log10 of what is left, in the last hidden state, of the difference of two first states.

    The two are a random one and zero, read through the same weights and inputs.
    """
    random, zero = (_top(run(replace(e, initial=i))).states["h"][0] for i in ("random", "zero"))
    differ = np.linalg.norm(random - zero, axis=1)
    return logarithm(float(differ[-1])) - logarithm(float(differ[0]))


def largest_state(e: Experiment, own: Own, *, state: Literal["h", "c"] = "c") -> float:
    """Largest absolute value of a state over all units and steps."""
    return float(np.abs(_top(run(e)).after(state)).max())


def saturated(e: Experiment, own: Own, *, gate: str, side: Literal["shut", "open"]) -> float:
    """Share of all units and steps at which a gate is below 0.1 (shut) or above 0.9 (open)."""
    found = saturation(_top(run(e)))
    if gate not in found:
        raise ValueError(f"gate: expected one of {', '.join(found)}; got {gate!r}")
    return float(found[gate][("shut", "open").index(side)].mean())


def lowest_gate(e: Experiment, own: Own, *, gate: str) -> float:
    """Lowest value of a gate over all units and steps."""
    return float(_top(run(e)).gates[gate].min())


def _held(e: Experiment, own: Own) -> Run:
    hold = Hold(str(own["hold"]), float(own["held_at"]), read_steps(str(own["held_steps"])))
    return hold_gate(run(e), hold)


def held_moves(e: Experiment, own: Own, *, state: Literal["h", "c"] = "h") -> float:
    """How far a state moves from its first value while the gate is held, by its largest norm."""
    states = _top(_held(e, own)).states[state][0]
    moved = np.linalg.norm(states - states[0], axis=1).max()
    return float(moved / np.linalg.norm(states, axis=1).max())


def held_size(e: Experiment, own: Own, *, state: Literal["h", "c"] = "c") -> float:
    """Norm of the last state with the gate held, over what it is in the free run."""
    held, free = (_top(done).states[state][0, -1] for done in (_held(e, own), run(e)))
    return float(np.linalg.norm(held) / np.linalg.norm(free))


def held_gained(e: Experiment, own: Own, *, state: Literal["h", "c"] = "h") -> float:
    """log10 of how many times as much of the gradient is left with the gate held as without."""
    held, free = (d.stages[-1].gradient.top.norms(state) for d in (_held(e, own), run(e)))
    first, last = (logarithm(float(held[k])) - logarithm(float(free[k])) for k in (0, -1))
    return first - last


def weights(e: Experiment, own: Own) -> float:
    """The number of weights of the recurrent layers, biases included."""
    return float(sum(_recurrent(stage.network) for stage in run(e).stages))


def weights_factor(e: Experiment, own: Own, *, setting: str, instead: str) -> float:
    """Weights of the recurrent layers over their number with one setting changed."""
    return weights(e, own) / weights(changed(e, setting, instead), own)


def _recurrent(network: Network) -> int:
    return sum(a.size for name, a in network.weights.items() if not name.startswith("readout"))


def half_life(e: Experiment, own: Own) -> float:
    """Steps after which half of a cell state is left, with every forget gate at its bias alone."""
    keeps = float(sigmoid(np.array(e.forget_bias)))
    return math.log(0.5) / math.log(keeps)


def counted_losses(e: Experiment, own: Own) -> float:
    """The number of steps that have a loss of their own."""
    return float(sum(stage.counted.sum() for stage in run(e).stages))
