"""Notations side by side: the reader's equations, and the table of letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from rnn_core.engine.cells import CELLS, Cell
from rnn_core.experiment.run import Run
from rnn_core.notation.equations import Equation, equations
from rnn_core.notation.notation import LECTURES, NOTATIONS, Letters, Notation

ABSENT = "–"
LETTERS, CODE = 40, 31  # characters of a formula on one line
_ABOVE = re.compile(r"\^\w+|[_·\u0300-\u036f]")


# --- equations -----------------------------------------------------------------------------------


def block(cell: Cell, notation: Notation, *, biases: bool, readout: str) -> str:
    """All equations of a cell as one LaTeX block, long ones in several lines."""
    lines = equations(cell, notation, biases=biases, readout=readout)
    body = r" \\ ".join(_folded(line).replace(" = ", " &= ", 1) for line in lines)
    return rf"\begin{{aligned}} {body} \end{{aligned}}"


def _folded(equation: Equation) -> str:
    """Broken before a plus wherever a line would not fit a narrow screen."""
    widest = CODE if "mathtt" in equation.latex else LETTERS
    latex, width = "", 0
    for text, term in _terms(equation, widest):
        folds = bool(latex) and width + _width(text) > widest
        latex += (r" \\ & \quad + " if folds else " + " if latex else "") + term
        width = (0 if folds else width) + _width(text) + 3
    return latex


def _terms(equation: Equation, widest: int) -> list[tuple[str, str]]:
    """The terms in both spellings; a bracket that fits one line stays in one piece."""
    found: list[tuple[str, str]] = []
    pieces = zip(equation.text.split(" + "), equation.latex.split(" + "), strict=True)
    for text, term in pieces:
        opened = found[-1][0] if found else ""
        whole = f"{opened} + {text}"
        if ("⊙ (" in opened or "* (" in opened) and _width(whole) <= widest:
            found[-1] = (whole, f"{found[-1][1]} + {term}")
        else:
            found.append((text, term))
    return found


def _width(text: str) -> int:
    """Characters side by side: what stands above another takes no room."""
    return len(_ABOVE.sub("", text))


def has_biases(run: Run) -> bool:
    """Whether any bias of the run's networks differs from zero."""
    weights = [a for s in run.stages for n, a in s.network.weights.items() if "bias" in n]
    return any(bool(a.any()) for a in weights)


# --- the table of letters ------------------------------------------------------------------------

_KINDS = (
    ("weight_ih", "input weights"),
    ("weight_hh", "recurrent weights"),
    ("bias", "biases"),
)
_SENSES = {"keeps": "the past", "takes": "the new"}
_PLACES = {"before": "before", "after": "after"}
_COLUMNS = (*LECTURES, *(name for name in NOTATIONS if name not in LECTURES))


def letter_rows(cell: str) -> dict[str, dict[str, str]]:
    """Table: topic of the row -> notation -> HTML; a dash where the source does not write it."""
    gates = CELLS[cell]().gates
    quantities = (*CELLS[cell].states, *(gates if cell != "rnn" else ()), "x", "y")
    rows = {NOTATIONS["house"].of(cell).word(q): _row(cell, q) for q in quantities}
    of_gate = "" if cell == "rnn" else f", {NOTATIONS['house'].of(cell).word(gates[0])}"
    for kind, words in _KINDS:
        rows[words + of_gate] = _each(cell, lambda s, k=kind: _weights(s, k, gates[0]))
    if cell != "rnn":
        rows["blocks stacked"] = _each(cell, _order)
    if cell == "gru":
        rows["z is the share of"] = _each(cell, lambda s: _says(s, "update", _SENSES))
        rows["r before or after W·h"] = _each(cell, lambda s: _says(s, "reset", _PLACES))
    return rows


def letters_table(cells: Iterable[str], chosen: str, hall: bool = False) -> str:
    """The table as HTML: quantities down, notations across, the chosen one tinted.

    A hall reads the lectures' columns, this app's and the chosen one, by the lectures' numbers."""
    columns = [n for n in _COLUMNS if not hall or n in (*LECTURES, "house", chosen)]
    head = "".join(_head(NOTATIONS[name], name == chosen, brief=hall) for name in columns)
    body = "".join(_group(cell, columns, chosen) for cell in cells)
    kind = "nt hall" if hall else "nt"
    return (
        f"{_STYLE}<div class='{kind}' role='region' tabindex='0' aria-label='Letters by source'>"
        f"<table><thead><tr><th scope='col'>Quantity</th>{head}</tr></thead>{body}</table></div>"
    )


