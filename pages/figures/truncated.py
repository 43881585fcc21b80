"""Truncated BPTT in pictures: the blocks it leaves, the angle it turns, the clue it hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.credit import steps as counted
from pages.figures.credit import whole
from pages.figures.norm_axis import LOW, held, norm_axis, zone_words, zones
from pages.figures.theme import INK, Figure, Part, base_figure, cell_look, number
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import HOUSE, Notation
from rnn_core.studies.truncated import STARTS, TASK, UPDATES, Compared, Slice, training
from rnn_core.studies.truncated import gradients as bptt

Floats = NDArray[np.float64]

HEIGHT, HALF = 420, 300  # pixels
PRIMARY: Final = "var(--st-primary-color)"
SMOOTH: Final = 20  # updates that a point of the training curves is the mean of


# -- one run, cut ------------------------------------------------------------------------------


def cuts(done: Run, window: int) -> list[int]:
    """The boundaries at which the way back is cut, in the order of the picture."""
    found, before = [], 0
    for stage in done.stages:
        T = stage.x.shape[1]
        inside = list(range(window, T, window)) if window else []
        reverse = stage.trace.top.reverse
        found += [before + (T - b if reverse else b) for b in inside]
        before += T
    return sorted(found)


def blocks(done: Run, window: int, loss: str, notation: Notation = HOUSE) -> Figure:
    """dL/dh_t of full BPTT, and of truncated BPTT in pieces; window 0 cuts nothing."""
    full, cut = _norms(done, 0), _norms(done, window)
    steps, quantity = np.arange(len(full)), notation.of(done.experiment.cell).gradient("h")
    above, drawn = (np.where(v > 0, held(v), np.nan) for v in (full, cut))
    nothing = np.flatnonzero(cut == 0)
    data = [
        _line("full BPTT", steps, above, full, PRIMARY, "dash", 2),
    ]
    if window:
        data.append(_line(f"window {window}", steps, drawn, cut, INK, "solid", 3.5))
    if len(nothing):
        data.append(_zeros(nothing, LOW))
    figure = base_figure(
        data,
        _reaching(cut, window),
        "state after step t (t = 0: the initial state)",
        f"‖{quantity}‖, total, loss at {loss}",
    )
    layout = figure["layout"] | {"height": HEIGHT, "hovermode": "x"}
    layout["margin"] = {"l": 72, "r": 12, "t": 76, "b": 48}
    layout["shapes"] = [*zones(), *(_at(b, "dot") for b in cuts(done, window))]
    layout["annotations"] = zone_words()
    layout["yaxis"] |= norm_axis()
    layout["xaxis"] |= {"zeroline": False, "range": [-0.5, len(full) - 0.5], **whole(full)}
    return {"data": figure["data"], "layout": layout}


def _norms(done: Run, window: int) -> Floats:
    """(T+1,) norm of the top layer's total gradient at every boundary, through all networks."""
    first, *rest = (gradient.top.norms("h") for gradient in bptt(done, window))
    return np.concatenate([first, *(each[1:] for each in rest)])


