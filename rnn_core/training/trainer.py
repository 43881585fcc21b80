"""Training: settings in, one `Update` after another out.

>>> trainer = Trainer(Training(task="hello", cell="rnn", rate=0.05, updates=100))
>>> for update in trainer.updates():          # or trainer.advance(50): 50 milliseconds' worth
...     print(update.update, update.loss, update.norm_before)
>>> network = trainer.network                 # a `Network` like any other, to look inside

No thread: `updates` is a generator, and whoever wants pictures in between stops asking for a
moment.  Equal settings give equal numbers; a checkpoint taken anywhere goes on to the same ones.
Where the loss or the gradient is no longer a finite number, training stops, says so, and keeps the
last weights whose loss and gradient were finite.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.network import Network
from rnn_core.engine.pieces import Pieces, finished
from rnn_core.experiment.experiment import SETTINGS as EXPERIMENT
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import draw_network
from rnn_core.experiment.settings import choice, levels, number, settings_of, whole
from rnn_core.tasks import TASKS, Batch, Task, make_task
from rnn_core.training.objective import Objective
from rnn_core.training.optimisers import OPTIMISERS, SCHEDULES, Memory, clip_vector, take_step
from rnn_core.training.stack import Drop

LESSON: Final = "Training"
BATCH_STREAM, VALIDATION_STREAM, DROPOUT_STREAM = 11, 12, 13  # apart from the weights' draws
VALIDATION_SEQUENCES: Final = 64
RATES: Final = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Lesson:
    """The settings of training that `Experiment` does not have: what a page adds of its own."""

    task: str = choice(
        "adding",
        "Task",
        LESSON,
        {name: task.label for name, task in TASKS.items()},
        help="What the network is to learn; each task's baseline is what it gets without memory.",
    )
    length: int = whole(
        50,
        "Task length T",
        LESSON,
        2,
        500,
        shown={"task": tuple(name for name in TASKS if name != "hello")},
        help="How far back the task reaches; its definition says what is counted.",
    )
    optimiser: str = choice(
        "adam",
        "Optimiser",
        LESSON,
        {name: optimiser.label for name, optimiser in OPTIMISERS.items()},
        help="What is done with a gradient.",
    )
    rate: float = levels(0.005, "Learning rate", LESSON, RATES, help="How far a step goes.")
    schedule: str = choice(
        "constant",
        "Learning-rate schedule",
        LESSON,
        {name: schedule.label for name, schedule in SCHEDULES.items()},
        help="What becomes of the learning rate over all updates.",
    )
    batch: int = whole(32, "Batch size B", LESSON, 1, 256, help="Sequences in one update.")
    updates: int = whole(500, "Updates", LESSON, 1, 9999, help="Training stops after as many.")
    dropout: float = number(
        0.0,
        "Dropout",
        LESSON,
        0.0,
        0.9,
        0.05,
        help="Share of the hidden states that are set to 0 on their way to the next layer; after "
        "the last layer nothing is dropped.",
    )
    dtype: str = choice(
        "float64",
        "Precision",
        LESSON,
        {"float64": "float64", "float32": "float32"},
        help="float32 is faster; float64 shows small gradients truly.",
    )
    validate: int = whole(
        25, "Validate every", LESSON, 0, 1000, help="As many updates; 0: never. Fresh sequences."
    )
    patience: int = whole(
        0,
        "Early stopping: patience",
        LESSON,
        0,
        100,
        help="Stops after as many validations without a lower loss, and goes back to the weights "
        "of the lowest; 0: never.",
    )
    watch: int = whole(
        10,
        "Step norms every",
        LESSON,
        0,
        1000,
        help="Every so many updates the norms of ∂L/∂h at every step are recorded; 0: never.",
    )

    def __post_init__(self) -> None:
        for name, setting in settings_of(type(self)).items():
            setting.check(getattr(self, name))


def _shared(name: str, **changes: Any) -> Any:
    """The setting of `Experiment`, but for some changes; training has no wiring and no source."""
    setting = EXPERIMENT[name]
    shown = tuple(need for need in setting.shown if need[0] not in ("wiring", "source"))
    setting = replace(setting, shown=shown, **changes)
    return field(default=setting.default, metadata={"setting": setting})


@dataclass(frozen=True)
class Training(Lesson):
    """Everything that decides a training run; the added fields are settings of `Experiment`."""

    text: str = _shared("text", help="What the text tasks read.")
    cell: str = _shared("cell")
    hidden: int = _shared("hidden", default=32, high=256)
    layers: int = _shared("layers")
    direction: str = _shared("direction")
    activation: str = _shared("activation")
    reset: str = _shared("reset")
    update: str = _shared("update")
    lstm: str = _shared("lstm")
    seed: int = _shared("seed", help="Of the weights and of the data.")
    scale: float = _shared("scale")
    init: str = _shared("init")
    gain: float = _shared("gain")
    forget_bias: float = _shared("forget_bias")
    update_bias: float = _shared("update_bias")
    forcing: str = _shared("forcing")
    window: int = _shared("window", high=500)
    clip: str = _shared(
        "clip", help="Before the optimiser gets the gradient. BPTT itself is never clipped."
    )
    threshold: float = _shared("threshold")


# The fields that a training run shares with an experiment.
SHARED: Final = frozenset(f.name for f in fields(Training)) - {f.name for f in fields(Lesson)}


def training_of(experiment: Experiment, lesson: Lesson, **changes: Any) -> Training:
    """The network and gradient settings of an experiment, and a lesson."""
    own = {f.name: getattr(lesson, f.name) for f in fields(Lesson)}
    return Training(**{**own, **{n: getattr(experiment, n) for n in SHARED}, **changes})


# -- records ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Update:
    """One update; the norms are of all weights' gradients together.

    `loss` is the batch's, before the update.  `steps`: norms of the *total* dL/dh_t (and dL/dc_t)
    of the top layer at the boundaries 0..T of this batch, now and then.
    """

    update: int  # from 1
    loss: float
    norm_before: float  # before clipping
    norm_after: float  # after it
    rate: float
    tokens: int  # steps read so far
    validation: float | None = None  # loss after this update, on sequences kept apart
    score: float | None = None  # the task's metric on the same
    steps: Mapping[str, Array] | None = None  # (T+1,) each


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything needed to go on to the same numbers."""

    settings: Training
    update: int
    tokens: int
    weights: Array  # (N,) as packed
    previous: Array  # before the last update: what remains if these prove to have diverged
    memory: Memory  # the optimiser's
    streams: Mapping[str, Any]  # the generators' states
    lowest: float  # lowest validation loss so far
    lowest_weights: Array
    waited: int  # validations since then
    stopped: str
    history: tuple[Update, ...]


