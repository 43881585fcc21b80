"""Truncated BPTT against full BPTT: the gradient's angle, its norm, and what is lost.

The way back is cut every so many steps of reading order, counted from the first; the forward pass
is never cut, so a state may still carry what its gradient no longer reaches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.random import Generator

from rnn_core.arrays import Array
from rnn_core.engine.clip import angle_degrees, global_norm
from rnn_core.engine.network import Network
from rnn_core.engine.pace import breathe
from rnn_core.engine.price import network_pass, network_price
from rnn_core.engine.trace import Gradient, Record
from rnn_core.engine.wiring import Pass, run_backward
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, make_cell
from rnn_core.experiment.settings import choice
from rnn_core.tasks import Baseline, Batch, Task
from rnn_core.training.trainer import BATCH_STREAM, Trainer, Training

BACKWARD: Final = 0.7  # of a pass there and back
REST: Final = 0.4e-3  # seconds of an update besides the passes
PASSES: Final = 200  # passes through one layer that all windows together may cost


@dataclass(frozen=True)
class Cut:
    """Reader's settings on the page of truncated BPTT."""

    part: str = choice(
        "all",
        "Compare",
        "Truncation",
        {"all": "all weights", "recurrent": "recurrent weights"},
        help="The readout's gradient is never truncated: in all weights together it hides a part "
        "of what happens to the recurrent ones.",
    )
    # started by a button, not by a control: shown for no value of `part`
    race: str = choice(
        "off",
        "Training",
        "Truncation",
        {"off": "off", "on": "on"},
        help="Train twice.",
        shown={"part": ()},
    )


# -- one gradient, by every window -------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Compared(Record):
    """The truncated gradient of each window against the whole one."""

    windows: Array  # (n,) the last of them cuts nothing
    angles: Array  # (n,) degrees; nan where one of the two has no direction
    ratios: Array  # (n,) norm of the truncated by that of the whole one
    dropped: Array  # (n,) norm of their difference, by that of the whole one


def gradients(done: Run, window: int) -> tuple[Gradient, ...]:
    """BPTT of a run through each of its networks; window 0: the whole."""
    forward = Pass(tuple(s.trace for s in done.stages), tuple(s.loss for s in done.stages), 0.0)
    return run_backward(done.parts, tuple(s.network for s in done.stages), forward, window or None)


def longest(done: Run) -> int:
    """The shortest window that cuts nothing: T, or that of the longer one of two networks."""
    return max(int(stage.x.shape[1]) for stage in done.stages)


