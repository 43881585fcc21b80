"""A setting turned through its range: a picture's slider in a file, every position computed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pages.components.plot import Plot, message
from pages.handout.exhibit import Position, Sweep
from pages.ui.view import VIEW, View
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters
from rnn_core.experiment.settings import Setting, Value, settings_of

POSITIONS: Final = 15
SECONDS, LEAST = 6.0, 3  # what a slider may take to compute, and positions it has in any case


@dataclass(frozen=True)
class Turned:
    """A setting, and a page's figures by their keys: of an experiment, a view, and the page's own
    settings where it has some."""

    setting: str
    plots: Callable[..., Mapping[str, Plot]]


def swept(turned: Turned, e: Experiment, view: View, *own: Any) -> Sweep | None:
    """Positions of the slider, computed now, from coarse to fine until the time is spent; none
    where the setting changes nothing."""
    if turned.setting in SETTINGS and not matters(e, turned.setting):
        return None
    rows = [e, view, *own]
    at = next(k for k, row in enumerate(rows) if hasattr(row, turned.setting))
    setting, now = _setting(turned.setting, rows[at]), getattr(rows[at], turned.setting)
    found: dict[Value, Position] = {}
    began = time.perf_counter()
    for value in _coarse_first(positions(setting, now), now):
        if len(found) > LEAST and time.perf_counter() - began > SECONDS:
            break
        moved = [*rows[:at], replace(rows[at], **{turned.setting: value}), *rows[at + 1 :]]
        drawn = {key: message(each) for key, each in turned.plots(*moved).items()}
        found[value] = Position(setting.said(value), drawn)
    values = sorted(found, key=float)
    return Sweep(setting.label, values.index(now), tuple(found[value] for value in values))


def _coarse_first(values: list[Value], now: Value) -> list[Value]:
    """The present value, both ends, then what halves the gaps."""
    order: dict[Value, None] = {now: None}
    gap = 1 << (len(values) - 1).bit_length()
    while gap:
        order |= dict.fromkeys([*values[::gap], values[-1]])
        gap //= 2
    return list(order)


def _setting(name: str, row: object) -> Setting:
    return SETTINGS.get(name) or VIEW.get(name) or settings_of(type(row))[name]


def positions(setting: Setting, now: Value) -> list[Value]:
    """Values over the whole range, as evenly as the setting's steps allow, with the present one."""
    if setting.options:
        return list(setting.options)
    gap = (setting.high - setting.low) / (POSITIONS - 1)
    evenly = (setting.low + k * gap for k in range(POSITIONS))
    whole = setting.kind == "integer"
    found = {setting.snap(round(value) if whole else value) for value in evenly}
    return sorted({*found, now}, key=float)
