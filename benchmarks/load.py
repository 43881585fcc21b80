"""Many readers at once on one server of their own: how long each waits, and what a move costs.

A reader moves a slider once a second, or as soon as the last answer is there. Two checkouts take
turns, each bout with the same readers, seeds and moves.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmarks.reader import Reader, Unanswered
from benchmarks.soak import soak, visits
from benchmarks.vitals import forget_peak, readable, vitals
from tests.browser.serving import ROOT, Server, serve

PERIOD = 1.0  # seconds from move to move
STAGGER = 0.03  # seconds from one reader's arrival to the next
REST = 5.0  # seconds after the last has left
KEPT_SECONDS = 120.0  # until what is kept is looked at
SOAKERS = 20


class Place(NamedTuple):
    """A page, more of its link, and its one slider."""

    page: str
    query: str
    slider: str = "Weight scale"


PLACES = (
    Place("gates", ""),
    Place("gradients", ""),
    Place("unrolled", ""),
    Place("flow", "", "Forget bias (LSTM)"),
    Place("clipping", "&clip=norm&init=gaussian", "Gain"),
)


class Case(NamedTuple):
    readers: int
    any_slider: bool
    trainers: int


@dataclass
class Outcome:
    """All bouts of a case on one server together."""

    moves: list[float] = field(default_factory=list)  # seconds of each
    seconds: float = 0.0
    processor: float = 0.0  # seconds, what trainers use included
    before: float = 0.0  # MB; before the first bout, at most, and after the last
    most: float = 0.0
    after: float = 0.0
    errors: list[str] = field(default_factory=list)

    def wait(self, share: float) -> float:
        """Milliseconds within which that share of the moves was answered."""
        return 1e3 * quantile(self.moves, share)

    def cost(self) -> float:
        """Milliseconds of the server's processor for a move."""
        return 1e3 * self.processor / max(1, len(self.moves))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by that share of them; NaN if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def main(quick: bool, options: argparse.Namespace) -> None:
    """The load table; with `soak` or `heavy` that instead."""
    checkouts = [Path(options.against).resolve()] if options.against else []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = Served(folder, [*checkouts, ROOT])
        if options.soak:
            report_soaks(served, options.soak)
        elif options.heavy:
            report_visits(served)
        else:
            report_table(served, cases(quick, options), options.seconds, options.bouts)


def cases(quick: bool, options: argparse.Namespace) -> list[Case]:
    """Every combination, the small ones first."""
    readers = [n for n in options.readers if n <= 10 or not quick]
    ways = [way == "any" for way in ("one", "any") if options.sliders in (way, "both")]
    return [Case(n, way, t) for t, way, n in product(options.trainers, ways, readers)]


@dataclass(frozen=True)
class Served:
    """Checkouts to be served side by side, the older first, and a folder for what they say."""

    folder: Path
    checkouts: list[Path]

    @contextmanager
    def __call__(self) -> Iterator[list[Server]]:
        """A fresh server for each; those of a system without /proc cannot be measured."""
        with ExitStack() as stack:
            logs = [self.folder / f"{number}.log" for number in range(len(self.checkouts))]
            both = zip(logs, self.checkouts, strict=True)
            servers = [stack.enter_context(serve(log, checkout)) for log, checkout in both]
            if not all(readable(server.process) for server in servers):
                raise SystemExit("this benchmark reads a process's memory from /proc: Linux only")
            yield servers


# --- the table --------------------------------------------------------------------------------


def report_table(served: Served, cases: list[Case], seconds: float, bouts: int) -> None:
    """One line for each case and checkout; with two, a line of ratios."""
    places = ", ".join(place.page for place in PLACES)
    print(f"Readers of {places}; each moves a slider every {PERIOD:g} s")
    print(
        "  readers slider trainers   moves/s  p50 ms   p95   max  CPU ms/move  "
        "MB before/peak/after  errors"
    )
    for case in cases:
        with served() as servers:
            outcomes = [Outcome(before=vitals(s.process).memory) for s in servers]
            for number in range(bouts):
                for server, outcome in zip(servers, outcomes, strict=True):
                    asyncio.run(bout(server, case, seconds, number, outcome))
        report_case(served, case, outcomes)


def report_case(served: Served, case: Case, outcomes: list[Outcome]) -> None:
    said = f"  {case.readers:7d} {'any' if case.any_slider else 'one':>6} {case.trainers:8d}"
    for checkout, outcome in zip(served.checkouts, outcomes, strict=True):
        name = f"  {checkout.name}" if len(outcomes) > 1 else ""
        print(f"{said} {figures(outcome)}{name}", flush=True)
        for words in sorted(set(outcome.errors))[:3]:
            print(f"      {words}")
    if len(outcomes) == 2:
        old, new = outcomes
        pairs = {
            "p50": (old.wait(0.5), new.wait(0.5)),
            "p95": (old.wait(0.95), new.wait(0.95)),
            "CPU": (old.cost(), new.cost()),
            "peak": (old.most, new.most),
        }
        ratios = (f"{name} {after / before:.2f}" for name, (before, after) in pairs.items())
        print(f"      new/old: {', '.join(ratios)}", flush=True)


