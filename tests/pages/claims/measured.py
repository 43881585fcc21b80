"""Quantities that several pages' claims are about."""

from dataclasses import replace

import numpy as np

from pages.ui import runs
from pages.ui.session import Wish
from rnn_core.analysis.jacobians import jacobian_products, jacobians, singular_values
from rnn_core.experiment.run import Run, run

SEEDS = range(5)


def done(wish: Wish) -> Run:
    """The run of a scene, of trained weights where it names some."""
    return runs.compute(wish.experiment)


def every_seed(wish: Wish) -> list[Run]:
    """The runs of a scene on five seeds: its claim is not one draw's."""
    return [run(replace(wish.experiment, seed=seed)) for seed in SEEDS]


def left(found: Run, state: str = "h") -> float:
    """Norm of the initial state's gradient by that of the last one's."""
    norms = found.stages[0].gradient.top.norms(state)
    return float(norms[0] / norms[-1])


def again(found: Run, **changes: object) -> Run:
    return run(replace(found.experiment, **changes))  # type: ignore[arg-type]


def stretch(found: Run) -> np.ndarray:
    """Spectral norm of the whole state's Jacobian over 0, 1, ..., T steps."""
    steps = jacobians(found.stages[0].trace.top)
    return singular_values(jacobian_products(steps, steps.shape[1]))[::-1, 0]
