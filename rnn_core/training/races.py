"""Recorded races: networks that learnt the same task side by side, on several seeds.

A race is a file, `<name>.json`: the settings that differ from the defaults, what is set side by
side, and for every run its loss on sequences kept apart, validation by validation, and its score at
the end on a thousand fresh ones.  `make models` records them; whoever shows one replays numbers
that were measured, and `Race.entries` are the settings that measure them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from rnn_core.engine.pieces import finished
from rnn_core.tasks import Task, make_task
from rnn_core.training.comparison import RIVALRIES
from rnn_core.training.trainer import Trainer, Training

HELD_OUT: Final = 1000  # fresh sequences in the final score
HELD_OUT_SEED: Final = 20_000
DIGITS: Final = 4  # of a recorded number


@dataclass(frozen=True)
class Lane:
    """One run of a race: whose, its curve on sequences kept apart, and where it ended."""

    words: str  # such as "LSTM": one of the runs of `Race.versus`
    seed: int
    updates: tuple[int, ...]  # 0 is before training
    losses: tuple[float, ...]  # after as many updates, on sequences kept apart
    scores: tuple[float, ...]  # the task's metric on the same
    loss: float  # at the end, on `HELD_OUT` fresh sequences
    score: float  # the task's metric on the same


@dataclass(frozen=True)
class Race:
    """A recorded race; all its runs share everything but `versus` and the seed."""

    name: str
    title: str
    versus: str  # what differs: a name in `rnn_core.training.comparison.RIVALRIES`
    settings: Mapping[str, Any]  # fields of `Training` that are not at their default
    command: str  # records it again
    lanes: tuple[Lane, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that were raced, in their order."""
        return tuple(dict.fromkeys(lane.seed for lane in self.lanes))

    @property
    def words(self) -> tuple[str, ...]:
        """Names of the runs, in their order."""
        return tuple(dict.fromkeys(lane.words for lane in self.lanes))

    def entries(self, seed: int) -> dict[str, Training]:
        """The settings of every run on a seed: trained anew, they give the recorded curves."""
        return entries(self.versus, self.settings, seed)

    @cached_property
    def task(self) -> Task:
        """The task that was learnt; its baseline is the best answer without memory."""
        some = Training(**self.settings)
        return make_task(some.task, some.length, some.text)

    def of(self, words: str) -> tuple[Lane, ...]:
        """One entrant's runs, a seed each."""
        return tuple(lane for lane in self.lanes if lane.words == words)

    def solved(self, words: str) -> int:
        """On how many seeds an entrant solved the task, by its score on fresh sequences."""
        return sum(self.task.solved(lane.score) for lane in self.of(words))

    def left(self, words: str) -> float:
        """The least of its final losses on any seed, as a share of the baseline's loss."""
        base = self.task.baseline
        return min(lane.loss for lane in self.of(words)) / base.loss if base else float("nan")


def entries(versus: str, settings: Mapping[str, Any], seed: int) -> dict[str, Training]:
    """The settings of every run, by its words."""
    shared = Training(**settings, seed=seed)
    return {words: replace(shared, **changes) for words, changes in RIVALRIES[versus].items()}


# -- on disk ---------------------------------------------------------------------------------


def names(folder: Path | str) -> tuple[str, ...]:
    """The races of a folder."""
    return tuple(sorted(path.stem for path in Path(folder).glob("*.json")))


def load(folder: Path | str, name: str) -> Race:
    """A race of a folder.  What is wrong with the file is said in words, as a ValueError."""
    if name not in names(folder):
        known = ", ".join(names(folder)) or "none"
        raise ValueError(f"There is no recorded race {name[:40]!r} here; there are: {known}.")
    try:
        found = json.loads((Path(folder) / f"{name}.json").read_text(encoding="utf-8"))
        lanes = tuple(map(_lane, found.pop("lanes")))
        race = Race(**found, lanes=lanes)
        _check(race)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise ValueError(f"The race {name}.json cannot be read: {fault}") from fault
    return race


def _lane(kept: Mapping[str, Any]) -> Lane:
    """A run as it stands in a file, its curve as tuples."""
    tidy: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in kept.items()}
    return Lane(**tidy)


def _check(race: Race) -> None:
    for lane in race.lanes:
        if lane.words not in race.entries(lane.seed):
            raise ValueError(f"{lane.words!r} does not take part in {race.versus!r}")
        if not len(lane.updates) == len(lane.losses) == len(lane.scores):
            raise ValueError(f"the curve of {lane.words}, seed {lane.seed}, is broken")


def save(folder: Path | str, race: Race) -> None:
    """Write its file, making the folder where it is missing; a line for every run."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    about = asdict(race)
    lanes = ",\n  ".join(json.dumps(lane, ensure_ascii=False) for lane in about.pop("lanes"))
    head = json.dumps(about, indent=1, ensure_ascii=False).removesuffix("\n}")
    text = f'{head},\n "lanes": [\n  {lanes}\n ]\n}}\n'
    (path / f"{race.name}.json").write_text(text, encoding="utf-8")


# -- recording -------------------------------------------------------------------------------


def record(
    name: str, title: str, versus: str, settings: Mapping[str, Any], seeds: Sequence[int]
) -> Race:
    """Train every entrant on every seed, and write down how it went."""
    lanes = tuple(
        lane(words, training)
        for seed in seeds
        for words, training in entries(versus, settings, seed).items()
    )
    return Race(name, title, versus, settings, f"make models MODELS=race-{name}", lanes)


def lane(words: str, training: Training, most: int | None = None) -> Lane:
    """One run, or its first `most` updates."""
    trainer = Trainer(training)
    curve = [(0, *trainer.evaluate())]
    while not trainer.done and (most is None or trainer.update < most):
        made = trainer.step()
        if made.validation is not None and made.score is not None:
            curve.append((made.update, made.validation, made.score))
    if trainer.stopped:
        raise RuntimeError(f"{words}, seed {training.seed}: {trainer.stopped}")
    updates, losses, scores = zip(*curve, strict=True)
    return Lane(
        words, training.seed, updates, _short(losses), _short(scores), *_short(_held_out(trainer))
    )


def _held_out(trainer: Trainer) -> tuple[float, float]:
    """Loss and metric on sequences that played no part in training nor in its curve."""
    rng = np.random.default_rng(HELD_OUT_SEED)
    batch = trainer.task.batch(rng, HELD_OUT, "validation")
    weights = trainer.objective.packing.from_named(trainer.weights, trainer.objective.dtype)
    pieces = trainer.objective.evaluate_in_pieces(weights, batch, trainer.task.metric)
    return finished(pieces)


def _short(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)
