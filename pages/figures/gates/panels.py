"""Every gate and state of a layer, units by steps: the heatmaps' payload, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from pages.figures.gates.similarity import unit_order
from pages.figures.numbers import rms
from pages.figures.theme import number, quantity_look, range_of
from rnn_core.engine.cells import Cell
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Letters, Notation

SHOWN: dict[str, str] = {  # what the picture draws, in the link and in words
    "one": "one gate or state",
    "all": "all gates and states",
    "states": "cell against hidden state",
    "spread": "mean and spread of units",
}
BY_NUMBER = "number"  # units stand in their own order
CHANGING = "changing"  # those that change most, from the top; no more than can be told apart
MOST = 20
LOW, HIGH = 0.1, 0.9  # a gate below is as good as shut, above as good as open


class Panel(TypedDict):
    """One picture: what is drawn, in which fixed range, and its numbers.

    `form` "map": every unit's value, (H, T). "band": mean, tenth and ninetieth percentile over the
    units, (3, T).
    """

    name: str
    label: str
    symbol: str
    colour: str
    kind: str
    low: float
    high: float
    note: str
    form: str
    set: int  # which of the compared runs
    values: NDArray[np.floating[Any]]


class Payload(TypedDict):
    """Message of `pages.components.heatmaps`."""

    title: str
    labels: list[str]
    sets: list[str]  # what the compared runs are called; one without a comparison
    across: bool  # panels side by side, for cell against hidden state
    units: int  # how many there are
    series: list[float | None]  # numbers that are read; empty for text
    order: list[int]  # the units drawn (from 0), from the top row down, the same in all panels
    panels: list[Panel]


def gate_panels(
    layers: Mapping[str, LayerTrace],
    labels: tuple[str, ...],
    title: str,
    *,
    shown: str = "all",
    sort: str = BY_NUMBER,
    series: NDArray[Any] | None = None,
    notation: Notation = HOUSE,
    limit: float = 2.0,
    quantity: str = "",
) -> Payload:
    """Gates in the cell's order, then c and h, of one layer or of two to be compared.

    `layers` names each layer (its first sequence is drawn), `labels` each of the T steps. `sort`
    is BY_NUMBER, CHANGING, or the quantity by whose likeness units are put in order. With `shown`
    "one" only `quantity` is drawn; it says which units change. `series` (T,) are the
    numbers read, nan where nothing is. `limit` is the edge of the stated range -limit..limit of
    values that have no bounds of their own (c, or h behind a ReLU). Letters and words are the
    notation's.
    """
    found = [_quantities(trace, 0) for trace in layers.values()]
    panels: list[Panel] = []
    for k, (trace, quantities) in enumerate(zip(layers.values(), found, strict=True)):
        _check_labels(labels, quantities)
        drawn = {name: quantities[name].T for name in _drawn(trace.cell, shown, quantity)}
        letters, band = notation.of(trace.cell), shown == "spread"
        panels += [_panel(letters, trace.cell, *each, limit, band, k) for each in drawn.items()]
    picked = [telling(trace.cell, quantity) for trace in layers.values()]
    order = _order(found[0], sort, picked[0])
    if shown == "one":
        title = f"{title}. {conclusion(layers, picked, notation)}{_chosen(order, found[0])}"
    return {
        "title": title,
        "labels": [str(label) for label in labels],
        "sets": list(layers),
        "across": shown == "states",
        "series": [] if series is None else [_finite(v) for v in series],
        "order": order,
        "units": next(iter(found[0].values())).shape[1],
        "panels": panels,
    }


def _drawn(cell: Cell, shown: str, quantity: str) -> Sequence[str]:
    """The gates and states that are drawn, in the cell's order."""
    if shown == "one":
        return (telling(cell, quantity),)
    return [n for n in _names(cell) if shown != "states" or n in cell.states]


def shown_of(cell: Cell) -> dict[str, str]:
    """Choices of the menu "Show" for a cell; both states only for a cell that has two."""
    return {k: words for k, words in SHOWN.items() if k != "states" or len(cell.states) > 1}


def sorts_of(cell: Cell, shown: str, units: int = MOST) -> dict[str, str]:
    """The orders units can stand in; none where no unit is drawn."""
    if shown == "spread":
        return {}
    most = f"the {MOST} that change most" if units > MOST else "those that change most first"
    likeness = {q: f"likeness of {quantity_look(q).label}" for q in _names(cell)}
    return {CHANGING: most, BY_NUMBER: "number", **likeness}


def quantities_of(cell: Cell, notation: Notation = HOUSE) -> dict[str, str]:
    """The gates and states there are to draw, in words, the most telling one first."""
    first = telling(cell, "")
    names = (first, *(n for n in _names(cell) if n != first))
    return {n: notation.of(cell).label(n) for n in names}


def telling(cell: Cell, quantity: str) -> str:
    """The quantity if the cell has it, or else the one that says most: what keeps its state."""
    names = _names(cell)
    return next(n for n in (quantity, "forget", "update", "h") if n in names)


