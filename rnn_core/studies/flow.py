"""One setting's whole range at once: every cell's gradient for every value of one knob.

A bench holds, for every value of the knob, every cell and every state, the norms at all steps:
median, second lowest and second highest of ten seeds, and the reader's own seed, as logarithms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from rnn_core.analysis.stack import KNOBS, Stack, family, simple
from rnn_core.analysis.sweep import JACOBIANS, flow, spectrum
from rnn_core.analysis.sweep import seconds as flow_seconds
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters
from rnn_core.experiment.inputs import Series, longest
from rnn_core.experiment.run import make_cell

CELLS: Final = ("rnn", "gru", "lstm")
SEEDS: Final = 10
VALUES: Final = 40  # of a knob
POINTS: Final = 25  # of a curve whose every point costs a singular value decomposition
BUDGET: Final = 1e6  # microseconds for those, all together

KNOB_WORDS: Final = {
    "scale": "Weight scale",
    "gain": "Gain",
    "forget_bias": "Forget bias (LSTM)",
    "update_bias": "Update bias (GRU)",
    "steps": "Sequence length T",
}


@dataclass(frozen=True)
class Curve:
    """One state of one cell: log10 norms (K or 1, 4, T+1), nan where there is none."""

    cell: str
    state: str
    rows: Array


@dataclass(frozen=True)
class Bound:
    """Pascanu's envelope (K, T+1) as log10, and what it is made of, (K,) medians over seeds."""

    rows: Array
    radius: Array
    sigma: Array
    gamma: float


@dataclass(frozen=True)
class Bench:
    """Everything that turning one knob can show."""

    experiment: Experiment  # as swept: one forward layer
    knob: str
    quantity: str
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    every: int
    curves: tuple[Curve, ...]
    bound: Bound | None


def seeds_of(e: Experiment, count: int) -> tuple[int, ...]:
    """The reader's own seed and the ones after it; after the last comes the first."""
    return tuple((e.seed + k) % (int(SETTINGS["seed"].high) + 1) for k in range(count))


def knobs(e: Experiment) -> dict[str, str]:
    """The knobs that turn something in this experiment, and their words."""
    return {k: w for k, w in KNOB_WORDS.items() if matters(e, k, every_cell=True)}


def usable(e: Experiment, knob: str) -> str:
    """The knob, or the first one if this experiment has none of it."""
    return knob if knob in knobs(e) else KNOBS[0]


def swept(e: Experiment, knob: str, quantity: str) -> Experiment:
    """The experiment without the knob's own position and whatever cannot matter to a bench."""
    e = replace(simple(e)[0], cell="lstm", clip="off", threshold=1.0)
    if quantity != "share":
        e = replace(e, placement="last", chosen="1")
    return replace(e, **{knob: SETTINGS[knob].default})  # type: ignore[arg-type]


def grid(
    e: Experiment, knob: str, quantity: str, series: Series | None = None
) -> tuple[float, ...]:
    """The knob's values, the present one among them."""
    return tuple(sorted({v for part in parts(e, knob, quantity, series) for v in part}))


def parts(
    e: Experiment, knob: str, quantity: str, series: Series | None = None
) -> tuple[tuple[float, ...], ...]:
    """The same, as they are swept: those that do not depend on where the knob stands are one result
    for all its positions, and the present one is another. Lengths are all swept at once."""
    setting, now = SETTINGS[knob], float(getattr(e, knob))
    most, size, dear = setting.high, VALUES, quantity in JACOBIANS
    if knob == "steps":
        most = min(longest(e.source, series) or most, _furthest(e) if dear else most)
    if dear:
        points = most / 2 if knob == "steps" else min(e.steps, POINTS)
        least = 6 if e.hidden * e.steps <= 6000 else 3
        side = e.hidden * (1.6 if quantity == "state" else 1)
        size = int(np.clip(BUDGET / (4 * SEEDS * points * 1.4 * side**1.2), least, VALUES))
    whole = round((most - setting.low) / setting.step) + 1
    even = np.linspace(setting.low, most, min(size, whole))
    found = {float(setting.snap(v if setting.kind == "number" else int(v))) for v in even}
    present = {min(now, most)} - found
    if knob == "steps" or not present:
        return (tuple(sorted(found | present)),)
    return tuple(sorted(found)), tuple(present)


def _furthest(e: Experiment) -> int:
    """Jacobians of many units are not followed through every length: a class would wait."""
    return 200 if e.hidden <= 32 else 100


