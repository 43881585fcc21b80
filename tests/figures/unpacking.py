"""Messages of components read back, as assets/message.js reads them."""

import json
import struct

import numpy as np


def part(message):
    """A part's JSON, and what follows it."""
    (length,) = struct.unpack_from("<I", message)
    return json.loads(message[4 : 4 + length]), message[-(-(4 + length) // 8) * 8 :]


def unpacked(message):
    """The payload, its arrays where they stood."""
    assert len(message) % 8 == 0
    header, rest = part(message)
    return _read(header, rest)


def _read(value, rest):
    if isinstance(value, list):
        return [_read(each, rest) for each in value]
    if not isinstance(value, dict):
        return value
    if "array" not in value:
        return {name: _read(each, rest) for name, each in value.items()}
    offset, *shape = value["array"]
    kind = "<f8" if value["double"] else "<f4"
    return np.frombuffer(rest, kind, int(np.prod(shape)), offset).reshape(shape)
