"""Checks of what comes in: a wrong input is refused in words and never becomes a wrong number.

Checks look at types and shapes, and at no number of a long array: a small network pays nothing.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.cells import CELLS, Cell

REAL = "fiub"  # NumPy's kinds: floats, whole numbers, True and False
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)  # what the engine computes in


def cell_of(cell: Any) -> Cell:
    """`cell` itself, if it is one and not its name or its class."""
    if isinstance(cell, Cell):
        return cell
    known = {**CELLS, **{kind.__name__: kind for kind in CELLS.values()}}
    name = getattr(cell, "__name__", cell)
    kind = known.get(name) if isinstance(name, str) else None
    advice = kind.__name__ if kind else "LSTM"
    raise ValueError(f"cell: expected a cell such as LSTM(); got {cell!r}. Write {advice}().")


def array_of(name: str, value: Any) -> Array:
    """`value` as an array of real numbers in this machine's byte order."""
    try:
        found = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as problem:
        raise ValueError(
            f"{name}: expected an array of real numbers; got {_kind(value)} that NumPy cannot read "
            f"({problem}). Give it as a NumPy array."
        ) from problem
    if found.dtype.kind not in REAL:
        if found.dtype.name == "bfloat16":  # known to packages beside NumPy
            return found.astype(np.float32)
        raise ValueError(
            f"{name}: expected real numbers; got the type {found.dtype}. "
            "Give it as an array of floats."
        )
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise ValueError(
            f"{name}: expected every number; got a masked array. Fill in what is masked."
        )
    return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))


def float_type(arrays: Iterable[Array]) -> np.dtype[Any]:
    """The type in which these are computed together: float32 or float64.

    Whole numbers follow the floats beside them; half precision is widened to float32, which
    NumPy computes tens of times faster.
    """
    floats = [a.dtype for a in arrays if a.dtype.kind == "f"]
    wide = not floats or np.result_type(*floats).itemsize > 4
    return DOUBLE if wide else SINGLE


def floats(name: str, value: Any) -> Array:
    """`value` as an array of float32 or float64: itself where it is one."""
    if type(value) is np.ndarray and value.dtype in (SINGLE, DOUBLE):
        return value
    found = array_of(name, value)
    return numbers(name, found, float_type([found]))


def numbers(name: str, value: Any, dtype: Any) -> Array:
    """`value` as an array of this float type: itself where it is one."""
    if type(value) is np.ndarray and value.dtype is dtype:
        return value
    with np.errstate(over="ignore"):  # too large for float32: inf, which every later step shows
        return np.asarray(array_of(name, value), dtype)


def shaped(name: str, value: Any, shape: tuple[int, ...], dtype: Any, axes: str = "") -> Array:
    """`numbers` of exactly this shape; `axes` names its axes."""
    found = numbers(name, value, dtype)
    if found.shape != shape:
        of = f" {axes}" if axes else ""
        raise ValueError(f"{name}: expected shape {shape}{of}, got {found.shape}")
    return found


def whole(name: str, value: Any, low: int) -> int:
    """`value` as a whole number from `low` on."""
    try:
        found = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        found = None
    if found is None or found < low:
        raise ValueError(f"{name}: expected a whole number from {low} on; got {value!r}")
    return found


def is_finite(value: Any) -> bool:
    """Whether this is one real, finite number."""
    return isinstance(value, Real) and math.isfinite(value)


def lengths_of(value: Any, B: int, T: int, low: int = 1) -> Array:
    """(B,) lengths of the sequences of a batch, as whole numbers from `low` to T."""
    found = array_of("lengths", value)
    fits = found.shape == (B,) and found.dtype.kind != "b"
    if fits and found.dtype.kind == "f":
        fits = bool((found == np.floor(found)).all())  # false for nan
    if not fits or (B and not low <= found.min() <= found.max() <= T):
        raise ValueError(
            f"lengths: expected {B} numbers from {low} to {T} (T={T}), all of them whole; "
            f"got {found.tolist()}"
        )
    return found.astype(int)


def states_of(
    what: str, given: Any, names: tuple[str, ...], shape: tuple[int, int, int], dtype: Any
) -> dict[str, Array]:
    """One array (L*dirs, B, H) for each of a cell's states, and for nothing else."""
    if not isinstance(given, Mapping):
        example = ", ".join(f"{s!r}: ..." for s in names)
        raise ValueError(f"{what}s: expected a mapping {{{example}}}; got {_kind(given)}")
    for name in given:
        if name not in names:
            raise ValueError(f"{what}s: expected {', '.join(names)}; got also {name!r}")
    for name in names:
        if name not in given:
            raise ValueError(
                f"{what} {name}: expected shape {shape} (L*dirs, B, H), got nothing. "
                "Where there is none, give zeros."
            )
    return {s: shaped(f"{what} {s}", given[s], shape, dtype, "(L*dirs, B, H)") for s in names}


def one_of(what: str, name: Any, known: Collection[str]) -> None:
    """Refuse a name that is not known."""
    if name not in known:
        raise ValueError(f"{what}: expected {', '.join(known)}; got {name!r}")


def _kind(value: Any) -> str:
    return f"a {type(value).__name__}"
