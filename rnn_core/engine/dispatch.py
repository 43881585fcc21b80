"""Choice of the kernel for a shape, and one for a single sequence."""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.budget import PLANS
from rnn_core.engine.cells import Cell
from rnn_core.engine.codegen import Call
from rnn_core.engine.incoming import DOUBLE
from rnn_core.engine.kernel import Kernel
from rnn_core.engine.program import program

LARGEST: Final = 64  # numbers in all states of a single sequence, up to which the sums ride along
OBJECTS: Final = 40_000  # bytes of a kernel's own objects, its buffers aside
MOST_SHORTER: Final = 8  # kernels that one longest kernel keeps of those it serves
LEAST: Final = 32  # steps that every kernel has room for
ROUNDED: Final = 1 << 15  # numbers in a state's whole sequence, up to which lengths are rounded up

Type = np.dtype[Any]
Key = tuple[Cell, int, int, int, Type]  # a cell, B, D, H, dtype


class Plans:
    """Plans that are used again: of each cell and size the longest, which serves the shorter ones.

    Together they stay within `budget` bytes: who was asked for longest ago goes first.  The last
    one asked for stays, however large: its backward pass is still to come.
    """

    def __init__(self, budget: int):
        self.budget = budget
        self._lock = threading.Lock()
        self._kept: dict[
            Key, tuple[Kernel, dict[int, Kernel]]
        ] = {}  # the last one asked for is last

    def get(self, cell: Cell, T: int, B: int, D: int, H: int, dtype: Type) -> Kernel:
        """The kernel of this shape."""
        key = cell, B, D, H, dtype
        with self._lock:
            longest, shorter = self._kept.pop(key, (None, {}))
            before = longest, len(shorter)
            if longest is None or longest.T < T:
                longest, shorter = make(cell, capacity(T, B * H), B, D, H, dtype), {}
            self._kept[key] = longest, shorter
            found = longest
            if T < longest.T:
                known = shorter.pop(T, None)
                found = shorter[T] = known or make(cell, T, B, D, H, dtype, longest)
            if before != (longest, len(shorter)):  # one was made
                _keep_last(shorter, MOST_SHORTER)
                self._keep_within()
            return found

    @property
    def nbytes(self) -> int:
        """About what all of it takes."""
        return sum(
            longest.nbytes + OBJECTS * (1 + len(shorter))
            for longest, shorter in tuple(self._kept.values())
        )

    def _keep_within(self) -> None:
        while len(self._kept) > 1 and self.nbytes > self.budget:
            _keep_last(self._kept, len(self._kept) - 1)


def _keep_last(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]


def capacity(T: int, width: int) -> int:
    """The length that a kernel is made for where T steps of so many numbers are asked for.

    The next power of two, so that a slider's next lengths are free; large ones stay as they are.
    """
    rounded = max(LEAST, 1 << (T - 1).bit_length())
    return rounded if rounded * width <= ROUNDED else T


def make(
    cell: Cell, T: int, B: int, D: int, H: int, dtype: Type, longer: Kernel | None = None
) -> Kernel:
    """A kernel of the kind that is fastest for this cell and size."""
    single = B == 1 and H * len(cell.states) <= LARGEST and rides_along(cell)
    return (SingleKernel if single else Kernel)(cell, T, B, D, H, dtype, longer)


_kernels = Plans(PLANS)


def bytes_planned() -> int:
    """Bytes that all kept kernels take."""
    return _kernels.nbytes


def kernel(cell: Cell, T: int, B: int, D: int, H: int, dtype: Type = DOUBLE) -> Kernel:
    """The kernel for a cell and shape.  Hold `kernel.lock` while its buffers matter."""
    return _kernels.get(cell, T, B, D, H, dtype)


def rides_along(cell: Cell) -> bool:
    """Whether all that goes back to h_{t-1} is products with the one matrix, and slots.

    Not where a product waits for another one (reset before), or a gradient passes unchanged."""
    step = program(cell)
    direct = (term for term in step.carries["h"] if isinstance(term, tuple))
    waits = any(base.op == "U.T" for base in step.bases)
    return not waits and all(step.slot(*term) is not None for term in direct)


class SingleKernel(Kernel):
    """One sequence through a small network.

    There a call costs more than its numbers.  What step t's own output sends to h_t lies behind
    the products of step t + 1 in one row, and identity blocks stand under W_hh, so that one
    product makes all of dL/dh_t: from the output, from the next step, by W_hh and directly.
    """

    spare = 1

    def _make_backward_buffers(self) -> None:
        super()._make_backward_buffers()
        H, n, step = self.H, len(self.program.slots), self.program
        found = (step.slot(*term) for term in step.carries["h"] if isinstance(term, tuple))
        direct = [k for k in found if k is not None]
        for k in (*direct, n):
            self.W_back[k * H : (k + 1) * H] = np.eye(H)
        a, b = self._carry_slots
        self._roads = [slice(k * H, (k + 1) * H) for k in (*range(a, b), *direct)]
        first = min(a, *direct) if direct else a
        self.way, self._matrix = self.R[..., first * H :], self.W_back[first * H :]
        self.outside = self.R[..., n * H :]  # row t + 1: through step t's own output
        self._cuts: list[tuple[int, Array]] = []
        self._entered: list[tuple[int, int, Array]] = []  # boundary, sequence, dL/dh there

    @property
    def _carried_in_the_loop(self) -> tuple[str, ...]:
        return tuple(s for s in self.cell.states if s != "h")

    def _write_arrival(self) -> Call:
        total = self._at(self.total["h"][1:, 0])
        return self._at(self.way[1:, 0]).dot, (self._matrix, total)

    def _begin_back(self, final: Any, arrivals: list[tuple[int, int]]) -> None:
        self._cuts = []
        self._entered = [(self.T, 0, self.next["h"][self.T, 0].copy())]
        self._entered += [(boundary, b, final["h"][b]) for b, boundary in arrivals]
        self.outside[0], self.outside[1:] = 0, self.E
        for boundary, b, gradient in self._entered:
            self.outside[boundary, b] += gradient

    def _cut(self, t: int) -> None:
        """Step t's products are wanted again, but not on the way back."""
        super()._cut(t)
        self._cuts.append((t, self.R[t].copy()))
        for road in self._roads:
            self.R[t, :, road] = 0

    def _end_back(self) -> None:
        super()._end_back()
        self.way[0, 0].dot(self._matrix, self.total["h"][0, 0])
        for t, products in self._cuts:
            for road in self._roads:
                self.R[t, :, road] = products[:, road]

    def _from_next(self) -> dict[str, Array]:
        """One product for all steps tells apart what the loop made together."""
        found = super()._from_next()
        h, inner = found["h"], self.way.shape[-1] - self.H
        with np.errstate(all="ignore"):
            h[:-1] = self.way[:-1, :, :inner] @ self._matrix[:inner]
        h[-1] = 0
        for t, _ in self._cuts:
            h[t] = 0
        for boundary, b, gradient in self._entered:
            h[boundary, b] += gradient
        return found
