"""Training as it goes on: loss, gradient norm, spectral radius, and the gradient per step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.races import HEIGHT, ROOM, level, level_words, listed, recorded_line
from pages.figures.theme import CEILING, CELLS, FLOOR, INK, Figure, Part, base_figure, number
from rnn_core.applications import samples
from rnn_core.experiment.experiment import SETTINGS as EXPERIMENT
from rnn_core.notation.notation import NOTATIONS
from rnn_core.tasks import METRICS, Task
from rnn_core.tasks.text import NextCharacter
from rnn_core.training.comparison import Comparison, Course
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.races import Race
from rnn_core.training.trainer import Training

Floats = NDArray[np.float64]

LOOKS: Final = tuple(CELLS.values())  # three colours and dashes that are told apart
MOST_POINTS: Final = 600  # of a curve; of longer ones every k-th update is drawn
LOWEST, HIGHEST = -10, 2  # decades of the heatmaps' colours
ROW: Final = 320  # pixels
BELOW: Final = 0.97  # of the baseline: a margin for the noise of a few sequences
WELL: Final = 0.7  # below this even a squared error on 64 sequences is no accident


def losses(courses: Sequence[Course], task: Task, planned: int, race: Race | None = None) -> Figure:
    """The loss beside its baseline; recorded runs with the same settings lie pale behind.

    The axes stay put: as many updates as are planned, and a quarter above the baseline."""
    every, data = stride(courses), []
    for n, course in enumerate(courses):
        data += _losses(course, _look(course, n, courses), every)
    data += [recorded_line(race, lane, pale=True) for lane in race.lanes] if race else []
    figure = base_figure(data, title(courses, task), "update", "loss")
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "hovermode": "closest"}
    layout["margin"] = {"l": 64, "r": 16, "t": 64, "b": 44}
    layout["legend"] |= {"x": 1, "xanchor": "right"}
    layout["xaxis"]["range"] = [0, max(2, planned) * 1.02]
    layout["yaxis"]["range"] = [0.0, _top(courses, task)]
    if task.baseline:
        layout["shapes"] = [level(task.baseline.loss)]
        layout["annotations"] = [level_words(task.baseline)]
    return figure


def _top(courses: Sequence[Course], task: Task) -> float:
    """A quarter above the baseline; above what was seen where nobody knows one."""
    if task.baseline and task.baseline.loss > 0:
        return ROOM * task.baseline.loss
    seen = np.concatenate([np.ones(1), *(c.losses for c in courses)])
    return 1.05 * float(np.max(seen[np.isfinite(seen)]))


def curves(courses: Sequence[Course], threshold: float | None) -> Figure:
    """Two charts: gradient norm with the clipped ones marked, spectral radius."""
    every = stride(courses)
    data: list[Part] = []
    for n, course in enumerate(courses):
        data += _norms(course, _look(course, n, courses), every)
        data.append(_radius(course, _look(course, n, courses)))
    figure = base_figure(data, "", "", "")
    layout = figure["layout"]
    ranges = _ranges(courses, threshold)
    layout |= _halves(courses, ranges) | {"height": ROW + 60, "hovermode": "closest"}
    layout["shapes"] = _levels(threshold)
    layout["margin"] = {"l": 60, "r": 12, "t": 56, "b": 48}
    layout["meta"] = {"narrow": _stacked(courses, ranges)}
    del layout["title"]
    return figure


def inside(
    courses: Sequence[Course], threshold: float | None, notation: str
) -> dict[str, tuple[Figure, str]]:
    """Figures of the gradients and of the recurrent matrices, with their words, once there are any.

    `threshold` is that of clipping by norm."""
    if not any(c.updates.size for c in courses):
        return {}
    return {
        "norms": (curves(courses, threshold), "Gradient norm and spectral radius, by update"),
        "steps": (evolution(courses, notation), "Gradient norm of every step and update"),
    }


def stride(courses: Sequence[Course]) -> int:
    """Every how many updates a point is drawn."""
    return max(1, -(-max(len(c.losses) for c in courses) // MOST_POINTS))


def _look(course: Course, n: int, courses: Sequence[Course]) -> Any:
    """Look of a run: its cell's where every run has another cell, else by its number."""
    cells = {c.cell for c in courses}
    return CELLS[course.cell] if len(cells) == len(courses) else LOOKS[n % len(LOOKS)]


