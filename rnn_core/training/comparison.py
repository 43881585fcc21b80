"""Training runs side by side: the same seed, task and draws, one setting apart.

A `Comparison` keeps its trainers in step: whoever has made the fewest updates goes next, so that
curves can be compared at every moment, also of a comparison that is not over.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from rnn_core.analysis.gradient_check import Check, differences, of_all
from rnn_core.arrays import Array
from rnn_core.engine.cells import CELLS
from rnn_core.engine.initialise import spectral_radius
from rnn_core.engine.pace import breathe
from rnn_core.engine.pieces import Pieces, finished
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.settings import choice, number
from rnn_core.tasks import Task
from rnn_core.training.objective import Objective
from rnn_core.training.trainer import LESSON, Lesson, Trainer, Training, Update, training_of

# What may be set side by side -> the words of each run, and what it changes.
RIVALRIES: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "cell": {kind.__name__: {"cell": name} for name, kind in CELLS.items()},
    "clip": {"no clipping": {"clip": "off"}, "clipped by norm": {"clip": "norm"}},
    "optimiser": {
        "SGD": {"optimiser": "sgd"},
        "RMSprop": {"optimiser": "rmsprop"},
        "Adam": {"optimiser": "adam"},
    },
    "init": {
        "PyTorch's start": {"init": "pytorch"},
        "Keras's start": {"init": "keras"},
        "orthogonal start": {"init": "orthogonal"},
    },
    "window": {"full BPTT": {"window": 0}, "truncated, window 10": {"window": 10}},
}


@dataclass(frozen=True)
class Plan(Lesson):
    """A lesson, and what is trained beside it."""

    versus: str = choice(
        "off",
        "Side by side",
        LESSON,
        {
            "off": "one run",
            "cell": "RNN, GRU, LSTM",
            "clip": "without and with clipping",
            "optimiser": "SGD, RMSprop, Adam",
            "init": "three starting weights",
            "window": "full and truncated BPTT",
        },
        help="Runs that differ in this one setting and share seed and data.",
    )
    reads: str = choice(
        "typed",
        "Text to learn",
        LESSON,
        {
            "typed": "your text",
            "file": "a file of yours",
            "source": "Python's source",
            "documentation": "Python's documentation",
            "plays": "Shakespeare's plays",
        },
        shown={"task": ("text",)},
        help="Python's own texts come from the interpreter that runs this app; the plays are "
        "fetched by your browser if you ask for them.",
    )
    temperature: float = number(
        0.5,
        "Temperature",
        LESSON,
        0.0,
        2.0,
        0.1,
        shown={"task": ("hello", "text")},
        help="Of the writing: 0 always takes the likeliest character, more makes it bolder.",
    )


def entries(experiment: Experiment, plan: Plan) -> dict[str, Training]:
    """The settings of every run, by its words; a single run is called by its cell."""
    settings = training_of(experiment, plan)
    if plan.versus == "off":
        return {settings.cell.upper(): settings}
    rivals = RIVALRIES[plan.versus].items()
    return {words: replace(settings, **changes) for words, changes in rivals}


class Comparison:
    """Trainers that go on together."""

    def __init__(self, runs: Mapping[str, Training], task: Task | None = None):
        self.settings = dict(runs)
        self.trainers = {words: Trainer(settings, task) for words, settings in runs.items()}
        self.radii: dict[str, list[tuple[int, float]]] = {words: [] for words in runs}
        self.seconds = 0.0  # spent training

    @property
    def done(self) -> bool:
        """Whether every run has come to its end."""
        return all(trainer.done for trainer in self.trainers.values())

    @property
    def made(self) -> int:
        """Updates of all runs together."""
        return sum(trainer.update for trainer in self.trainers.values())

    @property
    def planned(self) -> int:
        """Updates of all runs together, at the end; a run that stopped early has made all of its
        own."""
        return sum(t.update if t.stopped else t.settings.updates for t in self.trainers.values())

    @property
    def seconds_left(self) -> float:
        """At the pace so far; nan before the first update."""
        return self.seconds / self.made * (self.planned - self.made) if self.made else float("nan")

    @property
    def underway(self) -> bool:
        """Whether an update has been begun and not ended."""
        return any(trainer.underway for trainer in self.trainers.values())

    def go_on(self) -> bool:
        """A piece of an update of the run that is furthest behind; whether it was the last one."""
        words, trainer = min(
            ((w, t) for w, t in self.trainers.items() if not t.done),
            key=lambda pair: pair[1].update,
        )
        made = trainer.go_on()
        if made is not None and made.steps is not None:
            self.radii[words].append((made.update, radius(trainer)))
        return made is not None

    def step(self) -> None:
        """One update, whole."""
        while not self.go_on():
            pass

    @property
    def slowest(self) -> float:
        """Seconds that the slowest run's update will take, as far as can be foretold."""
        return max(trainer.seconds for trainer in self.trainers.values())

    def advance(self, milliseconds: float, most: int | None = None) -> int:
        """Work for so long, but for a piece at least; how many updates were ended, at most `most`.

        What would last as long as the piece before it and so end too late is not begun."""
        start = now = time.perf_counter()
        end, ended = start + milliseconds / 1000, 0
        while not self.done and (most is None or ended < most):
            ended += self.go_on()
            breathe()
            before, now = now, time.perf_counter()
            if 2 * now - before >= end:
                break
        self.seconds += now - start
        return ended


