"""Exercise: numbers of the written-out network to be computed by hand, and their marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from rnn_core.studies.byhand import QUANTITIES, WEIGHTS, Written

RELATIVE, ABSOLUTE = 0.01, 0.005  # three decimals on the way are enough
TOO_SMALL: Final = 0.02  # below it, a guess of zero would be near enough
MOST_TYPED: Final = 60

RIGHT, SIGN, WRONG, UNREADABLE, EMPTY = "right", "sign", "wrong", "unreadable", "empty"

Item = TypeVar("Item")

_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?"
_TYPED = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?", re.ASCII)
_PLAIN = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "⁄": "/", "∕": "/"})
_POWERS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_SPLIT = re.compile(r"\d\s+\d")
_TIMES_TEN = re.compile(r"(?:·|⋅|×|\*|x)10(?:\^|\*\*)?(?=[-+\d])")


@dataclass(frozen=True, order=True)
class Blank:
    """One hidden number: which quantity, which step (T+1: the sum), which entry of it."""

    quantity: str
    t: int
    index: tuple[int, ...]


def read_number(text: str) -> float | None:
    """A number as people write it: 0.25, 0,25, 1/4, −2.5e-1, 2.5·10⁻¹; None if it is none."""
    if len(text) > MOST_TYPED or _SPLIT.search(text):
        return None
    plain = "".join(text.translate(_PLAIN).translate(_POWERS).lower().split())
    found = _TYPED.fullmatch(_TIMES_TEN.sub("e", plain))
    if found is None:
        return None
    above, below = (float(part.replace(",", ".")) if part else 1.0 for part in found.groups())
    value = above / below if below else float("inf")
    return value if np.isfinite(value) else None


def judge(text: str, truth: float) -> str:
    """RIGHT within 1 % or .005; SIGN if only the sign is wrong; else WRONG, UNREADABLE, EMPTY."""
    if not text.strip():
        return EMPTY
    value = read_number(text)
    if value is None:
        return UNREADABLE
    if is_near(value, truth):
        return RIGHT
    return SIGN if is_near(-value, truth) else WRONG


def is_near(value: float, truth: float) -> bool:
    """Whether a number worked out by hand is the number."""
    allowed = max(ABSOLUTE, RELATIVE * abs(truth))
    return abs(value - truth) <= allowed * (1 + 1e-9)  # 0.505 for 0.5 is no more than 0.005 away


def blanks(w: Written, stage: str, weight: str, seed: int, count: int = 4) -> tuple[Blank, ...]:
    """A few numbers of one stage, another choice for every seed, of as many kinds as there are.

    Numbers that a guess of zero would hit are asked for only if there are no others.
    """
    rng = np.random.default_rng(seed)
    kinds = [_shuffled(kind, rng) for kind in _candidates(w, stage, weight)]
    turns = _shuffled(kinds, rng)
    most = max(map(len, turns), default=0)
    dealt = [kind[k] for k in range(most) for kind in turns if k < len(kind)]
    dealt.sort(key=lambda b: abs(w.value(b.quantity, b.t, b.index)) < TOO_SMALL)
    return tuple(sorted(dealt[:count], key=lambda b: _order(b, stage)))


def _candidates(w: Written, stage: str, weight: str) -> list[list[Blank]]:
    """Every finite number of the stage's rows on the sheet, kind by kind; inputs are given."""
    names = [n for n, q in QUANTITIES.items() if q.stage == stage and n != "x"]
    names = [weight] if stage == WEIGHTS else names
    found = []
    for name in names:
        shape, end = QUANTITIES[name].of(w).shape[1:], w.steps + (stage == WEIGHTS)
        cells = [Blank(name, t, i) for t in range(1, end + 1) for i in np.ndindex(shape)]
        if name == "xh":  # x is one-hot: the other columns are zero, and not on the sheet
            cells = [b for b in cells if b.t == end or w.stage.x[0, b.t - 1, b.index[1]]]
        found.append([b for b in cells if np.isfinite(w.value(b.quantity, b.t, b.index))])
    return [kind for kind in found if kind]


def _shuffled(items: list[Item], rng: np.random.Generator) -> list[Item]:
    return [items[k] for k in rng.permutation(len(items))]


def _order(blank: Blank, stage: str) -> tuple[int, int, tuple[int, ...]]:
    """In the order of the walk: errors are worked out from the last step to the first."""
    t = -blank.t if stage == "errors" else blank.t
    return t, list(QUANTITIES).index(blank.quantity), blank.index
