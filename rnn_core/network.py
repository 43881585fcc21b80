"""A recurrent network: layers of one cell, a direction, a readout; weights by PyTorch's names.

>>> network = Network.create(LSTM(), input_size=4, hidden_size=16, output_size=4)
>>> trace = network.forward(x)                    # x (B, T, D); every state and gate is in it
>>> gradient = network.backward(trace, dlogits)   # every dL/dh_t, dL/dc_t and weight gradient
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from rnn_core.cells import Cell
from rnn_core.feedback import backward_fed, forward_fed
from rnn_core.initialise import initialise, initialise_readout
from rnn_core.pace import breathe
from rnn_core.plans import plan
from rnn_core.readout import READOUTS, Readout
from rnn_core.trace import Gradient, LayerGradient, LayerTrace, Trace
from rnn_core.unroll import Array, Back, Weights

DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}


@dataclass(frozen=True, eq=False)
class Network:
    """Frozen: `load_state_dict` gives a new one.  Directions read left to right, right to left,
    or both side by side; layers are stacked ("cascaded")."""

    cell: Cell
    weights: Mapping[str, Array]
    direction: str = "forward"
    readout: str = "softmax"

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction: expected {', '.join(DIRECTIONS)}; got {self.direction!r}")
        if self.readout not in READOUTS:
            raise ValueError(f"readout: expected {', '.join(READOUTS)}; got {self.readout!r}")
        copied = {name: np.array(value) for name, value in self.weights.items()}
        for array in copied.values():
            array.flags.writeable = False
        object.__setattr__(self, "weights", MappingProxyType(copied))
        _check_weights(self)

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
        rng = np.random.default_rng(seed)
        weights: dict[str, Array] = {}
        sides = DIRECTIONS.get(direction, (False,))
        for layer in range(layers):
            size = input_size if layer == 0 else hidden_size * len(sides)
            for reverse in sides:
                drawn = initialise(
                    init, cell.gates, size, hidden_size, rng, gain=gain,
                    peepholes=len(cell.peepholes),
                )  # fmt: skip
                ending = f"_l{layer}" + ("_reverse" if reverse else "")
                weights |= {name + ending: array for name, array in drawn.items()}
        if output_size:
            drawn = initialise_readout(init, hidden_size * len(sides), output_size, rng)
            weights |= {f"readout.{name}": array for name, array in drawn.items()}
        return cls(cell, weights, direction, readout)

    # -- shape and weights -----------------------------------------------------------------

    @property
    def reverses(self) -> tuple[bool, ...]:
        return DIRECTIONS[self.direction]

    @cached_property
    def layers(self) -> tuple[Weights, ...]:
        """The weights of every layer and direction, in the order of `Trace.layers`."""
        found = []
        depth = sum(name.startswith("weight_hh_l") for name in self.weights) // len(self.reverses)
        for layer in range(depth):
            for reverse in self.reverses:
                ending = f"_l{layer}" + ("_reverse" if reverse else "")
                found.append(Weights(*(self.weights.get(n + ending) for n in Weights._fields)))  # type: ignore[arg-type]
        return tuple(found)

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
        """The same network with these weights; names and shapes must be this network's own."""
        for name in {*weights} ^ {*self.weights}:
            problem = "is missing" if name in self.weights else "is not a weight of this network"
            raise ValueError(f"{name} {problem}; expected {', '.join(self.weights)}")
        for name, mine in self.weights.items():
            if np.shape(weights[name]) != mine.shape:
                raise ValueError(
                    f"{name}: expected shape {mine.shape}, got {np.shape(weights[name])}"
                )
        return replace(self, weights={n: np.asarray(weights[n]) for n in self.weights})

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
            sides = []
            for k, reverse in enumerate(self.reverses, first):
                breathe()
                start = {s: a[k] for s, a in starts.items()}
                layer = first // len(self.reverses)
                sides.append(
                    _run_layer(self.cell, self.layers[k], layer, reverse, features, lengths, start)
                )
            traces += sides
            after = [side.after("h") for side in sides]
            features = after[0] if len(after) == 1 else np.concatenate(after, axis=-1)
        logits = self.logits(features)
        return Trace(tuple(traces), lengths, features, logits, self.outputs(logits))

    def logits(self, features: Array) -> Array:
        """(..., F) features -> (..., O); O = 0 without a readout."""
        if not self.output_size:
            return np.zeros((*features.shape[:-1], 0), features.dtype)
        with np.errstate(all="ignore"):
            weight, bias = self.weights["readout.weight"], self.weights["readout.bias"]
            return np.asarray(features @ weight.T + bias)

    @property
    def head(self) -> Readout:
        """The readout's activation and loss."""
        return READOUTS[self.readout]

    def outputs(self, logits: Array) -> Array:
        """(..., O) logits -> (..., O) outputs of the readout's activation."""
        return self.head.outputs(logits) if self.output_size else logits.copy()

    def _starts(self, initial: Mapping[str, Array] | None, B: int) -> dict[str, Array]:
        shape = (len(self.layers), B, self.hidden_size)
        dtype = self.layers[0].weight_hh.dtype
        if initial is None:
            return {s: np.zeros(shape, dtype) for s in self.cell.states}
        for s in self.cell.states:
            if s not in initial or np.shape(initial[s]) != shape:
                got = np.shape(initial[s]) if s in initial else "nothing"
                raise ValueError(
                    f"initial state {s}: expected shape {shape} (L*dirs, B, H), got {got}"
                )
        return {s: np.asarray(initial[s], dtype) for s in self.cell.states}

    def _check_input(self, x: Array, lengths: Any) -> tuple[Array, Array]:
        x = np.array(x, self.layers[0].weight_hh.dtype)
        if x.ndim != 3 or x.shape[2] != self.input_size or 0 in x.shape:
            raise ValueError(
                f"x: expected (B, T, D) with D = {self.input_size} and at least one step; "
                f"got {x.shape}"
            )
        B, T = x.shape[:2]
        lengths = np.full(B, T) if lengths is None else np.asarray(lengths)
        if lengths.shape != (B,) or lengths.min() < 1 or lengths.max() > T:
            raise ValueError(f"lengths: expected {B} numbers from 1 to {T}; got {lengths.tolist()}")
        inside = np.arange(T) < lengths[:, None]
        return (x if inside.all() else x * inside[..., None]), lengths.astype(int)

    # -- backward --------------------------------------------------------------------------

    def backward(
        self,
        trace: Trace,
        dlogits: Array,
        final: Mapping[str, Array] | None = None,
        window: int | None = None,
    ) -> Gradient:
        """BPTT.  dlogits (B, T, O) is dL/dlogits of every step; `final` (L*dirs, B, H) is dL/d of
        the last states from outside (a decoder); `window` truncates: credit is cut every so many
        steps of reading order."""
        if np.shape(dlogits) != trace.logits.shape:
            raise ValueError(f"dlogits: expected {trace.logits.shape}, got {np.shape(dlogits)}")
        if window is not None and window < 1:
            raise ValueError(f"window: expected a number of steps from 1, or None; got {window}")
        if trace.fed:
            return backward_fed(self, trace, dlogits, final, window)
        weights: dict[str, Array] = {}
        dfeatures = self.backward_readout(trace, dlogits, weights)
        gradients: list[LayerGradient] = []
        sides = len(self.reverses)
        for layer in reversed(range(len(self.layers) // sides)):
            parts = np.split(dfeatures, sides, axis=-1)
            found = []
            for side in range(sides):
                breathe()
                k = layer * sides + side
                outside = None if final is None else {s: np.asarray(a)[k] for s, a in final.items()}
                found.append(_back_layer(trace.layers[k], parts[side], outside, window))
            gradients[:0] = [gradient for gradient, _ in found]
            for gradient, d in found:
                weights |= _named(gradient.trace, d)
            dfeatures = sum(gradient.x for gradient, _ in found)  # type: ignore[assignment]
        ordered = {name: weights[name] for name in self.weights}
        return Gradient(tuple(gradients), ordered, np.array(dlogits))

    def backward_readout(self, trace: Trace, dlogits: Array, weights: dict[str, Array]) -> Array:
        """dL/dfeatures (B, T, F); puts the readout's own gradients into `weights`."""
        if not self.output_size:
            return np.zeros_like(trace.features)
        with np.errstate(all="ignore"):
            flat = np.asarray(dlogits).reshape(-1, self.output_size)
            weights["readout.weight"] = flat.T @ trace.features.reshape(len(flat), -1)
            weights["readout.bias"] = flat.sum(0)
            return np.asarray(dlogits @ self.weights["readout.weight"])

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
        return forward_fed(self, np.asarray(first), steps, self._starts(initial, len(first)))


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
    cell: Cell, weights: Weights, layer: int, reverse: bool, x: Array, lengths: Array,
    initial: Mapping[str, Array],
) -> LayerTrace:  # fmt: skip
    B, T, D = x.shape
    order = _reading_order(lengths, T, reverse)
    steps, boundaries = order or (None, None)
    p = plan(cell, T, B, D, weights.weight_hh.shape[1], str(weights.weight_hh.dtype))
    with p.lock:
        p.use(weights)
        p.forward(_time_major(_take(x, steps)), initial, None if (lengths == T).all() else lengths)
        states, gates = p.record()
        p.holds = None
        trace = LayerTrace(
            cell, layer, reverse, weights, lengths, x,
            {s: _take(_time_major(a), boundaries) for s, a in states.items()},
            {g: _take(_time_major(a), steps) for g, a in gates.items()},
        )  # fmt: skip
        p.holds = trace
    return trace


def _back_layer(
    trace: LayerTrace, dh: Array, final: Mapping[str, Array] | None, window: int | None
) -> tuple[LayerGradient, Weights]:
    """dh (B, T, H): what the loss says of each h_t alone."""
    B, T, D = trace.x.shape
    weights, lengths = trace.weights, trace.lengths
    order = _reading_order(lengths, T, trace.reverse)
    steps, boundaries = order or (None, None)
    p = plan(trace.cell, T, B, D, weights.weight_hh.shape[1], str(weights.weight_hh.dtype))
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
    return _gradient(trace, back, _time_major(dx), steps, boundaries), back.weights


def _gradient(
    trace: LayerTrace, back: Back, dx: Array, steps: Array | None, boundaries: Array | None
) -> LayerGradient:
    def states(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {s: _take(_time_major(a), boundaries) for s, a in arrays.items()}

    def gates(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {g: _take(_time_major(a), steps) for g, a in arrays.items()}

    return LayerGradient(
        trace, states(back.total), states(back.from_output), states(back.from_next),
        gates(back.du), gates(back.dv), _take(dx, steps),
    )  # fmt: skip


def _named(trace: LayerTrace, weights: Weights) -> dict[str, Array]:
    pairs = zip(Weights._fields, weights, strict=True)
    return {f"{name}_{trace.suffix}": value for name, value in pairs if value is not None}


def _check_weights(network: Network) -> None:
    weights, G = network.weights, len(network.cell.gates)
    if "weight_hh_l0" not in weights and "weight_hh_l0_reverse" not in weights:
        raise ValueError(f"weights: expected weight_hh_l0 and its kin; got {', '.join(weights)}")
    H = next(v for n, v in weights.items() if n.startswith("weight_hh_l")).shape[-1]
    P = len(network.cell.peepholes)
    rows = {"weight_ih": (G * H, None), "weight_hh": (G * H, H), "bias_ih": (G * H,),
            "bias_hh": (G * H,), "weight_ph": (P, H), "readout.weight": (None, None),
            "readout.bias": (None,)}  # fmt: skip
    for name, array in weights.items():
        expected = rows.get(name.split("_l")[0])
        fits = expected is not None and len(expected) == array.ndim
        if not fits or any(
            e not in (None, n) for e, n in zip(expected or (), array.shape, strict=True)
        ):
            raise ValueError(
                f"{name}: expected {expected} for {network.cell} with {H} hidden units; "
                f"got {array.shape}"
            )
