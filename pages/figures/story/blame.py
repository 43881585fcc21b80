"""Acts three and five: what is left of a gradient on its way back, on an axis that never moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from pages.figures.story.canvas import (
    SIZES,
    Drawing,
    Floats,
    Item,
    Position,
    Size,
    ball,
    box,
    line,
    path,
    text,
)
from pages.figures.theme import number
from rnn_core.studies.story import EXPLODES, VANISHES, Highway, fate

LOW, HIGH = -16, 8  # decades of the axis; what lies beyond is drawn on its edge
TICKS: Final = (-16, -12, -8, -4, 0, 4, 8)
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Room(NamedTuple):
    """Area of the curve: boundaries 0 to T from left to right, decades from the top."""

    left: float
    right: float
    top: float
    bottom: float
    steps: int

    def x(self, t: float) -> float:
        """Horizontal place of a boundary."""
        return self.left + (self.right - self.left) * t / self.steps

    def y(self, log: float) -> float:
        """Vertical place of a power of ten, on the edge if it lies beyond."""
        share = (np.clip(log, LOW, HIGH) - LOW) / (HIGH - LOW)
        return float(self.bottom - (self.bottom - self.top) * share)


def room(size: Size, steps: int, above: float = 8) -> Room:
    """The space for a curve, below so many units for something else."""
    left, right = (46, size.width - 12) if size.narrow else (66, size.width - 130)
    return Room(left, right, above, size.height - 46, steps)


def power(exponent: float) -> str:
    """A power of ten as a tick names it."""
    return "1" if exponent == 0 else "10" + str(int(exponent)).translate(_RAISED)


def left_words(log: float) -> str:
    """How much is left, as a number."""
    return "0" if np.isneginf(log) else number(float(10**log))


def amount(log: float) -> str:
    """Remaining part of a gradient of 1, in words; `log` is its power of ten."""
    return f"{left_words(log)} {'times as much' if log > 0 else 'is left'}"


# -- parts -----------------------------------------------------------------------------------------


def ground(r: Room, size: Size, letters: str) -> Iterator[Item]:
    """Zones, decades and steps: the same for every curve."""
    zones = ((EXPLODES, HIGH, "warm"), (VANISHES, EXPLODES, "calm"), (LOW, VANISHES, "cool"))
    for low, high, look in zones:
        yield box(r.left, r.y(high), r.right - r.left, r.y(low) - r.y(high), f"zone {look}")
    for tick in TICKS:
        yield line(r.left, r.y(tick), r.right, r.y(tick), "one" if tick == 0 else "grid")
        yield text(r.left - 8, r.y(tick) + 5, power(tick), "tick", "end")
    if not size.narrow:
        for name, log in (("explodes", 4.7), ("holds", 0.3), ("vanishes", -9.0)):
            yield text(r.right + 14, r.y(log) + 6, name, f"zone-name {name}")
    for t, letter in enumerate(letters, 1):
        if not size.narrow or t % 5 == 0:
            words = f"{t}" if size.narrow else letter
            yield text(r.x(t - (0 if size.narrow else 0.5)), r.bottom + 20, words, "tick", "middle")
    foot = "step →" if size.narrow else "what is read, step by step →"
    blame = (
        "← blame, from the loss" if size.narrow else "← the loss is here, and blame travels left"
    )
    yield text(r.left, r.bottom + 40, foot, "soft")
    yield text(r.right, r.bottom + 40, blame, "soft", "end")


def wave(r: Room, logs: Floats, look: str, size: Size) -> Iterator[Item]:
    """The curve, its area to what it started as, its marks, and its end."""
    points = [(r.x(t), r.y(log)) for t, log in enumerate(logs)]
    area = [*points, (r.x(len(logs) - 1), r.y(0)), (r.x(0), r.y(0))]
    yield path(area, f"area {fate(float(logs[0]))}", closed=True)
    yield path(points, f"wave {look}")
    yield ball(r.x(r.steps), r.y(0), 6, "source")
    yield ball(*points[0], 9, f"front {fate(float(logs[0]))}")
    above = points[0][1] > r.top + 40
    x, y = points[0][0] + 14, points[0][1] + (-14 if above else 30)
    yield text(x, y, amount(float(logs[0])), "reading")


# -- act 3 -----------------------------------------------------------------------------------------


def _of_it(log: float) -> str:
    return amount(log).replace(" is left", " of it is left")


def said(strength: float, logs: Floats) -> str:
    """The conclusion at one position of the slider."""
    left, steps = float(logs[0]), len(logs) - 1
    ends = {
        "vanishes": f"it vanishes: {_of_it(left)}",
        "holds": f"it holds: {_of_it(left)}",
        "explodes": f"it explodes: {_of_it(left)}",
    }
    return f"Weights × {strength:g}, {steps} steps back: {ends[fate(left)]}"


def draw(logs: Floats, letters: str, size: Size) -> Drawing:
    """One curve on its ground."""
    r = room(size, len(logs) - 1)
    marks = text(r.left + 8, r.top + 22, "gradient at each state, by its norm at the last", "soft")
    return (*ground(r, size, letters), marks, *wave(r, logs, "rnn", size))


def positions(found: Sequence[tuple[float, Floats]], letters: str) -> tuple[Position, ...]:
    """The picture of act three for every strength."""
    return tuple(
        Position(
            said(strength, logs),
            f"Curve of the gradient's norm from step {len(logs) - 1} back to step 0, logarithmic. "
            f"{said(strength, logs)}.",
            tuple(draw(logs, letters, size) for size in SIZES),
        )
        for strength, logs in found
    )


# -- act 5 -----------------------------------------------------------------------------------------

PIPE: Final = 74  # height of the highway above the curve


def gate_words(held_at: float | None, way: Highway) -> str:
    """Value of the gate in words: as drawn, or held."""
    if held_at is None:
        return f"as drawn, about {way.open.mean():.2f}"
    return f"held at {held_at:g}"


def gate_said(held_at: float | None, way: Highway) -> str:
    """The conclusion of act five."""
    left = float(way.left[0])
    ends = {"vanishes": "the cell state's gradient vanishes", "holds": "the highway is open"}
    end = ends.get(fate(left), "the cell state's gradient explodes")
    return f"Forget gate {gate_words(held_at, way)}: {end}, {_of_it(left)}"


def pipe(r: Room, way: Highway, size: Size) -> Iterator[Item]:
    """The highway from the side: at every step as wide as the forget gate is open."""
    middle, half = PIPE / 2 - 4, PIPE / 2 - 8
    yield box(r.left, middle - half, r.right - r.left, 2 * half, "wall", 4)
    edges = [(r.x(t + at), half * way.open[t]) for t in range(r.steps) for at in (0, 1)]
    upper = [(x, middle - h) for x, h in edges]
    lower = [(x, middle + h) for x, h in reversed(edges)]
    yield path([*upper, *lower], "road", closed=True)
    if not size.narrow:
        yield text(r.right + 14, middle - 4, "forget gate", "soft")
        yield text(r.right + 14, middle + 18, f"{way.open.mean():.2f} open", "reading small")


def draw_gate(way: Highway, free: Highway, letters: str, size: Size) -> Drawing:
    """The highway, and below it what travels back along it; the free run's curve stays there."""
    r = room(size, len(way.open), PIPE + 8)
    ghost = path([(r.x(t), r.y(log)) for t, log in enumerate(free.left)], "ghost")
    name = text(
        r.left + 8, r.bottom - 10, "gradient at each cell state, by its norm at the last", "soft"
    )
    moving = wave(r, way.left, "lstm", size)
    return (*pipe(r, way, size), *ground(r, size, letters), ghost, name, *moving)


def gate_position(held_at: float | None, way: Highway, free: Highway, letters: str) -> Position:
    """The picture of act five with the gate at one value."""
    words = gate_said(held_at, way)
    alt = (
        f"Above, the forget gate at every step, {way.open.mean():.2f} open on average; below, the "
        f"cell state's gradient from step {len(way.open)} back to step 0, logarithmic. {words}."
    )
    return Position(words, alt, tuple(draw_gate(way, free, letters, size) for size in SIZES))


def gate_positions(
    ways: Iterable[tuple[float | None, Highway]], free: Highway, letters: str
) -> list[Position]:
    """The picture of act five with the gate at every value."""
    return [gate_position(held_at, way, free, letters) for held_at, way in ways]
