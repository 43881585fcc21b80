"""Gradient norms at every boundary of many networks of one shape, and the map of two settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.analysis.jacobians import GAMMA, spectral_norms
from rnn_core.analysis.stack import Stack, family
from rnn_core.analysis.stack_passes import Forward, Step, forward, pull_back
from rnn_core.arrays import Array, length
from rnn_core.engine.cells import RNN, Cell
from rnn_core.engine.initialise import spectral_radius
from rnn_core.engine.readout import loss_weights
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.inputs import Series

# Seconds, measured on one core: a number of one gate made and pulled back, one more row of a
# Jacobian pulled back, a multiplication of either's product, one of singular values, and what
# NumPy's calls take for a gate and a step.
PLAIN, ROW, PRODUCT, SINGULAR, CALLS = 20e-9, 5e-9, 0.06e-9, 1e-9, 30e-6
KEPT: Final = 1 << 22  # numbers that all steps keep together: 32 MB
TOGETHER: Final = 1 << 17  # numbers per array of a step: more of them leave the cache


def output_gradient(done: Forward) -> Array:
    """(T, M, S, H) dL_t/dh_t of every step's own loss, unweighted."""
    many = done.stack
    weight, bias = many.readout
    with np.errstate(all="ignore"):
        logits = np.matmul(done.features, weight.swapaxes(1, 2)) + bias[:, None]
        targets = np.broadcast_to(many.targets.transpose(1, 0, 2)[:, :, None], logits.shape)
        return np.matmul(many.head.dlogits(logits, targets), weight)


def from_losses(done: Forward, placement: str, lengths: Array) -> Iterator[Step]:
    """BPTT for sequences cut at each of `lengths`, longest first; N = those that have begun."""
    many = done.stack
    w = np.concatenate(
        [
            loss_weights(placement, many.reduction, np.array([n]), many.steps, many.chosen)
            for n in lengths
        ]
    )[..., None, None, None]
    E = output_gradient(done)

    def enter(t: int) -> dict[str, Array] | None:
        n = int((lengths == t + 1).sum())
        return {"h": np.zeros((n, *E.shape[1:]))} if n else None

    def own(t: int, N: int) -> Array | None:
        counts = w[:N, t]
        with np.errstate(all="ignore"):
            return np.where(counts > 0, counts * E[t], 0.0) if counts.any() else None

    return pull_back(done, enter, own, many.window)


def from_states(done: Forward, lengths: Array, whole: bool = False) -> Iterator[Step]:
    """The rows of dh_n/ds_t (`whole`: of ds_n/ds_t) for each n of `lengths`, longest first.

    N = H (or H for each state, h first) for each length begun."""
    H, shape, names = done.stack.hidden, done.stack.shape, done.stack.cell.states
    names = names if whole else ("h",)
    ones = np.eye(H * len(names))[:, None, None]
    rows = {
        s: np.broadcast_to(ones[..., k * H : (k + 1) * H], (len(ones), *shape, H))
        for k, s in enumerate(names)
    }
    return pull_back(done, lambda t: rows if t + 1 in lengths else None, lambda t, N: None)


