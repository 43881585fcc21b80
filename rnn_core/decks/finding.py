"""Search over pages, scenes and terms: plain words, every one of them somewhere in the entry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rnn_core.experiment.settings import words

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Sought:
    """The settings of the page Find."""

    find: str = words("", "Find", "Find", help="Words of a page, a scene or a lecture's idea.")


@dataclass(frozen=True)
class Entry:
    """One thing that can be found: its title counts more than what is said of it."""

    title: str
    text: str
    page: str
    deck: str = ""  # of a scene that is played
    scene: str = ""


def found(query: str, entries: Iterable[Entry], most: int = 24) -> tuple[Entry, ...]:
    """The entries that hold every word of the query, or its beginning; the best first."""
    asked, every = _words(query), list(entries)
    if not asked:
        return ()
    ranks = [(rank, k) for k, e in enumerate(every) if (rank := _rank(asked, e)) is not None]
    return tuple(every[k] for _, k in sorted(ranks)[:most])


def _rank(asked: list[str], entry: Entry) -> int | None:
    """Rank of an entry, the best lowest; None where a word is missing."""
    title, text = _words(entry.title), _words(entry.text)
    missed = [word for word in asked if not _begins(word, title)]
    if not all(_begins(word, text) for word in missed):
        return None
    return 2 * len(missed) + bool(entry.scene)


def _begins(word: str, among: list[str]) -> bool:
    return any(each.startswith(word) for each in among)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
