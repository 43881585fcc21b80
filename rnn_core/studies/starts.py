"""Starts compared: dh_T/dh_t of one experiment under several initialisations.

The quantity is the spectral norm of ds_T/ds_t over the distance k = T - t, with s = h, and for an
LSTM h and c stacked.  For several layers it is that of dh_T (top layer) / dh_t (bottom layer).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from rnn_core.analysis.jacobians import from_bottom_to_top, spectral_norms
from rnn_core.analysis.stack import Stack, simple, stack
from rnn_core.analysis.sweep import flow
from rnn_core.analysis.sweep import seconds as flow_seconds
from rnn_core.arrays import Array
from rnn_core.engine.price import network_pass
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters, normalise
from rnn_core.experiment.inputs import Series, longest
from rnn_core.experiment.run import make_cell, run
from rnn_core.experiment.settings import Value, choice

DEEP: Final = 2.0  # what rows in small groups take more than all at once
FURTHER: Final = 3  # a distance's part that the next one is further; each costs a norm per seed
HIDDEN: Final = (4, 16, 32, 64)
LAYERS: Final = (1, 2, 3)
BIASES: Final = (0.0, 1.0, 3.0, 5.0)
RADII: Final = (0.9, 1.1, 1.5)
GLOROT: Final = "Glorot uniform"

Start = Mapping[str, Value]  # settings to change


@dataclass(frozen=True)
class Starts:
    """Reader's settings: which starts are compared."""

    vary: str = choice(
        "init",
        "Compare",
        "Starts",
        {
            "init": "initialisations",
            "activation": "activations (RNN)",
            "bias": "gate biases (LSTM, GRU)",
            "hidden": "hidden sizes",
            "layers": "numbers of layers",
        },
        help="Everything else stays as it is set.",
    )


class Left(NamedTuple):
    """Spectral norms (M, K) that each start left of M seeds at K distances; inf: overflow."""

    cell: str
    distance: Array  # (K,)
    norms: Mapping[str, Array]
    own: str  # the start that the reader has set, or ""
    depth: bool = False  # the norms are of dh_T (top) / dh_t (bottom)


def usable(e: Experiment, vary: str) -> str:
    """The comparison that this cell allows; initialisations where it cannot be as asked."""
    settings = {"activation": ("activation",), "bias": ("forget_bias", "update_bias")}
    asked = settings.get(vary, ())
    return vary if not asked or any(matters(e, name) for name in asked) else "init"


def notes(e: Experiment, vary: str) -> tuple[str, ...]:
    """Notes on what is not compared as it was asked for."""
    said = []
    if usable(e, vary) != vary:
        said.append(f"The {e.cell.upper()} has nothing of that kind to choose: initialisations.")
    changed = [note for note in simple(e)[1] if (note, vary) != ("one forward layer", "layers")]
    changed += ["forward layers"] if vary == "layers" and e.direction != "forward" else []
    changed += ["weights as drawn, not the trained ones"] if e.weights else []
    if changed:
        said.append(f"For the comparison: {', '.join(changed)}.")
    return tuple(said)


def plain(e: Experiment, vary: str) -> Experiment:
    """The reader's own start as it is compared: forward layers that read what they are given."""
    return normalise(replace(_drawn(e), layers=e.layers if vary == "layers" else 1))


def _drawn(e: Experiment) -> Experiment:
    """One forward layer whose weights are drawn: a start is what comes before training."""
    return replace(simple(e)[0], weights="")


def length(e: Experiment, series: Series | None = None) -> int:
    """T."""
    return min(e.steps, longest(e.source, series) or e.steps)


