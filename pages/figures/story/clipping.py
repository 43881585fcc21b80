"""Act four: the length of one update on an axis that never moves, and a ball on the cliff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from pages.figures.story.blame import power
from pages.figures.story.canvas import (
    SIZES,
    Drawing,
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
from rnn_core.engine.clip import Clipped
from rnn_core.studies.story import ON, THRESHOLD, Story, Walk

LOW, HIGH = -4, 6  # decades of the update's length
TICKS: Final = (-4, -2, 0, 2, 4, 6)
HIGHEST: Final = 0.45  # of the error


def length_words(value: float) -> str:
    """A length in words: 666,491 or 1.76."""
    return f"{value:,.0f}" if value >= 100 else number(value)


def said(wish: Story, found: Clipped) -> str:
    """Effect of the clipping toggle in words, or the reason why it has none."""
    before, after = length_words(found.norm_before), length_words(found.norm_after)
    if wish.clipping != ON:
        if found.norm_before > THRESHOLD:
            return f"One update, {before} long, throws the network off the cliff"
        return f"The update is {before} long: already short, and the ball hardly moves"
    if found.changed:
        return f"Clipping cuts the update from {before} to {after}, and the ball walks down"
    return f"Clipping is on and changes nothing: {before} is below {THRESHOLD:g}"


# -- the bar ---------------------------------------------------------------------------------------


def bars(found: Clipped, size: Size) -> Iterator[Item]:
    """Both lengths on one logarithmic axis: as computed, and as the optimiser steps."""
    left, right = 14, (size.width - 14 if size.narrow else 590)
    top, bottom = 34, (196 if size.narrow else 372)

    def x(value: float) -> float:
        share = (np.clip(np.log10(max(value, 1e-300)), LOW, HIGH) - LOW) / (HIGH - LOW)
        return float(left + (right - left) * share)

    ceiling, high = x(THRESHOLD), (bottom - top) / 5
    yield box(left, top, ceiling - left, bottom - top, "zone calm")
    yield box(ceiling, top, right - ceiling, bottom - top, "zone warm")
    for tick in TICKS:
        place = "start" if tick == LOW else "end" if tick == HIGH else "middle"
        yield line(x(10.0**tick), top, x(10.0**tick), bottom, "grid")
        yield text(x(10.0**tick), bottom + 20, power(tick), "tick", place)
    yield text(right - 8, top + 22, "too long a step", "zone-name explodes", "end")
    yield box(left, top + 1.1 * high, x(found.norm_before) - left, 1.0 * high, "outline")
    yield text(left + 10, top + 1.75 * high, _computed(found), "soft")
    look = "bar long" if found.norm_after > THRESHOLD else "bar"
    yield box(left, top + 3.0 * high, x(found.norm_after) - left, 1.2 * high, look, 3)
    yield text(left + 10, top + 2.85 * high, _stepped(found), "reading")
    yield line(ceiling, top - 10, ceiling, bottom, "ceiling")
    yield text(ceiling, top - 16, f"ceiling {THRESHOLD:g}", "tick", "middle")
    yield text(left, bottom + 44, "norm of all weights' gradients together, logarithmic", "soft")


def _computed(found: Clipped) -> str:
    return f"computed by BPTT: {length_words(found.norm_before)}"


def _stepped(found: Clipped) -> str:
    return f"the optimiser's step: {length_words(found.norm_after)}"


# -- the cliff -------------------------------------------------------------------------------------


def cliff(walk: Walk, size: Size) -> Iterator[Item]:
    """The ground from the side, and the ball's way over it; the last ball is where it ends."""
    left, right = (14, size.width - 14) if size.narrow else (660, size.width - 10)
    top, bottom = (300, 460) if size.narrow else (34, 372)
    low, high = walk.along[0], walk.along[-1]

    def at(place: float, error: float) -> tuple[float, float]:
        x = left + (right - left) * float(np.clip((place - low) / (high - low), 0, 1))
        return x, bottom - 12 - (bottom - top - 24) * float(min(error, HIGHEST)) / HIGHEST

    surface = [at(p, e) for p, e in zip(walk.along, walk.ground, strict=True)]
    yield path([*surface, (right, bottom), (left, bottom)], "hill", closed=True)
    thrown = walk.longest > 1
    yield path([at(p, e + 0.015) for p, e in _airy(walk)], "trail thrown" if thrown else "trail")
    x, y = at(*walk.ball[0])
    yield ball(x, y - 9, 9, "ball ghost-ball")
    x, y = at(*walk.ball[-1])
    yield ball(x, y - 12, 12, "ball thrown" if thrown else "ball")
    yield text(left, top - 16, "error of a network of two weights", "soft")
    words = f"after {len(walk.ball) - 1} updates: {number(walk.end)}"
    yield text(right, top + 8, words, "reading small", "end")
    if not size.narrow:
        yield text(left, bottom + 44, "○ where it starts  ● where it ends", "soft")


def _airy(walk: Walk) -> list[tuple[float, float]]:
    """The ball's places; the longest leap as an arc."""
    steps = np.hypot(*np.diff(walk.ball, axis=0).T)
    k = int(np.argmax(steps))
    (p, e), (q, f) = walk.ball[k], walk.ball[k + 1]
    rise = 0.16 * min(1.0, abs(q - p))
    share = np.linspace(0, 1, 25)
    arc = [(p + (q - p) * s, e + (f - e) * s + 4 * rise * s * (1 - s)) for s in share]
    before = [(float(a), float(b)) for a, b in walk.ball[:k]]
    after = [(float(a), float(b)) for a, b in walk.ball[k + 2 :]]
    every = [*before, *((float(a), float(b)) for a, b in arc), *after]
    return every[:: max(1, len(every) // 60)]


def draw(found: Clipped, walk: Walk, size: Size) -> Drawing:
    """The bar and the cliff, side by side or one below the other."""
    return (*bars(found, size), *cliff(walk, size))


def position(wish: Story, found: Clipped, walk: Walk) -> Position:
    """The picture of act four."""
    words = said(wish, found)
    alt = (
        f"{_computed(found)}; {_stepped(found)}; the ceiling is {THRESHOLD:g}. Beside it a ball on "
        f"the error of a network of two weights: after {len(walk.ball) - 1} updates the error is "
        f"{number(walk.end)}, the longest update was {number(walk.longest)} long. {words}."
    )
    return Position(words, alt, tuple(draw(found, walk, size) for size in SIZES))
