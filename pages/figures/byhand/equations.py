"""One place of the walk, written out: every equation with its letters, then with its numbers."""

from __future__ import annotations

import numpy as np

from pages.figures.byhand.letters import Ink, Names, column, slope_of, stacked, table, tex
from rnn_core.engine.cells import ACTIVATIONS
from rnn_core.notation.equations import FUNCTIONS
from rnn_core.studies.byhand import ERRORS, OUTPUTS, Written

LARGEST_EXPONENT = 20.0  # e to more than that is no number for paper
PER_LINE = 3  # matrices side by side, if they are narrow

Lines = list[str]


def equations(w: Written, stage: str, t: int, weight: str, names: Names, ink: Ink) -> list[str]:
    """The equations of one place: each is a LaTeX block of lines aligned at their equals signs."""
    if stage == OUTPUTS:
        blocks = [_pre_activation(w, t, names, ink), *_outputs(w, t, names, ink)]
    elif stage == ERRORS:
        blocks = _errors(w, t, names, ink)
    elif t > w.steps:
        blocks = [_sum(w, weight, names, ink)]
    else:
        blocks = [_share(w, t, weight, names, ink)]
    return [aligned(lines) for lines in blocks]


def aligned(lines: Lines) -> str:
    """Lines under one another at their equals signs, as small as the numbers on the sheet."""
    return "\\scriptsize\\begin{aligned}\n" + " \\\\[3pt]\n".join(lines) + "\n\\end{aligned}"


def partial(of: str, by: str) -> str:
    """Partial derivative in LaTeX."""
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _pre_activation(w: Written, t: int, names: Names, ink: Ink) -> Lines:
    """W x + U h + b: x is one-hot, so W x is the column of what is read."""
    letter = int(np.argmax(w.stage.x[0, t - 1]))
    h = ink.column("h", t - 1)
    asks = [rf"{names.matrix('xh')}\, {names.at('x', t)}", column(w.weight("xh")[:, letter])]
    knows = [rf"{names.matrix('hh')}\, {names.at('h', t - 1)}", table(w.weight("hh")) + h]
    pairs = [knows, asks] if names.past_first else [asks, knows]
    pairs.append([names.matrix("b"), column(w.weight("b"))])
    letters = " + ".join(pair[0] for pair in pairs)
    return [
        f"{names.at('a', t)} &= {letters}",
        f"&= {pairs[0][1]} + {pairs[1][1]}",
        rf"&\quad + {pairs[2][1]} = {ink.column('a', t)}",
    ]


def _outputs(w: Written, t: int, names: Names, ink: Ink) -> list[Lines]:
    phi = FUNCTIONS[w.done.experiment.activation][1]
    a, h, z, y = (names.at(n, t) for n in ("a", "h", "z", "y"))
    state = [
        rf"{h} &= {phi}({a}) = {phi}{ink.column('a', t)} = {ink.column('h', t)}",
    ]
    logits = [
        rf"{z} &= {names.matrix('hy')}\, {h} + {names.matrix('by')}",
        f"&= {table(w.weight('hy'))}{ink.column('h', t)} + {column(w.weight('by'))}",
        f"&= {ink.column('z', t)}",
    ]
    right = w.alphabet.index(w.targets[t - 1])
    loss = [
        rf"{names.at('E', t)} &= -\ln {y}[{spelled(w.targets[t - 1])}] "
        rf"= -\ln {ink.value('y', t, (right,))} = {ink.value('E', t)}"
    ]
    return [state, logits, [*_softmax(w, t, names, ink)], loss]


def _softmax(w: Written, t: int, names: Names, ink: Ink) -> Lines:
    """The exponentials and their sum, where they are numbers one can write."""
    y, z, logits = names.at("y", t), names.at("z", t), w.stage.trace.logits[0, t - 1]
    lines = [rf"{y} &= \operatorname{{softmax}}({z}) = \frac{{e^{{{z}}}}}{{\sum e^{{{z}}}}}"]
    writable = np.isfinite(logits).all() and np.abs(logits).max() <= LARGEST_EXPONENT
    if not writable:
        return [*lines, f"&= {ink.column('y', t)}"]
    powers = np.exp(logits)
    boxed = [
        rf"e^{{{ink.value('z', t, (i,))}}}" if ink.letter("z", t, (i,)) else tex(float(p))
        for i, p in enumerate(powers)
    ]
    total = r"\sum" if any(p.startswith("e") for p in boxed) else tex(float(powers.sum()))
    numbers = stacked([[p] for p in boxed])
    return [*lines, rf"&= \frac{{1}}{{{total}}}{numbers} = {ink.column('y', t)}"]


