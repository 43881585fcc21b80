"""Features of each place in a text, computed from the text alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from rnn_core.arrays import Array

QUOTED: Final = re.compile(
    r"""\"{3}(?:[^"]|"(?!""))*(?:\"{3}|\Z)|"[^"\n]*"|"""
    r"""(?<![^\W_])'(?:[^'\n]|(?<=[^\W_])')*?'(?![^\W_])"""
)
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Feature:
    """A number for each character of a text, that one included in what is known."""

    words: str
    values: Callable[[str], Array]


def quoted(text: str) -> Array:
    """1 between quotes, " or ', that are closed in the same line, or three " in a row, over lines.

    An apostrophe behind a letter opens nothing, one before a letter closes nothing.  It is a guess:
    what looks like a pair of quotes counts as one.
    """
    found = np.zeros(len(text))
    for part in QUOTED.finditer(text):
        found[part.start() : part.end() - 1] = 1  # the closing mark itself is read: outside again
    return found


def line_position(text: str) -> Array:
    """Characters since the last line break; 0 at the break."""
    found, since = np.zeros(len(text)), 0
    for t, c in enumerate(text):
        since = 0 if c == "\n" else since + 1
        found[t] = since
    return found


def after_blank(text: str) -> Array:
    """1 where the character read is a blank: a word, or another blank, comes next."""
    return np.array([float(c == " ") for c in text])


def in_word(text: str) -> Array:
    """1 at the second letter of a word and all that follow."""
    pairs = zip("\n" + text, text, strict=False)
    return np.array([float(a.isalpha() and b.isalpha()) for a, b in pairs])


def upper_case(text: str) -> Array:
    """1 at capital letters."""
    return np.array([float(c.isupper()) for c in text])


def bracket_depth(text: str) -> Array:
    """Brackets that are open, of any kind; never below 0."""
    found, depth = np.zeros(len(text)), 0
    for t, c in enumerate(text):
        depth = max(0, depth + (c in OPENING) - (c in CLOSING))
        found[t] = depth
    return found


FEATURES: Final = {
    "quotes": Feature("inside quotes", quoted),
    "line": Feature("position in the line", line_position),
    "blank": Feature("after a space", after_blank),
    "word": Feature("inside a word", in_word),
    "upper": Feature("upper case", upper_case),
    "brackets": Feature("bracket depth", bracket_depth),
}