def conclusion(
    layers: Mapping[str, LayerTrace], quantities: Sequence[str], notation: Notation = HOUSE
) -> str:
    """How much of a gate is as good as open or shut, or how large a state is, in a line."""
    said = []
    for (name, trace), quantity in zip(layers.items(), quantities, strict=True):
        values = _quantities(trace, 0)[quantity]
        whose = f"{name}, " if len(layers) > 1 else ""
        label = notation.of(trace.cell).label(quantity)
        said.append(f"{whose}{label}: {_said(values, quantity in trace.cell.sigmoid_gates)}")
    words = "; ".join(said)
    return words[0].upper() + words[1:]


def _said(values: NDArray[Any], is_gate: bool) -> str:
    if not is_gate:
        return f"root mean square {number(float(rms(values.ravel())))}"
    return f"{np.mean(values > HIGH):.0%} above {HIGH:g}, {np.mean(values < LOW):.0%} below {LOW:g}"


def _chosen(order: Sequence[int], quantities: Mapping[str, NDArray[Any]]) -> str:
    units = next(iter(quantities.values())).shape[1]
    return f" (all {units} units; drawn are {len(order)})" if len(order) < units else ""


def series_read(
    done: Run, layer_trace: LayerTrace, labels: tuple[str, ...]
) -> NDArray[np.float64] | None:
    """The numbers (T,) that a layer's network reads, nan where it reads something else; None for
    text."""
    values = done.sequence.values
    if values is None:
        return None
    first = 0
    for stage in done.stages:
        if any(each is layer_trace for each in stage.trace.layers):
            break
        first += stage.x.shape[1]
    reads = np.array([label != "·" for label in labels])
    return np.where(reads, values[first : first + len(labels)], np.nan)


def gate_rows(
    layers: Mapping[str, LayerTrace], labels: tuple[str, ...], notation: Notation = HOUSE
) -> dict[str, NDArray[Any]]:
    """The same numbers in long form: step (from 1), symbol read, quantity, its letter, unit (from
    1), value; in front of them the run, where two are compared."""
    parts = [_rows(name, trace, labels, notation) for name, trace in layers.items()]
    found = {column: np.concatenate([p[column] for p in parts]) for column in parts[0]}
    return found if len(parts) > 1 else {k: v for k, v in found.items() if k != "run"}


def _rows(
    name: str, trace: LayerTrace, labels: tuple[str, ...], notation: Notation
) -> dict[str, NDArray[Any]]:
    quantities = _quantities(trace, 0)
    names, stack = list(quantities), np.stack(list(quantities.values()))  # (Q, T, H)
    letters = [notation.of(trace.cell).symbol(name).text for name in names]
    q, t, u = (index.ravel() for index in np.indices(stack.shape))
    return {
        "run": np.full(stack.size, name, dtype=object),
        "step": t + 1,
        "symbol": np.asarray(labels, dtype=object)[t],
        "quantity": np.asarray(names, dtype=object)[q],
        "letter": np.asarray(letters, dtype=object)[q],
        "unit": u + 1,
        "value": stack.ravel(),
    }


def _quantities(trace: LayerTrace, sequence: int) -> dict[str, NDArray[Any]]:
    """Every gate and state after its step, (T, H) each."""
    return {
        name: (trace.after(name) if name in trace.cell.states else trace.gates[name])[sequence]
        for name in _names(trace.cell)
    }


def _names(cell: Cell) -> tuple[str, ...]:
    # A cell whose only "gate" is the candidate has no gates: its candidate is the new state itself.
    gates = () if cell.gates == ("candidate",) else cell.gates
    return (*gates, *sorted(cell.states))  # c before h, as h is made from c


def _check_labels(labels: tuple[str, ...], quantities: Mapping[str, NDArray[Any]]) -> None:
    steps = next(iter(quantities.values())).shape[0]
    if len(labels) != steps:
        raise ValueError(f"labels: expected one per step, {steps}; got {len(labels)}.")


def _order(quantities: Mapping[str, NDArray[Any]], sort: str, picked: str) -> list[int]:
    if sort == CHANGING:
        return _changing(quantities[picked])
    if sort in quantities:
        return unit_order(quantities[sort].T)
    return list(range(next(iter(quantities.values())).shape[1]))


def _changing(values: NDArray[Any]) -> list[int]:
    """The MOST units of (T, H) whose values spread most over the steps."""
    finite = np.where(np.isfinite(values), values, 0.0)
    peak = np.abs(finite).max(initial=0.0)
    spreads = (finite / (peak if peak > 0 else 1.0)).std(axis=0)  # squares cannot overflow
    return [int(u) for u in np.argsort(-spreads, kind="stable")[:MOST]]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def spread(values: NDArray[Any]) -> NDArray[Any]:
    """(3, T): mean, tenth and ninetieth percentile over the units of (H, T)."""
    with np.errstate(all="ignore"):
        found = np.stack([values.mean(axis=0), *np.percentile(values, (10, 90), axis=0)])
    return np.where(np.isfinite(values).all(axis=0), found, np.nan)


def _panel(
    letters: Letters,
    cell: Cell,
    name: str,
    values: NDArray[Any],
    limit: float,
    band: bool,
    number: int,
) -> Panel:
    span = range_of(cell, name, limit)
    return {
        "name": name,
        "label": letters.word(name),
        "symbol": letters.symbol(name).text,
        "colour": quantity_look(name).colour,
        "kind": span.kind,
        "low": span.low,
        "high": span.high,
        "note": _beyond(values, span.low, span.high),
        "form": "band" if band else "map",
        "set": number,
        "values": spread(values) if band else values,
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
