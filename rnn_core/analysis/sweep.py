"""Many networks of one shape at once, and the gradient norms at every boundary of each.

A `Stack` is M draws of one layer, and of every draw S settings that share its matrices: W_hh times
a factor, a gate's bias shifted.  The cells' own text runs on all of them at once.  Arrays are
(M, S, H) on the way forward and (N, M, S, H) on the way back, where N things are pulled back
through the same forward pass: the losses of N sequence lengths, or the rows of a Jacobian.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from rnn_core.analysis.jacobians import GAMMA, singular_values
from rnn_core.arrays import Array
from rnn_core.arrays import length as length
from rnn_core.engine.cells import RNN, Cell
from rnn_core.engine.graph import PEEPHOLES, namespace
from rnn_core.engine.initialise import spectral_radius
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.program import program
from rnn_core.engine.readout import READOUTS, Readout, loss_weights, parse_steps
from rnn_core.engine.scan import Listening, Weights
from rnn_core.engine.wiring import WIRINGS, Part
from rnn_core.experiment.experiment import Experiment, matters
from rnn_core.experiment.inputs import Series, longest, make_sequence
from rnn_core.experiment.run import (
    initial_states,
    make_cell,
    make_networks,
    make_parts,
    readout_of,
)

NEUTRAL: Final = {"scale": 1.0, "gain": 1.0, "forget_bias": 0.0, "update_bias": 0.0}
KNOBS: Final = (*NEUTRAL, "steps")  # the settings a sweep can turn
SIMPLE: Final = ("many-to-many", "many-to-one", "one-to-many-first")
# Seconds, measured on one core: a number of one gate made and pulled back, one more row of a
# Jacobian pulled back, a multiplication of either's product, one of singular values, and what
# NumPy's calls take for a gate and a step.
PLAIN, ROW, PRODUCT, SINGULAR, CALLS = 20e-9, 5e-9, 0.06e-9, 1e-9, 30e-6
KEPT: Final = 1 << 22  # numbers that all steps keep together: 32 MB
TOGETHER: Final = 1 << 17  # numbers per array of a step: more of them leave the cache


@dataclass(frozen=True, eq=False)
class Stack:
    """M networks of one layer, S settings of each, and what they read.  Frozen arrays."""

    cell: Cell
    head: Readout
    weights: Weights  # PyTorch's layout behind an axis M: weight_hh (M, G*H, H), ...
    readout: tuple[Array, Array]  # (M, O, H) and (M, O)
    x: Array  # (M, T, D)
    targets: Array  # (M, T, O)
    initial: Mapping[str, Array]  # (M, H)
    placement: str  # where the experiment has its loss, how losses are counted, the chosen steps
    reduction: str
    chosen: tuple[int, ...]
    window: int
    factor: Array = field(default_factory=lambda: np.ones(1))  # (S,) times W_hh
    shifts: Mapping[str, Array] = field(default_factory=dict)  # gate -> (S,), added to its bias

    @property
    def steps(self) -> int:
        return int(self.x.shape[1])

    @property
    def hidden(self) -> int:
        return int(self.weights.weight_hh.shape[2])

    @property
    def shape(self) -> tuple[int, int]:
        """(M, S)."""
        return len(self.x), max([len(self.factor), *(len(s) for s in self.shifts.values())])

    def part(self, start: int, stop: int) -> Stack:
        """Some of the draws."""
        some = slice(start, stop)
        weights = Weights(*(None if w is None else w[some] for w in self.weights))  # type: ignore[arg-type]
        weight, bias = self.readout
        return replace(
            self,
            weights=weights,
            readout=(weight[some], bias[some]),
            x=self.x[some],
            targets=self.targets[some],
            initial={s: a[some] for s, a in self.initial.items()},
        )


def simple(e: Experiment) -> tuple[Experiment, tuple[str, ...]]:
    """The nearest experiment with one forward layer that reads what it is given, and what changed.

    A sweep compares single layers: with more of them there is more than one way back."""
    notes = []
    if e.layers > 1 or e.direction != "forward":
        notes.append("one forward layer")
    if e.wiring not in SIMPLE:
        notes.append("many to many")
    wiring = e.wiring if e.wiring in SIMPLE else "many-to-many"
    return replace(e, layers=1, direction="forward", wiring=wiring), tuple(notes)


def stack(experiments: Sequence[Experiment], series: Series | None = None) -> Stack:
    """Networks of different weights and inputs, but of one cell and shape; S = 1."""
    e = experiments[0]
    alike = {(make_cell(o), o.hidden, o.wiring, o.source, o.text, o.steps) for o in experiments}
    if len(alike) > 1 or any(simple(o)[1] for o in experiments):
        raise ValueError(
            "sweep: expected experiments of one cell, size, wiring and input, each with one "
            "forward layer and no fed-back output; got different or other ones. Run them singly."
        )
    made = [_made(o, series) for o in experiments]
    columns = zip(*(network.layers[0] for network, _, _ in made), strict=True)
    readout = [[n.weights[f"readout.{name}"] for n, _, _ in made] for name in ("weight", "bias")]
    return Stack(
        make_cell(e),
        READOUTS[readout_of(e)],
        Weights(*(None if c[0] is None else np.stack(c) for c in columns)),  # type: ignore[arg-type]
        (np.stack(readout[0]), np.stack(readout[1])),
        np.stack([part.x[0] for _, part, _ in made]),
        np.stack([part.targets[0] for _, part, _ in made]),
        {s: np.stack([start[s] for _, _, start in made]) for s in make_cell(e).states},
        WIRINGS[e.wiring].placement or e.placement,
        e.reduction,
        parse_steps(e.chosen),
        e.window,
    )


def _made(e: Experiment, series: Series | None) -> tuple[Network, Part, dict[str, Array]]:
    """Network, inputs with targets, and initial state (H,), as `run` makes them."""
    steps = min(e.steps, longest(e.source, series) or e.steps)
    sequence = make_sequence(
        e.source, steps, text=e.text, seed=e.seed, series=series, readout=readout_of(e)
    )
    parts = make_parts(e, WIRINGS[e.wiring], sequence)
    (network,) = make_networks(e, parts, sequence)
    start = initial_states(e, network) or {}
    initial = {s: start[s][0, 0] if start else np.zeros(e.hidden) for s in network.cell.states}
    return network, parts[0], initial


def family(
    e: Experiment,
    knob: str,
    values: Sequence[float],
    seeds: Sequence[int],
    series: Series | None = None,
) -> Stack:
    """One experiment with `knob` at each of `values` and each seed: M = seeds, S = values.

    S = 1 where the knob changes nothing.  For "steps" the stack has the longest of them; give the
    lengths to `flow` or `phases`.
    """
    if knob not in KNOBS:
        raise ValueError(f"knob: expected one of {', '.join(KNOBS)}; got {knob!r}")
    if knob == "steps":
        e = replace(e, steps=int(max(values)))
    elif matters(e, knob):
        e = replace(e, **{knob: NEUTRAL[knob]})  # type: ignore[arg-type]
    drawn = stack([replace(e, seed=s) for s in seeds], series)
    if knob == "steps" or not matters(e, knob):
        return drawn
    numbers = np.asarray(values, float)
    if knob in ("scale", "gain"):
        return replace(drawn, factor=numbers)
    return replace(drawn, shifts={knob.removesuffix("_bias"): numbers})


# -- the cells' text on many networks ----------------------------------------------------------


class _Stacked:
    """One gate's W_hh for all networks: v (..., M, S, H) -> W v + b, and d -> W^T d."""

    def __init__(self, weight: Array, bias: Array, factor: Array):
        self.weight, self.across = weight, np.ascontiguousarray(weight.swapaxes(1, 2))
        self.bias, self.factor = bias[:, None], factor[:, None]
        self.plain = bool((factor == 1).all())

    def __call__(self, v: Array) -> Array:
        return self._product(v, self.across) + self.bias

    def T(self, d: Array) -> Array:
        return self._product(d, self.weight)

    def _product(self, v: Array, weight: Array) -> Array:
        if v.ndim == 4 and len(v) > 1:  # N becomes rows of the product: few large ones are quicker
            N, M, S, H = v.shape
            rows = v.transpose(1, 0, 2, 3).reshape(M, N * S, H)
            found = np.matmul(rows, weight).reshape(M, N, S, H).transpose(1, 0, 2, 3)
        else:
            found = np.matmul(v, weight)
        return found if self.plain else found * self.factor