# -- the network at its start ------------------------------------------------------------------


def make_networks(s: Training, task: Task) -> tuple[Network, ...]:
    """The network, or encoder and decoder, with the weights that `run` would draw."""
    rng, shapes = np.random.default_rng(s.seed), [(task.input_size, task.output_size)]
    if task.encoder_size:
        shapes.insert(0, (task.encoder_size, 0))
    drawn = [draw_network(s, D, out, task.readout, rng) for D, out in shapes]
    return tuple(
        n.load_state_dict({name: w.astype(s.dtype) for name, w in n.weights.items()}) for n in drawn
    )


# -- training ----------------------------------------------------------------------------------


class Trainer:
    """A training run: advance it, look at it, take a checkpoint, go on."""

    def __init__(self, settings: Training, task: Task | None = None):
        """`task`: any task; without it the one that the settings name."""
        self.settings = settings
        self.task = task or make_task(settings.task, settings.length, settings.text)
        self.notes = self._check()
        self.objective = Objective(make_networks(settings, self.task))
        self.optimiser, self.schedule = OPTIMISERS[settings.optimiser], SCHEDULES[settings.schedule]
        self.update, self.tokens, self.stopped = 0, 0, ""
        self.history: list[Update] = []
        self._w, self._lowest_w = self.objective.start.copy(), self.objective.start
        self._good = self._w.copy()
        self._memory = dict(self.optimiser.start(self._w))
        self._lowest, self._waited = math.inf, 0
        self._streams = {
            "batch": np.random.default_rng([settings.seed, BATCH_STREAM]),
            "dropout": np.random.default_rng([settings.seed, DROPOUT_STREAM]),
        }
        self._drop = Drop(settings.dropout, self._streams["dropout"]) if settings.dropout else None
        self._held_out: list[Batch] = []
        self._now: Pieces[Update] | None = None  # the update under way
        self._began = self._states()  # the generators' states when it was begun
        self._point: Checkpoint | None = None  # its beginning, once the weights have moved on

    def _check(self) -> tuple[str, ...]:
        """Notes on what cannot be done as it was asked; a `ValueError` where nothing can."""
        s, task = self.settings, self.task
        self._free = s.forcing == "free" and task.output_size == task.input_size
        if (self._free or task.encoder_size) and s.direction != "forward":
            raise ValueError("What is written step by step is written forward: set the direction.")
        if s.forcing == "free" and not self._free:
            return ("The outputs cannot be read as inputs here: the right answers are read.",)
        return ()

    # -- going on --------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether there is nothing more to do."""
        return bool(self.stopped) or (self.update >= self.settings.updates and not self.underway)

    @property
    def underway(self) -> bool:
        """Whether an update has been begun and not ended."""
        return self._now is not None

    @cached_property
    def seconds(self) -> float:
        """Expected time of one update; validation apart."""
        batch = self.task.batch(np.random.default_rng(0), self.settings.batch)
        return self.objective.seconds(batch, self._free)

    def updates(self) -> Iterator[Update]:
        """One update after another until the last, or until training stops by itself."""
        while not self.done:
            yield self.step()

    def advance(self, milliseconds: float, most: int | None = None) -> tuple[Update, ...]:
        """Work for so long and a piece more; the updates that were ended, not more than `most`."""
        end = time.perf_counter() + milliseconds / 1000
        made: list[Update] = []
        while not self.done and (most is None or len(made) < most):
            update = self.go_on()
            made += [update] if update else []
            if time.perf_counter() >= end:
                break
        return tuple(made)

    def step(self) -> Update:
        """One update, whole: a batch, its gradient, clipping, the optimiser."""
        while (made := self.go_on()) is None:
            pass
        return made

    def go_on(self) -> Update | None:
        """A piece of an update; the update, if that was its last.

        Small updates are one piece.  Whoever asks may leave for good at any time: a checkpoint
        taken within an update is the one of its beginning."""
        if self._now is None:
            self._now, self._began = self._update(), self._states()
        try:
            next(self._now)
        except StopIteration as end:
            made: Update = end.value
        except BaseException:
            self._drop_update()
            raise
        else:
            return None
        self._now = self._point = None
        return made

    def _update(self) -> Pieces[Update]:
        s = self.settings
        batch = self.task.batch(self._streams["batch"], s.batch)
        watch = bool(s.watch) and self.update % s.watch == 0
        loss, g = yield from self.objective.gradient_in_pieces(
            self._w, batch, window=s.window or None, drop=self._drop, free=self._free, watch=watch
        )
        number, rate = self.update + 1, s.rate * self.schedule.factor(self.update / s.updates)
        with np.errstate(all="ignore"):
            before, after = clip_vector(g, s.clip, s.threshold)
        made = Update(number, loss, before, after, rate, self.tokens + batch.tokens)
        validate = bool(s.validate) and (number % s.validate == 0 or number == s.updates)
        if not (math.isfinite(loss) and math.isfinite(before)):
            self.update, self.tokens = number, made.tokens
            return self._diverged(made)
        self._point = self.checkpoint() if validate else None  # the weights will have moved on
        self.update, self.tokens = number, made.tokens
        self._take(g, rate)
        made = self._keep(replace(made, steps=self.objective.norms()) if watch else made)
        if validate:
            made = self.history[-1] = yield from self._validated(made)
        return made

    def _take(self, g: Array, rate: float) -> None:
        """The buffer of the weights before the last ones takes the new ones."""
        before, after = self._w, self._good
        with np.errstate(all="ignore"):
            take_step(self.optimiser, before, g, self._memory, rate, after)
        self._w, self._good = after, before

    def _keep(self, made: Update) -> Update:
        self.history.append(made)
        return made

    def _diverged(self, made: Update) -> Update:
        """A loss that is no number: back to the weights before; a gradient: stay where it was."""
        what = "gradient" if math.isfinite(made.loss) else "loss"
        if what == "loss":
            self._w = self._good.copy()
        self.stopped = (
            f"Diverged: the {what} of update {made.update} is {_spell(made, what)}. The last "
            "weights with a finite loss are kept. A smaller learning rate or clipping may help."
        )
        return self._keep(made)

    def _validated(self, made: Update) -> Pieces[Update]:
        """With the loss on sequences kept apart."""
        loss, score = yield from self._evaluated()
        self._judge(loss)
        return replace(made, validation=loss, score=score)

    def _judge(self, loss: float) -> None:
        """Keep the best weights; stop when patience ends."""
        if loss < self._lowest:
            self._lowest, self._lowest_w, self._waited = loss, self._w.copy(), 0
            return
        self._waited += 1
        if self.settings.patience and self._waited >= self.settings.patience:
            self._restart(self._lowest_w)
            self.stopped = (
                f"Stopped early: no lower validation loss than {self._lowest:.4g} in "
                f"{self._waited} validations. The weights of the lowest one are back."
            )

    # -- looking ---------------------------------------------------------------------------

    @property
    def networks(self) -> tuple[Network, ...]:
        """The network, or encoder and decoder, as they stand."""
        return self.objective.made(self._w)

    @property
    def network(self) -> Network:
        """The network, or the decoder."""
        return self.networks[-1]

    @property
    def weights(self) -> dict[str, Array]:
        """All weights by PyTorch's names, behind "encoder." and "decoder." where there are two."""
        return self.objective.packing.named(self._w)

    @property
    def best(self) -> tuple[Network, ...]:
        """The networks with the lowest validation loss so far."""
        return self.objective.made(self._lowest_w if math.isfinite(self._lowest) else self._w)

    def load(self, weights: Mapping[str, Array]) -> None:
        """Go on from these weights, by the names that `weights` has."""
        w = self.objective.packing.from_named(weights, self.objective.dtype)
        self._drop_update()
        self._restart(w)

    def _drop_update(self) -> None:
        """Forget the update under way, but for weights that have moved on."""
        if self._now is not None and self._point is None:
            self._set_states(self._began)
        self._now = self._point = None

    def _restart(self, w: Array) -> None:
        self._w, self._good = w.copy(), w.copy()

    def evaluate(self) -> tuple[float, float]:
        """Loss and metric on sequences kept apart: always the same ones."""
        return finished(self._evaluated())

    def _evaluated(self) -> Pieces[tuple[float, float]]:
        if not self._held_out:
            self._held_out = self._draw_held_out()
        found = []
        for k, batch in enumerate(self._held_out):
            if k:
                yield
            pieces = self.objective.evaluate_in_pieces(self._w, batch, self.task.metric)
            found.append((yield from pieces))
        with np.errstate(all="ignore"):
            loss, score = np.mean(found, axis=0)
        return float(loss), float(score)

    def _draw_held_out(self) -> list[Batch]:
        """Batches of the training size, so that they share its buffers."""
        s = self.settings
        rng = np.random.default_rng([s.seed, VALIDATION_STREAM])
        count = -(-VALIDATION_SEQUENCES // s.batch)
        batches = [self.task.batch(rng, s.batch, "validation") for _ in range(count)]
        return batches[:1] if batches[-1] is batches[0] else batches

    # -- checkpoints -----------------------------------------------------------------------

    def _states(self) -> dict[str, Any]:
        return {name: rng.bit_generator.state for name, rng in self._streams.items()}

    def _set_states(self, states: Mapping[str, Any]) -> None:
        for name, rng in self._streams.items():
            rng.bit_generator.state = states[name]

    def checkpoint(self) -> Checkpoint:
        """Everything needed to go on to the same numbers; of an update under way its beginning."""
        if self._point is not None:
            return self._point
        return Checkpoint(
            settings=self.settings,
            update=self.update,
            tokens=self.tokens,
            weights=self._w.copy(),
            previous=self._good.copy(),
            memory=_copied(self._memory),
            streams=self._states() if self._now is None else self._began,
            lowest=self._lowest,
            lowest_weights=self._lowest_w,
            waited=self._waited,
            stopped=self.stopped,
            history=tuple(self.history),
        )

    @classmethod
    def resume(cls, checkpoint: Checkpoint, task: Task | None = None) -> Trainer:
        """A trainer that goes on where the checkpoint was taken, on the same task."""
        trainer, c = cls(checkpoint.settings, task), checkpoint
        trainer._check_fits(c)
        trainer.update, trainer.tokens, trainer.stopped = c.update, c.tokens, c.stopped
        trainer._w, trainer._good = c.weights.copy(), c.previous.copy()
        trainer._memory, trainer.history = _copied(c.memory), list(c.history)
        trainer._lowest, trainer._lowest_w, trainer._waited = c.lowest, c.lowest_weights, c.waited
        try:
            trainer._set_states(c.streams)
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            raise ValueError(
                "Expected the generators' states, but got something else."
            ) from problem
        return trainer

    def _check_fits(self, c: Checkpoint) -> None:
        """Refuse what was taken from another network or optimiser."""
        start = {name: np.asarray(value) for name, value in self._memory.items()}
        three = ("weights", "previous", "lowest_weights")
        expected = {**dict.fromkeys(three, self._w), **start}
        found = {**{name: getattr(c, name) for name in three}, **c.memory}
        for name, array in expected.items():
            got = np.asarray(found.get(name))
            if got.shape != array.shape or got.dtype.kind != array.dtype.kind:
                raise ValueError(
                    f"{name}: expected {array.size} numbers for this network and optimiser, but "
                    f"the checkpoint has {got.size}. Resume it on the task it was taken from."
                )
            if array.ndim and got.dtype != array.dtype:
                raise ValueError(f"{name}: expected {array.dtype}, got {got.dtype}.")


def _copied(memory: Memory) -> dict[str, Any]:
    return {name: np.copy(a) if isinstance(a, np.ndarray) else a for name, a in memory.items()}


def _spell(made: Update, what: str) -> str:
    value = made.loss if what == "loss" else made.norm_before
    return "not a number" if math.isnan(value) else "infinite"
