"""Array type, and the one safe norm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def norms(array: Array, axes: tuple[int, ...]) -> Array:
    """Euclidean norms over some axes; no square overflows or vanishes.

    inf where an entry is infinite, nan where one is no number.
    """
    with np.errstate(all="ignore"):
        largest = np.abs(array).max(axes, keepdims=True)
        scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
        return np.asarray(np.sqrt(np.square(array / scale).sum(axes)) * scale.squeeze(axes))


def length(vectors: Array) -> Array:
    """Euclidean norm over the last axis, as safe as `norms`; inf for nan."""
    with np.errstate(all="ignore"):
        found = np.array(np.sqrt(np.square(vectors).sum(-1)))
        doubtful = ~((found > 1e-140) & (found < 1e140))
        if doubtful.any():
            exact = norms(vectors[doubtful], (-1,))
            found[doubtful] = np.where(np.isnan(exact), np.inf, exact)
    return found
