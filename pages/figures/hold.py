"""A held gate beside the free run: states, losses and gradients over time, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.norm_axis import held as held_on_axis
from pages.figures.norm_axis import norm_axis, zones
from pages.figures.numbers import norm
from pages.figures.theme import (
    INK,
    LINES,
    Figure,
    Part,
    base_figure,
    number,
    quantity_look,
)
from rnn_core.analysis.held_gate import Hold
from rnn_core.engine.cells import Cell
from rnn_core.notation.notation import HOUSE, Notation

if TYPE_CHECKING:
    from rnn_core.experiment.run import Run

Floats = NDArray[np.float64]
ROWS = ("states", "loss", "gradient")
QUANTITY = {"states": "‖{}‖", "loss": "loss", "gradient": "‖dL/d{}‖"}
HEIGHTS = {1: 388, 2: 460, 3: 640}  # pixels, by the number of rows
DOMAINS = {
    1: ([0.0, 1.0],),
    2: ([0.56, 1.0], [0.0, 0.46]),
    3: ([0.7, 1.0], [0.4, 0.64], [0.0, 0.34]),
}

# Lecture 000's questions, by the engine's names; its update gate has the sense of "z keeps".
QUESTIONS = {
    "update": "How much past should matter now?",
    "reset": "Reset previous information?",
    "forget": "Erase a cell or not?",
    "output": "How much to reveal to the output?",
}


def curves(done: Run, layer: int) -> dict[str, dict[str, Floats]]:
    """Per row of the figure: norms of each state (T+1), loss (T), norms of dL/ds (T+1).

    `layer` counts layers and directions; an encoder and its decoder are one line.
    """
    traces = [stage.trace.layers[layer] for stage in done.stages]
    gradients = [stage.gradient.layers[layer] for stage in done.stages]
    names = traces[0].cell.states
    return {
        "states": {s: _joined([norm(t.states[s][0]) for t in traces]) for s in names},
        "loss": {"loss": np.concatenate([_loss(stage) for stage in done.stages])},
        "gradient": {s: _joined([g.norms(s) for g in gradients]) for s in names},
    }


def _loss(stage: Any) -> Floats:
    """(T,) the loss at each step, counted or not; nan where the network has no readout."""
    loss = np.asarray(stage.loss[0], float)
    return loss if stage.network.output_size else np.full(len(loss), np.nan)


def _joined(parts: Sequence[Floats]) -> Floats:
    first, *rest = parts
    return np.concatenate([first, *(p[1:] for p in rest)])


def held_figure(
    free: Run,
    held: Run,
    hold: Hold,
    *,
    layer: int,
    loss: str,
    notation: Notation = HOUSE,
    rows: Sequence[str] = ROWS,
) -> Figure:
    """Rows on one time axis: state norms, loss of each step, gradient norms (log)."""
    cell = free.stages[0].network.cell
    letters = {s: notation.of(cell).symbol(s).text for s in cell.states} | {"loss": ""}
    theirs = curves(free, layer)
    both = (("free", theirs, INK), ("held", curves(held, layer), quantity_look(hold.gate).colour))
    title = held_title(cell, hold, notation)
    if tuple(rows) == ("gradient",):
        title = held_conclusion(free, held, hold, layer=layer, notation=notation)
    figure = base_figure(_lines(both, letters, rows), title, "", "")
    figure["layout"] |= _axes(loss, letters, rows)
    if free.stages[0].trace.layers[layer].reverse:
        figure["layout"]["xaxis"]["title"] = {"text": "boundary t; this layer starts at the right"}
    bands = [_band(a, b) for a, b in _stretches(hold, len(theirs["loss"]["loss"]))]
    behind = zones("y", str(len(rows)) if len(rows) > 1 else "") if "gradient" in rows else []
    figure["layout"] |= {"shapes": [*behind, *bands], "height": HEIGHTS[len(rows)]}
    return figure


def _lines(
    both: Sequence[tuple[str, dict[str, dict[str, Floats]], str]],
    letters: Mapping[str, str],
    rows: Sequence[str],
) -> list[Part]:
    """A line of each run (its name, its curves, its colour) for every state of every row."""
    data: list[Part] = []
    for k, row in enumerate(rows):
        for state in both[0][1][row]:
            said = QUANTITY[row].format(letters[state])
            for name, found, colour in both:
                line = _line(k, row, state, name, found[row][state], colour, int(row == "loss"))
                hover = f"%{{customdata}}<extra>{said} {name}</extra>"
                data.append(line | {"hovertemplate": hover})
    return data


def _line(k: int, row: str, state: str, name: str, values: Floats, colour: str, first: int) -> Part:
    dashed = state == "c"
    drawn = np.where(np.isfinite(values), values, np.nan)
    if row == "gradient":
        drawn = held_on_axis(drawn)
    return {
        "type": "scatter",
        "x": np.arange(first, first + len(values)),
        "y": drawn,
        "yaxis": "y" if k == 0 else f"y{k + 1}",
        "name": name,
        "legendgroup": name,
        "showlegend": k == 0 and state == "h",
        "mode": "lines+markers",
        "line": {
            "color": colour,
            "width": 3 if name == "held" else 1.6,
            "dash": "dash" if dashed else "solid",
        },
        "marker": {
            "size": 7 if name == "held" else 5,
            "maxdisplayed": 24,
            "symbol": "circle" if name == "held" else "circle-open",
        },
        "customdata": [number(v) if np.isfinite(v) else "overflow" for v in values],
    }


def _axes(loss: str, letters: Mapping[str, str], rows: Sequence[str]) -> Part:
    drawn_as = _rows_axes(loss, letters, len(rows) == 1)
    places = {row: "yaxis" if k == 0 else f"yaxis{k + 1}" for k, row in enumerate(rows)}
    axes = {
        places[row]: drawn_as[row] | {"domain": domain}
        for row, domain in zip(rows, DOMAINS[len(rows)], strict=True)
    }
    return axes | {
        "xaxis": {
            "anchor": places[rows[-1]].replace("axis", ""),
            "rangemode": "tozero",
            "hoverformat": "d",
            "title": {"text": "after step t (t = 0: the initial state)"},
        },
    }


def _rows_axes(loss: str, letters: Mapping[str, str], single: bool) -> dict[str, Part]:
    """The axis of every row there may be; a row that stands alone tells its lines apart."""
    names = [letters[s] for s in ("h", "c") if s in letters]
    drawn = [f"‖{n}‖{how}" for n, how in zip(names, (" solid", " dashed"), strict=False)]
    alone = single and len(names) > 1
    slopes = [
        f"‖dL/d{n}‖{how * alone}" for n, how in zip(names, (" solid", " dashed"), strict=False)
    ]
    gradient = ", ".join(slopes)
    return {
        "states": {
            "rangemode": "tozero",
            "title": {"text": ", ".join(drawn) if len(names) > 1 else f"‖{names[0]}‖"},
        },
        "loss": {"rangemode": "tozero", "title": {"text": "loss of step t"}},
        "gradient": {
            **norm_axis(),
            "title": {"text": f"{gradient}<br>loss at {loss}"},
        },
    }


def _stretches(hold: Hold, steps: int) -> list[tuple[int, int]]:
    """[first, last] of every run of held steps, from 1; nothing is marked if all are held."""
    if hold.steps is None:
        return []
    marks = np.isin(np.arange(steps), hold.steps)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marks.astype(int), [0]))))
    return [(int(a) + 1, int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _band(first: int, last: int) -> Part:
    place = {"x0": first - 0.5, "x1": last + 0.5, "y0": 0, "y1": 1}
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "layer": "below",
        "opacity": 0.35,
        "fillcolor": LINES,
        "line": {"width": 0},
        **place,
    }


def gate_labels(cell: Cell, notation: Notation = HOUSE) -> dict[str, str]:
    """The gates there are, the one to begin with first, each with lecture 000's question."""
    if cell.gates == ("candidate",):
        return {"candidate": "the new state itself (an RNN has no gate)"}
    first = [g for g in ("forget", "update", "input") if g in cell.gates][:1]
    names = [*first, *(g for g in cell.gates if g not in first)]
    words = {g: gate_label(cell, g, notation) for g in names}
    return {g: f"{w} · {QUESTIONS[g]}" if g in QUESTIONS else w for g, w in words.items()}


