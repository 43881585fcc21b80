"""The sheet: every number of a written-out network in one table, steps across, quantities down.

The place of the walk is lit, what it reads is outlined, and arrows run where numbers cross from one
step to another.  HTML text in, so that a screen reader and a test read the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import numpy as np

from pages.figures.byhand.letters import Ink, Names, decimal
from rnn_core.notation.symbol import Symbol
from rnn_core.studies.byhand import (
    ERRORS,
    OUTPUTS,
    QUANTITIES,
    STAGES,
    WEIGHT_NAMES,
    WEIGHTS,
    Written,
    numbers,
)
from rnn_core.studies.byhand_exercise import Blank

TITLES: Final = {
    OUTPUTS: "1 · Outputs, from the first step to the last →",
    ERRORS: "2 · Errors, from the last step to the first ←",
    WEIGHTS: "3 · Weight gradients, summed over the steps Σ",
}
CROSSING: Final = {OUTPUTS: ("h", "a", 1), ERRORS: ("delta", "from_next", -1)}  # from, to, steps


@dataclass(frozen=True)
class Place:
    """Position in the walk: stage, step from 1 (T+1: the sum), and the weight looked at."""

    stage: str = OUTPUTS
    t: int = 1
    weight: str = "hh"


@dataclass(frozen=True)
class Marks:
    """An exercise's marks on the sheet: hidden numbers by letter, and those answered rightly."""

    hidden: Mapping[Blank, str] = field(default_factory=dict)
    solved: frozenset[Blank] = frozenset()


def rows_of(stage: str, weight: str) -> list[str]:
    """The rows of one stage: of the weights' gradients, the one that is looked at."""
    names = [n for n, q in QUANTITIES.items() if q.stage == stage]
    return [weight] if stage == WEIGHTS else names


def lit(place: Place) -> set[tuple[str, int]]:
    """The cells that are worked out at a place."""
    names = [n for n in rows_of(place.stage, place.weight) if n != "x"]
    return {(name, place.t) for name in names}


def done_with(place: Place) -> set[str]:
    """The rows of earlier stages that the present one does not read."""
    stages = STAGES[: STAGES.index(place.stage)]
    needed = {n for row in rows_of(place.stage, place.weight) for n, _ in QUANTITIES[row].reads}
    return {n for n, q in QUANTITIES.items() if q.stage in stages} - needed


def read_by(place: Place, steps: int) -> set[tuple[str, int]]:
    """The cells that they are worked out from."""
    if place.t > steps:
        return {(place.weight, t) for t in range(1, steps + 1)}
    found = {
        (name, t + later) for target, t in lit(place) for name, later in QUANTITIES[target].reads
    }
    return {(n, t) for n, t in found if 1 <= t <= steps or (n, t) == ("h", 0)} - lit(place)


def arrows(steps: int, place: Place) -> list[dict[str, Any]]:
    """Arrows between the steps; `lit` are those into the selected place."""
    found = []
    for stage, (start, end, way) in CROSSING.items():
        for t in range(1, steps + 1):
            source = t - way
            if (start == "h" and source >= 0) or 1 <= source <= steps:
                now = place.stage == stage and place.t == t
                found.append({"from": f"{start}:{source}", "to": f"{end}:{t}", "lit": now})
    return found


def sheet(w: Written, place: Place, names: Names, marks: Marks | None = None) -> dict[str, Any]:
    """The payload of the component: the table's HTML, its arrows, and where the walk stands."""
    drawn = _Sheet(w, place, names, marks or Marks())
    return {
        "html": drawn.table(),
        "arrows": arrows(w.steps, place),
        "stage": place.stage,
        "t": place.t,
        "walks": True,
        "label": f"Every number of the walk, t = 1 to {w.steps}",
        "told": told(w, place),
    }


def letter(symbol: Symbol) -> str:
    """A letter in HTML, with the angles that mathematicians write."""
    return symbol.html.replace("&lt;", "⟨").replace("&gt;", "⟩")


def told(w: Written, place: Place) -> str:
    """Position in the walk, in words."""
    what = TITLES[place.stage].partition(",")[0]
    if place.t > w.steps:
        return f"{what}: the sum of all {w.steps} shares."
    read, target = w.labels[place.t - 1], w.targets[place.t - 1]
    return f"{what}, step {place.t} of {w.steps}: it reads {read}, and {target} comes next."