def flow(
    many: Stack,
    quantity: str,
    lengths: Sequence[int] | None = None,
    *,
    distances: Collection[int] | None = None,
) -> dict[str, Array]:
    """Norms at boundaries 0..T of every network, state -> (L, M, S, T+1); nan where there is none.

    quantity  "total"      dL/ds_t, all of it, with a loss at every step
              "last"       dL_T/ds_t of the last step's loss alone
              "spectral"   largest singular value of dh_T/ds_t
              "frobenius"  Frobenius norm of dh_T/ds_t
              "state"      largest singular value of ds_T/ds_t, s = h and c stacked (key "s"); here
                           c_t does not stand for what it does through h_t
              "share"      step t's share of dL/dW_hh, loss where the experiment has it (key "h")
    lengths   where the sequence ends (each is a run of its own); by default its whole length
    distances how far from the end it is measured, and at the start; by default everywhere
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"quantity: expected one of {', '.join(QUANTITIES)}; got {quantity!r}")
    asked = np.asarray([many.steps] if lengths is None else lengths, int)
    order = np.argsort(-asked, kind="stable")
    parts = [
        _flow(many.part(start, start + size), quantity, asked[order], distances)
        for size in [_draws_together(many, quantity, len(asked))]
        for start in range(0, many.shape[0], size)
    ]
    back = np.argsort(order, kind="stable")
    return {s: np.concatenate([p[s] for p in parts], axis=1)[back] for s in parts[0]}


def _draws_together(many: Stack, quantity: str, lengths: int) -> int:
    rows = many.hidden if quantity in JACOBIANS else 1
    settings = many.shape[1]
    in_cache = TOGETHER // (many.hidden * settings * rows * lengths)
    return max(1, min(in_cache, KEPT // _kept(many, settings)))


def _kept(many: Stack, networks: int) -> int:
    """How many numbers all steps of so many networks keep together."""
    return many.steps * many.hidden * networks * 2 * (len(many.cell.gates) + len(many.cell.states))


def seconds(
    cell: Cell, networks: int, hidden: int, steps: int, quantity: str = "last", points: int = 0
) -> float:
    """About how long `flow` takes on one core, for one length and so many networks (M times S).

    points: boundaries at which a Jacobian's singular values are taken.
    """
    once, each_row = PLAIN + hidden * PRODUCT, ROW + hidden * PRODUCT
    rows = hidden * (len(cell.states) if quantity == "state" else 1)
    rows = rows if quantity in JACOBIANS else 0
    passes = steps * len(cell.gates) * (CALLS + networks * hidden * (once + rows * each_row))
    return passes + points * networks * SINGULAR * hidden * hidden * rows


def _flow(many: Stack, quantity: str, lengths: Array, distances: Distances) -> dict[str, Array]:
    done = forward(many)
    if quantity == "share":
        return _shares(done, lengths)
    if quantity in ("total", "last"):
        placement = {"total": "every", "last": "last"}[quantity]
        return _norms(done, lengths, from_losses(done, placement, lengths), length)
    if quantity == "state":
        return _whole(done, lengths, distances)
    size = _spectral if quantity == "spectral" else _frobenius
    return _norms(done, lengths, from_states(done, lengths), _matrices(done, size), distances)


QUANTITIES: Final = ("total", "last", "spectral", "frobenius", "state", "share")
JACOBIANS: Final = ("spectral", "frobenius", "state")
Measure = Callable[[Array], Array]
Distances = Collection[int] | None


def _norms(
    done: Forward,
    lengths: Array,
    steps: Iterator[Step],
    measure: Measure,
    distances: Distances = None,
) -> dict[str, Array]:
    """Measure the gradient of every state at every boundary."""
    many = done.stack
    found = {
        s: np.full((len(lengths), *many.shape, many.steps + 1), np.nan) for s in many.cell.states
    }
    step = None
    for step in steps:
        if distances is None or many.steps - step.t - 1 in distances:
            for s, array in step.total.items():
                sizes = measure(array)
                found[s][: len(sizes), ..., step.t + 1] = sizes
    if step is not None:
        for s, array in step.carried.items():
            found[s][..., 0] = measure(array)
    return found


def _matrices(done: Forward, size: Measure) -> Measure:
    """(L*H, M, S, H) rows -> (L, M, S)."""
    H = done.stack.hidden

    def measure(rows: Array) -> Array:
        return size(rows.reshape(-1, H, *rows.shape[1:]).transpose(0, 2, 3, 1, 4))

    return measure


def _whole(done: Forward, lengths: Array, distances: Distances) -> dict[str, Array]:
    """Spectral norms of ds_n/ds_t: the states before each step, as if they were independent."""
    many = done.stack
    found = np.full((len(lengths), *many.shape, many.steps + 1), np.nan)
    found[np.arange(len(lengths)), ..., lengths] = 1.0
    for part in _together(done, lengths, distances):
        sizes = _spectral(np.concatenate([blocks for _, blocks in part]))
        ends = np.cumsum([len(blocks) for _, blocks in part])
        for (t, _), own in zip(part, np.split(sizes, ends[:-1]), strict=True):
            found[: len(own), ..., t] = own
    return {"s": found}


def _together(
    done: Forward, lengths: Array, distances: Distances
) -> Iterator[list[tuple[int, Array]]]:
    """Boundaries t with ds_n/ds_t (N, M, S, rows, columns): so many at a time that one call of
    LAPACK's has enough to do, and the cache holds them."""
    many, names = done.stack, done.stack.cell.states
    side, part = many.hidden * len(names), list[tuple[int, Array]]()
    for step in from_states(done, lengths, whole=True):
        if distances is None or many.steps - step.t in distances or step.t == 0:
            rows = np.concatenate([step.carried[s] for s in names], axis=-1)
            blocks = rows.reshape(-1, side, *rows.shape[1:]).transpose(0, 2, 3, 1, 4)
            part.append((step.t, blocks))
        if part and (step.t == 0 or len(part) * part[-1][1].size > TOGETHER):
            yield part
            part = []


