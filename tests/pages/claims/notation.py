"""Notation: one network in several alphabets, and where a source writes another function."""

from pages.figures.notation.side_by_side import ABSENT, letter_rows
from pages.ui.session import Wish
from rnn_core.engine.cells import LSTM
from rnn_core.experiment.run import make_cell
from rnn_core.notation.notation import LECTURES, NOTATIONS, differences


def five_write_it(wish: Wish) -> bool:
    """Every lecture names the hidden state; the recurrent weights have four spellings or more."""
    rows = letter_rows(wish.experiment.cell)
    state = [rows["hidden state"][name] for name in LECTURES]
    weights = {*rows["recurrent weights"].values()} - {ABSENT}
    return len(LECTURES) == 5 and ABSENT not in state and len(weights) >= 4


def exchanged(wish: Wish) -> bool:
    """Lecture 001 takes where the cell that runs, and PyTorch, keep."""
    cell = make_cell(wish.experiment)
    said = {
        name: " ".join(d.words for d in differences(NOTATIONS[name], cell, True))
        for name in ("001", "pytorch")
    }
    return "exchange z, 1 − z" in said["001"] and "exchange z" not in said["pytorch"]


def letters_only(wish: Wish) -> bool:
    """C and C̃ in one source, c and g in the others, and no other variant in lecture 002."""
    written = {
        name: tuple(NOTATIONS[name].of(LSTM()).letter(q).text for q in ("c", "candidate"))
        for name in ("002", "004", "pytorch")
    }
    same = not differences(NOTATIONS["002"], make_cell(wish.experiment), True)
    return same and written == {"002": ("C", "C̃"), "004": ("c", "g"), "pytorch": ("c", "g")}


CLAIMS = {"rnn": five_write_it, "gru": exchanged, "lstm": letters_only}
