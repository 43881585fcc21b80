"""The settings of the player: which scene of which deck is shown, and how a page is laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rnn_core.experiment.settings import choice, words

NO_CONTROLS: Final = "none"
_NAMES: Final = re.compile(r"[a-z_]+(,[a-z_]+)*")


def may_be_controls(text: str) -> bool:
    """Whether a text names settings, such as scale,clip."""
    return not text or bool(_NAMES.fullmatch(text))


@dataclass(frozen=True)
class Playing:
    """Settings of the player; no deck and no scene where a reader looks round alone."""

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
        help="1: large type, no navigation, few controls; keys lead on and back.",
    )
    frame: str = choice(
        "page",
        "Frame",
        "Player",
        {"page": "the whole page", "only": "the picture only"},
        help="only: the picture and its controls, for an iframe in slides or a course page.",
    )
    controls: str = words(
        "",
        "Controls",
        "Player",
        parser=may_be_controls,
        help="The only controls that are shown, such as scale,clip; or none.",
    )

    @property
    def presents(self) -> bool:
        """Whether the page is shown to a hall."""
        return self.present == "1"

    @property
    def bare(self) -> bool:
        """Whether nothing but a picture and its controls is shown."""
        return self.frame == "only"

    @property
    def only(self) -> tuple[str, ...] | None:
        """The names of the only controls that are shown; None where the page decides."""
        names = tuple(self.controls.split(",")) if self.controls else ()
        return (() if names == (NO_CONTROLS,) else names) if names else None
