"""Recorded races: loss on every seed, beside what the best answer without memory gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import CELLS, INK, Figure, Part, base_figure, number
from rnn_core.tasks.task import Baseline
from rnn_core.training.races import Lane, Race

LOOKS: Final = tuple(CELLS.values())  # three colours, dashes and markers
HEIGHT: Final = 400  # pixels
ROOM: Final = 1.25  # of the vertical axis, above the baseline


def race_figure(race: Race) -> Figure:
    """Loss on sequences kept apart, a line for each run and seed; the title says who solved it."""
    data = [recorded_line(race, lane) for words in race.words for lane in race.of(words)]
    data += [_last(race, words) for words in race.words]
    figure = base_figure(data, title(race), "update", "loss on sequences kept apart")
    base, last = race.task.baseline, max(lane.updates[-1] for lane in race.lanes)
    assert base is not None, "a race is run on a task with a baseline"
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "hovermode": "closest", "shapes": [level(base.loss)]}
    layout["margin"] = {"l": 64, "r": 16, "t": 64, "b": 44}
    layout["legend"] |= {"x": 1, "xanchor": "right"}
    layout["xaxis"]["range"] = [0, last * 1.02]
    layout["yaxis"]["range"] = [0.0, ROOM * base.loss]
    layout["annotations"] = [level_words(base)]
    return figure


def look_of(race: Race, words: str) -> Any:
    """A cell's own look, or a place's where the runs differ in something else."""
    run = race.entries(race.seeds[0])[words]
    return CELLS[run.cell] if race.versus == "cell" else LOOKS[race.words.index(words)]


def recorded_line(race: Race, lane: Lane, pale: bool = False) -> Part:
    """One recorded run; pale where it lies behind one that is live."""
    words, first = lane.words, lane.seed == race.seeds[0]
    look = look_of(race, words)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": lane.updates,
        "y": lane.losses,
        "name": f"{words}, recorded" if pale else words,
        "legendgroup": words,
        "showlegend": first and not pale,
        "line": {"color": look.colour, "dash": look.dash, "width": 3 if first else 2},
        "opacity": 0.3 if pale else 1.0 if first else 0.7,
        "hovertemplate": f"update %{{x}}<br>loss %{{y:.3g}}<extra>{words}, seed {lane.seed}"
        "</extra>",
    }


def _last(race: Race, words: str) -> Part:
    """A marker where every run ended."""
    look, lanes = look_of(race, words), race.of(words)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [lane.updates[-1] for lane in lanes],
        "y": [lane.losses[-1] for lane in lanes],
        "name": f"{words}, at the end",
        "legendgroup": words,
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "marker": {"color": look.colour, "symbol": look.marker, "size": 10},
    }


def level(height: float, axis: str = "") -> Part:
    """A dotted line across a chart."""
    return {
        **{"type": "line", "xref": f"x{axis} domain", "yref": f"y{axis}", "x0": 0, "x1": 1},
        **{"y0": height, "y1": height, "line": {"color": INK, "width": 1.5, "dash": "dot"}},
    }


def level_words(base: Baseline) -> Part:
    """Label of the dotted line of the baseline, at its right end and below it."""
    return {
        **{"text": f"{base.words}: {number(base.loss)}", "showarrow": False, "x": 1},
        **{"xref": "x domain", "yref": "y", "y": base.loss},
        **{"xanchor": "right", "yanchor": "top", "yshift": -16},
    }


# -- words -----------------------------------------------------------------------------------


def title(race: Race) -> str:
    """Title: runs that solved the task on every seed, and those that did on none."""
    n, solved = len(race.seeds), {words: race.solved(words) for words in race.words}
    every = [words for words in race.words if solved[words] == n]
    none = [words for words in race.words if not solved[words]]
    some = [f"{words} on {k} of {n}" for words, k in solved.items() if 0 < k < n]
    parts = [f"{listed(every)} solved it on {_all(n)}"] if every else []
    parts += [f"{listed(some)} seeds"] if some else []
    parts += [f"{listed(none)} on none"] if none and parts else []
    return "; ".join(parts) if parts else f"Nobody solved it on any of {n} seeds"


def _all(n: int) -> str:
    return {1: "the one seed", 2: "both seeds", 3: "all three seeds"}.get(n, f"all {n} seeds")


def listed(words: Sequence[str]) -> str:
    """Words as a list: A, B and C."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def spelled(race: Race) -> str:
    """The text alternative: how everyone ended, seed by seed."""
    ends = [
        f"{words} {', '.join(number(lane.loss) for lane in race.of(words))}" for words in race.words
    ]
    assert race.task.baseline is not None
    seeds = listed([str(seed) for seed in race.seeds])
    return (
        f"{title(race)}. Loss at the end on fresh sequences, seeds {seeds}: {'; '.join(ends)}; "
        f"without memory {number(race.task.baseline.loss)}."
    )


def rows(race: Race) -> Mapping[str, NDArray[Any]]:
    """Long form: run, seed, update, loss and metric on sequences kept apart."""
    lanes, counts = race.lanes, [len(lane.updates) for lane in race.lanes]
    return {
        "run": np.repeat(np.array([lane.words for lane in lanes], dtype=object), counts),
        "seed": np.repeat([lane.seed for lane in lanes], counts),
        "update": np.concatenate([lane.updates for lane in lanes]),
        "loss": np.concatenate([lane.losses for lane in lanes]),
        race.task.metric: np.concatenate([lane.scores for lane in lanes]),
    }
