"""Records of what goes into a hand-out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Exhibit:
    """A component as a page drew it: markup, styles, the name of its script, and its message."""

    key: str
    script: str
    html: str
    css: str
    isolated: bool  # in a shadow root of its own
    data: bytes


@dataclass(frozen=True)
class Position:
    """One position of a hand-out's slider: a reader's words, and its messages by exhibit."""

    words: str
    data: Mapping[str, bytes]


@dataclass(frozen=True)
class Sweep:
    """A slider whose every position was computed beforehand."""

    label: str
    start: int  # the position that is on screen
    positions: tuple[Position, ...]


@dataclass(frozen=True)
class Sheet:
    """One picture with all that is said about it.  Texts are in the app's Markdown."""

    title: str
    claim: str
    say: str
    shown: tuple[Exhibit | str, ...]  # between the exhibits, conclusions that none has in its title
    settings: tuple[tuple[str, str], ...] = ()  # labels and values in readers' words
    link: str = ""
    explained: str = ""
    sweep: Sweep | None = None

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """The exhibits alone."""
        return tuple(each for each in self.shown if isinstance(each, Exhibit))

    @property
    def slider(self) -> Sweep | None:
        """The sweep of those exhibits that are shown; None where it turns none of them."""
        keys = {exhibit.key for exhibit in self.exhibits}
        if self.sweep is None:
            return None
        kept = tuple(
            replace(p, data={k: d for k, d in p.data.items() if k in keys})
            for p in self.sweep.positions
        )
        return replace(self.sweep, positions=kept) if any(p.data for p in kept) else None
