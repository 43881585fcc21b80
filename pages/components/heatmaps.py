"""Heatmaps of gates and states, drawn on canvas: units down, steps across, one shared axis."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.exhibits import picture

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_HTML = """<div class="heatmaps" data-component="heatmaps">
</div>"""

_component = picture(
    "heatmaps",
    html=_HTML,
    css=(_ASSETS / "heatmaps.css").read_text(encoding="utf-8"),
    script="heatmaps",
    isolate_styles=False,  # the page's tests and tools see into it; every class starts with `hm-`
)


@dataclass(frozen=True)
class Picked:
    """The selected step, unit and quantity, and the choices in the menus."""

    step: int  # from 0
    unit: int  # from 1; 0 is none
    quantity: str
    menus: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Menu:
    """A choice that stands beside the title; the first option holds if `value` is none."""

    name: str
    label: str
    value: str
    options: Mapping[str, str]  # value -> words


def heatmaps(
    payload: Mapping[str, Any],
    *,
    key: str,
    picked: Picked,
    on_pick: Callable[[Picked], None],
    menus: Sequence[Menu] = (),
    name: str = "gates",
) -> None:
    """Draw the panels of `gate_panels`; the caller keeps what is picked.

    `on_pick` is called before the page runs again, and what the caller then passes as `picked` and
    in `menus` is shown. `name` names downloaded files.
    """
    now = tidied(vars(picked), payload, menus)

    def changed() -> None:
        on_pick(tidied(st.session_state[key]["choice"], payload, menus))

    _component(
        key=key,
        data=pack(payload, picked=now, menus=menus, name=name),
        default={"choice": {**vars(now), "at": 0}},
        on_choice_change=changed,
    )


def tidied(choice: Mapping[str, Any], payload: Mapping[str, Any], menus: Sequence[Menu]) -> Picked:
    """A choice within what there is: it may have been made in another picture."""
    unit = int(choice["unit"])
    asked = {menu.name: choice["menus"].get(menu.name) for menu in menus}
    return Picked(
        step=max(0, min(int(choice["step"]), len(payload["labels"]) - 1)),
        unit=unit if 0 <= unit <= payload["units"] else 0,
        quantity=str(choice["quantity"]),
        menus={m.name: v for m in menus if (v := asked[m.name]) in m.options},
    )


def pack(
    payload: Mapping[str, Any], *, picked: Picked, menus: Sequence[Menu] = (), name: str
) -> bytes:
    """The component's message: what is picked, the picture's header, then every panel's numbers.

    The first two are JSON behind their length. Numbers are little-endian float32, row by row;
    float64 where float32 would overflow, so that the number under the pointer is the true one. All
    parts start at multiples of eight bytes. What follows the choice is the same as long as the
    picture is.
    """
    blocks = [_block(panel["values"]) for panel in payload["panels"]]
    header = {
        **payload,
        "name": name,
        "panels": [_described(p, b) for p, b in zip(payload["panels"], blocks, strict=True)],
    }
    choice = {**vars(picked), "menus": [vars(menu) for menu in menus]}
    parts = (_json(choice), _json(header), *(b.tobytes() for b in blocks))
    return b"".join(map(_padded, parts))


def _json(part: Mapping[str, Any]) -> bytes:
    text = json.dumps(part, ensure_ascii=False, allow_nan=False).encode()
    return struct.pack("<I", len(text)) + text


def _described(panel: Mapping[str, Any], block: NDArray[Any]) -> dict[str, Any]:
    about = {k: v for k, v in panel.items() if k != "values"}
    return {**about, "rows": block.shape[0], "double": block.dtype.itemsize == 8}


def _block(values: NDArray[Any]) -> NDArray[Any]:
    magnitude = np.abs(values)
    largest = np.max(magnitude, where=np.isfinite(magnitude), initial=0.0)
    return np.ascontiguousarray(values, dtype="<f8" if largest > np.finfo("f4").max else "<f4")


def _padded(part: bytes) -> bytes:
    return part + b" " * (-len(part) % 8)
