"""Prose is written in this app's letters; here it is put into those of a notation.

    translated("dL_T/dhₜ, the cell state c, W_hh", NOTATIONS["002"], "lstm")

Only what cannot be anything else is taken for a letter: one with a time index, one behind the word
for it or behind a ∂, and the names of weights.  All else stays as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rnn_core.notation.notation import Letters, Notation

# Letter -> quantity, and the cell whose letter it is; none: every cell has it.
_QUANTITIES: Final[Mapping[str, tuple[str, str]]] = {
    "h": ("h", ""),
    "x": ("x", ""),
    "y": ("y", ""),
    "c": ("c", "lstm"),
    "i": ("input", "lstm"),
    "f": ("forget", "lstm"),
    "g": ("candidate", "lstm"),
    "o": ("output", "lstm"),
    "r": ("reset", "gru"),
    "z": ("update", "gru"),
    "n": ("candidate", "gru"),
}
_WEIGHTS: Final = {  # all gates together
    "W_hh": "weight_hh",
    "W_ih": "weight_ih",
    "b_ih": "bias_ih",
    "b_hh": "bias_hh",
    "W_hy": "readout.weight",
    "b_y": "readout.bias",
}
_SMALL: Final = str.maketrans("ₜₖ₀₁₂₃₄₅₆₇₈₉₋₊", "tk0123456789-+")
_TIMED: Final = re.compile(
    r"(?<!\w)(?P<d>d?)(?P<letter>[hcifgorznL]|[xy](?=ₜ))(?P<t>[ₜₖ](?:[₋₊][₀-₉])?|[₀-₉]+|_[Tn]\b)"
)
_PLAIN: Final = re.compile(
    r"(?P<before>∂|/d|[Ss]tate |[Ss]tate is |[Gg]ate |[Cc]andidate |(?<!\w)(?=h and c\b))"
    r"(?P<letter>[hcifgorzn])\b(?P<more> and c\b)?"
)
_WEIGHT: Final = re.compile(rf"(?<!\w)(?P<d>d?)(?P<name>{'|'.join(_WEIGHTS)})(?![\w^])")


def translated(text: str, notation: Notation, cell: str) -> str:
    """The text in a notation's letters; h and the weights are those of the named cell."""
    if notation.name == "house":
        return text

    def letters(quantity: str) -> tuple[Letters, str]:
        name, only = _QUANTITIES[quantity]
        return notation.of(only or cell), name

    def timed(found: re.Match[str]) -> str:
        t = found["t"].translate(_SMALL).removeprefix("_")
        if found["letter"] == "L":
            return found["d"] + notation.of(cell).loss(t)
        mine, name = letters(found["letter"])
        return found["d"] + mine.symbol(name, t).text

    def plain(found: re.Match[str]) -> str:
        (mine, name), (other, c) = letters(found["letter"]), letters("c")
        more = f" and {other.letter(c)}" if found["more"] else ""
        return f"{found['before']}{mine.letter(name)}{more}"

    def weight(found: re.Match[str]) -> str:
        mine, name = notation.of(cell), _WEIGHTS[found["name"]]
        return found["d"] + (mine.symbol if "." in name else mine.matrix)(name).text

    return _WEIGHT.sub(weight, _PLAIN.sub(plain, _TIMED.sub(timed, text)))
