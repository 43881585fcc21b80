"""How the written-out network's quantities and numbers are set: letters of a notation, in LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnn_core.notation.notation import HOUSE, Letters, Notation
from rnn_core.notation.symbol import Symbol, glyph
from rnn_core.studies.byhand import QUANTITIES, Written
from rnn_core.studies.byhand_exercise import Blank

FREE: Final = {"a": ("a", "u"), "z": ("z", "v"), "E": ("E",), "delta": ("δ",)}
MATRICES: Final = {
    "hh": "weight_hh.candidate",
    "xh": "weight_ih.candidate",
    "b": "bias.candidate",
    "hy": "readout.weight",
    "by": "readout.bias",
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Names:
    """The letters of one notation; those that it lacks are lent and taken nowhere else."""

    notation: Notation = HOUSE
    letters: Letters = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "letters", self.notation.of("rnn"))

    def symbol(self, name: str, t: int | str = "t") -> Symbol:
        """A quantity at a step: x, a, h, z, y, E or delta."""
        if name in FREE:
            taken = {self.letters.letter(q).text for q in ("x", "h", "y", "recurrent")}
            free = next(letter for letter in FREE[name] if letter not in taken)
            return glyph(free).at(str(t), self.letters.alphabet.time)
        return self.letters.symbol(name, str(t))

    def at(self, name: str, t: int | str = "t") -> str:
        """A quantity at a step in LaTeX."""
        return self.symbol(name, t).latex

    def matrix(self, name: str, turned: bool = False) -> str:
        """A weight as it multiplies a column, or its transpose, in LaTeX.

        A source that writes x W has its weights the other way round.
        """
        own = self.letters.symbol(MATRICES[name]).latex
        rows = self.letters.alphabet.rows and name in ("hh", "xh", "hy")
        return rf"{{{own}}}^{{\top}}" if turned != rows else own

    def plain(self, name: str) -> str:
        """A weight's name in plain text, arranged as here."""
        own = self.letters.symbol(MATRICES[name]).text
        rows = self.letters.alphabet.rows and name in ("hh", "xh", "hy")
        return f"{own}ᵀ" if rows else own

    def weights(self) -> dict[str, str]:
        """Every weight by its letter, in plain text."""
        return {name: self.plain(name) for name in MATRICES}

    def html(self, name: str) -> str:
        """A weight's name in HTML."""
        rows = self.letters.alphabet.rows and name in ("hh", "xh", "hy")
        return self.letters.symbol(MATRICES[name]).html + ("<sup>⊤</sup>" if rows else "")

    @property
    def past_first(self) -> bool:
        """Whether the source writes W h + U x rather than U x + W h."""
        return self.letters.alphabet.past_first


def slope_of(activation: str, value: str) -> str:
    """phi'(a) in LaTeX, written in the value phi(a) as the engine computes it."""
    return {
        "tanh": rf"(1 - {value} \odot {value})",
        "sigmoid": rf"{value} \odot (1 - {value})",
        "relu": rf"[{value} > 0]",
    }[activation]


def decimal(value: float) -> str:
    """Three decimals in plain text; a power of ten for what is too small or too large for them."""
    if np.isnan(value):
        return "?"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == round(value) and abs(value) < 1e4:
        return f"{value:.0f}".replace("-", "−") if value else "0"
    if 5e-4 <= abs(value) < 1e4:
        return f"{value:.3f}".replace("-", "−")
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits.replace('-', '−')}·10{str(int(power)).translate(_SUPERSCRIPTS)}"


def tex(value: float) -> str:
    """A number with three decimals, as `decimal` writes it, in LaTeX."""
    if not np.isfinite(value):
        return {"?": r"\text{?}", "∞": r"\infty"}.get(decimal(value), r"-\infty")
    if "·" not in decimal(value):
        return decimal(value).replace("−", "-")
    digits, _, power = f"{value:.1e}".partition("e")
    return rf"{digits}{{\cdot}}10^{{{int(power)}}}"


def stacked(rows: list[list[str]]) -> str:
    """A matrix in LaTeX, from its entries."""
    return r"\begin{pmatrix}" + r"\\".join("&".join(row) for row in rows) + r"\end{pmatrix}"


def column(values: NDArray[Any], write: Callable[[float], str] = tex) -> str:
    """A vector of numbers as a column."""
    return stacked([[write(float(v))] for v in values])


def table(values: NDArray[Any]) -> str:
    """A matrix of numbers."""
    return stacked([[tex(float(v)) for v in row] for row in values])


@dataclass(frozen=True)
class Ink:
    """Writes the numbers of one network; a hidden one as its letter in a box, wherever it is."""

    written: Written
    hidden: Mapping[Blank, str] = field(default_factory=dict)

    def value(self, name: str, t: int, index: tuple[int, ...] = ()) -> str:
        """One number in LaTeX."""
        letter = self.letter(name, t, index)
        return (
            rf"\boxed{{\text{{{letter}}}}}" if letter else tex(self.written.value(name, t, index))
        )

    def letter(self, name: str, t: int, index: tuple[int, ...]) -> str:
        """The letter that hides a number, "?" where it would be given away, or nothing."""
        own = self.hidden.get(Blank(name, t, index), "")
        twins = (Blank(other, t, index) for other in GIVEN_AWAY.get(name, ()))
        return own or ("?" if any(blank in self.hidden for blank in twins) else "")

    def column(self, name: str, t: int) -> str:
        """A vector as a column."""
        shape = self.shape(name)
        return stacked([[self.value(name, t, (i,))] for i in range(shape[0])])

    def row(self, name: str, t: int) -> str:
        """A vector as a row."""
        shape = self.shape(name)
        return stacked([[self.value(name, t, (i,)) for i in range(shape[0])]])

    def any(self, name: str, t: int) -> str:
        """A number, a column or a matrix."""
        shape = self.shape(name)
        if len(shape) < 2:
            return self.column(name, t) if shape else self.value(name, t)
        rows, columns = shape
        return stacked([[self.value(name, t, (i, j)) for j in range(columns)] for i in range(rows)])

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one step's numbers."""
        return QUANTITIES[name].of(self.written).shape[1:]


# A number that would give away another one is hidden along with it.
GIVEN_AWAY: Final = {"b": ("delta",), "delta": ("b",), "by": ("dz", "y"), "dz": ("by", "y")}
