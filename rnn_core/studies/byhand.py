"""A plain RNN small enough to write down: every number of BPTT by its name.

The numbers are those of the engine's trace and gradient, named, together with what each of them is
made of.  `QUANTITIES` is the one table: sheet, equations, exercise and download loop over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.arrays import Array
from rnn_core.engine.trace import LayerGradient, LayerTrace
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.inputs import characters
from rnn_core.experiment.run import Run, Stage, run
from rnn_core.experiment.settings import choice, whole

MOST_STEPS: Final = 6
MOST_UNITS: Final = 3
MOST_LETTERS: Final = 6
OUTPUTS, ERRORS, WEIGHTS = "outputs", "errors", "weights"
STAGE_WORDS: Final = {OUTPUTS: "1 Outputs", ERRORS: "2 Errors", WEIGHTS: "3 Weights"}
STAGES: Final = tuple(STAGE_WORDS)  # the three steps of BPTT (lecture 001)
WRITTEN: Final = frozenset(  # the experiment's settings that matter to what is written out
    {"text", "activation", "seed", "scale", "init", "gain", "initial"}
)


@dataclass(frozen=True)
class Walk:
    """Settings of the page "BPTT by hand", and the reader's place in it."""

    length: int = whole(
        4, "Steps T written out", "Walk", 1, MOST_STEPS, help="How many steps are written out here."
    )
    units: int = whole(
        2, "Units H written out", "Walk", 1, MOST_UNITS, help="The length of h on this page."
    )
    losses: str = choice(
        "every",
        "Loss at",
        "Walk",
        {"every": "every step", "last": "the last"},
        help="With a loss at the last step only, all other errors come from the next step.",
    )
    weight: str = choice(
        "hh",
        "Gradient of",
        "Walk",
        {"hh": "W_hh", "xh": "W_xh", "b": "b", "hy": "W_hy", "by": "b_y"},
        help="The weights whose gradient the third stage writes out.",
    )
    stage: str = choice("outputs", "Step of BPTT", "Walk", STAGE_WORDS, help="Lecture 001.")
    error: int = whole(3, "Loss of step", "Walk", 1, MOST_STEPS, help="Whose gradient is split.")
    component: int = whole(2, "Component", "Walk", 1, MOST_STEPS, help="Where W_hh was used.")
    check: str = choice(
        "off",
        "Check yourself",
        "Walk",
        {"off": "Off", "on": "On"},
        help="Hides some numbers of the present stage for you to work out.",
    )
    exercise: int = whole(1, "Exercise", "Walk", 1, 99, help="Which numbers are hidden.")


@dataclass(frozen=True, eq=False)
class Written:
    """One small network, forward and backward.  T steps, H units, O letters; no batch axis."""

    done: Run
    changed: tuple[str, ...]  # what is not as the reader set it

    @property
    def stage(self) -> Stage:
        """The one network with its passes."""
        return self.done.stages[0]

    @property
    def labels(self) -> tuple[str, ...]:
        """(T,) what is read."""
        return self.done.sequence.labels

    @property
    def targets(self) -> tuple[str, ...]:
        """(T,) what should come next."""
        return self.done.sequence.target_labels

    @property
    def alphabet(self) -> tuple[str, ...]:
        """(O,) what each input and output stands for."""
        return self.done.sequence.alphabet

    @property
    def steps(self) -> int:
        """T."""
        return len(self.labels)

    @property
    def layer(self) -> LayerTrace:
        """The one layer's forward pass."""
        return self.stage.trace.layers[0]

    @property
    def back(self) -> LayerGradient:
        """The one layer's backward pass."""
        return self.stage.gradient.layers[0]

    @property
    def counted(self) -> Array:
        """(T,) True where a step's loss is part of L."""
        return self.stage.counted[0]

    @property
    def h(self) -> Array:
        """(T+1, H) states; row 0 is the initial one."""
        return self.layer.states["h"][0]

    def weight(self, name: str) -> Array:
        """A weight by its name in `QUANTITIES`, the engine's own array (b: the sum of its two)."""
        if name == "b":
            return np.asarray(
                self.stage.network.weights["bias_ih_l0"] + self.stage.network.weights["bias_hh_l0"]
            )
        return self.stage.network.weights[WEIGHT_NAMES[name]]

    def total(self, name: str) -> Array:
        """dL/d(that weight), as the engine summed it."""
        return self.stage.gradient.weights[WEIGHT_NAMES[name]]

    def value(self, name: str, t: int, index: tuple[int, ...] = ()) -> float:
        """One number: step t from 1; t = 0 is the initial state, T+1 the sum over all steps."""
        if t == self.steps + 1:
            return float(self.total(name)[index])
        if t == 0:
            return float(self.h[0][index])
        return float(QUANTITIES[name].of(self)[t - 1][index])


