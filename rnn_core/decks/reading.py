"""Decks from TOML: whatever cannot be right is refused, with file, line and reason.

    deck = read_deck(text, pages, "my-deck.toml")

`pages` says which pages there are and which settings a link to each may hold.  A deck may be a
stranger's: texts are plain and of limited length, and nothing in them is markup.
"""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path as File
from typing import Any, Final

from rnn_core.decks.faults import DeckFault, Path, Places
from rnn_core.decks.records import Choice, Deck, Question, Scene
from rnn_core.decks.verdicts import check_why
from rnn_core.experiment.settings import Setting, Value, quote
from rnn_core.measures import MEASURES
from rnn_core.notation.notation import NOTATIONS

Pages = Mapping[str, Mapping[str, Setting]]  # page -> settings that a link to it may hold

MOST_BYTES: Final = 500_000
MOST_SCENES: Final = 200
MOST_CONTROLS: Final = 3
CHOICES: Final = (2, 5)
SHORT, MEDIUM, LONG = 90, 240, 500  # characters of titles, of choices and answers, of prose
SEEDED: Final = "seed"  # the setting that a general question is asked again with

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_MARKUP: Final = re.compile(
    r"<[a-zA-Z/!?]|&#?\w+;|\]\(|\]\[|[`*$\\]|~~|:[\w/+-]+[:\[]|://|www\.|(?<!\w)_|_(?!\w)|^[#>+-]"
)


def read_file(path: File, pages: Pages) -> Deck:
    """The deck of a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise DeckFault(path.name, 0, f"The file cannot be read: {problem}") from problem
    return read_deck(text, pages, path.name)


def read_deck(text: str, pages: Pages, file: str = "deck") -> Deck:
    """The deck of a TOML text; raises `DeckFault`."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise DeckFault(file, 0, f"A deck has at most {MOST_BYTES:,} bytes; this one has more.")
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        at = re.search(r"at line (\d+)", str(problem))
        line = int(at[1]) if at else text.count("\n") + 1
        raise DeckFault(file, line, f"This is no TOML: {problem}") from problem
    except RecursionError as problem:
        raise DeckFault(file, 0, "This is no deck: lists or tables nest too deep.") from problem
    except ValueError as problem:  # a number of thousands of digits
        raise DeckFault(file, 0, f"This is no deck: {problem}") from problem
    return _Reader(pages, Places(file, text)).deck(found)


