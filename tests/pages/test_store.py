"""The store: one reader makes a result for all, nobody waits for ever, memory is bounded."""

import threading
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from pages.ui import results
from pages.ui.results import Waiting, stored
from pages.ui.store import BEGUN, LARGE, SLICE, YIELDED, Movers, Store, Turns, nbytes
from rnn_core.engine.pace import breathe

PATIENCE = 30


@pytest.fixture
def store():
    return Store(Turns(), budget=10_000)


def together(*works):
    """Run in threads of their own, all of which must end; what they raised."""
    faults: list[BaseException] = []

    def run(work):
        try:
            work()
        except BaseException as fault:  # a reader who leaves raises one that is no Exception
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return faults


def spend(seconds):
    """Compute for a while, with pauses."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(1000))
        breathe()


def test_many_readers_of_one_result_make_it_once(store):
    made, got = [], []

    def make():
        made.append(1)
        spend(3 * SLICE)
        return object()

    assert not together(*[lambda: got.append(store.get("key", make))] * 8)
    assert len(made) == 1 and len(set(map(id, got))) == 1 and len(got) == 8


def test_who_leaves_hands_the_making_to_another(store):
    began, left = threading.Event(), threading.Event()

    class Left(BaseException):
        pass

    def give_up():
        left.wait(PATIENCE)
        raise Left

    def first():
        store.get("key", lambda: (began.set(), left.wait(PATIENCE), spend(1)), watch=give_up)

    got = []

    def second():
        began.wait(PATIENCE)
        threading.Timer(0.2, left.set).start()
        got.append(store.get("key", lambda: "mine"))

    faults = together(first, second)
    assert [type(fault) for fault in faults] == [Left] and got == ["mine"]


def test_a_fault_is_not_kept(store):
    with pytest.raises(ValueError, match="no"):
        store.get("key", lambda: (_ for _ in ()).throw(ValueError("no")))
    assert "key" not in store and store.get("key", lambda: 1) == 1


def test_a_result_may_not_ask_for_another_while_it_is_made(store):
    """Else two that ask for each other's would wait for ever."""
    with pytest.raises(RuntimeError, match="before, and hand it over"):
        store.get("a", lambda: store.get("b", lambda: 1))
    with pytest.raises(RuntimeError, match="before, and hand it over"), store.turns.turn("me"):
        store.get("b", lambda: 1)
    assert store.get("b", lambda: 2) == 2, "the turn was given back"


def test_results_of_results_in_every_order_end(store):
    """Readers who ask for the same few results, some of them made of others, in turns."""

    def reader(k):
        for n in range(40):
            base = store.get(("base", (k + n) % 3), lambda: spend(0.001))
            store.get(("above", (k * 7 + n) % 3, base), lambda: spend(0.001))
            with store.turns.turn(k):
                spend(0.0005)

    assert not together(*[lambda k=k: reader(k) for k in range(8)])


def test_who_had_least_goes_first():
    turns, order = Turns(), []
    with turns.turn("costly"):
        spend(0.2)
    hold = threading.Event()

    def holder():
        with turns.turn("holder"):
            hold.wait(PATIENCE)

    def take(who):
        with turns.turn(who):
            order.append(who)

    def waits(n):
        while len(turns._waiting) < n:
            time.sleep(0.001)

    def arrivals():
        threads = []
        while not turns._busy:
            time.sleep(0.001)
        for n, who in enumerate(("costly", "cheap")):
            threads.append(threading.Thread(target=take, args=(who,)))
            threads[-1].start()
            waits(n + 1)
        hold.set()
        for thread in threads:
            thread.join(PATIENCE)

    assert not together(holder, arrivals)
    assert order == ["cheap", "costly"]


def test_only_a_few_large_computations_are_under_way_at_a_time():
    turns, began, most, over = Turns(), [], [], []
    all_wait = threading.Barrier(3 * BEGUN)

    def large(who):
        all_wait.wait(PATIENCE)
        with turns.turn(who, price=2 * LARGE):
            began.append(who)
            spend(2 * SLICE)
            most.append(len(began) - len(over))
            over.append(who)

    works = [lambda who=who: large(who) for who in range(3 * BEGUN)]
    assert not together(*works)
    assert len(over) == 3 * BEGUN and 1 < max(most) <= BEGUN
    assert turns._under_way == 0


