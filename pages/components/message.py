"""A component's message: words as JSON, numbers as bytes, read by `unpack` in assets/drawing.js."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np


def words(payload: Mapping[str, Any]) -> bytes:
    """A message without numbers of its own: JSON as bytes; Streamlit need not look into it."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()


def pack(payload: Mapping[str, Any]) -> bytes:
    """Length of the JSON header, the header, all of the payload's `numbers` as float64."""
    blocks, offset = {}, 0
    arrays = {n: np.ascontiguousarray(a, dtype="<f8") for n, a in payload["numbers"].items()}
    for name, array in arrays.items():
        blocks[name] = [offset, array.shape[0], array.shape[1] if array.ndim == 2 else 1]
        offset += array.size
    header = {**payload, "numbers": blocks}
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    head = struct.pack("<I", len(text)) + text
    return head + b" " * (-len(head) % 8) + b"".join(a.tobytes() for a in arrays.values())
