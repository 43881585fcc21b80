"""Which scene the link asks for, and its neighbours in the deck."""

from typing import NamedTuple

from pages.ui import notebook, packed, session
from pages.ui.contents import PAGES, Page
from pages.ui.shelf import shelf
from rnn_core.decks import Deck, Scene
from rnn_core.experiment.settings import quote


class Place(NamedTuple):
    """A scene of a deck that is played."""

    name: str  # of the deck's file
    deck: Deck
    number: int  # of the scene, from 0

    @property
    def scene(self) -> Scene:
        """The scene itself."""
        return self.deck.scenes[self.number]

    def beside(self, way: int) -> Scene | None:
        """The scene so many places on, or None past either end."""
        number = self.number + way
        return self.deck.scenes[number] if 0 <= number < len(self.deck.scenes) else None


def _no_deck(name: str) -> None:
    """Report that the deck is missing, unless the browser has yet to say whether it kept it."""
    if name != session.MINE:
        there = ", ".join(shelf().decks) or "none"
        session.leave_scene(f"Deck: there is no {quote(name)}; there are: {there}.")
    elif not notebook.is_asked(name):
        session.leave_scene("Deck: this browser has kept no deck of your own.")


def asks_first() -> bool:
    """Whether the scene is one of a deck that the link brings to a reader who has another."""
    return session.playing().deck == session.MINE and packed.waiting() is not None


def here(page: Page) -> Place | None:
    """The scene that is played on this page; what cannot be played leaves a note instead."""
    asked = session.playing()
    if not (asked.deck or asked.scene) or asks_first():
        return None
    deck = session.deck_of(asked.deck)
    if deck is None:
        _no_deck(asked.deck)
        return None
    ids = [scene.id for scene in deck.scenes]
    if asked.scene not in ids:
        session.leave_scene(f"Scene: there is no {quote(asked.scene)} in the deck {asked.deck}.")
        return None
    place = Place(asked.deck, deck, ids.index(asked.scene))
    own = PAGES[place.scene.page]
    if own is not page:
        session.leave_scene(f"Scene: {quote(asked.scene)} belongs to the page {own.title}.")
        return None
    return place
