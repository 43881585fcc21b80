"""A server that no reader can stop: no lock for ever, no queue behind heavy work, bounded memory.

These tests need no browser: the readers speak Streamlit's protocol (`benchmarks.reader`).
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations
from statistics import median, quantiles
from typing import Any, NamedTuple, TypeVar

import pytest

from benchmarks.reader import Reader
from benchmarks.soak import HEAVY, Link, computed, path, soak
from benchmarks.vitals import forget_peak, readable, vitals
from pages.ui.contents import NONE, PAGES
from tests.browser.serving import Server, serve

T = TypeVar("T")
SILENCE_SECONDS = 20  # nobody on the whole server has been answered for so long: it hangs
ABREAST = 3  # pairs that are opened at once
APART_SECONDS = 0.2  # at most, between the two pages of a pair; between the crowd's moves
CROWD = 2  # readers who move sliders of other networks meanwhile
PAUSE_SECONDS = 0.1  # between the moves of one reader who is timed
NETWORK_PAGES = [name for name, page in PAGES.items() if page.uses != NONE]
ADDED = "&window=5"  # pages that put it aside ask for the other page's run

QUIET_MOVES = 25
MEDIAN_AT_MOST, P95_AT_MOST = 10, 60  # times the quiet median of the same reader: 6 to 9 ms
WATCHED_SECONDS = 10  # of an update that may take longer
BIG_TRAINING = "cell=lstm&hidden=64&layers=3&length=500&batch=256"
MOST_MEMORY, MOST_GROWTH = 700, 150  # MB
SOAKERS, SOAKED = 5, 150


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the other files' readers do not meet."""
    with serve(tmp_path_factory.mktemp("heavy") / "server.log") as served:
        yield served


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in a thread of its own: Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def need_memory(server: Server) -> None:
    if not readable(server.process):
        pytest.skip("a process's memory is read from /proc, which this system lacks")


def test_a_reader_reruns_the_fragment_alone_and_follows_the_link(own_server):
    """The client that all below rely on does what a browser does."""

    async def move() -> None:
        async with Reader(own_server, "gates", "seed=7") as reader:
            whole, sliders = reader.screen.texts, reader.screen.labels()
            await reader.move(reader.screen.slider("Weight scale"), 2.0)
            assert 0 < len(reader.screen.texts) < len(whole)
            assert reader.screen.labels() == sliders
            assert "scale=2" in reader.screen.query
            await reader.press("More settings")  # in the frame: all runs
            await reader.move(reader.screen.slider("Layers"), 2.0)
            assert len(reader.screen.texts) >= len(whole)
            assert reader.screen.slider("Weight scale").value == 2

    finish(move())


# --- no lock for ever -------------------------------------------------------------------------


class Pair(NamedTuple):
    """Two pages over one network, by their links."""

    one: Link
    other: Link

    def __str__(self) -> str:
        return " and ".join(f"/{link.page}?{link.query}" for link in self)


def every_pair() -> list[Pair]:
    """Each pair meets at a network of its own; the second page's link asks for more of it."""
    pairs = []
    for number, (one, other) in enumerate(combinations(NETWORK_PAGES, 2)):
        query = f"seed={number % 90}&steps={12 + number // 90}&hidden=16"
        pairs.append(Pair(Link(one, query), Link(other, query + ADDED)))
    return pairs


class Watch:
    """Readers of one server, and when any of them was last answered."""

    def __init__(self, server: Server) -> None:
        self.server, self.last = server, time.monotonic()
        self.open: set[Pair] = set()
        self.dice = random.Random(0)

    async def visit(self, link: Link) -> None:
        """Open a page, a little before or after the other of its pair, and leave."""
        await asyncio.sleep(self.dice.random() * APART_SECONDS)
        async with Reader(self.server, path(link.page), link.query):
            self.last = time.monotonic()

    async def visit_pairs(self, pairs: Iterator[Pair]) -> None:
        """One pair after the other, both pages at about the same time."""
        for pair in pairs:
            self.open.add(pair)
            await asyncio.gather(*map(self.visit, pair))
            self.open.remove(pair)

    async def keep_moving(self, seed: int) -> None:
        """Move a slider of another network, for ever; runs long enough that others queue."""
        dice = random.Random(seed)
        link = f"seed={seed}&steps=100&hidden=64&layers=3"
        async with Reader(self.server, "gates", link) as reader:
            while True:
                await reader.drag_somewhere("Weight scale", dice)
                self.last = time.monotonic()
                await asyncio.sleep(APART_SECONDS)

    async def until_done(self, tasks: set[asyncio.Future[None]]) -> None:
        """Wait for all of them; fail if the whole server falls silent before."""
        while tasks:
            done, tasks = await asyncio.wait(tasks, timeout=1)
            for task in done:
                task.result()
            if tasks and time.monotonic() - self.last > SILENCE_SECONDS:
                await give_up(tasks)
                pairs = "; ".join(map(str, self.open))
                pytest.fail(f"for {SILENCE_SECONDS} s no reader was answered; open were: {pairs}")


