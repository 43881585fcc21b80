"""A measure: a named quantity of an experiment, computed by the engine, that decides a question.

A measure is a function of the experiment and of the page's own settings, which returns a number or
one of a few names.  Its keyword-only arguments are what a scene may write under `parameters`; their
annotations and defaults say what is allowed.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from rnn_core.engine.cells import CELLS
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.settings import Value, quote

Own = Mapping[str, Value]  # the page's own settings, and the view's
Compute = Callable[..., float | str]
Kind = Literal["power", "number", "share", "degrees", "count", "name"]

CELL_NAMES: Final = ("rnn", "gru", "lstm")  # those that a question may compare
SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN: Final = 3  # powers of ten within this many places are written as plain numbers


@dataclass(frozen=True)
class Measure:
    """A quantity, how it is written, and, where it gives a name, which names there are."""

    compute: Compute
    kind: Kind
    names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name of the quantity, in words: the function's first sentence."""
        text = inspect.getdoc(self.compute) or ""
        return " ".join(text.split("\n\n")[0].split()).removesuffix(".")

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Parameters that a scene may set, by name."""
        found = inspect.signature(self.compute).parameters.items()
        return {name: p for name, p in found if p.kind is p.KEYWORD_ONLY}

    def check(self, parameters: Mapping[str, object]) -> None:
        """Raise a `ValueError` in words unless these parameters can be given."""
        allowed = self.parameters
        for name, value in parameters.items():
            if name not in allowed:
                known = ", ".join(allowed) or "none"
                raise ValueError(f"unknown parameter {quote(name)}; there are: {known}")
            _check_type(name, value, get_type_hints(self.compute)[name])
            _check_name(name, value)
        for name, p in allowed.items():
            if p.default is p.empty and name not in parameters:
                raise ValueError(f"the parameter {name} is missing")
        if "setting" in allowed:
            SETTINGS[str(parameters["setting"])].read(str(parameters["instead"]))

    def __call__(
        self, e: Experiment, own: Own, parameters: Mapping[str, Value] | None = None
    ) -> float | str:
        """The quantity at these settings; a `ValueError` says why there is none."""
        given = parameters or {}
        self.check(given)
        try:
            found = self.compute(e, own, **given)
        except (KeyError, IndexError) as problem:  # of a gate, a state or a page's own setting
            raise ValueError(f"{self.label}: there is no {problem} at these settings.") from problem
        if isinstance(found, str) and found not in self.names:
            raise ValueError(f"measure: expected one of {', '.join(self.names)}, got {found!r}")
        if not isinstance(found, str) and math.isnan(found):
            raise ValueError(f"Not defined at these settings: {self.label}.")
        return found

    def shown(self, value: float | str) -> str:
        """The value as a sentence has it."""
        if isinstance(value, str):
            return value.upper() if value in CELLS else value
        return WRITERS[self.kind](value)


def _check_type(name: str, value: object, wanted: Any) -> None:
    if get_origin(wanted) is Literal:
        if value not in get_args(wanted):
            known = ", ".join(map(str, get_args(wanted)))
            raise ValueError(f"{name}: expected one of {known}, got {quote(value)}")
        return
    fits = {str: (str,), int: (int,), float: (int, float)}[wanted]
    if isinstance(value, bool) or not isinstance(value, fits):
        words = {str: "a text", int: "a whole number", float: "a number"}[wanted]
        raise ValueError(f"{name}: expected {words}, got {quote(value)}")


def _check_name(name: str, value: object) -> None:
    """Parameters called `setting` or `gate` name one that there is, in the experiment or a cell."""
    known = {
        "setting": tuple(SETTINGS),
        "gate": tuple(g for c in CELLS.values() for g in c().gates),
    }
    if name in known and value not in known[name]:
        there = ", ".join(dict.fromkeys(known[name]))
        raise ValueError(f"{name}: expected one of {there}; got {quote(value)}")


def check_range(name: str, value: int, low: int, high: int) -> None:
    """Raise a `ValueError` unless a parameter counts something that is there."""
    if not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}, got {value}")


# -- how values are written ----------------------------------------------------------------------


def as_power(value: float) -> str:
    """The number whose decimal logarithm is given: 0.35, or 2·10⁻⁷."""
    if math.isinf(value):
        return "0" if value < 0 else "more than a number can hold"
    if abs(value) < PLAIN:
        return as_number(10**value)
    exponent = math.floor(value)
    digit = round(10 ** (value - exponent))
    if digit == 10:
        digit, exponent = 1, exponent + 1
    places = str(exponent).translate(SUPERSCRIPTS)
    return f"10{places}" if digit == 1 else f"{digit}·10{places}"


def as_number(value: float) -> str:
    """Two or three significant digits, never in the notation of a programming language."""
    if math.isinf(value):
        return "more than a number can hold"
    if value and not 1e-3 <= abs(value) < 1e5:
        sign = "−" if value < 0 else ""
        return sign + as_power(math.log10(abs(value)))
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1000 else f"{value:,.0f}"


def as_share(value: float) -> str:
    """Per cent."""
    return f"{as_number(100 * value)} %"


WRITERS: Final[Mapping[Kind, Callable[[float], str]]] = {
    "power": as_power,
    "number": as_number,
    "share": as_share,
    "degrees": lambda value: f"{as_number(round(value, 3))}°",
    "count": lambda value: f"{value:,.0f}",
}
