"""The product of Jacobians over a distance: its singular values, and its factors apart.

Everything here is about one layer's state s: h, and for an LSTM h and c stacked.  The product over
the distance k = T - t is ds_T/ds_t, every state s_t taken as a free number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.analysis.jacobians import (
    Bound,
    Recurrent,
    direct_path,
    jacobian_products,
    jacobians,
    matrix_powers,
    pascanu,
    recurrent_matrices,
    resolved,
    singular_values,
    slope_path,
    spectra,
    spectral_norms,
)
from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.trace import LayerTrace

POINTS: Final = 50  # of a long sequence of large matrices: each costs a decomposition
DEAR: Final = 50 * 64**2  # matrix entries that may be decomposed at every step


@dataclass(frozen=True)
class Measured:
    """One layer's product of Jacobians over the distances k = 0..T; nan where it overflowed."""

    kind: Cell
    matrices: Mapping[str, Recurrent]  # gate -> its W_hh by itself
    distance: Array  # (K,) measured distances, the first 0 and the last T
    values: Array  # (K, S) singular values of ds_T/ds_t, largest first; nan below rounding
    norms: Mapping[str, Array]  # "s", and of an LSTM its blocks "h" and "c": spectral norms (K,)
    weights: Array | None  # (K,) spectral norm of W_hh^k; RNN only
    slopes: Array | None  # (K, H) products of phi' (RNN) or of z (1 - z) (GRU)
    direct: Array | None  # (K, H) product of f (LSTM) or of what z keeps (GRU)
    bound: Bound | None  # RNN only

    @property
    def cell(self) -> str:
        """Its cell's name."""
        return self.kind.name

    @property
    def steps(self) -> int:
        """T, the largest distance."""
        return int(self.distance[-1])


def measure(trace: LayerTrace) -> Measured:
    """Everything that is drawn, of the first sequence of a layer's trace."""
    steps = jacobians(trace)
    T, S = len(steps), steps.shape[1]
    k = distances(T, S)
    products = jacobian_products(steps, S)[T - k]
    values, H = singular_values(products), trace.weights.weight_hh.shape[1]
    norms = {"s": values[:, 0]}
    if S > H:
        for i, state in enumerate(trace.cell.states):
            block = slice(i * H, (i + 1) * H)
            norms[state] = spectral_norms(products[:, block, block])
    slopes, direct = slope_path(trace), direct_path(trace)
    return Measured(
        trace.cell,
        spectra(trace),
        k,
        resolved(values),
        norms,
        _powers(trace, k),
        None if slopes is None else slopes[T - k],
        None if direct is None else direct[T - k],
        pascanu(trace),
    )


def distances(T: int, S: int) -> Array:
    """Every distance, or every so many-th where the matrices are many and large; always 0 and T."""
    every = 1 if T * S**2 <= DEAR else -(-T // POINTS)
    return np.unique(np.append(np.arange(0, T + 1, every), T))


def _powers(trace: LayerTrace, k: Array) -> Array | None:
    """Spectral norms of the powers of a vanilla RNN's W_hh."""
    if pascanu(trace) is None:
        return None
    (W,) = recurrent_matrices(trace).values()
    return spectral_norms(matrix_powers(W, int(k[-1]))[k])


def largest(products: Array) -> Array:
    """(K, H) -> (K,): the spectral norm of the diagonal matrix that these products make."""
    return np.asarray(products.max(axis=1))


def typical(products: Array) -> Array:
    """(K, H) -> (K,): the geometric mean over the units."""
    with np.errstate(all="ignore"):
        return np.asarray(np.exp(np.log(products).mean(axis=1)))
