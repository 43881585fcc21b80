"""The recorded race: it ends as told, and its beginning can be run again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_core.studies.race import (
    CELLS,
    CHANCE,
    EVERY,
    SEEDS,
    SETTINGS,
    course,
    read,
    training,
    write,
)

PATH = Path(__file__).parents[3] / "assets" / "races" / "order.json"
BEGINNING = 100  # updates


@pytest.fixture(scope="module")
def race():
    return read(PATH)


def test_it_ends_as_told(race):
    assert [race.solved(cell) for cell in CELLS] == [0, 3, 3]
    assert race.scores["rnn"][:, -1].max() < CHANCE + 0.15
    first = {c: race.updates[(race.scores[c].mean(0) >= 0.95).argmax()] for c in ("gru", "lstm")}
    assert first["lstm"] < first["gru"] <= SETTINGS["updates"]


def test_all_cells_start_alike(race):
    assert race.updates.tolist() == list(range(EVERY, SETTINGS["updates"] + 1, EVERY))
    for cell in CELLS:
        assert race.scores[cell].shape == (len(SEEDS), len(race.updates))
        assert replace(training(cell, 0), cell="rnn") == training("rnn", 0)


@pytest.mark.parametrize("cell", CELLS)
def test_its_beginning_runs_again(race, cell):
    updates, scores = course(cell, SEEDS[0], BEGINNING)
    assert updates.tolist() == race.updates[: len(updates)].tolist() and len(updates) == 4
    np.testing.assert_allclose(scores, race.scores[cell][0, : len(updates)], atol=0.02)


def test_what_is_kept_is_read_and_other_settings_are_refused(race, tmp_path):
    path = tmp_path / "race.json"
    write(path, race)
    assert np.array_equal(read(path).scores["gru"], race.scores["gru"])
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["settings"]["hidden"] = 5
    path.write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(ValueError, match="other settings"):
        read(path)
