"""The unrolled graph: one letter, two states; the gradient on its way back."""

import numpy as np

from pages.ui.session import Wish
from tests.pages.claims.measured import done, every_seed, left


def two_states(wish: Wish) -> bool:
    assert done(wish).sequence.labels == ("h", "e", "l", "l", "o")
    for found in every_seed(wish):
        h = found.stages[0].trace.top.after("h")[0]
        if np.linalg.norm(h[2] - h[3]) <= 0.1 * np.linalg.norm(h[2]):
            return False
    return True


CLAIMS = {
    "hello": two_states,
    "vanishing": lambda w: all(left(r) < 1e-3 for r in every_seed(w)),
    "exploding": lambda w: all(left(r) > 30 for r in every_seed(w)),
}
