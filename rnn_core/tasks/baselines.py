"""Baselines of the applications: models without a memory, computed on the same data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.pace import breathe
from rnn_core.engine.readout import softmax
from rnn_core.tasks.task import Batch

ROUNDS = 20  # of Newton's method, at most
CLOSE = 1e-10  # the step after which there is nothing left to gain
SHRINK = 1e-4  # weight decay; it also makes the minimum one point


@dataclass(frozen=True, eq=False)
class Bag:
    """Logistic regression on a bag of words: which words occur, how often, in whatever order."""

    weight: Array  # (D, O)
    bias: Array  # (O,)

    def answers(self, batch: Batch) -> Array:
        """(B,) the class of each sequence."""
        return np.asarray((counts(batch, len(self.weight)) @ self.weight + self.bias).argmax(1))

    def accuracy(self, batch: Batch) -> float:
        """Share of sequences answered rightly."""
        return float((self.answers(batch) == final_targets(batch)).mean())


def bag_of_words(batch: Batch, inputs: int, classes: int) -> Bag:
    """Fit by Newton's method on the mean cross-entropy; the problem has one minimum."""
    x, right = counts(batch, inputs), np.eye(classes)[final_targets(batch)]
    x = np.hstack((x, np.ones((len(x), 1))))  # the last row of the weights is the bias
    weight = np.zeros((inputs + 1, classes))
    for _ in range(ROUNDS):
        breathe()
        p = softmax(x @ weight)
        slope = x.T @ (p - right) / len(x) + SHRINK * weight
        step = np.linalg.solve(_curvature(x, p), slope.T.ravel())
        weight -= step.reshape(classes, -1).T
        if np.abs(step).max() < CLOSE:
            break
    return Bag(weight[:-1], weight[-1])


def _curvature(x: Array, p: Array) -> Array:
    """(O*D, O*D) second derivatives of the mean cross-entropy with weight decay, class by class."""
    classes = p.shape[1]
    blocks = [
        [x.T @ (x * (p[:, a] * ((a == b) - p[:, b]))[:, None]) / len(x) for b in range(classes)]
        for a in range(classes)
    ]
    return np.asarray(np.block(blocks) + SHRINK * np.eye(classes * x.shape[1]))


def counts(batch: Batch, inputs: int) -> Array:
    """(B, D) how often each input occurs in each sequence; the order is gone."""
    found = np.zeros((len(batch), inputs))
    for row, codes, length in zip(found, batch.x, _lengths(batch), strict=True):
        breathe()
        np.add.at(row, codes[:length], 1.0)
    return found


def final_targets(batch: Batch) -> Array:
    """(B,) the class asked for at the last step of each sequence."""
    return np.asarray(batch.targets[np.arange(len(batch)), _lengths(batch) - 1])


def majority(train: Batch, test: Batch, classes: int) -> float:
    """Accuracy of always answering the most frequent class of the training data."""
    often = np.bincount(train.targets[train.weights > 0], minlength=classes).argmax()
    return float((test.targets[test.weights > 0] == often).mean())


def usual_answer(train: Batch, test: Batch, inputs: int, classes: int) -> float:
    """Accuracy of answering, for each word, what training most often answered to that word."""
    table = np.zeros((inputs, classes))
    seen = train.weights > 0
    np.add.at(table, (train.x[seen], train.targets[seen]), 1.0)
    asked = test.weights > 0
    return float((table.argmax(1)[test.x[asked]] == test.targets[asked]).mean())


def shuffled(batch: Batch, rng: np.random.Generator) -> Batch:
    """The same sequences with their time axis shuffled: a bag holds the same words as before.

    Only for batches whose one answer belongs to the whole sequence.
    """
    x = batch.x.copy()
    for row, length in zip(x, _lengths(batch), strict=True):
        row[:length] = rng.permutation(row[:length])
    return Batch(x, batch.targets, batch.weights, batch.lengths)


def _lengths(batch: Batch) -> Array:
    return np.full(len(batch), batch.steps) if batch.lengths is None else batch.lengths
