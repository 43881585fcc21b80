"""Where five lectures disagree or simplify, each with a number from the reader's own run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pages.figures.notation.variants import variants
from pages.figures.theme import number
from rnn_core.analysis.jacobians import direct_path, jacobians, pascanu
from rnn_core.engine.clip import clip
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import LECTURES, NOTATIONS


@dataclass(frozen=True)
class Disagreement:
    """Which lectures, what about, and the live number in it."""

    lectures: str
    words: str


def disagreements(runs: Mapping[str, Run], mine: Run, random: Run) -> tuple[Disagreement, ...]:
    """`runs` by cell, all else as in `mine`; `random` is `mine` from a random initial state."""
    lines = {
        "All": _letters(),
        "001, 000, 003": _update(runs["gru"]),
        "000, 003": _start(mine, random),
        "001": _squashed(mine),
        "000": _radius(runs["rnn"]),
        "000, GRU": _slopes(runs["gru"]),
        "004": _path(runs["lstm"]),
        "002, gates": _open(runs["lstm"]),
        "002, clipping": _cut(mine),
        "001, GRU": _biases(runs["gru"]),
        "002, LSTM": _shares(runs["lstm"]),
    }
    return tuple(Disagreement(where, words) for where, words in lines.items())


def _letters() -> str:
    written = {name: NOTATIONS[name].cells["rnn"] for name in LECTURES}
    states = {name: alphabet.letters["h"] for name, alphabet in written.items()}
    matrices = {name: alphabet.wh.strip("!") for name, alphabet in written.items()}
    return f"One state: {_counted(states)}. One recurrent matrix: {_counted(matrices)}."


def _counted(letters: Mapping[str, str]) -> str:
    each = ", ".join(f"{letter} ({name})" for name, letter in letters.items())
    return f"**{len(set(letters.values()))}** letters, {each}"


def _update(run: Run) -> str:
    found = {v.key: v.largest for v in variants(run)}
    return (
        "z takes the new in 001 and keeps the past in 000 and 003. Read the other way with the "
        f"same weights, h is off by up to **{number(found['update'])}**; with the weights of z "
        f"negated too, by {number(found['negated'])}: a matter of naming."
    )


def _start(mine: Run, random: Run) -> str:
    with np.errstate(all="ignore"):
        parts = [
            np.abs(a.trace.top.after("h") - b.trace.top.after("h"))[0].max(1)
            for a, b in zip(mine.stages, random.stages, strict=True)
        ]
    apart = np.concatenate(parts)
    if not apart.any():
        return "h₀ is random in 000 and zero in 003. Here it is **random**: choose zero to compare."
    return (
        "h₀ is random in 000 and zero in 003. Here the two starts leave h apart by "
        f"{number(apart[0])} at the first step and **{number(apart[-1])}** at the last."
    )


def _squashed(run: Run) -> str:
    logits = np.concatenate([s.trace.logits.ravel() for s in run.stages])
    largest = float(np.abs(logits).max(initial=0.0))
    return (
        "The output goes through tanh; other lectures leave it open or use softmax. The largest "
        f"|V·h + b| of this run is **{number(largest)}**; tanh makes {number(np.tanh(largest))} "
        "of it."
    )


def _radius(run: Run) -> str:
    bound = pascanu(run.stages[0].trace.layers[0])
    if bound is None:
        raise TypeError("expected the run of a plain RNN")
    return (
        "Whether w < 1 decides, for one number w. For a matrix it is not one number: W_hh here has "
        f"spectral radius **{number(bound.radius)}** and largest singular value "
        f"**{number(bound.sigma)}**. Only the second, times the largest slope "
        f"{number(bound.gamma)}, below 1 makes vanishing certain."
    )


def _slopes(run: Run) -> str:
    trace = run.stages[0].trace.layers[0]
    steps = int(trace.lengths[0])
    return (
        "The GRU's gradient is written as a product of σ′, and σ′ is at most ¼: at most "
        f"{number(0.25**steps)} over {steps} steps. The norm of ∂h_T/∂h₀ measured here is "
        f"**{number(_through(trace, 'h'))}**: h is carried by z itself, not by its slope, and the "
        "candidate's path is left out."
    )


def _path(run: Run) -> str:
    trace = run.stages[0].trace.layers[0]
    path = direct_path(trace)
    direct = float(path[0].max()) if path is not None else float("nan")
    return (
        "Back from cₜ to cₜ₋₁ only f multiplies, elementwise: that path alone keeps at most "
        f"{number(direct)} of c₀ to the last step. The norm of the whole ∂c_T/∂c₀ is "
        f"**{number(_through(trace, 'c'))}**: gates read h, and h reads c."
    )


def _through(trace: LayerTrace, state: str) -> float:
    """Spectral norm of d s_T / d s_0, through every path."""
    H = trace.weights.weight_hh.shape[1]
    at = trace.cell.states.index(state) * H
    product = np.eye(H * len(trace.cell.states))[at : at + H]
    with np.errstate(all="ignore"):
        for step in jacobians(trace)[::-1]:
            product = product @ step
    block = product[:, at : at + H]
    return float(np.linalg.norm(block, 2)) if np.isfinite(block).all() else float("inf")


def _open(run: Run) -> str:
    values = _gate(run, "input")
    return (
        "iₜ and oₜ “return 0 or 1”. They lie between: iₜ runs here from "
        f"**{number(values.min())}** to **{number(values.max())}**."
    )


def _cut(run: Run) -> str:
    gradient = run.weights_gradient
    largest = max(float(np.abs(a).max(initial=0.0)) for a in gradient.values())
    if largest == 0 or not np.isfinite(largest):
        return "Its clipping caps values and turns the gradient; capping the norm only shortens it."
    turned = clip(gradient, "value", largest / 10).angle_degrees
    return (
        "Its clipping caps values. At a tenth of the largest entry, that turns this run's gradient "
        f"by **{turned:.1f}°**; capping the norm, as is usual, turns it by 0°."
    )


def _biases(run: Run) -> str:
    found = {v.key: v.largest for v in variants(run)}
    if "biases" not in found:
        return "The GRU is written without biases, as it is here: all biases are **0**."
    return (
        "The GRU is written without biases. Without them h differs here by up to "
        f"**{number(found['biases'])}**."
    )


def _shares(run: Run) -> str:
    trace = run.stages[0].trace.layers[0]
    forget = trace.gates.get("forget")
    total = _gate(run, "input") + (1.0 if forget is None else forget[trace.mask])
    return (
        "The LSTM is called a generalised GRU. A GRU's shares of past and candidate always sum to "
        f"1; f + i runs here from **{number(total.min())}** to **{number(total.max())}**. But an "
        "LSTM has no reset gate: neither contains the other."
    )


def _gate(run: Run, name: str) -> np.ndarray:
    trace = run.stages[0].trace.layers[0]
    return trace.gates[name][trace.mask]
