"""Tasks to train on: one table, `TASKS`; `Task` says what one is, `Batch` what it hands out."""

from __future__ import annotations

from rnn_core.tasks.captions import Captions
from rnn_core.tasks.entities import Entities
from rnn_core.tasks.memory import (
    Adding,
    AddingMean,
    AnBn,
    CopyMemory,
    DelayedEcho,
    Parity,
    TemporalOrder,
)
from rnn_core.tasks.sentences import LongTerm
from rnn_core.tasks.sentiment import Sentiment
from rnn_core.tasks.series import Wave
from rnn_core.tasks.task import METRICS, Baseline, Batch, Task
from rnn_core.tasks.text import Hello, NextCharacter
from rnn_core.tasks.translation import Translation

# Each with a known baseline, and an oracle that solves it.
PUZZLES: dict[str, type[Task]] = {
    "adding": Adding,
    "adding-mean": AddingMean,
    "copy": CopyMemory,
    "order": TemporalOrder,
    "anbn": AnBn,
    "parity": Parity,
    "echo": DelayedEcho,
    "hello": Hello,
    "text": NextCharacter,
}
# What the lectures name as uses of recurrent networks, on data of our own.
APPLIED: dict[str, type[Task]] = {
    "sentences": LongTerm,
    "sentiment": Sentiment,
    "entities": Entities,
    "translation": Translation,
    "captions": Captions,
    "wave": Wave,
}
TASKS: dict[str, type[Task]] = PUZZLES | APPLIED

__all__ = [
    "APPLIED",
    "METRICS",
    "PUZZLES",
    "TASKS",
    "Baseline",
    "Batch",
    "Hello",
    "NextCharacter",
    "Task",
    "make_task",
]


def make_task(name: str, length: int = 50, text: str = "") -> Task:
    """The task of the table at a length, on a text if it reads one."""
    if name not in TASKS:
        raise ValueError(f"Unknown task {name!r}; choose one of {', '.join(TASKS)}.")
    return TASKS[name].create(length, text)
