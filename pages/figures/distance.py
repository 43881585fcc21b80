"""How much of the answer's gradient reaches the clue: the words, every gap, the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pages.figures.theme import FLOOR, INK, Figure, Part, base_figure, cell_look, number
from rnn_core.applications.distance import AtGap, Felt
from rnn_core.tasks.sentences import ANSWERS, COUNTRIES, Sentence
from rnn_core.training.models import Card

Floats = NDArray[np.float64]

LOW, HIGH = 1e-10, 10.0  # of the words' bars
TOP = 100.0  # of the axis over all gaps
HEIGHT = 360
BAND = 0.18  # opacity
SMALL: Final = 1e-2  # a share that nobody would call large
MEASURES: Final = {"share": "‖{0}‖ by that at the last word", "norm": "‖{0}‖"}
_STYLE: Final = """<style>
.ds{display:grid;gap:.5rem 1.5rem;
 grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
.ds>div{min-width:0}
.ds b{font-weight:600}
.ds p{margin:.1rem 0 0;line-height:1.55;font-size:.92rem}
.ds i{font-style:normal;padding:.12em .18em;border-radius:3px;white-space:nowrap;
 background:linear-gradient(to top,color-mix(in srgb,var(--ds) 42%,transparent) var(--up),
 color-mix(in srgb,var(--ds) 6%,transparent) var(--up))}
.ds .clue{outline:2px solid currentColor;font-weight:600}
.ds .other{text-decoration:underline dotted}
.ds .say{font-weight:600;white-space:nowrap}
@media (max-width:640px){.ds{gap:.3rem}.ds p{margin:0;line-height:1.4;font-size:.85rem}}
</style>"""


# -- the sentence ------------------------------------------------------------------------------


def words(
    read: Sentence, title: str, found: Mapping[str, Felt], drawn: str, most: int | None = None
) -> str:
    """The sentence once per network as HTML; every word is filled as high as the gradient there.

    Untrained networks are several draws: the median of them.  Of a sentence with more than `most`
    words those in the middle are left out.
    """
    seen = _seen(read, most)
    every = (_section(read, cell, title, felt, drawn, seen) for cell, felt in found.items())
    return f"{_STYLE}<div class='ds'>{''.join(every)}</div>"


def _seen(read: Sentence, most: int | None) -> tuple[range, range]:
    """The words that are shown: a beginning with the clue, and an end."""
    count = len(read.words)
    if most is None or count <= most:
        return range(count), range(0)
    begin = max(read.clue + 1, most // 2)
    return range(begin), range(count - (most - most // 2), count)


def _section(
    read: Sentence,
    cell: str,
    title: str,
    felt: Felt,
    drawn: str,
    seen: tuple[range, range],
) -> str:
    look, values = cell_look(cell), np.median(felt.measured(drawn), axis=0)
    said = f"{look.label}, {title}"
    answer, p = _answer(felt)
    mark = "✓" if answer == read.answer else "✗"
    end = f"<span class='say'>→ {escape(answer)} {p:.2f} {mark}</span>"
    begin, rest = (" ".join(_word(read, k, values[k]) for k in each) for each in seen)
    left_out = len(values) - sum(map(len, seen))
    body = f"{begin} … {left_out} words … {rest}" if rest else begin
    alt = (
        f"{said}: at {read.words[read.clue]} {_spelled(values[read.clue])}, at the last word "
        f"{_spelled(values[-1])}; answer {answer}, probability {p:.2f}"
    )
    return (
        f"<div role='img' aria-label='{escape(alt)}' style='--ds:{look.colour}'>"
        f"<b>{escape(said)}</b><p>{body} {end}</p></div>"
    )


def _answer(felt: Felt) -> tuple[str, float]:
    """The likeliest word by the mean of the draws, and its probability."""
    p = felt.answers.mean(axis=0)
    return ANSWERS.words[int(p.argmax())], float(p.max())


def _word(read: Sentence, k: int, value: float) -> str:
    word = read.words[k]
    kind = "clue" if k == read.clue else "other" if word in COUNTRIES else ""
    title = f"{word}: {_spelled(value)}" + (", drawn empty" if value < LOW else "")
    return (
        f"<i class='{kind}' style='--up:{100 * height(value):.0f}%' title='{escape(title)}'>"
        f"{escape(word)}</i>"
    )


def height(value: float) -> float:
    """Height on the logarithmic scale, from 0 at the floor (and for zero itself) to 1."""
    if not value > LOW:
        return 0.0
    return float(min(1.0, np.log(value / LOW) / np.log(HIGH / LOW)))


def _spelled(value: float) -> str:
    return "nothing measurable" if not np.isfinite(value) else number(float(value))


# -- all gaps ----------------------------------------------------------------------------------


def clues(found: Sequence[AtGap], drawn: str, gap: int | None, symbol: str) -> Figure:
    """The gradient at the clue over all gaps: trained solid, untrained dashed with a band."""
    data = [
        part
        for cell in found[0].trained
        for part in (*_untrained(found, cell, drawn), *_trained(found, cell, drawn))
    ]
    figure = base_figure(
        data,
        f"The gradient that reaches the clue (drawn from {number(FLOOR)} on)",
        "gap in words",
        f"{MEASURES[drawn].format(symbol)}<br>at the clue, median",
    )
    layout = figure["layout"]
    low, high = float(np.log10(FLOOR)), float(np.log10(TOP))
    layout["yaxis"] |= {
        "type": "log",
        "range": [low - 0.3, high],
        "dtick": 4,
        "tick0": 0,
        "exponentformat": "power",
    }
    return _over_gaps(figure, gap)


def accuracies(found: Sequence[AtGap], gap: int | None) -> Figure:
    """The share of held-out sentences answered rightly, over all gaps, and two baselines."""
    kept = [f for f in found if f.held_out]
    gaps = np.array([f.gap for f in kept])
    data = [
        _line(cell, gaps, np.array([f.accuracy[cell] for f in kept]), cell_look(cell).label)
        for cell in kept[0].accuracy
    ]
    data += [
        _baseline("the last country's language", gaps, [f.last_country for f in kept], "dot"),
        _baseline("the most frequent language", gaps, [f.usual for f in kept], "dash"),
    ]
    count = len(next(iter(kept[0].trained.values())).norms)
    title = f"Right answers, trained; {count} held-out sentences per gap"
    figure = base_figure(data, title, "gap in words", "share of right answers")
    figure["layout"]["yaxis"] |= {"range": [-0.03, 1.06], "dtick": 0.25}
    return _over_gaps(figure, gap)


def _over_gaps(figure: Figure, gap: int | None) -> Figure:
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "hovermode": "x"}
    layout["margin"] = {"l": 72, "r": 12, "t": 96, "b": 48}
    layout["xaxis"] |= {"range": [-2, 102], "zeroline": False}
    if gap is not None:
        line = {"color": INK, "dash": "dot", "width": 1.5}
        layout["shapes"] = [
            {"type": "line", "x0": gap, "x1": gap, "y0": 0, "y1": 1, "yref": "paper", "line": line}
        ]
    return figure


def _trained(found: Sequence[AtGap], cell: str, drawn: str) -> list[Part]:
    """The median of the sentences, and a band for their middle half."""
    every = np.stack([_quartiles(f.trained[cell].at_clue(drawn)) for f in found])
    gaps, name = np.array([f.gap for f in found]), f"{cell_look(cell).label} trained"
    return [_band(cell, gaps, every, name), _line(cell, gaps, every[:, 1], name, FLOOR)]


def _quartiles(values: Floats) -> Floats:
    return np.asarray(np.quantile(values, (0.25, 0.5, 0.75)))


def _untrained(found: Sequence[AtGap], cell: str, drawn: str) -> list[Part]:
    """The middle one of the draws, and a band from the least to the most."""
    every = np.array(
        [[np.median(felt.at_clue(drawn)) for felt in f.untrained[cell]] for f in found]
    )
    gaps, name = np.array([f.gap for f in found]), f"{cell_look(cell).label} untrained"
    line = _line(cell, gaps, np.median(every, axis=1), name, FLOOR)
    line["line"] |= {"dash": "dash", "width": 1.5}
    line["marker"] |= {"symbol": cell_look(cell).marker + "-open"}
    return [_band(cell, gaps, every, name), line]


def _band(cell: str, gaps: NDArray[Any], every: Floats, name: str) -> Part:
    edges = np.concatenate([every.min(axis=1), every.max(axis=1)[::-1]])
    return {
        "type": "scatter",
        "x": np.concatenate([gaps, gaps[::-1]]),
        "y": np.maximum(edges, FLOOR),
        "name": f"{name}, band",
        "mode": "lines",
        "fill": "toself",
        "fillcolor": cell_look(cell).colour,
        "opacity": BAND,
        "line": {"width": 0},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _line(cell: str, x: NDArray[Any], y: Floats, name: str, floor: float = 0.0) -> Part:
    look = cell_look(cell)
    edge = [", drawn on the edge" if v < floor else "" for v in y]
    return {
        "type": "scatter",
        "x": x,
        "y": np.maximum(y, floor),
        "name": name,
        "mode": "lines+markers",
        "line": {"color": look.colour, "width": 2.5},
        "marker": {"symbol": look.marker, "size": 7, "color": look.colour},
        "customdata": [number(float(v)) + e for v, e in zip(y, edge, strict=True)],
        "hovertemplate": "%{customdata}<extra>" + name + "</extra>",
    }


def _baseline(name: str, x: NDArray[Any], y: Sequence[float], dash: str) -> Part:
    return {
        "type": "scatter",
        "x": x,
        "y": np.array(y),
        "name": name,
        "mode": "lines",
        "line": {"color": INK, "width": 1.2, "dash": dash},
        "hovertemplate": "%{y:.2f}<extra>" + name + "</extra>",
    }


# -- answers -----------------------------------------------------------------------------------


def answers(trained: Mapping[str, Felt], right: str) -> Figure:
    """The trained networks' probabilities of every answer they know."""
    names = [f"{w} ✓" if w == right else w for w in ANSWERS.words]
    data = [_bars(cell, names, felt.answers[0]) for cell, felt in trained.items()]
    figure = base_figure(data, "What the trained networks answer (✓: right)", "probability", "")
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "barmode": "group", "hovermode": "closest"}
    layout["margin"] = {"l": 84, "r": 12, "t": 84, "b": 48}
    layout["xaxis"] |= {"range": [0, 1.02]}
    layout["yaxis"] |= {"autorange": "reversed"}
    return figure


