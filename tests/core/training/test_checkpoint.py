"""Checkpoint files: the same numbers go on, and what does not fit is refused in words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.tasks import make_task
from rnn_core.training.checkpoint import from_bytes, to_bytes
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import read_weights, to_npz

SMALL = Training(
    task="adding",
    length=6,
    cell="gru",
    hidden=5,
    layers=2,
    dropout=0.2,
    batch=3,
    updates=10,
    validate=2,
    patience=90,
    rate=0.003,
    text='two "words"',
)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_file_goes_on_to_the_same_numbers(tmp_path, optimiser, dtype):
    through = Trainer(replace(SMALL, optimiser=optimiser, dtype=dtype))
    through.advance(1e6, most=5)
    file = tmp_path / "checkpoint"
    file.write_bytes(to_bytes(through.checkpoint()))
    again = Trainer.resume(from_bytes(file))
    assert again.settings == through.settings
    rest = [(u.update, u.loss, u.validation, u.tokens) for u in through.updates()]
    assert [(u.update, u.loss, u.validation, u.tokens) for u in again.updates()] == rest
    for name, weight in through.weights.items():
        np.testing.assert_array_equal(again.weights[name], weight)
        assert again.weights[name].dtype == weight.dtype


def test_every_part_comes_back():
    trainer = Trainer(SMALL)
    trainer.advance(1e6, most=6)
    c = trainer.checkpoint()
    again = from_bytes(to_bytes(c))
    for name in ("settings", "update", "tokens", "streams", "lowest", "waited", "stopped"):
        assert getattr(again, name) == getattr(c, name), name
    for name in ("weights", "previous", "lowest_weights"):
        np.testing.assert_array_equal(getattr(again, name), getattr(c, name))
    assert again.memory.keys() == c.memory.keys() and again.memory["t"] == 6


def test_a_file_taken_before_the_first_update():
    again = Trainer.resume(from_bytes(to_bytes(Trainer(SMALL).checkpoint())))
    assert [u.loss for u in again.updates()] == [u.loss for u in Trainer(SMALL).updates()]


def changed(**changes) -> bytes:
    """A checkpoint's file with some parts replaced; None: left out."""
    stored = read_weights(to_bytes(Trainer(SMALL).checkpoint()))
    arrays = {**stored.weights, **{k: v for k, v in changes.items() if k not in stored.about}}
    about = {**stored.about, **{k: v for k, v in changes.items() if k in stored.about}}
    return to_npz(
        {k: v for k, v in arrays.items() if v is not None},
        {k: v for k, v in about.items() if v is not None},
    )


def state(**changes) -> str:
    stored = read_weights(to_bytes(Trainer(SMALL).checkpoint()))
    return json.dumps(json.loads(stored.about["state"]) | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"form": None},
        {"form": "another"},
        {"settings": None},
        {"settings": "[]"},
        {"settings": "[" * 9999},
        {"settings": '{"hidden": 99999}'},
        {"settings": '{"hidden": "__import__"}'},
        {"settings": '{"unknown": 3}'},
        {"state": None},
        {"state": "3"},
        {"state": "{}"},
        {"state": state(update="x")},
        {"state": state(lowest="x")},
        {"state": state(memory=[])},
        {"state": state(memory={"t": "x"})},
        {"state": state(memory={})},
        {"state": state(streams=[])},
        {"state": state(streams={})},
        {"state": state(streams={"batch": {}, "dropout": {}})},
        {"state": state(streams={"batch": {"bit_generator": "PCG64", "state": {"state": -1}}})},
        {"weights": None},
        {"weights": np.ones(3)},
        {"weights": np.ones((2, 2))},
        {"lowest_weights": np.ones(3)},
        {"memory.m": np.ones(3)},
        {"memory.n": None},
    ],
    ids=str,
)
def test_files_that_are_no_checkpoint_of_this_network(changes):
    with pytest.raises(ValueError):
        Trainer.resume(from_bytes(changed(**changes)))


def test_a_checkpoint_of_another_task_is_refused_in_words():
    checkpoint = from_bytes(to_bytes(Trainer(SMALL).checkpoint()))
    with pytest.raises(ValueError, match=r"weights: expected .* Resume it on the task"):
        Trainer.resume(checkpoint, make_task("copy", 5))
    with pytest.raises(ValueError, match="optimiser"):
        Trainer.resume(replace(checkpoint, settings=replace(SMALL, optimiser="momentum")))
    with pytest.raises(ValueError, match="expected float32, got float64"):
        Trainer.resume(replace(checkpoint, settings=replace(SMALL, dtype="float32")))


def test_a_file_of_weights_is_no_checkpoint():
    with pytest.raises(ValueError, match="Expected a checkpoint, but got a file of weights"):
        from_bytes(to_npz({"w": np.ones(2)}))
