"""The gradient check of a run: BPTT against central differences, on the very numbers shown.

A random direction v through all weights is drawn, every block of it of length 1, and <dL/dW, v>
is compared with (L(W + h v) - L(W - h v)) / 2h.  One direction sees every entry at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.pieces import Pieces, finished
from rnn_core.engine.wiring import Pass, run_backward
from rnn_core.experiment.run import Run, forward_again

# Tried in turn, decades side by side: rounding asks for large steps, curvature for small ones.
STEPS = (1e-5, 1e-6, 1e-4, 1e-7, 1e-8, 1e-9, 1e-10)
GOOD = 1e-6
MARGIN = 100  # an error of so many times what the quotients differ among themselves is a fault
MOST_WORDS = 80  # letters


@dataclass(frozen=True)
class Check:
    """The largest relative error over all weight blocks, and what it means."""

    relative_error: float
    entries: int  # weights that the check moved
    ok: bool
    words: str
    undecided: bool = False  # the difference quotients differ too much among themselves to tell


class Compared(NamedTuple):
    """A slope beside difference quotients: its error, and by how much they differ themselves."""

    error: float
    unsure: float

    def check(self, what: str, entries: int) -> Check:
        """The verdict on what was computed, with so many entries moved."""
        ok = self.error < GOOD
        undecided = not ok and self.error <= MARGIN * self.unsure
        words = _too_steep(what, self.unsure) if undecided else judged(what, self.error)
        return Check(self.error, entries, ok, words, undecided)


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
    found = yield from _measured(run, gradients)
    return found.check(of_all(entries, truncated, run.changed), entries)


def _full_gradients(run: Run) -> tuple[list[Mapping[str, Array]], bool]:
    """Without truncation: a truncated gradient is not meant to be the slope of L."""
    if not run.experiment.window:
        return [s.gradient.weights for s in run.stages], False
    done = Pass(tuple(s.trace for s in run.stages), tuple(s.loss for s in run.stages), run.loss)
    found = run_backward(run.parts, tuple(s.network for s in run.stages), done)
    return [g.weights for g in found], True


def _measured(run: Run, gradients: list[Mapping[str, Array]]) -> Pieces[Compared]:
    """The gradient along one random direction through all weights at once."""
    rng = np.random.default_rng(run.experiment.seed)
    v = [{n: _unit(rng.standard_normal(g.shape)) for n, g in found.items()} for found in gradients]
    slope = sum(
        float((g * v[k][n]).sum()) for k, found in enumerate(gradients) for n, g in found.items()
    )
    return (yield from differences(lambda h: _at_once(_loss(run, v, h)), slope, run.loss))


def compared(moved: Callable[[float], float], slope: float, loss: float) -> Compared:
    """The slope beside (L(h) - L(-h)) / 2h, differences relative to both; `moved(h)` is L(h)."""
    return finished(differences(lambda h: _at_once(moved(h)), slope, loss))


def _at_once(value: float) -> Pieces[float]:
    yield
    return value


def differences(
    moved: Callable[[float], Pieces[float]], slope: float, loss: float
) -> Pieces[Compared]:
    """`compared` for a loss that takes its time.

    The error of a quotient falls with h squared, until rounding takes over. So two of neighbouring
    decades extrapolate to a better one, and how far they lie apart tells what they are worth.
    """
    noise = 1e4 * np.finfo(float).eps * abs(loss) / STEPS[0]

    def apart(a: float, b: float) -> float:
        scale = max(abs(a) + abs(b), noise)
        return abs(a - b) / scale if scale else 0.0

    quotients: dict[float, float] = {}
    best = np.inf
    for h in STEPS:
        ahead = yield from moved(h)
        behind = yield from moved(-h)
        quotients[h] = (ahead - behind) / (2 * h)
        pairs = list(pairwise(quotients[h] for h in sorted(quotients, reverse=True)))
        better = [(100 * fine - coarse) / 99 for coarse, fine in pairs]
        best = min(apart(slope, quotient) for quotient in (*quotients.values(), *better))
        if best < GOOD / 10:
            break
    unsure = min((apart(*pair) for pair in pairs), default=0.0)
    return Compared(float(best), float(unsure))


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


def in_words(error: float, entries: int) -> str:
    """Result of the check as a sentence for a reader."""
    return judged(of_all(entries), error)


def of_all(entries: int, truncated: bool = False, changed: str = "") -> str:
    """Subject of a verdict: the gradient of all weights of a run."""
    what = "he full (not truncated) gradient" if truncated else "he gradient"
    changed = changed.replace(";", ", ")
    changed = changed if len(changed) <= MOST_WORDS else changed[:MOST_WORDS] + "…"
    what = f"With {changed}: t{what}" if changed else f"T{what}"
    return f"{what} of all {entries:,} weights"


def judged(what: str, error: float) -> str:
    """Verdict on an exact computation: does it agree with central differences?"""
    if error < GOOD:
        return f"{what} agrees with central differences: relative error below {_decade(error):.0e}."
    return (
        f"{what} and central differences differ by {error:.0e}: at a kink of ReLU a difference "
        "quotient is no judge."
    )


def _too_steep(what: str, unsure: float) -> str:
    return (
        f"{what} is too steep here for central differences: they differ among themselves by "
        f"{unsure:.0e}."
    )


def _decade(error: float) -> float:
    """The power of ten above it, from 1e-9 on: what is less is rounding, and would only flicker."""
    return float(10.0 ** max(-9, np.ceil(np.log10(error)))) if error else 1e-9
