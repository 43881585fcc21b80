"""Decks: scenes in order, each a page at chosen settings with something to say or ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rnn_core.experiment.settings import Value
from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated

Link = Mapping[str, Value]  # settings by name, as a link has them


@dataclass(frozen=True)
class Choice:
    """One of a question's choices, and what is said to whoever picked it wrongly."""

    text: str
    answer: str


@dataclass(frozen=True)
class Question:
    """A question whose answer is measured.

    `bounds` (ascending, one less than there are choices) divide the numbers among the choices in
    their order; `names`, one per choice, do so for a measure that gives a name.  The reader answers
    before the picture at `before`; the measure runs on `then`.
    """

    ask: str
    choices: tuple[Choice, ...]
    measure: str
    why: str
    misconception: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    bounds: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    before: Link = field(default_factory=dict)
    then: Link = field(default_factory=dict)
    general: bool = False  # holds for seeds 0 to 4, not only for the one set


@dataclass(frozen=True)
class Scene:
    """A page at chosen settings, what is said about it, and perhaps a question.

    `say` goes with the picture.  `exactly` is there where the source says it more loosely than it
    is.  `controls` are shown beside the picture; `part` names the part of the page that is meant.
    """

    id: str
    title: str
    page: str
    say: str
    topic: str = ""
    settings: Link = field(default_factory=dict)
    exactly: str = ""
    controls: tuple[str, ...] = ()
    part: str = ""
    question: Question | None = None

    @property
    def before(self) -> dict[str, Value]:
        """The settings at which the question is asked; the scene's own where none is."""
        return {**self.settings, **(self.question.before if self.question else {})}

    @property
    def then(self) -> dict[str, Value]:
        """The settings at which it is answered."""
        return {**self.before, **(self.question.then if self.question else {})}

    @property
    def cell(self) -> str:
        """The cell whose letters the texts are written in."""
        return str(self.settings.get("cell", "rnn"))


@dataclass(frozen=True)
class Deck:
    """A list of scenes, whose they are, and in whose letters they are shown."""

    title: str
    source: str
    notation: str
    language: str
    scenes: tuple[Scene, ...]

    @property
    def topics(self) -> dict[str, tuple[Scene, ...]]:
        """The scenes by topic, in order of first appearance."""
        names = dict.fromkeys(scene.topic for scene in self.scenes)
        return {name: tuple(s for s in self.scenes if s.topic == name) for name in names}

    def lettered(self, scene: Scene, text: str) -> str:
        """A text of a scene, written in this app's letters, in the deck's."""
        return translated(text, NOTATIONS[self.notation], scene.cell)

    def link(self, scene: Scene) -> dict[str, str]:
        """The link to a scene's picture, in the deck's letters."""
        shown = {"notation": self.notation, **scene.settings}
        return {name: spelled(value) for name, value in shown.items()}


def spelled(value: Value) -> str:
    """Spelling of a value in a link."""
    return f"{value:g}" if isinstance(value, float) else str(value)