def _drawn(values: Floats) -> Floats:
    return np.where(np.isfinite(values), np.clip(values, FLOOR, CEILING), np.nan)


def _line(course: Course, look: Any, axis: str, x: Floats, y: Floats, what: str) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": _drawn(y),
        "name": course.words,
        "legendgroup": course.words,
        "showlegend": axis == "",
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": look.colour, "dash": look.dash, "width": 2},
        "hovertemplate": f"update %{{x}}<br>{what} %{{y:.3g}}<extra>{course.words}</extra>",
    }


def _losses(course: Course, look: Any, every: int) -> list[Part]:
    """The batches' losses, and a marker for each loss on sequences kept apart."""
    line = _line(course, look, "", course.updates[::every], course.losses[::every], "loss")
    line["line"] = line["line"] | {"width": 1.5}
    apart = {
        "type": "scatter",
        "mode": "markers",
        "x": course.validated[:, 0],
        "y": _drawn(course.validated[:, 1]),
        "name": f"{course.words}, kept apart",
        "legendgroup": course.words,
        "showlegend": False,
        "xaxis": "x",
        "yaxis": "y",
        "marker": {
            "color": look.colour,
            "symbol": look.marker,
            "size": 8,
            "line": {"color": INK, "width": 1},
        },
        "hovertemplate": "update %{x}<br>loss on sequences kept apart %{y:.3g}"
        f"<extra>{course.words}</extra>",
    }
    return [line, apart]


def _norms(course: Course, look: Any, every: int) -> list[Part]:
    """The norm before clipping; a triangle where clipping changed the gradient."""
    line = _line(course, look, "", course.updates[::every], course.norms[::every], "norm")
    at = np.flatnonzero(course.clipped)[::every]
    marks = {
        "type": "scatter",
        "mode": "markers",
        "x": at + 1,
        "y": _drawn(course.norms[at]),
        "name": f"{course.words}, clipped",
        "legendgroup": course.words,
        "showlegend": False,
        "xaxis": "x",
        "yaxis": "y",
        "hoverinfo": "skip",
        "marker": {"color": look.colour, "symbol": "triangle-down", "size": 6},
    }
    return [line, marks]


def _radius(course: Course, look: Any) -> Part:
    x, y = course.radii.T
    return _line(course, look, "2", x, y, "spectral radius")


def _levels(threshold: float | None) -> list[Part]:
    """Dotted levels: the threshold of clipping, and a spectral radius of 1."""
    return [level(height, axis) for axis, height in {"": threshold, "2": 1.0}.items() if height]


TITLES: Final = ("‖dL/dW‖ before clipping", "Spectral radius (largest gate)")


def _ranges(courses: Sequence[Course], threshold: float | None) -> tuple[list[float], ...]:
    """Ranges of both vertical axes: all values and the dotted level; the first is logarithmic."""
    radii = np.concatenate([np.ones(1), *(c.radii[:, 1] for c in courses)])
    top = float(np.max(radii[np.isfinite(radii)], initial=1.0))
    norms = np.concatenate([np.full(1, threshold or 1.0), *(c.norms for c in courses)])
    return (_decades(norms), [0.0, 1.05 * top])


def _decades(values: Floats) -> list[float]:
    """The range of a logarithmic axis, with a little room."""
    drawn = values[np.isfinite(values) & (values > 0)]
    drawn = drawn if drawn.size else np.ones(1)  # a text of one letter: nothing is ever wrong
    low, high = np.log10(np.clip([drawn.min(), drawn.max()], FLOOR, CEILING))
    return [float(low) - 0.15, float(high) + 0.15]


def _halves(courses: Sequence[Course], ranges: Sequence[list[float]]) -> dict[str, Any]:
    """Two charts side by side."""
    layout: dict[str, Any] = {"annotations": []}
    for n in range(2):
        left, right = 0.54 * n, 0.46 + 0.54 * n
        layout |= _axes(n, [left, right], [0, 0.93], courses, ranges[n])
        layout["annotations"].append(_title(n, left, 0.94))
    return layout


def _stacked(courses: Sequence[Course], ranges: Sequence[list[float]]) -> dict[str, Any]:
    """Two charts one below the other."""
    layout: dict[str, Any] = {"height": 2 * ROW, "annotations": []}
    for n in range(2):
        top = 1 - n / 2
        layout |= _axes(n, [0, 1], [top - 0.37, top - 0.05], courses, ranges[n])
        layout["annotations"].append(_title(n, 0, top - 0.05))
    return layout


