"""A recurrent network: layers of one cell, a direction, a readout; weights by PyTorch's names.

>>> network = Network.create(LSTM(), input_size=4, hidden_size=16, output_size=4)
>>> trace = network.forward(x)                    # x (B, T, D); every state and gate is in it
>>> gradient = network.backward(trace, dlogits)   # every dL/dh_t, dL/dc_t and weight gradient
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.closed_loop import backward_fed, forward_fed
from rnn_core.engine.dispatch import kernel
from rnn_core.engine.incoming import cell_of, lengths_of, numbers, one_of, shaped, states_of, whole
from rnn_core.engine.initialise import initialise, initialise_readout
from rnn_core.engine.pace import breathe
from rnn_core.engine.readout import READOUTS, Readout
from rnn_core.engine.reference import (
    CellAt,
    LayerBackward,
    LayerForward,
    back_layer,
    run_layer,
    weight_gradients,
)
from rnn_core.engine.scan import Back, Weights
from rnn_core.engine.state_dict import DIRECTIONS as DIRECTIONS
from rnn_core.engine.state_dict import complete, endings
from rnn_core.engine.trace import Gradient, LayerGradient, LayerTrace, Seeds, Trace


class LayerBack(NamedTuple):
    """One layer's way back in one direction: the record, and its weights' gradient."""

    record: LayerGradient
    weights: Weights


@dataclass(frozen=True, eq=False)
class Network:
    """A recurrent network: layers of one cell, stacked ("cascaded"), and a readout.

    Directions read left to right, right to left, or both side by side.  Frozen: `load_state_dict`
    gives a new one.
    """

    cell: Cell
    weights: Mapping[str, Array]
    direction: str = "forward"
    readout: str = "softmax"
    at: CellAt | None = None  # each step's cell where it is not `cell` at all of them: held gates

    def __post_init__(self) -> None:
        cell_of(self.cell)
        one_of("readout", self.readout, READOUTS)
        found = complete(self.cell, self.weights, self.direction)
        object.__setattr__(self, "weights", MappingProxyType(found))

    @classmethod
    def create(
        cls,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        layers: int = 1,
        direction: str = "forward",
        readout: str = "softmax",
        init: str = "pytorch",
        gain: float = 1.0,
        seed: int | np.random.Generator = 0,
    ) -> Network:
        """Draw the weights.  `output_size` 0 makes a network without readout (an encoder)."""
        cell, rng = cell_of(cell), np.random.default_rng(seed)
        one_of("direction", direction, DIRECTIONS)
        weights: dict[str, Array] = {}
        sides, P = len(DIRECTIONS[direction]), len(cell.peepholes)
        for k, ending in enumerate(endings(whole("layers", layers, 1), direction)):
            size = input_size if k < sides else hidden_size * sides
            drawn = initialise(init, cell.gates, size, hidden_size, rng, gain=gain, peepholes=P)
            weights |= {name + ending: array for name, array in drawn.items()}
        if whole("output_size", output_size, 0):
            drawn = initialise_readout(init, hidden_size * sides, output_size, rng)
            weights |= {f"readout.{name}": array for name, array in drawn.items()}
        return cls(cell, weights, direction, readout)

    # -- shape and weights -----------------------------------------------------------------

    def __repr__(self) -> str:
        sizes = f"D={self.input_size}, H={self.hidden_size}, O={self.output_size}"
        depth = len(self.layers) // len(self.reverses)
        held = "" if self.at is None else f", at={self.at}"
        return (
            f"Network({self.cell}, {sizes}, layers={depth}, direction={self.direction!r}, "
            f"readout={self.readout!r}, {self.dtype}{held})"
        )

    def cell_at(self, t: int) -> Cell:
        """The cell of step t, from 0."""
        return self.cell if self.at is None else self.at(t)

    @property
    def reverses(self) -> tuple[bool, ...]:
        return DIRECTIONS[self.direction]

    @cached_property
    def layers(self) -> tuple[Weights, ...]:
        """The weights of every layer and direction, in the order of `Trace.layers`."""
        depth = sum(name.startswith("weight_hh_l") for name in self.weights) // len(self.reverses)
        return tuple(
            Weights(*(self.weights.get(name + ending) for name in Weights._fields))  # type: ignore[arg-type]
            for ending in endings(depth, self.direction)
        )

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64: the weights' type, and that of everything computed with them."""
        return self.layers[0].weight_hh.dtype

    @property
    def input_size(self) -> int:
        return int(self.layers[0].weight_ih.shape[1])

    @property
    def hidden_size(self) -> int:
        return int(self.layers[0].weight_hh.shape[1])

    @property
    def output_size(self) -> int:
        weight = self.weights.get("readout.weight")
        return 0 if weight is None else len(weight)

    def state_dict(self) -> dict[str, Array]:
        """Copies of all weights under PyTorch's names, gates stacked in PyTorch's order."""
        return {name: array.copy() for name, array in self.weights.items()}

    def load_state_dict(self, weights: Mapping[str, Any]) -> Network:
        """The same network with these weights; names and shapes must be this network's own.

        A missing bias is zeros, as in the constructor.
        """
        for name in {*weights} ^ {*self.weights}:
            if name in self.weights and "bias" in name:
                continue
            problem = "is missing" if name in self.weights else "is not a weight of this network"
            raise ValueError(f"{name} {problem}; expected {', '.join(self.weights)}")
        for name, array in weights.items():
            if np.shape(array) != self.weights[name].shape:
                raise ValueError(
                    f"{name}: expected shape {self.weights[name].shape}, got {np.shape(array)}"
                )
        return replace(self, weights=weights)

    # -- forward ---------------------------------------------------------------------------

    def forward(
        self, x: Array, lengths: Any = None, initial: Mapping[str, Array] | None = None
    ) -> Trace:
        """x (B, T, D); lengths (B,) of a padded batch; initial states (L*dirs, B, H) or zero."""
        x, lengths = self._check_input(x, lengths)
        starts = self._starts(initial, len(x))
        traces: list[LayerTrace] = []
        features = x
        for first in range(0, len(self.layers), len(self.reverses)):
            sides = [
                self._run_layer(k, features, lengths, {s: a[k] for s, a in starts.items()})
                for k in range(first, first + len(self.reverses))
            ]
            traces += sides
            after = [side.after("h") for side in sides]
            features = after[0] if len(after) == 1 else np.concatenate(after, axis=-1)
        logits = self.logits(features)
        return Trace(self, tuple(traces), lengths, features, logits, self.outputs(logits))

    def logits(self, features: Array) -> Array:
        """(..., F) features -> (..., O); O = 0 without a readout."""
        features = numbers("features", features, self.dtype)
        if features.shape[-1:] != (self.feature_size,):
            raise ValueError(
                f"features: expected (..., {self.feature_size}), the top layer's states; "
                f"got {features.shape}"
            )
        if not self.output_size:
            return np.zeros((*features.shape[:-1], 0), features.dtype)
        with np.errstate(all="ignore"):
            weight, bias = self.weights["readout.weight"], self.weights["readout.bias"]
            return np.asarray(features @ weight.T + bias)

    @property
    def feature_size(self) -> int:
        """F, what the readout sees of a step: H, or 2H of a bidirectional network."""
        return self.hidden_size * len(self.reverses)

    @property
    def head(self) -> Readout:
        """The readout's activation and loss."""
        return READOUTS[self.readout]

    def outputs(self, logits: Array) -> Array:
        """(..., O) logits -> (..., O) outputs of the readout's activation."""
        logits = numbers("logits", logits, self.dtype)
        if logits.shape[-1:] != (self.output_size,):
            raise ValueError(f"logits: expected (..., {self.output_size}); got {logits.shape}")
        return self.head.outputs(logits) if self.output_size else logits.copy()

    def _starts(self, initial: Mapping[str, Array] | None, B: int) -> dict[str, Array]:
        shape, names = (len(self.layers), B, self.hidden_size), self.cell.states
        if initial is None:
            return {s: np.zeros(shape, self.dtype) for s in names}
        return states_of("initial state", initial, names, shape, self.dtype)

    def _check_input(self, x: Array, lengths: Any) -> tuple[Array, Array]:
        x = np.array(numbers("x", x, self.dtype))
        if x.ndim != 3 or x.shape[2] != self.input_size or 0 in x.shape:
            raise ValueError(
                f"x: expected (B, T, D) with D = {self.input_size} and at least one step; "
                f"got {x.shape}"
            )
        B, T = x.shape[:2]
        if lengths is None:
            return x, np.full(B, T)
        lengths = lengths_of(lengths, B, T)
        x[np.arange(T) >= lengths[:, None]] = 0  # whatever stands in the padding, nan too
        return x, lengths

    def _run_layer(
        self, k: int, x: Array, lengths: Array, initial: Mapping[str, Array]
    ) -> LayerTrace:
        layer, side = divmod(k, len(self.reverses))
        weights, reverse = self.layers[k], self.reverses[side]
        if self.at is None:
            return _run_layer(self.cell, weights, layer, reverse, x, lengths, initial)
        if (lengths < x.shape[1]).any():
            raise ValueError(f"lengths: a held gate needs full ones, {x.shape[1]}; got {lengths}")
        return run_layer(LayerForward(self.cell, self.at, weights, initial), x, layer, reverse)

    # -- backward --------------------------------------------------------------------------

    def backward(
        self,
        trace: Trace,
        dlogits: Array | None = None,
        final: Mapping[str, Array] | None = None,
        window: int | None = None,
        *,
        dh: Array | None = None,
    ) -> Gradient:
        """BPTT.  dlogits (B, T, O) is dL/dlogits of every step; `dh` (B, T, H*dirs) is dL/d of the
        top layer's states from anything but the readout; `final` (L*dirs, B, H) is dL/d of the
        last states from outside (a decoder); `window` truncates: credit is cut every so many
        steps of reading order."""
        self._check_trace(trace)
        seeds = self._seeds(trace, dlogits, final, dh)
        if window is not None:
            window = whole("window", window, 1)
        if trace.fed:
            return backward_fed(self, trace, seeds, window)
        weights: dict[str, Array] = {}
        dfeatures = self.backward_readout(trace, seeds.dlogits, weights)
        dfeatures = dfeatures if seeds.dh is None else dfeatures + seeds.dh
        gradients: list[LayerGradient] = []
        for first in reversed(range(0, len(self.layers), len(self.reverses))):
            found = self._back_sides(trace, dfeatures, seeds, first, window)
            gradients[:0] = [back.record for back in found]
            for back in found:
                weights |= back.record.trace.named(back.weights)
            dfeatures = sum(back.record.x for back in found)  # type: ignore[assignment]
        ordered = {name: weights[name] for name in self.weights}
        return Gradient(tuple(gradients), ordered, seeds.dlogits)

    def backward_readout(self, trace: Trace, dlogits: Array, weights: dict[str, Array]) -> Array:
        """dL/dfeatures (B, T, F); puts the readout's own gradients into `weights`."""
        if not self.output_size:
            return np.zeros_like(trace.features)
        with np.errstate(all="ignore"):
            flat = dlogits.reshape(-1, self.output_size)
            weights["readout.weight"] = flat.T @ trace.features.reshape(len(flat), -1)
            weights["readout.bias"] = flat.sum(0)
            return np.asarray(dlogits @ self.weights["readout.weight"])

    def _back_sides(
        self, trace: Trace, dfeatures: Array, seeds: Seeds, first: int, window: int | None
    ) -> list[LayerBack]:
        """One layer in each of its directions; `first`: the number of its first one."""
        sides = len(self.reverses)
        parts = np.split(dfeatures, sides, axis=-1) if sides > 1 else [dfeatures]
        return [
            self._back_layer(trace.layers[k], part, seeds.reaching(k), window)
            for k, part in enumerate(parts, first)
        ]

    def _back_layer(
        self, trace: LayerTrace, dh: Array, final: Mapping[str, Array] | None, window: int | None
    ) -> LayerBack:
        if self.at is None:
            return _back_layer(trace, dh, final, window)
        found = back_layer(LayerBackward(trace, self.at, final, window), dh)
        return LayerBack(found, weight_gradients(found))

    def _check_trace(self, trace: Trace) -> None:
        """A trace of other weights would mix two networks' numbers."""
        if not isinstance(trace, Trace):
            raise ValueError(
                f"trace: expected what `forward` returned; got a {type(trace).__name__}"
            )
        if trace.network is not self and not _same(trace.network, self):
            raise ValueError(
                "trace: expected a pass of this network; got one of another network, or of this "
                "one before load_state_dict. Call forward of this network, and give its trace."
            )

    def _seeds(
        self, trace: Trace, dlogits: Any, final: Mapping[str, Array] | None, dh: Any
    ) -> Seeds:
        """The gradients that BPTT starts from, checked."""
        if dlogits is None and final is None and dh is None:
            raise ValueError("backward: expected dlogits, dh or final; got none of them")
        shape = trace.logits.shape
        given = np.zeros(shape, self.dtype) if dlogits is None else dlogits
        checked = np.array(shaped("dlogits", given, shape, self.dtype, "(B, T, O)"))
        if dh is not None:
            dh = shaped("dh", dh, trace.features.shape, self.dtype, "(B, T, H*dirs)")
        if final is not None:
            ends = (len(self.layers), len(trace.lengths), self.hidden_size)
            final = states_of("final gradient of", final, self.cell.states, ends, self.dtype)
        return Seeds(checked, dh, final)

    # -- output fed back as input ----------------------------------------------------------

    def generate(
        self, first: Array, steps: int, initial: Mapping[str, Array] | None = None
    ) -> Trace:
        """One to many: first (B, D) is read, then each output (B, O = D) is the next input."""
        if self.direction != "forward" or self.output_size != self.input_size:
            raise ValueError(
                "feeding outputs back needs direction 'forward' and as many outputs as inputs; "
                f"got {self.direction!r}, {self.output_size} outputs, {self.input_size} inputs"
            )
        first = numbers("first", first, self.dtype)
        if first.ndim != 2 or first.shape[1] != self.input_size or not len(first):
            raise ValueError(
                f"first: expected (B, D) with D = {self.input_size}; got {first.shape}"
            )
        steps, starts = whole("steps", steps, 1), self._starts(initial, len(first))
        return forward_fed(self, np.array(first), steps, starts)