def _spectral(matrices: Array) -> Array:
    """(..., H, H) -> (...): the largest singular value; inf where a matrix overflowed."""
    found = spectral_norms(matrices.reshape(-1, *matrices.shape[-2:]))
    return np.where(np.isnan(found), np.inf, found).reshape(matrices.shape[:-2])


def _frobenius(matrices: Array) -> Array:
    return length(matrices.reshape(*matrices.shape[:-2], -1))


def _shares(done: Forward, lengths: Array) -> dict[str, Array]:
    """Norm of step t's share of dL/dW_hh: of one sequence it is one outer product per gate."""
    many = done.stack
    found = np.full((len(lengths), *many.shape, many.steps + 1), np.nan)
    for step in from_losses(done, many.placement, lengths):
        asked = {id(v): length(v) for v in done.asked[step.t].values()}
        with np.errstate(all="ignore"):
            parts = [
                length(step.heard[g]) * asked[id(done.asked[step.t][g])] for g in many.cell.gates
            ]
            sizes = length(np.stack(parts, axis=-1))
        found[: len(sizes), ..., step.t + 1] = sizes
    return {"h": found}


# -- what theory says, and the map -------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Of every network's W_hh: spectral radius and largest singular value, (M, S) each."""

    radius: Array
    sigma: Array
    gamma: float  # largest slope of the activation


def spectrum(many: Stack) -> Spectrum | None:
    """For vanilla RNNs; gated cells have no such simple bound."""
    if not isinstance(many.cell, RNN):
        return None
    base, factor = many.weights.weight_hh, np.abs(many.factor)
    radius = np.array([spectral_radius(w) for w in base])
    sigma = np.linalg.norm(base, 2, axis=(1, 2))
    return Spectrum(radius[:, None] * factor, sigma[:, None] * factor, GAMMA[many.cell.activation])


def phase_map(
    e: Experiment,
    scales: Sequence[float],
    lengths: Sequence[int],
    seeds: Sequence[int],
    series: Series | None = None,
    rows: int = 0,
) -> Array:
    """(S, L) log10 of |dL_T/dh_0| / |dL_T/dh_T|, median over seeds: `rows` scales at a time (0: as
    many as memory allows) forward once to the longest T, then one way back for all lengths
    together.  -inf: nothing arrives; inf or nan: it overflowed."""
    longest_first = np.sort(np.asarray(lengths, int))[::-1]
    back = np.argsort(np.argsort(np.asarray(lengths))[::-1])
    many = family(replace(e, steps=int(longest_first[0])), "scale", scales, seeds, series)
    rows = rows or max(1, KEPT // _kept(many, len(seeds)))
    found = []
    for first in range(0, len(scales), rows):
        part = replace(many, factor=many.factor[first : first + rows])
        ratios = log_ratios(forward(part), longest_first)
        found.append(np.median(ratios, axis=1)[back].T)
    return np.concatenate(found)


def log_ratios(done: Forward, lengths: Array) -> Array:
    """(L, M, S) log10 |dL_n/dh_0| / |dL_n/dh_n| for n of `lengths`, longest first."""
    ends = np.full((len(lengths), *done.stack.shape), np.nan)
    starts = ends.copy()
    for step in from_losses(done, "last", lengths):
        joined = lengths[: len(step.total["h"])] == step.t + 1
        if joined.any():
            ends[: len(joined)][joined] = length(step.total["h"][joined])
        if step.t == 0:
            starts[:] = length(step.carried["h"])
    with np.errstate(all="ignore"):
        return np.asarray(np.log10(starts) - np.log10(ends))
