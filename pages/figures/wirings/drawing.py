"""One wiring as a small drawing: the unrolled cell, its shapes and losses, the gradient below.

Pure: a run goes in, SVG text comes out. Colours are tokens or classes of assets/wirings.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np

from pages.figures.svg import BOX, arrow, box, head, line, text
from pages.figures.theme import cell_look
from pages.figures.wirings.cards import Array, described, inputs_at, length, losses_at, said, shape
from pages.figures.wirings.layout import (
    BAND,
    GAP,
    LOSS_Y,
    OUT_Y,
    TEXT,
    WIDTH,
    WIRE,
    Column,
    Row,
    Sheet,
    groups,
    layout,
    wire_x,
)
from pages.figures.wirings.profile import PANEL, Profiles, panel, read_out
from rnn_core.experiment.run import Run, Stage
from rnn_core.notation.notation import HOUSE, Notation


def miniature(
    title: str,
    run: Run,
    image: bool = False,
    profiles: Profiles | None = None,
    span: tuple[float, float] = (1e-4, 1.0),
    notation: Notation = HOUSE,
) -> str:
    """The drawing of a run's wiring; with `profiles` the gradient's norms stand below it.

    `image`: vectors from outside are drawn as small pictures.
    """
    sheet = layout(run, notation)
    image = image and run.stages[0].network.input_size > 1
    marks = [
        *_labels(sheet),
        *_wires(sheet),
        *_cells(sheet),
        *_feedback(sheet),
        *_outputs(sheet),
        *_inputs(sheet, image),
        *_gap_marks(sheet),
    ]
    bottom = sheet.in_y + (50 if len(run.stages) > 1 else 34)
    words = f"{title}. {described(run, notation)}"
    if profiles is not None:
        marks += panel(sheet, profiles, span, bottom + 14)
        bottom += PANEL + 46
        words += " " + read_out(profiles, notation)
    return _svg(marks, bottom, words, title)


def _svg(marks: Sequence[str], height: float, words: str, name: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(words)}" '
        f'data-card="{escape(name)}" font-size="{TEXT}">{"".join(marks)}</svg>'
    )


# --- shapes and names --------------------------------------------------------------------------


def _labels(sheet: Sheet) -> list[str]:
    """Shapes, at the height of the arrows they belong to."""
    first, *rest = sheet.run.stages
    h = sheet.letter("h")
    found = [
        text(0, sheet.in_y - BOX / 2 - 11, f"{sheet.letter('x')} {_entering(sheet, 0)}", "wg-shape")
    ]
    for group, above in pairwise([*groups(sheet), None]):
        y = min(row.y for row in group or ()) - BOX / 2 - 11
        if above is not None:
            read = first.trace.layers[above[0].layer].x
            found.append(text(0, y, f"{h} {shape(read)}", "wg-shape"))
        elif first.network.output_size:
            found.append(text(0, y, f"{h} {shape(first.trace.features)}", "wg-shape"))
    if first.network.output_size:
        found += _output_labels(sheet, 0, 0, "start")
    found += _start_labels(sheet)
    for s, stage in enumerate(rest, 1):
        found += _stage_labels(sheet, stage, s)
    return found


def _entering(sheet: Sheet, s: int) -> str:
    """Shape of what enters a stage from outside: (1, 1, 4) where one vector does."""
    columns = slice(_before(sheet, s), _before(sheet, s + 1))
    return shape(sheet.run.stages[s].trace.layers[0].x[:, inputs_at(sheet.run)[columns]])


def _before(sheet: Sheet, s: int) -> int:
    return sum(map(length, sheet.run.stages[:s]))


def _output_labels(sheet: Sheet, s: int, x: float, anchor: str) -> list[str]:
    """The shape of the outputs that are used, by a loss or by the next step."""
    stage = sheet.run.stages[s]
    used = stage.counted[0] | stage.trace.fed
    words = f"{sheet.letter('y')} {shape(stage.trace.outputs[:, used])}"
    y = text(x, OUT_Y + 4, words, "wg-shape", anchor)
    return [y, text(x, LOSS_Y + 5, "target", "wg-quiet", anchor)]


def _start_labels(sheet: Sheet) -> list[str]:
    """h0 = 0 on the first arrow, and what one such arrow carries: (B, H)."""
    first = sheet.run.stages[0].trace.layers[0]
    row = next(row for row in sheet.rows if row.layer == 0)
    carried = shape(first.states["h"][:, 0])
    if row.reverse:
        return [
            text(0, row.y + 4, "from the right", ""),
            text(sheet.columns[-1].x + sheet.half + 26, row.y - 14, carried, "wg-shape", "end"),
        ]
    left = sheet.columns[0].x + row.shift - sheet.half - 2
    names = [sheet.letters.symbol(state, "0").text for state in first.states]
    lines = [",".join(names)] if len("".join(names)) < 7 else names
    zero = " = 0" if sheet.run.initial is None else ""
    up = 3 * (len(lines) - 1)  # two lines stay clear of the label below
    starts = [text(0, row.y + 4 - up + 14 * k, n + zero, "") for k, n in enumerate(lines)]
    return [*starts, text(left, row.y - 7, carried, "wg-shape", "end")]


def _stage_labels(sheet: Sheet, stage: Stage, s: int) -> list[str]:
    """A decoder's own shapes stand left of its columns, where the encoder has no outputs."""
    columns, before = sheet.of(s), sheet.of(s - 1)
    left = columns[0].x - sheet.half - 6
    top = min(row.y for row in sheet.rows) - BOX / 2 - 11
    found = _output_labels(sheet, s, left, "end")
    found.append(
        text(left, top, f"{sheet.letter('h')} {shape(stage.trace.features)}", "wg-shape", "end")
    )
    middle = (columns[0].x + before[-1].x) / 2
    carried = stage.trace.layers[0].states["h"][:, 0]
    states = ", ".join(map(sheet.letter, stage.trace.layers[0].states))
    for row in sheet.rows:
        found.append(text(middle, row.y + 17, shape(carried), "wg-shape", "middle"))
        found.append(text(middle, row.y - 6, states, "", "middle"))
    for name, x, read in (
        (sheet.run.stages[s - 1].name, (before[0].x + before[-1].x) / 2, ""),
        (
            stage.name,
            (columns[0].x + columns[-1].x) / 2,
            f" {sheet.letter('x')} {_entering(sheet, s)}",
        ),
    ):
        found.append(text(x, sheet.in_y + 43, name + read, "wg-shape", "middle"))
    return found


