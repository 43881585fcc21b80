"""Measures of Jacobians: of single steps, of their products, and of single paths."""

from __future__ import annotations

from rnn_core.analysis.jacobians import (
    direct_path,
    jacobian_products,
    jacobians,
    slope_path,
    spectra,
    spectral_norms,
)
from rnn_core.arrays import Array
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import Experiment, normalise
from rnn_core.experiment.run import run
from rnn_core.measures.gradients import logarithm
from rnn_core.measures.measure import Own, check_range
from rnn_core.studies.starts import depth_norms, norms, starts


def _top(e: Experiment) -> LayerTrace:
    return run(e).stages[-1].trace.top


def _stretches(trace: LayerTrace) -> Array:
    """(T+1,) spectral norm of ds_T/ds_{T-k}, s all states together, for k = 0..T."""
    steps = jacobians(trace)
    return spectral_norms(jacobian_products(steps, steps.shape[1]))[::-1]


def stretch(e: Experiment, own: Own, *, steps: int = 1) -> float:
    """Largest factor by which the last few Jacobians together stretch a vector."""
    found = _stretches(_top(e))
    check_range("steps", steps, 0, len(found) - 1)
    return float(found[steps])


def jacobian_growth(e: Experiment, own: Own) -> float:
    """log10 of the spectral norm of the product of all steps' Jacobians."""
    return logarithm(float(_stretches(_top(e))[-1]))


def over_direct_path(e: Experiment, own: Own) -> float:
    """log10 of the whole Jacobian's spectral norm over the direct path of the best unit."""
    trace = _top(e)
    path = direct_path(trace)
    if path is None:
        raise ValueError("over_direct_path: expected a cell with a direct path (GRU or LSTM).")
    return logarithm(float(_stretches(trace)[-1])) - logarithm(float(path[0].max()))


def slope_over_direct(e: Experiment, own: Own) -> float:
    """log10 of the product of the update gate's slopes over the product of its values, best units.

    Lecture 000 writes the first for the GRU; its direct path is the second.
    """
    trace = _top(e)
    slopes, path = slope_path(trace), direct_path(trace)
    if slopes is None or path is None:
        raise ValueError("slope_over_direct: expected the GRU, the only cell with both.")
    return logarithm(float(slopes[0].max())) - logarithm(float(path[0].max()))


def singular_value(e: Experiment, own: Own, *, gate: str = "candidate") -> float:
    """Largest singular value of one gate's W_hh."""
    return spectra(_top(e))[gate].sigma


def spectral_radius(e: Experiment, own: Own, *, gate: str = "candidate") -> float:
    """Largest absolute eigenvalue of one gate's W_hh."""
    return spectra(_top(e))[gate].radius


def stretch_of_bound(e: Experiment, own: Own) -> float:
    """Spectral norm of the last step's Jacobian over the largest singular value of W_hh."""
    return stretch(e, own) / singular_value(e, own)


def best_activation(e: Experiment, own: Own) -> str:
    """The activation with which the last state of a vanilla RNN feels the first one most."""
    felt = _felt(e, "activation")
    return max(felt, key=felt.__getitem__)


def starts_apart(e: Experiment, own: Own) -> float:
    """log10 of the most felt start over the least felt one, among those compared."""
    felt = _felt(e, str(own["vary"])).values()
    return logarithm(max(felt)) - logarithm(min(felt))


def _felt(e: Experiment, vary: str) -> dict[str, float]:
    """Norm of the last state's Jacobian to the first one, start by start."""
    wishes = starts(e, vary)
    return {name: _first(wish) for name, wish in wishes.items()}


def _first(e: Experiment) -> float:
    return float(norms(normalise(e), [e.seed])[0, -1])


def layers_gained(e: Experiment, own: Own) -> float:
    """log10 of how much of the bottom layer's first state three layers feel, over one layer."""
    one, three = (starts(e, "layers")[name] for name in ("1 layer", "3 layers"))
    (deep,), (flat,) = (depth_norms(wish, [e.seed]) for wish in (three, one))
    return logarithm(float(deep[-1])) - logarithm(float(flat[-1]))
