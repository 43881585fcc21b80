"""The recurrent matrices by themselves: eigenvalues in the complex plane, radius and stretch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import (
    INK,
    LINES,
    Figure,
    Part,
    base_figure,
    cell_look,
    number,
    quantity_look,
)
from rnn_core.analysis.jacobians import Recurrent
from rnn_core.engine.cells import Cell
from rnn_core.notation.notation import HOUSE, Notation

REACH: Final = (1.25, 2.5, 5.0, 10.0, 20.0)  # where the plane ends, so that it rests
SIDE: Final = 440
MARKERS: Final = ("circle", "square-open", "diamond-open", "cross-open")

Spectra = Mapping[str, Recurrent]


def eigenvalue_figure(cell: Cell, found: Spectra, notation: Notation = HOUSE) -> Figure:
    """Every gate's eigenvalues, and the unit circle; dotted, how far one product can stretch."""
    reach = next((r for r in REACH if r >= 1.05 * _furthest(found)), REACH[-1])
    data = [_circle(1.0, "unit circle", LINES, "solid")]
    if cell.name == "rnn":
        sigma = found["candidate"].sigma
        data.append(_circle(sigma, f"radius σₘₐₓ = {number(sigma)}", INK, "dot"))
    data += [_points(cell, g, s, k, notation) for k, (g, s) in enumerate(found.items())]
    title = f"Eigenvalues of {notation.of(cell).matrix('weight_hh')}"
    figure = base_figure(data, title, "real part", "imaginary part")
    axis = {"range": [-reach, reach], "zeroline": True}
    layout = figure["layout"]
    layout["xaxis"] |= axis | {"constrain": "domain"}
    layout["yaxis"] |= axis | {"scaleanchor": "x", "constrain": "domain"}
    layout |= {"height": SIDE, "hovermode": "closest"}
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"}
    layout["margin"] = {"l": 64, "r": 12, "t": 48, "b": 110}
    return figure


def _furthest(found: Spectra) -> float:
    """The largest radius that must be seen; a circle of σₘₐₓ is drawn for a single matrix."""
    most = max(1.0, *(s.radius for s in found.values()))
    return max(most, *(s.sigma for s in found.values())) if len(found) == 1 else most


def _circle(radius: float, name: str, colour: str, dash: str) -> Part:
    turn = np.linspace(0, 2 * np.pi, 121)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "hoverinfo": "skip",
        "x": radius * np.cos(turn),
        "y": radius * np.sin(turn),
        "line": {"color": colour, "width": 2, "dash": dash},
    }


def _points(cell: Cell, gate: str, one: Recurrent, place: int, notation: Notation) -> Part:
    alone = cell.name == "rnn"
    colour = cell_look("rnn").colour if alone else quantity_look(gate).colour
    values = one.eigenvalues
    return {
        "type": "scatter",
        "mode": "markers",
        "x": values.real.copy(),
        "y": values.imag.copy(),
        "name": "eigenvalues" if alone else notation.of(cell).label(gate),
        "marker": {"color": colour, "symbol": MARKERS[place % len(MARKERS)], "size": 8},
        "customdata": [number(float(v)) for v in np.abs(values)],
        "hovertemplate": "λ = %{x:.3f} + %{y:.3f} i, |λ| = %{customdata}",
    }


def spectra_table(cell: Cell, found: Spectra, notation: Notation = HOUSE) -> str:
    """Markdown: radius and largest singular value of every gate's recurrent matrix."""
    own = notation.of(cell)
    lines = ["| matrix | spectral radius ρ | largest singular value σₘₐₓ |", "|---|---:|---:|"]
    for gate, one in found.items():
        name = f"{own.symbol('weight_hh.' + gate).text}"
        name += "" if cell.name == "rnn" else f", {own.word(gate)}"
        lines.append(f"| {name} | {number(one.radius)} | {number(one.sigma)} |")
    return "\n".join(lines)


def eigenvalue_rows(found: Spectra) -> dict[str, NDArray[Any]]:
    """Long form: gate, real and imaginary part, absolute value."""
    values = np.concatenate([one.eigenvalues for one in found.values()])
    gates = np.repeat(list(found), [len(one.eigenvalues) for one in found.values()])
    return {
        "gate": gates,
        "real": values.real,
        "imaginary": values.imag,
        "absolute": np.abs(values),
    }
