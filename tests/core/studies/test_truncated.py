"""Truncated against full BPTT: angles, norms, and a clue whose gradient is exactly zero."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core.engine.clip import angle_degrees, global_norm
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies import truncated
from rnn_core.studies.truncated import (
    SLICES,
    STARTS,
    TASK,
    UPDATES,
    clue_gradient,
    compare,
    first_clues,
    gradients,
    race,
    training,
)
from rnn_core.tasks import METRICS
from rnn_core.training.trainer import Trainer
from tests.core.cells_under_test import OVERFLOWING

SMALL = Experiment(steps=7, hidden=4, scale=1.5, seed=3)
CELLS = ("rnn", "gru", "lstm")
every_cell = pytest.mark.parametrize("cell", CELLS)


@every_cell
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"layers": 2},
        {"direction": "bidirectional"},
        {"wiring": "encoder-decoder"},
        {"placement": "every"},
    ],
)
def test_every_window_is_the_run_with_that_window(cell, more):
    full = run(replace(SMALL, cell=cell, **more))
    found = compare(full)
    assert found.windows[-1] == truncated.longest(full)
    for k, window in enumerate(found.windows):
        cut = run(replace(SMALL, cell=cell, window=int(window), **more)).weights_gradient
        whole = full.weights_gradient
        angle = angle_degrees(cut, whole)
        assert found.angles[k] == pytest.approx(angle, abs=1e-9)
        assert found.ratios[k] == pytest.approx(global_norm(cut) / global_norm(whole), rel=1e-12)
        rest = global_norm({n: whole[n] - g for n, g in cut.items()})
        assert found.dropped[k] == pytest.approx(rest / global_norm(whole), rel=1e-9, abs=1e-12)


@every_cell
def test_a_window_as_long_as_the_sequence_drops_nothing(cell):
    found = compare(run(replace(SMALL, cell=cell)))
    assert (found.angles[-1], found.ratios[-1], found.dropped[-1]) == (0, 1, 0)
    assert (found.dropped[:-1] > 0).all()


@every_cell
def test_the_three_numbers_are_one_triangle(cell):
    """dropped^2 = 1 + ratio^2 - 2 ratio cos(angle)."""
    for part in ("all", "recurrent"):
        found = compare(run(replace(SMALL, cell=cell, placement="every")), part)
        cosine = np.cos(np.radians(found.angles))
        expected = 1 + found.ratios**2 - 2 * found.ratios * cosine
        np.testing.assert_allclose(found.dropped**2, expected, atol=1e-12)


@every_cell
def test_recurrent_weights_alone_turn_more_than_all_of_them(cell):
    """The readout's gradient is the same with and without a window."""
    done = run(replace(SMALL, cell=cell))
    everything, recurrent = compare(done), compare(done, "recurrent")
    assert (recurrent.angles[:-1] > everything.angles[:-1]).all()
    cut, full = gradients(done, 2)[0].weights, gradients(done, 0)[0].weights
    np.testing.assert_array_equal(cut["readout.weight"], full["readout.weight"])


def test_many_layers_are_compared_at_fewer_windows():
    done = run(replace(SMALL, steps=200, layers=3, direction="bidirectional", hidden=2))
    found = truncated.windows(done)
    assert len(found) == 33 and found[0] == 1 and found[-1] == 200
    assert truncated.windows(run(replace(SMALL, steps=200))).tolist() == list(range(1, 201))


@pytest.mark.parametrize(
    "odd",
    [
        {"wiring": "one-to-one"},
        {"init": "zero", "hidden": 1},
        {"placement": "chosen", "chosen": "150"},
        OVERFLOWING | {"hidden": 64},
    ],
)
def test_odd_gradients_compare_without_a_warning(odd):
    found = compare(run(replace(SMALL, **odd)))
    assert len(found.windows) == len(found.angles) == len(found.ratios)
    assert not (found.ratios < 0).any()


# -- the clue ----------------------------------------------------------------------------------


def test_the_task_asks_for_its_first_symbol():
    batch = TASK.batch(np.random.default_rng(0), 200)
    assert set(batch.x[:, 0]) == {0, 1} and set(batch.x[:, 1:].ravel()) == {2, 3}
    np.testing.assert_array_equal(batch.targets[:, -1], batch.x[:, 0])
    np.testing.assert_array_equal(TASK.oracle(batch), batch.targets)
    assert batch.weights[:, -1].sum() == pytest.approx(1) and not batch.weights[:, :-1].any()
    assert abs(batch.x[:, 0].mean() - 0.5) < 0.1
    right = np.eye(2)[batch.targets]
    assert TASK.solved(METRICS[TASK.metric].measure(right, right, batch.weights))
    # Whoever does not remember the first symbol knows nothing: the rest is drawn without it.
    assert TASK.baseline.loss == pytest.approx(np.log(2))


@every_cell
@pytest.mark.parametrize("window", [1, 2, 5, 7, 10, 19])
def test_a_window_that_cuts_leaves_the_clue_exactly_nothing(cell, window):
    full, cut = first_clues(cell, 0, window)
    start = (TASK.length - 1) // window * window  # the last cut
    assert full.all()
    assert not cut[:start].any()
    np.testing.assert_allclose(cut[start:], full[start:], rtol=1e-12)


@every_cell
def test_the_clues_gradient_is_that_of_central_differences(cell):
    trainer = Trainer(training(cell, 1, 0), TASK)
    batch = TASK.batch(np.random.default_rng(5), 3)
    network, x = trainer.network, batch.inputs(4)
    answers = batch.answers(2)

    def loss(moved):
        trace = network.forward(moved)
        return float((batch.weights * network.head.losses(trace.logits, answers)).sum())

    slopes = np.zeros((3, 4))
    for b in range(3):
        for d in range(4):
            ends = []
            for sign in (1e-4, -1e-4):
                moved = x.copy()
                moved[b, 0, d] += sign
                ends.append(loss(moved))
            slopes[b, d] = (ends[0] - ends[1]) / 2e-4
    found = clue_gradient(network, batch, 0)[0]
    assert found == pytest.approx(np.linalg.norm(slopes), rel=1e-4)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_the_window_hides_is_not_learned_and_the_full_gradient_learns_it(cell, seed):
    level = TASK.baseline.loss
    slices = list(race(cell, seed, truncated.WINDOW))
    full, cut = (np.concatenate([getattr(s, n) for s in slices]) for n in ("full", "truncated"))
    assert len(slices) == SLICES and len(full) == len(cut) == UPDATES
    assert full[-20:].mean() < 0.05 * level
    assert 0.9 * level < cut[-20:].mean() < 1.1 * level


def test_what_the_state_still_carries_can_be_learned_without_its_gradient():
    """The counter-example on the page: an orthogonal start keeps the clue in the state."""
    slices = list(race("rnn", 0, truncated.WINDOW))
    cut = np.concatenate([s.truncated for s in slices])
    assert cut[-20:].mean() < 0.1 * TASK.baseline.loss
    assert not first_clues("rnn", 0, truncated.WINDOW)[1][0]


@every_cell
def test_both_trainings_start_from_the_same_weights_on_the_same_batches(cell):
    (first, *_) = race(cell, 7, 5)
    assert first.full[0] == first.truncated[0]
    assert first.full[-1] != first.truncated[-1]
    whole = race(cell, 7, TASK.length)
    same = next(whole)
    np.testing.assert_array_equal(same.full, same.truncated)


def test_every_cell_has_a_start():
    assert set(STARTS) == set(CELLS)
    assert truncated.hiding(0) == truncated.hiding(200) == truncated.WINDOW
    assert truncated.hiding(19) == 19
