"""Inside a cell: its wiring diagram with the numbers of every unit, and its equations.

Nothing is computed here: every number is the trace's (`LayerTrace.compute`) or a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.cell import equations
from pages.figures.cell.equations import FUNCTIONS, Names, spelled
from pages.figures.cell.layout import EDGE, Placement, place
from pages.figures.theme import INK, LINES, SIGNED, UNIT, Range, quantity_look, range_of, wide
from rnn_core.engine.cells import Cell
from rnn_core.engine.trace import LayerTrace
from rnn_core.notation.diagram import INPUT, Diagram, Part, Stack, diagram
from rnn_core.notation.notation import HOUSE, Notation

Array = NDArray[Any]

MOST = 60_000  # numbers sent at once; a longer run sends the steps round the selected one
SIGNS = {"plus": "+", "minus": "−", "times": "×", "one-minus": "1−", "scale": "×", **FUNCTIONS}


def cell_picture(
    trace: LayerTrace,
    labels: Sequence[str],
    *,
    selected: int,
    unit: int = 0,
    notation: Notation = HOUSE,
) -> dict[str, Any]:
    """Payload of the component: the picture, the equations, and the `numbers` behind them.

    `selected` is the step (from 0); `unit` the unit to begin with, from 1, or 0 for the mean.
    """
    cell, drawn = trace.cell, diagram(trace.cell)
    names = Names(cell, notation, "t+1" if trace.reverse else "t-1")
    first, last = window(trace, selected)
    return {
        "title": f"{cell.name.upper()} cell",
        "steps": trace.x.shape[1],
        "first": first,
        "last": last,
        "selected": selected,
        "unit": unit,
        "units": trace.weights.weight_hh.shape[1],
        "labels": [str(label) for label in labels],
        "text": trace.layer == 0,
        "picture": picture(place(drawn), names),
        "equations": [
            e | {"words": equations.written(e["tree"])} for e in equations.equations(names)
        ],
        "latex": equations.latex(names),
        "gates": [_gate(drawn, stack, names) for stack in drawn.stacks],
        "numbers": numbers(trace, first, last),
    }


def window(trace: LayerTrace, selected: int) -> tuple[int, int]:
    """The steps to send, [first, last): all of them, or a stretch that the selected one is in."""
    steps, units = trace.x.shape[1], trace.weights.weight_hh.shape[1]
    count = max(3, MOST // (units * len(diagram(trace.cell).parts)))
    if steps <= count:
        return 0, steps
    half = max(1, count // 2)  # the same stretch for neighbours, so that it can be kept
    first = min(max(0, (selected // half) * half - half // 2), steps - count)
    return first, first + count


def numbers(trace: LayerTrace, first: int, last: int) -> dict[str, Array]:
    """Every part's values (steps, H), the inputs (steps, D), and every gate's own weights."""
    drawn, w = diagram(trace.cell), trace.weights
    found = {
        i: trace.compute(part.node)[0, first:last]
        for i, part in drawn.parts.items()
        if part.node is not None
    }
    found[INPUT] = trace.x[0, first:last]
    H = w.weight_hh.shape[1]
    for k, gate in enumerate(trace.cell.gates):
        rows = slice(k * H, (k + 1) * H)
        found |= {f"W.{gate}": w.weight_ih[rows], f"U.{gate}": w.weight_hh[rows]}
        found |= {f"b.{gate}": w.bias_ih[rows], f"c.{gate}": w.bias_hh[rows]}
    if w.weight_ph is not None:
        found |= {f"P.{g}": w.weight_ph[k] for k, g in enumerate(trace.cell.peepholes)}
    return found


def cell_rows(
    trace: LayerTrace, labels: Sequence[str], notation: Notation = HOUSE
) -> dict[str, Array]:
    """The numbers on all wires in long form: step (from 1), symbol, quantity, unit, value."""
    drawn, names = diagram(trace.cell), Names(trace.cell, notation)
    words = {i: equations.written(equations.tree(drawn, i, names)) for i in drawn.parts}
    ids = [i for i, part in drawn.parts.items() if part.node is not None]
    stack = np.stack([trace.compute(drawn.parts[i].node)[0] for i in ids])  # type: ignore[arg-type]
    q, t, u = (index.ravel() for index in np.indices(stack.shape))
    return {
        "step": t + 1,
        "symbol": np.asarray(labels, dtype=object)[t],
        "quantity": np.asarray([words[i] for i in ids], dtype=object)[q],
        "unit": u + 1,
        "value": stack.ravel(),
    }


# -- the picture -----------------------------------------------------------------------------


def picture(p: Placement, names: Names) -> dict[str, Any]:
    """Places and looks of all parts, wires, forks, and of where states come in and leave."""
    drawn = p.diagram
    return {
        "width": p.width,
        "height": p.height,
        "body": [EDGE + 14.0, 8.0, p.width - 2 * EDGE - 28.0, p.rows["x"] + 14.0],
        "parts": [_part(p, part, names) for part in drawn.parts.values()],
        "wires": [
            {"from": a, "to": b, "points": [list(c) for c in line], "lane": _on_lane(drawn, a, b)}
            for a, b, line in p.wires
        ],
        "dots": [[source, *point] for source, point in p.dots],
        "exits": [
            {
                "state": s,
                "id": drawn.states[s],
                "x": x,
                "y": y,
                "symbol": spelled(names.quantity(s)),
            }
            for s, (x, y) in p.exits.items()
        ],
        "lane": quantity_look(drawn.lane_state).colour if drawn.lane_state else "",
    }


def _part(p: Placement, part: Part, names: Names) -> dict[str, Any]:
    drawn, cell, own = p.diagram, p.diagram.cell, names.of(part)
    span = _range(drawn, part)
    whole = equations.tree(drawn, part.id, names, top=part.kind not in ("past", "input"))
    return {
        "id": part.id,
        "kind": part.kind,
        "x": p.at[part.id][0],
        "y": p.at[part.id][1],
        "chip": list(p.chips[part.id]),
        "sign": SIGNS.get(part.kind, ""),
        "weight": spelled(names.boxed(part)) if part.kind in ("W", "U", "P") else None,
        "symbol": spelled(own) if own else None,
        "text": own.text if own else "",
        "label": _label(names, part),
        "words": equations.written(whole),
        "inputs": list(part.inputs),
        "gate": _stack_of(drawn, part.id),
        "colour": _colour(cell, part),
        "range": [span.kind, span.low, span.high],
    }


def _on_lane(drawn: Diagram, a: str, b: str) -> bool:
    on = {*drawn.lane, f"past.{drawn.lane_state}", f"now.{drawn.lane_state}"}
    return bool(drawn.lane) and a in on and b in on


def _stack_of(drawn: Diagram, id: str) -> str:
    """The gate in whose stack a part stands."""
    for s in drawn.stacks:
        if id in (*s.sums, *s.above, s.activation, *(i for chain in s.chains for i in chain)):
            return s.gate
    return ""


def _label(names: Names, part: Part) -> str:
    """Name of a part in words: "forget gate", "cell state"; "" where its quantity has none."""
    alone = names.cell.gates == ("candidate",) and part.name == "candidate"
    name = "h" if alone else part.name
    before = ", before this step" if part.kind == "past" else ""
    return names.letters.word(name) + before if name else ""


def _colour(cell: Cell, part: Part) -> str:
    if part.kind in FUNCTIONS and part.name:
        return INK if cell.gates == ("candidate",) else quantity_look(part.name).colour
    return INK if part.kind in ("W", "U", "P") else LINES


def _range(drawn: Diagram, part: Part) -> Range:
    """Range of the colours of a part's numbers."""
    if part.kind in ("sigmoid", "one-minus"):
        return UNIT
    if part.kind == "tanh":
        return SIGNED
    state = part.name if part.kind == "past" else ""
    for s, i in drawn.states.items():
        state = s if i == part.id else state
    return range_of(drawn.cell, state) if state else wide(2.0)


def _gate(drawn: Diagram, stack: Stack, names: Names) -> dict[str, Any]:
    """A gate's entry in the message for the zoom into one unit: its symbol, look and part ids."""
    name = "h" if len(drawn.stacks) == 1 else stack.gate
    look = quantity_look(name)
    weights = {drawn.parts[i].kind: i for chain in stack.chains for i in chain}
    return {
        "gate": stack.gate,
        "symbol": spelled(names.quantity(stack.gate)),
        "label": names.letters.word(name),
        "colour": look.colour,
        "activation": stack.activation,
        "function": FUNCTIONS.get(drawn.parts[stack.activation].kind, "?"),
        "sum": drawn.parts[stack.activation].inputs[0],
        "W": weights.get("W"),
        "U": weights.get("U"),
    }
