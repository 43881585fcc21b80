"""The gradient of one step's loss, taken apart by where in time a weight was used.

    dE_t/dW_hh = sum_{k<=t} (dE_t/dh_t) (dh_t/dh_k) (d+h_k/dW_hh)

d+ is the *immediate* derivative: W_hh as step k uses it, with h_{k-1} held constant.  dh_t/dh_k is
a product of t - k Jacobians.  The terms are computed from those Jacobians alone; `total` is the
engine's own backward pass of E_t and nothing else, so that one checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnn_core.analysis.jacobians import jacobian_products, jacobians
from rnn_core.arrays import Array
from rnn_core.engine.cells import ACTIVATIONS, RNN
from rnn_core.engine.trace import LayerTrace, Record
from rnn_core.experiment.run import Stage


@dataclass(frozen=True, eq=False, repr=False)
class Expansion(Record):
    """dE_t/dW_hh of a plain RNN in its temporal components; row k-1 belongs to step k <= t."""

    t: int  # from 1
    error: Array  # (H,) dE_t/dh_t
    jacobians: Array  # (t, H, H) dh_k/dh_{k-1}
    reach: Array  # (t, H, H) dh_t/dh_k, the identity at k = t
    errors: Array  # (t, H) dE_t/dh_k
    slopes: Array  # (t, H) phi'(a_k)
    before: Array  # (t, H) h_{k-1}
    components: Array  # (t, H, H)
    total: Array  # (H, H) the engine's dE_t/dW_hh

    @property
    def added(self) -> Array:
        """(H, H) the components' sum."""
        with np.errstate(all="ignore"):
            return np.asarray(self.components.sum(0))

    @property
    def difference(self) -> float:
        """The largest entry by which the sum misses the engine's total."""
        with np.errstate(all="ignore"):
            return float(np.abs(self.added - self.total).max())

    @property
    def norms(self) -> Array:
        """(t,) Frobenius norm of each component."""
        with np.errstate(all="ignore"):
            return np.asarray(np.sqrt(np.square(self.components).sum((1, 2))))

    @property
    def parts(self) -> Array:
        """(t,) each component's projection on the total, in parts of it: they sum to 1.

        nan where the total is zero or not finite.
        """
        with np.errstate(all="ignore"):
            square = float(np.square(self.total).sum())
            along = (self.components * self.total).sum((1, 2))
            usable = square > 0 and np.isfinite(square)
            return np.asarray(along / square if usable else np.full(self.t, np.nan))


def expand(stage: Stage, t: int) -> Expansion:
    """Take E_t, the loss of step t alone, apart: one forward layer of a plain RNN."""
    network, trace, targets = stage.network, stage.trace, stage.targets
    layer = trace.layers[0]
    if not isinstance(layer.cell, RNN) or layer.reverse or len(trace.layers) > 1:
        raise ValueError("expansion: expected one forward layer of a plain RNN")
    alone = np.zeros_like(trace.logits)
    alone[:, t - 1] = network.head.dlogits(trace.logits[:, t - 1], targets[:, t - 1])
    total = network.backward(trace, alone).weights["weight_hh_l0"]
    with np.errstate(all="ignore"):
        error = network.weights["readout.weight"].T @ alone[0, t - 1]
        return _expanded(layer, layer.cell.activation, np.asarray(error), total, t)


def _expanded(layer: LayerTrace, activation: str, error: Array, total: Array, t: int) -> Expansion:
    h = layer.states["h"][0, : t + 1]
    steps = jacobians(layer)[:t]
    reach = jacobian_products(steps, len(error))[1:]
    with np.errstate(all="ignore"):
        slopes = 1.0 * ACTIVATIONS[activation][1](h[1:])
        errors = error @ reach
        components = (errors * slopes)[:, :, None] * h[:-1, None, :]
    return Expansion(t, error, steps, reach, errors, slopes, h[:-1], components, total)
