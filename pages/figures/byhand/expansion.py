"""The gradient of one step's loss in its temporal components, and the formula nested in itself."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.byhand.equations import PER_LINE, Lines, aligned, partial
from pages.figures.byhand.letters import Names, column, decimal, slope_of, stacked, table, tex
from pages.figures.byhand.sheet import letter
from rnn_core.analysis.expansion import Expansion
from rnn_core.notation.equations import FUNCTIONS
from rnn_core.studies.byhand import Written

DEEP, SMALL = 3, (r"\small", r"\scriptsize")  # a formula nested deeper is set smaller


def formula(t: int, names: Names) -> str:
    """The sum over time, as lecture 004 writes it, for one step's loss."""
    E, W, h = names.at("E", t), names.matrix("hh"), names.at("h", t)
    jacobian = partial(names.at("h", "j"), names.at("h", "j-1"))
    immediate = rf"\frac{{\partial^{{+}} {names.at('h', 'k')}}}{{\partial {W}}}"
    return (
        rf"{partial(E, W)} = \sum_{{k=1}}^{{{t}}} {partial(E, h)} "
        rf"\Bigl(\prod_{{j=k+1}}^{{{t}}} {jacobian}\Bigr) {immediate}"
    )


def nested(w: Written, t: int, names: Names) -> list[str]:
    """h_t with every state before it put in (lecture 001), and how it changes with W_hh."""
    phi, state = FUNCTIONS[w.done.experiment.activation][1], names.at("h", 0)
    for k in range(1, t + 1):
        inside = _inside(k, state, names)
        state = rf"\underbrace{{{phi}({inside})}}_{{{names.at('h', k)}}}"
    size = SMALL[t > DEEP]
    return [rf"{size} {names.at('h', t)} = {state}", aligned(_changes(w, t, names))]


def nested_words(t: int, names: Names) -> str:
    """Introduction to the nested and the multiplied-out formula, in Markdown."""
    return (
        f"**The same, nested** (lecture 001): each state is put into the next, {t} deep at step "
        f"{t}. Then, how the state changes with {names.plain('hh')} alone; multiplied out, its "
        "terms are those of the sum above."
    )


def _inside(k: int, past: str, names: Names) -> str:
    asks = rf"{names.matrix('xh')}\, {names.at('x', k)}"
    knows = rf"{names.matrix('hh')}\, {past}"
    both = [knows, asks] if names.past_first else [asks, knows]
    return " + ".join([*both, names.matrix("b")])


def _changes(w: Written, t: int, names: Names) -> Lines:
    """dh_t when W_hh alone changes: at each step, and through the state before; a line a step."""
    W, lines = names.matrix("hh"), []
    for k in range(t, 0, -1):
        slope = slope_of(w.done.experiment.activation, names.at("h", k))
        here = rf"\mathrm{{d}}{W}\, {names.at('h', k - 1)}"
        indent = r"\quad" * (t - k)
        left = rf"\mathrm{{d}}{names.at('h', t)} &= " if k == t else f"&{indent}"
        inside = rf"\bigl({here} + {W} \bigl[" if k > 1 else here + r"\bigr]\bigr)" * (t - 1)
        lines.append(rf"{left}{slope} \odot {inside}")
    return lines


def component(w: Written, x: Expansion, k: int, names: Names) -> list[str]:
    """One component with its numbers: error, Jacobians, immediate derivative."""
    blocks = [[rf"{partial(names.at('E', x.t), names.at('h', x.t))} &= {_row(x.error)}"]]
    if k < x.t:
        blocks += [_reach(x, k, names), _carried(x, k, names)]
    return [aligned(lines) for lines in (*blocks, _product(w, x, k, names))]


def _reach(x: Expansion, k: int, names: Names) -> Lines:
    """The Jacobians from the loss's step back to step k, and their product."""
    left = f"{partial(names.at('h', x.t), names.at('h', k))} &= "
    steps = range(x.t, k, -1)
    factors = [table(x.jacobians[j - 1]) for j in steps]
    if len(factors) == 1:
        return [left + factors[0]]
    letters = r"\,".join(partial(names.at("h", j), names.at("h", j - 1)) for j in steps)
    rows = ["".join(factors[i : i + PER_LINE]) for i in range(0, len(factors), PER_LINE)]
    numbers = [f"&{'= ' if i == 0 else ''}{row}" for i, row in enumerate(rows)]
    return [left + letters, *numbers, f"&= {table(x.reach[k - 1])}"]


def _carried(x: Expansion, k: int, names: Names) -> Lines:
    """The error of step t's loss at step k's state."""
    left = partial(names.at("E", x.t), names.at("h", k))
    right = f"{_row(x.error)}{table(x.reach[k - 1])}"
    return [f"{left} &= {right}", f"&= {_row(x.errors[k - 1])}"]


def _product(w: Written, x: Expansion, k: int, names: Names) -> Lines:
    """That error, the slope and the immediate derivative."""
    h, past = names.at("h", k), names.at("h", k - 1)
    error, slope = partial(names.at("E", x.t), h), slope_of(w.done.experiment.activation, h)
    with np.errstate(all="ignore"):
        left = column(x.errors[k - 1] * x.slopes[k - 1])
    return [
        rf"\text{{component }} {k} &= \left({error}^\top \odot {slope}\right) {{{past}}}^\top",
        f"&= {left}{_row(x.before[k - 1])} = {table(x.components[k - 1])}",
    ]


def _row(values: NDArray[Any]) -> str:
    return stacked([[tex(float(v)) for v in values]])


# --- the table --------------------------------------------------------------------------------


