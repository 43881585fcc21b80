"""A sentence read by the sentiment network: its answer after every word, and what moved it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from pages.figures.cautions import cautions as told
from pages.figures.literal import in_markdown, in_plot
from pages.figures.theme import (
    CEILING,
    FLOOR,
    INK,
    LINES,
    Figure,
    Part,
    base_figure,
    cell_look,
    number,
    token,
)
from pages.figures.wirings.cards import span
from rnn_core.applications.sentiment import Opinions, Reading
from rnn_core.arrays import Array
from rnn_core.notation.notation import Letters
from rnn_core.tasks.sentiment import LABELS, MOST, VOCABULARY
from rnn_core.tasks.vocabulary import UNKNOWN, Words

LONGEST: Final = 14  # letters of a word below the axis
PANELS: Final = ((0.5, 1.0), (0.25, 0.41), (0.0, 0.16))  # share of the height
MARGIN: Final = {"l": 72, "r": 20, "t": 56, "b": 34}
STEEP: Final = -60  # degrees: words below the axis on a phone
HEAD: Final = 18  # pixels: the first panel's heading, between title and plot on a phone
HEIGHT, ALONE = 400, 250  # pixels: three panels, or the answers only
_COLOURS: Final = {"positive": token("input"), "negative": token("forget")}
_SHAPES: Final = {"positive": "triangle-up", "negative": "triangle-down"}


def label(probability: float) -> str:
    """The answer that a probability of "positive" stands for."""
    return LABELS[int(probability > 0.5)]


def sure(probability: float) -> str:
    """The probability of the answer given: 0.9998, never 1."""
    p = max(probability, 1 - probability)
    return _said(p)


def short(words: Words, strange: Words) -> list[str]:
    """Words as they stand below an axis; one that is not known is marked as it is read."""
    cut = [w if len(w) <= LONGEST else w[: LONGEST - 1] + "…" for w in words]
    shown = map(in_plot, cut)
    return [f"{UNKNOWN} {c}" if w in strange else c for w, c in zip(words, shown, strict=True)]


def reading_figure(found: Opinions, letters: Letters) -> Figure:
    """Three panels over the words: the answer, the state's move, the gradient."""
    reading = found.reading
    h, x = letters.symbol("h").text, letters.symbol("x").text
    moved = f"‖{h} − {letters.symbol('h', 't-1').text}‖"
    felt = f"‖∂s/∂{x}‖"
    look = cell_look(letters.cell)
    data = [
        *_answers(reading),
        _bag(reading, found.bag),
        _bars(reading, reading.moved, moved, look.colour),
        _line(reading, reading.felt, felt, look.colour),
    ]
    figure = base_figure(data, title(found.reading, found.bag), "", "")
    layout = figure["layout"]
    layout |= {"height": HEIGHT, "showlegend": False, "hovermode": "closest"}
    layout["margin"] = MARGIN
    layout |= _axes(reading, (moved, felt))
    layout["annotations"] = _headings(moved, felt)
    narrow = {"annotations": _narrow(layout["annotations"]), "xaxis3": {"tickangle": STEEP}}
    hall = {"yaxis2": {"nticks": 2}}
    layout["meta"] = {"narrow": narrow, "hall": hall, "head": HEAD}
    layout["shapes"] = [_even("x", "y")]
    return figure


def _headings(moved: str, felt: str) -> list[Part]:
    return [
        _heading("Probability of “positive”, if the sentence stopped after this word", 0),
        _heading(f"State's move {moved}", 1),
        _heading(f"Gradient of the last answer {felt}, logarithmic", 2),
    ]


def shuffled_figure(reading: Reading, bag: float) -> Figure:
    """The first panel alone, for the same words in another order."""
    words = f"Shuffled: {title(reading, bag)}"
    figure = base_figure([*_answers(reading), _bag(reading, bag)], words, "", "")
    layout = figure["layout"]
    layout |= {"height": ALONE, "showlegend": False, "hovermode": "closest"}
    layout["margin"] = MARGIN
    layout["xaxis"], layout["yaxis"] = _words_axis(reading), _unit_axis((0.0, 1.0))
    layout["annotations"] = [_heading("The same words shuffled: probability of “positive”", -1)]
    layout["meta"] = {"narrow": {"xaxis": {"tickangle": STEEP}}, "head": HEAD}
    layout["shapes"] = [_even("x", "y")]
    return figure


