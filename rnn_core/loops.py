"""Loops over time as one would write them by hand.

A plan knows every call of every step.  Most of what a call is given is a view that moves on with
time; the rest is the same at every step.  So the loop can be written out,

    for c0, c1, c2 in zip(*columns):
        c0(a0, c1)
        a1(c1, c2)

which costs a sixth less than going through a list of (function, arguments).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Loop:
    """The same calls at every step, each time on other buffers."""

    def __init__(self, steps: Sequence[Sequence[Call]]):
        self.length = len(steps)
        self._columns: dict[tuple[int, ...], tuple[str, list[Any]]] = {}
        self._constants: dict[int, tuple[str, Any]] = {}
        lines = []
        for calls in zip(*steps, strict=True):  # one call, as it is at every step
            function, *arguments = (
                self._name(every)
                for every in zip(*((call, *given) for call, given in calls), strict=True)
            )
            lines.append(f"{function}({', '.join(arguments)})")
        self._columns.setdefault((), ("step", list(range(self.length))))  # a loop needs one
        self._run = _written(
            tuple(name for name, _ in self._columns.values()),
            tuple(name for name, _ in self._constants.values()),
            tuple(lines),
        )
        self._moving = [column for _, column in self._columns.values()]
        self._fixed = [value for _, value in self._constants.values()]

    def _name(self, every: tuple[Any, ...]) -> str:
        """What to call one argument: the same at all steps, or a column of them."""
        key = tuple(map(id, every))
        if len(set(key)) == 1:
            return self._constants.setdefault(key[0], (f"a{len(self._constants)}", every[0]))[0]
        return self._columns.setdefault(key, (f"c{len(self._columns)}", list(every)))[0]

    def __call__(self, start: int = 0, stop: int | None = None) -> None:
        """Run the steps from `start` up to `stop`, by default all."""
        moving = self._moving
        if start or stop not in (None, self.length):
            moving = [column[start:stop] for column in moving]
        self._run(self._fixed, moving)


@lru_cache(maxsize=256)
def _written(
    columns: tuple[str, ...], constants: tuple[str, ...], lines: tuple[str, ...]
) -> Callable[[list[Any], list[Any]], None]:
    """The loop as a function; plans of one cell share it.  Its text is made of our own names."""
    unpack = f"    {', '.join(constants)}, = constants\n" if constants else ""
    body = "".join(f"        {line}\n" for line in lines) or "        pass\n"
    head = f"    for {', '.join(columns)}, in zip(*columns):\n"
    made: dict[str, Any] = {}
    exec(f"def run(constants, columns):\n{unpack}{head}{body}", made)
    return made["run"]
