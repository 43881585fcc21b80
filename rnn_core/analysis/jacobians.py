"""Jacobians of one state with respect to an earlier one: exact, their products, bounds, gates.

Every function reads a `LayerTrace`; sequence `b` of its batch.  States are stacked h first, then c
(S = H, or 2H for an LSTM), in the order the layer reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_core.arrays import Array
from rnn_core.engine.cells import ACTIVATIONS, RNN
from rnn_core.engine.graph import kept, read_cell
from rnn_core.engine.initialise import spectral_radius as spectral_radius
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.program import program
from rnn_core.engine.scan import Listening, equations
from rnn_core.engine.trace import LayerTrace

ROWS = 8  # losses that go back through all layers together
TOGETHER = 20_000_000  # multiplications of singular values in a row: some 10 ms
SQUARED = (1e-100, 1e100)  # between these, squares neither over- nor underflow
GAMMA = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0}  # the largest slope of the activation


def jacobians(trace: LayerTrace, b: int = 0) -> Array:
    """(T, S, S) exact d s_t / d s_{t-1} of every step, by `step_back` of the cell's own text; nan
    where a state before or after the step overflowed."""
    past, now = _around(trace, b)
    mixed = any(base.op == "U.T" for base in program(trace.cell).bases)
    with np.errstate(all="ignore"):
        found = (_by_rows if mixed else _by_diagonals)(trace, past, now)
    states = [getattr(side, s)[:, 0] for side in (past, now) for s in trace.cell.states]
    found[~np.isfinite(states).all((0, 2))] = np.nan
    return found


def _around(trace: LayerTrace, b: int) -> tuple[SimpleNamespace, SimpleNamespace]:
    """States before, and gates and states after each step in reading order, (T, 1, H) each."""
    n = int(trace.lengths[b])
    order = np.arange(n)[::-1] if trace.reverse else np.arange(n)
    names = trace.cell.states
    before = {s: trace.before(s)[b, order][:, None] for s in names}
    after = {g: a[b, order][:, None] for g, a in trace.gates.items()}
    after |= {s: trace.after(s)[b, order][:, None] for s in names}
    return SimpleNamespace(**before), SimpleNamespace(**after)


def _by_rows(trace: LayerTrace, past: Any, now: Any) -> Array:
    """Row by row: what `step_back` makes of the identity."""
    H, names = trace.weights.weight_hh.shape[1], trace.cell.states
    rows = np.eye(H * len(names))
    d = SimpleNamespace(**{s: rows[None, :, k * H : (k + 1) * H] for k, s in enumerate(names)})
    _, U, P = equations(trace.cell, trace.weights)
    _, before, _ = trace.cell.step_back(d, U, P, past, now)
    return np.concatenate([before[s] for s in names], axis=-1)


def _by_diagonals(trace: LayerTrace, past: Any, now: Any) -> Array:
    """All but W_hh is elementwise: a block is a diagonal, plus diagonals times the gates' W_hh."""
    weights, names, gates = trace.weights, trace.cell.states, trace.cell.gates
    T, H = len(past.h), weights.weight_hh.shape[1]
    J = np.zeros((T, H * len(names), H * len(names)))
    W = weights.weight_hh.reshape(len(gates), H, H).swapaxes(0, 1)
    unit = np.arange(H)
    for k, out in enumerate(names):
        d = SimpleNamespace(**{s: np.full((T, 1, H), float(s == out)) for s in names})
        _, U, P = equations(trace.cell, weights)
        ear = Listening(U, gates, mute=True)
        _, before, _ = trace.cell.step_back(d, ear, P, past, now)
        rows = slice(k * H, (k + 1) * H)
        for j, s in enumerate(names):
            diagonal = np.broadcast_to(before[s], (T, 1, H))[:, 0]
            J[:, k * H + unit, j * H + unit] = diagonal
        heard = np.stack([ear.heard[gate][:, 0] for gate in gates], axis=-1).swapaxes(0, 1)
        J[:, rows, :H] += np.matmul(heard, W).swapaxes(0, 1)  # unit by unit, all gates at once
    return J


def jacobian_products(steps: Array, hidden: int) -> Array:
    """(T+1, H, S): d h_T / d s_k for every boundary k; at k = T it is the identity of h."""
    T, S = len(steps), steps.shape[1]
    products = np.empty((T + 1, hidden, S))
    products[T] = np.eye(S)[:hidden]
    times = _Times(steps, hidden)
    with np.errstate(all="ignore"):
        for k in range(T - 1, -1, -1):
            times(products[k + 1], k, products[k])
    return products