def _line(
    name: str, x: NDArray[Any], y: Floats, values: Floats, colour: str, dash: str, width: float
) -> Part:
    return {
        "type": "scatter",
        "x": x,
        "y": np.where(np.isfinite(y), y, np.nan),
        "name": name,
        "mode": "lines+markers",
        "line": {"color": colour, "dash": dash, "width": width},
        "marker": {"size": 5, "color": colour},
        "customdata": [number(v) for v in values],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _zeros(steps: NDArray[Any], low: float) -> Part:
    """Marks on the lower edge where exactly nothing arrives."""
    return {
        "type": "scatter",
        "x": steps,
        "y": np.full(len(steps), low),
        "name": "exactly 0",
        "mode": "markers",
        "marker": {
            "symbol": "x-thin-open",
            "color": INK,
            "line": {"width": 1.2},
            "size": 7 if len(steps) <= 60 else 4,
        },
        "hovertemplate": "exactly 0<extra></extra>",
    }


def _reaching(cut: Floats, window: int) -> str:
    """How many states hear nothing of the loss once the way back is cut."""
    deaf = int((cut == 0).sum())
    if not window:
        return "A window of 0 is full BPTT: nothing is cut"
    if not deaf:
        return f"Cut every {counted(window)}: every state still gets a gradient"
    return f"Cut every {counted(window)}: {deaf} of {len(cut)} states hear nothing of the loss"


def _at(x: float, dash: str, colour: str = INK) -> Part:
    line = {"color": colour, "dash": dash, "width": 1.5}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


# -- every window ------------------------------------------------------------------------------


def angles(found: Mapping[str, Compared], window: int, part: str) -> Figure:
    """The angle to the full gradient, for every window and cell."""
    figure = _windows({c: (f.windows, f.angles) for c, f in found.items()}, window)
    figure["layout"]["title"]["text"] = f"Angle to the full gradient, {_weights(part)}"
    figure["layout"]["yaxis"] |= {
        "title": {"text": "degrees"},
        "range": [-4, 94] if _most(found) <= 90 else [-8, 188],
        "dtick": 30 if _most(found) <= 90 else 60,
    }
    return figure


def ratios(found: Mapping[str, Compared], window: int, part: str) -> Figure:
    """The norm of the truncated gradient by that of the full one."""
    figure = _windows({c: (f.windows, f.ratios) for c, f in found.items()}, window)
    figure["layout"]["title"]["text"] = f"Norm, truncated by full, {_weights(part)}"
    figure["layout"]["yaxis"] |= {"title": {"text": "ratio of norms"}, "rangemode": "tozero"}
    return figure


def _most(found: Mapping[str, Compared]) -> float:
    every = np.concatenate([f.angles[np.isfinite(f.angles)] for f in found.values()])
    return float(every.max(initial=0.0))


def _weights(part: str) -> str:
    return "all weights" if part == "all" else "recurrent weights"


def _windows(lines: Mapping[str, tuple[NDArray[Any], Floats]], window: int) -> Figure:
    data = [_cell(cell, x, y) for cell, (x, y) in lines.items()]
    figure = base_figure(data, "", "window (steps)", "")
    layout = figure["layout"]
    marked = [_at(window, "dash", PRIMARY)] if window else []
    layout |= {"height": HALF, "hovermode": "x unified", "shapes": marked}
    layout["margin"] = {"l": 64, "r": 12, "t": 72, "b": 44}
    longest = max(int(x[-1]) for x, _ in lines.values())
    span = [0, max(longest, window) + 0.5]
    layout["xaxis"] |= {"range": span, "zeroline": False, **whole(np.arange(longest))}
    layout["yaxis"] |= {"zeroline": False}
    return figure


def _cell(cell: str, x: NDArray[Any], y: Floats) -> Part:
    look = cell_look(cell)
    return {
        "type": "scatter",
        "x": x,
        "y": np.where(np.isfinite(y), y, np.nan),
        "name": look.label,
        "mode": "lines+markers",
        "line": {"color": look.colour, "dash": look.dash, "width": 2},
        "marker": {"symbol": look.marker, "size": 6, "maxdisplayed": 20},
        "hovertemplate": "%{y:.3g}",
    }


def sentence(cell: str, found: Compared, steps: int) -> str:
    """Effect of one window on one cell's gradient, in words."""
    window = int(found.windows[0])
    label, angle, ratio = cell_look(cell).label, found.angles[0], found.ratios[0]
    if window == 0:
        return "A window of 0 is **full BPTT**: nothing is cut. Move the slider to cut."
    if window >= steps:
        return f"A window of {counted(window)} cuts nothing: T is {steps}."
    if not np.isfinite(ratio):
        return f"{label}: the full gradient is zero or no finite number, so nothing compares."
    turned = f"turned by **{angle:.1f}°**" if np.isfinite(angle) else "nothing at all"
    return (
        f"{label}, window {window}: the truncated gradient is {turned}, "
        f"**{number(float(ratio))}** times as long as the full one; what it drops is "
        f"**{number(float(found.dropped[0]))}** times as long."
    )


def window_rows(found: Mapping[str, Compared]) -> dict[str, NDArray[Any]]:
    """Long form: cell, window, angle, ratio of norms, what is dropped."""
    cells = [cell for cell, f in found.items() for _ in f.windows]
    return {
        "cell": np.array(cells, dtype=object),
        "window": np.concatenate([f.windows for f in found.values()]),
        "angle_degrees": np.concatenate([f.angles for f in found.values()]),
        "norm_ratio": np.concatenate([f.ratios for f in found.values()]),
        "dropped_ratio": np.concatenate([f.dropped for f in found.values()]),
    }


# -- the clue ----------------------------------------------------------------------------------


def losses(slices: Sequence[Slice], window: int) -> Figure:
    """Both training curves, and the loss of guessing."""
    runs = {
        "full BPTT": (np.concatenate([s.full for s in slices]), PRIMARY, "dash", "circle-open"),
        f"window {window}": (np.concatenate([s.truncated for s in slices]), INK, "solid", "circle"),
    }
    data = [_training(name, *look) for name, look in runs.items()]
    data.append(_guessing())
    title = f"Two trainings on the first symbol, T = {TASK.length}"
    y = f"cross-entropy, mean of {SMOOTH} updates"
    figure = base_figure(data, title, "update", y)
    figure["layout"] |= {"height": 360, "hovermode": "x"}
    figure["layout"]["xaxis"] |= {"range": [0, UPDATES], "zeroline": False}
    figure["layout"]["yaxis"] |= {"rangemode": "tozero"}
    return figure


def _training(name: str, values: Floats, colour: str, dash: str, symbol: str) -> Part:
    means = smoothed(values)
    return {
        "type": "scatter",
        "x": SMOOTH * np.arange(1, len(means) + 1),
        "y": means,
        "name": name,
        "mode": "lines+markers",
        "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"symbol": symbol, "size": 7},
        "hovertemplate": "%{y:.3g}<extra>" + name + "</extra>",
    }


def smoothed(values: Floats) -> Floats:
    """Means of so many neighbours."""
    whole = values[: len(values) // SMOOTH * SMOOTH]
    return np.asarray(whole.reshape(-1, SMOOTH).mean(1))


def _guessing() -> Part:
    level = TASK.baseline
    return {
        "type": "scatter",
        "x": [0, UPDATES],
        "y": [level.loss, level.loss],
        "name": f"{level.words}: {level.formula} = {level.loss:.3f}",
        "mode": "lines",
        "line": {"color": INK, "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }


def verdict(slices: Sequence[Slice], window: int) -> str:
    """Comparison of both trainings in words computed from their losses."""
    full, cut = (
        float(smoothed(np.concatenate(each))[-1])
        for each in ([s.full for s in slices], [s.truncated for s in slices])
    )
    said = (
        f"Mean loss of the last {SMOOTH} updates: full **{number(full)}**, window {window} "
        f"**{number(cut)}**"
    )
    level = TASK.baseline.loss
    if full < level / 4 and cut > 0.9 * level:
        return f"{said}. The full gradient learned; the truncated one only guesses."
    if full < level / 4 and cut < level / 2:
        return (
            f"{said}. Both learned: no gradient ever reached the clue, but the *state* still "
            "carried it into the last block, and that was enough here."
        )
    return f"{said}. Guessing gets {level:.3g}."


def clue_words(cell: str, full: Floats, cut: Floats, window: int) -> str:
    """The task, and what of its loss is felt at the first symbol."""
    label, start, setup = cell_look(cell).label, start_words(cell), training(cell, 0, window)
    zero = ": an exact zero, not a small number" if cut[0] == 0 else ""
    return (
        f"{TASK.help} T = {TASK.length}; {label} of {setup.hidden} units, {start}. "
        f"Before training, ‖dL/dx₁‖, the gradient at the clue over a batch of {setup.batch}, is "
        f"**{number(float(full[0]))}** with full BPTT and **{number(float(cut[0]))}** with a "
        f"window of {window}{zero}."
    )


def start_words(cell: str) -> str:
    """The starting weights of the trainings."""
    settings = [f"{n.replace('_', ' ')} {v}" for n, v in STARTS.get(cell, {}).items()]
    return ", ".join(w.removeprefix("init ") for w in settings) or "drawn as set"