def headline(cell: str) -> str:
    """The quantity of a cell that is written in the most ways, and in how many."""
    own = ("blocks stacked", "z is the share of", "r before or after W·h", "biases")
    rows = {what: row for what, row in letter_rows(cell).items() if not what.startswith(own)}
    ways = {what: len({*row.values()} - {ABSENT}) for what, row in rows.items()}
    most = max(ways, key=ways.__getitem__)
    return f"{cell.upper()}: one quantity, the {most}, is written in {ways[most]} ways"


# Formulas are folded until they fit, so theirs need not be boxes that scroll and cannot be reached.
_STYLE = """<style>
.stLatex .katex-display,[data-testid=stMarkdownContainer] .katex-display{overflow:visible}
.nt{overflow-x:auto;max-width:100%}
.nt table{border-collapse:collapse;font-size:1.05rem;white-space:nowrap;width:100%}
.nt th,.nt td{padding:.24rem .6rem;text-align:left;border:0;line-height:1.3;
 border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent)}
.nt thead th{font-weight:600;vertical-align:bottom}
.nt thead small{display:block;font-weight:400;font-size:.8rem}
.nt tbody th{font-weight:400;white-space:normal;min-width:6.5rem}
.nt tbody th[colspan]{font-weight:600;padding-top:.6rem}
.nt .on{background:color-mix(in srgb,currentColor 9%,transparent)}
.nt sub,.nt sup{font-size:.82em;line-height:0}
.nt td i{font-family:KaTeX_Math,Georgia,serif;font-size:1.08em}
.nt code{font-size:.8rem;color:inherit;background:none;padding:0}
.nt.hall table{font-size:1rem}
.nt.hall th,.nt.hall td{padding:.05rem .4rem}
.nt.hall :is(sub,sup){font-size:.92em}
.nt.hall code{font-size:.92rem}
</style>"""


def _head(notation: Notation, on: bool, brief: bool) -> str:
    name, _, about = notation.label.partition(" · ")
    about = about.partition(",")[0]  # the course stands in the menu
    small = f"<small>{escape(about)}</small>" if about and not brief else ""
    return f"<th scope='col'{_tint(on)}>{escape(name)}{small}</th>"


def _group(cell: str, columns: Sequence[str], chosen: str) -> str:
    title = f"<tr><th colspan='{1 + len(columns)}' scope='rowgroup'>{cell.upper()}</th></tr>"
    rows = "".join(_line(words, row, columns, chosen) for words, row in letter_rows(cell).items())
    return f"<tbody>{title}{rows}</tbody>"


def _line(words: str, row: Mapping[str, str], columns: Sequence[str], chosen: str) -> str:
    cells = "".join(f"<td{_tint(name == chosen)}>{row[name]}</td>" for name in columns)
    return f"<tr><th scope='row'>{escape(words)}</th>{cells}</tr>"


def _tint(on: bool) -> str:
    return " class='on'" if on else ""


def _each(cell: str, write: Any) -> dict[str, str]:
    return {name: write(NOTATIONS[name].of(cell)) for name in _COLUMNS}


def _row(cell: str, quantity: str) -> dict[str, str]:
    def write(letters: Letters) -> str:
        found = letters.symbol(quantity)
        return found.html if found.own else ABSENT

    return _each(cell, write)


def _written(letters: Letters) -> bool:
    return letters.cell in letters.notation.cells


def _weights(letters: Letters, kind: str, gate: str) -> str:
    alphabet = letters.alphabet
    if kind != "bias":
        joint = letters.symbol(f"weight.{gate}")
        found = joint if alphabet.w else letters.symbol(f"{kind}.{gate}")
        return found.html if found.own else ABSENT
    names = ("bias_ih", "bias_hh") if alphabet.biases == 2 else ("bias",) * alphabet.biases
    symbols = [letters.symbol(f"{name}.{gate}") for name in names]
    if not _written(letters) or not all(s.own for s in symbols):
        return ABSENT
    return "<br>".join(s.html for s in symbols) or "none"


def _order(letters: Letters) -> str:
    if not _written(letters) or not letters.alphabet.order:
        return ABSENT
    return " ".join(letters.symbol(g).html for g in letters.alphabet.order)


def _says(letters: Letters, setting: str, words: Mapping[str, str]) -> str:
    said = letters.alphabet.says.get(setting, ()) if _written(letters) else ()
    return " or ".join(words[value] for value in said) or ABSENT
