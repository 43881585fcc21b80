"""Phase maps: how much gradient is left, over weight scale and sequence length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from rnn_core.analysis.sweep import Slice, phase_map, simple
from rnn_core.analysis.sweep import seconds as flow_seconds
from rnn_core.arrays import Array
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.inputs import Series, longest
from rnn_core.experiment.run import make_cell
from rnn_core.studies.flow import CELLS, seeds_of, swept

SEEDS: Final = 5
SCALES: Final = tuple(round(0.2 * k, 1) for k in range(1, 21))
SLICES: Final = len(CELLS) * 4  # of a map


def lengths_of(e: Experiment, series: Series | None = None) -> tuple[int, ...]:
    """Twenty lengths up to the longest this input has."""
    most = min(200, longest(e.source, series) or 200)
    return tuple(sorted({int(v) // 5 * 5 for v in np.linspace(most / 20, most, 20)} - {0}))


def mapped(e: Experiment) -> Experiment:
    """The experiment without whatever cannot matter to a phase map."""
    return replace(swept(e, "scale", "last"), steps=SETTINGS["steps"].default)  # type: ignore[arg-type]


def seconds(e: Experiment, lengths: Sequence[int], series: Series | None) -> float:
    """About how long a map takes, on one core: forward once, back once for each length."""
    T, networks = max(lengths), SEEDS * len(SCALES) * (1 + len(lengths) // 2)
    cells = [make_cell(replace(e, cell=cell)) for cell in CELLS]
    return sum(flow_seconds(cell, networks, e.hidden, T) for cell in cells) / 2


def slices(e: Experiment, lengths: Sequence[int], series: Series | None) -> Iterator[Slice]:
    """The map, piece by piece: `SLICES` of them."""
    seeds = seeds_of(e, SEEDS)
    return phase_map(simple(e)[0], CELLS, SCALES, lengths, seeds, series)


def maps(e: Experiment, lengths: Sequence[int], series: Series | None) -> dict[str, Array]:
    """cell -> (scales, lengths) log10 of the gradient ratio."""
    rows = defaultdict[str, list[Array]](list)
    for part in slices(e, lengths, series):
        rows[part.cell].append(part.ratios)
    return {cell: np.concatenate(parts) for cell, parts in rows.items()}
