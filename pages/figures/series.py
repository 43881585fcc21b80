"""Forecasts over their series, their errors, what they go by, and what the numbers say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.literal import in_markdown
from pages.figures.theme import INK, Figure, Part, base_figure, cell_look, number
from rnn_core.applications.series import Errors, PriceForecast, WaveForecast
from rnn_core.tasks.series import NOISE
from rnn_core.training.models import Card

Floats = NDArray[np.float64]

HEIGHT, LOW = 400, 300
PRIMARY: Final = "var(--st-primary-color)"
MOST: Final = 60  # steps back that are in view
LEFT: Final = ("the network", "the last value again", "always 0")


# -- the wave ----------------------------------------------------------------------------------


def wave(found: WaveForecast, cell: str) -> Figure:
    """The wave, the forecast of each next value, and from `read` on the network alone."""
    colour, read, steps = cell_look(cell).colour, found.read, found.values.shape[1]
    alone = np.arange(read + 1, steps + 1)
    data = [
        _line("the wave", np.arange(1, steps + 1), found.values[0], INK, "solid", 1.5),
        _line(
            "forecast of the next value",
            np.arange(2, read + 1),
            found.next[0, : read - 1],
            colour,
            "dot",
            2,
        ),
        _line("its own forecasts fed back", alone, found.free[0], colour, "solid", 3)
        | {"mode": "lines+markers", "marker": {"size": 6, "symbol": cell_look(cell).marker}},
        _line("the last value again", alone, found.naive()[0], INK, "dash", 1.5),
    ]
    title = wave_title(found)
    figure = base_figure(data, title, "step", "value")
    layout = figure["layout"] | {"height": HEIGHT, "hovermode": "x", "shapes": [_at(read + 0.5)]}
    layout["margin"] = {"l": 64, "r": 12, "t": 84, "b": 44}
    layout["xaxis"] |= {"range": [0, steps + 1], "zeroline": False}
    layout["yaxis"] |= {"range": [-1.7, 1.7], "zeroline": False}
    return {"data": data, "layout": layout}


def wave_errors(found: Errors, horizon: int, cell: str) -> Figure:
    """Root mean squared error by how many steps ahead."""
    steps = np.arange(1, len(found.network) + 1)
    data = [
        _line(LEFT[0], steps, found.network, cell_look(cell).colour, "solid", 3),
        _line(LEFT[1], steps, found.naive, INK, "dash", 1.5),
        _line(LEFT[2], steps, found.zero, INK, "dot", 1.5),
        _line("the wave's noise", steps, np.full(len(steps), NOISE), INK, "longdashdot", 1),
    ]
    title = f"Error on {found.count} waves never trained on"
    figure = base_figure(data, title, "steps ahead", "root mean squared error")
    layout = figure["layout"] | {"height": LOW, "shapes": [_at(horizon)]}
    layout["margin"] = {"l": 64, "r": 12, "t": 88, "b": 44}
    layout["xaxis"] |= {"range": [0.5, len(steps) + 0.5], "zeroline": False}
    layout["yaxis"] |= {"rangemode": "tozero"}
    return {"data": data, "layout": layout}


def listens(slopes: Floats, cell: str, what: str) -> Figure:
    """Derivative of one forecast by every value that was read before it."""
    ago = np.arange(len(slopes))[::-1]
    bars: Part = {
        "type": "bar",
        "x": ago,
        "y": slopes,
        "name": "derivative",
        "marker": {"color": cell_look(cell).colour},
        "customdata": [number(float(v)) for v in slopes],
        "hovertemplate": "%{x} steps before: %{customdata}<extra></extra>",
        "showlegend": False,
    }
    title = f"What the forecast of {what} goes by"
    figure = base_figure(
        [bars], title, "steps before (0: the last value read)", "d(forecast)/d(value)"
    )
    layout = figure["layout"] | {"height": LOW, "hovermode": "closest"}
    layout["margin"] = {"l": 64, "r": 12, "t": 88, "b": 44}
    most = min(len(slopes), MOST)  # zoom out for the rest
    layout["xaxis"] |= {"range": [most - 0.4, -0.6], "zeroline": False}
    return {"data": [bars], "layout": layout}


def wave_title(found: WaveForecast) -> str:
    """How far off the network is when it reads itself, and the last value said again."""
    mine, naive = (
        float(np.sqrt(np.mean(np.square(f - found.truth)))) for f in (found.free, found.naive())
    )
    steps = found.truth.shape[1]
    return (
        f"Alone for {steps} steps the network is off by {mine:.2f}; "
        f"the last value again by {naive:.2f}"
    )


def price_title(found: PriceForecast) -> str:
    """Whether the network beats "no change", on held-out weeks of all shares."""
    mine, naive = (found.error(None, True, naive=n) for n in (False, True))
    verdict = "better than" if mine < naive else "no better than"
    return (
        f"Held out (shaded): off by {mine:.2f} %, {verdict} “no change”, which is off by "
        f"{naive:.2f} %"
    )


def wave_words(found: WaveForecast, errors: Errors) -> str:
    """The next value and the k-th one, beside what needs no network."""
    k = found.truth.shape[1]
    ahead = {name: getattr(errors, name)[k - 1] for name in ("network", "naive", "zero")}
    mine = float(np.sqrt(np.mean(np.square(found.free - found.truth))))
    return (
        f"After {found.read} values, over {errors.count} new waves, the next one is missed by "
        f"**{errors.network[0]:.3f}** "
        f"(the last value again: {errors.naive[0]:.3f}; the noise alone is {NOISE:g}). After {k} "
        f"steps on its own forecasts it is missed by **{ahead['network']:.3f}** (the last value "
        f"again: {ahead['naive']:.3f}; always 0: {ahead['zero']:.3f}). {_until(errors)} On this "
        f"wave, over all {k} steps alone: {mine:.3f}."
    )


def _until(errors: Errors) -> str:
    """How far ahead the network is better than both naive forecasts."""
    worse = np.flatnonzero(errors.network >= np.minimum(errors.naive, errors.zero))
    if not len(worse):
        return f"It is better than both at every step up to {len(errors.network)}."
    if worse[0] == 0:
        return "It is not better than both even one step ahead."
    return f"It is better than both up to {worse[0]} steps ahead, and no better at {worse[0] + 1}."


# -- prices ------------------------------------------------------------------------------------


def prices(found: PriceForecast, share: int, cell: str) -> Figure:
    """Each week's price, and what was forecast for it the week before."""
    weeks = np.arange(3, len(found.held_out) + 3)
    data = [
        _line("the price", weeks, found.true(share), INK, "solid", 1.5),
        _line(
            "the network's forecast",
            weeks,
            found.expected(share),
            cell_look(cell).colour,
            "solid",
            2,
        ),
        _line("no change: last week's price", weeks, found.last(share), INK, "dot", 1),
    ]
    name = found.prices.names[share]
    title = price_title(found)
    figure = base_figure(data, title, "week", f"{name}: price by that of the first week")
    return _weekly(figure, found, HEIGHT)


