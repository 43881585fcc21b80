"""A cell's equations in any notation, written from the cell's own text.

`equations(cell, notation)` walks the graph that `rnn_core.engine.graph.read_cell` makes of
`cell.step`, so every variant, and every cell still to come, is printed as it is computed.  Plain
text is exact enough to be read back and run: a test does so for every cell and notation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rnn_core.engine.cells import Cell
from rnn_core.engine.graph import Node, Reading, node, read_cell, walk
from rnn_core.engine.readout import READOUTS
from rnn_core.notation.notation import Letters, Notation
from rnn_core.notation.symbol import Symbol

SUM, PRODUCT, MATRIX, ATOM = range(4)  # what binds how tightly
FUNCTIONS = {
    "tanh": ("tanh", r"\tanh"),
    "sigmoid": ("σ", r"\sigma"),
    "relu": ("ReLU", r"\operatorname{ReLU}"),
    "softmax": ("softmax", r"\operatorname{softmax}"),
    "linear": ("", ""),
}


@dataclass(frozen=True)
class Equation:
    """One line.  `quantity` is the engine's name of what stands on the left."""

    quantity: str
    latex: str
    text: str


@dataclass(frozen=True)
class Piece:
    """Part of a line in both spellings."""

    text: str
    latex: str
    level: int = ATOM

    def within(self, level: int) -> Piece:
        """In brackets if it binds more loosely than its surroundings."""
        if self.level >= level:
            return self
        return Piece(f"({self.text})", f"({self.latex})")


def equations(
    cell: Cell, notation: Notation, *, biases: bool = True, readout: str | None = None
) -> list[Equation]:
    """Every gate and state, in the order in which they can be computed; then the readout.

    `biases`: whether the network has any.  What is printed is what this network computes, also
    where the notation's source leaves it out.
    """
    written = _Writer(cell, notation.of(cell), biases).lines()
    return written + ([_readout(notation.of(cell), biases, readout)] if readout else [])


