"""Settings: dataclass fields with words, a range, and a spelling in a link.

A table such as `Experiment` is a frozen dataclass whose fields are made by the functions below.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeVar

Value = str | int | float
Kind = Literal["choice", "levels", "integer", "number", "text"]
Row = TypeVar("Row")

LONGEST_TEXT: Final = 200  # characters; as many as there can be steps
_INTEGER, _NUMBER = re.compile(r"-?[0-9]{1,4}"), re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class Setting:
    """One field's words, its range, and the other fields' values it needs."""

    label: str
    group: str
    help: str
    kind: Kind
    default: Value
    table: Mapping[Any, str] = field(default_factory=dict, hash=False)  # option -> its words
    low: float = 0
    high: float = 0
    step: float = 1
    parser: Callable[[str], object] | None = None  # text: raises a `ValueError` if unreadable
    shown: tuple[tuple[str, Collection[Value]], ...] = ()  # other fields' values it needs

    @property
    def options(self) -> tuple[Value, ...]:
        """The values of a choice or of levels; () of anything else."""
        return tuple(self.table)

    @property
    def words(self) -> tuple[str, ...]:
        """Reader's words for each option."""
        return tuple(self.table.values())

    def check(self, value: object) -> None:
        """Raise a `ValueError` in plain words unless `value` may stand in this field."""
        if not self._fits(value):
            raise ValueError(f"{self.label}: expected {self.expected}, got {quote(value)}")

    def _fits(self, value: object) -> bool:
        if self.kind == "text":
            return isinstance(value, str) and len(value) <= LONGEST_TEXT and self._matches(value)
        if self.kind == "choice" or isinstance(value, bool) or not isinstance(value, int | float):
            return self.kind in ("choice", "levels") and value in self.options
        if self.kind == "integer" and not isinstance(value, int):
            return False
        return self.low <= value <= self.high  # false for nan

    def _matches(self, value: str) -> bool:
        try:
            return self.parser is None or bool(self.parser(value))
        except ValueError:
            return False

    @property
    def expected(self) -> str:
        """The values that are welcome, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(map(str, self.options))
        if self.parser is not None:
            return self.help[0].lower() + self.help[1:].removesuffix(".")
        if self.kind == "text":
            return f"at most {LONGEST_TEXT} characters"
        whole = "a whole number" if self.kind == "integer" else "a number"
        return f"{whole} from {self.low:g} to {self.high:g}"

    def read(self, text: str) -> Value:
        """The value that `text` (from a link) spells; a `ValueError` says what is wrong."""
        if self.kind in ("text", "choice"):
            return self.tidy(text)
        whole = self.kind == "integer"
        if not (_INTEGER if whole else _NUMBER).fullmatch(text):
            raise ValueError(f"{self.label}: expected {self.expected}, got {quote(text)}")
        return self.tidy(int(text) if whole else float(text))

    def tidy(self, value: Value) -> Value:
        """The value as its control shows it; a `ValueError` says what is wrong with it."""
        if self.kind == "text":
            value = clean(str(value))
            value = value.replace(" ", "") if self.parser else value
        value = self.snap(value) if self.kind == "levels" and self._within(value) else value
        self.check(value)
        return self.snap(value)

    def _within(self, value: Value) -> bool:
        return not isinstance(value, str) and self.low <= value <= self.high

    def snap(self, value: Value) -> Value:
        """The value the control can show that lies nearest."""
        if isinstance(value, str) or self.kind == "integer":
            return value
        if self.kind == "levels":
            return min(self.options, key=lambda o: abs(float(o) - float(value)))
        return round(round(float(value) / self.step) * self.step, 6)

    def write(self, value: Value) -> str:
        """Spelling of `value` in a link."""
        return f"{value:g}" if isinstance(value, float) else str(value)

    def said(self, value: Value) -> str:
        """`value` in a reader's words."""
        return self.table[value] if value in self.options else self.write(value)


def choice(default: str, label: str, group: str, words: Mapping[str, str], **more: Any) -> Any:
    """A field with a few named values."""
    return _field("choice", default, label, group, table=words, **more)


def whole(default: int, label: str, group: str, low: int, high: int, **more: Any) -> Any:
    """A field that counts something."""
    return _field("integer", default, label, group, low=low, high=high, **more)


def number(
    default: float, label: str, group: str, low: float, high: float, step: float, **more: Any
) -> Any:
    """A field on a fine linear scale."""
    return _field("number", default, label, group, low=low, high=high, step=step, **more)


def levels(default: float, label: str, group: str, values: Iterable[float], **more: Any) -> Any:
    """A field on a coarse logarithmic scale."""
    options = tuple(values)
    extra = {"table": {v: f"{v:g}" for v in options}}
    limits = {"low": options[0], "high": options[-1]}
    return _field("levels", default, label, group, **extra, **limits, **more)


def words(default: str, label: str, group: str, **more: Any) -> Any:
    """A field the reader types into."""
    return _field("text", default, label, group, **more)


def _field(kind: Kind, default: Value, label: str, group: str, **more: Any) -> Any:
    more["shown"] = tuple(more.pop("shown", {}).items())
    setting = Setting(
        kind=kind, default=default, label=label, group=group, help=more.pop("help"), **more
    )
    return field(default=default, metadata={"setting": setting})


def settings_of(row: type) -> dict[str, Setting]:
    """Every field of a table such as `Experiment`, by name."""
    return {f.name: f.metadata["setting"] for f in fields(row)}


def relevant(row: object) -> tuple[str, ...]:
    """The fields of a table's row that change anything, given its other fields."""
    found = settings_of(type(row)).items()
    return tuple(n for n, s in found if all(getattr(row, o) in values for o, values in s.shown))


def read_row(row: type[Row], params: Mapping[str, str]) -> tuple[Row, tuple[str, ...]]:
    """A table's row from a link; whatever cannot be read keeps its default and leaves a note."""
    values, notes = {}, []
    for name, setting in settings_of(row).items():
        if name in params:
            try:
                values[name] = setting.read(params[name])
            except ValueError as problem:
                default = setting.write(setting.default)
                notes.append(f"{problem}. Using {default} instead.")
    return row(**values), tuple(notes)


def to_params(row: object) -> dict[str, str]:
    """The shortest link that leads back here: everything that is not at its default."""
    found = settings_of(type(row)).items()
    return {n: s.write(getattr(row, n)) for n, s in found if getattr(row, n) != s.default}


def clean(text: str) -> str:
    """Text as it may be typed: white space as blanks, no control character, no half of a pair."""
    plain = "".join(" " if c.isspace() else c for c in text)
    return "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))


def quote(value: object) -> str:
    """Something a stranger wrote, short and without any character that means something.

    Dots stay in numbers only: a name with a dot in it may be turned into a link.
    """
    text = str(value)[:25]
    allowed = " ,+-_" if any(c.isalpha() for c in text) else " ,+-_."
    shown = "".join(c if c.isalnum() or c in allowed else "·" for c in text[:24])
    return f"“{shown}{'…' if len(text) > 24 else ''}”"
