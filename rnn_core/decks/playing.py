"""The settings of the player: which scene of which deck is played, and how."""

from __future__ import annotations

from dataclasses import dataclass

from rnn_core.experiment.settings import choice, words


@dataclass(frozen=True)
class Playing:
    """What is played; no deck and no scene where a reader looks round alone."""

    deck: str = words("", "Deck", "Player", help="The deck that is played, such as 000.")
    scene: str = words("", "Scene", "Player", help="The scene that is shown, by its id.")
    answers: str = choice(
        "shown",
        "Answers",
        "Player",
        {"shown": "shown", "off": "hidden"},
        help="off: what the reader answered is kept, and nothing says whether it is right.",
    )
    present: str = choice(
        "0",
        "Lecture mode",
        "Player",
        {"0": "off", "1": "on"},
        help="1: large type, no navigation, the scene's own controls; keys lead on and back.",
    )

    @property
    def presents(self) -> bool:
        """Whether a scene is shown to a hall."""
        return self.present == "1" and bool(self.scene)
