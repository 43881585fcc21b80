"""Bytes inside of an HTML file: compressed, in base64; the browser unpacks them."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

LEVEL: Final = 6  # 9 takes ten times as long for numbers and saves nothing


def packed(raw: bytes) -> str:
    """Text for a `<script type="text/plain">`; equal bytes give equal text."""
    return base64.b64encode(gzip.compress(raw, LEVEL, mtime=0)).decode()


def unpacked(text: str) -> bytes:
    """The bytes again."""
    return gzip.decompress(base64.b64decode(text))


@cache
def plotly_js() -> str:
    """plotly.js, packed."""
    return packed(source())


def source() -> bytes:
    """plotly.js of the installed Plotly; without a server the site has its own function for it."""
    found = find_spec("plotly")  # not imported: it is the largest package of all
    if found is None or found.origin is None:
        raise FileNotFoundError("expected Plotly to be installed, for the file's figures")
    return (Path(found.origin).parent / "package_data" / "plotly.min.js").read_bytes()


def joined(parts: Mapping[str, bytes]) -> tuple[dict[str, list[int]], bytes]:
    """Many messages as one: where each begins and how long it is, and the bytes."""
    places: dict[str, list[int]] = {}
    blocks: list[bytes] = []
    at = 0
    for name, raw in parts.items():
        raw += b" " * (-len(raw) % 8)  # numbers in a message begin at multiples of eight
        places[name] = [at, len(parts[name])]
        blocks.append(raw)
        at += len(raw)
    return places, b"".join(blocks)
