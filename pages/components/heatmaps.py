"""Heatmaps of gates and states, drawn on canvas: units down, steps across, one shared axis."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_HTML = """<div class="heatmaps" data-component="heatmaps">
</div>"""

_component = st.components.v2.component(
    "heatmaps",
    html=_HTML,
    css=(_ASSETS / "heatmaps.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "heatmaps.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # the page's tests and tools see into it; every class starts with `hm-`
)


def heatmaps(
    payload: Mapping[str, Any],
    *,
    key: str,
    selected: int,
    on_select: Callable[[int], None] | None = None,
    name: str = "gates",
) -> int:
    """Draw the panels of `gate_panels` and return the selected step (0-based).

    Without `on_select` the reader's choice is kept by the component and `selected` is where it
    starts. With it the caller keeps the choice: `on_select(step)` is called before the page runs
    again, and what the caller then passes as `selected` is shown. `name` names downloaded files.
    """
    last = len(payload["labels"]) - 1
    controlled = on_select is not None

    def changed() -> None:
        if on_select is not None:
            on_select(_clamp(st.session_state[key]["step"], last))

    start = _clamp(selected, last)
    data = pack(payload, selected=start, follow=controlled, name=name)
    result = _component(key=key, data=data, default={"step": start}, on_step_change=changed)
    return start if controlled else _clamp(result.step, last)


def pack(payload: Mapping[str, Any], *, selected: int, follow: bool, name: str) -> bytes:
    """The component's message: length of the JSON header, the header, then every panel's numbers.

    Numbers are little-endian float32, unit by unit (H, T); float64 where float32 would overflow, so
    that the number under the pointer is the true one. Blocks start at multiples of eight bytes.
    """
    blocks = [_block(panel["values"]) for panel in payload["panels"]]
    header = {
        "title": payload["title"],
        "labels": payload["labels"],
        "selected": selected,
        "follow": follow,
        "name": name,
        "panels": [_described(p, b) for p, b in zip(payload["panels"], blocks, strict=True)],
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    head = struct.pack("<I", len(text)) + text
    return b"".join(_padded(part) for part in (head, *(b.tobytes() for b in blocks)))


def _described(panel: Mapping[str, Any], block: NDArray[Any]) -> dict[str, Any]:
    about = {k: v for k, v in panel.items() if k != "values"}
    return {**about, "units": block.shape[0], "double": block.dtype.itemsize == 8}


def _block(values: NDArray[Any]) -> NDArray[Any]:
    magnitude = np.abs(values)
    largest = np.max(magnitude, where=np.isfinite(magnitude), initial=0.0)
    return np.ascontiguousarray(values, dtype="<f8" if largest > np.finfo("f4").max else "<f4")


def _padded(part: bytes) -> bytes:
    return part + b" " * (-len(part) % 8)


def _clamp(step: int | None, last: int) -> int:
    return max(0, min(int(step or 0), last))
