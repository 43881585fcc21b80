"""Every gate and state of one layer, units by steps: the heatmaps' payload, and its numbers."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import number, quantity_look, range_of, symbol_t
from rnn_core.cells import Cell
from rnn_core.trace import LayerTrace


class Panel(TypedDict):
    """One heatmap: what is drawn, in which fixed range, and the numbers (H, T)."""

    name: str
    label: str
    symbol: str
    colour: str
    kind: str
    low: float
    high: float
    note: str
    values: NDArray[np.floating[Any]]


class Payload(TypedDict):
    """What `pages.components.heatmaps` draws."""

    title: str
    labels: list[str]
    panels: list[Panel]


def gate_panels(
    layer_trace: LayerTrace,
    labels: tuple[str, ...],
    title: str,
    *,
    sequence: int = 0,
    limit: float = 2.0,
) -> Payload:
    """Gates in the cell's order, then c and h, of one sequence of the batch.

    `labels` names each of the T steps on the axis. `limit` is the edge of the stated range
    -limit..limit of values that have no bounds of their own (c, or h behind a ReLU).
    """
    quantities = _quantities(layer_trace, sequence)
    steps = next(iter(quantities.values())).shape[0]
    if len(labels) != steps:
        raise ValueError(f"labels: expected one per step, {steps}; got {len(labels)}.")
    cell = layer_trace.cell
    panels = [_panel(cell, name, v.T, limit) for name, v in quantities.items()]
    return {"title": title, "labels": [str(label) for label in labels], "panels": panels}


def gate_rows(
    layer_trace: LayerTrace, labels: tuple[str, ...], *, sequence: int = 0
) -> dict[str, NDArray[Any]]:
    """The same numbers in long form: step (from 1), symbol, quantity, unit (from 1), value."""
    quantities = _quantities(layer_trace, sequence)
    names, stack = list(quantities), np.stack(list(quantities.values()))  # (Q, T, H)
    q, t, u = (index.ravel() for index in np.indices(stack.shape))
    return {
        "step": t + 1,
        "symbol": np.asarray(labels, dtype=object)[t],
        "quantity": np.asarray(names, dtype=object)[q],
        "unit": u + 1,
        "value": stack.ravel(),
    }


def _quantities(trace: LayerTrace, sequence: int) -> dict[str, NDArray[Any]]:
    """Every gate and state after its step, (T, H) each."""
    cell = trace.cell
    # A cell whose only "gate" is the candidate has no gates: its candidate is the new state itself.
    gates = () if cell.gates == ("candidate",) else cell.gates
    found = {gate: trace.gates[gate][sequence] for gate in gates}
    for state in sorted(cell.states):  # c before h, as h is made from c
        found[state] = trace.after(state)[sequence]
    return found


def _panel(cell: Cell, name: str, values: NDArray[Any], limit: float) -> Panel:
    look, span = quantity_look(name), range_of(cell, name, limit)
    return {
        "name": name,
        "label": look.label,
        "symbol": symbol_t(cell.name, name),
        "colour": look.colour,
        "kind": span.kind,
        "low": span.low,
        "high": span.high,
        "note": _beyond(values, span.low, span.high),
        "values": values,
    }


def _beyond(values: NDArray[Any], low: float, high: float) -> str:
    """A word about values the fixed range cannot show; the colour alone would hide them."""
    finite = values[np.isfinite(values)]
    parts = []
    out = finite[(finite < low) | (finite > high)]
    if out.size:
        furthest = float(out[np.abs(out).argmax()])
        share = f"{out.size / values.size:.1%}" if out.size / values.size >= 0.001 else "<0.1%"
        parts.append(f"{share} beyond the range, as far as {number(furthest)}")
    if finite.size < values.size:
        parts.append(f"{values.size - finite.size} overflowed (inf or nan), drawn grey")
    return "; ".join(parts)
