"""The race of act five: three cells learn the same task from the same start, recorded once.

Temporal order (Hochreiter and Schmidhuber 1997): two of X and Y stand among distractors, and at the
end of 50 steps it is asked in which order.  Every cell has 4 units and Keras's start, the LSTM with
its forget bias of 1; chance is one in four.  `scripts/races.py` records it; a test runs its first
updates again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.training.trainer import Trainer, Training

CELLS: Final = ("rnn", "gru", "lstm")
SEEDS: Final = (0, 1, 2)
EVERY: Final = 25  # updates between two validations
SETTINGS: Final[Mapping[str, Any]] = {
    "task": "order",
    "length": 50,
    "hidden": 4,
    "batch": 32,
    "updates": 1500,
    "optimiser": "adam",
    "rate": 0.02,
    "clip": "norm",
    "threshold": 1.0,
    "init": "keras",
}
FORGET_BIAS: Final = 1.0  # of the LSTM's Keras start
CHANCE: Final = 0.25
SOLVED: Final = 0.95  # share of right answers


@dataclass(frozen=True, eq=False)
class Race:
    """Share of right answers on sequences kept apart, every so many updates."""

    updates: Array  # (N,)
    scores: Mapping[str, Array]  # cell -> (seeds, N)

    def solved(self, cell: str, at: int = -1) -> int:
        """How many of a cell's runs have learned the task by then."""
        return int((self.scores[cell][:, at] >= SOLVED).sum())


def training(cell: str, seed: int) -> Training:
    """One run's settings."""
    return Training(
        **SETTINGS, cell=cell, seed=seed, forget_bias=FORGET_BIAS, validate=EVERY, watch=0
    )


def course(cell: str, seed: int, updates: int = SETTINGS["updates"]) -> tuple[Array, Array]:
    """A run's validated updates and its scores there, as far as wanted."""
    found = []
    for update in Trainer(training(cell, seed)).updates():
        if update.validation is not None:
            found.append((update.update, update.score))
        if update.update >= updates:
            break
    rows = np.array(found, float)
    return rows[:, 0], rows[:, 1]


def write(path: Path, race: Race) -> None:
    """Keep a race, with everything it takes to run it again."""
    kept = {
        "settings": {**SETTINGS, "forget_bias": FORGET_BIAS, "seeds": list(SEEDS)},
        "updates": race.updates.astype(int).tolist(),
        "scores": {c: np.round(s, 6).tolist() for c, s in race.scores.items()},
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept) + "\n", encoding="utf-8")


def read(path: Path) -> Race:
    """A race that was kept; a `ValueError` where it is of other settings."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept["settings"] != {**SETTINGS, "forget_bias": FORGET_BIAS, "seeds": list(SEEDS)}:
        raise ValueError(f"{path.name}: recorded with other settings; run scripts/races.py again.")
    scores = {cell: np.array(kept["scores"][cell]) for cell in CELLS}
    return Race(np.array(kept["updates"]), scores)
