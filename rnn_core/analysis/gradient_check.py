"""The gradient check of a run: BPTT against central differences, on the very numbers shown.

A random direction v through all weights is drawn, every block of it of length 1, and <dL/dW, v>
is compared with (L(W + h v) - L(W - h v)) / 2h.  One direction sees every entry at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.pieces import Pieces, finished
from rnn_core.engine.wiring import Pass, run_backward
from rnn_core.experiment.run import Run, forward_again

STEPS = (1e-5, 1e-6, 1e-4, 1e-7)  # tried in turn: rounding asks for large, curvature for small
GOOD = 1e-6
MOST_WORDS = 80  # letters


@dataclass(frozen=True)
class Check:
    """The largest relative error over all weight blocks, and what it means."""

    relative_error: float
    entries: int  # weights that the check moved
    ok: bool
    words: str


def gradient_check(run: Run) -> Check:
    """Largest relative error of dL/dW against central differences, over all weights of a run."""
    return finished(check_in_pieces(run))


def check_in_pieces(run: Run) -> Pieces[Check]:
    """Check dL/dW of all weights of all stages, full BPTT (a truncated one is not L's slope).

    A run with a gate held or with numbers edited is checked as it is: its own networks, moved.
    """
    entries = sum(w.size for s in run.stages for w in s.network.weights.values())
    gradients, truncated = _full_gradients(run)
    yield
    flat = np.concatenate([g.ravel() for found in gradients for g in found.values()])
    if not (np.isfinite(run.loss) and np.isfinite(flat).all()):
        words = "Not checked: this run overflowed, and infinity has no difference quotient."
        return Check(float("nan"), entries, False, words)
    error = yield from _measured(run, gradients)
    return Check(error, entries, error < GOOD, in_words(error, entries, truncated, run.changed))


def _full_gradients(run: Run) -> tuple[list[Mapping[str, Array]], bool]:
    """Without truncation: a truncated gradient is not meant to be the slope of L."""
    if not run.experiment.window:
        return [s.gradient.weights for s in run.stages], False
    done = Pass(tuple(s.trace for s in run.stages), tuple(s.loss for s in run.stages), run.loss)
    found = run_backward(run.parts, tuple(s.network for s in run.stages), done)
    return [g.weights for g in found], True


def _measured(run: Run, gradients: list[Mapping[str, Array]]) -> Pieces[float]:
    """The relative error along one random direction through all weights at once."""
    rng = np.random.default_rng(run.experiment.seed)
    v = [{n: _unit(rng.standard_normal(g.shape)) for n, g in found.items()} for found in gradients]
    slope = sum(
        float((g * v[k][n]).sum()) for k, found in enumerate(gradients) for n, g in found.items()
    )
    return (yield from differences(lambda h: _at_once(_loss(run, v, h)), slope, run.loss))


def difference_error(moved: Callable[[float], float], slope: float, loss: float) -> float:
    """Error of the slope against (L(h) - L(-h)) / 2h, relative to both; `moved(h)` is L(h)."""
    return finished(differences(lambda h: _at_once(moved(h)), slope, loss))


def _at_once(value: float) -> Pieces[float]:
    yield
    return value


def differences(
    moved: Callable[[float], Pieces[float]], slope: float, loss: float
) -> Pieces[float]:
    """`difference_error` of a loss that takes its time."""
    noise = 1e4 * np.finfo(float).eps * abs(loss) / STEPS[0]
    best = np.inf
    for h in STEPS:
        ahead = yield from moved(h)
        behind = yield from moved(-h)
        numeric = (ahead - behind) / (2 * h)
        scale = max(abs(slope) + abs(numeric), noise)
        best = min(best, abs(slope - numeric) / scale if scale else 0.0)
        if best < GOOD / 10:
            break
    return float(best)


def _loss(run: Run, v: list[dict[str, Array]], h: float) -> float:
    """L with every weight moved by h along v."""
    moved = tuple(
        stage.network.load_state_dict(
            {n: w + h * along[n] for n, w in stage.network.weights.items()}
        )
        for stage, along in zip(run.stages, v, strict=True)
    )
    return forward_again(run, moved).total


def _unit(v: Array) -> Array:
    return np.asarray(v / (np.linalg.norm(v) or 1.0))


def in_words(error: float, entries: int, truncated: bool = False, changed: str = "") -> str:
    """Result of the check as a sentence for a reader."""
    what = "he full (not truncated) gradient" if truncated else "he gradient"
    changed = changed.replace(";", ", ")
    changed = changed if len(changed) <= MOST_WORDS else changed[:MOST_WORDS] + "…"
    what = f"With {changed}: t{what}" if changed else f"T{what}"
    return judged(f"{what} of all {entries:,} weights", error)


def judged(what: str, error: float) -> str:
    """Verdict on an exact computation: does it agree with central differences?"""
    if error < GOOD:
        return f"{what} agrees with central differences: relative error below {_decade(error):.0e}."
    return (
        f"{what} and central differences differ by {error:.0e}: at a kink of ReLU, or where the "
        "loss bends this sharply, a difference quotient is no judge."
    )


def _decade(error: float) -> float:
    """The power of ten above it, from 1e-9 on: what is less is rounding, and would only flicker."""
    return float(10.0 ** max(-9, np.ceil(np.log10(error)))) if error else 1e-9
