"""Places of all parts of the small drawing of a wiring.

All lengths are in units of the drawing, `WIDTH` across; it is never shown smaller than a phone's
screen, so text of `TEXT` units stays above 12 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pages.figures.svg import BOX
from pages.figures.wirings.cards import length, letters_of
from rnn_core.experiment.run import Run, Stage
from rnn_core.notation.notation import HOUSE, Letters, Notation

WIDTH, GUTTER, RIGHT, TEXT = 350, 84, 18, 12.5
PITCH = 42  # widest distance of two columns
GAP, HAND_OVER = 0.8, 1.8  # widths of what lies between columns, in pitches
BAND, LOSS_Y, OUT_Y = 30, 13, 41
WIRE = 9  # how far beside the middle the wires of two directions run


@dataclass(frozen=True)
class Column:
    """One drawn step: `t` inside its stage, `step` through all stages."""

    stage: int
    t: int
    step: int
    x: float


@dataclass(frozen=True)
class Row:
    """One layer in one direction; `y` is the middle of its cells."""

    layer: int
    reverse: bool
    y: float
    shift: float  # cells of two directions stand side by side, so that wires pass


@dataclass(frozen=True)
class Sheet:
    """Places of a drawing's columns, rows, inputs and outputs."""

    run: Run
    columns: tuple[Column, ...]
    gaps: tuple[tuple[int, float], ...]  # (stage, x) of what is left out
    pitch: float
    rows: tuple[Row, ...]
    in_y: float
    letters: Letters

    def letter(self, quantity: str) -> str:
        """How the notation writes a quantity of all steps."""
        return self.letters.letter(quantity).text

    @property
    def room(self) -> int:
        """How many characters fit into a box."""
        return 4 if self.half > 11 else 3

    @property
    def half(self) -> float:
        """Half the width of a cell and of a symbol's box."""
        two_ways = any(row.shift for row in self.rows)
        return min(10.0 if two_ways else 13.0, self.pitch * 0.36)

    def of(self, stage: int) -> list[Column]:
        """A stage's drawn steps."""
        return [column for column in self.columns if column.stage == stage]


def shown(steps: int, most: int) -> list[int | None]:
    """The steps that are drawn, None for those left out: 0 1 2 … 18 19."""
    if steps <= most:
        return list(range(steps))
    return [*range(most - most // 2), None, *range(steps - most // 2 + (most > 3), steps)]


def layout(run: Run, notation: Notation = HOUSE) -> Sheet:
    """Columns from left to right, rows from the top layer down."""
    drawn = [shown(length(stage), 3 if len(run.stages) > 1 else 6) for stage in run.stages]
    wide = sum(GAP if t is None else 1 for each in drawn for t in each)
    wide += HAND_OVER * (len(drawn) - 1)
    pitch = min(PITCH, (WIDTH - GUTTER - RIGHT) / wide)
    columns, gaps, x, before = [], [], float(GUTTER), 0
    for s, each in enumerate(drawn):
        for t in each:
            step_width = pitch * (GAP if t is None else 1)
            middle = x + step_width / 2
            if t is None:
                gaps.append((s, middle))
            else:
                columns.append(Column(s, t, before + t, middle))
            x += step_width
        x += HAND_OVER * pitch
        before += length(run.stages[s])
    rows, in_y = _rows(run.stages[0])
    letters = letters_of(run, notation)
    return Sheet(run, tuple(columns), tuple(gaps), pitch, rows, in_y, letters)


def _rows(stage: Stage) -> tuple[tuple[Row, ...], float]:
    """The rows of cells, and the height at which inputs stand."""
    layers = list(enumerate(stage.trace.layers))
    both = len({layer.reverse for _, layer in layers}) > 1
    rows, y, above = [], OUT_Y + BOX / 2 + BAND, None
    for k, layer in reversed(layers):
        if above is not None:
            y += 6 if layer.layer == above else BAND
        shift = (7 if layer.reverse else -7) if both else 0
        rows.append(Row(k, layer.reverse, y + BOX / 2, shift))
        y, above = y + BOX, layer.layer
    return tuple(rows), y + BAND + BOX / 2


def groups(sheet: Sheet) -> list[list[Row]]:
    """Rows of one layer together, from the bottom up."""
    layers = sheet.run.stages[0].trace.layers
    depth = sorted({layer.layer for layer in layers})
    return [[r for r in sheet.rows if layers[r.layer].layer == d] for d in depth]


def wire_x(row: Row) -> float:
    """Horizontal place of a cell's vertical wires, beside the other direction's cells."""
    return float(np.sign(row.shift)) * WIRE
