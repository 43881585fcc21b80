"""Norms that neither overflow nor vanish, and numbers as JSON can carry them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Number = float | str

_SAFE = (1e-280, 1e300)  # squares in between are exact enough to take the root of


def norm(values: Array) -> Array:
    """Norm over the last axis; the largest entry is taken out first so that squares cannot
    overflow or vanish."""
    with np.errstate(all="ignore"):
        peak = np.max(np.abs(values), axis=-1, keepdims=True, initial=0.0)
        safe = np.where((peak > 0) & np.isfinite(peak), peak, 1.0)
        return np.asarray(safe[..., 0] * np.sqrt(np.sum(np.square(values / safe), axis=-1)))


def rms(values: Array) -> Array:
    """Root mean square over the last axis."""
    return np.asarray(norm(values) / np.sqrt(values.shape[-1]))


def size(matrix: Array) -> float:
    """Frobenius norm of a whole array."""
    with np.errstate(all="ignore"):
        square = float(np.vdot(matrix, matrix))
    return float(np.sqrt(square)) if _SAFE[0] < square < _SAFE[1] else float(norm(matrix.ravel()))


def numbers(values: Array) -> list[Number]:
    """Plain numbers, one per entry."""
    return [number(v) for v in values]


def number(value: float) -> Number:
    """The number; JSON knows no infinity, so an overflow is the word "inf", "-inf" or "nan"."""
    v = float(value)
    return v if np.isfinite(v) else str(v)
