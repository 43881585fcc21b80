"""Results by their function and its arguments: made once for all readers, kept in the store.

    @stored()
    def _product(e: Experiment, layer: int, _done: Run) -> Measured:
        return measure(_done.layers[layer])

Arguments whose names begin with an underscore are what the result is made of; the others say which
result it is. What it is made of is asked for before, never inside: `pages.ui.store` says why.
"""

import inspect
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any, Final, Generic, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.host import SLOWER
from pages.ui.store import LOOK, MOVERS, STORE, TICKS, TURNS, Watch

P = ParamSpec("P")
R = TypeVar("R")

WAITS: Final = 1.5  # seconds; what takes longer waits for its reader's button
SHOWN: Final = 0.4  # seconds; what takes longer tells how far it is
ASKED, PLACE = "asked_for", "progress_place"  # what the session keeps
_give_way: ContextVar[Watch] = ContextVar("give_way", default=lambda: None)


@dataclass
class Waiting(Exception):
    """A result that takes so long that its reader is asked first."""

    key: Hashable
    seconds: float

    def __str__(self) -> str:
        return f"This takes about {self.seconds:.0f} s of computing; ask for it by its button."


class Stored(Generic[P, R]):
    """A function whose results are made once for all readers."""

    def __init__(self, make: Callable[P, R], seconds: Callable[..., float] | None, words: str):
        self._make, self._seconds, self._words = make, seconds, words
        self._names = tuple(inspect.signature(make).parameters)
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The result; `Waiting` where it takes long and the reader has not asked for it."""
        return self._made([partial(self._make, *args, **kwargs)])[0]

    def each(self, calls: Iterable[tuple[Any, ...]]) -> list[R]:
        """Results that one picture needs, one for each tuple of arguments: those that are not there
        yet are waited for together, and asked for together."""
        return self._made([partial(self._make, *args) for args in calls])

    def _made(self, makes: list[partial[R]]) -> list[R]:
        keys = [self.key(*make.args, **make.keywords) for make in makes]
        missing = [make for make, key in zip(makes, keys, strict=True) if key not in STORE]
        price = self._seconds or (lambda *_, **__: 0.0)
        seconds = sum(price(*make.args, **make.keywords) for make in missing)
        asked_as = keys[0] if len(keys) == 1 else tuple(keys)
        if seconds > WAITS and not asked(asked_as):
            raise Waiting(asked_as, seconds * SLOWER)
        with progress(self._words, seconds * SLOWER) as watch:
            return [
                STORE.get(key, make, reader(), watch, seconds)
                for make, key in zip(makes, keys, strict=True)
            ]

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Hashable:
        """Key of the result in the store."""
        given = dict(zip(self._names, args, strict=False)) | kwargs
        named = tuple((n, v) for n, v in given.items() if not n.startswith("_"))
        return self._make.__module__, self._make.__qualname__, named

    def known(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether the result is there already."""
        return self.key(*args, **kwargs) in STORE


@dataclass(frozen=True)
class stored:
    """Make a function's results once for all readers.

    `seconds` of the same arguments tells how long it will take; `words` stand beside the bar that
    shows how far it is.
    """

    seconds: Callable[..., float] | None = None
    words: str = "Computing"

    def __call__(self, make: Callable[P, R]) -> Stored[P, R]:
        return Stored(make, self.seconds, self.words)


def computing() -> AbstractContextManager[None]:
    """Context for computing what is one reader's own and not kept."""
    return TURNS.turn(reader())


def training() -> AbstractContextManager[None]:
    """Context for computing that goes on by itself: readers who are being served go first."""
    return TURNS.turn(reader(), MOVERS.go_first)


@contextmanager
def served(give_way: Watch) -> Iterator[None]:
    """Context for a page that its reader asked for; `give_way` is called at pauses, and may raise
    where they have asked for something else meanwhile."""
    token = _give_way.set(give_way)
    try:
        with MOVERS.served():
            yield
    finally:
        _give_way.reset(token)


def waiting() -> AbstractContextManager[None]:
    """Context, within `served`, in which nothing is computed for its reader."""
    return MOVERS.waiting()


@contextmanager
def tick() -> Iterator[None]:
    """Context for a page that runs by itself, one at a time: others get their share."""
    with TICKS.turn(reader()):
        MOVERS.go_first()
        yield


def reader() -> str:
    """Name of the session that computes, or "" outside of a run."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def asked(key: Hashable) -> bool:
    """Whether the reader pressed the button of this result; what is taken away was asked for."""
    return not in_a_run() or st.session_state.get(ASKED) == key


def ask(key: Hashable) -> None:
    """Compute this result whatever it takes; for callbacks."""
    st.session_state[ASKED] = key


def in_a_run() -> bool:
    """Whether there is a page to speak to."""
    return get_script_run_ctx(suppress_warning=True) is not None


@contextmanager
def progress(words: str, seconds: float) -> Iterator[Watch | None]:
    """Tell the reader the progress once it takes a while; ends the work if they have left.

    Reading the session's state is where Streamlit stops a run whose reader has gone elsewhere.
    """
    if not in_a_run():
        yield None
        return
    began, told = time.perf_counter(), 0.0

    def watch() -> None:
        nonlocal told
        _give_way.get()()
        since, place = time.perf_counter() - began, st.session_state.get(PLACE)
        if place is not None and since > max(SHOWN, told + LOOK):
            told = since
            place.progress(min(0.95, since / max(seconds, 2 * since)), words)

    yield watch
    if told:
        st.session_state[PLACE].empty()


def place_for_progress() -> None:
    """Keep a place, at the top of what is drawn now, where a bar can tell how far it is."""
    st.session_state[PLACE] = st.empty()


def no_place_for_progress() -> None:
    """Tell nobody how far it is: what is computed now is prepared, and nobody waits for it."""
    st.session_state[PLACE] = None
