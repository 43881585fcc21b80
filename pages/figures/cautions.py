"""Warnings about a sentence unlike those of training."""

from collections.abc import Sequence
from typing import Final

from pages.figures.literal import in_markdown

NAMED: Final = 8  # unknown words that are named


def cautions(unknown: str, strange: Sequence[str], reads: str, steps: int, longest: int) -> str:
    """The words that a network does not know, and a length that training did not show.

    `unknown` opens the sentence that names them, `reads` says what is read instead."""
    said = []
    if strange:
        more = f" and {len(strange) - NAMED} others" if len(strange) > NAMED else ""
        named = ", ".join(f"“{in_markdown(w[:20])}”" for w in strange[:NAMED])
        said.append(f"{unknown}: {named}{more}. {reads}")
    if steps > longest:
        said.append(f"{steps} words: the longest sentence in training had {longest}.")
    return " ".join(said)
