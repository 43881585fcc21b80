"""Loops over time as generated Python source, one call per line.

A kernel says each call of a step once.  What a call is given is either the same at every step, or
moves on with time (`Moving`).  So the loop can be written out,

    for c0, c1, c2 in zip(*columns):
        c0(a0, c1)
        a1(c1, c2)

which is never slower than going through a list of (function, arguments), and up to a sixth faster
where a core is shared: fewer objects are touched.  The text does not depend on the shapes, so all
kernels of a cell share one function, and a new length costs no more than the views of its buffers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy.typing as npt

Call = tuple[Any, tuple[Any, ...]]  # a function, or a `Moving` of functions, and its arguments


class Moving:
    """Values that move on with time, one per step."""

    def __init__(self, steps: Sequence[Any]):
        self.steps = list(steps)


class View(Moving):
    """Row t of an array at step t; from the first row again where there are fewer than steps."""

    def __init__(self, array: npt.NDArray[Any], length: int):
        rows = list(array)
        super().__init__(rows if len(rows) == length else (rows * -(-length // len(rows)))[:length])
        self.array = array

    @property
    def ndim(self) -> int:
        """Of one step."""
        return self.array.ndim - 1

    @property
    def dense(self) -> bool:
        """Whether a step's numbers lie one behind the other."""
        return bool(self.array[0].flags.c_contiguous)

    @cached_property
    def dot(self) -> Moving:
        """Every step's bound method."""
        return Moving([row.dot for row in self.steps])


class Loop:
    """The same calls at every step, each time on other buffers; `backwards`: last step first."""

    def __init__(self, calls: Sequence[Call], length: int, backwards: bool = False):
        self.length, names = length, _Names()
        lines = []
        for function, arguments in calls:
            called, *given = map(names.name, (function, *arguments))
            lines.append(f"{called}({', '.join(given)})")
        moving = [column.steps for column in names.moving] or [[*range(length)]]  # a loop needs one
        self._moving = [column[::-1] for column in moving] if backwards else moving
        if any(len(column) != length for column in moving):
            raise ValueError(
                f"expected {length} steps of all that moves, got {[*map(len, moving)]}"
            )
        self._fixed = names.fixed
        self._part: tuple[Any, list[Any]] = (None, [])  # the last part that was run, and its steps
        self._run = _written(len(moving), len(self._fixed), tuple(lines))

    def __call__(self, start: int = 0, stop: int | None = None) -> None:
        """Run the steps from `start` up to `stop`, by default all, in the order of the loop."""
        moving = self._moving
        if start or stop not in (None, self.length):
            part, moving = self._part
            if part != (start, stop):
                moving = [column[start:stop] for column in self._moving]
                self._part = (start, stop), moving
        self._run(self._fixed, moving)


class _Names:
    """Names in generated source: c0, c1 … for what moves, a0, a1 … for what does not."""

    def __init__(self) -> None:
        self.moving: list[Moving] = []
        self.fixed: list[Any] = []
        self._known: dict[int, str] = {}

    def name(self, thing: Any) -> str:
        if id(thing) not in self._known:
            things, letter = (self.moving, "c") if isinstance(thing, Moving) else (self.fixed, "a")
            self._known[id(thing)] = f"{letter}{len(things)}"
            things.append(thing)  # kept here, so that no other thing gets its id
        return self._known[id(thing)]


@lru_cache(maxsize=256)
def _written(
    moving: int, fixed: int, lines: tuple[str, ...]
) -> Callable[[list[Any], list[Any]], None]:
    """The loop as a function.  Its text is made of our own names."""
    unpack = "".join(f"a{k}, " for k in range(fixed))
    head = "".join(f"c{k}, " for k in range(moving))
    body = "".join(f"        {line}\n" for line in lines) or "        pass\n"
    text = f"    {unpack}= fixed\n" if fixed else ""
    made: dict[str, Any] = {}
    exec(f"def run(fixed, columns):\n{text}    for {head}in zip(*columns):\n{body}", made)
    run: Callable[[list[Any], list[Any]], None] = made["run"]
    return run
