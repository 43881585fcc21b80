"""The readout: from logits to outputs, losses, and the gradient that BPTT starts from.

Everything works on the last axis, `(..., O)`; targets have the shape of the logits (one-hot for
classes). Losses are summed over the O outputs of a step and are unweighted: which steps count, and
how much, is said once, by `loss_weights`. Overflowed logits give inf or nan, never a warning.

    squared error           1/2 * sum_o (y_o - t_o)^2
    binary cross-entropy    -sum_o (t_o log y_o + (1 - t_o) log(1 - y_o))
    softmax cross-entropy   -sum_o t_o log y_o
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_core.arrays import Array
from rnn_core.engine.cells import sigmoid
from rnn_core.engine.incoming import floats, lengths_of, numbers, one_of, whole

PLACEMENTS: dict[str, str] = {
    "every": "At every step",
    "last": "At the last step only",
    "chosen": "At chosen steps",
}
REDUCTIONS: dict[str, str] = {"sum": "Summed over the steps", "mean": "Averaged over the steps"}

MAX_STEP = 10_000  # a chosen step beyond this is a slip of the keyboard
MAX_STEPS_TEXT = 1_000


def softmax(z: Array) -> Array:
    """Over the last axis; the largest logit is subtracted first."""
    powers = np.exp(z - z.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


@dataclass(frozen=True)
class Activation:
    """`y = function(z)`, and `pull(y, dy)`: the gradient of z from that of y (v^T J)."""

    label: str
    function: Callable[[Array], Array]
    pull: Callable[[Array, Array], Array]


ACTIVATIONS: dict[str, Activation] = {
    "linear": Activation("linear", lambda z: z, lambda y, dy: dy),
    "tanh": Activation("tanh", np.tanh, lambda y, dy: dy * (1 - y * y)),
    "sigmoid": Activation("sigmoid", sigmoid, lambda y, dy: dy * y * (1 - y)),
    "softmax": Activation(
        "softmax", softmax, lambda y, dy: y * (dy - np.sum(y * dy, axis=-1, keepdims=True))
    ),
}


def _squared(activation: Activation, z: Array, t: Array) -> Array:
    return np.asarray(0.5 * np.sum(np.square(activation.function(z) - t), axis=-1))


def _squared_back(activation: Activation, z: Array, t: Array) -> Array:
    y = activation.function(z)
    return activation.pull(y, y - t)


def _binary(activation: Activation, z: Array, t: Array) -> Array:
    """From the logits: |z| times the share of t on the other side, + log(1 + exp(-|z|))."""
    size = np.abs(z)
    other = _weighted_sum(np.where(z > 0, 1 - t, t), size)
    return np.asarray(other + np.sum(np.log1p(np.exp(-size)), axis=-1))


def _binary_back(activation: Activation, z: Array, t: Array) -> Array:
    return np.asarray(sigmoid(z) - t)


def _cross_entropy(activation: Activation, z: Array, t: Array) -> Array:
    return np.asarray(-_weighted_sum(t, _log_softmax(z)))


def _cross_entropy_back(activation: Activation, z: Array, t: Array) -> Array:
    """softmax(z) - t for targets that sum to 1; exact for any other targets too."""
    return np.asarray(softmax(z) * t.sum(-1, keepdims=True) - t)


def _weighted_sum(weight: Array, value: Array) -> Array:
    """Over the last axis; 0 times the infinity of a masked logit is 0, nan stays nan."""
    each = weight * value
    total = each.sum(-1)
    if math.isnan(total.sum()):
        masked = (weight == 0) & np.isinf(value)
        total = np.where(masked, 0, each).sum(-1)
    return np.asarray(total)


@dataclass(frozen=True)
class Loss:
    """A loss of logits and targets, and its gradient with respect to the logits."""

    label: str
    value: Callable[[Activation, Array, Array], Array]
    back: Callable[[Activation, Array, Array], Array]
    activation: str = ""  # the only one it is written for; empty: any


LOSSES: dict[str, Loss] = {
    "squared": Loss("squared error", _squared, _squared_back),
    "binary": Loss("binary cross-entropy", _binary, _binary_back, "sigmoid"),
    "cross-entropy": Loss("cross-entropy", _cross_entropy, _cross_entropy_back, "softmax"),
}


@dataclass(frozen=True)
class Readout:
    """An activation and a loss, by their names in `ACTIVATIONS` and `LOSSES`."""

    activation: str
    loss: str

    def __post_init__(self) -> None:
        one_of("activation", self.activation, ACTIVATIONS)
        one_of("loss", self.loss, LOSSES)
        needed = LOSSES[self.loss].activation or self.activation
        one_of(f"activation of the loss {self.loss!r}", self.activation, (needed,))

    @property
    def label(self) -> str:
        return f"{ACTIVATIONS[self.activation].label} + {LOSSES[self.loss].label}"

    def outputs(self, logits: Array) -> Array:
        """(..., O) logits to (..., O) outputs."""
        with np.errstate(all="ignore"):
            return ACTIVATIONS[self.activation].function(_checked(logits))

    def losses(self, logits: Array, targets: Array) -> Array:
        """(..., O) logits and targets to (...) losses, one per step, unweighted."""
        logits = _checked(logits)
        targets = _like(logits, targets, "targets")
        with np.errstate(all="ignore"):
            return LOSSES[self.loss].value(ACTIVATIONS[self.activation], logits, targets)

    def dlogits(self, logits: Array, targets: Array) -> Array:
        """dloss/dlogits of every step's own unweighted loss, (..., O)."""
        logits = _checked(logits)
        targets = _like(logits, targets, "targets")
        with np.errstate(all="ignore"):
            return LOSSES[self.loss].back(ACTIVATIONS[self.activation], logits, targets)

    def backward_outputs(self, logits: Array, doutputs: Array) -> Array:
        """The gradient of the logits from a gradient of the outputs, both (..., O).

        Needed where an output is fed back as the next input.
        """
        logits = _checked(logits)
        doutputs = _like(logits, doutputs, "doutputs")
        activation = ACTIVATIONS[self.activation]
        with np.errstate(all="ignore"):
            return activation.pull(activation.function(logits), doutputs)


