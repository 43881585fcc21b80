"""Notations: how PyTorch, Keras and five lectures write one and the same network.

One table, `NOTATIONS`.  Equations (`rnn_core.notation.equations`), labels, hover texts and
downloads take their letters from it; whoever adds a row has a notation everywhere.

    letters = NOTATIONS["002"].of(LSTM())
    letters.symbol("candidate").latex       # \\tilde{C}_{t}
    letters.label("forget")                 # forget gate fₜ

Quantities are named as in the engine: states `h`, `c`; gates `input`, `forget`, ...; `x`, `y`;
weights of a gate as `weight_ih.forget`, `weight_hh.forget`, `weight.forget` (both side by side),
`weight_ph.forget`, `bias_ih.forget`, `bias_hh.forget`, `bias.forget` (their sum);
`readout.weight`, `readout.bias`; `recurrent`, the product with the state before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rnn_core.engine.cells import Cell
from rnn_core.notation import sources
from rnn_core.notation.sources import NOTHING, Alphabet, Alphabets
from rnn_core.notation.symbol import Glyph, Symbol, glyph

WORDS: Final[Mapping[str, str]] = {
    "input": "input gate",
    "forget": "forget gate",
    "candidate": "candidate",
    "output": "output gate",
    "reset": "reset gate",
    "update": "update gate",
    "h": "hidden state",
    "c": "cell state",
    "x": "input",
    "y": "output",
    "recurrent": "recurrent product",
}
SHORTER: Final = {"weight_ih": "wx", "weight_hh": "wh", "bias_ih": "bx", "bias_hh": "bh"}


@dataclass(frozen=True)
class Notation:
    """A source and its alphabet for every cell it writes."""

    name: str
    label: str
    cells: Alphabets
    remarks: Mapping[str, str] = field(default_factory=dict)  # cell -> what its text lacks

    def of(self, cell: Cell | str) -> Letters:
        """The letters for a cell, as figures and pages take them.

        A cell that no source writes, ours included, has to be given itself, not by its name.
        """
        if isinstance(cell, str) or cell.name in sources.HOUSE:
            return Letters(self, cell if isinstance(cell, str) else cell.name)
        return Letters(self, cell.name, cell.states, cell.gates)


@dataclass(frozen=True)
class Letters:
    """Letters of one notation for one cell; where the source has none, the house's.

    What the source does not write is borrowed from the house, and says so (`Symbol.own`).
    """

    notation: Notation
    cell: str
    states: tuple[str, ...] = ("h",)  # of a cell known by its description only
    gates: tuple[str, ...] = ()

    @property
    def alphabet(self) -> Alphabet:
        """The source's alphabet; the house's for a cell the source never writes."""
        return self.notation.cells.get(self.cell) or self.house

    @property
    def house(self) -> Alphabet:
        """The house's alphabet for this cell, or one made from its description."""
        return sources.HOUSE.get(self.cell) or sources.described(self.states, self.gates)

    def symbol(self, quantity: str, t: str = "t") -> Symbol:
        """The letter of a quantity, at step t if it has steps."""
        kind, _, gate = quantity.partition(".")
        if kind == "readout":
            return self._plain("out" if gate == "weight" else "out_b")
        if gate:
            return self._weight(kind, gate)
        return self._timed(quantity, t)

    def letter(self, quantity: str) -> Symbol:
        """The letter of a state, gate, x or y without its time index."""
        spec, own = self._spec(quantity)
        return glyph(spec).symbol(own)

    def matrix(self, kind: str) -> Symbol:
        """The weights of all gates together: `weight_hh` is W_hh, or recurrent_kernel."""
        written, own = self._named(kind, "")
        return written.symbol(own)

    def loss(self, t: str) -> str:
        """The loss of one step: L_T."""
        return glyph("L").at(t, self.alphabet.time).text

    def word(self, quantity: str) -> str:
        """The source's word for it: forget gate, gain gate."""
        return self.alphabet.words.get(quantity) or WORDS.get(quantity, quantity)

    def label(self, quantity: str, t: str = "t") -> str:
        """Word and letter: forget gate fₜ."""
        return f"{self.word(quantity)} {self.symbol(quantity, t).text}"

    def gradient(self, quantity: str, t: str = "t", loss: str = "") -> str:
        """dL/dfₜ, for axes and hover texts; dL_T/dfₜ if `loss` is "T", that step's loss alone."""
        of = self.loss(loss) if loss else "L"
        return f"d{of}/d{self.symbol(quantity, t).text}"

    def _timed(self, quantity: str, t: str) -> Symbol:
        spec, own = self._spec(quantity)
        if quantity in self.alphabet.untimed:
            return glyph(spec).symbol(own)
        return glyph(spec).at(t, self.alphabet.time, own)

    def _spec(self, quantity: str) -> tuple[str, bool]:
        # A cell whose new state is its candidate has one letter for both.
        joint = quantity == "candidate" and quantity not in self.house.letters
        name = "h" if joint else quantity
        mine = self.notation.cells.get(self.cell, NOTHING).letters.get(name)
        lent = self.alphabet.lent.get(name) or self.house.letters.get(name)
        return mine or lent or sources.ANY.get(name, name), mine is not None

    def _plain(self, which: str) -> Symbol:
        mine = getattr(self.notation.cells.get(self.cell, NOTHING), which)
        return glyph(mine or getattr(self.house, which)).symbol(bool(mine))

    def _weight(self, kind: str, gate: str) -> Symbol:
        mine, house = self.alphabet.marks, self.house.marks
        mark = mine.get(gate, house.get(gate, sources.ANY.get(gate, gate)))
        if kind == "weight_ph":
            return glyph(f"p_{mark}").symbol(self.notation is HOUSE)
        written, own = self._named(kind, mark)
        return written.symbol(own)

    def _named(self, kind: str, mark: str) -> tuple[Glyph, bool]:
        """Its own name; a part of a joint name; or the house's."""
        mine = self.notation.cells.get(self.cell, NOTHING)
        own = getattr(mine, SHORTER.get(kind, {"weight": "w", "bias": "b"}.get(kind, "")))
        if own:
            return glyph(own.format(g=mark)), True
        joint = mine.w if kind.startswith("weight") else mine.b
        if kind.startswith("bias") and not joint and (mine.w or mine.wh):
            joint = "b_{g}" if mark else "b"  # a source that writes weights, but no bias
        if "_" not in kind:
            plain = joint or ("W_{g}" if kind == "weight" else "b_{g}")
            return glyph(plain.format(g=mark).removesuffix("_")), False
        if joint:
            part = "x" if kind.endswith("ih") else "h"
            return glyph(joint.format(g=mark).removesuffix("_")).marked(part), False
        return glyph(getattr(self.house, SHORTER[kind]).format(g=mark)), False