def _errors(w: Written, t: int, names: Names, ink: Ink) -> list[Lines]:
    h, a = names.at("h", t), names.at("a", t)
    slope, delta = slope_of(w.done.experiment.activation, h), names.at("delta", t)
    return [
        _output_error(w, t, names, ink),
        _from_output(w, t, names, ink),
        _from_next(w, t, names, ink),
        [
            rf"{partial('L', h)} &= {part(names, t, 'output')} + {part(names, t, 'next')}",
            rf"&= {ink.column('from_output', t)} + "
            rf"{ink.column('from_next', t)} = {ink.column('dh', t)}",
        ],
        [
            rf"{delta} = {partial('L', a)} &= {slope} \odot {partial('L', h)}",
            rf"&= {_slopes(w, t, ink)} \odot {ink.column('dh', t)} = {ink.column('delta', t)}",
        ],
    ]


def _output_error(w: Written, t: int, names: Names, ink: Ink) -> Lines:
    left = rf"{partial('L', names.at('z', t))} &= "
    if not w.counted[t - 1]:
        return [left + r"0 \quad \text{(no loss at this step)}"]
    right = column(w.stage.targets[0, t - 1])
    return [
        left + rf"{names.at('y', t)} - \text{{target}}",
        f"&= {ink.column('y', t)} - {right} = {ink.column('dz', t)}",
    ]


def part(names: Names, t: int, source: str) -> str:
    """One of the two sources of error."""
    return rf"{partial('L', names.at('h', t))}\Big|_{{\text{{{source}}}}}"


def _from_output(w: Written, t: int, names: Names, ink: Ink) -> Lines:
    turned = table(w.weight("hy").T)
    return [
        rf"{part(names, t, 'output')} &= {names.matrix('hy', True)}\, "
        rf"{partial('L', names.at('z', t))}",
        f"&= {turned}{ink.column('dz', t)}",
        f"&= {ink.column('from_output', t)}",
    ]


def _from_next(w: Written, t: int, names: Names, ink: Ink) -> Lines:
    left = f"{part(names, t, 'next')} &= "
    if t == w.steps:
        return [left + r"0 \quad \text{(there is no next step)}"]
    return [
        left + rf"{names.matrix('hh', True)}\, {names.at('delta', t + 1)}",
        f"&= {table(w.weight('hh').T)}{ink.column('delta', t + 1)} = {ink.column('from_next', t)}",
    ]


def _slopes(w: Written, t: int, ink: Ink) -> str:
    """phi'(a_t) in numbers, or as a formula of a hidden state."""
    values = 1.0 * ACTIVATIONS[w.done.experiment.activation][1](w.h[t])
    hidden = [bool(ink.letter("h", t, (i,))) for i in range(len(values))]
    pairs = zip(values, hidden, strict=True)
    return stacked([[r"\cdot" if unseen else tex(float(v))] for v, unseen in pairs])


def _share(w: Written, t: int, weight: str, names: Names, ink: Ink) -> Lines:
    """One step's share of a weight's gradient: an outer product."""
    delta, dz = names.at("delta", t), partial("L", names.at("z", t))
    left = rf"{partial('L', names.matrix(weight))}\Big|_{{t={t}}} &= "
    if weight == "b":
        return [left + f"{delta} = {ink.column('delta', t)}"]
    if weight == "by":
        return [left + f"{dz} = {ink.column('dz', t)}"]
    first, second, when = {
        "hh": ("delta", "h", t - 1),
        "xh": ("delta", "x", t),
        "hy": ("dz", "h", t),
    }[weight]
    letter = dz if first == "dz" else delta
    return [
        left + rf"{letter}\, {{{names.at(second, when)}}}^\top",
        rf"&= {ink.column(first, t)}{ink.row(second, when)}",
        f"&= {ink.any(weight, t)}",
    ]


def _sum(w: Written, weight: str, names: Names, ink: Ink) -> Lines:
    """All shares, and the engine's own sum."""
    shares = [ink.any(weight, t) for t in range(1, w.steps + 1)]
    many = max(1, min(PER_LINE, 8 // (*ink.shape(weight), 1)[1]))
    rows = [" + ".join(shares[k : k + many]) for k in range(0, len(shares), many)]
    body = [f"&{'= ' if k == 0 else '+ '}{row}" for k, row in enumerate(rows)]
    total = f"&= {ink.any(weight, w.steps + 1)}"
    sign = rf"\sum_{{t=1}}^{{{w.steps}}}"
    whole = partial("L", names.matrix(weight))
    return [rf"{whole} &= {sign} {whole}\Big|_t", *body, total]


def weights_written(w: Written, names: Names) -> list[str]:
    """All weights with their numbers: what one needs besides the sheet."""
    numbers = {name: w.weight(name) for name in ("xh", "hh", "b", "hy", "by")}
    return [
        rf"\small {names.matrix(name)} = {column(v) if v.ndim == 1 else table(v)}"
        for name, v in numbers.items()
    ]


def spelled(label: str) -> str:
    """A character of the text inside a formula, without any meaning in LaTeX."""
    known = {"\\": r"\backslash", "^": r"\text{\textasciicircum}", "~": r"\text{\textasciitilde}"}
    if label in known:
        return known[label]
    safe = "".join(f"\\{c}" if c in "#$%&_{}" else "" if c in "\\^~" else c for c in label)
    return rf"\text{{{safe}}}"
