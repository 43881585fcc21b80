"""One weight: the scalar rule beside the product that the engine computes."""

from dataclasses import replace

import numpy as np

from pages.ui.session import Wish
from rnn_core.studies.scalar import Scalar, Unrolled, unroll_unit


def unit(wish: Wish, **changes: object) -> Unrolled:
    assert isinstance(wish.own, Scalar)
    return unroll_unit(replace(wish.own, **changes))  # type: ignore[arg-type]


def rule_fails(wish: Wish) -> bool:
    """Above 1 the rule grows faster than tanh's product, wherever the slider stands."""
    done = unit(wish)
    assert done.powers[-1] > 1e8 and done.product[-1] < 1e-15
    every = [unit(wish, w=w) for w in np.arange(1.05, 8.0, 0.05)]
    return all(u.product[-1] < 1e-3 * u.powers[-1] for u in every)


def rule_is_exact(wish: Wish) -> bool:
    below, above = unit(wish, w=0.85), unit(wish)
    assert np.allclose(above.product, above.powers, rtol=1e-12)
    return bool(below.product[-1] < 1e-6 and above.product[-1] > 1e3)


def on_the_edge(wish: Wish) -> bool:
    """h stays at .5 and the product grows; a step of h0 or of w, and it does not."""
    done, beside = unit(wish), [unit(wish, h0=0.51), unit(wish, w=6.05), unit(wish, w=5.95)]
    assert (done.states == 0.5).all() and done.product[-1] > 1e4
    return all(u.product[-1] < 1 for u in beside)


CLAIMS = {
    "tanh": rule_fails,
    "linear": rule_is_exact,
    "near-zero": lambda w: bool(unit(w).product[-1] > 10 and unit(w, n=50).product[-1] < 1e-3),
    "knife-edge": on_the_edge,
}