HOUSE: Final = Notation("house", "This app", sources.HOUSE)
_TABLE: Final = (
    HOUSE,
    Notation("pytorch", "PyTorch", sources.PYTORCH),
    Notation(
        "keras", "Keras", sources.KERAS, {"lstm": "Keras gives the candidate no name; g is lent."}
    ),
    Notation(
        "000",
        "000 · Mahmoud, ECEN 678",
        sources.MAHMOUD,
        {
            "rnn": "Its formula leaves out input and bias, and w is a number.",
            "gru": "Its text has names and questions for the gates, but no letters.",
            "lstm": "Its text has names for gates and states, but no letters.",
        },
    ),
    Notation(
        "001",
        "001 · Oliveira, IFCE",
        sources.OLIVEIRA,
        {
            "rnn": "It writes tanh on one slide and σ on the next.",
            "lstm": "It draws the LSTM, without formulas.",
        },
    ),
    Notation(
        "002",
        "002 · Sie, ECEGR 4750",
        sources.SIE,
        {
            "rnn": "It leaves the activations open: g₁ and g₂.",
            "gru": "It names the GRU only.",
            "lstm": "The state changes its letter: a in the RNN, h in the LSTM.",
        },
    ),
    Notation(
        "003",
        "003 · Bindschaedler, CAI 4104/6108",
        sources.BINDSCHAEDLER,
        {
            "rnn": "h is the product V·y, before the activation; the state is called y.",
            "gru": "It describes the gates; their weights have no letters.",
            "lstm": "It names the LSTM only.",
        },
    ),
    Notation(
        "004",
        "004 · RNN and LSTM",
        sources.GAIN,
        {
            "gru": "It has no GRU.",
            "lstm": "W_i, W_f, W_o and W_g are one matrix W there; later slides write C̃ for g, "
            "with biases.",
        },
    ),
)
NOTATIONS: Final[Mapping[str, Notation]] = {n.name: n for n in _TABLE}
LECTURES: Final = tuple(name for name in NOTATIONS if name.isdigit())


def symbol(notation: str, cell: Cell | str, quantity: str, t: str = "t") -> Symbol:
    """The letter of a quantity of a cell: `symbol("002", "lstm", "candidate").text` is C̃ₜ."""
    return NOTATIONS[notation].of(cell).symbol(quantity, t)


def as_written(notation: Notation, cell: Cell) -> Cell:
    """The variant of the cell that the source writes, as far as it says."""
    said = notation.cells.get(cell.name, NOTHING).says
    wrong: dict[str, Any] = {
        name: allowed[0] for name, allowed in said.items() if getattr(cell, name) not in allowed
    }
    return replace(cell, **wrong) if wrong else cell  # type: ignore[type-var]


@dataclass(frozen=True)
class Difference:
    """Difference of source and cell.  `setting` is a field of the cell, or biases."""

    setting: str
    words: str


_DIFFERS: Final[Mapping[tuple[str, str], str]] = {
    ("update", "takes"): "Here z takes the new; in this source z keeps the past: exchange z, 1 − z",
    ("update", "keeps"): "Here z keeps the past; in this source z takes the new: exchange z, 1 − z",
    ("reset", "after"): "Here r acts after the product with the state, in this source before it: "
    "another function, no change of letters makes them equal",
    ("reset", "before"): "Here r acts before the product with the state, in this source after it: "
    "another function, no change of letters makes them equal",
    ("kind", "no-forget"): "Here is no forget gate, f = 1; this source has one",
    ("kind", "peephole"): "Here the gates also see the cell state (peepholes); not in this source",
}


def differences(notation: Notation, cell: Cell, biases: bool = True) -> tuple[Difference, ...]:
    """Differences between the source's equations and this cell's."""
    other, alphabet = as_written(notation, cell), notation.cells.get(cell.name)
    found = []
    for name in alphabet.says if alphabet else ():
        ours, theirs = getattr(cell, name), getattr(other, name)
        if ours != theirs:
            plain = f"Here the {name} is {ours}; in this source it is {theirs}"
            found.append(Difference(name, _DIFFERS.get((name, ours), plain) + "."))
    if biases and alphabet and not alphabet.biases:
        found.append(Difference("biases", "This source writes no biases; this network adds them."))
    return tuple(found)


def other_variants(notation: Notation, cells: Iterable[Cell]) -> tuple[str, ...]:
    """One line for each cell that the source writes in another variant than this one."""
    found = {cell: differences(notation, cell, biases=False) for cell in cells}
    return tuple(
        f"{notation.label} writes another {cell.name.upper()}. "
        + " ".join(each.words for each in parted)
        + " Only letters follow the notation; the numbers stay this network's."
        for cell, parted in found.items()
        if parted
    )
