"""How much of the time each unit's gates are as good as shut or as good as open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import Figure, Part, base_figure, quantity_look
from rnn_core.analysis.jacobians import saturation
from rnn_core.engine.cells import Cell
from rnn_core.engine.trace import LayerTrace
from rnn_core.notation.notation import Letters

LOW, HIGH = 0.1, 0.9

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


def saturation_picture(
    layers: Mapping[str, LayerTrace], labels: Sequence[str], letters: Letters
) -> dict[str, Any]:
    """Payload of the component: a scatter for each gate (Karpathy et al., 2016) and what it counts.

    One point per unit: the share of steps below LOW across, above HIGH up. The two add up to at
    most 1. `numbers` holds every gate's values (T, H). `letters` name the gates.
    """
    shares = gate_shares(layers)
    gates = {g: {n: layers[n].gates[g][0] for n in found} for g, found in shares.items()}
    return {
        "file": "saturation",
        "low": LOW,
        "high": HIGH,
        "labels": [str(label) for label in labels],
        "units": max(trace.weights.weight_hh.shape[1] for trace in layers.values()),
        "gates": [_gate(gate, found, letters) for gate, found in shares.items()],
        "numbers": {f"{g} {n}": values for g, of in gates.items() for n, values in of.items()},
    }


def _gate(gate: str, shares: Shares, letters: Letters) -> dict[str, Any]:
    return {
        "gate": gate,
        "label": letters.label(gate),
        "word": letters.word(gate),
        "colour": quantity_look(gate).colour,
        "alt": sentence(gate, shares),
        "runs": [
            {"name": n, "values": f"{gate} {n}", "below": _plain(low), "above": _plain(high)}
            for n, (low, high) in shares.items()
        ],
    }


def _plain(shares: NDArray[np.float64]) -> list[float]:
    """Shares as numbers; 0 where nothing finite could be counted."""
    return np.nan_to_num(shares, nan=0.0).tolist()


def headline(picture: Mapping[str, Any]) -> str:
    """Alternative text of the gate that keeps a state, or of the first gate if none does."""
    said = {gate["gate"]: gate["alt"] for gate in picture["gates"]}
    kept = next((g for g in ("forget", "update") if g in said), next(iter(said)))
    return str(said[kept])


def saturation_figure(layers: Mapping[str, LayerTrace], letters: Letters) -> Figure:
    """The scatters as one Plotly figure, for a notebook: a point per unit, gates side by side."""
    shares = gate_shares(layers)
    n = max(1, len(shares))
    said = " ".join(sentence(gate, found) for gate, found in list(shares.items())[:1])
    figure = base_figure([], said or "This cell has no gate", "", "")
    layout = figure["layout"]
    for k, (gate, found) in enumerate(shares.items()):
        x, y = (f"{axis}{'' if k == 0 else k + 1}" for axis in "xy")
        for name, (below, above) in found.items():
            figure["data"].append(_points(gate, name, below, above) | {"xaxis": x, "yaxis": y})
        span = [k / n + 0.03, (k + 1) / n - 0.01]
        whose = letters.label(gate)
        layout[f"xaxis{x[1:]}"] = _share_axis(f"{whose}<br>share of steps below {LOW:g}", y) | {
            "domain": span
        }
        layout[f"yaxis{y[1:]}"] = _share_axis(f"above {HIGH:g}" if k == 0 else "", x)
    layout |= {"showlegend": len(layers) > 1, "hovermode": "closest"}
    return figure


def _share_axis(title: str, anchor: str) -> Part:
    return {"range": [-0.04, 1.04], "title": {"text": title}, "anchor": anchor, "tickformat": ".0%"}


def _points(gate: str, name: str, below: NDArray[Any], above: NDArray[Any]) -> Part:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": below,
        "y": above,
        "name": name,
        "marker": {"color": quantity_look(gate).colour, "size": 10, "opacity": 0.7},
        "customdata": np.arange(1, len(below) + 1),
        "hovertemplate": f"{name}, unit %{{customdata}}: %{{x:.0%}} below {LOW:g}, "
        f"%{{y:.0%}} above {HIGH:g}<extra></extra>",
    }


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
    """Description of a gate's scatter in words."""
    parts = [f"{name}: {_counted(both)}" for name, both in shares.items()]
    return f"{quantity_look(gate).label.capitalize()}, {'; '.join(parts)}."


def _counted(both: NDArray[np.float64]) -> str:
    shut, wide = (int((share > 0.5).sum()) for share in both)
    of = both.shape[1]
    return (
        f"{wide} of {of} units above {HIGH:g} and {shut} below {LOW:g} for more than half the steps"
    )
