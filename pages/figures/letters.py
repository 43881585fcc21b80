"""Texts whose characters are coloured by a number each: what the component `letters` draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Meaning and range of the colours; the range belongs to the quantity, never to the data."""

    words: str  # the quantity, exactly
    kind: str  # "unit": from little to much; "signed": two colours, paper at the middle
    low: float  # on a logarithmic scale the powers of ten
    high: float
    ends: tuple[str, str]  # what stands at either end
    log: bool = False


@dataclass(frozen=True, eq=False)
class Text:
    """One text in its colours."""

    title: str
    short: str  # before the number of the character that is pointed at; "": it is not said
    values: Floats  # (N,) nan: no colour
    note: str = ""


def texts(
    chars: str,
    rows: Sequence[Text],
    scale: Scale,
    pick: int,
    *,
    label: str,
    first: int = 0,
    written: int | None = None,
    numbers: Mapping[str, NDArray[Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The component's payload; `pick` from 0, `first` the first place that may be picked, what
    comes from `written` on is underlined."""
    blocks = {f"text {k}": row.values for k, row in enumerate(rows)}
    return {
        "chars": list(chars),
        "rows": [
            {"title": row.title, "short": row.short, "note": row.note, "values": f"text {k}"}
            for k, row in enumerate(rows)
        ],
        "scale": vars(scale),
        "pick": pick,
        "first": first,
        "written": len(chars) if written is None else written,
        "label": label,
        "hint": "",
        "nothing": "no colour",
        "picked": "",  # instead of that for the picked one
        "from": 1,  # what the first character's number is
        "numbers": {**blocks, **(numbers or {})},
        **more,
    }