class _Shared:
    """U: one stacked product for all gates that ask about the same v, and what each asked about."""

    def __init__(self, cell: Cell, weights: Weights, factor: Array):
        inner = program(cell).inner
        outer = [g for g in cell.gates if g not in inner]
        self.asked: dict[str, Array] = {}
        for gate in inner:
            setattr(self, gate, self._alone(gate, _product(cell, weights, factor, [gate])))
        together, H = _product(cell, weights, factor, outer), weights.weight_hh.shape[2]
        self._answer: tuple[Any, Any] = (None, None)
        for k, gate in enumerate(outer):
            setattr(self, gate, self._block(gate, together, slice(k * H, (k + 1) * H)))

    def _block(self, gate: str, together: _Stacked, block: slice) -> Callable[[Array], Array]:
        def ask(v: Array) -> Array:
            self.asked[gate] = v
            if self._answer[0] is not v:
                self._answer = v, together(v)
            return np.asarray(self._answer[1][..., block])

        return ask

    def _alone(self, gate: str, product: _Stacked) -> Callable[[Array], Array]:
        def ask(v: Array) -> Array:
            self.asked[gate] = v
            return product(v)

        return ask


def _product(cell: Cell, weights: Weights, factor: Array, gates: Sequence[str]) -> _Stacked:
    """The product of some gates' blocks of W_hh."""
    H = weights.weight_hh.shape[2]
    rows = np.concatenate([np.arange(H) + H * cell.gates.index(g) for g in gates])
    return _Stacked(weights.weight_hh[:, rows], weights.bias_hh[:, rows], factor)


