"""Links that play a scene, and the one to the list of a deck's scenes."""

from dataclasses import replace

from pages.ui import session
from pages.ui.shelf import shelf
from rnn_core.decks import Scene
from rnn_core.decks.records import Link
from rnn_core.experiment.settings import to_params


def play(name: str, scene: Scene, settings: Link | None = None) -> dict[str, str]:
    """The link that plays a scene of a deck: where its question is asked, or at other settings."""
    shown = replace(scene, settings=scene.before if settings is None else settings)
    played = replace(session.playing(), deck=name, scene=scene.id)
    return to_params(played) | shelf().decks[name].link(shown)


def ideas(name: str) -> dict[str, str]:
    """The link to the list of a deck's ideas, on the page Lectures."""
    return to_params(replace(session.playing(), deck="", scene="", present="0")) | {"lecture": name}
