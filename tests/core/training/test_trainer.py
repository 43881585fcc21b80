"""Training: the passes against `Network`, the optimiser's effect, resuming, diverging, stopping."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from rnn_core.engine.cells import GRU, LSTM, RNN, Cell
from rnn_core.engine.clip import clip, global_norm
from rnn_core.engine.network import Network
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import make_networks as run_networks
from rnn_core.experiment.run import run
from rnn_core.experiment.settings import read_row, relevant, settings_of, to_params
from rnn_core.tasks import Batch, NextCharacter, Task
from rnn_core.tasks.task import inside, mean_weights
from rnn_core.training.objective import Objective, Packing
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.stack import POOL, Buffers, Drop, Pool, Stack
from rnn_core.training.trainer import Lesson, Trainer, Training, make_networks, training_of

RNG = np.random.default_rng
CELLS = [
    *(RNN(a) for a in ("tanh", "relu")),
    GRU(),
    GRU("before", "takes"),
    *(LSTM(kind) for kind in ("forget", "no-forget", "peephole")),
]
SMALL = Training(
    task="adding", length=8, hidden=6, batch=4, updates=12, validate=4, watch=3, rate=0.01
)


@dataclass(frozen=True)
class Reversal(Task):
    """An encoder reads symbols, a decoder writes them backwards: uneven lengths on both sides."""

    label: ClassVar[str] = "reversal"
    help: ClassVar[str] = "Write backwards what was read."
    readout: ClassVar[str] = "softmax"
    metric: ClassVar[str] = "accuracy"
    goal: ClassVar[float] = 1.0
    size: int = 4

    @classmethod
    def create(cls, length, text):
        return cls()

    @property
    def input_size(self):
        return self.size

    @property
    def output_size(self):
        return self.size

    @property
    def encoder_size(self):
        return self.size

    @property
    def baseline(self):
        return None

    def batch(self, rng, size, split="train"):
        lengths = rng.integers(2, 6, size)
        x = rng.integers(1, self.size, (size, 5)) * inside(lengths, 5)
        back = np.array(
            [np.pad(row[:n][::-1], (0, 5 - n)) for row, n in zip(x, lengths, strict=True)]
        )
        read = np.pad(back[:, :-1], ((0, 0), (1, 0)))
        weights = mean_weights(inside(lengths, 5))
        return Batch(read, back, weights, lengths, Batch.read_only(x, lengths))


def draw_batch(rng, D: int, out: int, uneven: bool, readout: str = "softmax") -> Batch:
    B, T = 3, 6
    lengths = np.array([6, 3, 4]) if uneven else None
    counted = rng.random((B, T)) < 0.6 if uneven else np.ones((B, T), bool)
    counted[:, 0] = True
    if uneven:
        counted &= inside(lengths, T)
    if readout == "softmax":
        return Batch(
            rng.integers(0, D, (B, T)), rng.integers(0, out, (B, T)), mean_weights(counted), lengths
        )
    targets = rng.random((B, T, out))
    return Batch(rng.normal(size=(B, T, D)), targets, mean_weights(counted), lengths)


def by_network(network: Network, batch: Batch, window: int | None) -> tuple[float, dict]:
    """Loss and gradient by the records' way."""
    trace = network.forward(batch.inputs(network.input_size), batch.lengths)
    targets = batch.answers(network.output_size)
    loss = (network.head.losses(trace.logits, targets) * batch.weights).sum()
    dlogits = network.head.dlogits(trace.logits, targets) * batch.weights[..., None]
    return loss, network.backward(trace, dlogits, window=window)


