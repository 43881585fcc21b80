"""The cliff: both descents of each scene. One start is no proof: the claims are about these."""

import numpy as np

from pages.ui.session import Wish
from rnn_core.studies.cliff import B_RANGE, W_RANGE, Cliff, Path, descend


def paths(wish: Wish) -> tuple[Path, Path]:
    """The path without clipping and the path with it."""
    assert isinstance(wish.own, Cliff)
    return descend(wish.own, "off"), descend(wish.own, wish.own.mode)


def inside(path: Path) -> bool:
    """Whether the descent stays in the picture."""
    ends = np.array([W_RANGE, B_RANGE]).T
    return bool(((path.points >= ends[0]) & (path.points <= ends[1])).all())


def thrown(wish: Wish) -> bool:
    off, on = paths(wish)
    assert off.lengths.max() > 30 and not inside(off) and len(off.throws) == 1
    return inside(on) and not on.throws and on.errors[-1] < 0.01 < off.errors[-1]


def thrown_near(wish: Wish) -> bool:
    off, on = paths(wish)
    assert off.throws and inside(off) and not on.throws
    return bool(on.errors[-1] < off.errors[-1] / 100)


def hardly_moves(wish: Wish) -> bool:
    _, on = paths(wish)
    moved = np.hypot(*(on.points[-1] - on.points[0]))
    return bool(on.clipped.all() and moved < 0.15 and on.errors[-1] > 0.9 * on.errors[0])


def no_promise(wish: Wish) -> bool:
    off, on = paths(wish)
    return bool(off.throws) and not on.throws and bool(on.errors[-1] > 1.5 * off.errors[-1])


CLAIMS = {
    "thrown": thrown,
    "near": thrown_near,
    "too-low": hardly_moves,
    "no-promise": no_promise,
}