def changes(found: PriceForecast, share: int, cell: str) -> Figure:
    """Each week's change, and what was expected of it: the same forecast, seen honestly."""
    weeks, expected = np.arange(3, len(found.held_out) + 3), 100 * found.forecast[share]
    bars: Part = {
        "type": "bar",
        "x": weeks,
        "y": 100 * found.changes[share],
        "name": "what happened",
        "marker": {"color": INK, "opacity": 0.45},
        "hovertemplate": "%{y:.2f} %<extra>what happened</extra>",
    }
    line = _line("the network's forecast", weeks, expected, cell_look(cell).colour, "solid", 2)
    title = f"{found.prices.names[share]}: the same as changes (no change: 0)"
    figure = base_figure([bars, line], title, "week", "change in percent (logarithmic)")
    return _weekly(figure, found, LOW)


def _weekly(figure: Figure, found: PriceForecast, height: int) -> Figure:
    layout = figure["layout"] | {"height": height, "hovermode": "x"}
    layout["margin"] = {"l": 64, "r": 12, "t": 92, "b": 44}
    last = len(found.held_out) + 2
    first = int(np.argmax(found.held_out)) + 3
    layout["xaxis"] |= {"range": [2, last + 1], "zeroline": False}
    layout["shapes"] = [
        {
            "type": "rect",
            "x0": first - 0.5,
            "x1": last + 0.5,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "fillcolor": PRIMARY,
            "opacity": 0.07,
            "line": {"width": 0},
            "layer": "below",
        }
    ]
    return {"data": figure["data"], "layout": layout}


