"""Settings of the C library's memory allocator."""

from __future__ import annotations

import ctypes
from typing import Final

import numpy as np

BLOCK: Final = 31 << 20  # bytes; glibc learns from blocks of less than 32 MB only
M_ARENA_MAX: Final = -8  # mallopt's name for the number of arenas
ARENAS: Final = 2


def keep_memory() -> None:
    """Let freed arrays of some megabytes be used again instead of going back to the system.

    glibc hands every large block back at once, and the next array pays for fresh pages: a third of
    the time of an LSTM's Jacobian products. Having freed one block of this size it keeps what is
    smaller. Elsewhere this does nothing. Call it once, when a program begins.
    """
    np.empty(BLOCK // 8)
    _few_arenas()


def _few_arenas() -> None:
    """Keep freed memory in two places: by default each of a server's threads has one of its own.

    A soak of 20 readers peaks at 598 MB instead of 694.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # as in `give_back`
        return
    mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Let the system have the memory that was freed, and that `keep_memory` made glibc keep.

    For a program that has just let go of much. Elsewhere than with glibc this does nothing.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows has no CDLL(None)
        return
    trim(0)
