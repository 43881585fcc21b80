"""From a measured value to the right choice, and to a sentence that says what was measured.

A `why` holds `{value}` once, and claims that are checked against it:

    "{value} of it is left, {below -6: less than a millionth}."
    "It is {is lstm: the LSTM}, by {value}."

The numbers are the measure's own, as in `bounds`.  A sentence whose claims do not hold is not said.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from rnn_core.decks.records import Link, Question, Scene
from rnn_core.experiment.experiment import SETTINGS, Experiment
from rnn_core.experiment.settings import Setting, Value, quote
from rnn_core.measures import MEASURES
from rnn_core.measures.measure import Measure

SEEDS: Final = range(5)  # that a general question must hold for
VALUE: Final = "{value}"
_SLOT: Final = re.compile(r"\{([^{}]*)\}")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")
_CLAIM: Final = re.compile(r"(below|above|is) ([\w.+-]+): ([^{}]+)")


@dataclass(frozen=True)
class Claim:
    """Words of a sentence that are true only if the value lies where they say."""

    kind: str  # below, above, is
    limit: str
    words: str

    def holds(self, value: float | str) -> bool:
        """Whether the value is as the words say."""
        if isinstance(value, str) or self.kind == "is":
            return self.kind == "is" and value == self.limit
        return value < float(self.limit) if self.kind == "below" else value > float(self.limit)


def claims(why: str) -> tuple[Claim, ...]:
    """The claims of a sentence; a `ValueError` says what cannot be read."""
    found = []
    for slot in _SLOT.findall(why):
        if "{" + slot + "}" == VALUE:
            continue
        match = _CLAIM.fullmatch(slot)
        if not match:
            raise ValueError(
                f"expected {{value}}, or a claim such as {{below -6: hardly any}}; "
                f"got {quote(slot)}"
            )
        found.append(Claim(*match.groups()))
    return tuple(found)


def check_why(why: str, measure: Measure) -> None:
    """Raise a `ValueError` unless the sentence says the value once and claims what can be."""
    found = claims(why)
    if why.count(VALUE) != 1 or re.search(r"[{}]", _SLOT.sub("", why)):
        raise ValueError("expected {value} in it once, and no other braces")
    if not found:
        raise ValueError("expected a claim about the value, such as {below -6: hardly any}")
    for claim in found:
        named = claim.kind == "is"
        if named != bool(measure.names) or (named and claim.limit not in measure.names):
            raise ValueError(f"what is measured is never {claim.kind} {quote(claim.limit)}")
        if not named and not _NUMBER.fullmatch(claim.limit):
            raise ValueError(f"expected a number behind {claim.kind}, got {quote(claim.limit)}")


def judge(question: Question, value: float | str) -> int:
    """The index of the right choice, given what was measured."""
    if isinstance(value, str):
        return question.names.index(value)
    if math.isnan(value):
        raise ValueError("judge: expected a number, got none (nan).")
    return bisect_right(question.bounds, value)


def holds(question: Question, value: float | str) -> bool:
    """Whether all that the question's sentence claims is true of the value."""
    return all(claim.holds(value) for claim in claims(question.why))


def because(question: Question, value: float | str) -> str:
    """The sentence that says why, with the value in it; only the value where it would not hold.

    So the verdict stays true when a reader changes the settings.
    """
    shown = MEASURES[question.measure].shown(value)
    if not holds(question, value):
        return f"Measured here: {shown}."
    said = question.why.replace(VALUE, shown)
    for claim in claims(question.why):
        said = said.replace(f"{{{claim.kind} {claim.limit}: {claim.words}}}", claim.words)
    return said


# -- measuring ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup:
    """Settings of a link: the experiment, and everything else that can be set there."""

    experiment: Experiment
    own: dict[str, Value]


def setup(known: Mapping[str, Setting], link: Link) -> Setup:
    """The settings of a link, and those that it leaves out at their defaults.

    `known` are the settings of its page."""
    e = {n: v for n, v in link.items() if n in SETTINGS}
    own = {n: link.get(n, s.default) for n, s in known.items() if n not in SETTINGS}
    return Setup(Experiment(**e), own)  # type: ignore[arg-type]


def measured(question: Question, at: Setup) -> float | str:
    """Value of the question's measure at these settings."""
    return MEASURES[question.measure](at.experiment, at.own, question.parameters)


def asked_again(scene: Scene, at: Setup) -> tuple[Setup, ...]:
    """The setups that the answer must hold for: several seeds where it is general."""
    if scene.question is None or not scene.question.general:
        return (at,)
    return tuple(replace(at, experiment=replace(at.experiment, seed=seed)) for seed in SEEDS)