class _Reader:
    """Walks through the tables of a file; knows where in the file it is when something is wrong."""

    def __init__(self, pages: Pages, places: Places):
        self.pages, self.fault = pages, places.fault

    def deck(self, found: Mapping[str, Any]) -> Deck:
        self._keys(found, (), {"title", "source", "notation", "language", "scene"})
        scenes = self._list(found, (), "scene", 1, MOST_SCENES)
        deck = Deck(
            title=self._text(found, (), "title", SHORT),
            source=self._text(found, (), "source", MEDIUM),
            notation=self._one_of(found, (), "notation", NOTATIONS),
            language=self._match(found, (), "language", _LANGUAGE, "such as en or pt-BR"),
            scenes=tuple(self.scene(s, ("scene", k)) for k, s in enumerate(scenes)),
        )
        self._unique([s.id for s in deck.scenes], lambda k: ("scene", k, "id"))
        return deck

    def scene(self, found: Any, at: Path) -> Scene:
        table = self._table(found, at)
        optional = {"topic", "settings", "exactly", "controls", "part", "question"}
        self._keys(table, at, {"id", "title", "page", "say"} | optional)
        page = self._one_of(table, at, "page", self.pages)
        return Scene(
            id=self._match(table, at, "id", _ID, "such as two-states: a-z, 0-9 and -"),
            title=self._text(table, at, "title", SHORT),
            page=page,
            say=self._text(table, at, "say", LONG),
            topic=self._text(table, at, "topic", SHORT, ""),
            settings=self._settings(table, at, "settings", page),
            exactly=self._text(table, at, "exactly", LONG, ""),
            controls=self._controls(table, at, page),
            part=self._match(table, at, "part", _ID, "such as lower-plot", ""),
            question=self._question(table, at, page),
        )

    def _question(self, scene: Mapping[str, Any], path: Path, page: str) -> Question | None:
        if "question" not in scene:
            return None
        at = (*path, "question")
        found = self._table(scene["question"], at)
        must = {"ask", "choices", "measure", "why", "misconception"}
        optional = {"parameters", "bounds", "names", "before", "then", "general"}
        self._keys(found, at, must | optional)
        choices = self._choices(found, at)
        measure = self._one_of(found, at, "measure", MEASURES)
        return Question(
            ask=self._text(found, at, "ask", MEDIUM),
            choices=choices,
            measure=measure,
            why=self._why(found, at, measure),
            misconception=self._text(found, at, "misconception", MEDIUM),
            parameters=self._parameters(found, at, measure),
            bounds=self._bounds(found, at, measure, len(choices)),
            names=self._names(found, at, measure, len(choices)),
            before=self._settings(found, at, "before", page),
            then=self._settings(found, at, "then", page),
            general=self._general(found, at, page),
        )

    # -- parts of a scene ------------------------------------------------------------------------

    def _settings(
        self, table: Mapping[str, Any], path: Path, key: str, page: str
    ) -> dict[str, Value]:
        at, known = (*path, key), self.pages[page]
        found = self._table(table.get(key, {}), at)
        return {n: self._value(v, known, (*at, n), page) for n, v in found.items()}

    def _value(self, value: Any, known: Mapping[str, Setting], at: Path, page: str) -> Value:
        name = str(at[-1])
        if name not in known:
            raise self.fault(at, f"{quote(name)} is no setting of the page {page}.")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.fault(at, f"{name}: expected a text or a number, got {quote(value)}.")
        setting = known[name]
        try:
            if setting.kind in ("choice", "text"):
                value = str(value)
            elif isinstance(value, str):
                value = setting.read(value)
            tidy = setting.tidy(value)
        except ValueError as problem:
            raise self.fault(at, f"{name}: {problem}.") from problem
        if tidy != value:
            raise self.fault(at, f"{name}: the control goes in steps; nearest is {quote(tidy)}.")
        return tidy

    def _controls(self, table: Mapping[str, Any], path: Path, page: str) -> tuple[str, ...]:
        names = self._list(table, path, "controls", 0, MOST_CONTROLS)
        at = (*path, "controls")
        for name in names:
            if not isinstance(name, str) or name not in self.pages[page]:
                raise self.fault(at, f"{quote(name)} is no setting of the page {page}.")
        self._unique(names, lambda _: at)
        return tuple(names)

    def _choices(self, table: Mapping[str, Any], path: Path) -> tuple[Choice, ...]:
        rows = self._list(table, path, "choices", *CHOICES)
        found = []
        for k, row in enumerate(rows):
            at = (*path, "choices", k)
            self._keys(self._table(row, at), at, {"text", "answer"})
            found.append(
                Choice(self._text(row, at, "text", MEDIUM), self._text(row, at, "answer", MEDIUM))
            )
        self._unique([c.text for c in found], lambda k: (*path, "choices", k))
        return tuple(found)

    def _parameters(
        self, table: Mapping[str, Any], path: Path, measure: str
    ) -> Mapping[str, Value]:
        at = (*path, "parameters")
        found = self._table(table.get("parameters", {}), at)
        try:
            MEASURES[measure].check(found)
        except ValueError as problem:
            where = at if "parameters" in table else (*path, "measure")
            raise self.fault(where, f"{measure}: {problem}.") from problem
        return dict(found)

    def _bounds(
        self, table: Mapping[str, Any], path: Path, measure: str, choices: int
    ) -> tuple[float, ...]:
        at, named = (*path, "bounds"), bool(MEASURES[measure].names)
        if named and "bounds" in table:
            raise self.fault(at, f"{measure} gives a name: expected names, not bounds.")
        if named:
            return ()
        found = self._list(table, path, "bounds", 0, CHOICES[1])
        if not all(map(_is_finite, found)):
            raise self.fault(at, "bounds: expected finite numbers.")
        if len(found) != choices - 1:
            raise self.fault(
                at,
                f"bounds: {choices} choices cover all numbers with {choices - 1} bounds between "
                f"them; got {len(found)}.",
            )
        if any(high <= low for low, high in pairwise(found)):
            raise self.fault(at, "bounds: expected each to be larger than the one before.")
        return tuple(float(b) for b in found)

    def _names(
        self, table: Mapping[str, Any], path: Path, measure: str, choices: int
    ) -> tuple[str, ...]:
        at, known = (*path, "names"), MEASURES[measure].names
        if not known and "names" in table:
            raise self.fault(at, f"{measure} gives a number: expected bounds, not names.")
        if not known:
            return ()
        found = self._list(table, path, "names", 0, CHOICES[1])
        if len(found) != choices or sorted(map(str, found)) != sorted(known):
            raise self.fault(
                at, f"names: expected each of {', '.join(known)} once, and a choice for each."
            )
        return tuple(map(str, found))

    def _why(self, table: Mapping[str, Any], path: Path, measure: str) -> str:
        text, at = self._text(table, path, "why", LONG), (*path, "why")
        try:
            check_why(text, MEASURES[measure])
        except ValueError as problem:
            raise self.fault(at, f"why: {problem}.") from problem
        return text

    def _general(self, table: Mapping[str, Any], path: Path, page: str) -> bool:
        found, at = table.get("general", False), (*path, "general")
        if not isinstance(found, bool):
            raise self.fault(at, f"general: expected true or false, got {quote(found)}.")
        if found and SEEDED not in self.pages[page]:
            raise self.fault(at, f"general: the page {page} has no seed to ask again with.")
        return found

    # -- kinds of value --------------------------------------------------------------------------

    def _table(self, found: Any, at: Path) -> Mapping[str, Any]:
        if not isinstance(found, dict):
            raise self.fault(at, f"{_named(at)}: expected a table, got {quote(found)}.")
        return found

    def _keys(self, table: Mapping[str, Any], at: Path, known: set[str]) -> None:
        for name in table:
            if name not in known:
                there = ", ".join(sorted(known))
                raise self.fault((*at, name), f"Unknown key {quote(name)}; there are: {there}.")

    def _list(self, table: Mapping[str, Any], at: Path, key: str, least: int, most: int) -> Any:
        found = table.get(key, [])
        if not isinstance(found, list):
            raise self.fault((*at, key), f"{key}: expected a list, got {quote(found)}.")
        if not least <= len(found) <= most:
            raise self.fault(
                (*at, key), f"{key}: expected {least} to {most} of them, got {len(found)}."
            )
        return found

    def _text(
        self, table: Mapping[str, Any], path: Path, key: str, most: int, instead: str | None = None
    ) -> str:
        at = (*path, key)
        if key not in table and instead is not None:
            return instead
        if key not in table:
            raise self.fault(at, f"The key {key} is missing.")
        found = table[key]
        if not isinstance(found, str):
            raise self.fault(at, f"{key}: expected a text, got {quote(found)}.")
        problem = _unfit(found, most, optional=instead is not None)
        if problem:
            raise self.fault(at, f"{key}: {problem}.")
        return found

    def _match(
        self,
        table: Mapping[str, Any],
        path: Path,
        key: str,
        pattern: re.Pattern[str],
        example: str,
        instead: str | None = None,
    ) -> str:
        found = self._text(table, path, key, SHORT, instead)
        if found != instead and not pattern.fullmatch(found):
            raise self.fault((*path, key), f"{key}: expected {example}; got {quote(found)}.")
        return found

    def _one_of(
        self, table: Mapping[str, Any], path: Path, key: str, known: Mapping[str, object]
    ) -> str:
        found = self._text(table, path, key, SHORT)
        if found not in known:
            there = ", ".join(known)
            raise self.fault((*path, key), f"Unknown {key} {quote(found)}; there are: {there}.")
        return found

    def _unique(self, names: list[str], at: Callable[[int], Path]) -> None:
        for k, name in enumerate(names):
            if name in names[:k]:
                raise self.fault(at(k), f"{quote(name)} is there twice.")


def _is_finite(value: object) -> bool:
    """Whether this is a number that a `float` can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def _named(at: Path) -> str:
    return str(next((part for part in reversed(at) if isinstance(part, str)), "deck"))


def _unfit(text: str, most: int, optional: bool) -> str:
    """Reason why a text may not stand in a deck, or nothing."""
    if not text.strip() and not optional:
        return "expected a text, got an empty one"
    if len(text) > most:
        return f"expected at most {most} characters, got {len(text)}"
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text):
        return "expected one line of plain text, got a line break or a character without a shape"
    if found := _MARKUP.search(text):
        return f"expected plain text, got what could be markup: {quote(found[0])}"
    return ""
