"""Every preset's claim, measured on its own seed and on others."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.analysis.jacobians import (
    direct_path,
    jacobian_products,
    jacobians,
    pascanu,
    singular_values,
)
from rnn_core.experiment.experiment import SETTINGS, Experiment, parse, to_params
from rnn_core.experiment.presets import PRESETS
from rnn_core.experiment.run import Run, run

SEEDS = range(5)


def left(done: Run, state: str = "h") -> float:
    """What is left of the last state's gradient at the initial state."""
    norms = done.stages[0].gradient.top.norms(state)
    return float(norms[0] / norms[-1])


def again(done: Run, **changes: object) -> Run:
    return run(replace(done.experiment, **changes))  # type: ignore[arg-type]


def same_letter_two_states(done: Run) -> bool:
    h = done.stages[0].trace.top.after("h")[0]
    assert done.sequence.labels == ("h", "e", "l", "l", "o")
    return bool(np.linalg.norm(h[2] - h[3]) > 0.1 * np.linalg.norm(h[2]))


def clipped_to_threshold(done: Run) -> bool:
    clipped, plain = done.clipped, again(done, clip="off")
    assert left(done) == left(plain) > 1e3
    assert clipped.norm_before > 1e3 and clipped.angle_degrees < 1e-6
    return abs(clipped.norm_after - done.experiment.threshold) < 1e-4


def cut_to_zero(done: Run) -> bool:
    norms, window = done.stages[0].gradient.top.norms(), done.experiment.window
    return not norms[:-window].any() and bool(norms[-window:].all())


def stretch(done: Run) -> np.ndarray:
    """Spectral norm of the whole state's Jacobian over 0, 1, ..., T steps."""
    steps = jacobians(done.stages[0].trace.top)
    return singular_values(jacobian_products(steps, steps.shape[1]))[::-1, 0]


def grows_first(done: Run) -> bool:
    bound, norms = pascanu(done.stages[0].trace.top), stretch(done)
    assert bound is not None and abs(bound.radius - 0.9) < 1e-9
    return bound.sigma > 1.3 and norms[1] > 1.3 and norms[-1] < 1e-2


def grows_indirectly(done: Run) -> bool:
    path = direct_path(done.stages[0].trace.top)
    assert path is not None
    return bool(path[0].max() < 0.5 and stretch(done)[-1] > 2)


CLAIMS: dict[str, Callable[[Run], bool]] = {
    "hello": same_letter_two_states,
    "Default LSTM vanishes": lambda r: (
        max(left(r), left(r, "c"), left(again(r, cell="rnn"))) < 1e-6
    ),
    "Forget bias 1": lambda r: left(again(r, forget_bias=0.0)) * 1e3 < left(r) < 1e-3,
    "Forget bias 1, orthogonal": lambda r: 1e-3 < left(r) < 1,
    "Forget bias 5 overshoots": lambda r: left(r, "c") > 1,
    "Forget bias 3, the indirect path": grows_indirectly,
    "Orthogonal RNN": lambda r: left(r) > 1e-2 and left(again(r, init="pytorch")) < 1e-9,
    "Sigmoid RNN": lambda r: left(r) < 1e-12,
    "Exploding RNN": lambda r: left(r) > 1e3,
    "Spectral radius 0.9 grows first": grows_first,
    "Clipping an explosion": clipped_to_threshold,
    "Clipping by value turns": lambda r: (
        r.clipped.angle_degrees > 40 and again(r, clip="norm").clipped.angle_degrees < 1e-6
    ),
    "Clipping cannot mend vanishing": lambda r: (
        r.clipped.norm_after <= r.clipped.norm_before
        and left(r) < 1e-6
        and left(r) == left(again(r, clip="off"))
    ),
    "Loss at every step": lambda r: left(r) > 0.1 and left(again(r, placement="last")) < 1e-6,
    "Truncated BPTT": cut_to_zero,
}


def test_every_preset_claims_something_that_is_measured():
    assert set(CLAIMS) == set(PRESETS)
    assert len({p.experiment for p in PRESETS.values()}) == len(PRESETS)
    assert Experiment() not in {p.experiment for p in PRESETS.values()}  # its link would be empty


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PRESETS)
def test_the_claim_holds(name, seed):
    assert CLAIMS[name](run(replace(PRESETS[name].experiment, seed=seed)))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_a_link_and_controls_can_show_it(name):
    e = PRESETS[name].experiment
    assert parse(to_params(e)) == (e, ())
    assert all(s.snap(getattr(e, n)) == getattr(e, n) for n, s in SETTINGS.items())
