"""Faults of a deck, each with the line of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Path = tuple[str | int, ...]  # ("scene", 3, "question", "choices", 1)

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w-]+(?:\s*\.\s*[\w-]+)*)\s*\]")
_KEY: Final = re.compile(r"\s*([\w-]+)\s*[=.]")
_ITEM: Final = re.compile(r"\s*[^\s\]#]")  # of a list, one a line
_QUOTES: Final = re.compile(r'"""|' + "'''")


class DeckFault(ValueError):
    """A deck that cannot be used: file, line (0 where it is not known) and reason."""

    def __init__(self, file: str, line: int, reason: str):
        self.file, self.line, self.reason = file, line, reason
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {reason}")


class Places:
    """Line of each key of a file."""

    def __init__(self, file: str, text: str):
        self.file = file
        self.lines = dict(_located(text))

    def fault(self, path: Path, reason: str) -> DeckFault:
        """The fault at a place, or at the nearest thing round it whose line is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return DeckFault(self.file, self.lines.get(path, 0), reason)


def _located(text: str) -> Iterator[tuple[Path, int]]:
    """Every table and key of a TOML text that can be read, with its line; the last of each name.

    Keys in tables written on one line are not looked for: the table's own line has to do.
    """
    counts: dict[Path, int] = {}
    table: Path = ()
    key: Path = ()
    for number, line in _outside_long_texts(text):
        if header := _HEADER.match(line):
            table = key = _table(header[2], header[1] == "[[", counts)
            yield table, number
        elif found := _KEY.match(line):
            key = (*table, found[1])
            counts[key] = 0
            yield key, number
        elif _ITEM.match(line) and key:
            yield (*key, counts.get(key, 0)), number
            counts[key] = counts.get(key, 0) + 1


def _table(name: str, several: bool, counts: dict[Path, int]) -> Path:
    """The path of a header, with the number of the item of each array of tables on the way."""
    path: Path = ()
    parts = [part.strip() for part in name.split(".")]
    for k, part in enumerate(parts):
        path = (*path, part)
        if several and k == len(parts) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _outside_long_texts(text: str) -> Iterator[tuple[int, str]]:
    """The lines that do not begin inside a text of several lines, from 1."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            yield number, line
        for quotes in _QUOTES.findall(line):
            inside = "" if inside == quotes else inside or quotes