class _Times:
    """Rows times the Jacobians of some steps.

    What leads to c is elementwise in every cell: those columns are diagonals, and half of the work.
    """

    def __init__(self, steps: Array, hidden: int):
        self.hidden, self.steps = hidden, steps
        T, S = steps.shape[:2]
        n = S // hidden
        blocks = steps[:, :, hidden:].reshape(T, n, hidden, n - 1, hidden)
        diagonals = np.einsum("tahbh->tbah", blocks)  # (T, n - 1, n, H)
        self.plain = n == 1 or np.count_nonzero(diagonals) != np.count_nonzero(blocks)
        if not self.plain:
            self.into_h, self.diagonals = np.ascontiguousarray(steps[:, :, :hidden]), diagonals

    def __call__(self, rows: Array, at: int | slice, out: Array) -> None:
        """rows (..., r, S), of one step or of as many as `at` names."""
        H = self.hidden
        if self.plain:
            np.matmul(rows, self.steps[at], out)
            return
        np.matmul(rows, self.into_h[at], out[..., :H])
        apart = rows.reshape(*rows.shape[:-1], -1, H)
        for j in range(self.diagonals.shape[1]):
            columns = out[..., (j + 1) * H : (j + 2) * H]
            diagonal = self.diagonals[at, j][..., None, :, :]
            np.multiply(apart[..., 0, :], diagonal[..., 0, :], columns)
            for k in range(1, apart.shape[-2]):
                columns += apart[..., k, :] * diagonal[..., k, :]


def singular_values(matrices: Array) -> Array:
    """(n, r) of finite matrices (n, r, c), largest first; nan where a matrix overflowed."""
    return _of_finite(matrices, min(matrices.shape[1:]), _decomposed)


def spectral_norms(matrices: Array) -> Array:
    """(n,) largest singular value of finite matrices (n, r, c); nan where a matrix overflowed."""
    return _of_finite(matrices, 1, _largest)[:, 0]