def test_a_large_one_that_fails_makes_room():
    turns = Turns()
    for _ in range(2 * BEGUN):
        with pytest.raises(ValueError, match="no"), turns.turn("me", price=1.0):
            raise ValueError("no")
    assert turns._under_way == 0 and not turns._busy


def test_a_long_computation_lets_others_go_first():
    turns, events = Turns(), []
    running = threading.Event()

    def long():
        with turns.turn("long"):
            running.set()
            spend(10 * SLICE)
            events.append("long")

    def short():
        running.wait(PATIENCE)
        with turns.turn("short"):
            events.append("short")

    assert not together(long, short)
    assert events == ["short", "long"]


def test_what_goes_on_by_itself_waits_while_a_reader_is_served():
    movers, events = Movers(), []
    served, over = threading.Event(), threading.Event()

    def reader():
        with movers.served():
            served.set()
            over.wait(YIELDED / 5)
            events.append("reader")

    def training():
        served.wait(PATIENCE)
        movers.go_first()
        events.append("training")

    assert not together(reader, training)
    assert events == ["reader", "training"]


def test_a_reader_who_only_waits_holds_nothing_up():
    movers, went_on = Movers(), threading.Event()

    def training():
        movers.go_first()
        went_on.set()

    def reader():
        with movers.served(), movers.waiting():
            assert went_on.wait(YIELDED / 5)

    assert not together(reader, training)


def test_what_goes_on_by_itself_is_not_held_up_for_ever():
    movers, went_on = Movers(), threading.Event()

    def training():
        movers.go_first()
        went_on.set()

    with movers.served():
        assert not together(training)
    assert went_on.is_set()


def test_what_one_had_is_forgotten_with_time():
    turns = Turns()
    with turns.turn("me"):
        spend(0.1)
    had = turns.had("me")
    assert had >= 0.1 and turns.had("me", time.perf_counter() + 10) < had / 500


def test_memory_is_bounded_in_bytes(store):
    for k in range(50):
        store.get(k, lambda: np.zeros(200))
    assert 0 < store.size <= store.budget and 0 < len(store) < 50
    assert 49 in store and 0 not in store


def test_what_is_too_large_is_handed_out_and_not_kept(store):
    assert store.get("large", lambda: np.zeros(5000)).size == 5000
    assert "large" not in store and store.size == 0


def test_what_is_kept_elsewhere_leaves_less_room_but_a_quarter():
    for elsewhere, least, most in ((0, 9_000, 10_000), (5_000, 4_000, 5_000), (1e9, 1_500, 2_500)):
        store = Store(Turns(), 10_000, lambda elsewhere=elsewhere: elsewhere)
        for k in range(50):
            store.get(k, lambda: np.zeros(100))
        assert least <= store.size <= most


def test_what_nobody_asks_for_goes(store):
    store.get("key", lambda: 1)
    store.tidy(unused=60)
    assert "key" in store
    store.tidy(unused=0)
    assert "key" not in store and store.size == 0


@dataclass
class Record:
    array: np.ndarray

    @cached_property
    def more(self):
        return self.array + 1


def test_bytes_of_views_are_counted_once_and_cached_properties_count():
    base = np.zeros(10_000)
    alone = nbytes(base)
    assert alone >= base.nbytes
    assert nbytes((base, base[::2], base.reshape(100, 100))) < 1.1 * alone
    record = Record(base)
    before = nbytes(record)
    assert record.more.size and nbytes(record) >= before + base.nbytes


def test_a_key_is_the_function_and_the_arguments_without_underscore():
    @stored()
    def first(a, b, _made_of):
        return a

    @stored()
    def second(a, b, _made_of):
        return a

    assert first.key(1, 2, [3]) == first.key(1, b=2, _made_of=4) != first.key(1, 3, [3])
    assert first.key(1, 2, 3) != second.key(1, 2, 3)


def test_what_takes_long_waits_for_the_button(monkeypatch):
    monkeypatch.setattr(results, "in_a_run", lambda: True)
    state: dict[str, object] = {}
    monkeypatch.setattr(results.st, "session_state", state)

    @stored(lambda size: size, "Computing")
    def made(size):
        return size

    assert made(0.5) == 0.5
    with pytest.raises(Waiting, match="about 20 s") as found:
        made(20.0)
    results.ask(found.value.key)
    assert made(20.0) == 20.0
    with pytest.raises(Waiting):
        made(21.0)
    state.clear()
    assert made(20.0) == 20.0, "what is there already is shown to everybody"