def _answers(reading: Reading) -> list[Part]:
    """A line with a marker per word that points to its answer, and a ring round the last."""
    said = [label(float(v)) for v in reading.positive]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "positive",
        "x": np.arange(1, len(said) + 1),
        "y": reading.positive,
        "line": {"color": LINES, "width": 2},
        "marker": {
            "color": [_COLOURS[s] for s in said],
            "symbol": [_SHAPES[s] for s in said],
            "size": 12,
        },
        "text": [in_plot(w) for w in reading.words],
        "customdata": said,
        "hovertemplate": "after “%{text}”: %{customdata}<br>probability of positive %{y:.4f}"
        "<extra></extra>",
    }
    return [line, _ring(reading)]


def _ring(reading: Reading) -> Part:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "the answer",
        "x": np.array([len(reading.words)]),
        "y": reading.positive[-1:],
        "marker": {"size": 24, "symbol": "circle-open", "color": INK, "line": {"width": 2}},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _bag(reading: Reading, bag: float) -> Part:
    """The bag's answer, behind the last word: it has one answer, and no steps."""
    above = bag > 0.5
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": "bag of words",
        "x": np.array([_behind(reading)]),
        "y": np.array([bag]),
        "marker": {"size": 14, "symbol": "square-open", "color": INK, "line": {"width": 2}},
        "text": ["bag of<br>words"],
        "textposition": f"{'top' if above else 'bottom'} center",
        "cliponaxis": False,
        "hovertemplate": f"bag of words: {label(bag)}<br>probability of positive %{{y:.4f}}"
        "<extra></extra>",
    }


def _bars(reading: Reading, y: Array, what: str, colour: str) -> Part:
    return {
        "type": "bar",
        "name": what,
        "x": np.arange(1, len(y) + 1),
        "y": y,
        "xaxis": "x2",
        "yaxis": "y2",
        "marker": {"color": colour},
        "text": [in_plot(w) for w in reading.words],
        "textposition": "none",
        "hovertemplate": f"“%{{text}}”<br>{what} %{{y:.3g}}<extra></extra>",
    }


def _line(reading: Reading, y: Array, what: str, colour: str) -> Part:
    drawn = np.where(np.isfinite(y), np.clip(y, FLOOR, CEILING), np.nan)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": what,
        "x": np.arange(1, len(y) + 1),
        "y": drawn,
        "xaxis": "x3",
        "yaxis": "y3",
        "text": [in_plot(w) for w in reading.words],
        "line": {"color": colour, "width": 2},
        "marker": {"size": 8},
        "cliponaxis": False,
        "hovertemplate": f"“%{{text}}”<br>{what} %{{y:.3g}}<extra></extra>",
    }


def _axes(reading: Reading, names: tuple[str, str]) -> dict[str, Any]:
    low, high = span([{"x": reading.felt}])
    top, middle, bottom = PANELS
    words = _words_axis(reading)
    hidden = words | {"showticklabels": False}
    most = float(reading.moved.max(initial=0.1))
    return {
        "xaxis": hidden | {"anchor": "y"},
        "xaxis2": hidden | {"anchor": "y2", "matches": "x"},
        "xaxis3": words | {"anchor": "y3", "matches": "x"},
        "yaxis": _unit_axis(top),
        "yaxis2": {"domain": list(middle), "range": [0, 1.1 * most], "nticks": 4},
        "yaxis3": {
            "domain": list(bottom),
            "type": "log",
            "exponentformat": "none",  # a power's exponent would be too small to read
            "tickfont": {"size": 14},
            "dtick": 1,
            "range": [float(np.log10(low)), float(np.log10(high))],
        },
    }


def _unit_axis(domain: tuple[float, float]) -> Part:
    return {
        "domain": list(domain),
        "range": [-0.08, 1.08],
        "tickvals": [0, 0.5, 1],
        "ticktext": ["negative 0", "0.5", "positive 1"],
    }


def _words_axis(reading: Reading) -> Part:
    """A tick per word; behind the last one is room for the bag of words."""
    steps = len(reading.words)
    words = short(reading.words, reading.strange)
    return {
        "tickvals": list(range(1, steps + 1)),
        "ticktext": words,
        "showgrid": False,
        "range": [0.4, _behind(reading) + max(0.6, 0.06 * steps)],
        "zeroline": False,
    }


def _behind(reading: Reading) -> float:
    """Place of the bag of words on the axis: a step behind the last word, or more behind many."""
    steps = len(reading.words)
    return steps + max(1.0, 0.12 * steps)


