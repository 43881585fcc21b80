"""Decks: scenes as data, read and checked, written back, and their questions judged.

A scene is a page at chosen settings with something to say; a question names a measure of
`rnn_core.measures`, and the right answer is computed, never stored.
"""

from rnn_core.decks.faults import DeckFault
from rnn_core.decks.packing import MOST_LETTERS, pack, unpack
from rnn_core.decks.reading import MOST_CONTROLS, MOST_SCENES, Pages, read_deck, read_file
from rnn_core.decks.records import Choice, Deck, Question, Scene
from rnn_core.decks.verdicts import Setup, asked_again, because, holds, judge, measured, setup
from rnn_core.decks.writing import write_deck

__all__ = [
    "MOST_CONTROLS",
    "MOST_LETTERS",
    "MOST_SCENES",
    "Choice",
    "Deck",
    "DeckFault",
    "Pages",
    "Question",
    "Scene",
    "Setup",
    "asked_again",
    "because",
    "holds",
    "judge",
    "measured",
    "pack",
    "read_deck",
    "read_file",
    "setup",
    "unpack",
    "write_deck",
]
