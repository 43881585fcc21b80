"""Reading of hand-outs: their stored texts, messages and figures."""

import base64
import json
import re

import numpy as np

from pages.handout.packing import unpacked


def stored(text: str, name: str) -> str:
    """The content of one of the file's `<script type="text/plain">`."""
    return re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>', text, re.DOTALL)[1]


def messages(text: str) -> dict[str, bytes]:
    """Every message, by sheet, key and position of the slider."""
    raw = unpacked(stored(text, "messages"))
    places = json.loads(stored(text, "about"))["places"]
    return {name: raw[at : at + length] for name, (at, length) in places.items()}


def spec(message: bytes) -> dict:
    """The figure in a plot's message, its arrays as arrays."""

    def read(part):
        if isinstance(part, dict) and "bdata" in part:
            flat = np.frombuffer(base64.b64decode(part["bdata"]), dtype=part["dtype"])
            return flat.reshape([int(n) for n in str(part.get("shape", len(flat))).split(",")])
        if isinstance(part, dict):
            return {k: read(v) for k, v in part.items()}
        return [read(v) for v in part] if isinstance(part, list) else part

    return read(json.loads(message)["spec"])
