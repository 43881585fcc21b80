"""The decks that ship with the app: read once, checked, and what is wrong with those that are not.

A deck is a file in `assets/decks`; its name is the file's.  One that cannot be read does not keep
the others from being used.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from pages.ui import session
from pages.ui.contents import PAGES, Page
from pages.ui.session import VIEW
from rnn_core.decks import Deck, DeckFault, Pages, Scene, read_file
from rnn_core.decks.records import Link
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import Setting, settings_of, to_params

FOLDER: Final = Path(__file__).resolve().parents[3] / "assets" / "decks"


class Shelf(NamedTuple):
    """The decks by name, and the faults of the others."""

    decks: Mapping[str, Deck]
    faults: tuple[DeckFault, ...]


def _linked(page: Page) -> dict[str, Setting]:
    """Every setting that a link to this page may hold."""
    shared = {n: s for n, s in SETTINGS.items() if page.uses is None or n in page.uses}
    return shared | VIEW | (settings_of(page.own) if page.own else {})


LINKED: Final[Pages] = {name: _linked(page) for name, page in PAGES.items()}


def shelf() -> Shelf:
    """All decks of the folder; a file that has changed is read again."""
    return _read(tuple((path, path.stat().st_mtime_ns) for path in sorted(FOLDER.glob("*.toml"))))


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> Shelf:
    decks, faults = {}, []
    for path, _ in files:
        try:
            decks[path.stem] = read_file(path, LINKED)
        except DeckFault as fault:
            faults.append(fault)
    return Shelf(decks, tuple(faults))


def play(name: str, scene: Scene, settings: Link | None = None) -> dict[str, str]:
    """The link that plays a scene of a deck: where its question is asked, or at other settings."""
    shown = replace(scene, settings=scene.before if settings is None else settings)
    played = replace(session.playing(), deck=name, scene=scene.id)
    return to_params(played) | shelf().decks[name].link(shown)


def ideas(name: str) -> dict[str, str]:
    """The link to the list of a deck's ideas, on the page Lectures."""
    return to_params(replace(session.playing(), deck="", scene="", present="0")) | {"lecture": name}
