"""A ceiling, never a floor: the trainings of each scene, from several draws."""

from dataclasses import replace
from functools import cache

import numpy as np

from pages.ui.session import Wish
from rnn_core.studies.ceiling import Ceiling, Course, courses

DRAWS = (0, 1, 2)


@cache
def pairs(wish: Ceiling) -> tuple[tuple[Course, Course], tuple[Course, Course]]:
    """Exploding without and with clipping, vanishing without and with it."""
    first, second, third, fourth = courses(wish)
    return (first, second), (third, fourth)


def drawn(wish: Wish, draw: int) -> tuple[tuple[Course, Course], tuple[Course, Course]]:
    assert isinstance(wish.own, Ceiling)
    return pairs(replace(wish.own, draw=draw))


def learns_only_clipped(wish: Wish, draw: int) -> bool:
    (off, on), (plain, clipped) = drawn(wish, draw)
    assert on.used.max() <= 0.5 + 1e-9 and on.clipped.sum() > 50
    assert on.final_loss < 0.1 < off.baseline < off.final_loss
    return not clipped.clipped.any() and np.array_equal(plain.losses, clipped.losses)


def explodes_more(wish: Wish, draw: int) -> bool:
    (off, on), (_, clipped) = drawn(wish, draw)
    assert on.norms[on.clipped].max() > 1000 and on.used.max() <= 0.5 + 1e-9
    assert off.final_loss > 3 * off.baseline
    return bool(on.final_loss < off.final_loss / 3) and not clipped.clipped.any()


def smaller_still(wish: Wish, draw: int) -> bool:
    _, (plain, clipped) = drawn(wish, draw)
    return bool(clipped.clipped.mean() > 0.5 and clipped.used.max() <= 0.01 < plain.used.max())


CLAIMS = {
    "tamed": lambda w: all(learns_only_clipped(w, draw) for draw in DRAWS),
    "stronger": lambda w: all(explodes_more(w, draw) for draw in DRAWS),
    "too-low": lambda w: all(smaller_still(w, draw) for draw in DRAWS[:1]),
}
