"""Answers spelled out are the network's answers."""

import numpy as np
import pytest

from rnn_core.applications import samples
from rnn_core.tasks import TASKS, make_task
from rnn_core.training.trainer import Trainer, Training


@pytest.mark.parametrize("name", TASKS)
def test_every_task_can_be_spelled(name):
    trainer = Trainer(Training(task=name, length=10, hidden=4, batch=2))
    batch = samples.examples(trainer.task)
    truth = samples.right(trainer.task, batch)
    found = samples.said(trainer.task, trainer.networks, batch)
    assert len(truth) == len(found) == len(batch)
    assert all(truth) and all(found)


def test_a_network_that_knows_spells_what_is_right():
    trainer = Trainer(Training(task="hello", cell="rnn", hidden=16, rate=0.05, updates=150))
    for _ in trainer.updates():
        pass
    batch = samples.examples(trainer.task)
    assert samples.right(trainer.task, batch) == ("ello",)
    assert samples.said(trainer.task, trainer.networks, batch) == ("ello",)
    text = samples.written(trainer.task, trainer.network, temperature=0)
    assert text.startswith("ello") and len(text) == samples.LETTERS


def test_likeliest_are_sorted_probabilities():
    task = make_task("text", 10, "the quick brown fox jumps over the lazy dog")
    trainer = Trainer(Training(task="text", hidden=8, batch=2), task)
    found = samples.likeliest(task, trainer.network, "quick")
    assert len(found) == 5
    for row in found:
        p = [value for _, value in row]
        assert p == sorted(p, reverse=True) and 0 < sum(p) < 1
    logits = trainer.network.forward(np.eye(task.input_size)[task.encode("quick")][None]).logits
    p = np.exp(logits[0, 2]) / np.exp(logits[0, 2]).sum()
    assert found[2][0][1] == pytest.approx(p.max(), rel=1e-12)
    assert found[2][0][0] == task.alphabet[int(p.argmax())]