def windows(done: Run) -> Array:
    """1..T, or some of them where each costs more."""
    T = longest(done)
    layers = sum(len(stage.trace.layers) for stage in done.stages)
    return np.unique(np.linspace(1, T, max(1, min(T, PASSES // layers))).round().astype(int))


def compare(done: Run, part: str = "all", asked: Sequence[int] | Array | None = None) -> Compared:
    """Every window (or each of those asked for) against the whole gradient.

    `part`: "all" weights together, or the "recurrent" ones, W_hh with its bias and peepholes."""
    full = _together(gradients(done, 0), part)
    size = global_norm(full)
    size = size if 0 < size < math.inf else math.nan
    rows = []
    found = windows(done) if asked is None else np.asarray(asked, int)
    for window in found:
        breathe()
        mine = _together(gradients(done, int(window)), part)
        with np.errstate(all="ignore"):
            rest = global_norm({n: full[n] - g for n, g in mine.items()})
            ratio, lost = np.array([global_norm(mine), rest]) / size
        rows.append((angle_degrees(mine, full), ratio, lost))
    angles, ratios, dropped = np.array(rows, float).T
    return Compared(found, angles, ratios, dropped)


def seconds(done: Run) -> float:
    """About how long `compare` takes for every window, on one core."""
    one = (network_price(stage.network, stage.x.shape[1], 1) for stage in done.stages)
    return BACKWARD * len(windows(done)) * sum(price.seconds for price in one)


def _together(found: Sequence[Gradient], part: str) -> dict[str, Array]:
    """Every weight's gradient in one vector; the recurrent ones only on request."""
    arrays = [
        array.ravel()
        for gradient in found
        for name, array in gradient.weights.items()
        if part == "all" or name.startswith(("weight_hh", "bias_hh", "weight_ph"))
    ]
    return {part: np.concatenate(arrays)}


def uncut(e: Experiment) -> Experiment:
    """The same experiment, its window put aside: the forward pass does not know it."""
    return replace(e, window=0, clip="off")


# -- a clue that the window hides --------------------------------------------------------------


@dataclass(frozen=True)
class FirstSymbol(Task):
    """Tell the first symbol after the last: between the two, nothing but distractors."""

    length: int = 20
    symbols: ClassVar[str] = "ABcd"  # A or B stands first, c and d distract
    label: ClassVar[str] = "first symbol"
    help: ClassVar[str] = "A or B, then random c and d; after the last step: was it A or B?"
    goal: ClassVar[float] = 0.99

    @classmethod
    def create(cls, length: int, text: str) -> Self:
        return cls(max(2, length))

    @property
    def input_size(self) -> int:
        return len(self.symbols)

    @property
    def output_size(self) -> int:
        return 2

    @property
    def baseline(self) -> Baseline:
        return Baseline(math.log(2), "ln 2", "guessing one of two classes")

    def batch(self, rng: Generator, size: int, split: str = "train") -> Batch:
        x = rng.integers(2, 4, (size, self.length))
        x[:, 0] = rng.integers(0, 2, size)
        weights = np.zeros(x.shape)
        weights[:, -1] = 1 / size
        return Batch(x, self._answer(x), weights)

    def _answer(self, x: Array) -> Array:
        answers = np.zeros_like(x)
        answers[:, -1] = x[:, 0]
        return answers

    def oracle(self, batch: Batch) -> Array:
        return self._answer(batch.x)


TASK: Final = FirstSymbol()
WINDOW: Final = 5  # where the reader has none that cuts
UPDATES: Final = 400
SLICE: Final = 20  # updates in a slice
SLICES: Final = UPDATES // SLICE
STARTS: Final[Mapping[str, Mapping[str, Any]]] = {  # starts from which the whole gradient learns it
    "rnn": {"init": "orthogonal", "rate": 0.005},
    "gru": {"update_bias": 0.5},
    "lstm": {"forget_bias": 1.0},
}


def training(cell: str, seed: int, window: int) -> Training:
    """A short training run on the first symbol; window 0: full BPTT."""
    lesson = {"updates": UPDATES, "rate": 0.01, "validate": 0, "watch": 0, "hidden": 16}
    start = STARTS.get(cell, {})
    return Training(**{**lesson, **start, "cell": cell, "seed": seed, "window": window})


def hiding(window: int) -> int:
    """The reader's window if it hides the first symbol, else one that does."""
    return window if 0 < window < TASK.length else WINDOW


def clue_gradient(network: Network, batch: Batch, window: int) -> Array:
    """(T,) norm of dL/dx_t over all sequences of a batch, which is read by forward layers."""
    trace = network.forward(batch.inputs(network.input_size))
    answers = batch.answers(network.output_size)
    dlogits = batch.weights[..., None] * network.head.dlogits(trace.logits, answers)
    found = network.backward(trace, dlogits, window=window or None).layers[0].x
    return np.sqrt(np.square(found).sum((0, 2)))


def first_clues(cell: str, seed: int, window: int) -> tuple[Array, Array]:
    """(T,) each: norms of dL/dx_t of the two trainings' first batch, before any update."""
    trainer = Trainer(training(cell, seed, 0), TASK)
    batch = TASK.batch(np.random.default_rng([seed, BATCH_STREAM]), trainer.settings.batch)
    full, cut = (clue_gradient(trainer.network, batch, w) for w in (0, window))
    return full, cut


@dataclass(frozen=True, eq=False, repr=False)
class Slice(Record):
    """Some updates of both runs, from the same weights, on the same batches."""

    first: int  # update, from 1
    full: Array
    truncated: Array


def race_seconds(cell: str) -> float:
    """About how long `race` takes, on one core."""
    s = training(cell, 0, 0)
    made = make_cell(Experiment(cell=cell))
    update = network_pass(made, T=TASK.length, B=s.batch, D=4, H=s.hidden, outputs=2)
    return 2 * UPDATES * (update.seconds + REST)


def race(cell: str, seed: int, window: int) -> Iterator[Slice]:
    """Two runs side by side: they differ in the window only."""
    runs = [Trainer(training(cell, seed, w), TASK) for w in (0, window)]
    for k in range(SLICES):
        losses = [np.array([_loss(run) for _ in range(SLICE)]) for run in runs]
        yield Slice(k * SLICE + 1, *losses)


def _loss(run: Trainer) -> float:
    """Of one more update."""
    breathe()
    return run.step().loss
