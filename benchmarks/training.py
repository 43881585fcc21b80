"""Training: whole updates beside the peers' in interleaved rounds; how soon tasks are learnt."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.engine import Result, line, one_thread, race
from benchmarks.trainers import (
    Ours,
    Script,
    Torch,
    random_text,
    same_gradient,
    same_updates,
    torch_installed,
)
from rnn_core.tasks import NextCharacter
from rnn_core.training.trainer import Trainer, Training

QUIET = {"validate": 0, "watch": 0, "updates": 9999}
LSTM = Training(cell="lstm", hidden=128, batch=32, rate=0.001, **QUIET)  # type: ignore[arg-type]
SCRIPT = Training(
    cell="rnn",
    hidden=100,
    batch=1,
    optimiser="adagrad",
    rate=0.1,
    clip="value",
    threshold=5.0,
    **QUIET,  # type: ignore[arg-type]
)
# Goals: our time over theirs.  1.4 times as many tokens per second are 1/1.4 of the time.
TORCH_GOALS = {"float64": 1 / 1.4, "float32": 1.0}
TOLERANCE = {"float64": 1e-8, "float32": 1e-3}
SCRIPT_GOAL = 1 / 3
HELLO, ADDING, SHAKESPEARE = 0.005, 2.0, 4.0  # seconds
ENOUGH_WINDOWS = 512  # held-out windows that a validation loss is measured on


def against_torch(dtype: str, rounds: int) -> Result:
    """LSTM, H=128, B=32, T=50: characters one-hot, cross-entropy, Adam."""
    task, settings = NextCharacter(random_text(), 50), replace(LSTM, dtype=dtype)
    ours, theirs = Ours(settings, task), Torch(settings, task)
    same_updates(ours, theirs, TOLERANCE[dtype])
    return race(ours, {"torch": theirs}, rounds)["torch"]


def against_script(dtype: str, rounds: int) -> Result:
    """A tanh network, H=100, B=1, T=25, Adagrad, clipped by value; the script is in float64."""
    task = NextCharacter(random_text(), 25)
    theirs = Script(SCRIPT, task)
    same_gradient(Ours(SCRIPT, task), theirs)
    return race(Ours(replace(SCRIPT, dtype=dtype), task), {"script": theirs}, rounds)["script"]


# -- how soon something is learnt ------------------------------------------------------------


def learn(trainer: Trainer, slice_: int, learnt: Callable[[Trainer], bool]) -> tuple[float, int]:
    """Processor seconds of training alone, and updates, until it is learnt."""
    spent = 0.0
    while not trainer.done:
        start = time.process_time()
        trainer.advance(1e9, most=slice_)
        spent += time.process_time() - start
        if learnt(trainer):
            return spent, trainer.update
    raise SystemExit(f"{trainer.task.label}: not learnt in {trainer.update} updates")


def hello() -> tuple[float, int]:
    """Seconds and updates until "hello" is learnt; buffers of the trainer are half of the time."""
    settings = Training(task="hello", cell="gru", hidden=16, rate=0.1, **QUIET)  # type: ignore[arg-type]
    start = time.process_time()
    trainer = Trainer(settings)
    made = time.process_time() - start
    spent, updates = learn(trainer, 4, lambda t: t.evaluate()[1] == 1.0)
    return made + spent, updates


def adding(seed: int) -> tuple[float, int]:
    settings = Training(
        task="adding",
        length=50,
        cell="gru",
        hidden=16,
        rate=0.02,
        dtype="float32",
        seed=seed,
        **QUIET,  # type: ignore[arg-type]
    )
    return learn(Trainer(settings), 20, lambda t: t.task.solved(t.evaluate()[1]))


def shakespeare(text: str, seed: int) -> tuple[float, int]:
    """A GRU with 64 units under 2.0 nats per character of the text's last tenth."""
    task = NextCharacter(text, 25)
    settings = Training(
        cell="gru",
        hidden=64,
        batch=32,
        rate=0.01,
        dtype="float32",
        seed=seed,
        **QUIET,  # type: ignore[arg-type]
    )
    rng = np.random.default_rng(1)
    held_out = [task.batch(rng, 32, "validation") for _ in range(ENOUGH_WINDOWS // 32)]

    def learnt(trainer: Trainer) -> bool:
        found = [trainer.objective.evaluate(trainer._w, b, "accuracy")[0] for b in held_out]
        return statistics.mean(found) < 2.0

    return learn(Trainer(settings, task), 20, learnt)


# -- printing --------------------------------------------------------------------------------


def report_race(label: str, result: Result, goal: float) -> bool:
    print(line(label, result, goal), flush=True)
    return result.ratio <= goal


def report_time(label: str, found: list[tuple[float, int]], goal: float) -> bool:
    seconds, updates = (statistics.median(column) for column in zip(*found, strict=True))
    verdict = "met" if seconds <= goal else "MISSED"
    times = f"{seconds * 1e3:9.1f} ms of {goal * 1e3:6.0f}"
    print(f"  {label:<44}{times}  {verdict}  ({updates:.0f} updates)", flush=True)
    return seconds <= goal


def races(rounds: int) -> list[bool]:
    print("One update: batch, forward, BPTT, optimiser. Milliseconds; ratio = ours / theirs.")
    print(f"  {'peer':<32}{'ours':>9} {'theirs':>9} {'ratio':>8} {'goal':>7}")
    label = "100-line NumPy character model"
    print(line(f"{label}, float64", against_script("float64", rounds), None), flush=True)
    met = [report_race(f"{label}, float32", against_script("float32", rounds), SCRIPT_GOAL)]
    if not torch_installed():
        print("Left out, not installed: torch")
        return met
    for dtype, goal in TORCH_GOALS.items():
        met.append(report_race(f"torch LSTM 128, {dtype}", against_torch(dtype, rounds), goal))
    return met


def lessons(text: str | None, seeds: range) -> list[bool]:
    print("\nLearnt within, processor time, median over seeds:")
    met = [report_time("hello, every character right", [hello() for _ in range(20)], HELLO)]
    label = "adding T=50, validation MSE under 0.01"
    met.append(report_time(label, [adding(seed) for seed in seeds], ADDING))
    if text is None:
        print("Left out, no --text given: Shakespeare under 2.0 nats per character")
        return met
    label = "text, GRU 64, under 2.0 nats per character"
    return [*met, report_time(label, [shakespeare(text, s) for s in seeds], SHAKESPEARE)]


def main(quick: bool, text: str | None = None) -> None:
    if torch_installed():
        one_thread()
    whole = None if text is None else Path(text).read_text(encoding="utf-8")
    met = races(5 if quick else 15) + lessons(whole, range(1 if quick else 5))
    print(f"\n{sum(met)} of {len(met)} goals met.")
