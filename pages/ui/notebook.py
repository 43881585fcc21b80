"""Small texts of the reader's in their own browser: a deck, and what they answered.

They are on no server for longer than a session lasts. A component keeps them in the browser's
storage, hands them back when a session begins, and tells of what another tab has written.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pages.ui import session

NAME: Final = "notebook"
MOST_LETTERS: Final = 600_000  # of a text that comes from a browser
MOST_WHY: Final = 200

Takers = Mapping[str, Callable[[str], None]]  # by a text's name: what is done with it; "": none


class Note(NamedTuple):
    """A text on its way to the browser; a new stamp with each change."""

    stamp: str
    text: str


@dataclass
class Notebook:
    """Notes for this reader's browser to keep, and its replies."""

    stamp: str = field(default_factory=lambda: secrets.token_hex(4))
    notes: dict[str, Note] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  # texts that the browser has told of
    fault: str = ""  # why it can keep nothing


def notebook() -> Notebook:
    """This reader's notebook, made at the first call."""
    found = session.kept(NAME)
    if not isinstance(found, Notebook):
        found = Notebook()
        session.keep(NAME, found)
    return found


def keep(name: str, text: str) -> None:
    """Have the browser keep a text, or let go of it where it is empty."""
    mine = notebook()
    if name not in mine.notes or mine.notes[name].text != text:
        mine.notes[name] = Note(secrets.token_hex(4), text)


def is_asked(name: str) -> bool:
    """Whether the browser has not said yet what it kept under this name."""
    return name not in notebook().told


def message(names: Sequence[str], urgent: Sequence[str]) -> dict[str, Any]:
    """The component's message; for `urgent` names it also replies that there is no text."""
    mine = notebook()
    return {
        "put": [{"name": n, "stamp": s, "text": t} for n, (s, t) in mine.notes.items()],
        "ask": [name for name in names if name not in mine.told],
        "urgent": list(urgent),
        "stamp": mine.stamp,
    }


def heard(answers: Sequence[Any], takers: Takers) -> None:
    """Take in what the browser says; whatever has another form is passed over."""
    mine = notebook()
    for said in answers:
        match said:
            case {"unnoted": str(why)}:
                mine.fault = why[:MOST_WHY]
            case {"read": str(name), "text": str(text)} if name in takers:
                mine.told.add(name)
                if (text and len(text) <= MOST_LETTERS) or not mine.fault:
                    mine.notes.pop(name, None)  # what was written last is what holds
                    takers[name](text[:MOST_LETTERS])