def gate_label(cell: Cell, gate: str, notation: Notation = HOUSE) -> str:
    """Name of a gate; the new state's for a cell whose only gate is the candidate."""
    return notation.of(cell).label("h" if cell.gates == ("candidate",) else gate)


def held_title(cell: Cell, hold: Hold, notation: Notation = HOUSE) -> str:
    """Title: which gate of which cell is held at which value."""
    return f"{cell.name.upper()}: {gate_label(cell, hold.gate, notation)} held at {hold.value:g}"


def held_conclusion(
    free: Run, held: Run, hold: Hold, *, layer: int, notation: Notation = HOUSE
) -> str:
    """Effect of holding the gate on the gradient that reaches the start, in one line."""
    cell = held.stages[0].network.cell
    before, after = (_at_the_start(r, layer) for r in (free, held))
    name = gate_label(cell, hold.gate, notation)
    what = f"{name[0].upper()}{name[1:]} held at {hold.value:g}"
    if not (np.isfinite(before) and np.isfinite(after)):
        return f"{what}: the gradient overflows"
    if number(before) == number(after):
        return f"{what}: as much gradient reaches the start as without"
    if after == 0 or before == 0:
        return f"{what}: {'no' if after == 0 else 'only now any'} gradient reaches the start"
    more = after > before
    times = number(after / before if more else before / after)
    return f"{what}: {times} times {'more' if more else 'less'} gradient reaches the start"


