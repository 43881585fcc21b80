"""The gradient-flow bench as the browser leafs through it: one knob's whole range at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.flow.letters import measured, quantity_words, row_name, together
from pages.figures.norm_axis import DECADES, EXPLODED, SHADE, VANISHED
from pages.figures.theme import COOL, COOL_INK, WARM, WARM_INK, cell_look, token
from rnn_core.analysis.stack import simple
from rnn_core.engine.readout import parse_steps
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import Experiment
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.flow import Bench, Bound, Curve, knobs

ROWS: Final = ("median", "low", "high", "own")


def payload(done: Bench, e: Experiment, notation: Notation = HOUSE) -> dict[str, Any]:
    """The component's message; `rows` of curves and bound are arrays, all else is JSON."""
    value = float(getattr(e, done.knob))
    nearest = int(np.argmin(np.abs(np.array(done.values) - value)))
    T = done.curves[0].rows.shape[2] - 1
    ends = [int(v) for v in done.values] if done.knob == "steps" else [T] * len(done.values)
    return {
        "knob": done.knob,
        "quantity": done.quantity,
        "knobs": knobs(e),
        "quantities": quantity_words(e.cell, notation),
        "values": list(done.values),
        "ends": ends,
        "setting": value,
        "nearest": nearest,
        "low": DECADES[0],
        "high": DECADES[1],
        "zones": zones(),
        "every": done.every,
        "axis": axis_words(done, notation),
        "points": done.curves[0].rows.shape[2],
        "seeds": [done.seeds[0], len(done.seeds), done.seeds[-1]],
        "notes": list(notes(e, done)),
        "curves": [{**_look(c, done.quantity, notation), "rows": c.rows} for c in done.curves],
        "bound": None if done.bound is None else _theory(done.bound, notation),
    }


def _theory(bound: Bound, notation: Notation) -> dict[str, Any]:
    """The bound's curves, and the numbers of W_hh that it is made of."""
    return {
        "rows": bound.rows,
        "radius": bound.radius.tolist(),
        "sigma": bound.sigma.tolist(),
        "gamma": bound.gamma,
        "weight": row_name("rnn", "h", "share", notation),
    }


def _look(curve: Curve, quantity: str, notation: Notation) -> dict[str, Any]:
    return {
        "label": cell_look(curve.cell).label,
        "state": curve.state,
        "symbol": row_name(curve.cell, curve.state, quantity, notation),
        "colour": token(curve.cell),
    }


def zones() -> dict[str, Any]:
    """Borders of the cool and the warm zone, in decades, and their colours."""
    return {
        "vanished": float(np.log10(VANISHED)),
        "exploded": float(np.log10(EXPLODED)),
        "colours": {"cool": COOL, "warm": WARM, "cool-ink": COOL_INK, "warm-ink": WARM_INK},
        "shade": SHADE,
    }


def axis_words(done: Bench, notation: Notation = HOUSE) -> str:
    """The axis: which of the gradients this is, of hidden states and, dashed, cell states."""
    solid = {c.cell: _measured(c, done, notation) for c in done.curves if c.state != "c"}
    dashed = {c.cell: _measured(c, done, notation) for c in done.curves if c.state == "c"}
    drawn = together(solid) + (f", dashed {together(dashed)}" if dashed else "")
    return (
        drawn
        + {
            "last": ": the last step's loss alone",
            "total": ": total, a loss at every step",
            "spectral": ": largest singular value, no loss in it",
            "frobenius": ": Frobenius norm, no loss in it",
            "state": ": largest singular value, no loss in it",
            "share": f", loss at {loss_words(done.experiment)}",
        }[done.quantity]
    )


def _measured(curve: Curve, done: Bench, notation: Notation) -> str:
    return measured(curve.cell, curve.state, done.quantity, notation)


def loss_words(e: Experiment) -> str:
    """Steps at which the experiment has its loss, in words."""
    placement = WIRINGS[e.wiring].placement or e.placement
    if placement != "chosen":
        return {"every": "every step", "last": "the last step"}[placement]
    steps = parse_steps(e.chosen)
    return f"steps {e.chosen}" if steps else "no step"


def notes(e: Experiment, done: Bench) -> Iterator[str]:
    """Notes on differences between the picture and the reader's own settings."""
    changed = simple(e)[1]
    if changed:
        yield f"The bench compares single layers: {', '.join(changed)} here."
    value = getattr(e, done.knob)
    if value > done.values[-1]:
        yield f"The slider ends at {done.values[-1]:g} here; your setting is {value:g}."
    if done.every > 1:
        yield f"Measured at T and every {done.every} steps back from it, where the marks are."
    if done.quantity in ("last", "total", "share") and e.window:
        yield f"Truncated BPTT cuts the gradient every {e.window} steps."


def bench_rows(done: Bench, notation: Notation = HOUSE) -> dict[str, NDArray[Any]]:
    """Long form: knob value, cell, state, quantity in the notation's letters, step, the norms."""
    texts = ("cell", "state", "quantity")
    columns: dict[str, list[Any]] = {n: [] for n in (done.knob, *texts, "step", *ROWS)}
    for curve in done.curves:
        for k, value in enumerate(done.values):
            rows = curve.rows[k if len(curve.rows) > 1 else 0]
            steps = np.flatnonzero(~np.isnan(rows[0]))
            n = len(steps)
            columns[done.knob] += [value] * n
            columns["cell"] += [curve.cell] * n
            columns["state"] += [curve.state] * n
            columns["quantity"] += [_measured(curve, done, notation)] * n
            columns["step"] += steps.tolist()
            for name, row in zip(ROWS, rows, strict=True):
                columns[name] += (10.0 ** row[steps]).tolist()
    return {n: np.array(v, dtype=object if n in texts else float) for n, v in columns.items()}
