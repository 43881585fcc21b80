"""A cell's equations, from the same graph as its diagram: a tree per line, and LaTeX.

Every tree node carries the diagram's name of its quantity, so a wire and its term are one thing.
Letters come from the notation in use (`rnn_core.notation.notation`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from rnn_core.engine.cells import Cell
from rnn_core.notation.diagram import Diagram, Part, diagram
from rnn_core.notation.notation import HOUSE, Letters, Notation
from rnn_core.notation.symbol import Symbol, glyph

Tree = dict[str, Any]

FUNCTIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU"}
MATRICES = {"W": ("weight_ih", "bias_ih"), "U": ("weight_hh", "bias_hh"), "P": ("weight_ph", "")}
_LATEX = {"σ": r"\sigma", "tanh": r"\tanh", "ReLU": r"\operatorname{ReLU}"}
_HTML = re.compile(r"<(\w+)>(.*?)</\1>(?:<sub>(.*?)</sub>)?(?:<sup>(.*?)</sup>)?")


@dataclass(frozen=True)
class Names:
    """How a cell's quantities and weights are written.  `before`: the step the past is from."""

    cell: Cell
    notation: Notation = HOUSE
    before: str = "t-1"  # "t+1" in a layer that reads right to left
    letters: Letters = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "letters", self.notation.of(self.cell))

    def of(self, part: Part) -> Symbol | None:
        """The symbol of what leaves a part: its own name, or None where it has none."""
        if part.kind == "past":
            return self.quantity(part.name, self.before)
        return self.quantity(part.name) if part.name else None

    def quantity(self, name: str, t: str = "t") -> Symbol:
        """A gate, a state or x."""
        return self.letters.symbol(name, t)

    def weight(self, part: Part) -> Symbol:
        """Symbol of the matrix that a part multiplies by."""
        return self.letters.symbol(f"{MATRICES[part.kind][0]}.{part.gate}")

    def boxed(self, part: Part) -> Symbol:
        """The same, short enough for a box in the diagram: rk for recurrent_kernel."""
        own = self.weight(part)
        letter, gate, _ = spelled(own)
        if len(letter) < 3:
            return own
        short = "".join(word[0] for word in letter.split("_"))
        return glyph(f"`{short}`" + f"_{gate}" * bool(gate)).symbol(own.own)

    def bias(self, part: Part) -> Symbol | None:
        """Symbol of the bias that a part adds; None where it adds none."""
        name = MATRICES[part.kind][1]
        return self.letters.symbol(f"{name}.{part.gate}") if name else None


def spelled(symbol: Symbol) -> list[str]:
    """A symbol's letter, subscript and superscript, to be set in HTML or SVG."""
    found = _HTML.fullmatch(symbol.html)
    letter, sub, sup = found.group(2, 3, 4) if found else (symbol.text, "", "")
    marks = [unescape(m or "").replace("-", "−") for m in (letter, sub, sup)]
    return [*marks[:2], marks[2].replace("<", "⟨").replace(">", "⟩")]


def equations(names: Names) -> list[Tree]:
    """One line per gate and state in the order of computation: id, symbol, tree."""
    drawn = diagram(names.cell)
    found = []
    for part in drawn.parts.values():
        own = names.of(part)
        if own and part.kind not in ("past", "input"):
            made = tree(drawn, part.id, names, top=True)
            line = {"id": part.id, "symbol": spelled(own), "latex": own.latex, "tree": made}
            found.append(line)
    return found


def tree(drawn: Diagram, id: str, names: Names, top: bool = False) -> Tree:
    """A part's formula as a tree; named quantities inside it are leaves, given by name only."""
    part = drawn.parts[id]
    named = names.of(part)
    if named and not top:
        return {"kind": "name", "id": id, **_letters("", named)}
    below = [tree(drawn, i, names) for i in part.inputs]
    if part.kind in MATRICES:
        bias = names.bias(part)
        made = {"kind": part.kind, "id": id, **_letters("", names.weight(part)), "args": below}
        return made | (_letters("bias_", bias) if bias else {})
    made = {"kind": part.kind, "id": id, "args": below}
    if part.kind in FUNCTIONS:
        made |= {"kind": "function", "name": FUNCTIONS[part.kind]}
    return made | ({"constant": part.constant} if part.constant is not None else {})


def _letters(before: str, s: Symbol) -> Tree:
    return {f"{before}symbol": spelled(s), f"{before}text": s.text, f"{before}latex": s.latex}


@dataclass(frozen=True)
class _Script:
    """How a tree is spelled: in plain characters or in LaTeX."""

    which: str
    times: str
    left: str
    right: str

    def bracket(self, inside: str) -> str:
        return f"{self.left}{inside}{self.right}"

    def function(self, name: str) -> str:
        return _LATEX[name] if self.which == "latex" else name


PLAIN = _Script("text", " ⊙ ", "(", ")")
LATEX = _Script("latex", r" \odot ", r"\left(", r"\right)")


def written(t: Tree, script: _Script = PLAIN, around: str = "") -> str:
    """A tree in plain characters, for labels and screen readers, or in LaTeX."""
    kind, bracket = t["kind"], script.bracket
    if kind == "name":
        return str(t[script.which])
    args = [written(a, script, kind) for a in t["args"]]
    if kind == "function":
        return script.function(t["name"]) + bracket(args[0])
    if kind == "one-minus":
        return f"(1 {'-' if script is LATEX else '−'} {args[0]})"
    if kind in ("times", "scale"):
        factor = [f"{t['constant']:g}"] if "constant" in t else []
        return script.times.join([*factor, *args])
    if kind in MATRICES:
        inside = args[0] if t["args"][0]["kind"] == "name" else bracket(args[0])
        bias = f" + {t[f'bias_{script.which}']}" if "bias_text" in t else ""
        whole = f"{t[script.which]}{script.times if kind == 'P' else ' '}{inside}{bias}"
        return bracket(whole) if around == "times" and bias else whole
    sign = {"plus": " + ", "minus": " - " if script is LATEX else " − "}.get(kind, ", ")
    whole = sign.join(args)
    return bracket(whole) if around == "times" else whole


def latex(names: Names) -> str:
    """All equations of a cell as one LaTeX block."""
    lines = [f"{e['latex']} &= {written(e['tree'], LATEX)}" for e in equations(names)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
