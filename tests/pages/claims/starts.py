"""Starts compared: medians of ten seeds at the largest distance."""

from typing import Any

import numpy as np

from pages.ui.session import Wish
from rnn_core.studies.starts import Starts, norms, starts

SEEDS = range(10)


def ends(wish: Wish) -> dict[str, Any]:
    """Start -> (10,) what is left of each seed."""
    assert isinstance(wish.own, Starts)
    found = starts(wish.experiment, wish.own.vary)
    return {name: norms(start, SEEDS)[:, -1] for name, start in found.items()}


def start_decides(wish: Wish) -> bool:
    found = ends(wish)
    assert len(found) == 8 and (found["PyTorch default"] < 1e-9).all()
    return bool(np.median(found["Gaussian ρ = 1.5"]) > 10)


def bias_decides(wish: Wish) -> bool:
    none, one, _, five = (np.median(v) for v in ends(wish).values())
    return bool(none < 1e-6 and one > 1e3 * none and five > 10)


CLAIMS = {
    "initialisations": start_decides,
    "forget-bias": bias_decides,
    "sizes": lambda w: all(np.median(v) < 1e-9 for v in ends(w).values()),
}
