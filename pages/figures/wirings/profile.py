"""The gradient's norm over the steps, on the log axis that all wirings share; and the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from pages.figures.svg import arrow, line, marker, text
from pages.figures.theme import cell_look
from pages.figures.wirings.cards import Array, length, losses_at, said
from pages.figures.wirings.layout import GUTTER, WIDTH, Sheet
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.notation.symbol import Symbol

PANEL = 74  # height of the gradient's axis

Profiles = Mapping[str, Mapping[str, Array]]  # cell -> state -> (T,) norms; the reader's cell first
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def panel(sheet: Sheet, profiles: Profiles, span: tuple[float, float], top: float) -> list[str]:
    """‖∂L/∂hₜ‖ over the steps (c dashed), on the log axis that all cards share."""
    lines = [
        _curve(sheet, cell, state, norms, span, top, k == 0, len(profiles) > 1 and state == "h")
        for k, (cell, states) in enumerate(profiles.items())
        for state, norms in states.items()
    ]
    marks = _axis(sheet, span, top)
    return [*marks, *reversed(lines), *_hover(sheet, profiles, top)]


def place(norms: Array, span: tuple[float, float], top: float) -> Array:
    """Heights on the page; beyond the axis means on its edge, overflow on the upper one."""
    low, high = np.log10(span)
    clipped = np.clip(np.nan_to_num(norms, nan=np.inf, posinf=span[1]), *span)
    return np.asarray(top + PANEL * (high - np.log10(clipped)) / max(high - low, 1e-9))


def _across(sheet: Sheet, steps: int) -> Array:
    """(T,) where each step stands: the first and the last below their columns."""
    first, last = sheet.columns[0].x, sheet.columns[-1].x
    return np.linspace(first, last, steps)


def _curve(
    sheet: Sheet,
    cell: str,
    state: str,
    norms: Array,
    span: tuple[float, float],
    top: float,
    own: bool,
    marked: bool,
) -> str:
    look = cell_look(cell)
    points = list(zip(_across(sheet, len(norms)), place(norms, span, top), strict=True))
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    kind = f"wg-curve{' wg-own' if own else ''}{' wg-c' if state == 'c' else ''}"
    seen = points[:: max(1, len(points) // 12)] if marked or len(points) == 1 else []
    marks = [marker(look.marker, x, y) for x, y in seen] + _off(norms, points)
    return (
        f'<g class="{kind}" data-cell="{cell}" data-state="{state}" style="--cell:{look.colour}">'
        f'<path d="{path}"/>{"".join(marks)}</g>'
    )


def _off(norms: Array, points: list[tuple[float, float]]) -> list[str]:
    """Marks on the axis's edges for what no log axis has: open rings for zeros, crosses for inf."""
    zeros, lost = np.flatnonzero(norms == 0), np.flatnonzero(~np.isfinite(norms))
    rings = [points[t] for t in zeros[:: max(1, len(zeros) // 12)]]
    crosses = [points[t] for t in lost[:: max(1, len(lost) // 12)]]
    return [f'<circle class="wg-zero" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in rings] + [
        f'<path class="wg-lost" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6"/>' for x, y in crosses
    ]


def _axis(sheet: Sheet, span: tuple[float, float], top: float) -> list[str]:
    counted = losses_at(sheet.run)
    xs, bottom = _across(sheet, len(counted)), top + PANEL
    low, high = (round(float(np.log10(v))) for v in span)
    middle = (low + high) // 2
    marks = [text(0, top + PANEL / 4 + 4.5, norm_of(sheet.letters.symbol("h")), "")]
    for power in (low, middle, high):
        y = float(place(np.array([10.0**power]), span, top)[0])
        marks.append(line((GUTTER, y), (WIDTH - 2, y), "wg-grid"))
        tick = f"10{str(power).translate(_RAISED)}"
        marks.append(text(GUTTER - 5, y + 4.5, tick, "wg-quiet", "end"))
    marks += [line((x, bottom + 5), (x, bottom + 12), "wg-tick") for x in xs[counted]]
    marks.append(text(0, bottom + 15, "losses", "wg-quiet"))
    if len(sheet.run.stages) > 1:
        x = float(xs[length(sheet.run.stages[0])] + xs[length(sheet.run.stages[0]) - 1]) / 2
        marks.append(line((x, top), (x, bottom), "wg-edge"))
    ends = {1: xs[0], len(xs): xs[-1]}
    marks += [text(float(x), bottom + 27, str(n), "wg-quiet", "middle") for n, x in ends.items()]
    return marks


def _hover(sheet: Sheet, profiles: Profiles, top: float) -> list[str]:
    """A strip per step (per few steps of a long sequence) that tells its numbers."""
    told, steps = told_steps(sheet.run), len(losses_at(sheet.run))
    xs, every = _across(sheet, steps), told.step
    wide = np.clip((xs[-1] - xs[0]) / max(1, steps - 1) * every, 6, 28)
    curves = [
        (f"{cell_look(cell).label} {norm_of(_letter(sheet, cell, state))}", norms)
        for cell, states in profiles.items()
        for state, norms in states.items()
    ]
    found = []
    for t in told:
        lines = "\n".join(f"{name} = {said(float(norms[t]))}" for name, norms in curves)
        found.append(
            f'<rect class="wg-hit" x="{xs[t] - wide / 2:.1f}" y="{top:g}" width="{wide:.1f}" '
            f'height="{PANEL}"><title>step {t + 1}\n{escape(lines)}</title></rect>'
        )
    return found


def _letter(sheet: Sheet, cell: str, state: str) -> Symbol:
    return sheet.letters.notation.of(cell).letter(state)


def told_steps(run: Run) -> range:
    """The steps (from 0) whose numbers are told: all, or one of a few of a long sequence."""
    steps = len(losses_at(run))
    return range(0, steps, -(-steps // 40))


def norm_of(state: Symbol) -> str:
    """‖∂L/∂hₜ‖ of a state's letter."""
    return f"‖∂L/∂{state}‖"


def read_out(profiles: Profiles, notation: Notation = HOUSE) -> str:
    """The ends of every curve, for a reader who cannot see them."""
    return " ".join(
        f"{cell_look(cell).label} norm of dL/d{notation.of(cell).letter(state)}: "
        f"{said(float(v[0]))} at step 1, {said(float(v[-1]))} at step {len(v)}."
        for cell, states in profiles.items()
        for state, v in states.items()
    )


def _curve_keys(cells: Sequence[str], notation: Notation) -> list[tuple[str, str]]:
    """The curve of every cell, and that of the LSTM's c: how it looks and what it is."""
    items = []
    for k, cell in enumerate(cells):
        look = cell_look(cell)
        line = f'<path d="M2 11L32 11"/>{marker(look.marker, 17, 11)}'
        kind = f'class="wg-curve{" wg-own" if k == 0 else ""}" style="--cell:{look.colour}"'
        items.append(
            (f"<g {kind}>{line}</g>", f"{look.label} {norm_of(notation.of(cell).symbol('h'))}")
        )
    if "lstm" in cells:
        line = f'<g class="wg-curve wg-c" style="--cell:{cell_look("lstm").colour}">'
        items.append(
            (
                f'{line}<path d="M2 11L32 11"/></g>',
                f"LSTM {norm_of(notation.of('lstm').symbol('c'))}",
            )
        )
    return items


def legend(
    cells: Sequence[str],
    span: tuple[float, float],
    notation: Notation = HOUSE,
    hall: bool = False,
) -> str:
    """Legend of discs, dashes and lines, once for all cards; wraps on a narrow screen.

    Lecture mode (`hall`) shows one card; its legend leaves out plain arrows and the axis."""
    low, high = (f"10{str(round(float(np.log10(v)))).translate(_RAISED)}" for v in span)
    items = [
        ('<rect x="8" y="2" width="18" height="18" rx="9" class="wg-disc"/>', "loss, right answer"),
        (arrow((2, 11), (32, 11), "wg-fed"), "output read again"),
        (arrow((2, 11), (32, 11), "wg-hand-over"), "state handed over"),
    ]
    if not hall:
        items.insert(1, (arrow((2, 11), (32, 11)), "what is computed from what"))
    items = [*_curve_keys(cells, notation), *items]
    keys = "".join(
        f'<span><svg class="wg-key" viewBox="0 0 34 22" aria-hidden="true">{mark}</svg>'
        f"{escape(words)}</span>"
        for mark, words in items
    )
    axis = "" if hall else f"<span>axis from {low} to {high} in every card</span>"
    return f'<div class="wg-legend">{keys}{axis}</div>'
