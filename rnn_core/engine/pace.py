"""Pauses in long computations, for a program that serves many readers.

A long loop calls `breathe` at every round. On its own that does nothing; a program that computes
for several people sets what happens there with `paced`: let somebody else go first, tell how far
it is, or raise to give up. What is computed does not depend on it.

Never call `breathe` while a lock is held, such as a plan's: who goes first may need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_pause: ContextVar[Callable[[], None] | None] = ContextVar("pause", default=None)


def breathe() -> None:
    """A place in a long computation where it may be interrupted."""
    pause = _pause.get()
    if pause is not None:
        pause()


@contextmanager
def paced(pause: Callable[[], None]) -> Iterator[None]:
    """Call `pause` at every `breathe` inside of this block, in this thread."""
    token = _pause.set(pause)
    try:
        yield
    finally:
        _pause.reset(token)
