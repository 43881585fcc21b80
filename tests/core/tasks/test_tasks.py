"""Tasks: definitions, oracles that solve them, baselines measured against what is stated."""

import hashlib
import math

import numpy as np
import pytest

from rnn_core.engine.readout import LOSSES, READOUTS
from rnn_core.tasks import METRICS, PUZZLES, Batch, Task, make_task
from rnn_core.tasks.memory import AnBn, CopyMemory, DelayedEcho, TemporalOrder
from rnn_core.tasks.task import inside, last_step, mean_weights, one_hot
from rnn_core.tasks.text import Hello, NextCharacter, check_text

SOLVABLE = [name for name in PUZZLES if name != "text"]
MEMORY = [name for name in SOLVABLE if name != "hello"]
LENGTHS = (5, 20, 51)


def draw(task: Task, size: int = 400, seed: int = 0) -> Batch:
    return task.batch(np.random.default_rng(seed), size)


def score(task: Task, batch: Batch, outputs: np.ndarray) -> float:
    weights = batch.weights if batch.scored is None else batch.scored
    return METRICS[task.metric].measure(outputs, batch.answers(task.output_size), weights)


def loss(task: Task, batch: Batch, outputs: np.ndarray) -> float:
    """The loss of outputs (probabilities or numbers), not of logits."""
    targets = batch.answers(task.output_size)
    with np.errstate(divide="ignore", invalid="ignore"):
        if READOUTS[task.readout].loss == "squared":
            each = 0.5 * np.square(outputs - targets).sum(-1)
        elif READOUTS[task.readout].loss == "binary":
            p = np.where(targets == 1, outputs, 1 - outputs)
            each = -np.log(p).sum(-1)
        else:
            each = -np.log((outputs * targets).sum(-1))
    return float((each * batch.weights)[batch.weights > 0].sum())


@pytest.mark.parametrize("name", PUZZLES)
@pytest.mark.parametrize("length", [2, *LENGTHS])
def test_batches_have_the_shapes_that_the_task_says(name, length):
    task = make_task(name, length, "hello world, hello moon" * 5)
    batch = draw(task, 7)
    B, T = len(batch), batch.steps
    assert batch.inputs(task.input_size).shape == (B, T, task.input_size)
    assert batch.answers(task.output_size).shape == (B, T, task.output_size)
    assert batch.weights.shape == (B, T) and batch.weights.min() >= 0 and batch.weights.sum() > 0
    assert task.readout in READOUTS and READOUTS[task.readout].loss in LOSSES
    assert task.label and task.help and task.baseline.words
    for numbers in (batch.x, batch.targets):
        if numbers.ndim == 2:
            assert numbers.dtype.kind == "i" and numbers.min() >= 0
    if batch.lengths is not None:
        assert not batch.weights[~inside(batch.lengths, T)].any()


@pytest.mark.parametrize("name", SOLVABLE)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_oracle_solves_the_task_from_what_is_read(name, length):
    task = make_task(name, length, "hello")
    batch = draw(task)
    blind = Batch(batch.x, np.zeros_like(batch.targets), batch.weights, batch.lengths)
    answers = task.oracle(blind)
    if answers.ndim == 2:
        answers = one_hot(answers, task.output_size)
    got = score(task, batch, answers)
    assert task.solved(got)
    assert got == (0 if task.metric == "mse" else 1)
    assert loss(task, batch, answers) == pytest.approx(0, abs=1e-12)


def memoryless(task: Task, batch: Batch) -> np.ndarray:
    """Outputs (B, T, O) of the baseline that the task's words describe."""
    shape = (*batch.weights.shape, task.output_size)
    if task.metric == "mse":
        return np.full(shape, 0.5 if task.baseline.formula == "1/24" else 1.0)
    if isinstance(task, CopyMemory):
        outputs = np.zeros(shape)
        outputs[:, : -task.items, task.symbols] = 1
        outputs[:, -task.items :, : task.symbols] = 1 / task.symbols
        return outputs
    if isinstance(task, AnBn):
        end = 2 / (task.most + 1)
        return np.broadcast_to([0, 1 - end, end], shape)
    return np.full(shape, 0.5 if task.output_size == 1 else 1 / task.output_size)


