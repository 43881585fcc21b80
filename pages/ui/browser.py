"""All that the reader's browser keeps for them: networks, their deck, their answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pages.ui import answers, keeping, notebook, own_deck, session
from pages.ui.contents import Page, name_of
from pages.ui.session import MINE

TAKERS: Final[notebook.Takers] = {MINE: own_deck.heard, answers.NAME: answers.heard}


def message(page: Page) -> dict[str, Any]:
    """Message to the component that keeps networks and notes: items to keep, items to look for."""
    waits = session.playing().deck == MINE or name_of(page) == MINE
    notes = notebook.message(tuple(TAKERS), (MINE,) if waits else ())
    return keeping.message(keeping.lost()) | {"notes": notes}


def heard(said: Sequence[Any]) -> None:
    """Take in what the browser answers, before the page runs again."""
    if any(isinstance(each, Mapping) and "stored" not in each for each in said):
        session.show_again()
    keeping.heard(said)
    notebook.heard(said, TAKERS)
