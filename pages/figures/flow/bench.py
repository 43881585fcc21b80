"""The gradient-flow bench: one setting's whole range at once, for the browser to leaf through.

A bench holds, for every value of one knob, every cell and every state, the norms at all steps:
median, tenth and ninetieth percentile over the seeds, and the reader's own seed, as logarithms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.flow.letters import left, measured, quantity_words, row_name, together
from pages.figures.norm_axis import DECADES, EXPLODED, SHADE, VANISHED
from pages.figures.theme import COOL, COOL_INK, WARM, WARM_INK, cell_look, token
from rnn_core.analysis.sweep import (
    JACOBIANS,
    KNOBS,
    Slice,
    Stack,
    family,
    flow,
    phase_map,
    simple,
    spectrum,
)
from rnn_core.analysis.sweep import seconds as flow_seconds
from rnn_core.engine.readout import parse_steps
from rnn_core.engine.wiring import WIRINGS
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters
from rnn_core.experiment.inputs import Series, longest
from rnn_core.experiment.run import make_cell
from rnn_core.notation.notation import HOUSE, Notation

Floats = NDArray[np.float64]

CELLS: Final = ("rnn", "gru", "lstm")
SEEDS: Final = 10
MAP_SEEDS: Final = 5
VALUES: Final = 40  # of a knob
POINTS: Final = 25  # of a curve whose every point costs a singular value decomposition
BUDGET: Final = 1e6  # microseconds for those, all together
ROWS: Final = ("median", "low", "high", "own")

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
    rows: Floats


@dataclass(frozen=True)
class Bound:
    """Pascanu's envelope (K, T+1) as log10, and what it is made of, (K,) medians over seeds."""

    rows: Floats
    radius: Floats
    sigma: Floats
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
    """What a bench depends on: the knob's own position and what cannot matter put aside."""
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
        norms = flow(many, quantity, lengths, every=every)
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

    def along(*arrays: Floats) -> Floats:
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


def _by_value(norms: Floats, lengths: Sequence[int] | None) -> Floats:
    """(L, M, S, T+1) -> (K, M, T+1)."""
    return norms[:, :, 0] if lengths else norms[0].transpose(1, 0, 2)