# --- wires and cells ---------------------------------------------------------------------------


def _wires(sheet: Sheet) -> list[str]:
    found = [mark for column in sheet.columns for mark in _upward(sheet, column)]
    for row in sheet.rows:
        found += _sideways(sheet, row)
    return found


def _upward(sheet: Sheet, column: Column) -> list[str]:
    """Arrows from the input through all layers to the output, if there is one."""
    layers, found = groups(sheet), []
    if _reads(sheet, column) != "nothing":
        for row in layers[0]:
            x = column.x + wire_x(row)
            found.append(arrow((x, sheet.in_y - BOX / 2), (x, row.y + BOX / 2)))
    for group, above in pairwise([*layers, None]):
        if above is None and not _answers(sheet, column):
            continue
        found += _joined(column.x, group or [], above)
    return found


def _joined(x: float, group: list[Row], above: list[Row] | None) -> list[str]:
    """One layer's wires to the next layer or to the output; two directions are joined by a bar."""
    top = min(row.y for row in group) - BOX / 2
    goal = top - BAND
    ends = [0.0] if above is None else [wire_x(row) for row in above]
    if len(group) == 1:
        return [arrow((x, top), (x, goal))]
    bar = top - BAND / 2
    found = [line((x + wire_x(r), r.y - BOX / 2), (x + wire_x(r), bar)) for r in group]
    found.append(line((x - WIRE, bar), (x + WIRE, bar), "wg-bar"))
    goals = [goal] if above is None else [row.y + BOX / 2 for row in above]
    return found + [arrow((x + end, bar), (x + end, y)) for end, y in zip(ends, goals, strict=True)]