def figures(o: Outcome) -> str:
    """A case's columns."""
    waits = f"{o.wait(0.5):7.0f} {o.wait(0.95):5.0f} {o.wait(1):5.0f}"
    memory = f"{o.before:10.0f} {o.most:5.0f} {o.after:5.0f}"
    rate = len(o.moves) / o.seconds if o.seconds else 0.0
    return f"{rate:9.1f} {waits} {o.cost():12.1f} {memory} {len(o.errors):7d}"


# --- a bout -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mover:
    """Moves one slider, or with "" any, to values of its own."""

    reader: Reader
    label: str
    dice: random.Random

    async def live(self, end: float, into: Outcome) -> None:
        """Move until then, at a moment of each period that is this reader's own."""
        due = time.perf_counter() + self.dice.random() * PERIOD
        while due < end:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            into.moves.append(await self.reader.drag_somewhere(self.label, self.dice))
            due = max(due + PERIOD, time.perf_counter())


@dataclass(frozen=True)
class Trainer:
    """Trains the network that the page offers first."""

    reader: Reader

    async def live(self, end: float, into: Outcome) -> None:
        """Train until `end`: the page runs again by itself, as often as it asks for."""
        await self.reader.press("Start")
        while time.perf_counter() < end:
            await self.reader.tick()


Person = Mover | Trainer
T = TypeVar("T")


def crowd(server: Server, case: Case, number: int) -> list[Person]:
    """Readers of a case, spread evenly over the places."""
    people: list[Person] = []
    for k, place in zip(range(case.readers), cycle(PLACES), strict=False):
        reader = Reader(server, place.page, f"seed={k % 100}{place.query}")
        dice = random.Random(1000 * number + k)
        people.append(Mover(reader, "" if case.any_slider else place.slider, dice))
    links = (f"seed={k % 100}&updates=9999" for k in range(case.trainers))
    return people + [Trainer(Reader(server, "training", link)) for link in links]


async def bout(server: Server, case: Case, seconds: float, number: int, into: Outcome) -> None:
    """All open their pages; from then on they move or train for so long, and leave."""
    forget_peak(server.process)
    async with AsyncExitStack() as stack:
        come = [
            patiently(arrive(stack, person, k * STAGGER), into)
            for k, person in enumerate(crowd(server, case, number))
        ]
        here = [person for person in await asyncio.gather(*come) if person]
        begun, used = time.perf_counter(), vitals(server.process).processor
        lives = [patiently(person.live(begun + seconds, into), into) for person in here]
        await asyncio.gather(*lives)
        into.seconds += time.perf_counter() - begun
        into.processor += vitals(server.process).processor - used
    into.most = max(into.most, vitals(server.process).most_memory)
    await asyncio.sleep(REST)
    into.after = vitals(server.process).memory


async def arrive(stack: AsyncExitStack, person: Person, after: float) -> Person:
    """Open the reader's page after a while; the stack closes it."""
    await asyncio.sleep(after)
    await stack.enter_async_context(person.reader)
    return person


async def patiently(doing: Awaitable[T], into: Outcome) -> T | None:
    """Await a reader; counts one who gives up instead of ending the others."""
    try:
        return await doing
    except Unanswered as problem:
        into.errors.append(str(problem))
        return None


# --- all pages, and heavy links -----------------------------------------------------------------


def report_soaks(served: Served, answers: int) -> None:
    """Each checkout's soak, on a server of its own."""
    print(f"{SOAKERS} readers go through all pages and move any slider, {answers} answers")
    print("  third  answers  p50 ms   p95   max  peak MB")
    for checkout in served.checkouts:
        with Served(served.folder, [checkout])() as (server,):
            found = asyncio.run(soak(server, SOAKERS, answers))
            print(f" {checkout.name}")
            for part, (seconds, memory) in enumerate(
                zip(thirds(found.seconds), thirds(found.memory), strict=True)
            ):
                waits = " ".join(
                    f"{1e3 * quantile(seconds, share):7.0f}" for share in (0.5, 0.95, 1)
                )
                print(f"  {part + 1:5d} {len(seconds):8d} {waits} {max(memory):8.0f}")
            time.sleep(KEPT_SECONDS)
            kept = vitals(server.process).memory
            print(
                f"  grown by {found.growth():.0f} MB; {kept:.0f} MB are left {KEPT_SECONDS:g} s "
                f"after the last has left; errors: {found.errors or 'none'}",
                flush=True,
            )


def thirds(values: list[float]) -> list[list[float]]:
    size = -(-len(values) // 3)
    return [values[k : k + size] for k in range(0, len(values), size)]


def report_visits(served: Served) -> None:
    """Print the cost of each heavy link, and the memory that the server keeps afterwards."""
    print("  one reader opens each heavy link once      s  CPU s  peak +MB  kept +MB")
    for checkout in served.checkouts:
        with Served(served.folder, [checkout])() as (server,):
            start = vitals(server.process).memory
            print(f" {checkout.name}, {start:.0f} MB")
            for visit in asyncio.run(visits(server)):
                print(f"  {visit.link.page:<37} {visit.words()}", flush=True)
            time.sleep(KEPT_SECONDS)
            kept = vitals(server.process).memory - start
            print(f"  kept of all together, {KEPT_SECONDS:g} s after: {kept:.0f} MB")