class _Sheet:
    """Writes the table."""

    def __init__(self, w: Written, place: Place, names: Names, marks: Marks):
        self.w, self.place, self.names, self.marks = w, place, names, marks
        self.ink = Ink(w, marks.hidden)
        self.lit, self.read = lit(place), read_by(place, w.steps)

    def table(self) -> str:
        """Head, and a body for each stage."""
        words = "Every number of BPTT: steps across, quantities down"
        caption = f'<caption class="sr-only">{words}</caption>'
        bodies = "".join(self._body(stage) for stage in STAGES)
        return f"<table>{caption}{self._head()}{bodies}</table>"

    def _head(self) -> str:
        pairs = zip(self.w.labels, self.w.targets, strict=True)
        steps = "".join(
            f'<th scope="col" data-go="{t}"><span>t = {t}</span>'
            f"<small>{escape(read)} → {escape(target)}</small></th>"
            for t, (read, target) in enumerate(pairs, 1)
        )
        start = '<th scope="col"><span>t = 0</span><small>start</small></th>'
        end = '<th scope="col"><span>Σ</span><small>total</small></th>'
        return f'<thead><tr><td colspan="2"></td>{start}{steps}{end}</tr></thead>'

    def _body(self, stage: str) -> str:
        span = self.w.steps + 4
        now = ' class="now"' if stage == self.place.stage else ""
        title = f'<th scope="rowgroup" colspan="{span}"><span>{TITLES[stage]}</span></th>'
        rows = "".join(self._row(n) for n in rows_of(stage, self.place.weight))
        return f'<tbody data-stage="{stage}"{now}><tr class="band">{title}</tr>{rows}</tbody>'

    def _row(self, name: str) -> str:
        cells = [self._cell(name, t) for t in range(0, self.w.steps + 2)]
        head = f'<th scope="row">{self.symbol(name)}<small>{self._words(name)}</small></th>'
        done = ' class="done"' if name in done_with(self.place) else ""
        return f'<tr data-row="{name}"{done}>{head}{self._axis(name)}{"".join(cells)}</tr>'

    def _words(self, name: str) -> str:
        words = QUANTITIES[name].words
        return f"{words}: each step's share" if name in WEIGHT_NAMES else words

    def symbol(self, name: str) -> str:
        """HTML of the symbol at the head of a row; "" for the two parts of dL/dhₜ."""
        if name in ("x", "a", "h", "z", "y", "E", "delta"):
            return f"<span>{letter(self.names.symbol(name))}</span>"
        if name in ("dz", "dh"):
            return f"<span>∂<i>L</i>/∂{letter(self.names.symbol(name[1]))}</span>"
        if name in ("from_output", "from_next"):
            return ""
        return f"<span>∂<i>L</i>/∂{self.names.html(name)}</span>"

    def _axis(self, name: str) -> str:
        """Which unit or letter each line of a cell is."""
        rows = "" if name == "x" else QUANTITIES[name].rows
        marks: Sequence[str] = self.w.alphabet if rows == "letter" else self._units(rows)
        return f"<td class=axis>{''.join(f'<div>{escape(m)}</div>' for m in marks)}</td>"

    def _units(self, rows: str) -> list[str]:
        return [str(i + 1) for i in range(self.w.h.shape[1])] if rows else []

    def _cell(self, name: str, t: int) -> str:
        inside = self._inside(name, t)
        kind = "lit" if (name, t) in self.lit else "read" if (name, t) in self.read else ""
        here = ' aria-current="step"' if kind == "lit" else ""
        go = f' data-go="{t}"' if inside else ""
        return f'<td data-cell="{name}:{t}" class="{kind}"{here}{go}>{inside}</td>'

    def _inside(self, name: str, t: int) -> str:
        """The numbers of one cell, each in a line of its own."""
        if (t == 0 and name != "h") or (t > self.w.steps and name != self.place.weight):
            return ""
        if name == "x":
            return f"<div><span>{escape(self.w.labels[t - 1])}</span></div>"
        if name == "xh" and t <= self.w.steps:
            return self._one_column(t)
        shape = self.ink.shape(name)
        lines = (
            "".join(self._number(name, t, (*i, *j)) for j in np.ndindex(shape[1:]))
            for i in np.ndindex(shape[:1])
        )
        return "".join(f"<div>{line}</div>" for line in lines)

    def _one_column(self, t: int) -> str:
        """One-hot: only the column of what is read gets a share."""
        read = int(np.argmax(self.w.stage.x[0, t - 1]))
        lines = range(self.w.h.shape[1])
        column = "".join(f"<div>{self._number('xh', t, (i, read))}</div>" for i in lines)
        return f"<small>column {escape(self.w.alphabet[read])}</small>{column}"

    def _number(self, name: str, t: int, index: tuple[int, ...]) -> str:
        hidden = self.ink.letter(name, t, index)
        if hidden:
            return f'<b title="to be worked out">{hidden}</b>'
        value = self.w.value(name, t, index)
        mine = Blank(name, t, index) in self.marks.solved
        target = name == "y" and self.w.stage.targets[0, t - 1][index] == 1
        kind = "solved" if mine else "target" if target else "zero" if value == 0 else ""
        return f'<span class="{kind}" data-n="{value!r}">{decimal(value)}</span>'


def sheet_width(w: Written, weight: str) -> int:
    """Pixels that the table asks for; what does not fit beside it comes below."""
    columns = (*w.total(weight).shape, 1)[1]
    each, end = (62 if weight == "xh" else 8 + 38 * columns), 8 + 38 * columns
    return 180 + w.steps * max(62, each) + max(62, end)


def sheet_rows(w: Written) -> dict[str, list[Any]]:
    """Long form for the download: a row per number."""
    columns = ("stage", "quantity", "t", "row", "column", "value")
    found = list(numbers(w))
    return {name: [row[k] for row in found] for k, name in enumerate(columns)}


def blank_words(blank: Blank, names: Names, w: Written) -> str:
    """A hidden number in words: which quantity, step and entry."""
    rows = QUANTITIES[blank.quantity].rows
    entry = [
        w.alphabet[i] if rows == "letter" and not k else str(i + 1)
        for k, i in enumerate(blank.index)
    ]
    where = f", {'letter' if rows == 'letter' else 'unit'} {entry[0]}" if len(entry) == 1 else ""
    where = f", row {entry[0]}, column {entry[1]}" if len(entry) > 1 else where
    return f"{_quantity(blank, names, w)}{where}"


def _quantity(blank: Blank, names: Names, w: Written) -> str:
    name, t = blank.quantity, blank.t
    if name in WEIGHT_NAMES:
        whole = f"∂L/∂{names.plain(name)}"
        return f"{whole}, the sum" if t > w.steps else f"{whole}, share of step {t}"
    if name in ("dz", "dh"):
        return f"∂L/∂{names.symbol(name[1], t).text}"
    if name in ("from_output", "from_next"):
        return f"∂L/∂{names.symbol('h', t).text} {QUANTITIES[name].words}"
    return names.symbol(name, t).text
