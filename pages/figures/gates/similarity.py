"""An order of the units in which neighbours behave alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def correlations(values: NDArray[Any]) -> Floats:
    """(H, H) correlation over the steps of every two units of (H, T); 0 with a unit that rests.

    Where numbers overflowed (inf, nan) a unit counts as resting there.
    """
    rows = np.where(np.isfinite(values), values, 0.0)
    peak = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    rows = rows / np.where(peak > 0, peak, 1.0)  # first into [-1, 1]: squares cannot overflow
    rows = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    moving = size > 1e-9  # a rounding error is no movement
    rows = np.where(moving, rows / np.where(moving, size, 1.0), 0.0)
    return np.asarray(rows @ rows.T)


def unit_order(values: NDArray[Any]) -> list[int]:
    """Units (from 0) of (H, T), alike beside alike: average linkage, its leaves laid end to end.

    The two groups that are most alike on average are joined, turned so that their most similar
    ends meet, until one group is left. It begins with the end of lower number.
    """
    alike = correlations(values)
    groups = [[unit] for unit in range(len(alike))]
    between = alike.copy()
    np.fill_diagonal(between, -np.inf)
    while len(groups) > 1:
        a, b = sorted(map(int, np.unravel_index(np.argmax(between), between.shape)))
        sizes = len(groups[a]), len(groups[b])
        groups[a] = _joined(groups[a], groups.pop(b), alike)
        mean = (between[a] * sizes[0] + between[b] * sizes[1]) / sum(sizes)
        between[a], between[:, a], between[a, a] = mean, mean, -np.inf
        between = np.delete(np.delete(between, b, axis=0), b, axis=1)
    (order,) = groups or [[]]
    return order if not order or order[0] <= order[-1] else order[::-1]


def _joined(left: list[int], right: list[int], alike: Floats) -> list[int]:
    """Two groups as one line; each may be turned round."""
    ways = [(x, y) for x in (left, left[::-1]) for y in (right, right[::-1])]
    x, y = max(ways, key=lambda way: float(alike[way[0][-1], way[1][0]]))
    return x + y
