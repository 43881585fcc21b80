"""The story of the first page: five acts, what can be set in each, and what their pictures measure.

1. It reads: a trained network finishes the reader's text, with one cell.
2. It must remember: a clue many words before the answer.
3. Blame travels back: the gradient over fifty steps, for a whole range of recurrent weights.
4. Clipping: the length of one update, before and after, and a step on a cliff.
5. Gates: a forget gate held at a value, and what then travels back along the cell state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.analysis.held_gate import Hold, hold_gate
from rnn_core.arrays import Array
from rnn_core.engine.clip import Clipped
from rnn_core.engine.pace import breathe
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, run
from rnn_core.experiment.settings import choice, levels, number, words
from rnn_core.studies.cliff import Cliff, Path, descend, slope

GROUP: Final = "The story"
ACTS: Final = {
    "1": "It reads",
    "2": "It must remember",
    "3": "Blame travels back",
    "4": "Clipping",
    "5": "Gates",
}
GAPS: Final = (0, 1, 2, 4, 7, 10, 15, 20, 30, 40, 50, 70, 100)  # words
VANISHES, EXPLODES = -2.0, 2.0  # log10 of what is left of a gradient: beyond is one or the other
THRESHOLD: Final = 5.0  # of the clipping in act 4
ON, OFF, FREE, HELD, GATE, RACE = "on", "off", "free", "held", "gate", "race"

LONG: Final = Experiment(cell="rnn", steps=50, hidden=32)  # "hello" ten times, loss at the end
STARTS: Final = {
    "exploding": replace(LONG, init="gaussian", gain=3.0),
    "vanishing": LONG,
}
# A cliff on the way of a descent, and a plain beside it: the landscape of `rnn_core.studies.cliff`.
CLIFFS: Final = {"exploding": Cliff(), "vanishing": Cliff(w0=7.5, b0=-1.2)}


@dataclass(frozen=True)
class Story:
    """The act that is shown, and the few values that its reader can move."""

    act: str = choice("1", "Act", GROUP, ACTS, help="Which of the five acts is shown.")
    opening: str = words(
        "My kingdom for a hor",
        "Your own text",
        GROUP,
        shown={"act": ("1",)},
        help="A trained network reads it, then goes on by itself.",
    )
    chain: str = choice(
        "unrolled",
        "The chain",
        GROUP,
        {"unrolled": "unrolled", "rolled": "rolled up"},
        shown={"act": ("1",)},
        help="One box for every letter, or the one cell that they all are.",
    )
    gap: int = levels(
        4,
        "Words in between",
        GROUP,
        GAPS,
        shown={"act": ("2",)},
        help="Words between the country and “I speak fluent”.",
    )
    strength: float = number(
        1.0,
        "Recurrent weights, times",
        GROUP,
        0.5,
        3.0,
        0.05,
        shown={"act": ("3",)},
        help="Multiplies an orthogonal recurrent matrix of the same draw.",
    )
    clipping: str = choice(
        OFF,
        "Clipping",
        GROUP,
        {OFF: "clipping off", ON: f"by norm, {THRESHOLD:g}"},
        shown={"act": ("4",)},
        help="Whether the optimiser shortens what BPTT has computed.",
    )
    begins: str = choice(
        "exploding",
        "Start",
        GROUP,
        {"exploding": "exploding start", "vanishing": "vanishing start"},
        shown={"act": ("4",)},
        help="The weights that the network starts from.",
    )
    shows: str = choice(
        GATE,
        "Look at",
        GROUP,
        {GATE: "one gate", RACE: "a race"},
        shown={"act": ("5",)},
        help="One held gate of an LSTM, or three cells that learn the same task.",
    )
    grip: str = choice(
        FREE,
        "Forget gate",
        GROUP,
        {FREE: "as it is", HELD: "held"},
        shown={"act": ("5",), "shows": (GATE,)},
        help="As the fresh LSTM computes it, or fixed at all steps.",
    )
    kept: float = number(
        1.0,
        "Held at",
        GROUP,
        0.0,
        1.0,
        0.05,
        shown={"act": ("5",), "shows": (GATE,), "grip": (HELD,)},
        help="The value of the forget gate in every unit, at every step.",
    )


# -- act 3 -----------------------------------------------------------------------------------------


def spread(strength: float) -> Experiment:
    """A plain RNN of orthogonal recurrent weights, times a number."""
    return replace(LONG, init="orthogonal", scale=strength)


def relative(norms: Array) -> Array:
    """log10 of norms at the boundaries 0..T, by the one at T."""
    with np.errstate(divide="ignore"):
        logs = np.log10(norms)
    return np.asarray(logs - logs[-1])


def travelled(strength: float) -> Array:
    """(T+1,) log10 of what is left of the last step's gradient at every state before it."""
    breathe()
    return relative(run(spread(strength)).stages[-1].gradient.top.norms("h"))


def fate(left: float) -> str:
    """Whether a gradient of which so much is left (log10) vanishes, holds or explodes."""
    return "vanishes" if left < VANISHES else "explodes" if left > EXPLODES else "holds"


# -- act 4 -----------------------------------------------------------------------------------------


def cut(wish: Story) -> Clipped:
    """The gradient of all weights before and after clipping, as the optimiser has it."""
    mode = "norm" if wish.clipping == ON else OFF
    return run(replace(STARTS[wish.begins], clip=mode, threshold=THRESHOLD)).clipped


@dataclass(frozen=True, eq=False)
class Walk:
    """A descent on the surface of `rnn_core.studies.cliff`, seen from the side.

    Places lie along the straight line of the unclipped run's longest update, from where it begins.
    """

    along: Array  # (N,) places on that line
    ground: Array  # (N,) the error there
    ball: Array  # (K+1, 2) the descent: its place along the line, and its error
    longest: float  # length of its longest update

    @property
    def end(self) -> float:
        """The error at the last point."""
        return float(self.ball[-1, 1])


SIDE: Final = np.linspace(-0.8, 1.7, 251)


def walked(wish: Story) -> Walk:
    """The descent that the act shows, with the ground under it."""
    there = CLIFFS[wish.begins]
    free = descend(there, OFF)
    done = descend(there, there.mode) if wish.clipping == ON else free
    origin, way = _line(free)
    points = origin + SIDE[:, None] * way
    ball = np.column_stack([(done.points - origin) @ way, done.errors])
    return Walk(SIDE, slope(*points.T).error, ball, float(done.lengths.max()))


def _line(free: Path) -> tuple[Array, Array]:
    """Start of the longest update, and its direction."""
    k = int(np.argmax(free.lengths))
    step = free.points[k + 1] - free.points[k]
    return free.points[k], step / np.hypot(*step)


# -- act 5 -----------------------------------------------------------------------------------------

FRESH: Final = replace(LONG, cell="lstm")


@dataclass(frozen=True, eq=False)
class Highway:
    """The cell state's gradient, and the gate that it passes."""

    left: Array  # (T+1,) log10 of the total dL/dc at every state, by that at the last
    open: Array  # (T,) the forget gate, mean over its units


def highway(done: Run, held_at: float | None) -> Highway:
    """The highway of a run of an LSTM, with its forget gate held or as it is."""
    breathe()
    seen = done if held_at is None else hold_gate(done, Hold("forget", held_at))
    stage = seen.stages[-1]
    gates = stage.trace.top.gates["forget"][0]
    return Highway(relative(stage.gradient.top.norms("c")), gates.mean(axis=-1))
