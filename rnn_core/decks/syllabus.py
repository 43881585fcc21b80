"""The settings of the page that lists a lecture's scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rnn_core.experiment.settings import choice
from rnn_core.notation.notation import LECTURES, NOTATIONS

STORY: Final = "story"  # the deck of the first page


@dataclass(frozen=True)
class Syllabus:
    """Settings: the lecture, a deck or the story; and whether it is shown to its lecturer."""

    lecture: str = choice(
        LECTURES[0],
        "Lecture",
        "Lectures",
        {STORY: "The story in five acts"} | {name: NOTATIONS[name].label for name in LECTURES},
        help="Its ideas in its own order; links open the app in its letters.",
    )
    audience: str = choice(
        "reader",
        "Shown",
        "Lectures",
        {"reader": "Ideas", "lecturer": "Plan"},
        help="Its ideas to play, or a plan for its lecturer: minutes, questions, wrong answers.",
    )