def _sideways(sheet: Sheet, row: Row) -> list[str]:
    """The state's way from step to step, from its initial value on."""
    half, y = sheet.half, row.y
    xs = [(column.stage, column.x + row.shift) for column in sheet.columns]
    found = []
    for (stage, left), (next_stage, right) in pairwise(xs):
        look = "wg-hand-over" if stage != next_stage else "wg-wire"
        start, end = (left + half, y), (right - half, y)
        found.append(arrow(end, start, look) if row.reverse else arrow(start, end, look))
    if row.reverse:
        found.append(arrow((xs[-1][1] + half + 24, y), (xs[-1][1] + half, y)))
    else:
        found.append(arrow((xs[0][1] - half - 24, y), (xs[0][1] - half, y)))
    return found


def _cells(sheet: Sheet) -> list[str]:
    colour = cell_look(sheet.run.stages[0].network.cell.name).colour
    return [
        box(column.x + row.shift, row.y, sheet.half, "wg-cell", f'style="--cell:{colour}"')
        for row in sheet.rows
        for column in sheet.columns
    ]


def _feedback(sheet: Sheet) -> list[str]:
    """Dashed: each output of a free-running stage is read at the next step."""
    found, half = [], sheet.half
    for left, right in pairwise(sheet.columns):
        if left.stage != right.stage or not sheet.run.stages[left.stage].trace.fed:
            continue
        start = left.x + half
        if right.step != left.step + 1:  # the output that is read is among those left out
            start = right.x - sheet.pitch * 0.5 - GAP * sheet.pitch * 0.25
        down, end = right.x - sheet.pitch / 2, right.x - half
        path = f"M{start:.1f} {OUT_Y}H{down:.1f}V{sheet.in_y:.1f}H{end:.1f}"
        found.append(
            f'<path class="wg-fed" d="{path}"/>'
            + head((down, sheet.in_y), (end, sheet.in_y), "wg-fed-head")
        )
    return found


# --- what goes in and comes out ----------------------------------------------------------------


def _reads(sheet: Sheet, column: Column) -> str:
    """ "outside", "fed" or "nothing"."""
    if inputs_at(sheet.run)[column.step]:
        return "outside"
    return "fed" if sheet.run.stages[column.stage].trace.fed else "nothing"


def _answers(sheet: Sheet, column: Column) -> bool:
    """Whether this step's output is used: by a loss, or by the next step."""
    stage = sheet.run.stages[column.stage]
    return bool(losses_at(sheet.run)[column.step]) or stage.trace.fed


def _inputs(sheet: Sheet, image: bool) -> list[str]:
    found, y = [], sheet.in_y
    for column in sheet.columns:
        stage, how = sheet.run.stages[column.stage], _reads(sheet, column)
        row = stage.trace.layers[0].x[0, column.t]
        if how == "nothing":
            found.append(text(column.x, y + 4, "0", "wg-quiet", "middle"))
        elif image and how == "outside":
            found.append(_pixels(row, column.x, y, sheet.letter("x")))
        else:
            name = symbol(row, sheet.run.sequence.alphabet, sheet.room)
            look = "wg-box wg-dashed" if how == "fed" else "wg-box"
            found.append(box(column.x, y, max(sheet.half, 9.5), look))
            found.append(text(column.x, y + 4.5, name, "", "middle"))
        found.append(text(column.x, y + 27, str(column.step + 1), "wg-quiet", "middle"))
    words = "image" if image else "step"
    return [*found, text(0, y + (4 if image else 27), words, "wg-quiet")]


