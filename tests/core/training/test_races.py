"""Recorded races: what the files say is what training anew gives, and who wins is measured."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_core.training import races
from rnn_core.training.races import lane, load, names, record, save
from scripts.models import RACES, SEEDS

FOLDER = Path(__file__).parents[3] / "assets" / "training"
PREFIX = 40  # updates that are made again
EACH = [pytest.param(n, w, id=f"{n}-{w}") for n in RACES for w in load(FOLDER, n).words]


def test_every_recipe_is_recorded_with_its_own_settings_and_seeds():
    assert set(names(FOLDER)) == set(RACES)
    for name, (title, versus, settings) in RACES.items():
        race = load(FOLDER, name)
        assert (race.title, race.versus, race.settings, race.seeds) == (
            title,
            versus,
            settings,
            SEEDS,
        )
        assert len(race.seeds) >= 3 and race.command == f"make models MODELS=race-{name}"


@pytest.mark.parametrize(("name", "words"), EACH)
def test_its_beginning_comes_out_again(name, words):
    race = load(FOLDER, name)
    (kept,) = [r for r in race.of(words) if r.seed == SEEDS[-1]]
    again = lane(words, race.entries(kept.seed)[words], most=PREFIX)
    n = len(again.updates)
    assert n > 1 and again.updates == kept.updates[:n]
    np.testing.assert_allclose(again.losses, kept.losses[:n], rtol=2e-3)


@pytest.mark.parametrize("name", RACES)
def test_all_runs_of_a_seed_share_everything_else(name):
    race = load(FOLDER, name)
    for seed in race.seeds:
        runs = list(race.entries(seed).values())
        key = {"cell": "cell", "init": "init"}[race.versus]
        assert len({replace(run, **{key: getattr(runs[0], key)}) for run in runs}) == 1
        assert len({getattr(run, key) for run in runs}) == len(runs)


def test_what_is_saved_is_what_is_read(tmp_path):
    settings = {"task": "echo", "length": 8, "batch": 4, "updates": 6, "validate": 3, "hidden": 4}
    made = record("tiny", "Tiny", "cell", settings, (0, 1))
    save(tmp_path, made)
    assert load(tmp_path, "tiny") == made
    assert made.words == ("RNN", "GRU", "LSTM") and made.lanes[0].updates == (0, 3, 6)


def test_a_run_cut_short_is_the_beginning_of_the_whole():
    settings = {"task": "echo", "length": 8, "batch": 4, "updates": 6, "validate": 3, "hidden": 4}
    (training, *_) = races.entries("cell", settings, 0).values()
    whole, part = lane("RNN", training), lane("RNN", training, most=3)
    assert part.losses == whole.losses[: len(part.losses)] and len(part.losses) == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda text: text.replace('"LSTM"', '"GPT"'), "take part"),
        (lambda text: text.replace('"updates": [0, ', '"updates": [', 1), "broken"),
        (lambda text: text[:200], "cannot be read"),
    ],
)
def test_a_broken_file_is_refused_in_words(tmp_path, change, word):
    text = (FOLDER / "order.json").read_text(encoding="utf-8")
    (tmp_path / "order.json").write_text(change(text), encoding="utf-8")
    with pytest.raises(ValueError, match=word):
        load(tmp_path, "order")
    with pytest.raises(ValueError, match="no recorded race"):
        load(tmp_path, "nobody")


# -- how they end ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["order", "adding"])
@pytest.mark.parametrize("words", ["GRU", "LSTM"])
def test_gated_cells_solve_it_on_every_seed_and_the_plain_rnn_on_none(name, words):
    race = load(FOLDER, name)
    assert race.solved(words) == len(race.seeds) and race.solved("RNN") == 0
    assert race.left("RNN") > 0.85 and race.left(words) < 0.02


def test_of_three_starts_of_one_lstm_only_keras_solves_it():
    race = load(FOLDER, "starts")
    assert [race.solved(words) for words in race.words] == [0, 3, 0]
    assert race.words[1] == "Keras's start" and race.left("Keras's start") < 0.02
