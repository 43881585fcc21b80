"""The cliff: a landscape of two weights where the gradient explodes, and descent across it.

    x <- w sigma(x) + b,   x_0 = 0.5,   T = 50 steps,   E = (sigma(x_T) - 0.7)^2

the setting of Figure 6 of Pascanu, Mikolov and Bengio (2013). With h = sigma(x) it is a sigmoid
RNN of one hidden unit, without input, that starts at h_0 = sigma(0.5); a test says so.

The gradient is exact. There are only two weights, so their derivatives travel forward with x:

    dx/dw <- k dx/dw + sigma(x),   dx/db <- k dx/db + 1,   k = w sigma'(x)

where k is the step's Jacobian. On the line b = x_0 - w sigma(x_0) the state stays where it is, and
every step has the same k; where k > 1 the gradient is a geometric series that explodes: the cliff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_core.analysis.gradient_check import Check, compared
from rnn_core.arrays import Array
from rnn_core.engine.cells import sigmoid
from rnn_core.engine.clip import clip
from rnn_core.experiment.settings import choice, levels, number, whole

START: Final = 0.5  # x_0
STEPS: Final = 50
TARGET: Final = 0.7
W_RANGE: Final = (4.0, 8.0)
B_RANGE: Final = (-4.0, -1.0)
POINTS: Final = 61  # of the surface along w
THROWN: Final = 1.0  # an update longer than this, in the plane of w and b, is a throw
HIGHEST: Final = max(TARGET, 1 - TARGET) ** 2  # no error is larger, as sigma lies in (0, 1)

DESCENT: Final = "Descent"


@dataclass(frozen=True)
class Cliff:
    """Start and settings of a descent. Both runs, with and without clipping, share it."""

    w0: float = number(
        4.3, "Start w₀", DESCENT, *W_RANGE, 0.05, help="The recurrent weight before training."
    )
    b0: float = number(-2.8, "Start b₀", DESCENT, *B_RANGE, 0.05, help="The bias before training.")
    rate: float = levels(
        0.2,
        "Learning rate",
        DESCENT,
        (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
        help="An update is the learning rate times the gradient, clipped or not.",
    )
    limit: float = levels(
        0.5,
        "Threshold",
        DESCENT,
        (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0),
        help="Of the clipped run: largest norm of the gradient, or its largest entry.",
    )
    mode: str = choice(
        "norm",
        "Clipped",
        DESCENT,
        {"norm": "by norm", "value": "by value"},
        help="By norm keeps the direction of the gradient; by value may turn it.",
    )
    updates: int = whole(60, "Updates", DESCENT, 1, 300, help="How many times both runs update.")


@dataclass(frozen=True, eq=False)
class Slope:
    """The error and its exact gradient at some points (w, b), arrays of one shape."""

    error: Array
    dw: Array
    db: Array

    @property
    def norm(self) -> Array:
        """The length of the gradient (dE/dw, dE/db)."""
        return np.hypot(self.dw, self.db)


@dataclass(frozen=True, eq=False)
class Surface:
    """The error over a grid of w (W,) and b (B,); arrays of the slope are (B, W)."""

    w: Array
    b: Array
    slope: Slope

    @property
    def steepest(self) -> tuple[float, float]:
        """The grid's own steepest point (w, b); a finer grid has a steeper one."""
        row, column = np.unravel_index(np.argmax(self.slope.norm), self.slope.norm.shape)
        return float(self.w[column]), float(self.b[row])


@dataclass(frozen=True, eq=False)
class Path:
    """A descent of K updates, or fewer if a number overflows on the way."""

    mode: str  # "off", or as in `rnn_core.engine.clip`
    points: Array  # (K+1, 2) of w, b; row 0 is the start
    errors: Array  # (K+1,)
    norms: Array  # (K,) of the gradient before clipping
    clipped: NDArray[np.bool_]  # (K,) whether clipping changed it

    @property
    def lengths(self) -> Array:
        """(K,) of the updates, in the plane of w and b."""
        return np.hypot(*np.diff(self.points, axis=0).T)

    @property
    def throws(self) -> tuple[int, ...]:
        """Numbers, from 1, of the updates that are longer than `THROWN`."""
        return tuple(int(k) + 1 for k in np.flatnonzero(self.lengths > THROWN))


def slope(w: ArrayLike, b: ArrayLike) -> Slope:
    """Error and gradient at every (w, b); the arrays may have any one shape."""
    w, b = (np.asarray(a, float) for a in np.broadcast_arrays(w, b))
    x, dw, db = np.full(w.shape, START), np.zeros(w.shape), np.zeros(w.shape)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            h = sigmoid(x)
            k = w * h * (1 - h)
            x, dw, db = w * h + b, k * dw + h, k * db + 1
        h = sigmoid(x)
        pull = 2 * (h - TARGET) * h * (1 - h)
        return Slope(np.square(h - TARGET), pull * dw, pull * db)


def surface(points: int = POINTS) -> Surface:
    """The landscape of the page.

    The spacing of b is sigma(x_0) times that of w: the cliff then runs along the diagonals of the
    grid, and is drawn as straight as it is.
    """
    w = np.linspace(*W_RANGE, points)
    step = sigmoid(START) * (w[1] - w[0])
    b = np.arange(B_RANGE[0], B_RANGE[1] + step, step)
    return Surface(w, b, slope(*np.meshgrid(w, b)))


def edge(w: ArrayLike) -> Array:
    """The b for which x stays at its start, whatever the number of steps."""
    return np.asarray(START - np.asarray(w, float) * sigmoid(START))


def factor(w: ArrayLike) -> Array:
    """The Jacobian of every single step on that line; above 1 the line is a cliff."""
    h = sigmoid(START)
    return np.asarray(np.asarray(w, float) * h * (1 - h))


def descend(wish: Cliff, mode: str) -> Path:
    """Plain gradient descent from (w0, b0); `mode` is "off" or how each gradient is clipped."""
    points = [np.array([wish.w0, wish.b0])]
    here, norms, clipped = slope(*points[0]), [], []
    errors = [here.error]
    for _ in range(wish.updates):
        done = clip({"w": here.dw, "b": here.db}, mode, wish.limit)
        after = points[-1] - wish.rate * np.stack([done.after["w"], done.after["b"]])
        there = slope(*after)
        if not np.isfinite([*after, there.error, there.norm]).all():
            break
        points.append(after)
        errors.append(there.error)
        norms.append(done.norm_before)
        clipped.append(done.changed)
        here = there
    return Path(mode, np.stack(points), np.array(errors), np.array(norms), np.array(clipped, bool))


def check(wish: Cliff) -> Check:
    """The gradient at the start of the descent against central differences, along (1, 1)."""
    here = slope(wish.w0, wish.b0)

    def moved(h: float) -> float:
        return float(slope(wish.w0 + h, wish.b0 + h).error)

    found = compared(moved, float(here.dw + here.db), float(here.error))
    return found.check("The gradient at the start", 2)
