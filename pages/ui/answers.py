"""Answers of the reader to the decks' questions, kept for the session; nothing is sent on."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pages.figures.literal import in_markdown
from pages.ui import notebook, session
from pages.ui.table import Table
from rnn_core.decks import Deck, Scene
from rnn_core.notation.notation import NOTATIONS
from rnn_core.notation.prose import translated

NAME: Final = "answers"  # what session and browser keep them under
MOST: Final = 2_000  # answers that are taken from a browser


@dataclass(frozen=True)
class Answer:
    """One answer: the number of the picked choice, the right one's, and why.

    `right` is None until it has been measured."""

    picked: int
    right: int | None = None
    why: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the reader's choice is what was measured."""
        return self.picked == self.right


Answers = Mapping[tuple[str, str], Answer]  # by names of deck and scene
Row = tuple[Scene, Answer]


def hidden() -> bool:
    """Whether the link hides which answers are right."""
    return session.playing().answers == "off"


def given(deck: str, scene: Scene) -> Answer | None:
    """The reader's answer to a scene's question."""
    return _fitting(scene, every().get((deck, scene.id)))


def _fitting(scene: Scene, answer: Answer | None) -> Answer | None:
    """The answer, if the scene still asks and has such a choice."""
    choices = len(scene.question.choices) if scene.question else 0
    return answer if answer and 0 <= answer.picked < choices else None


def keep(deck: str, scene: Scene, answer: Answer | None) -> None:
    """Keep an answer, or let go of it."""
    others = {place: a for place, a in every().items() if place != (deck, scene.id)}
    _keep(others if answer is None else {**others, (deck, scene.id): answer})


def _keep(found: Answers) -> None:
    session.keep(NAME, dict(found))
    notebook.keep(NAME, written(found))


def forget_changed(name: str, deck: Deck | None) -> None:
    """Delete answers to questions that `deck`, the next of this name, lacks or has changed."""
    old = session.deck_of(name)
    was = {s.id: s.question for s in (old.scenes if old else ())}
    now = {s.id: s.question for s in (deck.scenes if deck else ())}
    gone = {p for p in every() if p[0] == name and was.get(p[1]) != now.get(p[1])}
    if gone:
        _keep({place: a for place, a in every().items() if place not in gone})


def written(found: Answers) -> str:
    """All answers as text for the browser's store: JSON rows of deck, scene, picked choice."""
    rows = [[deck, scene, answer.picked] for (deck, scene), answer in found.items()]
    return json.dumps(rows, separators=(",", ":")) if rows else ""


def heard(text: str) -> None:
    """Take in the answers that this browser kept; rows of another form are left out.

    Only the choices are taken: which of them is right is measured anew."""
    try:
        rows = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return
    found: dict[tuple[str, str], Answer] = {}
    for row in rows[:MOST] if isinstance(rows, list) else ():
        match row:
            case [str(deck), str(scene), int(picked)] if not isinstance(picked, bool):
                here = every().get((deck, scene))
                found[deck, scene] = here if here and here.picked == picked else Answer(picked)
    session.keep(NAME, found)


def every() -> Answers:
    """All answers that the session has."""
    found = session.kept(NAME)
    return found if isinstance(found, dict) else {}


def lettered(scene: Scene, text: str) -> str:
    """A scene's text in the letters of the reader's notation, as plain text for Markdown."""
    return in_markdown(translated(text, NOTATIONS[session.view().notation], scene.cell))


def mark(deck: str, scene: Scene) -> str:
    """A question's mark in a list of ideas: whether it was answered, and whether rightly."""
    answer = given(deck, scene)
    if answer is None:
        return ""
    if hidden() or answer.right is None:
        return ":gray-badge[:material/edit: answered] "
    if answer.is_right:
        return ":green-badge[:material/check: right] "
    return ":orange-badge[:material/close: a surprise] "


def rows(name: str, deck: Deck, answers: Answers) -> Iterator[Row]:
    """A deck's scenes that were answered, in its order, each with its answer."""
    for scene in deck.scenes:
        if answer := _fitting(scene, answers.get((name, scene.id))):
            yield scene, answer


def table(found: list[Row], hides: bool) -> Table:
    """One answer per row; `hides` leaves out what is right."""
    return Table.of(lines(found, hides))


def lines(found: list[Row], hides: bool) -> list[dict[str, str]]:
    """The rows of the table."""
    return [_line(scene, answer, hides) for scene, answer in found]


def _line(scene: Scene, answer: Answer, hides: bool) -> dict[str, str]:
    question = scene.question
    assert question is not None
    line = {
        "idea": scene.title,
        "question": question.ask,
        "answer": question.choices[answer.picked].text,
    }
    if hides:
        return line
    measured = answer.right is not None
    return line | {
        "right": ("yes" if answer.is_right else "no") if measured else "",
        "measured": question.choices[answer.right].text if answer.right is not None else "",
        "why": answer.why,
    }
