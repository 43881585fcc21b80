"""Work that is done in pieces: a generator that may be left alone between two of them.

>>> work = trainer.passes.gradient_in_pieces(w, batch)
>>> next(work)                # a piece; others may have their turn now
>>> loss, g = finished(work)  # the rest in one go
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TypeVar

from rnn_core.engine.pace import breathe

Result = TypeVar("Result")
Pieces = Generator[None, None, Result]  # rests between pieces; what it returns is the result


def finished(pieces: Pieces[Result]) -> Result:
    """The result, without a rest."""
    while True:
        breathe()
        try:
            next(pieces)
        except StopIteration as end:
            result: Result = end.value
            return result


def advanced(pieces: Pieces[Result], milliseconds: float) -> Result | None:
    """Work for so long, but for a piece at least; the result, if that was the end.

    What would last as long as the piece before it and so end too late is not begun."""
    now = time.perf_counter()
    end = now + milliseconds / 1000
    try:
        while True:
            next(pieces)
            breathe()
            before, now = now, time.perf_counter()
            if 2 * now - before >= end:
                return None
    except StopIteration as over:
        result: Result = over.value
        return result
