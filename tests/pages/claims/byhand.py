"""BPTT by hand: two sources of an error, one of them alone, and shares that add up."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pages.ui.models.byhand import written
from pages.ui.session import Wish
from rnn_core.studies.byhand import QUANTITIES, Walk, Written
from tests.pages.claims.measured import SEEDS


def every_seed(wish: Wish) -> Iterator[tuple[Written, int]]:
    """The written-out network on each of five seeds, and the step on screen, from 0."""
    assert isinstance(wish.own, Walk)
    for seed in SEEDS:
        yield written(replace(wish.experiment, seed=seed), wish.own), wish.view.t - 1


def errors(w: Written, t: int) -> list[np.ndarray]:
    """Error from this step's output, error from the next step, and their sum."""
    return [QUANTITIES[name].of(w)[t] for name in ("from_output", "from_next", "dh")]


def two_sources(w: Written, t: int) -> bool:
    output, following, whole = errors(w, t)
    return bool(output.all() and following.all()) and np.allclose(output + following, whole)


def next_alone(w: Written, t: int) -> bool:
    output, following, whole = errors(w, t)
    last = errors(w, w.steps - 1)
    alone = not output.any() and np.allclose(whole, following, rtol=1e-12, atol=0)
    return bool(whole.any() and last[0].any()) and alone


def made_of_both(w: Written, t: int) -> bool:
    """The state moves with the letter and with the state before it."""
    W, U = w.weight("xh"), w.weight("hh")
    a = W @ QUANTITIES["x"].of(w)[t] + U @ w.h[t] + w.weight("b")
    return np.allclose(a, QUANTITIES["a"].of(w)[t]) and bool(w.h[t].any())


def adds_up(w: Written, _: int) -> bool:
    shares = QUANTITIES["hh"].of(w)
    return not shares[0].any() and bool(shares[1].any()) and np.allclose(sum(shares), w.total("hh"))


CLAIMS = {
    "two-sources": lambda w: all(two_sources(*each) for each in every_seed(w)),
    "forwards": lambda w: all(made_of_both(*each) for each in every_seed(w)),
    "one-loss": lambda w: all(next_alone(*each) for each in every_seed(w)),
    "sum": lambda w: all(adds_up(*each) for each in every_seed(w)),
}
