"""A deck in the making: scenes are added, moved, changed and taken out, and stay what can be read.

Each function gives a new deck; a `DeckFault` says what may not stand in one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import Final

from rnn_core.decks.reading import Pages, read_deck
from rnn_core.decks.records import Deck, Scene
from rnn_core.decks.writing import write_deck

FILE: Final = "my deck"  # what a fault names in place of a file
LONGEST_ID: Final = 60


def added(deck: Deck, scene: Scene, pages: Pages) -> Deck:
    """The deck with one scene more, at its end, under a name of its own."""
    taken = {each.id for each in deck.scenes}
    named = replace(scene, id=name(scene.title, taken))
    return checked(replace(deck, scenes=(*deck.scenes, named)), pages)


def name(title: str, taken: set[str]) -> str:
    """A scene's id, from its title, that no other scene has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_ID].strip("-") or "scene"
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found


def moved(deck: Deck, number: int, way: int) -> Deck:
    """The deck with one scene so many places on; it stops at either end."""
    scenes = list(deck.scenes)
    scene = scenes.pop(number)
    scenes.insert(min(max(number + way, 0), len(scenes)), scene)
    return replace(deck, scenes=tuple(scenes))


def changed(deck: Deck, number: int, scene: Scene, pages: Pages) -> Deck:
    """The deck with another scene in one's place."""
    scenes = list(deck.scenes)
    scenes[number] = scene
    return checked(replace(deck, scenes=tuple(scenes)), pages)


def without(deck: Deck, number: int) -> Deck:
    """The deck without one scene."""
    return replace(deck, scenes=deck.scenes[:number] + deck.scenes[number + 1 :])


def checked(deck: Deck, pages: Pages) -> Deck:
    """The deck as it is read once it is written; raises `DeckFault`."""
    return read_deck(write_deck(deck), pages, FILE)
