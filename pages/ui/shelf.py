"""The decks that ship with the app: read once, checked, and what is wrong with those that are not.

A deck is a file in `assets/decks`; its name is the file's. Those in `assets/decks/pages` bear a
page's name and hold that page's own scenes: the first is what the page opens on. A file that
cannot be read does not keep the others from being used.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from pages.ui.contents import PAGES, Page, name_of
from pages.ui.view import VIEW
from rnn_core.decks import Deck, DeckFault, Pages, Scene, read_file
from rnn_core.decks.syllabus import STORY
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import Setting, settings_of

FOLDER: Final = Path(__file__).resolve().parents[2] / "assets" / "decks"


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
    """All decks that are played."""
    return _folder(FOLDER)


def scenes_of(page: Page) -> tuple[Scene, ...]:
    """The scenes of a page itself, the one that it opens on first."""
    deck = own_scenes().decks.get(name_of(page))
    return deck.scenes if deck else ()


@cache
def own_scenes() -> Shelf:
    """Every page's own scenes, by the page's name; read once, for every run asks for them."""
    return _folder(FOLDER / "pages")


def _folder(folder: Path) -> Shelf:
    """All decks of a folder, the story first; a file that has changed is read again."""
    paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != STORY, path.stem))
    return _read(tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=8)
def _read(files: tuple[tuple[Path, int], ...]) -> Shelf:
    decks, faults = {}, []
    for path, _ in files:
        try:
            decks[path.stem] = read_file(path, LINKED)
        except DeckFault as fault:
            faults.append(fault)
    return Shelf(decks, tuple(faults))