def _apart(cell: Cell, weights: Weights, factor: Array) -> Any:
    """U for the way back: every gate by itself."""
    return namespace({g: _product(cell, weights, factor, [g]) for g in cell.gates})


def _peepholes(cell: Cell, weights: Weights) -> Any:
    rows: dict[str, Any] = dict.fromkeys(PEEPHOLES, 0.0)
    if weights.weight_ph is not None:
        rows |= {g: weights.weight_ph[:, k, None] for k, g in enumerate(cell.peepholes)}
    return namespace(rows)


@dataclass(frozen=True, eq=False)
class Forward:
    """Record of the forward pass: states before each step, gates and states after it."""

    stack: Stack
    states: Mapping[str, list[Array]]  # T+1 of (M, S, H)
    now: list[SimpleNamespace]
    asked: list[dict[str, Array]]  # gate -> v of U(v), of every step

    @property
    def features(self) -> Array:
        """(T, M, S, H) the hidden states the readout sees."""
        return np.stack(self.states["h"][1:])


def _inputs(many: Stack) -> dict[str, Array]:
    """gate -> (T, M, S or 1, H) what the input asks."""
    weights, H = many.weights, many.hidden
    asked = np.matmul(many.x, weights.weight_ih.swapaxes(1, 2)) + weights.bias_ih[:, None]
    asked = asked.transpose(1, 0, 2)[:, :, None]
    found = {g: asked[..., k * H : (k + 1) * H] for k, g in enumerate(many.cell.gates)}
    return {g: u + many.shifts[g][:, None] if g in many.shifts else u for g, u in found.items()}


def forward(many: Stack) -> Forward:
    """The whole sequence through all networks, by the cell's own `step`."""
    cell, u = many.cell, _inputs(many)
    U, P = _Shared(cell, many.weights, many.factor), _peepholes(cell, many.weights)
    shape = (*many.shape, many.hidden)
    past = {s: np.broadcast_to(many.initial[s][:, None], shape) for s in cell.states}
    states, now, asked = {s: [a] for s, a in past.items()}, [], []
    with np.errstate(all="ignore"):
        for t in range(many.steps):
            breathe()
            inputs = namespace({g: a[t] for g, a in u.items()})
            gates, after = cell.step(inputs, U, P, namespace(past))
            past = dict(after)
            for s, array in past.items():
                states[s].append(array)
            now.append(namespace({**gates, **past}))
            asked.append(dict(U.asked))
    return Forward(many, states, now, asked)


@dataclass(frozen=True, eq=False)
class Step:
    """One step on the way back: totals dL/ds_t after step t, and what W_hh^T was applied to."""

    t: int  # from 0
    total: Mapping[str, Array]  # (N, M, S, H)
    carried: Mapping[str, Array]  # (N, M, S, H) dL/ds before the step, from this step on
    heard: Mapping[str, Array]


def pull_back(
    done: Forward,
    enter: Callable[[int], Mapping[str, Array] | None],
    own: Callable[[int, int], Array | None],
    window: int = 0,
) -> Iterator[Step]:
    """From the last step to the first, by the cell's own `step_back`.

    enter(t): state -> (n, M, S, H) gradients that join at state t + 1, behind those under way (a
    state that is not named gets zeros);
    own(t, N): what step t's own output adds to all N of them.
    """
    many = done.stack
    cell, shape = many.cell, (*many.shape, many.hidden)
    U = Listening(_apart(cell, many.weights, many.factor), cell.gates)
    P, carried = _peepholes(cell, many.weights), {s: np.zeros((0, *shape)) for s in cell.states}
    for t in range(many.steps - 1, -1, -1):
        breathe()
        fresh = enter(t)
        if fresh is not None:
            none = np.zeros_like(fresh["h"])
            carried = {s: _joined(a, fresh.get(s, none)) for s, a in carried.items()}
        N = len(carried["h"])
        if not N:
            continue
        added = own(t, N)
        d = carried if added is None else carried | {"h": carried["h"] + added}
        past = namespace({s: a[t] for s, a in done.states.items()})
        with np.errstate(all="ignore"):
            _, before, total = cell.step_back(namespace(d), U, P, past, done.now[t])
        carried = dict(before)
        if window and t and t % window == 0:
            carried = {s: np.zeros_like(a) for s, a in carried.items()}
        yield Step(t, total, carried, U.heard)