def _bars(cell: str, names: list[str], p: Floats) -> Part:
    look = cell_look(cell)
    return {
        "type": "bar",
        "orientation": "h",
        "x": np.asarray(p),
        "y": names,
        "name": look.label,
        "marker": {
            "color": look.colour,
            "pattern": {"shape": _PATTERNS[cell], "fillmode": "overlay", "solidity": 0.25},
        },
        "hovertemplate": "%{y}: %{x:.3g}<extra>" + look.label + "</extra>",
    }


_PATTERNS: Final = {"rnn": "", "gru": "/", "lstm": "."}


# -- words -------------------------------------------------------------------------------------


def conclusion(read: Sentence, trained: Mapping[str, Felt]) -> str:
    """Answers of the trained networks, so many words after the clue."""
    said = {cell_look(c).label: _likeliest(found) for c, found in trained.items()}
    right = [label for label, word in said.items() if word == read.answer]
    wrong = [f"{label} says {word}" for label, word in said.items() if word != read.answer]
    words = len(read.words) - 1 - read.clue
    after = f"{words} word{'s' * (words != 1)} after “{read.words[read.clue]}”"
    first = f"{_listed_words(right)} still answer{'s' * (len(right) == 1)} {read.answer}"
    return f"{after}: {'; '.join([first] * bool(right) + wrong)}"