def _title(n: int, x: float, y: float) -> Part:
    return {
        "text": f"<b>{TITLES[n]}</b>",
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "xanchor": "left",
        "yanchor": "bottom",
    }


def _axes(
    n: int, across: list[float], up: list[float], courses: Sequence[Course], ends: list[float]
) -> dict[str, Any]:
    name = "" if n == 0 else str(n + 1)
    last = max((len(c.losses) for c in courses), default=0)
    log = {"type": "log", "exponentformat": "power", "tickfont": {"size": 12}} if n == 0 else {}
    return {
        f"xaxis{name}": {
            "domain": across,
            "anchor": f"y{name}",
            "title": {"text": "update"},
            "range": [0, max(2, last) * 1.02],
        },
        f"yaxis{name}": {"domain": up, "anchor": f"x{name}", "title": {"text": ""}, "range": ends}
        | log,
    }


def evolution(courses: Sequence[Course], notation: str = "house") -> Figure:
    """Maps of every step's gradient, update by update, one for each run, on one colour scale."""
    n = len(courses)
    data = [_heatmap(course, k) for k, course in enumerate(courses)]
    figure = base_figure(data, "", "", "")
    layout = figure["layout"]
    layout |= {"height": ROW, "annotations": [], "margin": {"l": 60, "r": 12, "t": 40, "b": 48}}
    narrow: dict[str, Any] = {"height": 60 + 230 * n, "annotations": []}
    for k, course in enumerate(courses):
        slope = NOTATIONS[notation].of(course.cell).gradient("h")
        text = f"<b>{course.words}</b>: ‖{slope}‖ at every step (total)"
        wide = [k / n + 0.02 * (k > 0), (k + 1) / n - 0.02 * (k < n - 1)]
        layout |= _map_axes(k, wide, [0, 1])
        top = 1 - k / n
        narrow |= _map_axes(k, [0, 1], [top - 0.72 / n, top - 0.06 / n])
        layout["annotations"].append(_title(0, wide[0], 1.0) | {"text": text})
        narrow["annotations"].append(_title(0, 0, top - 0.06 / n) | {"text": text})
    layout["meta"] = {"narrow": narrow}
    del layout["title"]
    return figure


def _map_axes(k: int, across: list[float], up: list[float]) -> dict[str, Any]:
    name = "" if k == 0 else str(k + 1)
    return {
        f"xaxis{name}": {"domain": across, "anchor": f"y{name}", "title": {"text": "update"}},
        f"yaxis{name}": {
            "domain": up,
            "anchor": f"x{name}",
            "title": {"text": "" if k else "step t"},
        },
    }


def _heatmap(course: Course, k: int) -> Part:
    name = "" if k == 0 else str(k + 1)
    steps = course.steps if len(course.steps) else np.zeros((0, 1))
    with np.errstate(all="ignore"):
        z = np.clip(np.log10(steps), LOWEST, HIGHEST)
    ticks = list(range(LOWEST, HIGHEST + 1, 4))
    return {
        "type": "heatmap",
        "x": course.watched,
        "y": np.arange(steps.shape[1]),
        "z": np.nan_to_num(z.T, nan=float(HIGHEST)),
        "zmin": LOWEST,
        "zmax": HIGHEST,
        "colorscale": [[i / 9, f"var(--ramp-{i})"] for i in range(10)],
        "name": course.words,
        "xaxis": f"x{name}",
        "yaxis": f"y{name}",
        "showscale": k == 0,
        "colorbar": {
            "tickvals": ticks,
            "ticktext": [f"10{_power(t)}" for t in ticks],
            "thickness": 12,
        },
        "hovertemplate": "update %{x}, step %{y}<br>10^%{z:.2f}<extra>" + course.words + "</extra>",
    }


