"""Gradient flow: one knob from vanishing to exploding."""

from rnn_core.experiment.run import Run
from tests.pages.claims.measured import again, every_seed, left


def crosses(found: Run) -> bool:
    """Weight scale .5 leaves less than 10⁻⁶, scale 3 more than 10³."""
    return left(again(found, scale=0.5)) < 1e-6 and left(again(found, scale=3.0)) > 1e3


CLAIMS = {
    "crosses": lambda w: all(crosses(again(r, cell="rnn")) for r in every_seed(w)),
    "forget-bias": lambda w: all(
        left(again(r, forget_bias=0.0)) * 1e3 < left(r) < 1e-3 for r in every_seed(w)
    ),
    "forget-orthogonal": lambda w: all(1e-3 < left(r) < 1 for r in every_seed(w)),
}