def ledger(w: Written, x: Expansion, k: int, names: Names) -> dict[str, Any]:
    """The component's payload: a row per component, their sum, and the engine's own total."""
    rows = "".join(_line(w, x, j, j == k) for j in range(x.t, 0, -1))
    words = f"The components of the gradient of the loss of step {x.t}"
    caption = f'<caption class="sr-only">{words}</caption>'
    return {
        "html": f"<table>{caption}{_head()}<tbody>{rows}</tbody>{_foot(x, names)}</table>",
        "label": f"Components of the gradient of step {x.t}'s loss",
        "told": f"Component {k} of {x.t}",
        "t": k,
    }


def _head() -> str:
    titles = ("the weight at", "way back", "component", "norm", "part of the total")
    return "<thead><tr>" + "".join(f'<th scope="col">{t}</th>' for t in titles) + "</tr></thead>"


def _line(w: Written, x: Expansion, k: int, chosen: bool) -> str:
    go, read = f'data-go="{k}"', escape(w.labels[k - 1])
    lit = ' class="lit" aria-current="true"' if chosen else ""
    head = f'<th scope="row" {go}><span>k = {k}</span><small>reading {read}</small></th>'
    cells = (_way(x.t - k), _matrix(x.components[k - 1]), decimal(float(x.norms[k - 1])))
    drawn = "".join(f"<td {go}>{cell}</td>" for cell in cells)
    return f'<tr data-k="{k}"{lit}>{head}{drawn}<td>{_bar(x, k)}</td></tr>'


def _way(jacobians: int) -> str:
    if jacobians == 0:
        return "immediate"
    return "1 Jacobian" if jacobians == 1 else f"{jacobians} Jacobians"


def _foot(x: Expansion, names: Names) -> str:
    whole = f"∂{letter(names.symbol('E', x.t))}/∂{names.html('hh')}"
    rows = (
        ("sum", "Σ", "their sum", "", x.added, _whole(x)),
        ("total", whole, "the engine's", "BPTT of this loss", x.total, agreement(x)),
    )
    return "<tfoot>" + "".join(_footed(*row) for row in rows) + "</tfoot>"


def _footed(name: str, head: str, words: str, way: str, values: NDArray[Any], last: str) -> str:
    with np.errstate(all="ignore"):
        norm = decimal(float(np.sqrt(np.square(values).sum())))
    cells = "".join(f"<td>{cell}</td>" for cell in (way, _matrix(values), norm, last))
    title = f'<th scope="row"><span>{head}</span><small>{words}</small></th>'
    return f'<tr data-k="{name}">{title}{cells}</tr>'


def remark(x: Expansion) -> str:
    """Remarks on the table, computed from its numbers, in Markdown."""
    if not np.isfinite(x.total).all():
        return "The numbers overflowed: there is nothing to take apart."
    if not x.total.any():
        return "This gradient is **zero**: there is nothing to take apart."
    said = []
    if x.t > 1:
        first, last = decimal(float(x.norms[1 if x.t > 2 else 0])), decimal(float(x.norms[-1]))
        which = 2 if x.t > 2 else 1
        said.append(f"The component of step {x.t} has norm {last}, that of step {which} {first}.")
    if not x.before[0].any():
        said.append("That of **k = 1** is zero, because the state before it is zero.")
    return " ".join(said)


def agreement(x: Expansion) -> str:
    """How far the sum is from the engine's total."""
    if not np.isfinite(x.difference):
        return "Not compared: the numbers overflowed."
    if x.difference == 0:
        return "They agree exactly."
    return f"They differ by at most {decimal(x.difference)}."


def _matrix(values: NDArray[Any]) -> str:
    lines = (
        "".join(f'<span data-n="{float(v)!r}">{decimal(float(v))}</span>' for v in row)
        for row in values
    )
    return "".join(f"<div>{line}</div>" for line in lines)


def span(x: Expansion) -> tuple[float, float]:
    """Range of the bars' axis: 0 to 1 at least, and every value of the running sum."""
    reached = np.cumsum(x.parts[::-1])
    if not np.isfinite(reached).all():
        return 0.0, 1.0
    return float(min(0.0, reached.min())), float(max(1.0, reached.max()))


def _bar(x: Expansion, k: int) -> str:
    """A bar from where the later components' sum ends: together they reach the total."""
    part = float(x.parts[k - 1])
    if not np.isfinite(part):
        return "no total to be part of"
    start = float(x.parts[k:].sum())
    return _drawn(x, min(start, start + part), abs(part), part < 0) + percent(part)


def _whole(x: Expansion) -> str:
    added = float(x.parts.sum())
    return _drawn(x, 0.0, added, False) + percent(added) if np.isfinite(added) else ""


def _drawn(x: Expansion, start: float, length: float, down: bool) -> str:
    low, high = span(x)
    left, width = 100 * (start - low) / (high - low), 100 * length / (high - low)
    kind = "bar down" if down else "bar"
    return (
        f'<i class="track"><i class="{kind}" style="left:{left:.2f}%;width:{width:.2f}%"></i></i>'
    )


def percent(part: float) -> str:
    """A part of the total."""
    return f"{round(100 * part, 1) + 0.0:.1f} %".replace("-", "−")


def rows(x: Expansion) -> dict[str, list[Any]]:
    """The components in the long form of the sheet: stage, quantity, t, row, column, value."""
    names = [f"component k={k}" for k in range(1, x.t + 1)] + ["total"]
    found = [
        ("expansion", name, x.t, i + 1, j + 1, float(values[i, j]))
        for name, values in zip(names, [*x.components, x.total], strict=True)
        for i, j in np.ndindex(values.shape)
    ]
    columns = ("stage", "quantity", "t", "row", "column", "value")
    return {name: [row[c] for row in found] for c, name in enumerate(columns)}
