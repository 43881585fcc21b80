"""One store for all results, and one queue for all computing.

The order of locks, and why nothing here can wait for ever:
1. Whoever makes a result, or waits for somebody who makes it, holds nothing else. Making a result
   never asks for another one: `Store.get` refuses that, so what a result is made of is asked for
   first and handed over.
2. A turn to compute is taken while a result is made and given back at every pause. Whoever has the
   turn waits for nobody.
3. A page that runs again by itself waits for a tick before anything else, and holds it while it
   asks for results and turns; whoever makes a result or has a turn never waits for a tick.
4. The store's own lock guards its tables for some microseconds; nothing is called under it.
"""

import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from types import ModuleType
from typing import Any, Final, TypeVar, cast

import numpy as np

from rnn_core.engine.budget import KEPT
from rnn_core.engine.dispatch import bytes_planned
from rnn_core.engine.pace import paced
from rnn_core.training.stack import POOL

SLICE: Final = 0.03  # seconds of computing after which others who wait go first
MEMORY: Final = 1.0  # seconds; what somebody has had of the processor counts half after so long
LARGE: Final = 0.1  # seconds; what takes longer keeps much while it is made
BEGUN: Final = 3  # large computations that are under way at a time
UNUSED: Final = 90.0  # seconds after which a result that nobody has asked for again may go
YIELDED: Final = 0.25  # seconds that a page in training waits for readers who are served
LOOK: Final = 0.1  # seconds between two looks at whether a reader still waits

T = TypeVar("T")
Watch = Callable[[], None]  # called now and then while somebody waits; may raise to give up


