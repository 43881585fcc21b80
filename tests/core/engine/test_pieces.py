"""Training in pieces: the same update as in one, and right however often it is left and resumed."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.engine.cells import LSTM
from rnn_core.engine.network import Network
from rnn_core.engine.pieces import advanced, finished
from rnn_core.experiment.experiment import Experiment
from rnn_core.tasks import TASKS, Batch, make_task
from rnn_core.training import objective as module
from rnn_core.training.checkpoint import from_bytes, to_bytes
from rnn_core.training.comparison import Comparison, Plan, check, check_in_pieces, entries
from rnn_core.training.objective import Objective
from rnn_core.training.stack import Drop
from rnn_core.training.trainer import Trainer, Training, make_networks
from tests.core.training.test_trainer import Reversal, draw_batch

RNG = np.random.default_rng
SMALL = Training(task="echo", length=8, hidden=6, batch=5, updates=9, validate=3, watch=2)


@pytest.fixture
def one_by_one(monkeypatch):
    """Every piece is a single sequence."""

    def set_to(on: bool) -> None:
        monkeypatch.setattr(module, "PIECE_BYTES", 0 if on else 1 << 40)
        monkeypatch.setattr(module, "PIECE_SECONDS", 1e9)

    return set_to


def both_ways(networks, batch, one_by_one, drop=None, **how):
    """Loss, gradient, norms and score in one piece, and in as many as there are sequences."""
    found = []
    for on in (False, True):
        one_by_one(on)
        passes = Objective(networks)
        assert len(passes.pieces(batch)) == (len(batch) if on else 1)
        loss, g = passes.gradient(passes.start, batch, drop=drop and drop(), watch=True, **how)
        score = passes.evaluate(passes.start, batch, "accuracy")
        found.append((loss, g.copy(), passes.norms(), score))
    return found


def assert_same(whole, parts):
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    np.testing.assert_allclose(parts[1], whole[1], rtol=1e-9, atol=1e-12 * np.abs(whole[1]).max())
    assert np.abs(whole[1]).max() > 0
    for state, norms in whole[2].items():
        np.testing.assert_allclose(parts[2][state], norms, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(parts[3], whole[3], rtol=1e-12)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("how", [{}, {"window": 3}], ids=["full", "truncated"])
def test_every_tasks_gradient_is_that_of_one_piece(task, how, one_by_one):
    chosen = make_task(task, 9, "to be or not to be")
    networks = make_networks(replace(SMALL, task=task, cell="lstm"), chosen)
    batch = chosen.batch(RNG(3), 5)
    assert_same(*both_ways(networks, batch, one_by_one, **how))


@pytest.mark.parametrize("free", [False, True], ids=["teacher", "free"])
def test_an_encoder_and_a_decoder_of_uneven_sequences(free, one_by_one):
    networks = make_networks(replace(SMALL, layers=2), Reversal())
    batch = Reversal().batch(RNG(1), 6)
    assert len(set(batch.lengths)) > 1
    assert_same(*both_ways(networks, batch, one_by_one, free=free))


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("uneven", [False, True])
def test_directions_padding_layers_and_dropout(direction, uneven, one_by_one):
    network = Network.create(LSTM(), 5, 4, 3, layers=3, direction=direction, seed=3)
    batch = draw_batch(RNG(0), 5, 3, uneven)
    for drop in (None, lambda: Drop(0.4, RNG(5))):
        assert_same(*both_ways([network], batch, one_by_one, drop))


def test_what_counts_in_the_metric_alone_is_weighed_across_pieces(one_by_one):
    network, batch = Network.create(LSTM(), 5, 4, 3, seed=3), draw_batch(RNG(0), 5, 3, True)
    scored = np.zeros((3, 6))
    scored[0, :2], scored[2, 1] = 1, 5
    assert_same(*both_ways([network], replace(batch, scored=scored), one_by_one))


def test_the_share_of_a_batch_has_all_its_parts():
    batch = Reversal().batch(RNG(1), 6)
    part = batch.part(slice(2, 5))
    for name in ("x", "targets", "weights", "lengths"):
        np.testing.assert_array_equal(getattr(part, name), getattr(batch, name)[2:5])
    np.testing.assert_array_equal(part.encoder.x, batch.encoder.x[2:5])
    assert batch.part(slice(0, 6)) is batch


# -- an update that is left and resumed ------------------------------------------------------


def numbers(trainer: Trainer):
    return [(u.update, u.loss, u.norm_before, u.validation, u.score) for u in trainer.history]


@pytest.fixture
def settings(one_by_one):
    one_by_one(True)
    return replace(SMALL, cell="lstm", layers=2, dropout=0.3, patience=50)


def test_an_update_in_pieces_is_the_update(settings, one_by_one):
    parts = Trainer(settings)
    rests = sum(parts.go_on() is None for _ in range(60))
    assert rests > 20, "five sequences, four rests"
    list(parts.updates())
    one_by_one(False)
    whole = Trainer(settings)
    list(whole.updates())
    np.testing.assert_allclose(
        np.array(numbers(parts), float), np.array(numbers(whole), float), rtol=1e-6
    )


def test_a_checkpoint_at_any_rest_goes_on_to_the_same_numbers(settings):
    through = Trainer(settings)
    list(through.updates())
    trainer, rests = Trainer(settings), 0
    while not trainer.done:
        update = trainer.go_on()
        rests += update is None
        point = trainer.checkpoint()
        assert point.update in (trainer.update, trainer.update - 1)
        if rests % 29 == 0 or (update is not None and update.update % 4 == 0):
            again = Trainer.resume(from_bytes(to_bytes(point)))
            rest = [(u.update, u.loss, u.validation) for u in again.updates()]
            expected = [(u.update, u.loss, u.validation) for u in through.history]
            assert rest == expected[point.update :]
    assert rests > 50 and numbers(trainer) == numbers(through)


def test_within_a_validation_the_update_is_there_and_its_checkpoint_makes_it_anew(settings):
    trainer = Trainer(settings)
    while not (trainer.underway and trainer.update == 3):
        trainer.go_on()
    assert trainer.history[-1].update == 3 and trainer.history[-1].validation is None
    assert trainer.checkpoint().update == 2 and not trainer.done
    again = Trainer.resume(trainer.checkpoint())
    assert again.step().validation == trainer.step().validation is not None
    assert numbers(again) == numbers(trainer)


def test_the_last_validation_is_part_of_the_training(settings):
    trainer = Trainer(settings)
    while not trainer.done:
        trainer.go_on()
    assert trainer.history[-1].validation == trainer.evaluate()[0]


def test_looking_and_evaluating_within_an_update_change_nothing(settings):
    quiet, curious, rests = Trainer(settings), Trainer(settings), 0
    list(quiet.updates())
    while not curious.done:
        rests += curious.go_on() is None
        if rests % 20 == 3:
            curious.evaluate()
        _ = curious.networks, curious.weights, curious.checkpoint()
    assert numbers(curious) == numbers(quiet)


@pytest.mark.parametrize("rests", [1, 3, 4])
def test_loading_weights_gives_up_the_update_under_way(settings, rests):
    fresh, other = Trainer(settings), Trainer(replace(settings, seed=4))
    for _ in range(rests):
        assert fresh.go_on() is None
    fresh.load(other.weights)
    twin = Trainer(settings)
    twin.load(other.weights)
    assert fresh.step().loss == twin.step().loss, "the batch that was begun is drawn again"


def test_a_batch_that_fails_leaves_the_trainer_as_it_was(settings, monkeypatch):
    trainer, twin = Trainer(settings), Trainer(settings)
    trainer.go_on()
    with monkeypatch.context() as patch:
        patch.setattr(trainer.objective, "_gradient", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            trainer.step()
    assert not trainer.underway
    assert trainer.step().loss == twin.step().loss


# -- side by side, and the check ------------------------------------------------------------


def comparison(**changes) -> Comparison:
    plan = Plan(task="echo", length=8, batch=4, updates=6, validate=2, watch=3, versus="cell")
    return Comparison(entries(Experiment(hidden=6), replace(plan, **changes)))


def test_runs_side_by_side_keep_step_piece_by_piece(one_by_one):
    one_by_one(True)
    mine, whole = comparison(), comparison()
    while not mine.done:
        mine.go_on()
        made = [t.update for t in mine.trainers.values()]
        assert max(made) - min(made) <= 1
    whole.advance(1e6)
    for words, trainer in mine.trainers.items():
        assert numbers(trainer) == numbers(whole.trainers[words])
    assert mine.radii == whole.radii


def test_a_contest_makes_as_many_updates_as_it_is_told():
    mine = comparison()
    mine.advance(1e6, most=2)
    assert mine.made == 2 and not mine.underway


@pytest.mark.parametrize("task", ["adding", "translation"])
def test_the_check_in_pieces_is_the_check(task, one_by_one):
    trainer = Trainer(replace(SMALL, task=task, length=30))
    trainer.step()
    one_by_one(True)
    work, rests = check_in_pieces(trainer), 0
    while True:
        try:
            next(work)
        except StopIteration as end:
            found = end.value
            break
        rests += 1
        if rests == 2:
            trainer.evaluate()
    assert found.ok and found == check(trainer) and rests >= 2


# -- what it costs ---------------------------------------------------------------------------


LARGEST = {"hidden": 64, "layers": 3, "length": 500, "batch": 256, "cell": "lstm"}


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "text"},
        {"task": "adding"},
        {"task": "copy", "cell": "gru"},
        {"task": "adding", "lstm": "peephole", "direction": "bidirectional"},
    ],
    ids=str,
)
def test_the_largest_setting_is_cut_into_pieces_of_little_room(changes):
    text = "".join(map(chr, range(33, 300))) * 20
    s = Training(**{**LARGEST, **changes, "text": text[:200]})
    task = make_task(s.task, s.length, text)
    trainer = Trainer(s, task)
    batch = task.batch(RNG(0), s.batch)
    pieces = trainer.objective.pieces(batch)
    sizes = [p.stop - p.start for p in pieces]
    assert sum(sizes) == 256 and max(sizes) - min(sizes) <= 1
    assert trainer.objective.price(batch, max(sizes)).bytes < 64_000_000
    assert trainer.seconds > 1.5


def test_a_small_setting_is_one_piece():
    for task in TASKS:
        trainer = Trainer(replace(SMALL, task=task, batch=32, hidden=32))
        batch = trainer.task.batch(RNG(0), 32)
        assert len(trainer.objective.pieces(batch)) == 1, task


def test_a_piece_holds_one_sequence_at_least():
    network = Network.create(LSTM(), 2, 256, 1, layers=3)
    batch = Batch(np.zeros((4, 500, 2)), np.zeros((4, 500, 1)), np.ones((4, 500)))
    assert len(Objective([network]).pieces(batch)) == 4


def test_a_result_without_a_rest():
    def work():
        yield
        yield
        return 7

    assert finished(work()) == 7
    again = work()
    assert advanced(again, 0) is None and advanced(again, 1e6) == 7
