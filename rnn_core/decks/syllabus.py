"""The settings of the page that lists a lecture's scenes."""

from __future__ import annotations

from dataclasses import dataclass

from rnn_core.experiment.settings import choice
from rnn_core.notation.notation import LECTURES, NOTATIONS


@dataclass(frozen=True)
class Syllabus:
    """Which lecture is shown: a deck of its name, in a notation of its name."""

    lecture: str = choice(
        LECTURES[0],
        "Lecture",
        "Lectures",
        {name: NOTATIONS[name].label for name in LECTURES},
        help="Its ideas in its own order; links open the app in its letters.",
    )
