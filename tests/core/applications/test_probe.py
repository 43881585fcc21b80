"""A trained network probed: the run it leaves is the engine's on the task's sequence."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.applications.probe import fits, look, of_task, run_of
from rnn_core.engine.cells import make_cell
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks import TASKS
from rnn_core.training.trainer import Trainer, Training
from tests.core.cells_under_test import VARIANTS

E = Experiment(clip="norm", threshold=0.5)


def made(task="echo", **more):
    trainer = Trainer(Training(task=task, length=12, batch=3, hidden=5, **more))
    for _ in range(3):
        trainer.step()
    return trainer, of_task("trained", trainer.networks, trainer.task)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_looked_at(task):
    trainer, found = made(task)
    done = run_of(found, look(found, E))
    assert gradient_check(done).ok
    assert done.stages[-1].network.weights.keys() == trainer.network.weights.keys()
    x = np.concatenate([s.x for s in done.stages], 1) if len(done.stages) == 1 else None
    assert x is None or x.shape[1] == len(done.sequence.labels) == len(done.sequence.target_labels)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_the_run_is_the_networks_own(cell, direction):
    trainer, found = made(cell=cell, direction=direction, layers=2)
    done = run_of(found, look(found, E))
    (stage,) = done.stages
    trace = trainer.network.forward(stage.x)
    np.testing.assert_allclose(stage.trace.logits, trace.logits, rtol=1e-12)
    assert done.clipped.threshold == 0.5
    assert len(stage.network.layers) == (4 if direction == "bidirectional" else 2)


def test_another_cell_or_shape_is_not_the_of_task():
    _, found = made()
    wish = look(found, E)
    assert fits(found, wish) and fits(found, replace(wish, clip="off", window=3))
    for change in ({"cell": "gru"}, {"hidden": 6}, {"layers": 2}, {"weights": "0" * 24}):
        assert not fits(found, replace(wish, **change))


def test_the_name_follows_from_the_weights():
    trainer, found = made()
    again = of_task("trained", trainer.networks, trainer.task)
    assert found.name == again.name and len(found.name) == 24
    trainer.step()
    assert of_task("trained", trainer.networks, trainer.task).name != found.name
    assert of_task("otherwise", trainer.networks, trainer.task).name != again.name


def test_characters_keep_their_names():
    _, found = made("hello")
    assert found.sequence.labels == tuple("hell")
    assert found.sequence.target_labels == tuple("ello")
    assert found.sequence.alphabet == tuple("ehlo")


@pytest.mark.parametrize("cell", VARIANTS, ids=str)
def test_the_variant_that_was_trained_is_the_one_shown(cell):
    names = cell.settings()
    variant = {names[field]: value for field, value in vars(cell).items()}
    trainer, found = made(cell=cell.name, **variant)
    wish = look(found, E)
    assert trainer.network.cell == cell == make_cell(wish)
    assert run_of(found, wish).stages[0].trace.layers[0].cell == cell
