"""Which gradient the flow bench and the phase map measure, in the letters of a notation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pages.figures.theme import cell_look
from rnn_core.notation.notation import HOUSE, Notation

QUANTITY_WORDS: Final = {  # as they are offered; {h}, {c}, {W} are letters
    "last": "Last step's loss",
    "total": "Loss at every step, total",
    "spectral": "Jacobian, spectral norm",
    "frobenius": "Jacobian, Frobenius norm",
    "state": "Jacobian of {h} and {c} together",
    "share": "Share of dL/d{W}",
}


def quantity_words(cell: str, notation: Notation = HOUSE) -> dict[str, str]:
    """The gradients there are; the weights' letter is that of the reader's cell."""
    two = notation.of("lstm")
    letters = {name: two.letter(name).text for name in ("h", "c")}
    letters["W"] = recurrent(cell, notation)
    return {name: words.format(**letters) for name, words in QUANTITY_WORDS.items()}


def recurrent(cell: str, notation: Notation) -> str:
    """The recurrent weights, all gates together."""
    return notation.of(cell).matrix("weight_hh").text


def together(said: Mapping[str, str]) -> str:
    """Words by cell as one text: once if all are the same, else each with its cells."""
    cells: dict[str, list[str]] = {}
    for cell, words in said.items():
        cells.setdefault(words, []).append(cell_look(cell).label)
    if len(cells) == 1:
        return next(iter(cells))
    return ", ".join(f"{words} ({', '.join(names)})" for words, names in cells.items())


def row_name(cell: str, state: str, quantity: str, notation: Notation = HOUSE) -> str:
    """Name of a curve beside its cell: hₜ, cₜ, W_hh."""
    letters = notation.of(cell)
    if quantity == "share":
        return recurrent(cell, notation)
    if quantity != "state":
        return letters.symbol(state).text
    return " and ".join(letters.symbol(s).text for s in _states(cell))


def measured(cell: str, state: str, quantity: str, notation: Notation = HOUSE) -> str:
    """Quantity that a curve measures, a norm: ‖dL_T/dhₜ‖."""
    letters = notation.of(cell)
    if quantity in ("last", "total"):
        return f"‖{letters.gradient(state, loss='T' if quantity == 'last' else '')}‖"
    if quantity == "share":
        return f"‖step t's share of dL/d{recurrent(cell, notation)}‖"
    before, after = row_name(cell, state, quantity, notation), letters.symbol("h", "T").text
    if quantity == "state" and len(_states(cell)) > 1:
        before, after = (
            f"({', '.join(letters.symbol(s, t).text for s in _states(cell))})" for t in ("t", "T")
        )
    return f"‖∂{after}/∂{before}‖{'_F' if quantity == 'frobenius' else '₂'}"


def left(cell: str, notation: Notation = HOUSE) -> str:
    """The phase map's ratio: ‖dL_T/dh₀‖ / ‖dL_T/dh_T‖."""
    letters = notation.of(cell)
    return " / ".join(f"‖{letters.gradient('h', t, 'T')}‖" for t in ("0", "T"))


def _states(cell: str) -> tuple[str, ...]:
    return ("h", "c") if cell == "lstm" else ("h",)
