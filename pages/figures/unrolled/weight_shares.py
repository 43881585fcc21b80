"""One weight, used at every step: each step's share of its gradient, and the sum as it grows.

The gradient of a weight is the sum of T shares. BPTT adds them in the order it meets the steps,
from the last one read to the first; `sum` at a step is the norm of what has come together by then,
so at the first step read it is the norm of the whole gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from pages.figures.numbers import Array, number, size
from rnn_core.notation.notation import Letters
from rnn_core.notation.symbol import glyph

# Which weight it is: a matrix sits on an arrow of the picture, peepholes on the cell state's, a
# bias inside the cell, or inside the output.
KINDS = {
    "in": "weight_ih",
    "loop": "weight_hh",
    "bias_in": "bias_ih",
    "bias_loop": "bias_hh",
    "peep": "weight_ph",
    "out": "readout.weight",
    "bias_out": "readout.bias",
}
_NAMES = {  # in an alphabet
    "in": "wx",
    "loop": "wh",
    "bias_in": "bx",
    "bias_loop": "bh",
    "out": "out",
    "bias_out": "out_b",
}
_PARTS = {"in": "x", "loop": "h", "bias_in": "x", "bias_loop": "h"}  # of one written for both

_known: WeakKeyDictionary[Any, list[dict[str, Any]]] = WeakKeyDictionary()


def weights_of(stage: Any) -> list[dict[str, Any]]:
    """Every weight of a stage with its shares, worked out once for a stage."""
    if stage not in _known:
        _known[stage] = list(_weights(stage))
    return _known[stage]


def weight_name(stage: Any, weight: dict[str, Any], several: bool) -> str:
    """Name of a weight in a link: PyTorch's, behind the stage's where there are several."""
    return f"{stage.name}.{weight['name']}" if several else weight["name"]


def _weights(stage: Any) -> Iterator[dict[str, Any]]:
    for i, gradient in enumerate(stage.gradient.layers):
        trace, order = gradient.trace, _order(gradient.trace)
        for kind, name in KINDS.items():
            full = f"{name}_{trace.suffix}"
            if full in stage.network.weights:
                yield _weight(
                    kind, i, full, _stacked(trace.cell, kind), gradient.share(name), order
                )
    if stage.network.output_size:
        order = _order(stage.trace.top)
        yield _weight("out", None, "readout.weight", "", readout_shares(stage), order)
        yield _weight("bias_out", None, "readout.bias", "", stage.gradient.logits[0], order)


def _stacked(cell: Any, kind: str) -> str:
    """Number of gates stacked in a weight, in words; "" for one."""
    gates = len(cell.peepholes if kind == "peep" else cell.gates)
    return f"{gates} gates stacked" if gates > 1 else ""


def readout_shares(stage: Any) -> Array:
    """(T, O, F) each step's share of the readout's gradient."""
    with np.errstate(all="ignore"):
        return np.asarray(stage.gradient.logits[0][:, :, None] * stage.trace.features[0][:, None])


def symbol_of(kind: str, letters: Letters) -> tuple[str, str]:
    """Letter and index of a weight, all gates together, in a notation."""
    if kind == "peep":
        return "p", ""
    mine = getattr(letters.alphabet, _NAMES[kind])
    both = letters.alphabet.b if kind.startswith("bias") else letters.alphabet.w
    joint = both if kind in _PARTS else ""
    part = "" if mine or not joint else _PARTS[kind]
    spec = mine or joint or getattr(letters.house, _NAMES[kind])
    found = glyph(spec.format(g="").rstrip("_^"))
    return found.base + found.sup.replace("⊤", "ᵀ"), found.sub + part


def _order(trace: Any) -> range:
    """Steps in the order of the backward pass: the last one read comes first."""
    steps = int(trace.x.shape[1])
    return range(steps) if trace.reverse else range(steps - 1, -1, -1)


def _weight(
    kind: str, layer: int | None, name: str, stacked: str, shares: Array, order: range
) -> dict[str, Any]:
    sums = growing(shares, order)
    return {
        "kind": kind,
        "layer": layer,
        "name": name,
        "shape": list(shares.shape[1:]),
        "stacked": stacked,
        "share": [number(size(share)) for share in shares],
        "sum": [number(sums[t]) for t in range(len(shares))],
        "total": number(sums[order[-1]]),
    }


def growing(shares: Array, order: range) -> dict[int, float]:
    """Step -> norm of the sum of all shares up to it, in that order."""
    total, norms = np.zeros(shares.shape[1:]), {}
    for t in order:
        with np.errstate(all="ignore"):
            total += shares[t]
        norms[t] = size(total)
    return norms
