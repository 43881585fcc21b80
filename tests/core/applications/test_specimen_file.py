"""Files of a network and what it reads: everything comes back, and only by its own name."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.applications.probe import look, of_task, run_of
from rnn_core.applications.specimen_file import from_bytes, to_bytes
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks import TASKS
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import read_weights, to_npz


def made(task="echo", **more):
    trainer = Trainer(Training(task=task, length=12, batch=3, hidden=5, **more))
    trainer.step()
    return of_task(f"trained on {task}", trainer.networks, trainer.task)


@pytest.mark.parametrize("task", TASKS)
def test_every_tasks_network_comes_back_with_what_it_reads(task):
    found = made(task)
    again = from_bytes(to_bytes(found), found.name)
    assert (again.title, again.name) == (found.title, found.name)
    wish = look(found, Experiment())
    assert look(again, Experiment()) == wish
    one, two = run_of(found, wish), run_of(again, wish)
    assert one.loss == two.loss and one.notes == two.notes
    assert one.sequence.labels == two.sequence.labels
    np.testing.assert_array_equal(one.sequence.x, two.sequence.x)


@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "rnn", "activation": "relu"},
        {"cell": "gru", "reset": "before", "update": "takes"},
        {"cell": "lstm", "lstm": "peephole", "direction": "bidirectional", "layers": 2},
        {"dtype": "float32"},
    ],
    ids=str,
)
def test_every_kind_of_network_comes_back(settings):
    found = made(**settings)
    again = from_bytes(to_bytes(found), found.name)
    assert again.networks[0].cell == found.networks[0].cell
    for name, weight in found.networks[0].weights.items():
        np.testing.assert_array_equal(again.networks[0].weights[name], weight)
        assert again.networks[0].weights[name].dtype == weight.dtype


def changed(found, **changes) -> bytes:
    stored = read_weights(to_bytes(found))
    arrays = {n: changes.get(n, a) for n, a in stored.weights.items()}
    about = {n: changes.get(n, a) for n, a in stored.about.items()}
    return to_npz(
        {n: a for n, a in arrays.items() if a is not None},
        {n: a for n, a in about.items() if a is not None},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"form": None},
        {"title": "another"},
        {"title": None},
        {"sequence": None},
        {"sequence": "[]"},
        {"sequence": "[" * 9999},
        {"sequence": '{"labels": 3}'},
        {"cell": "gru"},
        {"kind": "no-forget"},
        {"readout": "linear"},
        {"readout": "unheard of"},
        {"weight_hh_l0": None},
        {"weight_hh_l0": np.zeros((20, 5))},
        {"weight_hh_l0": np.zeros((20, 5), np.float32)},
        {"read.network.x": None},
        {"read.network.x": np.ones((1, 12, 4))},
        {"read.network.x": np.ones((1, 9999, 9))},
        {"read.network.x": np.ones(3)},
        {"read.network.targets": np.ones((1, 3, 9))},
        {"read.network.weights": np.ones((1, 12))},
    ],
    ids=str,
)
def test_whatever_was_changed_is_refused(changes):
    found = made("echo", cell="lstm")
    with pytest.raises(ValueError):
        from_bytes(changed(found, **changes), found.name)


def test_a_network_comes_back_by_its_own_name_only():
    one, other = made(), made(seed=1)
    with pytest.raises(ValueError, match="Expected the network"):
        from_bytes(to_bytes(other), one.name)
    with pytest.raises(ValueError):
        from_bytes(b"hello", one.name)


def test_a_name_follows_from_everything_that_is_shown():
    found = made()
    read, (part,), (net,) = found.sequence, found.parts, found.networks
    others = [
        replace(found, title="another"),
        replace(found, sequence=replace(read, labels=("x", *read.labels[1:]))),
        replace(found, parts=(replace(part, weights=part.weights * 2),)),
        replace(found, networks=(Network(net.cell, net.weights, net.direction, "linear"),)),
    ]
    assert len({f.digest for f in (found, *others)}) == len(others) + 1