def _heading(text: str, panel: int) -> Part:
    y = PANELS[panel][1] if panel >= 0 else 1.0
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": y,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "align": "left",
        "yshift": 3,
    }


def _narrow(headings: list[Part]) -> list[Part]:
    """Headings for a phone; the first is shortened, or it would be cut off."""
    texts = ("P(positive), if it stopped here", *(h["text"].split(",")[0] for h in headings[1:]))
    return [h | {"text": text, "xanchor": "left"} for h, text in zip(headings, texts, strict=True)]


def _even(x: str, y: str) -> Part:
    return {
        "type": "line",
        "xref": f"{x} domain",
        "x0": 0,
        "x1": 1,
        "yref": y,
        "y0": 0.5,
        "y1": 0.5,
        "line": {"color": INK, "width": 1, "dash": "dot"},
    }


def spelled(reading: Reading) -> str:
    """The picture for a reader who cannot see it."""
    pairs = zip(reading.words, reading.positive, strict=True)
    return "Probability of positive after each word: " + ", ".join(f"{w} {p:.2f}" for w, p in pairs)


# -- words ---------------------------------------------------------------------------------------


def title(reading: Reading, bag: float) -> str:
    """Both answers, and whether they agree."""
    mine, other = label(reading.answer), label(bag)
    joined = "and the bag of words too" if mine == other else f"the bag of words says {other}"
    return f"The network says {mine}, {joined}"


def verdict(found: Opinions) -> str:
    """The two answers, and the word that settled the network's."""
    reading, mine, other = found.reading, label(found.reading.answer), label(found.bag)
    agree = "agrees" if mine == other else "disagrees"
    return (
        f"After the last word the network says **{mine}** ({sure(reading.answer)}). "
        f"{_turned(reading)} The bag of words **{agree}**: {other} ({sure(found.bag)})."
    )


def _turned(reading: Reading) -> str:
    """The known word that moved the log-odds most towards the answer."""
    if len(reading.words) == 1:
        return ""
    moves = np.diff(reading.odds) * (1 if reading.answer > 0.5 else -1)
    known = np.array([word not in reading.strange for word in reading.words[1:]])
    at = int(np.argmax(np.where(known, moves, -np.inf))) + 1
    if not known.any() or moves[at - 1] <= 0:
        which = "No word that it knows" if reading.strange else "No word after the first"
        return f"{which} moved it towards that answer."
    before, after = (_said(float(p)) for p in reading.positive[at - 1 : at + 1])
    word = in_markdown(reading.words[at][:20])
    return (
        f"“{word}” moved its log-odds most towards that: the probability of "
        f"“positive” went from {before} to {after}."
    )


def cautions(reading: Reading) -> str:
    """Warnings about a sentence unlike those of training."""
    return told(
        f"Not in its vocabulary of {len(VOCABULARY) - 1} words",
        reading.strange,
        f"It reads {UNKNOWN} instead, whatever they mean.",
        len(reading.words),
        MOST,
    )


def orders_words(found: Opinions) -> str:
    """Both answers over many random orders of the same words, in Markdown."""
    every, answer = found.every, found.reading.answer
    changed = int(((every > 0.5) != (answer > 0.5)).sum())
    spread = float(np.ptp(np.append(found.bags, found.bag)))
    same = "the same to the last digit" if spread == 0 else f"{spread:.0e} apart at most"
    low, high = _said(float(every.min())), _said(float(every.max()))
    return (
        f"**{len(every)} random orders of these words:** the network's answer changes in "
        f"**{changed}**, its probability of “positive” lies between {low} and {high}. The bag of "
        f"words says {found.bag:.4f} in all of them, **{same}**."
    )


def _said(p: float) -> str:
    """A probability: never 0, never 1."""
    if p > 0.99995:
        return "above 0.9999"
    return f"{p:.4f}" if p >= 0.001 else number(p)


def rows(found: Opinions) -> list[dict[str, object]]:
    """Every drawn number, a row per word, as typed and shuffled."""
    several = {0: found.reading} | ({found.order: found.other} if found.other else {})
    return [row for order, reading in several.items() for row in _rows(order, reading)]


def _rows(order: int, reading: Reading) -> list[dict[str, object]]:
    columns = (reading.words, reading.positive, reading.moved, reading.felt)
    return [
        {
            "order": order,
            "step": k,
            "word": word,
            "known": word not in reading.strange,
            "probability of positive": float(p),
            "state's move": float(m),
            "gradient norm": float(g),
        }
        for k, (word, p, m, g) in enumerate(zip(*columns, strict=True), 1)
    ]
