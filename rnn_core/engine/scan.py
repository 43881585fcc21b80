"""One layer's weights, and a cell's equations on plain arrays, one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import PEEPHOLES, namespace


class Weights(NamedTuple):
    """One layer, one direction, in PyTorch's layout: gates stacked along the first axis."""

    weight_ih: Array  # (G*H, D)
    weight_hh: Array  # (G*H, H)
    bias_ih: Array  # (G*H,)
    bias_hh: Array  # (G*H,)
    weight_ph: Array | None = None  # (P, H)


class Back(NamedTuple):
    """Results of a backward pass, time-major, fresh arrays."""

    total: dict[str, Array]  # (T+1, B, H) dL/ds at every boundary
    from_next: dict[str, Array]  # (T+1, B, H)
    from_output: dict[str, Array]  # (T+1, B, H)
    du: dict[str, Array]  # gate -> (T, B, H), dL/d(what the input asks)
    dv: dict[str, Array]  # gate -> (T, B, H), dL/d(what the past asks)
    weights: Weights


class _Affine:
    """v -> W v + b, and d -> W^T d, on arrays of any leading shape."""

    def __init__(self, weight: Array, bias: Array):
        self.weight, self.bias = weight, bias

    def __call__(self, v: Array) -> Array:
        return v @ self.weight.T + self.bias

    def T(self, d: Array) -> Array:
        return d @ self.weight


def equations(cell: Cell, weights: Weights) -> tuple[Callable[[Array], Any], Any, Any]:
    """(x -> u, U, P): what `cell.step` and `cell.step_back` take, on plain arrays (..., H)."""
    H = weights.weight_hh.shape[1]
    block = {g: slice(k * H, (k + 1) * H) for k, g in enumerate(cell.gates)}

    def u(x: Array) -> SimpleNamespace:
        return namespace(
            {g: x @ weights.weight_ih[b].T + weights.bias_ih[b] for g, b in block.items()}
        )

    U = namespace({g: _Affine(weights.weight_hh[b], weights.bias_hh[b]) for g, b in block.items()})
    rows = (
        {}
        if weights.weight_ph is None
        else dict(zip(cell.peepholes, weights.weight_ph, strict=True))
    )
    return u, U, namespace({g: rows.get(g, 0.0) for g in PEEPHOLES})


class Listening:
    """U, remembering what W_hh^T was applied to: dL/d(what the past asks).

    `mute`: the product itself is not made, zeros stand for it.
    """

    def __init__(self, U: Any, gates: tuple[str, ...], mute: bool = False):
        self.heard: dict[str, Array] = {}
        for gate in gates:
            setattr(self, gate, _Heard(self.heard, gate, getattr(U, gate), mute))


class _Heard:
    """One gate's product of `Listening`."""

    def __init__(self, heard: dict[str, Array], gate: str, affine: Any, mute: bool):
        self.heard, self.gate, self.affine, self.mute = heard, gate, affine, mute

    def __call__(self, v: Array) -> Array:
        return np.asarray(self.affine(v))

    def T(self, d: Array) -> Array:
        self.heard[self.gate] = d
        return np.zeros_like(d) if self.mute else np.asarray(self.affine.T(d))