def _same(one: Network, other: Network) -> bool:
    """Whether two networks compute the same: equal settings and equal weights."""
    if one.weights.keys() != other.weights.keys():
        return False
    settings = [f.name for f in fields(one) if f.name != "weights"]
    return all(getattr(one, n) == getattr(other, n) for n in settings) and all(
        np.array_equal(array, other.weights[name]) for name, array in one.weights.items()
    )


# -- one layer, one direction ----------------------------------------------------------------


def _reading_order(lengths: Array, T: int, reverse: bool) -> tuple[Array, Array] | None:
    """(B, T) steps and (B, T+1) boundaries in the order a reverse layer meets them."""
    if not reverse:
        return None
    steps, n = np.arange(T), lengths[:, None]
    boundaries = np.arange(T + 1)
    return (
        np.where(steps < n, n - 1 - steps, steps),
        np.where(boundaries <= n, n - boundaries, boundaries),
    )


def _take(array: Array, order: Array | None) -> Array:
    return array if order is None else np.take_along_axis(array, order[..., None], axis=1)


def _time_major(array: Array) -> Array:
    return array.transpose(1, 0, 2)


def _run_layer(
    cell: Cell,
    weights: Weights,
    layer: int,
    reverse: bool,
    x: Array,
    lengths: Array,
    initial: Mapping[str, Array],
) -> LayerTrace:
    breathe()
    B, T, D = x.shape
    order = _reading_order(lengths, T, reverse)
    steps, boundaries = order or (None, None)
    p = kernel(cell, T, B, D, weights.weight_hh.shape[1], weights.weight_hh.dtype)
    with p.lock:
        p.use(weights)
        p.forward(_time_major(_take(x, steps)), initial, None if (lengths == T).all() else lengths)
        states, gates = p.record()
        p.holds = None
        trace = LayerTrace(
            cell,
            layer,
            reverse,
            weights,
            lengths,
            x,
            {s: _take(_time_major(a), boundaries) for s, a in states.items()},
            {g: _take(_time_major(a), steps) for g, a in gates.items()},
        )
        p.holds = trace
    return trace


