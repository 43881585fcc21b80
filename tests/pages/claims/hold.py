"""Hold a gate: what of the gradient reaches the start, held and free."""

import numpy as np

from pages.ui.session import Wish
from rnn_core.analysis.held_gate import Hold, hold_gate, read_steps
from rnn_core.experiment.run import Run
from tests.pages.claims.measured import every_seed


def starts(wish: Wish, state: str) -> list[tuple[float, float]]:
    """The norms of dL/ds at the start, free and held, on every seed."""
    hold = Hold(wish.view.hold, wish.view.held_at, read_steps(wish.view.held_steps))
    pairs = [(free, hold_gate(free, hold)) for free in every_seed(wish)]
    return [(at_start(free, state), at_start(held, state)) for free, held in pairs]


def at_start(done: Run, state: str) -> float:
    return float(done.stages[0].gradient.top.norms(state)[0])


def wiped(wish: Wish) -> bool:
    """Whether nothing reaches the first cell state while something does through h."""
    through_c, through_h = starts(wish, "c"), starts(wish, "h")
    return all(held == 0 < free for free, held in through_c) and all(h > 0 for _, h in through_h)


def frozen(wish: Wish) -> bool:
    """dL/dh is the same at every step, and the state stays where it began."""
    hold = Hold(wish.view.hold, wish.view.held_at, read_steps(wish.view.held_steps))
    for free in every_seed(wish):
        stage = hold_gate(free, hold).stages[0]
        norms = stage.gradient.top.norms("h")
        if not np.allclose(norms, norms[-1]) or np.any(stage.trace.top.states["h"]):
            return False
    return True


CLAIMS = {
    "forget-1": lambda w: all(held > 100 * free for free, held in starts(w, "c")),
    "forget-0": wiped,
    "update-1": frozen,
}
