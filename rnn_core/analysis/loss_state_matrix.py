"""Gradient of every step's own loss with respect to every state and every input before it.

One way back carries all losses at once, by the cells' own `step_back` on (N, H) arrays: N losses,
one sequence.  Rows are losses, unweighted, whichever of them the experiment counts; columns are
boundaries 0..T for states and steps for inputs.  A pair that no path joins is nan, not 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from rnn_core.analysis.jacobians import jacobians, norm_matrix
from rnn_core.arrays import Array, length
from rnn_core.engine.cells import Cell
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_price
from rnn_core.engine.scan import equations
from rnn_core.engine.trace import LayerTrace, Record, Trace
from rnn_core.experiment.experiment import Experiment, normalise
from rnn_core.experiment.run import Run, Stage
from rnn_core.experiment.settings import choice, whole

BUDGET = 1e9  # multiplications that all Jacobian products together may cost


@dataclass(frozen=True)
class Pick:
    """Reader's choice on the page: which matrix, a loss and a state of it."""

    of: str = choice(
        "h",
        "Show",
        "Matrix",
        {
            "h": "loss against hidden state",
            "c": "loss against cell state (LSTM)",
            "x": "loss against input",
            "jacobian": "hidden state against hidden state",
        },
        help="The gradient of each step's own loss, or the Jacobian between two hidden states.",
    )
    # picked in the picture, not by a control: shown for no value of `of`
    loss: int = whole(-1, "Loss of step", "Matrix", -1, 200, help="-1: last.", shown={"of": ()})
    state: int = whole(-1, "State", "Matrix", -1, 200, help="-1: the first.", shown={"of": ()})


@dataclass(frozen=True, eq=False, repr=False)
class LossStateMatrix(Record):
    """One layer in one direction.  An encoder and its decoder are one line of steps."""

    cell: Cell
    layer: int
    reverse: bool
    losses: Array  # (N,) the steps, from 1, that have a loss of their own
    norms: Mapping[str, Array]  # state -> (N, T+1) norm of dL_n/ds_k, all of it
    totals: Mapping[str, Array]  # state -> (T+1, H) the vectors summed over the losses
    inputs: Array  # (N, T) norm of dL_n/dx_k, x what the layer (both directions of it) reads
    input_totals: Array  # (T, D)

    @property
    def steps(self) -> int:
        return int(self.inputs.shape[1])


def essential(e: Experiment) -> Experiment:
    """The settings that the matrix depends on: all but the placement, reduction, truncation and
    clipping of the loss's gradient."""
    plain = replace(e, window=0, placement="last", reduction="sum", clip="off")
    return normalise(plain)


def seconds(done: Run) -> float:
    """About how long `loss_state_matrix` takes, on one core: one way back for every step's loss."""
    N = done.stages[-1].x.shape[1]
    prices = (network_price(stage.network, stage.x.shape[1], N) for stage in done.stages)
    return sum(price.seconds for price in prices)


def loss_state_matrix(done: Run, asked: Array | None = None) -> tuple[LossStateMatrix, ...]:
    """dL_n/ds_k of every step's loss and state, for every layer in the order of `Trace.layers`.

    asked (N, O) takes the place of each loss's slope dL_n/dlogits_n: what else step n is asked for.
    """
    last = done.stages[-1]
    N = last.x.shape[1]
    found: list[list[LossStateMatrix]] = []
    final: Sequence[Mapping[str, Array]] | None = None
    for stage in reversed(done.stages):
        layers = _back(stage, N, final, asked)
        found.insert(0, [each.credit for each in layers])
        final = [each.carried for each in layers]
    before = sum(stage.x.shape[1] for stage in done.stages[:-1])
    return tuple(_joined(parts, before) for parts in zip(*found, strict=True))


