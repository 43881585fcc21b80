"""Links that play a scene, and the one to the list of a deck's scenes."""

from dataclasses import replace

from pages.ui import session
from rnn_core.decks import Scene
from rnn_core.decks.records import Link
from rnn_core.experiment.settings import to_params


def play(name: str, scene: Scene, settings: Link | None = None) -> dict[str, str]:
    """The link that plays a scene of a deck: where its question is asked, or at other settings."""
    shown = replace(scene, settings=scene.before if settings is None else settings)
    played = replace(session.playing(), deck=name, scene=scene.id)
    deck = session.deck_of(name)
    assert deck is not None, "who links to a scene has its deck"
    return to_params(played) | deck.link(shown)


def page_of(name: str) -> str:
    """The page that lists a deck's scenes."""
    return session.MINE if name == session.MINE else "lectures"


def ideas(name: str) -> dict[str, str]:
    """The link to the list of a deck's ideas, on the page Lectures or My deck."""
    rest = to_params(replace(session.playing(), deck="", scene="", present="0"))
    return rest if name == session.MINE else rest | {"lecture": name}