@pytest.mark.parametrize("name", MEMORY)
@pytest.mark.parametrize("length", LENGTHS)
def test_the_baseline_is_what_its_answer_gets(name, length):
    task = make_task(name, length)
    batch = draw(task, 20_000)
    got = loss(task, batch, memoryless(task, batch))
    assert got == pytest.approx(task.baseline.loss, rel=0.03)
    assert not task.solved(score(task, batch, memoryless(task, batch)))


def test_the_stated_baselines():
    stated = {
        "adding": 1 / 6,
        "adding-mean": 1 / 24,
        "order": math.log(4),
        "parity": math.log(2),
        "echo": math.log(2),
        "copy": 10 * math.log(8) / 70,
    }
    assert {n: make_task(n, 50).baseline.loss for n in stated} == pytest.approx(stated)


@pytest.mark.parametrize("name", PUZZLES)
def test_a_seed_is_a_batch(name):
    task = make_task(name, 20, "hello world" * 9)
    one, two, other = draw(task, 5), draw(task, 5), draw(task, 5, seed=1)
    np.testing.assert_array_equal(one.x, two.x)
    np.testing.assert_array_equal(one.targets, two.targets)
    assert name == "hello" or one.x.shape != other.x.shape or (one.x != other.x).any()


def test_adding_marks_one_number_in_each_half():
    batch = draw(make_task("adding", 21))
    marks = batch.x[..., 1]
    assert (marks[:, :10].sum(1) == 1).all() and (marks[:, 10:].sum(1) == 1).all()
    np.testing.assert_allclose(batch.targets[:, -1, 0], (batch.x[..., 0] * marks).sum(1))
    assert set(np.unique(marks.argmax(1))) == set(range(10)), "every place of the half comes up"


def test_copy_memory_is_arjovskys_sequence():
    task = CopyMemory(6)
    batch = draw(task, 3)
    assert batch.steps == 26 and batch.x[:, :10].max() < 8
    np.testing.assert_array_equal(batch.x[0, 10:], [8] * 5 + [9] + [8] * 10)
    np.testing.assert_array_equal(batch.targets[0, :16], [8] * 16)
    np.testing.assert_array_equal(batch.targets[:, 16:], batch.x[:, :10])


def test_temporal_order_has_two_marks_in_their_places():
    task = TemporalOrder(100)
    batch = draw(task, 2000)
    assert (batch.x[:, 0] == 6).all() and (batch.x[:, -1] == 7).all()
    rows, steps = np.nonzero(batch.x < 2)
    assert (np.bincount(rows) == 2).all()
    assert set(steps) == {*range(10, 21), *range(50, 61)}
    assert (np.bincount(batch.targets[:, -1]) > 400).all()
    first, second = batch.x[0][batch.x[0] < 2]
    assert batch.targets[0, -1] == 2 * first + second