def _outputs(sheet: Sheet) -> list[str]:
    found = []
    sequence, counted = sheet.run.sequence, losses_at(sheet.run)
    for column in sheet.columns:
        if not _answers(sheet, column):
            continue
        y = sheet.run.stages[column.stage].trace.outputs[0, column.t]
        found.append(box(column.x, OUT_Y, max(sheet.half, 9.5), "wg-box"))
        names = sequence.output_labels
        found.append(text(column.x, OUT_Y + 4.5, symbol(y, names, sheet.room), "", "middle"))
        if counted[column.step]:
            found.append(_loss(sheet, column))
    return found


def _loss(sheet: Sheet, column: Column) -> str:
    """A filled disc with the right answer in it."""
    stage, sequence = sheet.run.stages[column.stage], sheet.run.sequence
    target = symbol(stage.targets[0, column.t], sequence.output_labels, sheet.room)
    value = said(float(stage.loss[0, column.t]))
    wide = 9.5 if len(target) < 3 else max(sheet.half, 9.5)
    return (
        f'<g class="wg-loss"><title>step {column.step + 1}: loss {escape(value)}</title>'
        f'<rect x="{column.x - wide:.1f}" y="{LOSS_Y - 9.5}" width="{2 * wide:.1f}" height="19" '
        f'rx="9.5"/>{text(column.x, LOSS_Y + 4.5, target, "", "middle")}</g>'
    )


def _pixels(row: Array, x: float, y: float, letter: str) -> str:
    """The vector as a small image: one square per number, the larger the darker."""
    side = int(np.ceil(np.sqrt(len(row))))
    size = BOX / side
    peak = max(1.0, float(np.nanmax(np.abs(row), initial=0.0)))
    squares = [
        f'<rect class="wg-pixel" x="{x - BOX / 2 + (k % side) * size:.2f}" '
        f'y="{y - BOX / 2 + (k // side) * size:.2f}" width="{size:.2f}" height="{size:.2f}" '
        f'fill-opacity="{abs(float(v)) / peak:.2f}"/>'
        for k, v in enumerate(row)
    ]
    outline = box(x, y, BOX / 2, "wg-box wg-hollow")
    values = ", ".join(f"{v:.2g}" for v in row)
    return f"<g><title>{letter} = [{values}]</title>{''.join(squares)}{outline}</g>"


def symbol(row: Array, names: Sequence[str], room: int = 4) -> str:
    """The few characters that fit: a number, or the name of the largest entry."""
    if len(row) == 1:
        return _short(float(row[0]), room)
    if not np.isfinite(row).all():
        return "∞"
    top = int(np.argmax(row))
    name = names[top] if top < len(names) else str(top + 1)
    return {"falls": "↓", "rises": "↑"}.get(name, name if len(name) < 4 or name[0] != "U" else "U+")


def _short(v: float, room: int) -> str:
    """Two digits where they fit; what is too large to be written here is only called so."""
    if not np.isfinite(v):
        return "∞"
    minus, size = "−" if v < 0 else "", abs(v)
    if size >= 99.5:
        return minus + "≫"
    if size >= 9.95 or (size >= 0.95 and room < 4):
        return f"{minus}{size:.0f}"
    places = 1 if size >= 0.095 or room < 4 else 2
    digits = f"{size:.{places}f}".removeprefix("0")
    return minus + digits if digits.strip(".0") else "0"


def _gap_marks(sheet: Sheet) -> list[str]:
    found = []
    for stage, x in sheet.gaps:
        rows = [sheet.in_y, *(row.y for row in sheet.rows)]
        near = [c for c in sheet.of(stage) if _answers(sheet, c)]
        found += [text(x, y + 4, "⋯", "wg-gap", "middle") for y in rows]
        if len(near) > 2:
            found.append(text(x, OUT_Y + 4, "⋯", "wg-gap", "middle"))
    return found