WEIGHT_NAMES: Final = {
    "hh": "weight_hh_l0",
    "xh": "weight_ih_l0",
    "b": "bias_ih_l0",  # both biases are added to the same sum, so both have this gradient
    "hy": "readout.weight",
    "by": "readout.bias",
}


@dataclass(frozen=True)
class Quantity:
    """One named number, vector or matrix per step, and what it is made of.

    `reads`: quantity and how many steps later (+1: of the next step, -1: of the step before).
    """

    stage: str
    words: str
    of: Callable[[Written], Array]  # (T, ...)
    reads: tuple[tuple[str, int], ...] = ()
    rows: str = "unit"  # what the first axis counts: "unit", "letter" or ""


def _shares(name: str) -> Callable[[Written], Array]:
    return lambda w: w.back.share(name)


def _outer(left: Array, right: Array) -> Array:
    """(T, O) and (T, H) to (T, O, H): each step's outer product."""
    with np.errstate(all="ignore"):
        return np.asarray(left[:, :, None] * right[:, None, :])


QUANTITIES: Final[dict[str, Quantity]] = {
    "x": Quantity(OUTPUTS, "input, one-hot", lambda w: w.stage.x[0], rows="letter"),
    "a": Quantity(
        OUTPUTS,
        "pre-activation",
        lambda w: w.layer.preactivations["candidate"][0],
        (("x", 0), ("h", -1)),
    ),
    "h": Quantity(OUTPUTS, "hidden state", lambda w: w.h[1:], (("a", 0),)),
    "z": Quantity(OUTPUTS, "logits", lambda w: w.stage.trace.logits[0], (("h", 0),), "letter"),
    "y": Quantity(
        OUTPUTS,
        "output, the right one bold",
        lambda w: w.stage.trace.outputs[0],
        (("z", 0),),
        "letter",
    ),
    "E": Quantity(OUTPUTS, "loss of this step", lambda w: w.stage.loss[0], (("y", 0),), ""),
    "dz": Quantity(
        ERRORS, "output error", lambda w: w.stage.gradient.logits[0], (("y", 0),), "letter"
    ),
    "from_output": Quantity(
        ERRORS, "from this step's output", lambda w: w.back.from_output["h"][0, 1:], (("dz", 0),)
    ),
    "from_next": Quantity(
        ERRORS, "from the next step", lambda w: w.back.from_next["h"][0, 1:], (("delta", 1),)
    ),
    "dh": Quantity(
        ERRORS,
        "their sum",
        lambda w: w.back.states["h"][0, 1:],
        (("from_output", 0), ("from_next", 0)),
    ),
    "delta": Quantity(
        ERRORS,
        "error of the pre-activation",
        lambda w: w.back.du["candidate"][0],
        (("dh", 0), ("h", 0)),
    ),
    "hh": Quantity(WEIGHTS, "recurrent weights", _shares("weight_hh"), (("delta", 0), ("h", -1))),
    "xh": Quantity(WEIGHTS, "input weights", _shares("weight_ih"), (("delta", 0), ("x", 0))),
    "b": Quantity(WEIGHTS, "bias", _shares("bias_ih"), (("delta", 0),)),
    "hy": Quantity(
        WEIGHTS,
        "output weights",
        lambda w: _outer(w.stage.gradient.logits[0], w.h[1:]),
        (("dz", 0), ("h", 0)),
        "letter",
    ),
    "by": Quantity(
        WEIGHTS, "output bias", lambda w: w.stage.gradient.logits[0], (("dz", 0),), "letter"
    ),
}


