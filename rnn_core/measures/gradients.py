"""Measures of BPTT: how much of a gradient arrives, from where, and how much is cut off.

A gradient at the last state is dL/dh_T, at the first one dL/dh_0, of the top layer of the last
network of a run.  Powers are decimal logarithms: they neither underflow nor overflow.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import numpy as np

from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.arrays import Array
from rnn_core.engine.clip import global_norm
from rnn_core.engine.trace import LayerGradient
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.run import Run, run
from rnn_core.measures.measure import CELL_NAMES, Own, check_range
from rnn_core.studies.truncated import compare, uncut


def changed(e: Experiment, setting: str, instead: str) -> Experiment:
    """The experiment with one setting at another value, as a link spells it."""
    return replace(e, **{setting: SETTINGS[setting].read(instead)})  # type: ignore[arg-type]


def logarithm(value: float) -> float:
    """log10; of 0 it is minus infinity, of what is no number no number."""
    return math.log10(value) if value > 0 else -math.inf if value == 0 else math.nan


def _top(done: Run) -> LayerGradient:
    return done.stages[-1].gradient.top


def _left(e: Experiment, state: str) -> float:
    norms = _top(run(e)).norms(state)
    return logarithm(float(norms[0])) - logarithm(float(norms[-1]))


def gradient_left(e: Experiment, own: Own, *, state: Literal["h", "c"] = "h") -> float:
    """log10 of the gradient's norm at the first state over that at the last."""
    return _left(e, state)


def factor_per_step(e: Experiment, own: Own, *, state: Literal["h", "c"] = "h") -> float:
    """The factor by which one step changes the gradient's norm, geometric mean over all steps."""
    done = run(e)
    steps = done.stages[-1].x.shape[1]
    return float(10 ** (_left(e, state) / steps))


def gained(e: Experiment, own: Own, *, setting: str, instead: str) -> float:
    """log10 of how many times as much of the gradient is left as with one setting changed."""
    return _left(e, "h") - _left(changed(e, setting, instead), "h")


def keeps_most(e: Experiment, own: Own) -> str:
    """The cell that keeps most of the gradient from the last state to the first."""
    return max(CELL_NAMES, key=lambda cell: _left(replace(e, cell=cell), "h"))


def zero_gradients(e: Experiment, own: Own) -> float:
    """The number of hidden states, the first one included, whose gradient is exactly zero."""
    norms = [stage.gradient.top.norms("h") for stage in run(e).stages]
    return float(sum(np.count_nonzero(n == 0) for n in norms))


def encoder_share(e: Experiment, own: Own) -> float:
    """Norm of the gradient of all the encoder's weights over that of the decoder's."""
    stages = run(e).stages
    if len(stages) < 2:
        raise ValueError("encoder_share: expected the wiring encoder-decoder.")
    encoder, decoder = (global_norm(stage.gradient.weights) for stage in stages)
    return encoder / decoder


def early_share(e: Experiment, own: Own) -> float:
    """The share of dL/dW_hh that comes from the first half of the steps, by norms."""
    norms = _share_norms(e)
    return float(norms[: len(norms) // 2].sum() / norms.sum())


def _share_norms(e: Experiment) -> Array:
    shares = _top(run(e)).share("weight_hh")
    return np.asarray(np.sqrt(np.square(shares).sum((1, 2))))


def last_loss_share(e: Experiment, own: Own) -> float:
    """log10 of the last step's loss in the gradient at the first state, by the norm of all of it.

    With a loss at every step the total gradient is a sum; this is what its farthest part adds.
    """
    done = run(e)
    found = loss_state_matrix(done)[-1].norms["h"]
    return logarithm(float(found[-1, 0])) - logarithm(float(_top(done).norms("h")[0]))


def losses_felt(e: Experiment, own: Own, *, state: int = 1) -> float:
    """The number of steps whose own loss has a gradient at one hidden state."""
    felt = loss_state_matrix(run(replace(e, placement="every", window=0)))[-1].norms["h"]
    check_range("state", state, 0, felt.shape[1] - 1)
    return float(np.count_nonzero(np.nan_to_num(felt[:, state]) > 0))


def truncated_angle(
    e: Experiment, own: Own, *, part: Literal["all", "recurrent"] = "recurrent"
) -> float:
    """Degrees between the gradient truncated at the window and the whole one."""
    if not e.window:
        raise ValueError("truncated_angle: expected a window of 1 step at least; got 0.")
    return float(compare(run(uncut(e)), part, [e.window]).angles[0])


def truncated_cosine(
    e: Experiment, own: Own, *, part: Literal["all", "recurrent"] = "recurrent"
) -> float:
    """Cosine between the gradient truncated at the window and the whole one."""
    return math.cos(math.radians(truncated_angle(e, own, part=part)))


def norm_factor(e: Experiment, own: Own, *, setting: str, instead: str) -> float:
    """Norm of all weights' gradients over what it is with one setting changed."""
    there = run(changed(e, setting, instead))
    return global_norm(run(e).weights_gradient) / global_norm(there.weights_gradient)