def test_anbn_is_the_language():
    task = AnBn(12)
    batch = draw(task, 300)
    for x, targets, n in zip(batch.x, batch.targets, batch.lengths, strict=True):
        word = "".join("ab"[k] for k in x[:n])
        assert word == "a" * (n // 2) + "b" * (n // 2)
        assert "".join("ab."[k] for k in targets[n // 2 : n]) == word[n // 2 + 1 :] + "."
    assert set(batch.lengths) == {2, 4, 6, 8, 10, 12}
    counted = batch.weights > 0
    assert (batch.x[counted] == 1).all() and counted.sum() == batch.lengths.sum() // 2


def test_parity_and_echo_by_hand():
    parity = draw(make_task("parity", 6), 1)
    ones = np.cumsum(parity.x[0, :, 0])
    np.testing.assert_array_equal(parity.targets[0, :, 0], ones % 2)
    assert not parity.weights[0, 0] and (parity.weights[0, 1:] > 0).all()
    echo = DelayedEcho(8, 3)
    batch = draw(echo, 1)
    np.testing.assert_array_equal(batch.targets[0, 3:, 0], batch.x[0, :5, 0])
    assert not batch.weights[0, :3].any() and (batch.weights[0, 3:] > 0).all()


# -- text ------------------------------------------------------------------------------------


def test_hello():
    task = make_task("hello")
    batch = draw(task)
    assert (task.decode(batch.x[0]), task.decode(batch.targets[0])) == ("hell", "ello")
    assert task.baseline.loss == pytest.approx(2 * math.log(2) / 4)
    assert Hello.create(50, "x").text == "hello", "one character has no next one"


def test_next_character_windows():
    text = "".join(chr(ord("a") + k % 26) for k in range(400))
    task = NextCharacter(text, 7)
    batch = draw(task, 50)
    for x, targets in zip(batch.x, batch.targets, strict=True):
        read, right = task.decode(x), task.decode(targets)
        assert read in text and right == text[text.index(read) + 1 :][:7]
    assert task.baseline.loss == pytest.approx(math.log(26), abs=1e-2)


def test_validation_comes_from_the_text_that_is_not_trained_on():
    task = NextCharacter("a" * 900 + "b" * 100, 10)
    rng = np.random.default_rng(0)
    assert task.decode(np.unique(task.batch(rng, 500).targets)) == "a"
    assert task.decode(np.unique(task.batch(rng, 500, "validation").targets)) == "b"


@pytest.mark.parametrize(
    "text", ["ab", "aaaa", "hello", "∂ß🙂 ", "".join(map(chr, range(33, 900)))]
)
def test_any_text_can_be_read(text):
    task = make_task("text", 30, text)
    batch = draw(task, 4)
    assert batch.x.max() < task.input_size <= 256
    assert np.isfinite(task.baseline.loss) and task.baseline.loss >= 0
    assert draw(task, 4).steps == min(30, len(text) - 1)
    assert task.encode("never seen ¤").max() < task.input_size


# -- the interface ---------------------------------------------------------------------------


def test_weights_and_masks():
    lengths = np.array([1, 3])
    np.testing.assert_array_equal(
        last_step(lengths, 3), [[True, False, False], [False, False, True]]
    )
    np.testing.assert_array_equal(inside(lengths, 3), [[True, False, False], [True] * 3])
    assert mean_weights(inside(lengths, 3)).sum() == 1
    assert mean_weights(np.zeros((2, 2), bool)).sum() == 0


def test_a_batch_refuses_shapes_that_do_not_fit():
    x, right, weights = np.zeros((2, 3, 1)), np.zeros((2, 3, 1)), np.ones((2, 3))
    with pytest.raises(ValueError, match="targets: expected 2 sequences of 3 steps"):
        Batch(x, right[:, :2], weights)
    with pytest.raises(ValueError, match="weights"):
        Batch(x, right, weights[:1])
    with pytest.raises(ValueError, match="lengths"):
        Batch(x, right, weights, np.array([3]))
    with pytest.raises(ValueError, match="encoder"):
        Batch(x, right, weights, encoder=Batch.read_only(x[:1]))


def test_tokens_count_no_padding():
    x = np.zeros((2, 3, 1))
    encoder = Batch.read_only(x, np.array([1, 3]))
    assert Batch(x, x, x[..., 0], np.array([2, 2]), encoder).tokens == 8
    assert encoder.tokens == 4 and not encoder.weights.any()


def test_accuracy_of_bits_and_classes():
    accuracy = METRICS["accuracy"].measure
    bits = np.array([[[0.9], [0.2]]])
    assert accuracy(bits, np.array([[[1.0], [1.0]]]), np.array([[1.0, 1.0]])) == 0.5
    assert accuracy(bits, np.array([[[1.0], [1.0]]]), np.array([[3.0, 1.0]])) == 0.75
    classes = one_hot(np.array([[0, 2]]), 3)
    assert accuracy(classes, classes[:, ::-1], np.array([[1.0, 1.0]])) == 0.0


def test_an_unknown_task_is_refused_in_words():
    with pytest.raises(ValueError, match="Unknown task 'x'; choose one of adding"):
        make_task("x")


def test_a_task_without_an_oracle_says_so():
    with pytest.raises(NotImplementedError, match="next character"):
        make_task("text").oracle(draw(make_task("text"), 1))


def test_a_text_is_known_by_its_checksum():
    digest = hashlib.sha256(b"to be").hexdigest()
    assert check_text("to be", digest) == "to be"
    with pytest.raises(ValueError, match="checksum"):
        check_text("to bee", digest)
    with pytest.raises(ValueError, match="checksum"):
        check_text("\ud800", digest)