async def give_up(tasks: Iterable[asyncio.Future[None]]) -> None:
    """End what is still going on; what had failed before fails here."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(result, asyncio.CancelledError) and result is not None:
            raise result


async def open_in_pairs(server: Server, pairs: list[Pair]) -> None:
    watch, rest = Watch(server), iter(pairs)
    crowd = [asyncio.ensure_future(watch.keep_moving(90 + k)) for k in range(CROWD)]
    await watch.until_done({asyncio.ensure_future(watch.visit_pairs(rest)) for _ in range(ABREAST)})
    await give_up(crowd)


@pytest.mark.timeout(300)  # silence ends it, not slowness
def test_no_two_pages_over_one_network_wait_for_each_other_for_ever(fresh_server):
    """A page that holds one lock while it waits for another meets one that does so the other way
    round: then nobody on the server is answered any more."""
    finish(open_in_pairs(fresh_server, every_pair()))


# --- a cheap move is not behind a costly one ----------------------------------------------------


class Waits(NamedTuple):
    """Seconds that one reader's moves took, alone and beside somebody's heavy work."""

    quiet: list[float]
    beside: list[float]

    def check(self) -> None:
        usual = median(self.quiet)
        half, most = median(self.beside) / usual, p95(self.beside) / usual
        said = f"{len(self.beside)} moves: median {half:.1f}, p95 {most:.1f} of {usual:.3f} s"
        assert half < MEDIAN_AT_MOST, said
        assert most < P95_AT_MOST, said


def p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


async def moves_beside(
    server: Server, heavy: Callable[[], Coroutine[object, object, None]]
) -> Waits:
    """A reader of Gates moves a slider until the heavy work is done, or has been watched enough."""
    dice = random.Random(1)
    async with Reader(server, "gates", "seed=98", 2 * WATCHED_SECONDS) as reader:

        async def moved() -> float:
            await asyncio.sleep(PAUSE_SECONDS)
            return await reader.drag_somewhere("Weight scale", dice)

        quiet = [await moved() for _ in range(QUIET_MOVES)]
        work, beside, begun = asyncio.ensure_future(heavy()), [], time.monotonic()
        while not beside or not (work.done() or time.monotonic() - begun > WATCHED_SECONDS):
            beside.append(await moved())
        await give_up([work])
    return Waits(quiet, beside)


@pytest.mark.parametrize("link", HEAVY, ids=lambda link: link.page)
def test_a_cheap_move_does_not_wait_for_a_heavy_link(own_server, link):
    async def two_open_it() -> None:
        async with asyncio.TaskGroup() as group:
            for seed in (1, 2):
                group.create_task(stay_until_drawn(own_server, link, seed))

    finish(moves_beside(own_server, two_open_it)).check()


async def stay_until_drawn(server: Server, link: Link, seed: int) -> None:
    """Open a page, ask for what it takes long to compute, and let it run by itself."""
    async with Reader(server, link.page, f"{link.query}&seed={seed}") as reader:
        await computed(reader)
        while reader.screen.timers:
            await reader.tick()


class Trained(NamedTuple):
    waits: Waits
    memory: float  # MB that the server had at most; 0 where the system does not tell


@pytest.fixture(scope="module")
def big_training(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One update of the largest network that the page offers, by one reader of a fresh server."""

    async def train(server: Server) -> None:
        async with Reader(server, "training", BIG_TRAINING) as reader:
            await reader.press("One update")
            while reader.screen.timers:
                await reader.tick()

    with serve(tmp_path_factory.mktemp("big") / "server.log") as server:
        known = readable(server.process)
        if known:
            forget_peak(server.process)
        waits = finish(moves_beside(server, partial(train, server)))
        return Trained(waits, vitals(server.process).most_memory if known else 0.0)


def test_a_big_training_does_not_stop_others(big_training):
    big_training.waits.check()


def test_a_big_training_stays_within_memory(big_training):
    if not big_training.memory:
        pytest.skip("a process's memory is read from /proc, which this system lacks")
    assert big_training.memory < MOST_MEMORY


# --- a soak -------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_readers_of_all_pages_leave_the_server_as_it_was(fresh_server):
    need_memory(fresh_server)
    found = finish(soak(fresh_server, SOAKERS, SOAKED))
    assert not found.errors
    assert len(found.seconds) >= SOAKED
    assert max(found.memory) < MOST_MEMORY
    assert found.growth() < MOST_GROWTH, [round(m) for m in found.memory[::10]]