class _Layer:
    """The way back through one layer in one direction, for N losses at once."""

    def __init__(self, trace: LayerTrace, live: Array, final: Mapping[str, Array] | None):
        N, T = live.shape
        H, names = trace.weights.weight_hh.shape[1], trace.cell.states
        self.trace, self.live = trace, live
        self.carried = {s: np.zeros((N, H)) for s in names} if final is None else dict(final)
        self.norms = {s: np.full((N, T + 1), np.nan) for s in names}
        self.totals = {s: np.zeros((T + 1, H)) for s in names}
        self.dx = np.zeros((N, T, trace.x.shape[2]))
        _, self.U, self.P = equations(trace.cell, trace.weights)
        self.past = {s: trace.before(s)[0] for s in names}
        self.now = {g: a[0] for g, a in trace.gates.items()}
        self.now |= {s: trace.after(s)[0] for s in names}

    @property
    def order(self) -> range:
        """Steps in the order of the backward pass."""
        T = self.live.shape[1]
        return range(T) if self.trace.reverse else range(T - 1, -1, -1)

    def back(self, t: int, dh: Array) -> Array:
        """dh (N, H): what the losses say of h_t alone -> (N, D) dL/dx_t; zeros for losses that
        step t cannot reach."""
        breathe()
        rows = _rows(self.live[:, t])
        d = {s: a[rows] for s, a in self.carried.items()}
        d["h"] = d["h"] + dh[rows]
        past, now = ({n: a[t] for n, a in each.items()} for each in (self.past, self.now))
        du, before, total = self.trace.cell.step_back(
            SimpleNamespace(**d), self.U, self.P, SimpleNamespace(**past), SimpleNamespace(**now)
        )
        for s in self.carried:
            self._note(s, t if self.trace.reverse else t + 1, rows, total[s])
            self.carried[s][rows] = before[s]
        asked = np.concatenate([du[g] for g in self.trace.cell.gates], axis=-1)
        self.dx[rows, t] = asked @ self.trace.weights.weight_ih
        return self.dx[:, t]

    def _note(self, state: str, boundary: int, rows: slice, gradient: Array) -> None:
        self.norms[state][rows, boundary] = length(gradient)
        self.totals[state][boundary] = gradient.sum(0)

    def finish(self) -> None:
        """The initial state: what is left when every step has been passed."""
        start = self.live.shape[1] if self.trace.reverse else 0
        for s, carried in self.carried.items():
            self._note(s, start, _rows(self.live[:, self.order[-1]]), carried)

    def read(self, dx: Array, live: Array) -> None:
        """The layer's inputs hear from both of its directions."""
        norms = np.stack([_norms(each) for each in dx])
        self.credit = LossStateMatrix(
            self.trace.cell,
            self.trace.layer,
            self.trace.reverse,
            np.arange(1, len(dx) + 1),
            self.norms,
            self.totals,
            np.where(live, norms, np.nan),
            dx.sum(0),
        )


def _norms(dx: Array) -> Array:
    breathe()
    return length(dx)


def _rows(live: Array) -> slice:
    """The losses that are under way: they are neighbours."""
    found = np.flatnonzero(live)
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


def _back(
    stage: Stage, N: int, final: Sequence[Mapping[str, Array]] | None, asked: Array | None = None
) -> list[_Layer]:
    """All layers of a stage; `final`: what each layer's last states hear from a decoder."""
    trace, network = stage.trace, stage.network
    E = np.zeros((N, trace.logits.shape[-1]))
    if network.output_size:
        E = network.head.dlogits(trace.logits, stage.targets)[0] if asked is None else asked
    with np.errstate(all="ignore"):
        if trace.fed:
            return _fed(network, trace, E, final)
        return _stacked(network, trace, E, final)


def _stacked(
    network: Network, trace: Trace, E: Array, final: Sequence[Mapping[str, Array]] | None
) -> list[_Layer]:
    """From the top layer down; all steps of a layer before the layer below.

    E (N, O): what loss n says of its own step's output."""
    N, T, sides = len(E), trace.features.shape[1], len(network.reverses)
    below = np.eye(N, T, dtype=bool) if final is None else np.ones((N, T), bool)
    dfeatures = _at_own_steps(network, E, T) if network.output_size else None
    starts: Sequence[Mapping[str, Array] | None] = final or [None] * len(trace.layers)
    found: list[_Layer] = []
    for first in reversed(range(0, len(trace.layers), sides)):
        H = network.hidden_size
        layers = [
            _Layer(trace.layers[k], _reach(below, trace.layers[k].reverse), starts[k])
            for k in range(first, first + sides)
        ]
        for side, layer in enumerate(layers):
            for t in layer.order:
                part = slice(side * H, (side + 1) * H)
                layer.back(t, np.zeros((N, H)) if dfeatures is None else dfeatures[:, t, part])
        dfeatures = _finish(layers)
        below = np.logical_or.reduce([layer.live for layer in layers])
        found[:0] = layers
    return found


def _at_own_steps(network: Network, E: Array, T: int) -> Array:
    """(N, T, F) what each loss says of every step's features: of its own alone."""
    found = np.zeros((len(E), T, network.weights["readout.weight"].shape[1]))
    found[np.arange(T), np.arange(T)] = E @ network.weights["readout.weight"]
    return found


def _fed(
    network: Network, trace: Trace, E: Array, final: Sequence[Mapping[str, Array]] | None
) -> list[_Layer]:
    """Step by step: each step's output was the next one's input."""
    N, T = len(E), trace.features.shape[1]
    live = _reach(np.eye(N, T, dtype=bool), False)
    starts: Sequence[Mapping[str, Array] | None] = final or [None] * len(trace.layers)
    layers = [_Layer(t, live, start) for t, start in zip(trace.layers, starts, strict=True)]
    dx = None
    for t in reversed(range(T)):
        dz = np.where(np.arange(N)[:, None] == t, E, 0.0)
        if dx is not None:
            logits = np.broadcast_to(trace.logits[0, t], dz.shape)
            dz += network.head.backward_outputs(logits, dx)
        d = dz @ network.weights["readout.weight"]
        for layer in reversed(layers):
            d = layer.back(t, d)
        dx = d
    for layer in layers:
        _finish([layer])
    return layers


