"""Phase maps: how much gradient is left, over weight scale and sequence length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from rnn_core.analysis.stack import simple
from rnn_core.analysis.sweep import phase_map
from rnn_core.analysis.sweep import seconds as flow_seconds
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import SETTINGS, Experiment, normalise
from rnn_core.experiment.inputs import Series, longest
from rnn_core.experiment.run import make_cell
from rnn_core.studies.flow import seeds_of, swept

SEEDS: Final = 5
SCALES: Final = tuple(round(0.2 * k, 1) for k in range(1, 21))


def lengths_of(e: Experiment, series: Series | None = None) -> tuple[int, ...]:
    """Twenty lengths up to the longest this input has."""
    most = min(200, longest(e.source, series) or 200)
    return tuple(sorted({int(v) // 5 * 5 for v in np.linspace(most / 20, most, 20)} - {0}))


def mapped(e: Experiment, cell: str) -> Experiment:
    """One cell's experiment without whatever cannot matter to its phase map."""
    wish = replace(swept(e, "scale", "last"), steps=SETTINGS["steps"].default, cell=cell)  # type: ignore[arg-type]
    return normalise(wish)


def seconds(e: Experiment, lengths: Sequence[int], series: Series | None) -> float:
    """About how long a map takes, on one core: forward once, back once for each length."""
    T, networks = max(lengths), SEEDS * len(SCALES) * (1 + len(lengths) // 2)
    return flow_seconds(make_cell(e), networks, e.hidden, T) / 2


def ratios(e: Experiment, lengths: Sequence[int], series: Series | None) -> Array:
    """(scales, lengths) log10 of the gradient ratio, of the experiment's own cell."""
    return phase_map(simple(e)[0], SCALES, lengths, seeds_of(e, SEEDS), series)