def radius(trainer: Trainer) -> float:
    """The largest spectral radius among the gates' recurrent matrices of the last network's first
    layer; inf where a weight overflowed."""
    weight = trainer.network.layers[0].weight_hh
    if not np.isfinite(weight).all():
        return float("inf")
    H = weight.shape[1]
    return max(spectral_radius(weight[k : k + H]) for k in range(0, len(weight), H))


# -- what a comparison has left behind ----------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Course:
    """One run so far.  K updates were made; `watched` of them recorded their step norms."""

    words: str
    cell: str
    losses: Array  # (K,) of each batch, before its update
    norms: Array  # (K,) before clipping
    clipped: Array  # (K,) whether clipping changed the gradient
    validated: Array  # (N, 3) update, loss on sequences kept apart, the task's metric on them
    watched: Array  # (W,) updates
    steps: Array  # (W, T+1) norm of the total dL/dh_t of the top layer, boundaries 0..T
    radii: Array  # (W',) largest spectral radius of the recurrent matrices after those updates
    stopped: str

    @property
    def updates(self) -> Array:
        """(K,) from 1."""
        return np.arange(1, len(self.losses) + 1)


def course(comparison: Comparison, words: str) -> Course:
    """The record of one run."""
    trainer = comparison.trainers[words]
    made = trainer.history
    seen = [u for u in made if u.steps is not None and len(u.steps["h"]) == _boundaries(made)]
    kept = [(u.update, u.validation, u.score) for u in made if u.validation is not None]
    return Course(
        words,
        trainer.settings.cell,
        np.array([u.loss for u in made]),
        np.array([u.norm_before for u in made]),
        np.array([u.norm_after != u.norm_before for u in made], bool),
        np.array(kept, float).reshape(-1, 3),
        np.array([u.update for u in seen], int),
        np.array([u.steps["h"] for u in seen if u.steps is not None]),
        np.array(comparison.radii[words], float).reshape(-1, 2),
        trainer.stopped,
    )


def _boundaries(made: Sequence[Update]) -> int:
    """T + 1 of the longest batch recorded; shorter ones are left out of the heatmap."""
    return max((len(u.steps["h"]) for u in made if u.steps is not None), default=0)


def check(trainer: Trainer) -> Check:
    """`check_in_pieces`, without a rest."""
    return finished(check_in_pieces(trainer))


def check_in_pieces(trainer: Trainer) -> Pieces[Check]:
    """BPTT against central differences, on a batch kept apart, with the weights as they stand.

    Full BPTT in float64, whatever the training does: a truncated or rounded gradient is not meant
    to be the slope of the loss to nine digits.
    """
    wide = [
        n.load_state_dict({k: w.astype(float) for k, w in n.weights.items()})
        for n in trainer.networks
    ]
    objective, batch = (
        Objective(wide),
        trainer.task.batch(np.random.default_rng(1), 4, "validation"),
    )
    batch = batch.part(objective.pieces(batch)[0])  # as many sequences as one piece holds
    w = objective.start.copy()
    v = np.random.default_rng(trainer.settings.seed).standard_normal(w.shape)
    v /= np.linalg.norm(v)
    loss, g = yield from objective.gradient_in_pieces(w, batch)
    slope = float(g @ v)
    if not (np.isfinite(loss) and np.isfinite(slope)):
        words = "Not checked: this network overflows, and infinity has no difference quotient."
        return Check(float("nan"), w.size, False, words)

    def moved(h: float) -> Pieces[float]:
        yield
        return (yield from objective.loss_in_pieces(w + h * v, batch))

    found = yield from differences(moved, slope, loss)
    return found.check(of_all(w.size), w.size)