def _finish(layers: list[_Layer]) -> Array:
    dx = layers[0].dx
    for layer in layers[1:]:
        dx = dx + layer.dx
    live = np.logical_or.reduce([layer.live for layer in layers])
    for layer in layers:
        layer.finish()
        layer.read(dx, live)
    return np.asarray(dx)


def _reach(below: Array, reverse: bool) -> Array:
    """(N, T) which step's state a loss can depend on, if it depends on these outputs."""
    if reverse:
        return np.asarray(np.logical_or.accumulate(below, axis=1))
    return np.asarray(np.logical_or.accumulate(below[:, ::-1], axis=1)[:, ::-1])


def _joined(parts: tuple[LossStateMatrix, ...], before: int) -> LossStateMatrix:
    """An encoder's and a decoder's steps in one line; the state handed over is one state."""
    first, *rest = parts
    names = first.cell.states
    return LossStateMatrix(
        first.cell,
        first.layer,
        first.reverse,
        first.losses + before,
        {s: np.hstack([first.norms[s], *(p.norms[s][:, 1:] for p in rest)]) for s in names},
        {s: np.vstack([first.totals[s], *(p.totals[s][1:] for p in rest)]) for s in names},
        np.hstack([p.inputs for p in parts]),
        _filled_up([p.input_totals for p in parts]),
    )


def _filled_up(rows: list[Array]) -> Array:
    """One below the other; an encoder's inputs may be more than its decoder's: zeros fill up."""
    widest = max(r.shape[1] for r in rows)
    return np.vstack([np.pad(r, ((0, 0), (0, widest - r.shape[1]))) for r in rows])


# -- what truncated BPTT leaves ----------------------------------------------------------------


def kept(done: Run, which: int, window: int) -> Array | None:
    """(N, T+1) whether truncated BPTT still joins a loss and a state; False where it cuts, or where
    nothing joins them anyway.

    None for a layer below a bidirectional one: there some of the ways are cut and others not."""
    last = done.stages[-1]
    trace = last.trace.layers[which]
    if len(last.network.reverses) > 1 and trace.layer < last.trace.layers[-1].layer:
        return None
    N, between = last.x.shape[1], kept_states(done, which, window)
    T = len(between) - 1
    losses = np.arange(T - N, T) if trace.reverse else np.arange(T - N + 1, T + 1)
    return between[losses]


def kept_states(done: Run, which: int, window: int) -> Array:
    """(T+1, T+1) whether the way from boundary t of a layer back to boundary k is left."""
    cuts = np.concatenate([_cuts(stage.x.shape[1], window) for stage in done.stages])
    passed = np.concatenate([[0], np.cumsum(cuts)])  # passed[b]: cuts at boundaries below b
    k = np.arange(len(cuts) + 1)
    joined = (k <= k[:, None]) & (passed[:, None] - passed <= 0)
    return joined[::-1, ::-1] if done.stages[-1].trace.layers[which].reverse else joined


def _cuts(steps: int, window: int) -> Array:
    """(T,) whether the way back is cut at boundary 0..T-1, in reading order."""
    boundaries = np.arange(steps)
    return (boundaries % window == 0) & (boundaries > 0) if window else boundaries < 0


# -- the Jacobian between any two states -------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Reach(Record):
    """Frobenius norm of dh_t/dh_k between some boundaries, the inputs held fixed."""

    boundaries: Array  # (n,)
    norms: Array  # (n, n) row t, column k; nan where h_t does not depend on h_k
    every: int


def reach(done: Run, which: int) -> Reach:
    """Between all boundaries of one layer; where that costs too much, between every so many-th."""
    traces = [stage.trace.layers[which] for stage in done.stages]
    steps = np.concatenate([jacobians(trace) for trace in traces])
    T, S, H = len(steps), steps.shape[1], traces[0].weights.weight_hh.shape[1]
    every = max(1, int(np.ceil(np.sqrt(T * T / 2 * H * S * S / BUDGET))))
    norms = norm_matrix(_blocks(steps, every), H)
    norms[np.isnan(norms)] = np.inf  # an overflow
    norms[np.triu_indices(len(norms), 1)] = np.nan
    boundaries = np.unique([0, *range(T, 0, -every)])
    if traces[0].reverse:
        boundaries, norms = T - boundaries[::-1], norms[::-1, ::-1]
    return Reach(boundaries, norms, every)


def _blocks(steps: Array, every: int) -> Array:
    """Products of so many neighbours; a shorter one comes first."""
    if every == 1:
        return steps
    rest, blocks = len(steps) % every, []
    starts = [0] * bool(rest) + list(range(rest, len(steps), every))
    with np.errstate(all="ignore"):
        for start, stop in zip(starts, [*starts[1:], len(steps)], strict=True):
            product = steps[start]
            breathe()
            for step in steps[start + 1 : stop]:
                product = step @ product
            blocks.append(product)
    return np.stack(blocks)
