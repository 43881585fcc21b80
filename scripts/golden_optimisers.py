"""Golden file of the optimisers, `tests/golden/optimisers.json`: torch.optim in float64.

    python scripts/golden_optimisers.py        # or all golden files: make golden

The gradients are given, not computed: some change sign, one is 0 throughout, one tiny, one huge,
so that every epsilon and every bias correction shows.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

FILE = Path(__file__).resolve().parent.parent / "tests" / "golden" / "optimisers.json"
UPDATES = 12
RULES = {
    "sgd": lambda w: torch.optim.SGD(w, lr=0.1),
    "momentum": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.9),
    "adagrad": lambda w: torch.optim.Adagrad(w, lr=0.1),
    "rmsprop": lambda w: torch.optim.RMSprop(w, lr=0.1),
    "adam": lambda w: torch.optim.Adam(w, lr=0.1),
}


def gradients() -> np.ndarray:
    """Gradients (updates, 8): of usual size, and columns of zeros, of tiny and of huge numbers."""
    drawn = np.random.default_rng(5).normal(size=(UPDATES, 8))
    drawn[:, 5] = 0
    drawn[:, 6] *= 1e-9
    drawn[:, 7] *= 1e6
    return drawn


def follow(name: str, start: np.ndarray, given: np.ndarray) -> list[list[float]]:
    """The weights after every update."""
    w = torch.nn.Parameter(torch.tensor(start))
    rule, found = RULES[name]([w]), []
    for gradient in given:
        w.grad = torch.tensor(gradient)
        rule.step()
        found.append(w.detach().tolist())
    return found


def make() -> None:
    """Write the golden file."""
    start, given = np.random.default_rng(4).normal(size=8), gradients()
    cases = {name: follow(name, start, given) for name in RULES}
    record = {"rate": 0.1, "start": start.tolist(), "gradients": given.tolist(), "weights": cases}
    FILE.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    make()
