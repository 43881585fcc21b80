"""A component's message: words as JSON, arrays as bytes, read by assets/message.js."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LARGEST: Final = np.finfo(np.float32).max


def words(payload: Any) -> bytes:
    """A message without arrays: JSON as bytes; Streamlit need not look into it."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()


def part(payload: Any) -> bytes:
    """JSON behind its length, filled up to a multiple of eight bytes."""
    text = words(payload)
    return _padded(struct.pack("<I", len(text)) + text)


def pack(payload: Mapping[str, Any], *, single: bool = False) -> bytes:
    """A part, then all arrays of the payload, wherever they stand, row by row.

    Instead of an array the part holds {"array": [offset in bytes, *shape], "double": ...}.  Numbers
    are little-endian float64; with `single` float32, but for arrays that would overflow there.
    """
    blocks: list[bytes] = []
    said = part(_described(payload, blocks, single))
    return said + b"".join(blocks)


def _described(value: Any, blocks: list[bytes], single: bool) -> Any:
    if isinstance(value, Mapping):
        return {name: _described(each, blocks, single) for name, each in value.items()}
    if isinstance(value, list):
        return [_described(each, blocks, single) for each in value]
    if not isinstance(value, np.ndarray):
        return value
    double, offset = not (single and _fits(value)), sum(map(len, blocks))
    blocks.append(_padded(value.astype("<f8" if double else "<f4").tobytes()))
    return {"array": [offset, *value.shape], "double": double}


def _fits(values: NDArray[Any]) -> bool:
    """Whether float32 can hold these numbers."""
    finite = np.isfinite(values)
    return bool(np.max(np.abs(values), where=finite, initial=0.0) <= LARGEST)


def _padded(block: bytes) -> bytes:
    return block + b" " * (-len(block) % 8)
