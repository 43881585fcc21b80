"""Findings about a product of Jacobians, in words computed from its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.jacobians.products import ONE, letters, peak
from pages.figures.norm_axis import EXPLODED, VANISHED
from pages.figures.theme import cell_look, number
from pages.figures.verdict import PROVISO, Bound, bound_words
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.jacobians import Measured, largest

Floats = NDArray[np.float64]

TINY: Final = 1e-250  # a norm below this becomes 0 without being it
FED: Final = (
    "The output is fed back as the next input here. These Jacobians hold the inputs fixed: the way "
    "through the output is not in them."
)


def words(done: Measured, notation: Notation = HOUSE, *, fed: bool = False) -> tuple[str, ...]:
    """The product, its directions, the bound, its factors, and what all of it cannot show."""
    said = [_product(done, notation), *_directions(done), *_theory(done), *_parts(done)]
    return (*said, *([FED] if fed else []), PROVISO)


def _product(done: Measured, notation: Notation) -> str:
    norms, T = done.norms["s"], done.steps
    name = f"{cell_look(done.cell).label}, ‖{letters(done, notation)['s']}‖₂"
    lost = np.flatnonzero(~np.isfinite(norms))
    if lost.size:
        k = int(done.distance[lost[0]])
        return f"{name} overflowed: it is no finite number from k = {k} on."
    end = float(norms[-1])
    if end == 0:
        return f"{name} is {_nothing(done)}{_peak(done)}"
    mean = float(np.exp(np.log(end) / T))
    return (
        f"{name}: 1 at k = 0, **{number(end)}** at k = {T}, a factor of {number(mean)} per step "
        f"(geometric mean).{_peak(done)}{_judged(done)}"
    )


def _nothing(done: Measured) -> str:
    """Report of a product of zero: because a factor is, or because no number is so small."""
    first = int(np.flatnonzero(done.norms["s"] == 0)[0])
    k, before = int(done.distance[first]), float(done.norms["s"][first - 1])
    if before < TINY:
        return f"so small from k = {k} on that no number can say it: it **vanished**."
    return f"exactly 0 from k = {k} on: no change of the state gets farther."


def _peak(done: Measured) -> str:
    """Note where the product first grew and then shrank: the last norm alone would not show it."""
    top = peak(done)
    if top is None:
        return ""
    return f" It first grew, to {number(float(done.norms['s'][top]))} at k = {done.distance[top]}."


def _judged(done: Measured) -> str:
    norms, k = done.norms["s"], done.distance
    small, large = np.flatnonzero(norms < VANISHED), np.flatnonzero(norms > EXPLODED)
    if norms[-1] < VANISHED:
        return f" It **vanished**: below a millionth at k = {k[small[0]]}."
    if norms[-1] > EXPLODED:
        return f" It **exploded**: above a thousand at k = {k[large[0]]}."
    return ""


def _directions(done: Measured) -> Iterator[str]:
    """How many directions grew, and how far the largest and smallest are apart."""
    last, S = done.values[-1], done.values.shape[1]
    if S < 2 or not np.isfinite(done.norms["s"][-1]) or done.norms["s"][-1] == 0:
        return
    grew = int((last > 1 + ONE).sum())
    count = f"{grew} of {S} singular values are above 1 at k = {done.steps}"
    count = f"All {S} singular values are below 1 at k = {done.steps}" if not grew else count
    count = f"All {S} singular values are above 1 at k = {done.steps}" if grew == S else count
    seen = last[np.isfinite(last)]
    hidden = S - len(seen)
    if hidden:
        yield (
            f"{count}; {hidden} lie so far below the largest that rounding hides them: in those "
            "directions nothing that can be computed is left."
        )
    else:
        yield f"{count}; the largest is {number(float(seen[0] / seen[-1]))} times the smallest."


def _theory(done: Measured) -> Iterator[str]:
    if done.bound is None:
        yield (
            f"A bound as simple as (σₘₐₓ γ)ᵏ does not hold for the {cell_look(done.cell).label}: "
            "its step is a sum over gates, not one slope times one matrix."
        )
        return
    bound, shrank = done.bound, bool(done.norms["s"][-1] < 1)
    yield bound_words("rnn", Bound(bound.sigma, bound.gamma), shrank=shrank)
    if bound.radius < 1 < bound.sigma and bound.radius > 0:
        yield (
            f"The spectral radius {number(bound.radius)} is below 1 and σₘₐₓ = "
            f"{number(bound.sigma)} above it: powers of W_hh shrink in the end, but one step can "
            "stretch first."
        )


def _parts(done: Measured) -> Iterator[str]:
    """The factors or the direct path, beside the whole, at the largest distance."""
    full, T = float(done.norms["s"][-1]), done.steps
    if not np.isfinite(full) or T < 1:
        return
    if done.weights is not None and done.slopes is not None:
        weights, slopes = float(done.weights[-1]), float(largest(done.slopes)[-1])
        if np.isfinite(weights):
            yield _factors(T, weights, slopes, full)
    elif done.direct is not None:
        yield _forget(done, T) if "c" in done.norms else _kept(done, full, T)


def _factors(T: int, weights: float, slopes: float, full: float) -> str:
    told = (
        f"At k = {T} the weights alone make {number(weights)}, the slopes alone {number(slopes)} "
        f"(largest unit), the product as it is {number(full)}."
    )
    if weights > 1 + ONE and full < 1 - ONE:
        return f"{told} The weights alone would have grown: the slopes turned it."
    if weights < 1 - ONE and slopes < 1 - ONE:
        return f"{told} Both shrink: the sigmoid or tanh term decays as well, as lecture 000 asks."
    return told


def _kept(done: Measured, full: float, T: int) -> str:
    assert done.direct is not None
    kept = float(largest(done.direct)[-1])
    told = (
        f"At k = {T} the direct path keeps {number(kept)} in its best unit; measured is "
        f"{number(full)}, {_times(full, kept)}."
    )
    if done.slopes is None:
        return told
    slope = float(largest(done.slopes)[-1])
    return (
        f"{told} Lecture 000's ∏σ′ makes {number(slope)}: it leaves out the way straight through "
        "the gate and the recurrent matrices."
    )


def _forget(done: Measured, T: int) -> str:
    assert done.direct is not None
    kept, block = float(largest(done.direct)[-1]), float(done.norms["c"][-1])
    rest = (
        "Here nothing else reaches c: the claim of lecture 004 holds."
        if np.isclose(block, kept, rtol=1e-6)
        else "The difference comes by the gates and the hidden state, through W_hh: lecture 004's "
        "product of f leaves that out."
    )
    return (
        f"At k = {T} the direct path, the product of f, keeps {number(kept)} in its best unit; "
        f"the block ∂c_T/∂cₜ measures {number(block)}, {_times(block, kept)}. {rest}"
    )


def _times(measured: float, claimed: float) -> str:
    if claimed == 0 or not np.isfinite(measured):
        return "which no factor relates" if measured else "both are 0"
    return f"{number(measured / claimed)} times as much"
