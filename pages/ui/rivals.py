"""Rivals of an experiment: the same experiment with one thing changed, to compare it with."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pages.ui.runs import Layer, compute, layers
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.experiment import SETTINGS, Experiment, matters
from rnn_core.experiment.settings import Value

NONE: Final = "off"
RIVALS: Final[dict[str, tuple[str, Value]]] = {  # name in the link -> setting, its other value
    "rnn": ("cell", "rnn"),
    "gru": ("cell", "gru"),
    "lstm": ("cell", "lstm"),
    "forget-0": ("forget_bias", 0.0),
    "forget-1": ("forget_bias", 1.0),
    "forget-3": ("forget_bias", 3.0),
    "no-forget": ("lstm", "no-forget"),
    "update-0": ("update_bias", 0.0),
    "update-3": ("update_bias", 3.0),
    "reset-before": ("reset", "before"),
    "reset-after": ("reset", "after"),
    "scale-1": ("scale", 1.0),
    "scale-3": ("scale", 3.0),
    "seed-0": ("seed", 0),
    "seed-1": ("seed", 1),
}
_SHORT: Final = {
    "forget_bias": "forget bias",
    "update_bias": "update bias",
    "scale": "weight scale",
    "seed": "seed",
    "reset": "reset",
}


def rivals(e: Experiment) -> dict[str, str]:
    """Name in the link -> words, of everything that differs from this experiment."""
    fits = {
        name: words(setting, value)
        for name, (setting, value) in RIVALS.items()
        if matters(e, setting) and getattr(e, setting) != value
    }
    return {NONE: "nothing", **fits}


def rival(e: Experiment, name: str) -> dict[str, Value]:
    """The setting to change; nothing where there is nothing to compare with."""
    if name == NONE or name not in rivals(e):
        return {}
    return dict((RIVALS[name],))


def words(setting: str, value: Value) -> str:
    """Name of a setting's value beside a picture: GRU, forget bias 3."""
    if setting == "cell":
        return str(value).upper()
    if isinstance(value, str):
        found = SETTINGS[setting]
        value = found.words[found.options.index(value)]
    else:
        value = f"{value:g}"
    return f"{_SHORT[setting]} {value}" if setting in _SHORT else value


def named(e: Experiment, changes: Mapping[str, Value]) -> tuple[str, ...]:
    """Names of the experiment and of its rival, if there is one, by what differs between them."""
    cell = e.cell.upper()
    if not changes or "cell" in changes:
        return cell, *(words("cell", value) for value in changes.values())
    ((setting, value),) = changes.items()
    return tuple(f"{cell}, {words(setting, v)}" for v in (getattr(e, setting), value))


def compared(e: Experiment, name: str, number: int) -> tuple[Layer, dict[str, LayerTrace]]:
    """A layer by its number; and its trace, by name, with the same layer's of the rival."""
    changes = rival(e, name)
    wishes = (e, replace(e, **changes)) if changes else (e,)  # type: ignore[arg-type]
    found = [layers(compute(wish)) for wish in wishes]
    number = min(number, len(found[0]) - 1)
    traces = [each[number].trace for each in found]
    return found[0][number], dict(zip(named(e, changes), traces, strict=True))