def writable(e: Experiment, units: int, placement: str) -> tuple[Experiment, tuple[str, ...]]:
    """The nearest experiment that can be written out, and what had to be changed for it."""
    text, notes = first_letters(e.text), []
    if e.cell != "rnn":
        notes.append(f"a plain RNN instead of the {e.cell.upper()}")
    if e.layers > 1 or e.direction != "forward":
        notes.append("one forward layer")
    if e.wiring != "many-to-many":
        notes.append("an output at every step")
    if e.source != "text":
        notes.append("text")
    elif text != e.text:
        notes.append(f"the first {MOST_LETTERS} characters of the text")
    if e.readout not in ("auto", "softmax"):
        notes.append("softmax with cross-entropy")
    if e.reduction != "sum":
        notes.append("losses summed")
    if e.weights:
        notes.append("drawn weights, not the trained ones")
    if e.window:
        notes.append("full BPTT, not truncated")
    small = replace(
        e,
        cell="rnn",
        layers=1,
        direction="forward",
        wiring="many-to-many",
        source="text",
        text=text,
        readout="softmax",
        reduction="sum",
        window=0,
        weights="",
        hidden=units,
        placement=placement,
    )
    return small, tuple(notes)


def first_letters(text: str) -> str:
    """The text up to its first few user-visible characters, nothing of it spelled anew."""
    window = text[: MOST_LETTERS * 16]
    ends = range(len(window) + 1)
    fits = (n for n in reversed(ends) if sum(1 for _ in characters(window[:n])) <= MOST_LETTERS)
    return window[: next(fits)]


def write_out(e: Experiment, steps: int, units: int, placement: str = "every") -> Written:
    """Run the writable network over its first steps, forward and back.

    A longer sequence only adds steps, so T steps are the first T of any longer run.
    """
    if not (1 <= steps <= MOST_STEPS and 1 <= units <= MOST_UNITS):
        raise ValueError(
            f"by hand: expected up to {MOST_STEPS} steps and {MOST_UNITS} units; "
            f"got {steps} and {units}"
        )
    small, changed = writable(e, units, placement)
    small = replace(small, steps=max(steps, int(SETTINGS["steps"].low)))
    done = run(small, steps=steps)
    these = "only this step" if steps == 1 else f"only these {steps} steps"
    return Written(replace(done, changed=these), changed)


def stops(steps: int) -> list[tuple[str, int]]:
    """The walk: outputs forwards, errors backwards, shares forwards and, at T+1, their sum."""
    forwards = range(1, steps + 1)
    return [
        *((OUTPUTS, t) for t in forwards),
        *((ERRORS, t) for t in reversed(forwards)),
        *((WEIGHTS, t) for t in range(1, steps + 2)),
    ]


def numbers(w: Written) -> Iterator[tuple[str, str, int, int, int, float]]:
    """Every number: stage, quantity, step, row and column (from 1; 0 where there is none), value.

    The initial state is step 0 of h; a weight's gradient, the sum, is step T+1 of its shares.
    """
    yield from _cells(OUTPUTS, "h", 0, w.h[0])
    for name, quantity in QUANTITIES.items():
        for t, values in enumerate(quantity.of(w), 1):
            yield from _cells(quantity.stage, name, t, values)
        if name in WEIGHT_NAMES:
            yield from _cells(quantity.stage, name, w.steps + 1, w.total(name))


def _cells(
    stage: str, name: str, t: int, values: Array
) -> Iterator[tuple[str, str, int, int, int, float]]:
    for index in np.ndindex(np.shape(values)):
        row, column = (*(i + 1 for i in index), 0, 0)[:2]
        yield stage, name, t, row, column, float(np.asarray(values)[index])
