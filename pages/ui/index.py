"""Everything that can be found: pages, their own scenes, and every scene of every deck."""

import ast
from functools import lru_cache

from pages.ui.contents import FOLDER, PAGES, SECTIONS, Page
from pages.ui.shelf import scenes_of, shelf
from rnn_core.decks import Deck
from rnn_core.decks.finding import Entry
from rnn_core.experiment.experiment import SETTINGS
from rnn_core.experiment.settings import settings_of


def entries() -> tuple[Entry, ...]:
    """All entries, pages first."""
    scenes = (e for name, deck in shelf().decks.items() for e in _scenes(name, deck))
    return (*_pages(), *_settings(), *scenes)


@lru_cache(maxsize=1)
def _pages() -> tuple[Entry, ...]:
    return tuple(Entry(page.title, _text(name, page), name) for name, page in PAGES.items())


@lru_cache(maxsize=1)
def _settings() -> tuple[Entry, ...]:
    """Every setting of a network, on a page whose main one it is."""
    homes = {n: name for name, page in reversed(PAGES.items()) for n in page.main}
    return tuple(
        Entry(s.label, f"{s.help} {' '.join(s.words)}", homes.get(name, "unrolled"))
        for name, s in SETTINGS.items()
    )


def _text(name: str, page: Page) -> str:
    """Text of a page for the search: claim, explanation, scenes, names of its settings."""
    source = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    docstrings = {n.value for n in ast.walk(source) if isinstance(n, ast.Expr)}
    constants = (n for n in ast.walk(source) if isinstance(n, ast.Constant))
    texts = [n.value for n in constants if n not in docstrings]
    scenes = [f"{s.title} {s.say}" for s in scenes_of(page)]
    own = settings_of(page.own).values() if page.own else ()
    shared = [SETTINGS[n] for n in page.main if n in SETTINGS]
    labels = [f"{s.label} {s.help}" for s in (*own, *shared)]
    told = [t for t in texts if isinstance(t, str)] if name != "find" else []
    return " ".join((SECTIONS[page.section], *scenes, *labels, *told))


def _scenes(name: str, deck: Deck) -> list[Entry]:
    return [
        Entry(s.title, f"{s.topic} {deck.title} {s.say} {s.exactly}", s.page, name, s.id)
        for s in deck.scenes
    ]