@dataclass(eq=False)
class _Waiter:
    """Somebody who waits for a turn, until they are chosen."""

    who: Hashable
    begins: bool  # a large computation that is not under way yet
    chosen: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Few cores serve a class: one computation at a time, whoever had least of it goes first.

    A computation is cut into slices by `breathe`. A reader who moves a slider has had little and
    goes before those who train or open a costly page; had is forgotten with time, so that nobody
    waits for ever. Of large computations only a few are begun before one of them ends: all at once,
    each in its turns, would end late and fill the memory.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: list[_Waiter] = []
        self._had: dict[Hashable, tuple[float, float]] = {}  # who -> seconds, and when that was
        self._mine = threading.local()
        self._under_way = 0  # large computations; each has the turn or waits for its next

    @property
    def wanted(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def had(self, who: Hashable, now: float | None = None) -> float:
        """Seconds of computing that somebody had, of late."""
        seconds, when = self._had.get(who, (0.0, 0.0))
        since = (time.perf_counter() if now is None else now) - when
        return float(seconds * 0.5 ** (since / MEMORY))

    @contextmanager
    def turn(self, who: Hashable, watch: Watch | None = None, price: float = 0.0) -> Iterator[None]:
        """Compute inside of this block, alone; at every `breathe` others may go first.

        `price`: seconds that it will take, where that is known. What `watch` raises at a pause ends
        the block."""
        self.check_free()
        large = price > LARGE
        began = self._take(_Waiter(who, large))

        def pause() -> None:
            nonlocal began
            if time.perf_counter() - began < SLICE or not (watch or self.wanted):
                return
            if watch is not None:
                watch()
            began = self._take(_Waiter(who, False), began)

        try:
            with paced(pause):
                yield
        finally:
            self._give_back(who, began, large)

    def check_free(self) -> None:
        """Raise where this thread has the turn: waiting for anything then could be for ever."""
        if getattr(self._mine, "turn", False):
            raise RuntimeError(
                "A result or a turn was asked for inside of a computation. Ask for what a result "
                "is made of before, and hand it over."
            )

    def _take(self, me: _Waiter, began: float | None = None) -> float:
        """Wait for a turn; `began`: when the one began that is given back for it."""
        with self._lock:
            if began is not None:
                self._charge(me.who, began)
            self._waiting.append(me)
            self._choose()
        me.chosen.wait()
        self._mine.turn = True
        return time.perf_counter()

    def _give_back(self, who: Hashable, began: float, large: bool) -> None:
        self._mine.turn = False
        with self._lock:
            self._charge(who, began)
            self._under_way -= large
            self._choose()

    def _charge(self, who: Hashable, began: float) -> None:
        """The turn is over: somebody has had it since then."""
        now = time.perf_counter()
        self._had[who] = self.had(who, now) + now - began, now
        if len(self._had) > 1024:
            self._had = {w: h for w, h in self._had.items() if now - h[1] < 60 * MEMORY}
        self._busy = False

    def _choose(self) -> None:
        """Wake whoever is next, and nobody else: a hundred may wait."""
        full = self._under_way >= BEGUN
        ready = [waiter for waiter in self._waiting if not (full and waiter.begins)]
        if self._busy or not ready:
            return
        now = time.perf_counter()
        following = min(ready, key=lambda waiter: self.had(waiter.who, now))
        self._waiting.remove(following)
        self._busy = True
        self._under_way += following.begins
        following.chosen.set()


class Movers:
    """Readers whose page is drawn because they asked for it: they go before what runs by itself.

    A page in training waits for a moment in which nobody is served, though never for long: a
    class that moves sliders without a pause would else stop all training.
    """

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._served = 0

    @contextmanager
    def served(self) -> Iterator[None]:
        """Inside of this block a reader is served."""
        self._more()
        try:
            yield
        finally:
            self._less()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside of this block, within `served`, its reader only waits."""
        self._less()
        try:
            yield
        finally:
            self._more()

    def _more(self) -> None:
        with self._lock:
            self._served += 1

    def _less(self) -> None:
        with self._lock:
            self._served -= 1
            if not self._served:
                self._lock.notify_all()

    def go_first(self) -> None:
        """Wait until nobody is served, or for `YIELDED` seconds."""
        with self._lock:
            self._lock.wait_for(lambda: not self._served, YIELDED)


@dataclass
class _Kept:
    """A result in the store."""

    value: Any
    size: int
    used: float


@dataclass
class _Flight:
    """A result that somebody is making just now."""

    over: threading.Event = field(default_factory=threading.Event)
    made: _Kept | None = None


class Store:
    """Results that are made once for all readers and kept while there is room for them.

    A result must depend on nothing but its key. What is kept elsewhere counts as well, but a
    quarter of the budget is always the results'.
    """

    def __init__(
        self, turns: Turns, budget: int = KEPT, elsewhere: Callable[[], int] = lambda: 0
    ) -> None:
        self.turns, self.budget, self.elsewhere = turns, budget, elsewhere
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self._size = 0

    @property
    def size(self) -> int:
        """Number of bytes kept."""
        return self._size

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(
        self,
        key: Hashable,
        make: Callable[[], T],
        who: Hashable = None,
        watch: Watch | None = None,
        price: float = 0.0,
    ) -> T:
        """The result of this key; made by `make` where it is not there, by one reader for all.

        `watch` is called now and then meanwhile, `price` is how many seconds that takes. What
        `make` or `watch` raise goes to the caller alone; others who wait for the same result make
        it themselves.
        """
        self.turns.check_free()
        while True:
            kept, flight, mine = self._look(key)
            if kept is not None:
                return cast(T, kept.value)
            if mine:
                return self._make(key, flight, make, self.turns.turn(who, watch, price))
            while not flight.over.wait(LOOK):
                if watch is not None:
                    watch()
            if flight.made is not None:
                return cast(T, flight.made.value)

    def _look(self, key: Hashable) -> tuple[_Kept | None, _Flight, bool]:
        """State of a key: kept, being made by another, or (True) to be made by the caller."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                kept.used = time.monotonic()
                self._kept.move_to_end(key)
                return kept, _Flight(), False
            flight = self._flights.get(key)
            if flight is not None:
                return None, flight, False
            flight = self._flights[key] = _Flight()
            return None, flight, True

    def _make(
        self,
        key: Hashable,
        flight: _Flight,
        make: Callable[[], T],
        turn: AbstractContextManager[None],
    ) -> T:
        try:
            with turn:
                value = make()
            flight.made = _Kept(value, nbytes(value), time.monotonic())
            self._keep(key, flight.made)
            return value
        finally:
            with self._lock:
                del self._flights[key]
            flight.over.set()

    def _keep(self, key: Hashable, made: _Kept) -> None:
        """Keep a result; what has not been used for longest makes room."""
        if made.size > self.budget // 4:
            return
        room = max(self.budget // 4, self.budget - self.elsewhere())
        with self._lock:
            self._kept[key] = made
            self._size += made.size
            while self._size > room:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        self._size -= self._kept.pop(key).size

    def tidy(self, unused: float = UNUSED) -> int:
        """Let go of what nobody has asked for in so many seconds; how many results there were."""
        with self._lock:
            limit = time.monotonic() - unused
            old = [key for key, kept in self._kept.items() if kept.used < limit]
            for key in old:
                self._drop(key)
            return len(old)


def nbytes(thing: object) -> int:
    """Bytes of all that hangs on a thing: arrays count once, by the memory they are views of."""
    seen: set[int] = set()
    stack, size = [thing], 0
    while stack:
        one = stack.pop()
        while isinstance(one, np.ndarray) and isinstance(one.base, np.ndarray):
            one = one.base
        if one is None or id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        size += one.nbytes if isinstance(one, np.ndarray) else sys.getsizeof(one, 64)
        stack += _parts(one)
    return size


def _parts(one: object) -> list[object]:
    if isinstance(one, np.ndarray):
        return list(one.ravel()) if one.dtype == object else []
    if isinstance(one, Mapping):
        return [*one.keys(), *one.values()]
    if isinstance(one, tuple | list | set | frozenset):
        return list(one)
    if callable(one) or isinstance(one, ModuleType):
        return []
    if is_dataclass(one) and not hasattr(one, "__dict__"):
        return [getattr(one, f.name) for f in fields(one)]
    return list(getattr(one, "__dict__", {}).values())  # what a cached property keeps counts too


TURNS: Final = Turns()
TICKS: Final = Turns()  # pages that run again by themselves: one at a time, drawing included
MOVERS: Final = Movers()
STORE: Final = Store(TURNS, elsewhere=lambda: bytes_planned() + POOL.bytes)
