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


def switches(found: Run) -> bool:
    """A quarter of the forget gate's values is decided, and some units are both open and shut."""
    forget = found.stages[0].trace.top.gates["forget"][0]
    both = (forget.max(axis=0) > 0.9) & (forget.min(axis=0) < 0.1)
    return bool(((forget < 0.1) | (forget > 0.9)).mean() > 0.25 and both.sum() > 10)


CLAIMS = {
    "trained": lambda w: decided(done(w)) > 0.25 and switches(done(w)),
    "forget-5": lambda w: all(left(r, "c") > 1 for r in every_seed(w)),
    "untrained": near_half,
}
