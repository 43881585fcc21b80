"""Act five's race: the share of right answers of three cells while they learn, replayed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

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
from rnn_core.training.races import Lane, Race

SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
CHANCE: Final = 0.25  # of the right one of four orders


def updates_of(race: Race) -> tuple[int, ...]:
    """Updates at which the race's runs were validated."""
    return race.lanes[0].updates


def solved(race: Race, words: str, k: int) -> int:
    """How many runs of a cell had learned the task at their validation k."""
    return sum(race.task.solved(lane.scores[k]) for lane in race.of(words))


def said(race: Race, k: int) -> str:
    """Number of runs that have learned the task at validation `k`, by cell, in words."""
    update, found = updates_of(race)[k], {w: solved(race, w, k) for w in race.words}
    able = [f"{words} {n} of {len(race.seeds)}" for words, n in found.items() if n]
    if not able:
        return f"After {update:,} updates nobody has learned it"
    return f"Learned after {update:,} updates: {', '.join(able)} runs"


class Room:
    """Area of the curves: updates from left to right, shares of right answers upwards."""

    def __init__(self, race: Race, size: Size):
        self.left, self.right = (44, size.width - 12) if size.narrow else (66, size.width - 210)
        self.top, self.bottom = (92, size.height - 46) if size.narrow else (16, size.height - 46)
        self.last = float(updates_of(race)[-1])

    def x(self, update: float) -> float:
        """Horizontal place of an update."""
        return self.left + (self.right - self.left) * update / self.last

    def y(self, share: float) -> float:
        """Vertical place of a share of right answers."""
        return self.bottom - (self.bottom - self.top) * share


def curves(race: Race, r: Room) -> Iterator[Item]:
    """Every run as one line, whole; what has not happened yet is covered later."""
    for lane in race.lanes:
        yield path(_points(lane, r), f"run {lane.words.lower()}")


def _points(lane: Lane, r: Room) -> list[tuple[float, float]]:
    return [(r.x(u), r.y(s)) for u, s in zip(lane.updates, lane.scores, strict=True)]


def ground(r: Room) -> Iterator[Item]:
    """Axes, and the level of guessing."""
    for share in SHARES:
        yield line(r.left, r.y(share), r.right, r.y(share), "one" if share == CHANCE else "grid")
        yield text(r.left - 8, r.y(share) + 5, f"{100 * share:.0f} %", "tick", "end")
    yield text(r.left + 8, r.bottom - 10, f"{CHANCE:.0%} is chance: one of four orders", "soft")
    yield text(r.left, r.bottom + 36, "0", "tick")
    yield text(r.right, r.bottom + 36, f"{r.last:,.0f} updates", "tick", "end")
    yield text((r.left + r.right) / 2, r.bottom + 36, "right answers, kept apart", "soft", "middle")


def standing(race: Race, k: int, size: Size, r: Room) -> Iterator[Item]:
    """A card for each cell: how many of its runs have learned the task."""
    for n, words in enumerate(race.words):
        cell, count = words.lower(), f"{solved(race, words, k)} of {len(race.seeds)} runs"
        if size.narrow:
            x, y = 4.0 + 118 * n, 30.0
        else:
            x, y = r.right + 26.0, 60.0 + 110 * n
        yield box(x, y - 22, 100 if size.narrow else 150, 56, f"card {cell}", 8)
        yield text(x + 12, y, words, "reading")
        yield text(x + 12, y + 24, count, "small")
        for lane in race.of(words):
            yield ball(r.x(lane.updates[k]), r.y(lane.scores[k]), 6, f"head {cell}")


def draw(race: Race, k: int, size: Size) -> Drawing:
    """The race up to one update."""
    r = Room(race, size)
    x = r.x(updates_of(race)[k])
    cover = box(x, r.top - 8, r.right + 4 - x, r.bottom - r.top + 12, "cover")
    return (*curves(race, r), cover, *ground(r), *standing(race, k, size, r))


def positions(race: Race) -> tuple[Position, ...]:
    """The race after every validation."""
    return tuple(
        Position(
            said(race, k),
            "Share of right answers against updates for three cells, three runs each. "
            f"{said(race, k)}.",
            tuple(draw(race, k, size) for size in SIZES),
        )
        for k in range(len(updates_of(race)))
    )
