"""How one state depends on an earlier one: exact Jacobians, their products, bounds and gates.

Every function reads a `LayerTrace`; sequence `b` of its batch.  States are stacked h first, then c
(S = H, or 2H for an LSTM), in the order the layer reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from rnn_core.cells import RNN
from rnn_core.initialise import spectral_radius as spectral_radius
from rnn_core.trace import LayerTrace
from rnn_core.unroll import Array, equations

GAMMA = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0}  # the largest slope of the activation


def jacobians(trace: LayerTrace, b: int = 0) -> Array:
    """(T, S, S) exact d s_t / d s_{t-1} of every step: `step_back` applied to the identity."""
    n = int(trace.lengths[b])
    order = np.arange(n)[::-1] if trace.reverse else np.arange(n)
    H, names = trace.weights.weight_hh.shape[1], trace.cell.states
    rows = np.eye(H * len(names))
    d = SimpleNamespace(**{s: rows[None, :, k * H : (k + 1) * H] for k, s in enumerate(names)})

    def at(arrays: Any) -> dict[str, Array]:
        return {name: array[b, order][:, None, :] for name, array in arrays.items()}

    past = at({s: trace.before(s) for s in names})
    now = at(trace.gates) | at({s: trace.after(s) for s in names})
    _, U, P = equations(trace.cell, trace.weights)
    with np.errstate(all="ignore"):
        _, before, _ = trace.cell.step_back(
            d, U, P, SimpleNamespace(**past), SimpleNamespace(**now)
        )
    return np.concatenate([before[s] for s in names], axis=-1)


def jacobian_products(steps: Array, hidden: int) -> Array:
    """(T+1, H, S): d h_T / d s_k for every boundary k; at k = T it is the identity of h."""
    T, S = len(steps), steps.shape[1]
    products = np.empty((T + 1, hidden, S))
    products[T] = np.eye(S)[:hidden]
    with np.errstate(all="ignore"):
        for k in range(T - 1, -1, -1):
            np.matmul(products[k + 1], steps[k], out=products[k])
    return products


def singular_values(matrices: Array) -> Array:
    """(n, r) of finite matrices (n, r, c), largest first; nan where a matrix overflowed."""
    finite = np.isfinite(matrices).all((1, 2))
    values = np.full((len(matrices), min(matrices.shape[1:])), np.nan)
    if finite.any():
        values[finite] = np.linalg.svd(matrices[finite], compute_uv=False)
    return values


def norm_matrix(steps: Array, hidden: int) -> Array:
    """(T+1, T+1): Frobenius norm of d h_t / d h_k for every pair of boundaries k <= t, else 0."""
    T = len(steps)
    norms = np.zeros((T + 1, T + 1))
    norms[np.arange(T + 1), np.arange(T + 1)] = np.sqrt(hidden)
    with np.errstate(all="ignore"):
        products = steps[:, :hidden].copy()  # lag 1: d h_t / d s_{t-1}
        for lag in range(1, T + 1):
            t = np.arange(lag, T + 1)
            norms[t, t - lag] = np.sqrt(np.square(products[:, :, :hidden]).sum((1, 2)))
            if lag < T:
                products = np.matmul(products[1:], steps[: T - lag])
    return norms


def direct_path(trace: LayerTrace, b: int = 0) -> Array | None:
    """(T+1, H): the product of f (LSTM) or of what the update gate keeps (GRU) from each boundary
    to the last one; None where the cell has no such path.  It leaves out every indirect term."""
    n = int(trace.lengths[b])
    keeps = {"lstm": trace.gates.get("forget"), "gru": trace.gates.get("update")}
    if trace.cell.name == "rnn":
        return None
    gate = keeps[trace.cell.name]
    kept = np.ones((n, trace.weights.weight_hh.shape[1])) if gate is None else gate[b, :n]
    if getattr(trace.cell, "update", "keeps") == "takes":
        kept = 1 - kept
    if trace.reverse:
        kept = kept[::-1]
    products = np.ones((n + 1, kept.shape[1]))
    products[:-1] = np.cumprod(kept[::-1], axis=0)[::-1]
    return products


@dataclass(frozen=True)
class Bound:
    """Pascanu, Mikolov & Bengio (2013) for a vanilla RNN.

    sigma_max * gamma < 1 is *sufficient* for vanishing; > 1 is only *necessary* for exploding.
    """

    radius: float  # spectral radius of W_hh
    sigma: float  # largest singular value of W_hh
    gamma: float  # largest slope of the activation

    @property
    def factor(self) -> float:
        """No step's Jacobian stretches by more than this."""
        return self.sigma * self.gamma

    def envelope(self, distance: Array) -> Array:
        """Upper bound of the spectral norm of the product over `distance` steps."""
        with np.errstate(all="ignore"):
            return np.asarray(self.factor ** np.asarray(distance, float))


def pascanu(trace: LayerTrace) -> Bound | None:
    """The bound of a vanilla RNN layer; gated cells have no such simple one."""
    cell = trace.cell
    if not isinstance(cell, RNN):
        return None
    W = trace.weights.weight_hh
    return Bound(spectral_radius(W), float(np.linalg.norm(W, 2)), GAMMA[cell.activation])


def saturation(trace: LayerTrace, low: float = 0.1, high: float = 0.9) -> dict[str, Array]:
    """Gate -> (2, H): each unit's share of steps below `low` and above `high` (Karpathy et al.,
    2016).  Padding does not count."""
    shares = {}
    for gate in trace.cell.sigmoid_gates:
        values = trace.gates[gate][trace.mask]
        shares[gate] = np.stack([(values < low).mean(0), (values > high).mean(0)])
    return shares