# -- the passes ------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("uneven", [False, True], ids=["even", "uneven"])
@pytest.mark.parametrize("window", [None, 2])
def test_passes_agree_with_the_network(cell: Cell, direction, uneven, window):
    network = Network.create(cell, 5, 4, 3, layers=2, direction=direction, seed=3)
    objective = Objective([network])
    for seed in (0, 1):  # the second batch meets used buffers
        batch = draw_batch(RNG(seed), 5, 3, uneven)
        loss, g = objective.gradient(objective.start, batch, window=window, watch=True)
        expected, gradient = by_network(network, batch, window)
        assert loss == pytest.approx(expected, rel=1e-12)
        for name, found in objective.packing.named(g).items():
            np.testing.assert_allclose(found, gradient.weights[name], rtol=1e-9, atol=1e-14)
        for state, norms in objective.norms().items():
            np.testing.assert_allclose(norms, gradient.top.norms(state), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("readout", ["linear", "tanh", "sigmoid", "softmax-squared", "softmax"])
def test_every_readout_has_the_loss_and_gradient_of_the_network(readout):
    network = Network.create(GRU(), 2, 4, 3, readout=readout, seed=1)
    batch = draw_batch(RNG(0), 2, 3, True, readout="numbers")
    loss, g = Objective([network]).gradient(Objective([network]).start, batch)
    expected, gradient = by_network(network, batch, None)
    assert loss == pytest.approx(expected, rel=1e-12)
    for name, found in Objective([network]).packing.named(g).items():
        np.testing.assert_allclose(found, gradient.weights[name], rtol=1e-9, atol=1e-14)


def difference(objective: Objective, batch: Batch, places, *, free=False, drop=None) -> np.ndarray:
    """Central differences of the loss at some places of the weights."""
    found = []
    for place in places:
        ends = []
        for sign in (1, -1):
            w = objective.start.copy()
            w[place] += sign * 1e-6
            ends.append(objective.gradient(w, batch, free=free, drop=drop and drop())[0])
        found.append((ends[0] - ends[1]) / 2e-6)
    return np.array(found)


@pytest.mark.parametrize("free", [False, True], ids=["teacher", "free"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_encoder_and_decoder_agree_with_central_differences(cell, free):
    task = Reversal()
    s = replace(SMALL, cell=cell, hidden=4, layers=2)
    objective, batch = Objective(make_networks(s, task)), task.batch(RNG(0), 3)
    places = RNG(1).choice(objective.packing.size, 60, replace=False)
    g = objective.gradient(objective.start, batch, free=free)[1].copy()
    expected = difference(objective, batch, places, free=free)
    np.testing.assert_allclose(g[places], expected, rtol=1e-6, atol=1e-9)
    assert np.abs(g[: objective.packing.size // 2]).max() > 1e-6, "the encoder learns too"


@pytest.mark.parametrize("free", [False, True], ids=["teacher", "free"])
def test_what_stands_in_padding_never_matters(free):
    batch = Reversal().batch(RNG(0), 5)
    objective = Objective(make_networks(replace(SMALL, layers=2), Reversal()))
    padding = ~inside(batch.lengths, 5)
    other = replace(
        batch,
        x=np.where(padding, 3, batch.x),
        encoder=replace(batch.encoder, x=np.where(padding, 2, batch.encoder.x)),
    )
    loss, g = objective.gradient(objective.start, batch, free=free)
    g = g.copy()
    again, same = objective.gradient(objective.start, other, free=free)
    assert again == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(same, g, rtol=1e-12, atol=1e-16)


def test_dropout_is_between_layers_and_its_gradient_is_exact():
    network = Network.create(LSTM(), 5, 4, 3, layers=2, seed=0)
    objective, batch = Objective([network]), draw_batch(RNG(0), 5, 3, True)

    def drop() -> Drop:
        return Drop(0.5, RNG(7))

    places = RNG(1).choice(objective.packing.size, 60, replace=False)
    g = objective.gradient(objective.start, batch, drop=drop())[1].copy()
    expected = difference(objective, batch, places, drop=drop)
    np.testing.assert_allclose(g[places], expected, rtol=1e-6, atol=1e-9)
    single = Objective([Network.create(LSTM(), 5, 4, 3, seed=0)])
    one, other = (single.gradient(single.start, batch, drop=d)[1].copy() for d in (None, drop()))
    np.testing.assert_array_equal(one, other)


def test_dropout_keeps_its_share_and_draws_the_same_in_any_part():
    kept = Drop(0.3, RNG(0)).draw(200, 20, 10)
    assert kept.dtype == bool and kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_array_equal(kept, RNG(0).random((200, 20, 10)) >= 0.3)


def test_used_buffers_give_the_numbers_of_fresh_ones():
    network, numbers = Network.create(RNN(), 2, 3, 1, readout="linear"), []
    stack = Stack(network)
    for T in [*range(1, 12), 1, 2, 3]:
        x = RNG(T).normal(size=(2, T, 2))
        batch = Batch(x, np.zeros((2, T, 1)), np.ones((2, T)))
        stack.use(T, 2)
        numbers.append(stack.forward(network.weights, batch).copy())
    stack.release()
    np.testing.assert_array_equal(numbers[0], numbers[-3])


def test_a_pool_lends_each_buffer_once_and_keeps_no_more_than_it_may():
    stack = Stack(Network.create(RNN(), 2, 3, 1))
    shapes = [stack.shape(T, 2) for T in (5, 6, 7)]
    pool = Pool(2 * Buffers(shapes[2]).bytes)
    for shape in shapes:
        pool.give(Buffers(shape))
    assert not pool.has(shapes[0]) and pool.bytes <= pool.most_bytes
    lent = pool.take(shapes[2])
    assert lent is not None and pool.take(shapes[2]) is None
    pool.give(lent)
    pool.clear()
    assert pool.bytes == 0 and pool.take(shapes[2]) is None


def test_buffers_go_back_when_a_pass_is_left_or_fails():
    objective, batch = Objective([Network.create(RNN(), 5, 4, 3)]), draw_batch(RNG(0), 5, 3, False)
    POOL.clear()
    objective.gradient(objective.start, batch)
    (stack,) = objective.stacks
    assert POOL.has(stack.shape(batch.steps, len(batch)))
    with pytest.raises(IndexError):
        objective.gradient(objective.start, replace(batch, targets=np.full((3, 6), 99)))
    assert stack._buffers is None


def test_weights_by_name_and_back():
    networks = make_networks(SMALL, Reversal())
    packing = Packing(networks, ("encoder", "decoder"))
    w = packing.pack([n.weights for n in networks], np.float64)
    named = packing.named(w)
    assert {"encoder.weight_ih_l0", "decoder.readout.bias"} <= named.keys()
    np.testing.assert_array_equal(packing.from_named(named, np.float64), w)
    with pytest.raises(
        ValueError, match=r"decoder.readout.bias: expected shape \(4,\), got nothing"
    ):
        packing.from_named({k: v for k, v in named.items() if k != "decoder.readout.bias"}, float)


# -- settings --------------------------------------------------------------------------------


def test_a_lesson_takes_no_name_of_the_experiment():
    assert not set(settings_of(Lesson)) & set(settings_of(Experiment))


def test_settings_make_a_link_and_come_back():
    s = replace(SMALL, cell="gru", rate=0.02, schedule="cosine", clip="norm", threshold=0.5)
    assert read_row(Training, to_params(s)) == (s, ())
    _, notes = read_row(Lesson, {"rate": "9999", "task": "<b>"})
    assert len(notes) == 2


@pytest.mark.parametrize("task", settings_of(Lesson)["task"].options)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_settings_that_matter_are_known(task, cell):
    names = relevant(Training(task=task, cell=cell))
    assert ("length" in names) == (task != "hello")
    assert ("forget_bias" in names) == (cell == "lstm")
    assert ("activation" in names) == (cell == "rnn")
    assert "threshold" not in names and {"rate", "hidden", "window"} <= set(names)


def test_an_experiment_and_a_lesson_make_a_training():
    experiment = Experiment(cell="gru", hidden=9, init="orthogonal", gain=1.1, clip="norm")
    s = training_of(experiment, Lesson(rate=0.02, task="parity"), seed=4)
    assert (s.cell, s.hidden, s.init, s.gain, s.clip) == ("gru", 9, "orthogonal", 1.1, "norm")
    assert (s.rate, s.task, s.seed) == (0.02, "parity", 4)


def test_training_starts_from_the_weights_that_a_run_shows():
    e = Experiment(text="hello", steps=5, cell="lstm", hidden=7, scale=1.5, forget_bias=1, seed=3)
    s = training_of(e, Lesson(task="hello"))
    done = run(replace(e, steps=5))
    (expected,) = run_networks(e, done.parts, done.sequence)
    (ours,) = make_networks(s, Trainer(s).task)
    for name, weight in expected.weights.items():
        np.testing.assert_array_equal(ours.weights[name], weight)


@pytest.mark.parametrize("name", ["task", "optimiser", "schedule", "cell", "dtype"])
def test_unknown_values_are_refused_in_words(name):
    with pytest.raises(ValueError, match="expected one of"):
        replace(SMALL, **{name: "something"})


# -- updates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("mode", ["off", "norm", "value"])
def test_an_update_is_gradient_then_clipping_then_the_rule(optimiser, mode):
    s = replace(SMALL, optimiser=optimiser, clip=mode, threshold=0.05, updates=3)
    trainer, rule = Trainer(s), OPTIMISERS[optimiser]
    w = trainer.objective.start
    memory, rng = rule.start(w), trainer._streams["batch"].bit_generator.state
    twin = RNG(0)
    twin.bit_generator.state = rng
    for update in trainer.updates():
        batch = trainer.task.batch(twin, s.batch)
        loss, gradient = by_network(trainer.objective.made(w)[0], batch, None)
        clipped = clip(gradient.weights, mode, 0.05)
        w, memory = rule.step(
            w, trainer.objective.packing.pack([clipped.after], float), memory, s.rate
        )
        assert update.loss == pytest.approx(loss, rel=1e-12)
        assert update.norm_before == pytest.approx(clipped.norm_before, rel=1e-9)
        assert update.norm_after == pytest.approx(clipped.norm_after, rel=1e-9)
        ours = trainer.objective.packing.pack([trainer.weights], float)
        np.testing.assert_allclose(ours, w, rtol=1e-9, atol=1e-12)


def test_the_schedule_multiplies_the_rate():
    trainer = Trainer(replace(SMALL, schedule="linear", updates=4, validate=0))
    assert [u.rate for u in trainer.updates()] == pytest.approx([0.01, 0.0075, 0.005, 0.0025])


def test_what_is_recorded_now_and_then():
    trainer = Trainer(replace(SMALL, cell="lstm"))
    history = list(trainer.updates())
    assert history == trainer.history and trainer.done
    assert [u.update for u in history if u.validation is not None] == [4, 8, 12]
    assert [u.update for u in history if u.steps is not None] == [1, 4, 7, 10]
    assert {k: v.shape for k, v in history[0].steps.items()} == {"h": (9,), "c": (9,)}
    assert history[-1].tokens == 12 * 4 * 8
    assert history[-1].validation == trainer.evaluate()[0]


def test_step_norms_are_those_of_the_networks_backward():
    trainer = Trainer(replace(SMALL, cell="gru"))
    network, batch = trainer.network, trainer.task.batch(_copy(trainer), SMALL.batch)
    _, gradient = by_network(network, batch, None)
    np.testing.assert_allclose(trainer.step().steps["h"], gradient.top.norms("h"), rtol=1e-9)


def _copy(trainer: Trainer) -> np.random.Generator:
    rng = RNG(0)
    rng.bit_generator.state = trainer._streams["batch"].bit_generator.state
    return rng


def test_validation_reads_what_is_not_trained_on():
    task = NextCharacter("a" * 900 + "b" * 100, 10)
    trainer = Trainer(replace(SMALL, updates=100, rate=0.05), task)
    last = list(trainer.updates())[-1]
    assert last.loss < 0.01 < 3 < last.validation and last.score == 0


def test_equal_settings_give_equal_numbers_and_other_seeds_others():
    one, two, other = (list(Trainer(s).updates()) for s in (SMALL, SMALL, replace(SMALL, seed=1)))
    assert [u.loss for u in one] == [u.loss for u in two] != [u.loss for u in other]


def test_how_often_one_looks_changes_nothing():
    quiet = replace(SMALL, watch=0, validate=0)
    losses = [[u.loss for u in Trainer(s).updates()] for s in (SMALL, quiet)]
    assert losses[0] == losses[1]


def test_advance_does_at_least_a_piece_and_ends():
    trainer, made = Trainer(SMALL), ()
    while not made:  # at a shape met the first time planning is a piece of its own
        made = trainer.advance(0)
    assert len(made) == 1 and len(trainer.advance(0)) == 1
    trainer = Trainer(SMALL)
    trainer.step()
    assert len(trainer.advance(1e6, most=3)) == 3
    assert len(trainer.advance(1e6)) == 8 and trainer.done
    assert trainer.advance(10) == ()


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_checkpoint_goes_on_to_the_same_numbers(optimiser, dtype):
    s = replace(SMALL, optimiser=optimiser, dtype=dtype, layers=2, dropout=0.3, schedule="cosine")
    through = Trainer(s)
    everything = list(through.updates())
    first = Trainer(s)
    first.advance(1e6, most=5)
    point = first.checkpoint()
    first.advance(1e6, most=3)  # which must leave the checkpoint as it is
    again = Trainer.resume(point)
    rest = list(again.updates())
    assert [u.loss for u in rest] == [u.loss for u in everything[5:]]
    assert [u.validation for u in again.history] == [u.validation for u in everything]
    for name, weight in through.weights.items():
        np.testing.assert_array_equal(again.weights[name], weight)
        assert weight.dtype == np.dtype(dtype)


def test_float32_follows_float64_for_a_while():
    ends = [
        list(Trainer(replace(SMALL, dtype=d)).updates())[-1].loss for d in ("float64", "float32")
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3) and ends[0] != ends[1]


def test_weights_can_be_loaded_and_looked_at():
    trainer, other = Trainer(SMALL), Trainer(replace(SMALL, seed=5))
    other.load(trainer.weights)
    assert other.evaluate()[0] != trainer.evaluate()[0], "another seed, other held-out sequences"
    np.testing.assert_array_equal(
        other.network.weights["weight_hh_l0"], trainer.network.weights["weight_hh_l0"]
    )
    with pytest.raises(ValueError, match="weight_ih_l0: expected shape"):
        other.load(Trainer(replace(SMALL, hidden=5)).weights)


# -- ends ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exploding(Task):
    """Data that are finite for a while, and then not."""

    label: ClassVar[str] = "exploding"
    help: ClassVar[str] = "Nothing to learn."
    readout: ClassVar[str] = "linear"
    metric: ClassVar[str] = "mse"
    goal: ClassVar[float] = 0.0
    bad: float = np.nan

    @classmethod
    def create(cls, length, text):
        return cls()

    @property
    def input_size(self):
        return 1

    @property
    def output_size(self):
        return 1

    @property
    def baseline(self):
        return None

    def batch(self, rng, size, split="train"):
        x = rng.normal(size=(size, 3, 1))
        return Batch(
            x, np.zeros((size, 3, 1)) + (self.bad if x[0, 0, 0] > 1 else 0), np.ones((size, 3))
        )


@pytest.mark.parametrize(("bad", "word"), [(np.nan, "not a number"), (np.inf, "infinite")])
def test_divergence_stops_with_a_word_and_keeps_the_last_good_weights(bad, word):
    trainer = Trainer(replace(SMALL, updates=500, validate=0), Exploding(bad=bad))
    weights = [trainer.weights]
    for _ in trainer.updates():
        weights.append(trainer.weights)
    assert trainer.done and trainer.stopped.startswith("Diverged") and word in trainer.stopped
    assert not np.isfinite(trainer.history[-1].loss)
    assert all(np.isfinite(w).all() for w in trainer.weights.values())
    np.testing.assert_array_equal(trainer.weights["weight_hh_l0"], weights[-3]["weight_hh_l0"])
    assert Trainer.resume(trainer.checkpoint(), trainer.task).done


def test_divergence_right_after_a_checkpoint_keeps_the_same_weights():
    settings = replace(SMALL, updates=500, validate=0)
    whole = Trainer(settings, Exploding())
    count = len(list(whole.updates()))
    parted = Trainer(settings, Exploding())
    parted.advance(1e6, most=count - 1)
    again = Trainer.resume(parted.checkpoint(), Exploding())
    again.step()
    assert again.stopped == whole.stopped
    for name, weight in whole.weights.items():
        np.testing.assert_array_equal(again.weights[name], weight)


def test_a_rate_too_large_diverges_without_a_warning():
    with np.errstate(all="raise"):
        s = replace(SMALL, cell="rnn", hidden=64, optimiser="sgd", rate=1.0, scale=4.0)
        trainer = Trainer(replace(s, updates=2000, validate=0))
        list(trainer.updates())
        trainer.evaluate()
    assert trainer.stopped.startswith("Diverged")
    assert all(np.isfinite(w).all() for w in trainer.weights.values())


def test_clipping_by_norm_saves_the_same_run():
    s = replace(SMALL, cell="rnn", activation="relu", optimiser="sgd", rate=0.01, scale=4.0)
    trainer = Trainer(replace(s, length=100, updates=50, validate=0, clip="norm", threshold=0.1))
    list(trainer.updates())
    assert not trainer.stopped
    assert max(u.norm_before for u in trainer.history) > 1e3
    assert max(u.norm_after for u in trainer.history) <= 0.1 * (1 + 1e-12)


def test_early_stopping_returns_to_the_best_weights():
    s = replace(SMALL, rate=1.0, optimiser="sgd", updates=200, validate=1, patience=3)
    trainer = Trainer(s)
    history = list(trainer.updates())
    assert trainer.stopped.startswith("Stopped early") and len(history) < 200
    lowest = min(u.validation for u in history)
    assert trainer.evaluate()[0] == lowest
    assert [u.validation for u in history].index(lowest) == len(history) - 4


def test_a_reading_network_cannot_be_fed_its_answers():
    assert Trainer(replace(SMALL, forcing="free")).notes
    with pytest.raises(ValueError, match="direction"):
        Trainer(replace(SMALL, direction="bidirectional"), Reversal())


def test_global_norm_of_the_parts_is_that_of_the_vector():
    trainer = Trainer(SMALL)
    update = trainer.step()
    batch = Trainer(SMALL).task.batch(_copy(Trainer(SMALL)), SMALL.batch)
    _, gradient = by_network(Trainer(SMALL).network, batch, None)
    assert update.norm_before == pytest.approx(global_norm(gradient.weights), rel=1e-12)


# -- learning --------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_teaches_hello_to_every_cell(cell, optimiser):
    rate = {"sgd": 1.0, "momentum": 0.2, "adagrad": 0.2, "rmsprop": 0.02, "adam": 0.05}[optimiser]
    trainer = Trainer(
        Training(task="hello", cell=cell, hidden=16, optimiser=optimiser, rate=rate, updates=150)
    )
    list(trainer.updates())
    loss, score = trainer.evaluate()
    assert score == 1.0 and loss < trainer.task.baseline.loss / 2


@pytest.mark.parametrize(
    ("task", "more"),
    [
        ("adding", {"length": 20, "rate": 0.02, "updates": 200}),
        ("anbn", {"length": 12, "cell": "lstm", "rate": 0.02, "updates": 400}),
        ("echo", {"length": 8, "rate": 0.02, "updates": 200}),
        ("order", {"length": 10, "rate": 0.02, "updates": 200}),
        ("copy", {"length": 2, "rate": 0.01, "updates": 300, "hidden": 64}),
        ("parity", {"length": 6, "rate": 0.02, "updates": 500}),
    ],
)
def test_a_memory_task_is_learnt_below_its_baseline(task, more):
    s = Training(**{"task": task, "cell": "gru", "dtype": "float32", "validate": 0, **more})
    trainer = Trainer(s)
    list(trainer.updates())
    assert trainer.evaluate()[0] < 0.9 * trainer.task.baseline.loss


def test_an_encoder_and_a_decoder_learn_to_reverse():
    s = Training(cell="gru", hidden=24, batch=32, updates=250, rate=0.01, validate=0, watch=0)
    trainer = Trainer(s, Reversal())
    list(trainer.updates())
    assert trainer.evaluate()[1] > 0.9
