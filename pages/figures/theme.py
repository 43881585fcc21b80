"""One meaning, one look, on every page: names, colours and ranges.

Colours are written as tokens, `var(--chart-3)` or `var(--st-text-color)`, and become light or dark
when the picture is drawn. The ten colours behind the tokens are the app's chart palette
(.streamlit/config.toml); no figure contains a hard-coded colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from rnn_core.engine.cells import Cell

Look = TypeVar("Look")
Part = dict[str, Any]  # a trace, an axis, a shape
Figure = dict[str, Any]  # {"data": […], "layout": {…}}

INK = "var(--st-text-color)"
LINES = "var(--st-border-color)"
PAPER = "var(--st-background-color)"
CALLOUT = {"bgcolor": PAPER, "arrowcolor": INK, "arrowwidth": 1, "arrowhead": 0}
# Of the diverging colours, from deep warm (0) to deep cool (9): what vanishes is cool, what
# explodes warm, on every page; the pale ones lie behind lines, the deep ones are for words.
COOL, WARM = "var(--heat-5)", "var(--heat-4)"
COOL_INK, WARM_INK = "var(--heat-8)", "var(--heat-1)"

# What a slot stands for, light, dark. The same ten, in this order, are in .streamlit/config.toml.
PALETTE: dict[str, tuple[str, str]] = {
    "rnn": ("#b47814", "#cd8c23"),
    "gru": ("#006b7b", "#239cb0"),
    "lstm": ("#5980e5", "#b7cbf9"),
    "forget": ("#aa3364", "#cc5281"),
    "input": ("#3e932e", "#5db24e"),
    "output": ("#2b4fb0", "#5680e5"),
    "candidate": ("#684d09", "#926f19"),
    "reset": ("#8d69c7", "#8f6bc9"),
    "update": ("#005172", "#56b2e2"),
    "c": ("#ba61a1", "#ee91d3"),
}

# Gradient norms beyond these are drawn on the edge, and said to be: with the axis up to the largest
# number there is, one exploding curve would press all others flat.
FLOOR = 1e-16
CEILING = 1e32

FLUSH = 0.003  # of the width: a title stands at the left edge, below the page's own words
HEIGHT = 420  # of a Plotly figure, in pixels at the default text size


@dataclass(frozen=True)
class CellLook:
    """How one cell's lines look: told apart by colour, dash or marker, any one is enough."""

    label: str
    colour: str
    dash: str
    marker: str


@dataclass(frozen=True)
class QuantityLook:
    """Name and colour of a gate or state, the same in every cell that has it."""

    label: str
    colour: str


@dataclass(frozen=True)
class Range:
    """The values a colour scale stands for. It belongs to the meaning, never to the data."""

    kind: str  # "unit": sequential from 0 to 1; "signed" and "wide": diverging, neutral at 0
    low: float
    high: float


UNIT = Range("unit", 0.0, 1.0)
SIGNED = Range("signed", -1.0, 1.0)
WIDE_LIMITS = (1.0, 2.0, 5.0, 10.0)  # the choices for values without bounds, such as c


def token(slot: str) -> str:
    """The palette's colour for this meaning, resolved to light or dark when drawn."""
    return f"var(--chart-{list(PALETTE).index(slot)})"


CELLS: dict[str, CellLook] = {
    "rnn": CellLook("RNN", token("rnn"), "solid", "circle"),
    "gru": CellLook("GRU", token("gru"), "dash", "square"),
    "lstm": CellLook("LSTM", token("lstm"), "dot", "diamond"),
}

QUANTITIES: dict[str, QuantityLook] = {
    "input": QuantityLook("input gate", token("input")),
    "forget": QuantityLook("forget gate", token("forget")),
    "candidate": QuantityLook("candidate", token("candidate")),
    "output": QuantityLook("output gate", token("output")),
    "reset": QuantityLook("reset gate", token("reset")),
    "update": QuantityLook("update gate", token("update")),
    "c": QuantityLook("cell state", token("c")),
    "h": QuantityLook("hidden state", INK),
}

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def cell_look(name: str) -> CellLook:
    """The look of a cell by its name ("rnn", "gru", "lstm")."""
    return _entry(CELLS, name, "cell", "CELLS")


def quantity_look(name: str) -> QuantityLook:
    """The look of a gate or state by its name ("forget", "h")."""
    return _entry(QUANTITIES, name, "gate or state", "QUANTITIES")


def wide(limit: float) -> Range:
    """A symmetric range for a quantity without bounds, from the short list WIDE_LIMITS."""
    if limit not in WIDE_LIMITS:
        raise ValueError(f"limit: expected one of {WIDE_LIMITS}; got {limit!r}.")
    return Range("wide", -limit, limit)


def range_of(cell: Cell, quantity: str, limit: float = 2.0) -> Range:
    """The colour range that a gate's or state's own definition gives it."""
    if quantity in cell.sigmoid_gates:
        return UNIT
    if quantity == "c":
        return wide(limit)
    activation = getattr(cell, "activation", "tanh")
    return {"tanh": SIGNED, "sigmoid": UNIT}.get(activation) or wide(limit)


def number(value: float) -> str:
    """A number for a sentence: three digits, 1.83·10⁻⁵ where that is shorter."""
    digits, _, exponent = f"{value:.3g}".replace("-", "−", int(value < 0)).partition("e")
    if not exponent:
        return digits
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if digits == "1" else f"{digits}·{power}"


def base_figure(data: list[Part], title: str, x: str, y: str) -> Figure:
    """Title, axis labels, spacing and manners of every Plotly figure; colours come when drawn.

    Figures are plain dicts, as Plotly writes them to JSON: go.Figure(figure) checks one, and costs
    a hundred times as much as making it.
    """
    layout = {
        "title": {"text": title, "x": FLUSH, "xref": "container", "xanchor": "left"},
        "xaxis": {"title": {"text": x}},
        "yaxis": {"title": {"text": y}},
        "height": HEIGHT,
        "margin": {"l": 84, "r": 16, "t": 76, "b": 52},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.01, "yanchor": "bottom"},
        "hovermode": "x unified",
    }
    return {"data": data, "layout": layout}


def _entry(table: dict[str, Look], name: str, what: str, where: str) -> Look:
    if name not in table:
        known = ", ".join(table)
        raise KeyError(
            f"No look for the {what} {name!r}; known: {known}. Add it to {where} in "
            "pages/figures/theme.py."
        )
    return table[name]