def price_words(found: PriceForecast, share: int) -> str:
    """Whether the network beats "no change" on the weeks that training never saw."""
    mine, naive = (found.error(None, True, naive=n) for n in (False, True))
    verdict = "better than" if mine < naive else "**no better than**"
    wins = sum(found.error(k, True) < found.error(k, True, True) for k in _each(found))
    right, rose, weeks = found.direction(None)
    name = found.prices.names[share]
    return (
        f"On the held-out weeks of all {len(found.changes)} shares the network misses the change "
        f"by **{mine:.2f} %**, the forecast “no change” by **{naive:.2f} %**: the network is "
        f"{verdict} no forecast at all. It is closer for {wins} of {len(found.changes)} shares "
        f"({name}: {found.error(share, True):.2f} % against "
        f"{found.error(share, True, True):.2f} %). The direction is right in {right} of {weeks} "
        f"weeks; “always up” would be right in {rose}. On the weeks it was trained on it misses by "
        f"{found.error(None, False):.2f} %, against {found.error(None, False, True):.2f} %."
    )


def curve_words(found: PriceForecast, share: int) -> str:
    """Explanation of why the upper picture looks so good."""
    last, expected, true = found.last(share), found.expected(share), found.true(share)
    near, off = (float(100 * np.mean(np.abs(expected / p - 1))) for p in (last, true))
    return (
        f"**Do not trust the upper picture.** The forecast lies {near:.2f} % from last week's "
        f"price on average, and {off:.2f} % from the price that came: any forecast close to the "
        "last value looks good when it is drawn over the prices. The changes tell."
    )


def price_table(found: PriceForecast) -> str:
    """Every share's errors in percent, in Markdown."""
    head = "| held-out weeks, error in % | network | no change |\n| :-- | --: | --: |"
    lines = [
        f"| {name} | {found.error(k, True):.2f} | {found.error(k, True, True):.2f} |"
        for name, k in ((found.prices.names[k], k) for k in _each(found))
    ]
    every = f"| all | {found.error(None, True):.2f} | {found.error(None, True, True):.2f} |"
    return "\n".join([head, *lines, every])


def _each(found: PriceForecast) -> range:
    return range(len(found.changes))


# -- the card ----------------------------------------------------------------------------------


def scored(card: Card) -> str:
    """Title, and its scores beside their baselines."""
    lines = [f"{name}: **{v:.3g}**" for name, v in card.scores.items()]
    others = [f"{name}: {v:.3g}" for name, v in card.baselines.items()]
    return f"**{in_markdown(card.title)}**. Held out, {'; '.join(lines)}; {'; '.join(others)}."


# -- numbers -----------------------------------------------------------------------------------


def rows(found: WaveForecast | PriceForecast, share: int) -> Mapping[str, NDArray[Any]]:
    """Step by step, or week by week."""
    return _steps(found) if isinstance(found, WaveForecast) else _weeks(found, share)


def _steps(found: WaveForecast) -> Mapping[str, NDArray[Any]]:
    """Columns of the wave, a row per step; what was not forecast is empty."""
    steps = found.values.shape[1]
    following, free = np.full(steps, np.nan), np.full(steps, np.nan)
    following[1:], free[found.read :] = found.next[0], found.free[0]
    return {
        "step": np.arange(1, steps + 1),
        "value": found.values[0],
        "forecast from all values before": following,
        "forecast fed back": free,
    }


def _weeks(found: PriceForecast, share: int) -> Mapping[str, NDArray[Any]]:
    """Columns of the forecast, a row per week."""
    return {
        "week": np.arange(3, len(found.held_out) + 3),
        "held out": found.held_out,
        "price": found.true(share),
        "forecast": found.expected(share),
        "last week's price": found.last(share),
        "change": found.changes[share],
        "expected change": found.forecast[share],
    }


def _line(name: str, x: NDArray[Any], y: Floats, colour: str, dash: str, width: float) -> Part:
    return {
        "type": "scatter",
        "x": x,
        "y": np.asarray(y),
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "dash": dash, "width": width},
        "hovertemplate": "%{y:.3f}<extra>" + name + "</extra>",
    }


def _at(x: float) -> Part:
    line = {"color": PRIMARY, "dash": "dash", "width": 1.5}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