READOUTS: dict[str, Readout] = {
    "linear": Readout("linear", "squared"),
    "tanh": Readout("tanh", "squared"),
    "sigmoid-squared": Readout("sigmoid", "squared"),
    "sigmoid": Readout("sigmoid", "binary"),
    "softmax-squared": Readout("softmax", "squared"),
    "softmax": Readout("softmax", "cross-entropy"),
}


def loss_weights(
    placement: str,
    reduction: str,
    lengths: NDArray[np.integer],
    steps: int,
    chosen: tuple[int, ...] = (),
) -> Array:
    """(B, T) weights w so that the total loss is sum(w * losses).

    Padding weighs 0. `chosen` counts steps from 1; a chosen step after the end of a sequence does
    not count there, and where no chosen step is left the loss is 0. "mean" divides by the number of
    counted steps of all sequences together.
    """
    lengths = _check_weights(placement, reduction, lengths, steps)
    each = np.arange(1, steps + 1)
    counted = each <= lengths[:, None]
    if placement == "last":
        counted &= each == lengths[:, None]
    elif placement == "chosen":
        counted &= np.isin(each, [whole("chosen step", step, 1) for step in chosen])
    weights = counted.astype(np.float64)
    return weights / max(1.0, weights.sum()) if reduction == "mean" else weights


def parse_steps(text: str) -> tuple[int, ...]:
    """Read steps such as "1,5-8" as (1, 5, 6, 7, 8): counted from 1, sorted, each once.

    Blank text chooses no step.
    """
    if len(text) > MAX_STEPS_TEXT:
        raise ValueError(f"Write steps in at most {MAX_STEPS_TEXT} characters, not {len(text)}.")
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    return tuple(sorted({step for part in parts for step in _parse_range(part)}))


def _parse_range(part: str) -> range:
    ends = [end.strip() for end in part.split("-")]
    if len(ends) > 2 or not all(end.isascii() and end.isdigit() for end in ends):
        raise ValueError(f"Write steps like 1,5-8 (counted from 1); {part[:40]!r} is not a step.")
    first, last = int(ends[0]), int(ends[-1])
    if not 1 <= first <= MAX_STEP or not 1 <= last <= MAX_STEP:
        raise ValueError(f"Steps go from 1 to {MAX_STEP}; {part[:40]!r} is outside.")
    if first > last:
        raise ValueError(f"The range {part!r} runs backwards; write {last}-{first}.")
    return range(first, last + 1)


def _checked(logits: Array) -> Array:
    """Logits (..., O) as floats."""
    found = floats("logits", logits)
    if not found.ndim or not found.shape[-1]:
        raise ValueError(f"logits: expected (..., O) with at least one output; got {found.shape}")
    return found


def _like(logits: Array, other: Array, name: str) -> Array:
    """`other` in the shape and type of the logits."""
    other = numbers(name, other, logits.dtype)
    if other.shape != logits.shape:
        classes = other.shape == logits.shape[:-1]
        advice = f" Classes as numbers: give np.eye({logits.shape[-1]})[{name}]." if classes else ""
        raise ValueError(
            f"{name} must have the shape of the logits {logits.shape}, not {other.shape}." + advice
        )
    return other


def _check_weights(
    placement: str, reduction: str, lengths: NDArray[np.integer], steps: int
) -> NDArray[np.integer]:
    if placement not in PLACEMENTS:
        raise ValueError(f"Unknown placement {placement!r}; choose {', '.join(PLACEMENTS)}.")
    if reduction not in REDUCTIONS:
        raise ValueError(f"Unknown reduction {reduction!r}; choose {', '.join(REDUCTIONS)}.")
    return lengths_of(lengths, np.size(lengths), whole("steps", steps, 1), low=0)
