"""How far a reader has come in a deck, in one short word of a link.

`000.9c1e.01--2` is what was picked of each question of the deck 000, in its order; the letters in
the middle say which questions those were, so that a link to a deck that has changed is refused.
"""

import re
from typing import Final
from zlib import crc32

import streamlit as st

from pages.components.sharing import Way, sharing
from pages.ui import answers, session
from pages.ui.answers import Answer
from pages.ui.shelf import shelf
from rnn_core.decks import Deck, Scene

PARAMETER: Final = "done"
SAID: Final = "progress_said"
OPEN: Final = "-"  # not answered
_WORD: Final = re.compile(r"([a-z0-9-]{1,40})\.([0-9a-f]{4})\.([-0-9]{1,200})")


def word(name: str, deck: Deck) -> str:
    """A deck's answers as a word for a link: name, mark of the deck, a character per question."""
    given = [answers.given(name, scene) for scene in _asking(deck)]
    return f"{name}.{_mark(deck)}." + "".join(str(a.picked) if a else OPEN for a in given)


def arrive() -> None:
    """Take the answers out of the link; those of other decks, and others' questions, stay."""
    found = st.query_params.get(PARAMETER)
    if found is not None:
        del st.query_params[PARAMETER]
        session.keep(SAID, _follow(found))


def fault() -> str:
    """Why the link's answers were not taken, "" if they were."""
    return str(session.kept(SAID) or "")


def link(name: str, deck: Deck) -> None:
    """The link, to be copied."""
    if name == session.MINE:  # it is in no other browser
        return
    with st.popover("My progress as a link", icon=":material/link:", type="tertiary"):
        label = "Opens this list with my answers"
        changes = {PARAMETER: word(name, deck), "lecture": name}
        sharing([Way("progress", label, changes)], key="sharing_progress")


def _follow(found: str) -> str:
    """Keep the answers of such a word; what is wrong with it, or nothing."""
    parts = _WORD.fullmatch(found)
    deck = shelf().decks.get(parts[1]) if parts else None
    if parts is None or deck is None:
        return "The link holds no answers that can be read: copy the whole link."
    asking = _asking(deck)
    if parts[2] != _mark(deck) or len(parts[3]) != len(asking):
        return "The link's answers belong to an older form of this lecture: they are left out."
    for scene, picked in zip(asking, parts[3], strict=True):
        if picked != OPEN and answers.given(parts[1], scene) != Answer(int(picked)):
            answers.keep(parts[1], scene, Answer(int(picked)))
    return ""


def _asking(deck: Deck) -> list[Scene]:
    return [scene for scene in deck.scenes if scene.question]


def _mark(deck: Deck) -> str:
    """Four letters that follow from the deck's questions and their choices."""
    asked = [(s.id, [c.text for c in s.question.choices]) for s in deck.scenes if s.question]
    return f"{crc32(repr(asked).encode()) & 0xFFFF:04x}"
