"""Saturation: how many units' gates are open, shut, or neither for more than half the steps."""

import numpy as np

from pages.figures.saturation import gate_shares
from pages.ui.session import Wish
from rnn_core.experiment.run import Run
from tests.pages.claims.measured import again, done, every_seed


def mostly(found: Run, gate: str) -> tuple[float, float]:
    """The shares of units whose gate is below 0.1, and above 0.9, for more than half the steps."""
    shut, wide = gate_shares({"": found.stages[0].trace.top})[gate][""]
    return float((shut > 0.5).mean()), float((wide > 0.5).mean())


def remembers(wish: Wish) -> bool:
    """And at least a quarter of all gates, units and steps is decided."""
    found = done(wish)
    gates = [g for n, g in found.stages[0].trace.top.gates.items() if n != "candidate"]
    shut, wide = mostly(found, "forget")
    return np.mean([((g < 0.1) | (g > 0.9)).mean() for g in gates]) > 0.25 and wide > 0.2 > shut


def writes_anew(wish: Wish) -> bool:
    """Update gates that keep little: in this app's letters z keeps the past."""
    return mostly(done(wish), "update")[0] > 0.9


def at_the_origin(wish: Wish) -> bool:
    """Every share is 0; with a forget bias of 3 most forget gates are open."""
    for found in every_seed(wish):
        shares = gate_shares({"": found.stages[0].trace.top})
        if any(np.any(runs[""]) for runs in shares.values()):
            return False
        if mostly(again(found, forget_bias=3.0), "forget")[1] < 0.5:
            return False
    return True


CLAIMS = {"trained": remembers, "gru": writes_anew, "untrained": at_the_origin}
