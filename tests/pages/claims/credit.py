"""Credit matrix: the last loss at the first state, against its own."""

import numpy as np

from rnn_core.analysis.loss_state_matrix import kept, loss_state_matrix
from rnn_core.experiment.run import Run
from tests.pages.claims.measured import every_seed


def far(found: Run) -> float:
    """The last loss at state 1, by what it is at its own state."""
    (layer,) = loss_state_matrix(found)
    return float(layer.norms["h"][-1, 1] / layer.norms["h"][-1, -1])


def most_is_cut(found: Run) -> bool:
    """More than half of all pairs, and every one farther apart than the window."""
    (layer,), mask = loss_state_matrix(found), kept(found, 0, found.experiment.window)
    assert mask is not None
    joined = ~np.isnan(layer.norms["h"])
    t, k = np.nonzero(joined & mask)
    assert (layer.losses[t] - k <= found.experiment.window).all()
    return bool((joined & ~mask).sum() > joined.sum() / 2)


CLAIMS = {
    "fades": lambda w: all(far(r) < 1e-3 for r in every_seed(w)),
    "holds": lambda w: all(far(r) > 1e-2 for r in every_seed(w)),
    "window": lambda w: all(map(most_is_cut, every_seed(w))),
    "explodes": lambda w: all(far(r) > 1e2 for r in every_seed(w)),
}
