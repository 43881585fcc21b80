"""A network's weights by PyTorch's names: which there must be, their shapes, what may be missing.

Of every layer and direction `weight_ih (G*H, D)` and `weight_hh (G*H, H)` must be there, and
`weight_ph (P, H)` where the cell has peepholes.  The biases `(G*H,)` may be missing, as with
`bias=False` in PyTorch: they are zeros.  So may `readout.bias (O,)`; without
`readout.weight (O, F)` there is no readout.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import Cell
from rnn_core.engine.incoming import array_of, float_type, one_of
from rnn_core.engine.scan import Weights

DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
READOUT = ("readout.weight", "readout.bias")
_LAYER = re.compile(rf"({'|'.join(Weights._fields)})_l(0|[1-9][0-9]{{0,3}})(_reverse)?")

Shape = tuple[int | str, ...]  # a letter where any number will do


def endings(depth: int, direction: str) -> list[str]:
    """PyTorch's ending of every layer and direction, in the order of `Trace.layers`."""
    sides = DIRECTIONS[direction]
    return [f"_l{k}" + ("_reverse" if reverse else "") for k in range(depth) for reverse in sides]


def complete(cell: Cell, weights: Mapping[str, Any], direction: str) -> dict[str, Array]:
    """All weights of a network in PyTorch's order: read-only copies, of one float type."""
    one_of("direction", direction, DIRECTIONS)
    if not isinstance(weights, Mapping):
        raise ValueError(f"weights: expected arrays by name; got a {type(weights).__name__}")
    given = {name: array_of(name, value) for name, value in weights.items()}
    dtype = float_type(given.values())
    shapes = _shapes(cell, given, direction)
    for name in given:
        if name not in shapes:
            raise ValueError(_stray(name, direction))
    return {n: _made(n, shape, given.get(n), cell, dtype) for n, shape in shapes.items()}


def _made(name: str, shape: Shape, array: Array | None, cell: Cell, dtype: Any) -> Array:
    """A copy of the given array, or zeros for a missing bias."""
    if array is None and "bias" in name:
        array = np.zeros(tuple(map(int, shape)))
    if array is None:
        raise ValueError(
            f"{name} is missing; expected shape {_written(shape)} for {cell}. "
            "Give the weights of every layer and direction."
        )
    if not _fits(shape, array.shape):
        raise ValueError(
            f"{name}: expected {_written(shape)} for {cell}; got {array.shape}. "
            "Give weights that were made for this cell and these sizes."
        )
    copied = np.array(array, dtype)
    copied.flags.writeable = False
    return copied


def _shapes(cell: Cell, given: Mapping[str, Array], direction: str) -> dict[str, Shape]:
    """Expected shapes by name, given the sizes that the weights themselves show."""
    depth = 1 + max((int(m[2]) for n in given if (m := _LAYER.fullmatch(n))), default=0)
    ends = endings(depth, direction)
    H = _size(given, f"weight_hh{ends[0]}", direction)
    rows, wide = len(cell.gates) * H, H * len(DIRECTIONS[direction])
    D = _columns(given.get(f"weight_ih{ends[0]}"))
    found: dict[str, Shape] = {}
    for k, end in enumerate(ends):
        found[f"weight_ih{end}"] = rows, (D if k < len(DIRECTIONS[direction]) else wide)
        found[f"weight_hh{end}"] = rows, H
        found[f"bias_ih{end}"] = found[f"bias_hh{end}"] = (rows,)
        if cell.peepholes:
            found[f"weight_ph{end}"] = len(cell.peepholes), H
    if "readout.weight" in given:
        O = _rows(given["readout.weight"])  # noqa: E741
        found |= {"readout.weight": (O, wide), "readout.bias": (O,)}
    return found


def _size(given: Mapping[str, Array], first: str, direction: str) -> int:
    """H, which the first recurrent matrix shows."""
    if first not in given:
        others = [d for d in DIRECTIONS if all(f"weight_hh{e}" in given for e in endings(1, d))]
        advice = f" These are weights of direction {others[-1]!r}." if others else ""
        raise ValueError(
            f"weights: expected {first} and its kin for direction {direction!r}; "
            f"got {', '.join(given) or 'none'}.{advice}"
        )
    H = _columns(given[first])
    if not isinstance(H, int):
        raise ValueError(f"{first}: expected shape (G*H, H); got {given[first].shape}")
    return H


def _columns(matrix: Array | None) -> int | str:
    return "D" if matrix is None or matrix.ndim != 2 or not matrix.size else int(matrix.shape[1])


def _rows(matrix: Array) -> int | str:
    return "O" if matrix.ndim != 2 or not matrix.size else int(matrix.shape[0])


def _fits(shape: Shape, got: tuple[int, ...]) -> bool:
    """Whether a shape is the expected one; a letter stands for any number from 1."""
    return len(shape) == len(got) and all(
        n > 0 if isinstance(e, str) else e == n for e, n in zip(shape, got, strict=True)
    )


def _written(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def _stray(name: str, direction: str) -> str:
    """Message about a name that has no place here."""
    known = f"{', '.join(f'{n}_l0' for n in Weights._fields[:4])}, {', '.join(READOUT)}"
    what = f"{name} is not a weight of this network; expected names such as {known}. "
    if name.endswith("_reverse"):
        return f"{what}The direction is {direction!r}: choose the one these weights were made for."
    if name == "readout.bias":
        return f"{what}A readout needs its weight too: give readout.weight or leave the bias out."
    if "weight_ph" in name:
        return f"{what}Only a cell with peepholes has it: choose the cell they were made for."
    if _LAYER.fullmatch(name.rsplit(".", 1)[-1]):
        return f"{what}Take {name.rsplit('.', 1)[0] + '.'!r} off the names."
    return f"{what}Leave it out."