def _likeliest(found: Felt) -> str:
    return ANSWERS.words[int(np.argmax(found.answers[0]))]


def _listed_words(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def headline(
    read: Sentence, trained: Mapping[str, Felt], untrained: Mapping[str, Felt], drawn: str
) -> str:
    """How much reaches the clue of this sentence, before training and after it."""

    def said(found: Mapping[str, Felt]) -> str:
        values = {c: float(np.median(f.at_clue(drawn))) for c, f in found.items()}
        return ", ".join(f"{cell_look(c).label} **{_spelled(v)}**" for c, v in values.items())

    what = "gradient's norm at" if drawn == "norm" else "part of the last word's gradient at"
    return (
        f"The {what} “{read.words[read.clue]}”, {len(read.words) - 1 - read.clue} "
        f"words before the last: untrained {said(untrained)}; trained {said(trained)}."
    )


def exchange(
    read: Sentence, named: Mapping[str, Mapping[str, str]], trained: Mapping[str, Felt]
) -> str:
    """Answers after only the clue was exchanged, and the conclusion from them, in Markdown."""
    lines = [_exchanged(cell, answers) for cell, answers in named.items()]
    text = (
        f"**Exchange the clue.** “{read.words[read.clue]}” replaced by each of {len(COUNTRIES)} "
        f"countries, every other word as it is: {'; '.join(lines)}."
    )
    small = [c for c, f in trained.items() if f.at_clue("share")[0] < SMALL and _all(named[c])]
    if small:
        text += (
            f" {_listed(small)}: hardly any slope is left at the clue, and still the answer "
            "depends on it. **A vanished gradient is no proof of a forgotten clue**: it says only "
            "that a small change there hardly changes the loss."
        )
    return text


def _exchanged(cell: str, named: Mapping[str, str]) -> str:
    right, kinds = sum(named[c] == COUNTRIES[c] for c in named), len(set(named.values()))
    answers = "answer" if kinds == 1 else "different answers"
    return f"{cell_look(cell).label} **{right} of {len(named)}** right ({kinds} {answers})"


def _all(named: Mapping[str, str]) -> bool:
    return all(named[c] == COUNTRIES[c] for c in named)


def _listed(cells: Sequence[str]) -> str:
    return " and ".join(cell_look(c).label for c in cells)


def verdict(found: Sequence[AtGap]) -> str:
    """Accuracy of the trained networks on held-out gaps, in Markdown, beside two baselines."""
    kept = [f for f in found if f.held_out]
    near, far = kept[0], kept[-1]
    lines = [
        f"{cell_look(c).label} **{_between([f.accuracy[c] for f in kept])}**" for c in near.accuracy
    ]
    return (
        f"Share of right answers on held-out sentences, gaps from {near.gap} to {far.gap} words: "
        f"{', '.join(lines)}. The language of the last country named: "
        f"{near.last_country:.2f} at {near.gap} words, {far.last_country:.2f} at {far.gap}; the "
        f"most frequent language: {_between([f.usual for f in kept])}."
    )


def _between(values: Sequence[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low} to {high}"


# -- numbers -----------------------------------------------------------------------------------


def rows(
    read: Sentence, trained: Mapping[str, Felt], untrained: Mapping[str, Felt]
) -> dict[str, NDArray[Any]]:
    """Long form: network, draw, word, norm of the gradient there, and its share."""
    every = [
        (cell, state, draw, felt)
        for state, found in (("untrained", untrained), ("trained", trained))
        for cell, felt in found.items()
        for draw in range(len(felt.norms))
    ]
    T = len(read.words)
    if not every:
        return {}
    tags = {
        "cell": [e[0] for e in every],
        "state": [e[1] for e in every],
        "draw": [e[2] for e in every],
    }
    return {
        **{n: np.repeat(np.array(v, dtype=object), T) for n, v in tags.items()},
        "step": np.tile(np.arange(1, T + 1), len(every)),
        "word": np.tile(np.array(read.words, dtype=object), len(every)),
        "norm": np.concatenate([felt.norms[draw] for *_, draw, felt in every]),
        "share of the last word's": np.concatenate(
            [felt.measured("share")[draw] for *_, draw, felt in every]
        ),
    }


def scores(cards: Mapping[str, Card]) -> str:
    """The cards' scores beside their baselines, a row for every gap, in Markdown."""
    (first, *_) = cards.values()
    kinds = dict.fromkeys(name.rpartition(", ")[0] for name in first.baselines)
    head = ["held out", *(cell_look(cell).label for cell in cards), *kinds]
    table = [head, [":--", *["--:"] * (len(head) - 1)]]
    for name in first.scores:
        mine = [card.scores[name] for card in cards.values()]
        table.append([name, *(f"{v:.3f}" for v in (*mine, *_kept(first, kinds, name)))])
    return "\n".join("| " + " | ".join(row) + " |" for row in table)


def _kept(card: Card, kinds: Iterable[str], name: str) -> list[float]:
    return [card.baselines[f"{kind}, {name}"] for kind in kinds]
