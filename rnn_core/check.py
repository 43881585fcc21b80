"""The gradient check of a run: BPTT against central differences, on the very numbers shown.

For every block of weights a random direction v is drawn, and <dL/dW, v> is compared with
(L(W + h v) - L(W - h v)) / 2h.  One direction sees every entry of the block at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_core.network import Network
from rnn_core.run import Run, forward_again
from rnn_core.unroll import Array
from rnn_core.wiring import Pass, run_backward

STEPS = (1e-5, 1e-6, 1e-4, 1e-7)  # tried in turn: rounding asks for large, curvature for small
GOOD = 1e-6


@dataclass(frozen=True)
class Check:
    """The largest relative error over all weight blocks, and what it means."""

    relative_error: float
    entries: int  # weights that the check moved
    ok: bool
    words: str


def gradient_check(run: Run) -> Check:
    """Check the run's gradient of the loss with respect to every weight block of every stage."""
    entries = sum(w.size for s in run.stages for w in s.network.weights.values())
    gradients, truncated = _full_gradients(run)
    flat = np.concatenate([g.ravel() for found in gradients for g in found.values()])
    if not (np.isfinite(run.loss) and np.isfinite(flat).all()):
        words = "Not checked: this run overflowed, and infinity has no difference quotient."
        return Check(float("nan"), entries, False, words)
    error = _worst(run, gradients)
    return Check(error, entries, error < GOOD, _words(error, entries, truncated))


def _full_gradients(run: Run) -> tuple[list[Mapping[str, Array]], bool]:
    """Without truncation: a truncated gradient is not meant to be the slope of L."""
    if not run.experiment.window:
        return [s.gradient.weights for s in run.stages], False
    done = Pass(tuple(s.trace for s in run.stages), tuple(s.loss for s in run.stages), run.loss)
    found = run_backward(run.parts, tuple(s.network for s in run.stages), done)
    return [g.weights for g in found], True


def _worst(run: Run, gradients: list[Mapping[str, Array]]) -> float:
    """Errors relative to the block's own slope, or to the largest one where it has almost none."""
    rng = np.random.default_rng(run.experiment.seed)
    directions = [
        {n: _unit(rng.standard_normal(g.shape)) for n, g in found.items()} for found in gradients
    ]
    slopes = {
        (k, n): float((g * directions[k][n]).sum())
        for k, found in enumerate(gradients)
        for n, g in found.items()
    }
    largest = max(map(abs, slopes.values()), default=0.0)
    noise = np.finfo(float).eps * abs(run.loss) / STEPS[0]
    floor = max(1e-3 * largest, 1e4 * noise)
    return max(
        (_error(run, k, n, directions[k][n], slope, floor) for (k, n), slope in slopes.items()),
        default=0.0,
    )


def _error(run: Run, stage: int, name: str, v: Array, slope: float, floor: float) -> float:
    best = np.inf
    for h in STEPS:
        numeric = (_loss(run, stage, name, h * v) - _loss(run, stage, name, -h * v)) / (2 * h)
        scale = max(abs(slope) + abs(numeric), floor)
        best = min(best, abs(slope - numeric) / scale if scale else 0.0)
        if best < GOOD / 10:
            break
    return float(best)


def _loss(run: Run, stage: int, name: str, shift: Array) -> float:
    networks: list[Network] = [s.network for s in run.stages]
    moved = dict(networks[stage].weights)
    moved[name] = moved[name] + shift
    networks[stage] = networks[stage].load_state_dict(moved)
    return forward_again(run, tuple(networks)).total


def _unit(v: Array) -> Array:
    return np.asarray(v / (np.linalg.norm(v) or 1.0))


def _words(error: float, entries: int, truncated: bool) -> str:
    what = "The full (not truncated) gradient" if truncated else "The gradient"
    if error < GOOD:
        return (
            f"{what} of all {entries:,} weights agrees with central differences: "
            f"relative error {error:.0e}."
        )
    return (
        f"{what} and central differences differ by {error:.0e}: at a kink of ReLU, or where the "
        "loss bends this sharply, a difference quotient is no judge."
    )
