"""The gradient-flow bench and its phase map on the page; one script draws both."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.exhibits import picture

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_CSS = (_ASSETS / "flow.css").read_text(encoding="utf-8")

Arrays = list[NDArray[Any]]

_bench = picture(
    "flow", html='<div class="flow" data-component="flow">\n</div>', css=_CSS, script="flow"
)
_map = picture(
    "flowmap", html='<div class="flow" data-component="flowmap">\n</div>', css=_CSS, script="flow"
)


def bench(
    payload: Mapping[str, Any], *, key: str, on_choice: Callable[[str, str, float], None]
) -> None:
    """Draw the payload of `pages.figures.flow.bench`.  Dragging happens in the browser.

    `on_choice(knob, quantity, value)` is told when the knob is let go or another is chosen.
    """
    start = {"knob": payload["knob"], "quantity": payload["quantity"], "value": payload["setting"]}

    def changed() -> None:
        choice = st.session_state[key]["choice"]
        on_choice(str(choice["knob"]), str(choice["quantity"]), float(choice["value"]))

    _bench(
        key=key,
        data=pack(payload),
        default={"choice": {**start, "at": 0}},
        on_choice_change=changed,
    )


def phase_map(
    payload: Mapping[str, Any], *, key: str, on_pick: Callable[[float, int], None]
) -> None:
    """Draw the phase map; `on_pick(scale, steps)` is told which of its cells was chosen."""
    start = {"scale": payload["scale"], "steps": payload["steps"], "at": 0}

    def changed() -> None:
        choice = st.session_state[key]["choice"]
        on_pick(float(choice["scale"]), int(choice["steps"]))

    _map(key=key, data=pack(payload), default={"choice": start}, on_choice_change=changed)


def pack(payload: Mapping[str, Any]) -> bytes:
    """Length of the JSON header, the header, then all arrays as little-endian float32.

    An array stands in the header as [offset, *shape].  Logarithms lose nothing one can see.
    """
    arrays: Arrays = []
    text = json.dumps(_described(payload, arrays), ensure_ascii=False, allow_nan=False).encode()
    head = struct.pack("<I", len(text)) + text
    blocks = [np.ascontiguousarray(a, dtype="<f4").tobytes() for a in arrays]
    return head + b" " * (-len(head) % 4) + b"".join(blocks)


def _described(part: Any, arrays: Arrays) -> Any:
    if isinstance(part, np.ndarray):
        offset = sum(a.size for a in arrays)
        arrays.append(part)
        return {"at": [offset, *part.shape]}
    if isinstance(part, Mapping):
        return {k: _described(v, arrays) for k, v in part.items()}
    return [_described(v, arrays) for v in part] if isinstance(part, list) else part
