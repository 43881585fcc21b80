"""Findings about the gradient, in words computed from its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pages.figures.gradients import Curve
from pages.figures.norm_axis import EXPLODED, VANISHED
from pages.figures.theme import cell_look, number
from rnn_core.notation.notation import HOUSE, Notation

PROVISO = "This is one set of weights and one input: a picture of this run, not a proof."


@dataclass(frozen=True)
class Bound:
    """Bound of Pascanu et al. (2013) for a vanilla RNN: sigma_max(W_hh), and gamma >= |phi'|."""

    sigma_max: float
    gamma: float


def verdict(
    curves: Sequence[Curve], *, loss: str, bounds: Mapping[str, Bound] | None = None
) -> tuple[str, ...]:
    """One sentence or two per curve, then the bounds, then what all of it cannot show.

    `loss` says where the loss is ("the last step", "every step"); `bounds` are given by cell.
    """
    said = [_curve(curve) for curve in curves]
    said += [_bound(cell, bound, curves) for cell, bound in (bounds or {}).items()]
    if loss != "the last step" and curves:
        said.append(
            f"With the loss at {loss}, new gradient enters on the way: these totals do not show "
            "how much of the last step's loss arrives. Put the loss at the last step to see that."
        )
    return (*said, PROVISO) if curves else ()


def growth(norms: np.ndarray) -> float:
    """Geometric mean factor per step back in time, from the last boundary to the first."""
    last, first = float(norms[-1]), float(norms[0])
    if len(norms) < 2 or not (last > 0 and first > 0 and np.isfinite([last, first]).all()):
        return float("nan")
    return float(np.exp((np.log(first) - np.log(last)) / (len(norms) - 1)))


def _curve(curve: Curve) -> str:
    name, norms = (
        f"{cell_look(curve.cell).label}, ‖{curve.quantity}‖",
        _from_the_loss(curve.norms),
    )
    if not np.isfinite(norms).all():
        return f"{name} overflowed: {_overflow(curve.norms)}."
    T = len(norms) - 1
    if T < 1 or norms[T] == 0:
        return f"{name} is exactly 0 at every t: no gradient of the loss enters here."
    if norms[0] == 0:
        zero = int(np.flatnonzero(norms == 0).max())
        return f"{name} is exactly 0 at t = {zero} and reaches nothing before it."
    ratio = number(float(np.exp(np.log(norms[0]) - np.log(norms[T]))))
    return (
        f"{name}: a factor of {number(growth(norms))} per step back (geometric mean). "
        f"{number(norms[T])} at t = {T} becomes {number(norms[0])} at t = 0, {ratio} times as much."
        f"{_judged(norms)}"
    )


def _from_the_loss(norms: np.ndarray) -> np.ndarray:
    """Norms without the states after the last loss, which get no gradient at all."""
    reached = np.flatnonzero(norms != 0)
    return norms[: reached.max() + 1] if reached.size else norms


def _judged(norms: np.ndarray) -> str:
    end = float(norms[-1])
    small, large = np.flatnonzero(norms < VANISHED * end), np.flatnonzero(norms / end > EXPLODED)
    if small.size:
        t, back = int(small.max()), len(norms) - 1 - int(small.max())
        return f" It vanished: {back} steps back, at t = {t}, it is below a millionth of its end."
    if large.size:
        t, back = int(large.max()), len(norms) - 1 - int(large.max())
        return f" It exploded: {back} steps back, at t = {t}, it is above a thousand times its end."
    return ""


def _overflow(norms: np.ndarray) -> str:
    bad = np.flatnonzero(~np.isfinite(norms))
    t, good = int(bad.max()), np.flatnonzero(np.isfinite(norms) & (norms > 0))
    seen = f"; the largest finite value is {number(float(norms[good].max()))}" if good.size else ""
    return f"going back in time it is no finite number from t = {t} on{seen}"


def _bound(cell: str, bound: Bound, curves: Sequence[Curve]) -> str:
    rates = [growth(_from_the_loss(c.norms)) for c in curves if c.cell == cell and c.state == "h"]
    notation = curves[0].notation if curves else HOUSE
    return bound_words(cell, bound, shrank=bool(rates) and rates[0] < 1, notation=notation)


def bound_words(cell: str, bound: Bound, *, shrank: bool, notation: Notation = HOUSE) -> str:
    """The bound in words, and its limits; `shrank`: the measured norm became smaller."""
    limit = 1.0 / bound.gamma
    weight = notation.of(cell).symbol("weight_hh.candidate").text
    sigma = f"{cell_look(cell).label}: the largest singular value of {weight} is "
    sigma += f"{bound.sigma_max:.3g}"
    source = "Pascanu et al. 2013"
    if bound.sigma_max < limit:
        return (
            f"{sigma}, below 1/γ = {limit:.3g}. That is sufficient for each step back to shrink "
            f"the gradient on its way through the states ({source}), whatever the input."
        )
    if bound.sigma_max == limit:
        return f"{sigma}, exactly 1/γ = {limit:.3g}: no step back can make the gradient longer."
    found = " Here it shrank all the same." if shrank else ""
    return (
        f"{sigma}, above 1/γ = {limit:.3g}. Exploding needs that, but it is not enough for it "
        f"({source}): it decides nothing by itself.{found}"
    )
