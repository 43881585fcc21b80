"""The unrolled graph: one letter, two answers; the gradient on its way back."""

import numpy as np

from pages.ui.session import Wish
from tests.pages.claims.measured import again, done, every_seed, left


def same_letter(wish: Wish) -> bool:
    """The two l of "tell": what is foretold, and how surely; one network, so no other seeds."""
    found = done(wish)
    assert found.sequence.labels == tuple("to␣tell")
    y, names = found.stages[0].trace.outputs[0], found.sequence.output_labels
    foretold = [names[int(k)] for k in y.argmax(axis=1)[-2:]]
    h = found.stages[0].trace.top.after("h")[0]
    apart = np.linalg.norm(h[-1] - h[-2]) > 0.1 * np.linalg.norm(h[-2])
    return foretold == ["l", " "] and bool(y[-2:].max(axis=1).min() > 0.5 and apart)


def tamed(wish: Wish) -> bool:
    """Spectral radius 3 explodes, and a smaller weight scale ends that."""
    return all(left(r) > 30 and left(again(r, scale=0.3)) < 1 for r in every_seed(wish))


def thickens(wish: Wish) -> bool:
    """Less than a thousandth is left, and much more at three times the weights."""
    return all(
        left(r) < 1e-3 and left(again(r, scale=3.0)) > 100 * left(r) for r in every_seed(wish)
    )


CLAIMS = {"same-letter": same_letter, "vanishing": thickens, "exploding": tamed}