def _power(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


# -- words -----------------------------------------------------------------------------------


def start(settings: Mapping[str, Training]) -> str:
    """Settings that all runs share, and their starting weights, in words."""
    (first, *_) = settings.values()
    rule = OPTIMISERS[first.optimiser].label
    shared = f"T={first.length}, H={first.hidden}, {rule} {first.rate:g}, {first.updates} updates"
    inits = {s.init for s in settings.values()}
    if len(inits) > 1:
        return f"{shared}; only the starting weights differ"
    label = EXPERIMENT["init"].table[inits.pop()]
    keras = " (orthogonal W_hh, forget bias 1 in the LSTM)" if first.init == "keras" else ""
    return f"{shared}; all start by the {label}{keras}"


def title(courses: Sequence[Course], task: Task) -> str:
    """Title: runs whose loss on sequences kept apart is below the baseline."""
    if not any(len(c.losses) for c in courses):
        return "Nothing has been learnt yet: press Start"
    if not any(len(c.validated) for c in courses) or not task.baseline or not task.baseline.loss:
        return f"After {max(len(c.losses) for c in courses)} updates"
    base = task.baseline.loss
    below = [c.words for c in courses if len(c.validated) and c.validated[-1, 1] < WELL * base]
    above = [c.words for c in courses if c.words not in below]
    if not below:
        return f"{listed(above)}: not well below what can be had without memory yet"
    rest = f"; {listed(above)} not" if above else ""
    return f"{listed(below)}: well below what can be had without memory{rest}"


def verdict(courses: Sequence[Course], task: Task) -> str:
    """Standing of every run against the baseline, in words."""
    lines = [_stand(course, task) for course in courses]
    base = task.baseline
    against = (
        f"Dotted: **{number(base.loss)}** = {base.formula}, {base.words}."
        if base
        else "Nobody knows the best loss without memory here."
    )
    return "  \n".join([against, *lines])


def _stand(course: Course, task: Task) -> str:
    if not len(course.losses):
        return f"**{course.words}**: not started."
    made = f"**{course.words}**: {len(course.losses)} updates"
    if course.stopped:
        made += f". {course.stopped}"
    if not len(course.validated):
        return f"{made}, loss of the last batch {number(float(course.losses[-1]))}."
    _, loss, score = course.validated[-1]
    metric = METRICS[task.metric]
    solved = ", **solved**" if task.solved(float(score)) else ""
    said = f"{made}; on sequences kept apart loss {number(float(loss))}"
    if metric.label != "mean squared error":
        said += f", {metric.label} {score:.1%}"
    return f"{said}{_beside(float(loss), task)}{solved}."


def _beside(loss: float, task: Task) -> str:
    """Comparison of a loss with the baseline, with a margin for the noise of a few sequences."""
    if task.baseline is None or not np.isfinite(loss):
        return ""
    if task.baseline.loss == 0:
        return ", and the baseline is 0: whoever remembers nothing is right as well"
    if loss > BELOW * task.baseline.loss:
        return ", no better than the baseline"
    return f", {loss / task.baseline.loss:.2g} of the baseline"


def rows(courses: Sequence[Course]) -> Mapping[str, NDArray[Any]]:
    """Long form: run, update, loss, norm before clipping, whether clipped."""
    return {
        "run": np.concatenate([np.full(len(c.losses), c.words, dtype=object) for c in courses]),
        "update": np.concatenate([c.updates for c in courses]),
        "loss": np.concatenate([c.losses for c in courses]),
        "norm": np.concatenate([c.norms for c in courses]),
        "clipped": np.concatenate([c.clipped for c in courses]),
    }


def answers(comparison: Comparison) -> str:
    """A Markdown table: a few sequences kept apart, what is right, what every run answers."""
    (first, *_) = comparison.trainers.values()
    batch = samples.examples(first.task)
    columns = {"right": samples.right(first.task, batch)}
    columns |= {
        words: samples.said(trainer.task, trainer.networks, batch)
        for words, trainer in comparison.trainers.items()
    }
    head = " | ".join(columns)
    lines = [" | ".join(map(_code, row)) for row in zip(*columns.values(), strict=True)]
    return "\n".join([f"| {head} |", "|---" * len(columns) + "|", *(f"| {x} |" for x in lines)])


def writing(comparison: Comparison, temperature: float) -> str:
    """Text that each trained network writes, in Markdown; "" for tasks that are no texts."""
    lines = [
        f"**{words}** writes: {_code(samples.written(t.task, t.network, temperature))}"
        for words, t in comparison.trainers.items()
        if isinstance(t.task, NextCharacter) and t.settings.direction == "forward"
    ]
    return "  \n".join(lines)


def _code(text: str) -> str:
    """Any text as code in a Markdown table."""
    shown = text.replace("\n", "⏎").replace("\t", "⇥").replace("`", "ˋ").replace("|", "¦")
    shown = shown.replace(":material/", ":`:small[]`material/")  # Streamlit would rewrite the bar
    return f"`{shown}`" if shown.strip() else "·"
