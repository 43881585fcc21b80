"""A word to the C library about memory."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

import numpy as np

BLOCK: Final = 31 << 20  # bytes; glibc learns from blocks of less than 32 MB only


def keep_memory() -> None:
    """Let freed arrays of some megabytes be used again instead of going back to the system.

    glibc hands every large block back at once, and the next array pays for fresh pages: a third of
    the time of an LSTM's Jacobian products. Having freed one block of this size it keeps what is
    smaller. Elsewhere this does nothing. Call it once, when a program begins.
    """
    np.empty(BLOCK // 8)


def give_back() -> None:
    """Hand memory that nothing uses back to the system; where the C library is not glibc, nothing.

    Freed blocks lie scattered in what glibc keeps for the next ones: after a costly picture some
    hundred megabytes.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
