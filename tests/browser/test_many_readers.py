"""Many readers train at once on one server: all get on, and none sees another's network."""

import re
from contextlib import ExitStack

import pytest

from rnn_core.experiment.experiment import Experiment
from rnn_core.training.comparison import Plan, entries
from rnn_core.training.trainer import Trainer
from tests.browser.session import Session

READERS, ROUNDS = 10, 4
SETTINGS = "task=echo&length=20&batch=8&updates=9999&hidden=8&cell=gru&validate=0"


def made(session):
    return next(int(m[1]) for t in session.texts if (m := re.match(r"(\d+) of \d+ updates", t)))


def shown_loss(session):
    text = next(t for t in session.texts if "loss of the last batch" in t)
    return float(re.search(r"loss of the last batch (\d*\.\d+)", text)[1])


@pytest.fixture
def readers(server):
    with ExitStack() as stack:
        yield [
            stack.enter_context(Session(server, f"{SETTINGS}&seed={seed}", "training"))
            for seed in range(READERS)
        ]


def test_ten_readers_train_at_once_each_their_own_network(readers):
    for reader in readers:
        reader.press("Start")
    before = [made(reader) for reader in readers]
    for _ in range(ROUNDS):
        for reader in readers:
            reader.rerun()
    after = [made(reader) for reader in readers]
    assert all(b > a > 0 for a, b in zip(before, after, strict=True)), (before, after)
    for seed, (reader, updates) in enumerate(zip(readers, after, strict=True)):
        plan = Plan(task="echo", length=20, batch=8, updates=9999, validate=0)
        (settings,) = entries(Experiment(hidden=8, cell="gru", seed=seed), plan).values()
        alone = Trainer(settings)
        for _ in range(updates):
            alone.step()
        assert shown_loss(reader) == pytest.approx(alone.history[-1].loss, rel=5e-3)