def _at_the_start(done: Run, layer: int) -> float:
    """The norm of the last state's gradient where reading begins."""
    state = done.stages[0].network.cell.states[-1]
    start = -1 if done.stages[0].trace.layers[layer].reverse else 0
    return float(curves(done, layer)["gradient"][state][start])


def held_words(free: Run, held: Run, hold: Hold, *, layer: int, notation: Notation = HOUSE) -> str:
    """Effect of holding the gate on loss and gradient, computed from both runs."""
    cell = held.stages[0].network.cell
    name, state = gate_label(cell, hold.gate, notation), cell.states[-1]
    before, after = (_at_the_start(r, layer) for r in (free, held))
    gap, letter = number(_gap(free, held)), notation.of(cell).symbol(state, "0").text
    return (
        f"With the {name} held at **{hold.value:g}** {_when(hold)}, {_loss_words(free, held)} "
        f"The gradient of the initial state, ‖dL/d{letter}‖, {_ratio(before, after)} "
        f"Outputs differ from the free run's by up to **{gap}**."
    )


def _when(hold: Hold) -> str:
    if hold.steps is None:
        return "at every step"
    if not hold.steps:
        return "at no step"
    return f"at {len(hold.steps)} chosen step" + ("s" if len(hold.steps) > 1 else "")


def _loss_words(free: Run, held: Run) -> str:
    if not (np.isfinite(free.loss) and np.isfinite(held.loss)):
        return "a loss overflows."
    if number(free.loss) == number(held.loss):
        return f"the loss stays at about **{number(free.loss)}**."
    how = "falls" if held.loss < free.loss else "rises"
    return f"the loss {how} from **{number(free.loss)}** to **{number(held.loss)}**."


def _ratio(before: float, after: float) -> str:
    numbers = f"(**{number(before)}** free, **{number(after)}** held)."
    if not (np.isfinite(before) and np.isfinite(after)):
        return f"overflows {numbers}"
    if before == after:
        return f"stays the same {numbers}"
    if after == 0 or before == 0:
        return f"{'is gone' if after == 0 else 'appears'} {numbers}"
    more = after > before
    factor = after / before if more else before / after
    return f"is **{number(factor)} times** as {'large' if more else 'small'} {numbers}"


def _gap(free: Run, held: Run) -> float:
    outputs = [[stage.trace.outputs for stage in done.stages] for done in (free, held)]
    with np.errstate(all="ignore"):
        pairs = zip(*outputs, strict=True)
        return max((float(np.abs(a - b).max()) for a, b in pairs if a.size), default=0.0)


def held_rows(
    free: Run, held: Run, layer: int, notation: Notation = HOUSE
) -> dict[str, NDArray[Any]]:
    """The drawn numbers in long form: run, quantity, step (0: the initial state), value."""
    letters = notation.of(free.stages[0].network.cell)
    rows: dict[str, list[Any]] = {"run": [], "quantity": [], "step": [], "value": []}
    for name, done in (("free", free), ("held", held)):
        for row, lines in curves(done, layer).items():
            for state, values in lines.items():
                first = 1 if row == "loss" else 0
                what = "loss" if row == "loss" else QUANTITY[row].format(letters.symbol(state))
                rows["run"] += [name] * len(values)
                rows["quantity"] += [what] * len(values)
                rows["step"] += range(first, first + len(values))
                rows["value"] += [float(v) for v in values]
    return {name: np.asarray(column, dtype=object) for name, column in rows.items()}