def stride(e: Experiment, knob: str, quantity: str) -> int:
    """Jacobians of long sequences are measured at every so many-th step."""
    dear = quantity in JACOBIANS and knob != "steps"
    return -(-e.steps // POINTS) if dear else 1


def seconds(
    e: Experiment, knob: str, quantity: str, values: Sequence[float], series: Series | None = None
) -> float:
    """About how long `bench` takes, on one core."""
    T = int(max(values)) if knob == "steps" else min(e.steps, longest(e.source, series) or e.steps)
    networks = round(SEEDS * (sum(values) / T if knob == "steps" else len(values)))
    points = -(-T // stride(e, knob, quantity))
    once = [
        flow_seconds(make_cell(replace(e, cell=cell)), networks, e.hidden, T, quantity, points)
        for cell in CELLS
    ]
    return sum(once)


def bench(
    e: Experiment, knob: str, quantity: str, values: Sequence[float], series: Series | None = None
) -> Bench:
    """Sweep the knob over `values` for every cell, ten seeds from the reader's own on."""
    e, seeds, every = simple(e)[0], seeds_of(e, SEEDS), stride(e, knob, quantity)
    lengths = [int(v) for v in values] if knob == "steps" else None
    curves: list[Curve] = []
    bound = None
    for cell in CELLS:
        many = family(replace(e, cell=cell), knob, values, seeds, series)
        norms = flow(many, quantity, lengths, distances=range(0, many.steps + 1, every))
        with np.errstate(all="ignore"):
            logs = {s: np.log10(_by_value(a, lengths)) for s, a in norms.items()}
        curves += [Curve(cell, s, summary(a)) for s, a in logs.items()]
        bound = bound or _bound(many, quantity, next(iter(logs.values())), lengths)
    return Bench(e, knob, quantity, tuple(values), seeds, every, tuple(curves), bound)


def joined(several: Sequence[Bench]) -> Bench:
    """Benches that differ in the knob's values alone, as one."""
    first, *others = several
    if not others:
        return first
    values = [v for one in several for v in one.values]
    order = np.argsort(values)

    def along(*arrays: Array) -> Array:
        alone = len(arrays[0]) == 1 < len(first.values)  # the knob does not matter to this cell
        return arrays[0] if alone else np.concatenate(arrays)[order]

    curves = zip(*(one.curves for one in several), strict=True)
    bounds = [one.bound for one in several if one.bound]
    bound = first.bound
    if bound is not None:
        rows, radius, sigma = (
            along(*(getattr(b, name) for b in bounds)) for name in ("rows", "radius", "sigma")
        )
        bound = Bound(rows, radius, sigma, bound.gamma)
    return replace(
        first,
        values=tuple(values[k] for k in order),
        curves=tuple(replace(c[0], rows=along(*(one.rows for one in c))) for c in curves),
        bound=bound,
    )


def _by_value(norms: Array, lengths: Sequence[int] | None) -> Array:
    """(L, M, S, T+1) -> (K, M, T+1)."""
    return norms[:, :, 0] if lengths else norms[0].transpose(1, 0, 2)


def summary(logs: Array) -> Array:
    """(K, M, T+1) -> (K, 4, T+1): median, low, high over the seeds, and the first seed alone.

    Of ten seeds: the middle of the fifth and sixth, the second lowest and the second highest.
    """
    ordered, last = np.sort(logs, axis=1), logs.shape[1] - 1
    edge = round(0.1 * last)
    with np.errstate(all="ignore"):
        middle = (ordered[:, last // 2] + ordered[:, (last + 1) // 2]) / 2
    return np.stack([middle, ordered[:, edge], ordered[:, last - edge], logs[:, 0]], axis=1)


def _bound(many: Stack, quantity: str, logs: Array, lengths: Sequence[int] | None) -> Bound | None:
    """The envelope (sigma_max gamma)^k for a vanilla RNN, from where the gradient starts."""
    found = spectrum(many)
    if found is None or quantity not in ("last", *JACOBIANS):
        return None
    ends = np.array(lengths or [many.steps])
    distance = np.where((d := ends[:, None] - np.arange(many.steps + 1)) >= 0, d, np.nan)
    with np.errstate(all="ignore"):
        factor = np.log10(found.sigma * found.gamma).T[..., None]  # (S, M, 1)
        start = logs[np.arange(len(logs)), :, np.broadcast_to(ends, len(logs))][..., None]
        fallen = np.where(distance[:, None] == 0, 0.0, distance[:, None] * factor)
        rows = np.median(start + fallen, axis=1)
    radius, sigma = np.median(found.radius, axis=0), np.median(found.sigma, axis=0)
    return Bound(rows, radius, sigma, found.gamma)
