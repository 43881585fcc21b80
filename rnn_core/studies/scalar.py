"""One weight: a single hidden unit, and what the scalar rule w^k leaves out.

    h_t = phi(w h_{t-1} + x),     d h_n / d h_{n-k} = product of phi'(a_t) w over the last k steps

Lecture 000 calls w^k the crucial term.  For the linear unit it is the whole product; else every
step has its slope phi'(a_t) as well.  The linear unit is a ReLU that is always on: w >= 0, a start
above 0 and no input keep every a_t above 0 (at w = 0 the product is 0 either way).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.analysis.gradient_check import Check, compared
from rnn_core.analysis.jacobians import GAMMA, jacobian_products, jacobians, slope_path, step_slopes
from rnn_core.arrays import Array
from rnn_core.engine.cells import RNN
from rnn_core.engine.network import Network
from rnn_core.engine.trace import Trace
from rnn_core.experiment.settings import choice, number, whole

UNIT: Final = "One unit"
CELLS: Final = {"linear": RNN("relu"), "tanh": RNN("tanh"), "sigmoid": RNN("sigmoid")}


@dataclass(frozen=True)
class Scalar:
    """The one unit, and how long it runs."""

    w: float = number(1.5, "Weight w", UNIT, 0.0, 8.0, 0.05, help="The only recurrent weight.")
    n: int = whole(50, "Steps n", UNIT, 1, 200, help="How many steps the unit makes.")
    phi: str = choice(
        "tanh",
        "Activation φ",
        UNIT,
        {"linear": "linear", "tanh": "tanh", "sigmoid": "sigmoid"},
        help="Its slope φ′ is at most 1 for linear and tanh, at most 1/4 for the sigmoid.",
    )
    h0: float = number(0.5, "First state h₀", UNIT, 0.01, 0.99, 0.01, help="Where the unit starts.")
    x: float = number(
        0.0,
        "Constant input x",
        UNIT,
        -4.0,
        4.0,
        0.1,
        shown={"phi": ("tanh", "sigmoid")},
        help="Added at every step. A linear unit's derivative does not depend on it.",
    )


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A run of the unit.  By distance k = 0..n back from the last state, unless it says else."""

    wish: Scalar
    states: Array  # (n+1,) h_0..h_n
    powers: Array  # (n+1,) |w|^k: the scalar rule
    product: Array  # (n+1,) |d h_n / d h_{n-k}|, from the engine's Jacobians
    slopes: Array  # (n+1,) the product of the last k slopes phi' alone
    each: Array  # (n,) the slope of every step, from the first

    @property
    def limit(self) -> float:
        """1/gamma: w must lie above it for any step to stretch."""
        return 1 / GAMMA[CELLS[self.wish.phi].activation]


def unroll_unit(wish: Scalar) -> Unrolled:
    """Run the unit through the engine."""
    (layer,) = _run(wish, wish.h0).layers
    each, slopes = step_slopes(layer), slope_path(layer)
    assert each is not None and slopes is not None
    return Unrolled(
        wish,
        layer.states["h"][0, :, 0],
        wish.w ** np.arange(wish.n + 1.0),
        np.abs(jacobian_products(jacobians(layer), 1)[::-1, 0, 0]),
        slopes[::-1, 0],
        each[0, :, 0],
    )


def check(done: Unrolled) -> Check:
    """The whole product against the central difference of h_n over h_0."""
    wish = done.wish

    def moved(h: float) -> float:
        return float(_run(wish, wish.h0 + h).layers[0].states["h"][0, -1, 0])

    found = compared(moved, float(done.product[-1]), float(done.states[-1]))
    return found.check("The derivative of h_n by h_0", 1)


def _run(wish: Scalar, h0: float) -> Trace:
    one, zero = np.ones((1, 1)), np.zeros(1)
    weights = {
        "weight_ih_l0": one,
        "weight_hh_l0": wish.w * one,
        "bias_ih_l0": zero,
        "bias_hh_l0": zero,
    }
    network = Network(CELLS[wish.phi], weights, readout="linear")
    x = 0.0 if wish.phi == "linear" else wish.x
    return network.forward(np.full((1, wish.n, 1), x), initial={"h": np.full((1, 1, 1), h0)})