class _Writer:
    """Writes the graph of one cell in one notation."""

    def __init__(self, cell: Cell, letters: Letters, biases: bool):
        self.letters, self.biases = letters, biases
        self.count = biases * max(letters.alphabet.biases, 1)
        self.reading = read_cell(cell)
        self.names = self._names(self.reading)

    def _names(self, reading: Reading) -> dict[Node, str]:
        names = {value: name for name, value in reading.gates.items()}
        names |= {value: name for name, value in reading.states.items()}
        if "recurrent" in self.letters.alphabet.letters:
            names[node("U", "candidate", node("past", "h"))] = "recurrent"
        return names

    def lines(self) -> list[Equation]:
        roots = [*self.reading.gates.values(), *self.reading.states.values()]
        return [self._line(value) for value in walk(roots) if value in self.names]

    def _line(self, value: Node) -> Equation:
        quantity = self.names[value]
        left = self.letters.symbol(quantity)
        right = self._recurrent(value) if quantity == "recurrent" else self._inside(value)
        text, latex = f"{left.text} = {right.text}", f"{left.latex} = {right.latex}"
        return Equation(quantity, latex, text)

    def write(self, value: Any) -> Piece:
        """A quantity inside a line: its letter if it has one."""
        if not isinstance(value, Node):
            return Piece(f"{value:g}", f"{value:g}")
        if value in self.names:
            return piece(self.letters.symbol(self.names[value]))
        return self._inside(value)

    def _inside(self, value: Node) -> Piece:
        if value.op in ("u", "U", "add"):
            return joined(self._terms(value))
        if value.op == "past":
            return piece(self.letters.symbol(value.args[0], "t-1"))
        if value.op == "P":
            return piece(self.letters.symbol(f"weight_ph.{value.args[0]}"))
        if value.op == "mul":
            return self._times(*value.args)
        if value.op == "sub":
            left, right = self.write(value.args[0]), self.write(value.args[1]).within(PRODUCT)
            return Piece(f"{left.text} − {right.text}", f"{left.latex} - {right.latex}", SUM)
        function = "relu" if value.op == "maximum" else value.op
        return applied(function, self.write(value.args[0]))

    def _times(self, left: Any, right: Any) -> Piece:
        a, b = self.write(left).within(PRODUCT), self.write(right).within(PRODUCT)
        sign = self.letters.alphabet.times
        latex = {"⊙": r"\odot", "*": "*"}[sign]
        return Piece(f"{a.text} {sign} {b.text}", f"{a.latex} {latex} {b.latex}", PRODUCT)

    def _terms(self, value: Node) -> list[Piece]:
        """A sum's terms; what the input and the past ask of one gate is written together."""
        parts = list(self._addends(value))
        asked = {p.args[0]: p for p in parts if p.op == "u"}
        past = {p.args[0]: p for p in parts if p.op == "U" and p.args[0] in asked}
        found: list[Piece] = []
        for part in parts:
            pair = past.get(part.args[0]) if part.op in ("u", "U") else None
            if pair is None:
                found += self._alone(part)
            elif part.op == "u":
                found += self._together(pair)
        return found

    def _addends(self, value: Node, top: bool = True) -> Iterable[Node]:
        if value.op == "add" and (top or value not in self.names):
            for argument in value.args:
                yield from self._addends(argument, False)
        else:
            yield value

    def _alone(self, part: Node) -> list[Piece]:
        if part.op == "u":
            return [self._product("weight_ih", part.args[0], self._x()), *self._bias("ih", part)]
        if part.op == "U":
            return [self._past(part), *self._bias("hh", part)]
        return [self.write(part)]

    def _bias(self, side: str, part: Node) -> list[Piece]:
        name = f"bias_{side}.{part.args[0]}"
        return [piece(self.letters.symbol(name))] if self.count else []

    def _together(self, past: Node) -> list[Piece]:
        """W x + U h + b of one gate, in the notation's own arrangement."""
        gate, alphabet = past.args[0], self.letters.alphabet
        bias = [piece(self.letters.symbol(f"bias.{gate}"))] if self.count else []
        if alphabet.w:
            h, x = self.write(past.args[1]), self._x()
            both = Piece(f"[{h.text}, {x.text}]", rf"[{h.latex},\, {x.latex}]")
            return [matrix(piece(self.letters.symbol(f"weight.{gate}")), both, r" \cdot "), *bias]
        asks = [self._product("weight_ih", gate, self._x())]
        knows = [self._past(past)]
        if self.count == 2:
            asks, knows, bias = asks + self._bias("ih", past), knows + self._bias("hh", past), []
        return (knows + asks if alphabet.past_first else asks + knows) + bias

    def _past(self, product: Node) -> Piece:
        if product in self.names:
            return piece(self.letters.symbol(self.names[product]))
        return self._recurrent(product)

    def _recurrent(self, product: Node) -> Piece:
        return self._product("weight_hh", product.args[0], self.write(product.args[1]))

    def _product(self, kind: str, gate: str, vector: Piece) -> Piece:
        weight = piece(self.letters.symbol(f"{kind}.{gate}"))
        vector = vector.within(ATOM)
        return matrix(vector, weight) if self.letters.alphabet.rows else matrix(weight, vector)

    def _x(self) -> Piece:
        return piece(self.letters.symbol("x"))


def piece(symbol: Symbol) -> Piece:
    """A letter."""
    return Piece(symbol.text, symbol.latex)


def joined(parts: list[Piece]) -> Piece:
    """A sum."""
    if len(parts) == 1:
        return parts[0]
    return Piece(" + ".join(p.text for p in parts), " + ".join(p.latex for p in parts), SUM)


def matrix(left: Piece, right: Piece, sign: str = r"\, ") -> Piece:
    """A matrix product."""
    return Piece(f"{left.text}·{right.text}", f"{left.latex}{sign}{right.latex}", MATRIX)


def applied(function: str, argument: Piece) -> Piece:
    """A function of something; "linear" leaves it as it is."""
    text, latex = FUNCTIONS[function]
    if not text:
        return argument
    return Piece(f"{text}({argument.text})", f"{latex}({argument.latex})")


def _readout(letters: Letters, biases: bool, readout: str) -> Equation:
    y, h = letters.symbol("y"), piece(letters.symbol("h"))
    weight = piece(letters.symbol("readout.weight"))
    terms = [matrix(h, weight) if letters.alphabet.rows else matrix(weight, h)]
    if biases:
        terms.append(piece(letters.symbol("readout.bias")))
    right = applied(READOUTS[readout].activation, joined(terms))
    return Equation("y", f"{y.latex} = {right.latex}", f"{y.text} = {right.text}")
