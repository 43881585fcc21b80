"""Recorded races on the training page: which one the settings are, and whether it is replayed."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from pages.ui import session
from rnn_core.training import races
from rnn_core.training.races import Race
from rnn_core.training.trainer import Training

FOLDER: Final = Path(__file__).resolve().parents[3] / "assets" / "training"
TURN: Final = "race_turn"  # how often its reader asked for the race again


@cache
def every() -> tuple[Race, ...]:
    """All recorded races."""
    return tuple(races.load(FOLDER, name) for name in races.names(FOLDER))


def recorded(wanted: Mapping[str, Training]) -> Race | None:
    """The race that has exactly these runs, on one of its seeds; None: it was not recorded.

    How often step norms are recorded changes no number and does not count."""
    asked = _bare(wanted)
    for race in every():
        if any(_bare(race.entries(seed)) == asked for seed in race.seeds):
            return race
    return None


def _bare(runs: Mapping[str, Training]) -> dict[str, Training]:
    return {words: replace(run, watch=0) for words, run in runs.items()}


def turn() -> int:
    """Number of times that the recording was played again."""
    kept = session.kept(TURN)
    return kept if isinstance(kept, int) else 0


def again() -> None:
    """Play the recording again; for callbacks."""
    session.keep(TURN, turn() + 1)