def _of_finite(matrices: Array, size: int, measure: Callable[[Array, Array], Array]) -> Array:
    """(n, size): what `measure` finds in matrices (n, r, c), some of them together, by them and
    the size (n,) of the largest number in each."""
    values = np.full((len(matrices), size), np.nan)
    some = max(1, TOGETHER // (min(matrices.shape[1:]) ** 2 * max(matrices.shape[1:])))
    for first in range(0, len(matrices), some):
        breathe()
        part = np.ascontiguousarray(matrices[first : first + some])
        most = np.abs(part).max((1, 2))
        finite = np.isfinite(most)
        if finite.all():
            values[first : first + some] = measure(part, most)
        elif finite.any():
            values[first : first + some][finite] = measure(part[finite], most[finite])
    return values


def _decomposed(matrices: Array, _: Array) -> Array:
    return np.asarray(np.linalg.svd(matrices, compute_uv=False))


def _largest(matrices: Array, most: Array) -> Array:
    """(n, 1): the root of the largest eigenvalue of A Aᵀ, as exact as a decomposition for this one
    value, in two thirds of its time. Scaled first where a square would over- or underflow."""
    scale = np.where((most > SQUARED[0]) & (most < SQUARED[1]) | (most == 0), 1.0, most)[:, None]
    unit = matrices if (scale == 1).all() else matrices / scale[..., None]
    turned = unit.swapaxes(1, 2)
    squares = unit @ turned if unit.shape[1] <= unit.shape[2] else turned @ unit
    return np.asarray(scale * np.sqrt(np.maximum(np.linalg.eigvalsh(squares)[:, -1:], 0)))


def resolved(values: Array) -> Array:
    """Singular values (n, r), largest first; nan where rounding decides: a product in floating
    point knows none that lies so far below its largest."""
    least = 4 * values.shape[1] * np.finfo(float).eps * values[:, :1]
    return np.where(values >= least, values, np.nan)


def norm_matrix(steps: Array, hidden: int) -> Array:
    """(T+1, T+1): Frobenius norm of d h_t / d h_k for every pair of boundaries k <= t, else 0."""
    T = len(steps)
    norms = np.zeros((T + 1, T + 1))
    norms[np.arange(T + 1), np.arange(T + 1)] = np.sqrt(hidden)
    times = _Times(steps, hidden)
    with np.errstate(all="ignore"):
        products = steps[:, :hidden].copy()  # lag 1: d h_t / d s_{t-1}
        spare = np.empty_like(products)
        for lag in range(1, T + 1):
            breathe()
            t = np.arange(lag, T + 1)
            found = products[: len(t), :, :hidden]
            norms[t, t - lag] = np.sqrt(np.einsum("tij,tij->t", found, found))
            if lag < T:
                times(products[1 : len(t)], slice(0, T - lag), spare[: T - lag])
                products, spare = spare, products
    return norms


def direct_path(trace: LayerTrace, b: int = 0) -> Array | None:
    """(T+1, H): the product, from each boundary to the last one, of what one step keeps of c or h:
    of f (LSTM), of z or 1 - z (GRU), of whatever factor the cell's own text has; None where it has
    none.  It leaves out every indirect term."""
    states = read_cell(trace.cell).states
    found = (kept(states[s], s) for s in reversed(trace.cell.states))
    factor = next((k for k in found if k is not None), None)
    if factor is None:
        return None
    shape = trace.after("h").shape
    return _accumulated(trace, np.broadcast_to(trace.compute(factor), shape), b)


def slope_path(trace: LayerTrace, b: int = 0) -> Array | None:
    """(T+1, H): of a vanilla RNN the product of the slopes phi'(a) from each boundary to the last
    one; of a GRU that of the update gate's slope z (1 - z).  None for an LSTM.

    It is what lecture 000 asks about (RNN) and what it writes for the GRU: without any matrix."""
    slopes = step_slopes(trace)
    return None if slopes is None else _accumulated(trace, slopes, b)


def step_slopes(trace: LayerTrace) -> Array | None:
    """(B, T, H) every step's phi'(a) of a vanilla RNN, or z (1 - z) of a GRU; None for an LSTM."""
    if isinstance(trace.cell, RNN):
        _, slope = ACTIVATIONS[trace.cell.activation]
        return np.asarray(slope(trace.after("h")), float)
    z = trace.gates.get("update")
    return None if z is None else z * (1 - z)


def _accumulated(trace: LayerTrace, factors: Array, b: int) -> Array:
    """(B, T, H) factors of every step -> (T+1, H) their products from each boundary to the end."""
    n = int(trace.lengths[b])
    factors = factors[b, :n][::-1] if trace.reverse else factors[b, :n]
    products = np.ones((n + 1, factors.shape[1]))
    with np.errstate(all="ignore"):
        products[:-1] = np.cumprod(factors[::-1], axis=0)[::-1]
    return products


def matrix_powers(W: Array, most: int) -> Array:
    """(most+1, H, H): W^0, W^1, ..., W^most."""
    powers = np.empty((most + 1, *W.shape))
    powers[0] = np.eye(len(W))
    with np.errstate(all="ignore"):
        for k in range(most):
            np.matmul(powers[k], W, out=powers[k + 1])
    return powers


def from_bottom_to_top(
    network: Network, x: Array, initial: Mapping[str, Array] | None = None
) -> Array:
    """(T+1, H, H): d h_T of the top layer / d h_t of the bottom layer at every boundary t, for one
    sequence x (1, T, D): BPTT of one loss per unit of the top layer's last state.

    All ways count, up through the layers and along the steps; in an LSTM c_t is held."""
    H, layers = network.layers[0].weight_hh.shape[1], len(network.layers)
    found = np.empty((x.shape[1] + 1, H, H))
    for first in range(0, H, ROWS):  # all losses at once would keep every gate H times over
        breathe()
        rows = np.eye(H)[first : first + ROWS]
        n = len(rows)
        final = {s: np.zeros((layers, n, H)) for s in network.cell.states}
        final["h"][-1] = rows
        starts = {s: np.repeat(a, n, axis=1) for s, a in (initial or {}).items()}
        trace = network.forward(np.repeat(x, n, axis=0), initial=starts or None)
        gradient = network.backward(trace, np.zeros_like(trace.logits), final=final)
        found[:, first : first + n] = gradient.layers[0].states["h"].transpose(1, 0, 2)
    return found


@dataclass(frozen=True)
class Recurrent:
    """Numbers of one gate's W_hh: eigenvalues (H,), spectral radius, singular values."""

    eigenvalues: NDArray[np.complex128]
    sigma: float  # its largest singular value

    @property
    def radius(self) -> float:
        """The largest absolute value of the eigenvalues."""
        return float(np.abs(self.eigenvalues).max())


def recurrent_matrices(trace: LayerTrace) -> dict[str, Array]:
    """Gate -> (H, H) its block of W_hh, in the cell's own order."""
    W = trace.weights.weight_hh
    H = W.shape[1]
    return {g: W[k * H : (k + 1) * H] for k, g in enumerate(trace.cell.gates)}


def spectra(trace: LayerTrace) -> dict[str, Recurrent]:
    """Gate -> numbers of its W_hh."""
    return {
        g: Recurrent(np.linalg.eigvals(W).astype(complex), float(np.linalg.norm(W, 2)))
        for g, W in recurrent_matrices(trace).items()
    }


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