def starts(e: Experiment, vary: str) -> dict[str, Experiment]:
    """Name of each start -> its experiment."""
    mine, e = plain(e, vary), _drawn(e)
    found = {"init": _inits, "activation": _activations, "bias": _biases}
    if vary in found:
        changes = found[vary](e)
    elif vary == "hidden":
        changes = {f"H = {n}": {"hidden": n} for n in sorted({*HIDDEN, e.hidden})}
    else:
        changes = {f"{n} layer{'s' * (n > 1)}": {"layers": n} for n in LAYERS}
    wishes = {name: replace(e, **start) for name, start in changes.items()}  # type: ignore[arg-type]
    wishes = {name: normalise(wish) for name, wish in wishes.items()}
    if mine not in wishes.values():
        wishes.pop(GLOROT, None)  # makes room
        wishes["As set"] = mine
    return wishes


def _inits(e: Experiment) -> dict[str, Start]:
    identity: dict[str, Value] = {"init": "identity", "gain": 1.0}
    squashes = matters(e, "activation")
    identity |= {"activation": "relu"} if squashes else {}
    return {
        "PyTorch default": {"init": "pytorch", "gain": 1.0},
        "Keras default": {"init": "keras", "gain": 1.0},
        GLOROT: {"init": "glorot", "gain": 1.0},
        "Orthogonal": {"init": "orthogonal", "gain": 1.0},
        "IRNN (identity, ReLU)" if squashes else "Identity": identity,
        **{f"Gaussian ρ = {r:g}": {"init": "gaussian", "gain": r} for r in RADII},
    }


def _activations(_: Experiment) -> dict[str, Start]:
    setting = SETTINGS["activation"]
    pairs = zip(setting.words, setting.options, strict=True)
    return {str(word): {"activation": option} for word, option in pairs}


def _biases(e: Experiment) -> dict[str, Start]:
    name = "forget_bias" if matters(e, "forget_bias") else "update_bias"
    words = name.replace("_", " ")
    return {f"{words} {b:g}": {name: b} for b in sorted({*BIASES, getattr(e, name)})}


def distances(T: int) -> Array:
    """The measured distances, 0 to T: each of the first, where curves bend, then ever fewer."""
    found = [0]
    while found[-1] < T:
        found.append(min(T, found[-1] + max(1, found[-1] // FURTHER)))
    return np.array(found)


def norms(e: Experiment, seeds: Sequence[int], series: Series | None = None) -> Array:
    """(M, K) spectral norms at `distances(T)` for each seed, one layer; inf where it overflowed."""
    plain, drawn = replace(e, scale=1.0), tuple(seeds)
    alike = _kept(plain, drawn) if series is None else _draws(plain, drawn, series)
    many = replace(alike, factor=np.array([e.scale]))
    k, T = distances(many.steps), many.steps
    return flow(many, "state", distances=k.tolist())["s"][0, :, 0, T - k].T


def seconds(e: Experiment, seeds: int, deep: bool, series: Series | None = None) -> float:
    """About how long one start's norms take, on one core."""
    T, cell = length(e, series), make_cell(e)
    if not deep:
        return flow_seconds(cell, seeds, e.hidden, T, "state", len(distances(T)))
    rows = network_pass(cell, T=T, B=e.hidden, D=e.hidden, H=e.hidden, layers=e.layers)
    return seeds * DEEP * rows.seconds


def _draws(e: Experiment, seeds: tuple[int, ...], series: Series | None = None) -> Stack:
    return stack([replace(e, seed=s) for s in seeds], series)


_kept = lru_cache(maxsize=64)(_draws)  # the weight scale multiplies the same draws


def depth_norms(e: Experiment, seeds: Sequence[int], series: Series | None = None) -> Array:
    """(M, K) spectral norms of dh_T (top layer) / dh_t (bottom layer), one run per seed."""
    return np.stack([_through(replace(e, seed=s), series) for s in seeds])


def _through(e: Experiment, series: Series | None) -> Array:
    done = run(e, series)
    (stage,) = done.stages
    found = from_bottom_to_top(stage.network, stage.x, done.initial)
    T = len(found) - 1
    sizes = spectral_norms(found[T - distances(T)])
    return np.where(np.isnan(sizes), np.inf, sizes)