def _back_layer(
    trace: LayerTrace, dh: Array, final: Mapping[str, Array] | None, window: int | None
) -> LayerBack:
    """dh (B, T, H): what the loss says of each h_t alone."""
    breathe()
    B, T, D = trace.x.shape
    weights, lengths = trace.weights, trace.lengths
    order = _reading_order(lengths, T, trace.reverse)
    steps, boundaries = order or (None, None)
    p = kernel(trace.cell, T, B, D, weights.weight_hh.shape[1], weights.weight_hh.dtype)
    uneven = None if (lengths == T).all() else lengths
    with p.lock:
        if p.holds is not trace:  # another pass has used the buffers: run this one again
            p.use(weights)
            start = boundaries[:, 0] if boundaries is not None else np.zeros(B, int)
            initial = {s: a[np.arange(B), start] for s, a in trace.states.items()}
            p.forward(_time_major(_take(trace.x, steps)), initial, uneven)
            p.holds = trace
        p.backward(_time_major(_take(dh, steps)), final, window, uneven)
        back, dx = p.gradients(), p.input_gradient()
    return LayerBack(_gradient(trace, back, _time_major(dx), steps, boundaries), back.weights)


def _gradient(
    trace: LayerTrace, back: Back, dx: Array, steps: Array | None, boundaries: Array | None
) -> LayerGradient:
    def states(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {s: _take(_time_major(a), boundaries) for s, a in arrays.items()}

    def gates(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {g: _take(_time_major(a), steps) for g, a in arrays.items()}

    return LayerGradient(
        trace,
        states(back.total),
        states(back.from_output),
        states(back.from_next),
        gates(back.du),
        gates(back.dv),
        _take(dx, steps),
    )