def _joined(some: Array, more: Array) -> Array:
    return np.concatenate([some, more]) if len(some) else more


# -- the four quantities -----------------------------------------------------------------------


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
    many: Stack, quantity: str, lengths: Sequence[int] | None = None, *, every: int = 1
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
    every     measured only at every so many-th boundary from the end, and at the start
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"quantity: expected one of {', '.join(QUANTITIES)}; got {quantity!r}")
    asked = np.asarray([many.steps] if lengths is None else lengths, int)
    order = np.argsort(-asked, kind="stable")
    parts = [
        _flow(many.part(start, start + size), quantity, asked[order], every)
        for size in [_draws_together(many, quantity, len(asked))]
        for start in range(0, many.shape[0], size)
    ]
    back = np.argsort(order, kind="stable")
    return {s: np.concatenate([p[s] for p in parts], axis=1)[back] for s in parts[0]}


def _draws_together(many: Stack, quantity: str, lengths: int) -> int:
    rows = many.hidden if quantity in JACOBIANS else 1
    draw = many.hidden * many.shape[1]
    kept = many.steps * draw * 2 * (len(many.cell.gates) + len(many.cell.states))
    return max(1, min(TOGETHER // (draw * rows * lengths), KEPT // kept))


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


def _flow(many: Stack, quantity: str, lengths: Array, every: int) -> dict[str, Array]:
    done = forward(many)
    if quantity == "share":
        return _shares(done, lengths)
    if quantity in ("total", "last"):
        placement = {"total": "every", "last": "last"}[quantity]
        return _norms(done, lengths, from_losses(done, placement, lengths), length)
    if quantity == "state":
        return _whole(done, lengths, every)
    size = _spectral if quantity == "spectral" else _frobenius
    return _norms(done, lengths, from_states(done, lengths), _matrices(done, size), every)


QUANTITIES: Final = ("total", "last", "spectral", "frobenius", "state", "share")
JACOBIANS: Final = ("spectral", "frobenius", "state")
Measure = Callable[[Array], Array]


def _norms(
    done: Forward, lengths: Array, steps: Iterator[Step], measure: Measure, every: int = 1
) -> dict[str, Array]:
    """Measure the gradient of every state at every boundary."""
    many = done.stack
    found = {
        s: np.full((len(lengths), *many.shape, many.steps + 1), np.nan) for s in many.cell.states
    }
    step = None
    for step in steps:
        if (many.steps - step.t - 1) % every == 0:
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


def _whole(done: Forward, lengths: Array, every: int) -> dict[str, Array]:
    """Spectral norms of ds_n/ds_t: the states before each step, as if they were independent."""
    many, names = done.stack, done.stack.cell.states
    side = many.hidden * len(names)
    found = np.full((len(lengths), *many.shape, many.steps + 1), np.nan)
    found[np.arange(len(lengths)), ..., lengths] = 1.0
    for step in from_states(done, lengths, whole=True):
        if (many.steps - step.t) % every == 0 or step.t == 0:
            rows = np.concatenate([step.carried[s] for s in names], axis=-1)
            blocks = rows.reshape(-1, side, *rows.shape[1:]).transpose(0, 2, 3, 1, 4)
            found[: len(blocks), ..., step.t] = _spectral(blocks)
    return {"s": found}


def _spectral(matrices: Array) -> Array:
    """(..., H, H) -> (...): the largest singular value; inf where a matrix overflowed."""
    found = singular_values(matrices.reshape(-1, *matrices.shape[-2:]))[:, 0]
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
    rows: int = 5,
) -> Array:
    """(S, L) log10 of |dL_T/dh_0| / |dL_T/dh_T|, median over seeds: a few scales at a time forward
    once to the longest T, then one way back for all lengths together.  -inf: nothing arrives; inf
    or nan: it overflowed."""
    longest_first = np.sort(np.asarray(lengths, int))[::-1]
    back = np.argsort(np.argsort(np.asarray(lengths))[::-1])
    many = family(replace(e, steps=int(longest_first[0])), "scale", scales, seeds, series)
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
