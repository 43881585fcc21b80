"""Gates: open, shut, or all near one half."""

from pages.ui.session import Wish
from rnn_core.experiment.run import Run
from tests.pages.claims.measured import done, every_seed, left


def decided(found: Run) -> float:
    """Share of all gates, units and steps below 0.1 or above 0.9."""
    gates = [g for n, g in found.stages[0].trace.top.gates.items() if n != "candidate"]
    return float(sum(((g < 0.1) | (g > 0.9)).mean() for g in gates) / len(gates))


def near_half(wish: Wish) -> bool:
    for found in every_seed(wish):
        gates = found.stages[0].trace.top.gates
        if any(abs(gates[n] - 0.5).max() > 0.2 for n in ("input", "forget", "output")):
            return False
    return True


CLAIMS = {
    "trained": lambda w: decided(done(w)) > 0.25,
    "forget-5": lambda w: all(left(r, "c") > 1 for r in every_seed(w)),
    "untrained": near_half,
}