def summary(logs: Floats) -> Floats:
    """(K, M, T+1) -> (K, 4, T+1): median, low, high over the seeds, and the first seed alone.

    Of ten seeds: the middle of the fifth and sixth, the second lowest and the second highest.
    """
    ordered, last = np.sort(logs, axis=1), logs.shape[1] - 1
    edge = round(0.1 * last)
    with np.errstate(all="ignore"):
        middle = (ordered[:, last // 2] + ordered[:, (last + 1) // 2]) / 2
    return np.stack([middle, ordered[:, edge], ordered[:, last - edge], logs[:, 0]], axis=1)


def _bound(many: Stack, quantity: str, logs: Floats, lengths: Sequence[int] | None) -> Bound | None:
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


def payload(done: Bench, e: Experiment, notation: Notation = HOUSE) -> dict[str, Any]:
    """What the component draws; `rows` of curves and bound are numbers, all else is JSON."""
    value = float(getattr(e, done.knob))
    nearest = int(np.argmin(np.abs(np.array(done.values) - value)))
    T = done.curves[0].rows.shape[2] - 1
    ends = [int(v) for v in done.values] if done.knob == "steps" else [T] * len(done.values)
    return {
        "knob": done.knob,
        "quantity": done.quantity,
        "knobs": knobs(e),
        "quantities": quantity_words(e.cell, notation),
        "values": list(done.values),
        "ends": ends,
        "setting": value,
        "nearest": nearest,
        "low": DECADES[0],
        "high": DECADES[1],
        "zones": zones(),
        "every": done.every,
        "axis": axis_words(done, notation),
        "points": done.curves[0].rows.shape[2],
        "seeds": [done.seeds[0], len(done.seeds), done.seeds[-1]],
        "notes": list(notes(e, done)),
        "curves": [{**_look(c, done.quantity, notation), "rows": c.rows} for c in done.curves],
        "bound": None
        if done.bound is None
        else {
            "rows": done.bound.rows,
            "radius": done.bound.radius.tolist(),
            "sigma": done.bound.sigma.tolist(),
            "gamma": done.bound.gamma,
            "weight": row_name("rnn", "h", "share", notation),
        },
    }


def _look(curve: Curve, quantity: str, notation: Notation) -> dict[str, Any]:
    return {
        "label": cell_look(curve.cell).label,
        "state": curve.state,
        "symbol": row_name(curve.cell, curve.state, quantity, notation),
        "colour": token(curve.cell),
    }


def zones() -> dict[str, Any]:
    """Where the cool and the warm zone begin, in decades, and their colours."""
    return {
        "vanished": float(np.log10(VANISHED)),
        "exploded": float(np.log10(EXPLODED)),
        "colours": {"cool": COOL, "warm": WARM, "cool-ink": COOL_INK, "warm-ink": WARM_INK},
        "shade": SHADE,
    }


def axis_words(done: Bench, notation: Notation = HOUSE) -> str:
    """The axis: which of the gradients this is, of hidden states and, dashed, cell states."""
    solid = {c.cell: _measured(c, done, notation) for c in done.curves if c.state != "c"}
    dashed = {c.cell: _measured(c, done, notation) for c in done.curves if c.state == "c"}
    drawn = together(solid) + (f", dashed {together(dashed)}" if dashed else "")
    return (
        drawn
        + {
            "last": ": the last step's loss alone",
            "total": ": total, a loss at every step",
            "spectral": ": largest singular value, no loss in it",
            "frobenius": ": Frobenius norm, no loss in it",
            "state": ": largest singular value, no loss in it",
            "share": f", loss at {loss_words(done.experiment)}",
        }[done.quantity]
    )


def _measured(curve: Curve, done: Bench, notation: Notation) -> str:
    return measured(curve.cell, curve.state, done.quantity, notation)


def loss_words(e: Experiment) -> str:
    """Where the experiment has its loss."""
    placement = WIRINGS[e.wiring].placement or e.placement
    if placement != "chosen":
        return {"every": "every step", "last": "the last step"}[placement]
    steps = parse_steps(e.chosen)
    return f"steps {e.chosen}" if steps else "no step"


def notes(e: Experiment, done: Bench) -> Iterator[str]:
    """What the picture does not show as it was asked for."""
    changed = simple(e)[1]
    if changed:
        yield f"The bench compares single layers: {', '.join(changed)} here."
    value = getattr(e, done.knob)
    if value > done.values[-1]:
        yield f"The slider ends at {done.values[-1]:g} here; your setting is {value:g}."
    if done.every > 1:
        yield f"Measured at T and every {done.every} steps back from it, where the marks are."
    if done.quantity in ("last", "total", "share") and e.window:
        yield f"Truncated BPTT cuts the gradient every {e.window} steps."


def bench_rows(done: Bench, notation: Notation = HOUSE) -> dict[str, NDArray[Any]]:
    """Long form: knob value, cell, state, quantity in the notation's letters, step, the norms."""
    texts = ("cell", "state", "quantity")
    columns: dict[str, list[Any]] = {n: [] for n in (done.knob, *texts, "step", *ROWS)}
    for curve in done.curves:
        for k, value in enumerate(done.values):
            rows = curve.rows[k if len(curve.rows) > 1 else 0]
            steps = np.flatnonzero(~np.isnan(rows[0]))
            n = len(steps)
            columns[done.knob] += [value] * n
            columns["cell"] += [curve.cell] * n
            columns["state"] += [curve.state] * n
            columns["quantity"] += [_measured(curve, done, notation)] * n
            columns["step"] += steps.tolist()
            for name, row in zip(ROWS, rows, strict=True):
                columns[name] += (10.0 ** row[steps]).tolist()
    return {n: np.array(v, dtype=object if n in texts else float) for n, v in columns.items()}


# -- the phase map -----------------------------------------------------------------------------

SCALES: Final = tuple(round(0.2 * k, 1) for k in range(1, 21))
SLICES: Final = len(CELLS) * 4  # of a map


def lengths_of(e: Experiment, series: Series | None = None) -> tuple[int, ...]:
    """Twenty lengths up to the longest this input has."""
    most = min(200, longest(e.source, series) or 200)
    return tuple(sorted({int(v) // 5 * 5 for v in np.linspace(most / 20, most, 20)} - {0}))


def mapped(e: Experiment) -> Experiment:
    """What a phase map depends on."""
    return replace(swept(e, "scale", "last"), steps=SETTINGS["steps"].default)  # type: ignore[arg-type]


def map_seconds(e: Experiment, lengths: Sequence[int], series: Series | None) -> float:
    """About how long a map takes, on one core: forward once, back once for each length."""
    T, networks = max(lengths), MAP_SEEDS * len(SCALES) * (1 + len(lengths) // 2)
    cells = [make_cell(replace(e, cell=cell)) for cell in CELLS]
    return sum(flow_seconds(cell, networks, e.hidden, T) for cell in cells) / 2


def map_slices(e: Experiment, lengths: Sequence[int], series: Series | None) -> Iterator[Slice]:
    """The map, piece by piece: `SLICES` of them."""
    seeds = seeds_of(e, MAP_SEEDS)
    return phase_map(simple(e)[0], CELLS, SCALES, lengths, seeds, series)


def map_payload(
    e: Experiment, lengths: Sequence[int], ratios: dict[str, Floats], notation: Notation = HOUSE
) -> dict[str, Any]:
    """ratios: cell -> (scales, lengths) log10 of the gradient ratio."""
    return {
        "scales": list(SCALES),
        "lengths": list(lengths),
        "scale": e.scale,
        "steps": e.steps,
        "seeds": [e.seed, MAP_SEEDS, seeds_of(e, MAP_SEEDS)[-1]],
        "limit": 8,
        "zones": zones(),
        "ratio": together({c: left(c, notation) for c in ratios}),
        "maps": [{"label": cell_look(c).label, "rows": r} for c, r in ratios.items()],
    }


def map_words(ratios: dict[str, Floats]) -> str:
    """Each cell's share of places where the gradient vanishes and where it explodes."""
    first, *rest = (f"{cell_look(c).label}: {_shares(r)}" for c, r in ratios.items())
    return "; ".join(
        [
            first.format("vanishes on ", "of all places, explodes on "),
            *(each.format("", "and ") for each in rest),
        ]
    )


def _shares(ratios: Floats) -> str:
    below, above = np.log10(VANISHED), np.log10(EXPLODED)
    return f"{{}}{np.mean(ratios < below):.0%} {{}}{np.mean(ratios > above):.0%}"


def map_rows(
    lengths: Sequence[int], ratios: dict[str, Floats], notation: Notation = HOUSE
) -> dict[str, NDArray[Any]]:
    """Long form: cell, quantity in the notation's letters, scale, steps, log10 ratio."""
    S, L = len(SCALES), len(lengths)
    said = [left(c, notation) for c in ratios]
    return {
        "cell": np.repeat(np.array(list(ratios), dtype=object), S * L),
        "quantity": np.repeat(np.array(said, dtype=object), S * L),
        "scale": np.tile(np.repeat(SCALES, L), len(ratios)),
        "steps": np.tile(lengths, S * len(ratios)),
        "log10 ratio": np.concatenate([np.zeros(0), *(r.ravel() for r in ratios.values())]),
    }
