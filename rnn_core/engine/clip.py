"""Gradient clipping: an act of the optimiser, outside backward, that reports what it did.

Clipping is a ceiling, never a floor: it can tame an exploding gradient and cannot mend a vanishing
one. By norm keeps the direction; by value turns it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnn_core.arrays import Array

Gradients = dict[str, Array]

EPSILON = 1e-6  # PyTorch's guard against dividing by a zero norm


@dataclass(frozen=True)
class Mode:
    """One way to clip, as the reader sees it."""

    label: str
    help: str


MODES: dict[str, Mode] = {
    "off": Mode("Off", "The optimiser gets the gradient as it is."),
    "norm": Mode(
        "By norm",
        "All parameters' gradients together are shortened to the threshold; the direction stays.",
    ),
    "value": Mode(
        "By value",
        "Every entry is cut to ±threshold on its own; the direction changes.",
    ),
}


@dataclass(frozen=True)
class Clipped:
    """A gradient before and after clipping; norms are global, over all parameters together.

    `angle_degrees` lies between the two: 0 where nothing changed, nan where one of them has no
    direction (all zeros, or inf/nan inside).
    """

    mode: str
    threshold: float
    before: Gradients
    after: Gradients
    norm_before: float
    norm_after: float
    angle_degrees: float
    changed: bool


def clip(gradient: Mapping[str, Array], mode: str, threshold: float) -> Clipped:
    """Clip by "norm", by "value", or not at all ("off"). The given arrays are never written to.

    A threshold of 0 gives zeros; an infinite one changes nothing. An overflowed gradient is treated
    as PyTorch does: by norm, an infinite norm scales finite entries to 0 and infinite ones to nan,
    and a nan norm makes everything nan; by value, infinities become ±threshold and nan stays.
    """
    _check(mode, threshold)
    before = dict(gradient)
    norm = global_norm(before)
    after = _clipped(before, norm, mode, threshold)
    changed = any(not np.array_equal(before[k], after[k], equal_nan=True) for k in before)
    return Clipped(
        mode=mode,
        threshold=float(threshold),
        before=before,
        after=after,
        norm_before=norm,
        norm_after=global_norm(after),
        angle_degrees=angle_degrees(before, after),
        changed=changed,
    )


def global_norm(gradient: Mapping[str, Array]) -> float:
    """The Euclidean norm of all entries of all arrays together.

    Entries are divided by the largest first, so that no square overflows or underflows. An inf in
    the gradient gives inf, a nan gives nan.
    """
    largest = _largest(gradient)
    if largest == 0 or not math.isfinite(largest):
        return largest
    squares = (float(np.sum(np.square(g / largest))) for g in gradient.values())
    return largest * math.sqrt(sum(squares))


def angle_degrees(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    """The angle between two gradients seen as one long vector each, in degrees.

    Kahan's form 2 atan2(|u - v|, |u + v|) of the unit vectors u, v: unlike arccos of the cosine it
    is accurate for tiny angles as well.
    """
    if not (math.isfinite(_largest(one)) and math.isfinite(_largest(other))):
        return math.nan
    if all(np.array_equal(one[k], other[k]) for k in one):
        return 0.0
    u, v = _unit(one), _unit(other)
    if u is None or v is None:
        return math.nan
    return math.degrees(2 * math.atan2(float(np.linalg.norm(u - v)), float(np.linalg.norm(u + v))))


def _clipped(gradient: Gradients, norm: float, mode: str, threshold: float) -> Gradients:
    if mode == "off" or threshold == math.inf:
        return gradient
    if mode == "value":
        return {k: np.clip(g, -threshold, threshold) for k, g in gradient.items()}
    # np.minimum lets a nan through, as torch.clamp does; Python's min would turn it into 1.
    factor = float(np.minimum(threshold / (norm + EPSILON), 1.0))
    with np.errstate(invalid="ignore"):  # 0 * inf = nan is the answer we state above
        return {k: g * factor for k, g in gradient.items()}


def _largest(gradient: Mapping[str, Array]) -> float:
    """The largest absolute entry, or nan if there is a nan; 0 for no entries at all."""
    peaks = [np.max(np.abs(g)) for g in gradient.values() if np.size(g)]
    return float(np.max(peaks)) if peaks else 0.0


def _unit(gradient: Mapping[str, Array]) -> Array | None:
    """All entries in one vector of length 1, or None for a zero gradient."""
    largest = _largest(gradient)
    if largest == 0:
        return None
    flat = np.concatenate([np.ravel(g) / largest for g in gradient.values()])
    return np.asarray(flat / np.linalg.norm(flat), dtype=np.float64)


def _check(mode: str, threshold: float) -> None:
    if mode not in MODES:
        raise ValueError(f"Unknown clipping {mode!r}; choose one of {', '.join(MODES)}.")
    if math.isnan(threshold) or threshold < 0:
        raise ValueError(f"The clipping threshold must be >= 0, but it is {threshold}.")
