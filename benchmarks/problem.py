"""The timed problem: one layer, forward and full BPTT, the same numbers for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, Any]
Numbers = dict[str, Array]
GATES = {"rnn": 1, "gru": 3, "lstm": 4}


@dataclass(frozen=True)
class Problem:
    """x (T, B, D) goes in, dh (T, B, H) is what the loss says of each h_t alone."""

    cell: str
    size: tuple[int, int, int]  # (T, B, H)
    x: Array
    dh: Array
    weights: Mapping[str, Array]

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.x.dtype)

    def as_type(self, dtype: type[np.floating[Any]]) -> Problem:
        weights = {name: w.astype(dtype) for name, w in self.weights.items()}
        return Problem(self.cell, self.size, self.x.astype(dtype), self.dh.astype(dtype), weights)


class Runner(Protocol):
    """One competitor, ready to run. `numbers` is for the check, and is not timed."""

    def run(self) -> object: ...

    def numbers(self) -> Numbers:
        """`h` (T, B, H), weight gradients by name; `dh` (T, B, H) and `dc` where they are kept."""
        ...


Maker = Callable[[Problem], Runner]


def make_problem(cell: str, size: tuple[int, int, int], D: int) -> Problem:
    """PyTorch's default weights, Gaussian inputs and gradients."""
    T, B, H = size
    rng, G, limit = np.random.default_rng(1), GATES[cell], 1 / np.sqrt(H)
    shapes: dict[str, tuple[int, ...]] = {"weight_ih": (G * H, D), "weight_hh": (G * H, H)}
    shapes |= {"bias_ih": (G * H,), "bias_hh": (G * H,)}
    weights = {f"{k}_l0": rng.uniform(-limit, limit, shape) for k, shape in shapes.items()}
    return Problem(cell, size, rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H)), weights)


def disagreement(ours: Numbers, theirs: Numbers) -> tuple[float, str]:
    """The largest error relative to the largest entry of an array, over what both have."""
    shared = ours.keys() & theirs.keys()
    if not {"h", "weight_ih_l0", "weight_hh_l0"} <= shared:
        raise ValueError(f"expected h and the weight gradients from both, got {sorted(shared)}")
    errors = {k: np.max(np.abs(ours[k] - theirs[k])) / np.max(np.abs(theirs[k])) for k in shared}
    worst = max(errors, key=errors.__getitem__)
    return float(errors[worst]), worst
