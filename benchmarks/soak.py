"""Readers who go through all pages at random, and links that cost a server most."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple

from benchmarks.reader import Reader, Unanswered
from benchmarks.vitals import Vitals, forget_peak, vitals
from pages.ui.contents import FIRST, PAGES
from tests.browser.serving import Server

MOVES_A_VISIT = 5
NETWORKS = 10  # seeds, so that readers meet at the same network
VISIT_PATIENCE = 600.0  # seconds
LARGE = "steps=200&hidden=64&cell=lstm&lstm=peephole"
DEEP = f"{LARGE}&layers=3&direction=bidirectional"


class Link(NamedTuple):
    page: str
    query: str


HEAVY = (  # within the controls' ranges, each near the most that its page can ask for
    Link("starts", f"{DEEP}&vary=layers"),
    Link("truncated", f"{DEEP}&placement=every&window=1&race=on"),
    Link("flow", f"{LARGE}&flow=spectral"),
    Link("distance", "gap=200"),
    Link("hold", f"{DEEP}&hold=forget"),
    Link("ceiling", "length=64&draw=7"),
)


def path(page: str) -> str:
    """A page's place in the address; the first page has none."""
    return "" if page == FIRST else page


@dataclass
class Soak:
    """Results of a run, answer by answer; an answer is to an opened page or to a moved slider."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # MB, at each answer
    errors: list[str] = field(default_factory=list)

    def growth(self) -> float:
        """MB by which the peak of the last third exceeds that of the first."""
        third = max(1, len(self.memory) // 3)
        return max(self.memory[-third:]) - max(self.memory[:third])


async def soak(
    server: Server, readers: int, answers: int, patience: float = 60.0, seed: int = 0
) -> Soak:
    """Some readers go from page to page and move any slider, until there were so many answers."""
    found, dice = Soak(), random.Random(seed)
    pages = cycle(dice.sample(list(PAGES), len(PAGES)))

    def answered(seconds: float) -> None:
        found.seconds.append(seconds)
        found.memory.append(vitals(server.process).memory)

    async def read(dice: random.Random) -> None:
        while len(found.seconds) < answers and not found.errors:
            query = f"seed={dice.randrange(NETWORKS)}"
            async with Reader(server, path(next(pages)), query, patience) as reader:
                answered(reader.opened)
                for _ in range(MOVES_A_VISIT if reader.screen.sliders else 0):
                    answered(await reader.drag_somewhere("", dice))

    async def careful(number: int) -> None:
        try:
            await read(random.Random(1000 * seed + number))
        except Unanswered as problem:
            found.errors.append(str(problem))

    await asyncio.gather(*(careful(number) for number in range(readers)))
    return found


@dataclass(frozen=True)
class Visit:
    """One visit to a heavy link, after those before it."""

    link: Link
    seconds: float
    before: Vitals
    after: Vitals

    def words(self) -> str:
        """Seconds until it was open, processor seconds, MB at most and left."""
        used = self.after.processor - self.before.processor
        peak = self.after.most_memory - self.before.memory
        kept = self.after.memory - self.before.memory
        return f"{self.seconds:7.1f} {used:6.1f} {peak:9.0f} {kept:9.0f}"


async def visits(server: Server) -> list[Visit]:
    """Each heavy link once, one after the other, by one reader."""
    found = []
    for link in HEAVY:
        before = vitals(server.process)
        forget_peak(server.process)
        async with Reader(server, *link, VISIT_PATIENCE) as reader:
            seconds = reader.opened + await computed(reader)
            found.append(Visit(link, seconds, before, vitals(server.process)))
    return found


async def computed(reader: Reader) -> float:
    """Press "Compute it" until no such button is left; seconds spent."""
    seconds = 0.0
    while any(button.label == "Compute it" for button in reader.screen.buttons.values()):
        seconds += await reader.press("Compute it")
    return seconds
