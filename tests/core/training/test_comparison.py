"""Training runs side by side."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.settings import settings_of
from rnn_core.training.comparison import RIVALRIES, Comparison, Plan, check, course, entries, radius
from rnn_core.training.trainer import Trainer, training_of

SMALL = Experiment(hidden=6)
PLAN = Plan(task="echo", length=8, batch=4, updates=12, validate=4, watch=3)


def test_every_rivalry_is_a_choice_and_changes_settings_that_there_are():
    options = settings_of(Plan)["versus"].options
    assert set(options) == {"off", *RIVALRIES}
    names = set(SETTINGS) | set(settings_of(Plan))
    for rivals in RIVALRIES.values():
        assert all(set(changes) <= names for changes in rivals.values())


@pytest.mark.parametrize("versus", RIVALRIES)
def test_rivals_differ_in_one_setting_only(versus):
    runs = entries(SMALL, replace(PLAN, versus=versus))
    (name,) = {n for changes in RIVALRIES[versus].values() for n in changes}
    default = getattr(training_of(SMALL, PLAN), name)
    assert len({repr(replace(s, **{name: default})) for s in runs.values()}) == 1
    assert len({getattr(s, name) for s in runs.values()}) == len(runs)


def test_a_contest_keeps_step_and_ends():
    comparison = Comparison(entries(SMALL, replace(PLAN, versus="cell")))
    while not comparison.done:
        comparison.step()
        made = [t.update for t in comparison.trainers.values()]
        assert max(made) - min(made) <= 1
    assert comparison.made == comparison.planned == 36
    assert comparison.seconds_left != comparison.seconds_left or comparison.seconds_left == 0


def test_training_side_by_side_gives_the_numbers_of_training_alone():
    runs = entries(SMALL, replace(PLAN, versus="cell"))
    comparison = Comparison(runs)
    comparison.advance(60_000)
    for words, settings in runs.items():
        alone = [u.loss for u in Trainer(settings).updates()]
        assert course(comparison, words).losses.tolist() == alone


def test_the_record_of_a_run():
    comparison = Comparison(entries(SMALL, PLAN))
    comparison.advance(60_000)
    (trainer,) = comparison.trainers.values()
    done = course(comparison, "LSTM")
    assert done.updates.tolist() == list(range(1, 13))
    assert done.watched.tolist() == [1, 4, 7, 10]
    assert done.steps.shape == (4, 9)
    assert done.validated[:, 0].tolist() == [4, 8, 12]
    assert done.validated[-1, 1] == trainer.history[-1].validation
    assert done.radii[:, 0].tolist() == [1, 4, 7, 10]
    assert not done.clipped.any()
    blocks = np.split(trainer.network.layers[0].weight_hh, 4)
    largest = max(abs(np.linalg.eigvals(block)).max() for block in blocks)
    assert radius(trainer) == pytest.approx(largest, rel=1e-9)


def test_clipped_updates_are_marked():
    e = replace(SMALL, clip="norm", threshold=0.01)
    comparison = Comparison(entries(e, PLAN))
    comparison.advance(60_000)
    assert course(comparison, "LSTM").clipped.all()


def test_nothing_has_happened_yet():
    comparison = Comparison(entries(SMALL, PLAN))
    done = course(comparison, "LSTM")
    assert len(done.losses) == 0 and done.steps.shape[0] == 0 and done.radii.shape == (0, 2)
    assert np.isnan(comparison.seconds_left)


@pytest.mark.parametrize("task", ["adding", "copy", "hello", "anbn"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_weights_that_training_made_pass_the_gradient_check(task, dtype):
    trainer = Trainer(training_of(SMALL, replace(PLAN, task=task, dtype=dtype)))
    for _ in range(3):
        trainer.step()
    found = check(trainer)
    assert found.ok and found.relative_error < 1e-7
    assert found.entries == sum(w.size for w in trainer.weights.values())


def test_checking_changes_no_number_of_the_training():
    one, other = (Trainer(training_of(SMALL, PLAN)) for _ in range(2))
    for _ in range(4):
        one.step()
        other.step()
        check(one)
    assert one.step().loss == other.step().loss


def test_an_overflow_is_not_checked_but_said():
    e = replace(SMALL, cell="rnn", activation="relu", init="gaussian", gain=3.0, scale=4.0)
    trainer = Trainer(training_of(e, replace(PLAN, length=500)))
    trainer.load({n: w * 1e9 for n, w in trainer.weights.items()})
    found = check(trainer)
    assert not found.ok and "overflow" in found.words
    assert np.isfinite(radius(trainer))
