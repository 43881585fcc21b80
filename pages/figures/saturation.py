"""How much of the time each unit's gates are as good as shut or as good as open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import INK, LINES, Figure, Part, house, quantity_look
from rnn_core.analysis import saturation
from rnn_core.cells import Cell
from rnn_core.trace import LayerTrace

LOW, HIGH = 0.1, 0.9
SIDE = 380  # pixels; both axes run from 0 to 1

Shares = Mapping[str, NDArray[np.float64]]  # run -> (2, H): below LOW, above HIGH


def gates_of(cell: Cell) -> tuple[str, ...]:
    """The gates in the cell's own order; none for a plain RNN."""
    return tuple(gate for gate in cell.gates if gate in cell.sigmoid_gates)


def gate_shares(layers: Mapping[str, LayerTrace]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Gate -> run -> (2, H): each unit's share of steps below LOW and above HIGH."""
    found: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
    for name, trace in layers.items():
        shares = saturation(trace, LOW, HIGH)
        for gate in gates_of(trace.cell):
            found[gate][name] = shares[gate]
    return dict(found)


def saturation_scatter(title: str, gate: str, shares: Shares, *, unit: int = 0) -> Figure:
    """One point per unit: left-saturated across, right-saturated up (Karpathy et al., 2016).

    The two shares add up to at most 1: no point lies beyond the diagonal. `unit` (from 1) is
    ringed. Points that fall on one another are counted beside them.
    """
    colour, names = quantity_look(gate).colour, list(shares)
    data = [_bound()]
    for place, (name, both) in enumerate(shares.items()):
        data += [_points(name, both, colour, place), _counts(both, place)]
        if 0 < unit <= both.shape[1]:
            data.append(_ring(both[:, unit - 1], unit))
    figure = house(data, title, f"share of steps below {LOW:g}", f"share of steps above {HIGH:g}")
    axis = {"range": [-0.06, 1.06], "tickvals": [0, 0.25, 0.5, 0.75, 1], "zeroline": False}
    figure["layout"]["xaxis"] |= axis
    figure["layout"]["yaxis"] |= axis
    more = {"height": SIDE, "hovermode": "closest", "showlegend": len(names) > 1}
    figure["layout"] |= {**more, "margin": {"l": 60, "r": 12, "t": 64, "b": 52}}
    return figure


def saturation_rows(layers: Mapping[str, LayerTrace]) -> dict[str, list[Any]]:
    """Long form: run, gate, unit (from 1), its share of steps below LOW and above HIGH."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("run", "gate", "unit", "below_0.1", "above_0.9")
    }
    for gate, shares in gate_shares(layers).items():
        for name, (below, above) in shares.items():
            for unit, pair in enumerate(zip(below, above, strict=True)):
                for column, value in zip(rows, (name, gate, unit + 1, *pair), strict=True):
                    rows[column].append(value)
    return rows


def sentence(gate: str, shares: Shares) -> str:
    """What a scatter shows, in words."""
    parts = [f"{name}: {_counted(both)}" for name, both in shares.items()]
    return f"{quantity_look(gate).label.capitalize()}, {'; '.join(parts)}."


def _counted(both: NDArray[np.float64]) -> str:
    shut, wide = (int((share > 0.5).sum()) for share in both)
    of = both.shape[1]
    return (
        f"{wide} of {of} units above {HIGH:g} and {shut} below {LOW:g} for more than half the steps"
    )


def _bound() -> Part:
    line = {"color": LINES, "dash": "dash", "width": 1.5}
    return {"type": "scatter", "x": [0, 1], "y": [1, 0], "mode": "lines", "line": line,
            "hoverinfo": "skip", "showlegend": False, "name": "bound"}  # fmt: skip


def _points(name: str, both: NDArray[np.float64], colour: str, place: int) -> Part:
    """Filled circles for the reader's run, open diamonds for the one it is compared with."""
    symbol = ("circle", "diamond-open")[place]
    marker: Part = {"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2}}
    if place == 0:
        marker = {"color": colour, "symbol": symbol, "size": 9, "opacity": 0.75}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": both[0].tolist(),
        "y": both[1].tolist(),
        "text": _labels(both),
        "hovertemplate": "%{text}<br>below 0.1: %{x:.1%}, above 0.9: %{y:.1%}",
        "marker": marker,
    }


def _together(both: NDArray[np.float64]) -> dict[tuple[float, float], list[int]]:
    """Point -> the units (from 1) that stand there."""
    found: dict[tuple[float, float], list[int]] = defaultdict(list)
    for unit, (x, y) in enumerate(both.T.tolist(), start=1):
        found[x, y].append(unit)
    return found


def _labels(both: NDArray[np.float64]) -> list[str]:
    places = _together(both)
    return [_units(places[x, y]) for x, y in both.T.tolist()]


def _units(units: list[int]) -> str:
    if len(units) == 1:
        return f"unit {units[0]}"
    more = f" and {len(units) - 12} more" if len(units) > 12 else ""
    return f"{len(units)} units: {', '.join(map(str, units[:12]))}{more}"


def _counts(both: NDArray[np.float64], place: int) -> Part:
    """How many units share a point, where they do; the second run's stand on the other side."""
    many = {at: units for at, units in _together(both).items() if len(units) > 1}
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x for x, _ in many],
        "y": [y for _, y in many],
        "text": [f"\u2003×{len(units)}\u2003" for units in many.values()],
        "textposition": ("top right", "bottom right")[place],
        "hoverinfo": "skip",
        "showlegend": False,
        "name": "count",
    }


def _ring(at: NDArray[np.float64], unit: int) -> Part:
    marker = {"color": INK, "symbol": "circle-open", "size": 18, "line": {"width": 2}}
    return {"type": "scatter", "mode": "markers", "x": [float(at[0])], "y": [float(at[1])],
            "marker": marker, "hoverinfo": "skip", "showlegend": False,
            "name": f"unit {unit}"}  # fmt: skip
